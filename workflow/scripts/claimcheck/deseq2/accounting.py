"""What became of every gene in the comparison, and which single samples decide about genes."""

from collections.abc import Set
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.deseq2.design import Design

LEVELS = (0.05, 0.1)
"""Adjusted p-values below which genes are counted whatever the configured level, as readers expect them."""
TUNING = 0.5
"""p-value above which genes count as without a difference in Storey's estimate, his lambda."""
DISPERSION_COLUMNS = ("gene_id", "symbol", "base_mean", "gene_wise", "trend", "posterior", "final", "above_trend")


def summarise(
    genes: pd.DataFrame,
    counts: pd.DataFrame,
    samples: pd.DataFrame,
    design: Design,
    *,
    alpha: float,
    threshold: float,
) -> pd.DataFrame:
    """Count what was tested and found, every missing value by its reason.

    Args:
        genes: one row a tested gene.
        counts: integers, all genes x samples.
        samples: condition.
        design: the comparison.
        alpha: false discovery rate.
        threshold: absolute log2 fold change from which genes with a small adjusted p are counted apart.

    Returns:
        quantity, value, meaning.
    """
    groups = samples["condition"].value_counts()
    all_zero = int((counts.sum(axis=1) == 0).sum())
    outlier = genes["missing"].str.startswith("outlier")
    filtered = genes["missing"].str.startswith("too few")
    significant = genes["p_adjusted"] < alpha
    rows = [
        ("n_test", groups[design.test], f"samples of {design.test}"),
        ("n_reference", groups[design.reference], f"samples of {design.reference}"),
        ("n_genes_counted", len(counts), "genes in the table of counts"),
        ("n_genes_all_zero", all_zero, "of these without a count in any sample"),
        ("n_genes_low", len(counts) - all_zero - len(genes), "of these with counts in too few samples to be tested"),
        ("n_genes_tested", len(genes), "genes with enough counts, fitted and tested"),
        (
            "n_outlier",
            int(outlier.sum()),
            "tested genes with an outlier sample (Cook's distance): p-value removed, the unfiltered one is kept beside",
        ),
        (
            "n_filtered",
            int(filtered.sum()),
            "tested genes with too few counts to be worth correcting for (independent filtering): no adjusted p-value",
        ),
        (
            "n_not_fitted",
            int((genes["missing"] != "").sum() - outlier.sum() - filtered.sum()),
            "tested genes that the model could not be fitted to",
        ),
        (
            "n_significant_up",
            int((significant & (genes["log2_fold_change"] > 0)).sum()),
            f"higher in {design.effect.up}",
        ),
        (
            "n_significant_down",
            int((significant & (genes["log2_fold_change"] < 0)).sum()),
            f"lower in {design.effect.up}",
        ),
        ("alpha", f"{alpha:g}", "false discovery rate (Benjamini-Hochberg)"),
    ]
    large = genes["log2_fold_change"].abs() >= threshold
    for level in LEVELS:
        found = genes["p_adjusted"] < level
        rows += [
            (f"n_below_{level:g}", int(found.sum()), f"genes with an adjusted p below {level:g}"),
            (
                f"n_below_{level:g}_large",
                int((found & large).sum()),
                f"of these with a log2 fold change of {threshold:g} or more in either direction",
            ),
        ]
    rows.append(
        (
            "share_of_true_nulls",
            f"{share_of_true_nulls(genes['p_value']):.3f}",
            "estimated share of genes without a difference, from the p-values above 0.5 (Storey 2002)",
        )
    )
    return pd.DataFrame(
        [(name, str(value), meaning) for name, value, meaning in rows],
        columns=["quantity", "value", "meaning"],
    )


