"""Principal components of the samples on variance-stabilised counts, and what they go along with."""

from collections.abc import Set

import numpy as np
import pandas as pd

from claimcheck.deseq2.batched import Floats
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.dispersions import LEAST_FITTED, fit_dispersions, fit_trend, rough_dispersions

TREND_GENES, TREND_MIN_MEAN = 1000, 5.0
"""The dispersion trend is fitted on so many genes, of those with a larger mean of normalised counts."""
_MIN_TREND_GENES = 20


def stabilise(counts: pd.DataFrame, size_factors: pd.Series) -> tuple[pd.DataFrame, bool]:
    """Stabilise the variance of counts without looking at the groups.

    As `vst` of DESeq2 (Love et al. 2014): a dispersion trend a0 + a1 / mean, fitted with the design ~ 1 on TREND_GENES genes spread
    evenly over the ranks of the mean, and the transformation in closed form that belongs to it (Anders & Huber 2010). Where no
    trend can be fitted, log2 of normalised counts plus one takes its place.

    Args:
        counts: integers, genes x samples.
        size_factors: one a sample, indexed by sample.

    Returns:
        samples x genes, on a log2-like scale; and whether a trend was fitted.
    """
    factors = size_factors.loc[counts.columns].to_numpy(float)
    normalised = counts.to_numpy(float).T / factors[:, None]
    trend = _trend_of(counts.to_numpy(float).T, factors)
    if trend is None:
        values = np.log2(normalised + 1)
    else:
        a0, a1 = trend
        root = np.sqrt(a0 * normalised * (1 + a1 + a0 * normalised))
        values = np.log2((1 + a1 + 2 * a0 * normalised + 2 * root) / (4 * a0))
    return pd.DataFrame(values, index=counts.columns, columns=counts.index), trend is not None


def _trend_of(counts: Floats, size_factors: Floats) -> tuple[float, float] | None:
    """Fit the dispersion trend a0 + a1 / mean without a design, samples x genes; None where it cannot be fitted."""
    normalised = counts / size_factors[:, None]
    means = normalised.mean(axis=0)
    candidates = np.flatnonzero(means > TREND_MIN_MEAN)
    if len(counts) < 2 or len(candidates) < _MIN_TREND_GENES:
        return None
    ordered = candidates[np.argsort(means[candidates], kind="stable")]
    ranks = np.linspace(1, len(ordered), min(TREND_GENES, len(ordered)))
    chosen = ordered[np.round(ranks).astype(int) - 1]
    counts, normalised, means = counts[:, chosen], normalised[:, chosen], means[chosen]
    intercept = np.ones((len(counts), 1))
    bounds = (LEAST_FITTED / 100, max(10.0, len(counts)))
    dispersions, converged = fit_dispersions(
        counts,
        intercept,
        np.maximum(size_factors[:, None] * means, 0.5),
        np.clip(rough_dispersions(normalised, intercept), *bounds),
        bounds=bounds,
        cox_reid=True,
        prior_variance=None,
    )
    (a0, a1), fitted = fit_trend(means[converged], dispersions[converged])
    return (float(a0), float(a1)) if fitted else None


def project(values: pd.DataFrame, *, n_genes: int) -> pd.DataFrame:
    """Compute principal components on the genes that vary most.

    Args:
        values: samples x genes, log scale.
        n_genes: number of genes with the largest variance; ties go to the smaller id.

    Returns:
        sample, component (from 1), score, share_variance (0 to 1); each component's sign is such that the largest score is
        positive. At most five components.
    """
    variances = values.var(axis=0)
    chosen = variances.sort_index().sort_values(ascending=False, kind="stable").index[:n_genes]
    centred = values[chosen] - values[chosen].mean(axis=0)
    left, singular, _ = np.linalg.svd(centred.to_numpy(), full_matrices=False)
    total = float((singular**2).sum())
    rows = []
    for component in range(min(5, len(values) - 1, len(singular))):
        scores = left[:, component] * singular[component]
        scores = scores * np.sign(scores[np.argmax(np.abs(scores))] or 1.0)
        share = float(singular[component] ** 2 / total) if total else 0.0
        rows += [(sample, component + 1, score, share) for sample, score in zip(values.index, scores, strict=True)]
    return pd.DataFrame(rows, columns=["sample", "component", "score", "share_variance"])


