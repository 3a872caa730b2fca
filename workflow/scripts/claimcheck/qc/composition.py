"""Do the groups differ in the cells that the samples hold: panels of marker genes, test against reference.

With three or four samples a group no test finds such a difference reliably, so the size of the difference decides and the
p-values are printed beside it.
"""

from collections.abc import Collection, Mapping
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.tables import listed
from claimcheck.deseq2.design import Design
from claimcheck.qc.gates import Gate

GROUP_COLUMNS = (
    "panel",
    "n_genes",
    "n_detected",
    "log2_ratio",
    "standardised_difference",
    "p_t",
    "p_permutation",
    "differs",
    "reason",
)

MAX_RELABELLINGS = 200_000
"""Relabellings up to which all are looked at; of more, as many are drawn at random."""

BANNER = "composition differs between the groups"


def compare_panels(
    scores: pd.DataFrame,
    panels: Mapping[str, Collection[str]],
    detected: Mapping[str, Collection[str]],
    samples: pd.DataFrame,
    design: Design,
    *,
    min_genes: int,
    standardised_difference: float,
    log2_ratio: float,
) -> pd.DataFrame:
    """Compare the score and the level of each panel between the groups.

    Args:
        scores: from `score_panels`.
        panels, detected: all and the detected gene ids of each panel.
        samples: sample, condition.
        design: the groups.
        min_genes: detected genes that a panel needs.
        standardised_difference: difference of the mean scores, in pooled standard deviations, from which a panel differs.
        log2_ratio: difference of the mean levels from which it differs whatever its spread.

    Returns:
        One row a panel with the columns GROUP_COLUMNS: log2_ratio is the mean level of test minus reference,
        standardised_difference Cohen's d of the score, p_t of Welch's t test and p_permutation of `permutation_p` are two-sided and
        of the score, differs is True where either difference reaches its threshold in either direction. All NA, and differs
        False, for a panel with fewer than `min_genes` detected genes; reason says so.
    """
    from scipy.stats import ttest_ind  # noqa: PLC0415 - what takes only `cohens_d` from here does without

    of_test = (samples["condition"] == design.test).to_numpy()
    order = list(samples["sample"])
    rows = []
    for panel, genes in panels.items():
        n_detected = len(detected[panel])
        part = scores[scores["panel"] == panel].set_index("sample").loc[order]
        if n_detected < min_genes:
            reason = f"not measured: {n_detected} of {len(genes)} genes detected, {min_genes} needed"
            rows.append((panel, len(genes), n_detected, np.nan, np.nan, np.nan, np.nan, False, reason))
            continue
        score, level = part["score"].to_numpy(float), part["level"].to_numpy(float)
        ratio = float(level[of_test].mean() - level[~of_test].mean())
        size = cohens_d(score[of_test], score[~of_test])
        both_replicated = min(of_test.sum(), (~of_test).sum()) > 1
        p_t = float(ttest_ind(score[of_test], score[~of_test], equal_var=False).pvalue) if both_replicated else np.nan
        reached = [
            words
            for words, value, limit in (
                (f"{size:+.2g} standard deviations", size, standardised_difference),
                (f"log2 ratio {ratio:+.2g}", ratio, log2_ratio),
            )
            if abs(value) >= limit
        ]
        reason = f"{design.test} / {design.reference}: {', '.join(reached)}" if reached else ""
        p_permutation = permutation_p(score, of_test)
        rows.append((panel, len(genes), n_detected, ratio, size, p_t, p_permutation, bool(reached), reason))
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def cohens_d(test: NDArray[np.float64], reference: NDArray[np.float64]) -> float:
    """Return the difference of the means in pooled standard deviations (Cohen 1988); NaN without replicates or spread."""
    df = len(test) + len(reference) - 2
    squares = ((test - test.mean()) ** 2).sum() + ((reference - reference.mean()) ** 2).sum()
    return float((test.mean() - reference.mean()) / np.sqrt(squares / df)) if df > 0 and squares > 0 else np.nan


def permutation_p(values: NDArray[np.float64], of_test: NDArray[np.bool_]) -> float:
    """Test a difference of means by relabelling the samples, two-sided.

    All relabellings that keep the groups' sizes are looked at, so the smallest p is 1 over their number, and twice that where the
    groups are equally large. Above MAX_RELABELLINGS they are drawn with a fixed seed and the observed one is counted in
    (Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9:39).

    Args:
        values: float64, (samples,).
        of_test: bool, (samples,).
    """
    n, k = len(values), int(of_test.sum())
    if comb(n, k) <= MAX_RELABELLINGS:
        chosen = np.array(list(combinations(range(n), k)))
        extra = 0
    else:
        rng = np.random.default_rng(1)
        chosen = rng.random((MAX_RELABELLINGS, n)).argsort(axis=1)[:, :k]
        extra = 1
    # Groups of fixed sizes: the difference of the means is a linear function of the test group's sum.
    centred = values - values.mean()
    sums = np.abs(centred[chosen].sum(axis=1))
    observed = abs(centred[of_test].sum())
    as_large = int((sums >= observed - 1e-9 * max(1.0, observed)).sum())
    return (as_large + extra) / (len(chosen) + extra)


def aligned_panels(pca: pd.DataFrame, scores: pd.DataFrame, *, min_correlation: float) -> pd.Series:
    """Return Pearson's r of each panel's score with the first principal component, where it is above `min_correlation` in size.

    Args:
        pca: sample, component, score; one variant.
        scores: from `score_panels`.
    """
    first = pca[pca["component"] == 1].set_index("sample")["score"]
    wide = scores.pivot(index="sample", columns="panel", values="score").reindex(first.index)
    varying = wide.loc[:, wide.std(ddof=0) > 0]
    correlations = varying.corrwith(first)[[panel for panel in scores["panel"].unique() if panel in varying]]
    return correlations[correlations.abs() > min_correlation]


def composition_banner(aligned: pd.Series, groups: pd.DataFrame) -> str:
    """Say that composition sets the groups apart, if the first principal component goes along with a panel that differs, else "".

    Args:
        aligned: from `aligned_panels`.
        groups: from `compare_panels`.
    """
    differing = aligned[aligned.index.isin(groups.loc[groups["differs"], "panel"])]
    strongest_first = differing.iloc[np.argsort(-differing.abs().to_numpy(), kind="stable")]
    named = [f"{panel} (r = {r:.2f})" for panel, r in strongest_first.items()]
    return f"{BANNER}: the first principal component goes along with {listed(named)}" if named else ""


def composition_gates(compared: pd.DataFrame, banner: str) -> list[Gate]:
    """Warn of every panel that differs between the groups, and of a first component that goes along with one.

    Args:
        compared: from `compare_panels`.
        banner: from `composition_banner`.
    """
    found = [
        Gate("composition", row["panel"], "warn", row["log2_ratio"], "", row["reason"])
        for row in compared[compared["differs"]].to_dict("records")
    ]
    if banner:
        found.append(Gate("composition", "PC1", "warn", "", "", banner))
    if len(compared) and not found:
        found.append(Gate("composition", "study", "pass", "", "", "no panel differs between the groups"))
    return found
