"""Size factors: the median of ratios (Anders & Huber 2010), without the genes that composition alone can move."""

from collections.abc import Set

import numpy as np
import pandas as pd
from pydeseq2.preprocessing import deseq2_norm_fit, deseq2_norm_transform

from claimcheck.core.errors import StudyError

MIN_CONTROL_GENES = 20
"""Genes counted in every sample that a median of ratios needs."""


def control_genes(counts: pd.DataFrame, unused: Set[str]) -> list[str] | None:
    """List the genes that size factors are estimated from, or None for all.

    Args:
        counts: integers, genes x samples.
        unused: gene ids to leave out: a few genes of blood, muscle or mitochondria can hold much of a library.

    Raises:
        StudyError: too few genes are left that have counts in every sample.
    """
    left, usable = _left(counts, unused)
    if len(left) == len(counts):
        return None
    if usable < MIN_CONTROL_GENES:
        raise StudyError(
            f"{usable} genes with counts in every sample are left to estimate size factors from",
            where="config/config.yaml, differential.size_factors_without",
            expected=f"at least {MIN_CONTROL_GENES} such genes",
            remedy="leave out fewer genes, or none",
        )
    return left


def estimate_size_factors(counts: pd.DataFrame, unused: Set[str] = frozenset()) -> pd.DataFrame:
    """Estimate size factors without the genes in `unused`, and for comparison with all genes.

    Args:
        counts: filtered integers, genes x samples.
        unused: gene ids to leave out.

    Returns:
        One row a sample: sample, size_factor, size_factor_all_genes, relative_difference (of the first to the second, both
        scaled to a geometric mean of 1), library_size (sum of the counts given). With fewer than MIN_CONTROL_GENES left the
        two are the same; the comparison itself stops there.
    """
    left, usable = _left(counts, unused)
    robust = _median_of_ratios(counts, left if usable >= MIN_CONTROL_GENES else None)
    standard = _median_of_ratios(counts, None)
    ratio = robust / standard
    table = pd.DataFrame(
        {
            "size_factor": robust,
            "size_factor_all_genes": standard,
            "relative_difference": ratio / np.exp(np.log(ratio).mean()) - 1,
            "library_size": counts.sum(),
        }
    )
    return table.rename_axis("sample").reset_index()


def _left(counts: pd.DataFrame, unused: Set[str]) -> tuple[list[str], int]:
    """List the genes that are not in `unused`, and count those of them that have counts in every sample."""
    left = list(counts.index[~counts.index.isin(list(unused))])
    return left, int((counts.loc[left] > 0).all(axis=1).sum())


def _median_of_ratios(counts: pd.DataFrame, chosen: list[str] | None) -> pd.Series:
    values = counts.T.to_numpy()
    logmeans, usable = deseq2_norm_fit(values)
    if chosen is not None:
        usable = usable & counts.index.isin(chosen)
    if not usable.any():  # every gene lacks counts somewhere: totals are all that is left
        totals = counts.sum()
        return totals / np.exp(np.log(totals).mean())
    return pd.Series(deseq2_norm_transform(values, logmeans, usable)[1], index=counts.columns)