def share_of_true_nulls(p_values: pd.Series) -> float:
    """Estimate the share of true null hypotheses, #(p > lambda) / ((1 - lambda) m) at lambda = 0.5, at most 1 (Storey 2002).

    J R Stat Soc B 64:479. It takes p-values of true nulls for uniform, so a skewed histogram spoils it.

    Args:
        p_values: one a gene; missing ones are passed over.

    Returns:
        The share, NaN without any p-value.
    """
    known = p_values.dropna()
    return min(1.0, float((known > TUNING).mean()) / (1 - TUNING)) if len(known) else float("nan")


def list_dispersions(dataset: Any, symbols: pd.Series) -> pd.DataFrame:
    """List the dispersion of every gene, from its own counts to the one that is used (Love et al. 2014).

    Args:
        dataset: the fitted data set.
        symbols: by gene id.

    Returns:
        Columns DISPERSION_COLUMNS: gene_wise is of maximum likelihood, trend what genes of this mean have, posterior drawn towards
        it, final the one that is used: gene_wise of genes that lie far above the trend, posterior of all others.
    """
    fitted = dataset.var
    table = pd.DataFrame(
        {
            "base_mean": fitted["_normed_means"],
            "gene_wise": fitted["genewise_dispersions"],
            "trend": fitted["fitted_dispersions"],
            "posterior": fitted["MAP_dispersions"],
            "final": fitted["dispersions"],
            "above_trend": fitted["_outlier_genes"].eq(True),
        }
    )
    table.insert(0, "symbol", symbols.reindex(table.index).to_numpy())
    return table.rename_axis("gene_id").reset_index()[list(DISPERSION_COLUMNS)]


def counts_to_look_at(table: pd.DataFrame, dataset: Any, samples: pd.DataFrame, chosen: Set[str]) -> pd.DataFrame:
    """List the normalised counts of chosen genes, and of those that lost their p-value to an outlier sample.

    Args:
        table: one row a tested gene: gene_id, symbol, base_mean, missing.
        dataset: the fitted data set.
        samples: sample, condition.
        chosen: ids of the genes of interest.

    Returns:
        gene_id, symbol, sample, condition, normalised_count, reason ("gene of interest", or what `missing` says); the genes of
        interest first, then the others by falling mean.
    """
    outliers = table["missing"].str.startswith("outlier")
    wanted = table[table["gene_id"].isin(sorted(chosen)) | outliers].copy()
    wanted["reason"] = wanted["missing"].where(outliers, "gene of interest")
    wanted["place"] = ~wanted["gene_id"].isin(sorted(chosen))
    wanted = wanted.sort_values(["place", "base_mean", "gene_id"], ascending=[True, False, True])
    normalised = pd.DataFrame(
        np.asarray(dataset.layers["normed_counts"]), index=dataset.obs_names, columns=dataset.var_names
    )
    long = wanted[["gene_id", "symbol", "reason"]].merge(samples[["sample", "condition"]], how="cross")
    long["normalised_count"] = [
        normalised.at[sample, gene] for sample, gene in zip(long["sample"], long["gene_id"], strict=True)
    ]
    return long[["gene_id", "symbol", "sample", "condition", "normalised_count", "reason"]]


def count_outlier_genes(genes: pd.DataFrame, samples: pd.DataFrame, *, times: float, min_genes: int) -> pd.DataFrame:
    """Count the genes of which each sample is the outlier, and flag samples that are it far more often than others.

    Args:
        genes: from `fit`.
        samples: sample.
        times, min_genes: a sample is flagged that is the outlier of more than so many times as many genes as the median sample, and
            of so many genes.

    Returns:
        sample, n_outlier_genes, share (of the tested genes), flagged.
    """
    named = genes["missing"].str.extract(r"^outlier sample (.+) \(Cook's distance\)$")[0]
    numbers = samples["sample"].map(named.value_counts()).fillna(0).astype(int).to_numpy()
    flagged = (numbers > times * np.median(numbers)) & (numbers >= min_genes)
    return pd.DataFrame(
        {"sample": samples["sample"], "n_outlier_genes": numbers, "share": numbers / len(genes), "flagged": flagged}
    )
