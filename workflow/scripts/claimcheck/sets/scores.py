"""T3 and T4: a score of every set in every sample, its difference between the groups, and what size of it can be excluded."""

import itertools
import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from claimcheck.sets.moderation import Floats, project
from claimcheck.sets.weights import SetWeights

SCORE_COLUMNS = (
    "set",
    "n_genes",
    "effect",
    "se",
    "df",
    "ci_low",
    "ci_high",
    "ci90_low",
    "ci90_high",
    "p_score_up",
    "p_score_down",
    "p_score",
    "mde",
)
PERMUTATION_COLUMNS = ("set", "n_labellings", "p_permutation_up", "p_permutation_down", "p_permutation")

MIN_PER_GROUP = 6
"""Samples in each group that permutation needs: with 5 and 5, 2 / 252 is the smallest p-value, and too large after correction."""
MAX_LABELLINGS = 9_999
"""Ways to label the samples that are gone through one by one; of more, as many are drawn."""


def score_tests(values: Floats, weights: SetWeights, design_matrix: Floats) -> pd.DataFrame:
    """Estimate the difference of sample scores between the groups by least squares, with t intervals.

    A sample's score is the mean of the members' values, those of weight -1 turned, so the effect is the mean log2 fold change of
    the members, unshrunken, and its error that of animals, not of genes.

    Args:
        values: float64, genes x samples, log2 scale.
        weights: the sets.
        design_matrix: samples x coefficients, of full rank, with fewer coefficients than samples; the tested one is the last.

    Returns:
        One row a set, columns SCORE_COLUMNS: effect and intervals on the log2 scale, positive = higher in the test group (of
        a signed set: changed as expected). ci is the 95 % interval; ci90_low and ci90_high are also the one-sided 95 %
        bounds of non-inferiority; mde is the effect found at 5 % two-sided with 80 % power, (t0.975 + t0.80) se.
    """
    effects, unscaled_se = project(weights.mean(values), design_matrix)
    df = effects.shape[1] - 1
    effect = effects[:, 0] * unscaled_se
    se = np.sqrt(np.mean(effects[:, 1:] ** 2, axis=1)) * unscaled_se
    half95, half90 = (student.ppf(quantile, df) * se for quantile in (0.975, 0.95))
    with np.errstate(divide="ignore", invalid="ignore"):
        t = effect / se
    up, down = student.sf(t, df), student.cdf(t, df)
    columns = (
        weights.sets,
        weights.n_genes,
        effect,
        se,
        np.full(len(effect), df),
        effect - half95,
        effect + half95,
        effect - half90,
        effect + half90,
        up,
        down,
        2 * np.minimum(up, down),
        (student.ppf(0.975, df) + student.ppf(0.80, df)) * se,
    )
    return pd.DataFrame(dict(zip(SCORE_COLUMNS, columns, strict=True)))


def equivalence_p(tests: pd.DataFrame, margin: Floats | float) -> Floats:
    """Test that effects lie within a margin of zero, by two one-sided t-tests (TOST; Schuirmann 1987).

    Args:
        tests: columns effect, se and df.
        margin: positive, on the scale of the effect; of every set, or one for all.

    Returns:
        p-values, (sets,); at most 0.05 if and only if the 90 % interval lies within the margin.
    """
    effect, se, df = (tests[name].to_numpy(dtype=float) for name in ("effect", "se", "df"))
    above, below = student.sf((effect + margin) / se, df), student.cdf((effect - margin) / se, df)
    return np.maximum(above, below)


def sample_scores(values: Floats, weights: SetWeights, design_matrix: Floats, samples: Sequence[str]) -> pd.DataFrame:
    """List the score of every set in every sample, as it is and without the fitted part of the covariates.

    Args:
        values, weights, design_matrix: as in `score_tests`; the first coefficient is the intercept.
        samples: names of the samples.

    Returns:
        set, sample, score, score_adjusted (covariates at their means: its group means differ by the tested effect).
    """
    scores = weights.mean(values)
    coefficients = np.linalg.lstsq(design_matrix, scores.T, rcond=None)[0]
    covariates = design_matrix[:, 1:-1]
    adjusted = scores - ((covariates - covariates.mean(axis=0)) @ coefficients[1:-1]).T
    names = itertools.product(weights.sets, samples)
    table = pd.DataFrame(names, columns=["set", "sample"])
    return table.assign(score=scores.ravel(), score_adjusted=adjusted.ravel())


def permutation_test(values: Floats, weights: SetWeights, design_matrix: Floats, *, seed: int) -> pd.DataFrame:
    """Compare the difference of sample scores with that under other labellings of the samples.

    Labels move only between samples with the same covariates. All labellings are gone through if there are at most
    MAX_LABELLINGS, else as many are drawn.

    Args:
        values, weights, design_matrix: as in `score_tests`; the last column is 1 in the test group and 0 in the reference.
        seed: of the labellings that are drawn.

    Returns:
        One row a set, columns PERMUTATION_COLUMNS; p-values are NaN with fewer than MIN_PER_GROUP samples in a group, or if
        the covariates allow no other labelling.
    """
    others, labels = design_matrix[:, :-1], design_matrix[:, -1]
    table = pd.DataFrame({"set": weights.sets, "n_labellings": 0})
    p = np.full((3, len(weights.sets)), np.nan)
    if min(int(labels.sum()), int((1 - labels).sum())) >= MIN_PER_GROUP:
        labellings = _labellings(labels, np.unique(others, axis=0, return_inverse=True)[1].ravel(), seed)
        table["n_labellings"] = len(labellings)
        if len(labellings) > 1:
            scores = weights.mean(values).T
            basis = np.linalg.qr(others)[0]
            residuals = scores - basis @ (basis.T @ scores)
            # the partial correlation of label and score, but for a factor that no labelling changes
            permuted = labellings @ residuals
            observed, slack = permuted[0], 1e-9 * np.linalg.norm(residuals, axis=0)
            extreme = (permuted - observed, observed - permuted, np.abs(permuted) - np.abs(observed))
            p = np.array([np.where(np.isnan(observed), np.nan, (rise >= -slack).mean(axis=0)) for rise in extreme])
    return table.assign(**dict(zip(PERMUTATION_COLUMNS[2:], p, strict=True)))


def _labellings(labels: Floats, strata: NDArray[np.intp], seed: int) -> Floats:
    """List labellings within strata, the observed one first: all of them, or it and MAX_LABELLINGS drawn ones."""
    places = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata)]
    n_test = [int(labels[place].sum()) for place in places]
    n_all = math.prod(math.comb(len(place), k) for place, k in zip(places, n_test, strict=True))
    if n_all > MAX_LABELLINGS:
        rng = np.random.default_rng(seed)
        drawn = np.tile(labels, (MAX_LABELLINGS + 1, 1))
        for place in places:
            drawn[1:, place] = rng.permuted(drawn[1:, place], axis=1)
        return drawn
    chosen = (itertools.combinations(place, k) for place, k in zip(places, n_test, strict=True))
    every = np.zeros((n_all, len(labels)))
    for row, picked in zip(every, itertools.product(*chosen), strict=True):
        row[np.concatenate(picked).astype(int)] = 1
    is_observed = (every == labels).all(axis=1)
    return np.concatenate([every[is_observed], every[~is_observed]])
