"""Differential expression of the test group against the reference group with PyDESeq2 (Muzellec et al. 2023)."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from pydeseq2.ds import DeseqStats

from claimcheck.core.distributions import normal_sf
from claimcheck.core.estimates import minimum_detectable
from claimcheck.core.standards import Levels
from claimcheck.deseq2.dataset import DataSet
from claimcheck.deseq2.design import Design, cells_of, metadata_of
from claimcheck.deseq2.fallbacks import Fallback, of_shrinkage
from claimcheck.deseq2.inference import VectorisedInference

GENE_COLUMNS = (
    "gene_id",
    "symbol",
    "base_mean",
    "log2_fold_change",
    "lfc_se",
    "stat",
    "p_value",
    "p_adjusted",
    "log2_fold_change_shrunken",
    "p_value_unfiltered",
    "dispersion",
    "minimum_detectable_effect",
    "missing",
)


@dataclass(frozen=True)
class ShrinkageLimits:
    """When shrunken fold changes are replaced by those of maximum likelihood.

    Attributes:
        max_change: log2 fold change against the sign, or beyond the effect, from which a gene counts as changed by shrinkage.
        max_share: of such genes, above which shrinkage failed, 0 to 1.
        high_expression: quantile of the mean counts above which both fold changes are correlated.
        min_correlation: of these, below which it failed.
    """

    max_change: float
    max_share: float
    high_expression: float
    min_correlation: float


class Fit(NamedTuple):
    """A fitted model.

    Attributes:
        genes: one row a gene in the order of the counts, with the columns GENE_COLUMNS but symbol.
        dataset: the fitted data set.
        fallbacks: what was done in place of what was planned.
    """

    genes: pd.DataFrame
    dataset: DataSet
    fallbacks: list[Fallback]


def fit(
    counts: pd.DataFrame,
    samples: pd.DataFrame,
    design: Design,
    *,
    alpha: float,
    shrinkage: ShrinkageLimits,
    levels: Levels,
    size_factors: "pd.Series[float]",
) -> Fit:
    """Fit the model and test the condition, or its interaction, with the Wald test.

    Cook's outliers lose their p-value and independent filtering its adjusted one (Love et al. 2014); the fold change of
    maximum likelihood and the unfiltered p-value stay for both, and `missing` says why.

    Args:
        counts: filtered integers, genes x samples.
        samples: the sample sheet in the order of the columns.
        design: the comparison.
        alpha: false discovery rate that the independent filter is tuned for.
        shrinkage: limits of the shrunken fold changes.
        levels: of the minimum detectable effect.
        size_factors: by sample, from `estimate_size_factors`.

    Raises:
        StudyError: as `metadata_of`.
    """
    inference = VectorisedInference()
    dataset = DataSet(
        counts=counts.T,
        metadata=metadata_of(samples, design),
        design=design.formula,
        size_factors=size_factors,
        inference=inference,
        quiet=True,
    )
    dataset.deseq2()
    if design.coefficient not in dataset.varm["LFC"].columns:
        raise AssertionError(f"the model has no coefficient {design.coefficient}")
    tested = DeseqStats(
        dataset,
        contrast=_contrast(dataset, design),
        alpha=alpha,
        inference=inference,
        quiet=True,
    )
    tested.summary()
    results = tested.results_df.copy()
    tested.lfc_shrink(coeff=design.coefficient)
    raw, mle = tested.results_df["log2FoldChange"], results["log2FoldChange"]
    shrunken = guard_shrinkage(mle, raw, results["baseMean"], shrinkage)
    table = pd.DataFrame(
        {
            "gene_id": results.index,
            "base_mean": results["baseMean"],
            "log2_fold_change": results["log2FoldChange"],
            "lfc_se": results["lfcSE"],
            "stat": results["stat"],
            "p_value": results["pvalue"],
            "p_adjusted": results["padj"],
            "log2_fold_change_shrunken": shrunken,
            "p_value_unfiltered": 2 * normal_sf(results["stat"].abs()),
            "dispersion": dataset.var["dispersions"],
            "minimum_detectable_effect": minimum_detectable_effect(
                results["baseMean"], dataset.var["dispersions"], cells_of(samples, design).value_counts(), levels
            ),
            "missing": _why_missing(results, dataset),
        }
    )
    return Fit(table.reset_index(drop=True), dataset, [*dataset.fallbacks, *of_shrinkage(mle, raw, shrunken)])


def _contrast(dataset: DataSet, design: Design) -> Any:
    """Name what is tested, as PyDESeq2 wants it: a factor and two levels, or the weights of the coefficients."""
    if not design.interaction:
        return ["condition", design.test, design.reference]
    return np.array([float(name == design.coefficient) for name in dataset.varm["LFC"].columns])


def minimum_detectable_effect(
    mean: pd.Series, dispersion: pd.Series, group_sizes: pd.Series, levels: Levels
) -> pd.Series:
    """Compute the smallest log2 fold change that the Wald test finds with the power of `levels`.

    The standard error of a log2 fold change between two groups of negative binomial counts is
    sqrt((1 / n_1 + 1 / n_2) (1 / mean + dispersion)) / ln 2 (Hart et al. 2013, J Comput Biol 20:970); that of a difference of two
    such changes sums over all four groups.

    Args:
        mean: mean of normalised counts of each gene.
        dispersion: of each gene.
        group_sizes: number of samples of the two groups, or of the four of an interaction.
        levels: power, and the interval whose complement is the level of the test.
    """
    per_sample = 1 / mean.where(mean > 0) + dispersion
    return minimum_detectable(levels, np.inf) * np.sqrt((1 / group_sizes).sum() * per_sample) / np.log(2)


def _why_missing(results: pd.DataFrame, dataset: Any) -> pd.Series:
    """Say of each gene without a p-value or an adjusted one why, and of the others nothing."""
    cooks = np.nan_to_num(np.asarray(dataset.layers["cooks"]))
    largest = pd.Series(np.asarray(dataset.obs_names)[cooks.argmax(axis=0)], index=results.index).astype(str)
    reasons = pd.Series("", index=results.index)
    reasons[results["padj"].isna()] = "too few counts to be worth correcting for (independent filtering)"
    outlier = results["pvalue"].isna() & results["stat"].notna()
    reasons[outlier] = "outlier sample " + largest[outlier] + " (Cook's distance)"
    reasons[results["stat"].isna()] = "the model could not be fitted"
    return reasons


def guard_shrinkage(mle: pd.Series, shrunken: pd.Series, base_mean: pd.Series, limits: ShrinkageLimits) -> pd.Series:
    """Return the shrunken fold changes, or those of maximum likelihood where shrinkage misbehaved.

    apeGLM shrinkage should not change a sign or enlarge an effect; PyDESeq2's does at very high counts (its issue 347).

    Args:
        mle: log2 fold changes of maximum likelihood.
        shrunken: the same after shrinkage.
        base_mean: mean of normalised counts.
        limits: when it misbehaved.
    """
    flipped = (np.sign(mle) != np.sign(shrunken)) & (shrunken.abs() >= limits.max_change)
    enlarged = shrunken.abs() > mle.abs() + limits.max_change
    high = base_mean >= base_mean.quantile(limits.high_expression)
    correlation = float(np.corrcoef(mle[high], shrunken[high])[0, 1]) if high.sum() > 2 else 1.0
    constant = shrunken[high].std() < 1e-6
    broken = (flipped | enlarged).mean() > limits.max_share or (correlation < limits.min_correlation and not constant)
    if broken:
        return mle
    return shrunken.mask(flipped | enlarged, mle)
