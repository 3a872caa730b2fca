"""Size factors: the median of ratios (Anders & Huber 2010), without the genes that composition alone can move."""

from collections.abc import Set

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.errors import StudyError
from claimcheck.deseq2.methods import MIN_CONTROL_GENES, POSCOUNTS, RATIO, TOTALS

Flags = NDArray[np.bool_]


def require_control_genes(counts: pd.DataFrame, unused: Set[str]) -> None:
    """Check that size factors can be estimated without some genes, as they can with them.

    Args:
        counts: integers, genes x samples.
        unused: gene ids to leave out: a few genes of blood, muscle or mitochondria can hold much of a library.

    Raises:
        StudyError: too few genes are left that have counts in every sample.
    """
    everywhere = _in_every_sample(counts)
    usable = int((everywhere & _left(counts, unused)).sum())
    if usable < MIN_CONTROL_GENES <= everywhere.sum():
        raise StudyError(
            f"{usable} genes with counts in every sample are left to estimate size factors from",
            where="config/config.yaml, differential.size_factors_without",
            expected=f"at least {MIN_CONTROL_GENES} such genes",
            remedy="leave out fewer genes, or none",
        )


def estimate_size_factors(counts: pd.DataFrame, unused: Set[str] = frozenset()) -> pd.DataFrame:
    """Estimate size factors without the genes in `unused`, and for comparison with all genes.

    Args:
        counts: filtered integers, genes x samples.
        unused: gene ids to leave out.

    Returns:
        One row a sample: sample, size_factor, size_factor_all_genes, relative_difference (of the first to the second, both
        scaled to a geometric mean of 1), method (RATIO, POSCOUNTS or TOTALS, of both),
        n_genes (counted in every sample, of those that size_factor is estimated from). Where leaving genes out leaves fewer
        than MIN_CONTROL_GENES, though there are as many, the two are the same; the comparison itself stops there.
    """
    left, everywhere, everything = _left(counts, unused), _in_every_sample(counts), np.full(len(counts), True)
    if (everywhere & left).sum() < MIN_CONTROL_GENES <= everywhere.sum():
        left = everything
    usable = int((everywhere & left).sum())
    method = RATIO if usable >= MIN_CONTROL_GENES else POSCOUNTS
    estimate = _median_of_ratios if method == RATIO else _poscounts
    robust, standard = estimate(counts, left), estimate(counts, everything)
    if not (np.isfinite(robust).all() and np.isfinite(standard).all()):
        method, robust = TOTALS, _totals(counts)
        standard = robust
    ratio = robust / standard
    table = pd.DataFrame(
        {
            "size_factor": robust,
            "size_factor_all_genes": standard,
            "relative_difference": ratio / np.exp(np.log(ratio).mean()) - 1,
            "method": method,
            "n_genes": usable,
        }
    )
    return table.rename_axis("sample").reset_index()


def _left(counts: pd.DataFrame, unused: Set[str]) -> Flags:
    """Tell of each gene whether it is not in `unused`."""
    return ~counts.index.isin(list(unused))


def _in_every_sample(counts: pd.DataFrame) -> Flags:
    """Tell of each gene whether it has counts in every sample."""
    return np.asarray((counts.to_numpy() > 0).all(axis=1))


def _median_of_ratios(counts: pd.DataFrame, chosen: Flags) -> pd.Series:
    with np.errstate(divide="ignore"):
        logs = np.log(counts.T.to_numpy())
    used = chosen & _in_every_sample(counts)
    return pd.Series(np.exp(np.median(logs[:, used] - logs.mean(axis=0)[used], axis=1)), index=counts.columns)


def _poscounts(counts: pd.DataFrame, chosen: Flags) -> pd.Series:
    """As `estimateSizeFactors(type = "poscounts")` of DESeq2; not a number where a sample has none of the genes."""
    values = counts.loc[chosen].to_numpy(dtype=float)
    values = values[values.sum(axis=1) > 0]
    logs = np.log(values, out=np.full_like(values, np.nan), where=values > 0)
    ratios = logs - np.nan_to_num(logs).mean(axis=1, keepdims=True)
    medians = [np.median(some[~np.isnan(some)]) if (~np.isnan(some)).any() else np.nan for some in ratios.T]
    return pd.Series(np.exp(medians - np.mean(medians)), index=counts.columns)


def _totals(counts: pd.DataFrame) -> pd.Series:
    totals = np.log(np.maximum(counts.sum(), 1))
    return np.exp(totals - totals.mean())
