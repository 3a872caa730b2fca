"""T3 and T4: a score of every set in every sample, its difference between the groups, and what size of it can be excluded."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from claimcheck.core.estimates import estimate_columns
from claimcheck.core.standards import Levels
from claimcheck.gene_sets.tests.limma import Floats, project
from claimcheck.gene_sets.tests.weights import SetWeights

SCORE_COLUMNS = (
    "set",
    "n_genes",
    "effect",
    "se",
    "df",
    "ci95_low",
    "ci95_high",
    "ci90_low",
    "ci90_high",
    "p_score_up",
    "p_score_down",
    "p_score",
)


def score_tests(values: Floats, weights: SetWeights, design_matrix: Floats, levels: Levels) -> pd.DataFrame:
    """Estimate the difference of sample scores between the groups by least squares, with t intervals.

    A sample's score is the mean of the members' values, those of weight -1 turned, so the effect is the mean log2 fold change of
    the members, unshrunken, and its error that of animals, not of genes.

    Args:
        values: float64, genes x samples, log2 scale.
        weights: the sets.
        design_matrix: samples x coefficients, of full rank, with fewer coefficients than samples; the tested one is the last.
        levels: of the intervals.

    Returns:
        One row a set, columns SCORE_COLUMNS: effect and intervals on the log2 scale, positive = higher in the test group (of
        a signed set: changed as expected). ci90_low and ci90_high are also the one-sided
        bounds of non-inferiority.
    """
    effects, unscaled_se = project(weights.mean(values), design_matrix)
    df = effects.shape[1] - 1
    effect = effects[:, 0] * unscaled_se
    se = np.sqrt(np.mean(effects[:, 1:] ** 2, axis=1)) * unscaled_se
    estimates = estimate_columns(effect, se, df, levels, p="p_score")
    more = {
        "set": weights.sets,
        "n_genes": weights.n_genes,
        "p_score": 2 * np.minimum(estimates["p_score_up"], estimates["p_score_down"]),
    }
    return pd.DataFrame({**more, **estimates}, columns=list(SCORE_COLUMNS))


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