def project_variants(values: pd.DataFrame, composition_genes: Set[str]) -> pd.DataFrame:
    """Compute the principal components of three choices of genes.

    Args:
        values: samples x genes, log scale.
        composition_genes: genes of the panels of composition.

    Returns:
        The columns of `project` after `variant`: top_500 and top_2000 of all genes, without_composition_genes is top_500 of those
        that are in no panel.
    """
    others = values.loc[:, ~values.columns.isin(sorted(composition_genes))]
    parts = {
        "top_500": project(values, n_genes=500),
        "top_2000": project(values, n_genes=2000),
        "without_composition_genes": project(others, n_genes=500),
    }
    table = pd.concat(parts, names=["variant"]).reset_index("variant")
    return table.reset_index(drop=True)


def gather_covariates(
    sheet: pd.DataFrame, groups: Design, scores: pd.DataFrame, mapped: pd.DataFrame | None, depth: pd.Series
) -> pd.DataFrame:
    """Put together what the components may go along with: group, sex, batch, reads, and the score of each panel.

    Args:
        sheet: sample, condition, sex, batch.
        groups: the groups, of which the reference is coded 0.
        scores: panel, sample, score.
        mapped: sample, share_pseudoaligned; None where there are no reads.
        depth: counts in all, by sample.

    Returns:
        A row a sample, a column a covariate.
    """
    table = sheet.set_index("sample")[["condition", "sex", "batch"]].copy()
    table["condition"] = pd.Categorical(table["condition"], categories=[groups.reference, groups.test])
    table["counts"] = depth
    if mapped is not None:
        table["share pseudoaligned"] = mapped.set_index("sample")["share_pseudoaligned"]
    for panel, part in scores.groupby("panel", sort=False):
        table[str(panel)] = part.set_index("sample")["score"]
    return table


def pca_covariates(scores: pd.DataFrame, covariates: pd.DataFrame) -> pd.DataFrame:
    """Correlate each principal component with what is known of the samples.

    Args:
        scores: from `project_variants`.
        covariates: samples x covariates. Numbers are taken as they are. Of two categories the last is 1 and the other 0; of
            more, each is a covariate `name = category` of its own. Empty text is a missing value.

    Returns:
        variant, component, covariate, correlation (Pearson's r), n (samples with a value). Left out: covariates that are constant
        or known for fewer than three samples, and texts that differ from sample to sample.
    """
    coded = _code(covariates)
    rows = []
    for (variant, component), part in scores.groupby(["variant", "component"], sort=False):
        values = part.set_index("sample")["score"].loc[coded.index]
        for name, column in coded.items():
            known = column.notna()
            if known.sum() >= 3 and np.ptp(column[known]) > 0 and np.ptp(values[known]) > 0:
                r = float(np.corrcoef(values[known], column[known])[0, 1])
                rows.append((variant, component, name, r, int(known.sum())))
    return pd.DataFrame(rows, columns=["variant", "component", "covariate", "correlation", "n"])


def _code(covariates: pd.DataFrame) -> pd.DataFrame:
    coded = {}
    for name, column in covariates.items():
        if pd.api.types.is_numeric_dtype(column):
            coded[str(name)] = column.astype(float)
            continue
        known = column.mask(column.isin(["", "NA"]))
        ordered = (
            list(column.cat.categories)
            if isinstance(column.dtype, pd.CategoricalDtype)
            else sorted(known.dropna().unique())
        )
        levels = [level for level in ordered if (known == level).any()]
        if len(levels) == 2:
            coded[str(name)] = (known == levels[1]).astype(float).mask(known.isna())
        elif len(levels) < known.notna().sum():
            for level in levels:
                coded[f"{name} = {level}"] = (known == level).astype(float).mask(known.isna())
    return pd.DataFrame(coded, index=covariates.index)
