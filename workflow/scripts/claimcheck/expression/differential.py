"""Differential expression of the test group against the reference group with PyDESeq2 (Muzellec et al. 2023)."""

import logging
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from pydeseq2.dds import DeseqDataSet
from pydeseq2.default_inference import DefaultInference
from pydeseq2.ds import DeseqStats

from claimcheck.errors import StudyError
from claimcheck.tables import listed

logger = logging.getLogger("claimcheck.expression.differential")

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
)


@dataclass(frozen=True)
class Design:
    """What is compared: samples of `test` against `reference`, adjusted for categorical covariates of the sample sheet."""

    test: str
    reference: str
    covariates: tuple[str, ...] = ()

    @property
    def coefficient(self) -> str:
        """Name of the fitted coefficient; positive = higher in the test group."""
        return f"condition[T.{self.test}]"

    @property
    def formula(self) -> str:
        """The model formula; the condition comes last."""
        return "~ " + " + ".join([*self.covariates, "condition"])


def metadata_of(samples: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Build the model's factors, the reference level first.

    Args:
        samples: the sample sheet, text columns sample, condition and the covariates.

    Returns:
        Categorical columns, one row a sample, indexed by sample.

    Raises:
        StudyError: a covariate is missing, empty for a sample, or cannot be told apart from the condition; or no
            residual degree of freedom is left.
    """
    metadata = samples.set_index("sample")[["condition"]].copy()
    metadata["condition"] = pd.Categorical(metadata["condition"], categories=[design.reference, design.test])
    for covariate in design.covariates:
        values = samples.set_index("sample").get(covariate)
        if values is None or (values == "").any():
            raise StudyError(
                f"the covariate {covariate!r} is not known for every sample",
                where="results/samples/samples.tsv",
                expected=f"a value of {covariate} for all of {listed(samples['sample'], most=8)}",
                remedy="fill the column in the sample sheet, or remove it from design.covariates in config/config.yaml",
            )
        metadata[covariate] = pd.Categorical(values, categories=sorted(values.unique()))
    columns = [pd.get_dummies(metadata[name], drop_first=True, dtype=float) for name in metadata]
    matrix = np.column_stack([np.ones(len(metadata)), *columns])
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise StudyError(
            f"{design.test} and {design.reference} cannot be told apart from the covariates {listed(design.covariates)}",
            where="results/samples/samples.tsv and design.covariates in config/config.yaml",
            expected="each level of a covariate in both groups, at least for some samples",
            remedy="remove the covariate; if the design itself is confounded, no analysis can separate the two",
        )
    if len(matrix) <= matrix.shape[1]:
        raise StudyError(
            f"{len(matrix)} samples are too few for a model with {matrix.shape[1]} coefficients",
            where="results/samples/samples.tsv",
            expected="at least one sample more than coefficients; three animals a group to decide anything",
            remedy="add samples, or remove covariates; without replicates no test is possible",
        )
    return metadata


def filter_genes(counts: pd.DataFrame, samples: pd.DataFrame, *, min_count: int, keep: set[str]) -> pd.DataFrame:
    """Keep genes with at least `min_count` counts in as many samples as the smaller group has, and the genes of `keep`.

    Args:
        counts: integers, genes x samples.
        samples: the sample sheet.
        keep: ids kept whatever their counts, unless they are zero in all samples.

    Raises:
        StudyError: fewer than 50 genes are left.
    """
    smaller = int(samples["condition"].value_counts().min())
    enough = (counts >= min_count).sum(axis=1) >= smaller
    kept = counts[(enough | counts.index.isin(sorted(keep))) & (counts.sum(axis=1) > 0)]
    if len(kept) < 50:
        raise StudyError(
            f"only {len(kept)} genes have {min_count} counts in {smaller} samples",
            where="results/counts/gene_counts.tsv",
            expected="at least 50 such genes, without which no dispersion trend can be fitted",
            remedy="check the mapping gates and the reference, or lower differential.min_count in config/config.yaml",
        )
    return kept


def fit(counts: pd.DataFrame, samples: pd.DataFrame, design: Design, *, alpha: float) -> tuple[pd.DataFrame, Any]:
    """Fit the model and test the condition with the Wald test.

    Cook's outliers lose their p-value and independent filtering its adjusted one (Love et al. 2014); the fold change of
    maximum likelihood stays for both.

    Args:
        counts: filtered integers, genes x samples.
        samples: the sample sheet in the order of the columns.
        design: the comparison.
        alpha: false discovery rate that the independent filter is tuned for.

    Returns:
        One row a gene in the order of `counts` with the columns GENE_COLUMNS but symbol, and the fitted data set.

    Raises:
        StudyError: as `metadata_of`.
    """
    inference = DefaultInference(n_cpus=1)
    dataset = DeseqDataSet(
        counts=counts.T,
        metadata=metadata_of(samples, design),
        design=design.formula,
        inference=inference,
        quiet=True,
    )
    dataset.deseq2()
    if design.coefficient not in dataset.varm["LFC"].columns:
        raise AssertionError(f"the model has no coefficient {design.coefficient}")
    tested = DeseqStats(
        dataset,
        contrast=["condition", design.test, design.reference],
        alpha=alpha,
        inference=inference,
        quiet=True,
    )
    tested.summary()
    results = tested.results_df.copy()
    tested.lfc_shrink(coeff=design.coefficient)
    shrunken = guard_shrinkage(results["log2FoldChange"], tested.results_df["log2FoldChange"], results["baseMean"])
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
        }
    )
    return table.reset_index(drop=True), dataset


def guard_shrinkage(mle: pd.Series, shrunken: pd.Series, base_mean: pd.Series) -> pd.Series:
    """Return the shrunken fold changes, or those of maximum likelihood where shrinkage misbehaved.

    apeGLM shrinkage should not change a sign or enlarge an effect; PyDESeq2's does at very high counts (its issue 347).

    Args:
        mle: log2 fold changes of maximum likelihood.
        shrunken: the same after shrinkage.
        base_mean: mean of normalised counts.
    """
    flipped = (np.sign(mle) != np.sign(shrunken)) & (shrunken.abs() >= 0.1)
    enlarged = shrunken.abs() > mle.abs() + 0.1
    high = base_mean >= base_mean.quantile(0.9)
    correlation = float(np.corrcoef(mle[high], shrunken[high])[0, 1]) if high.sum() > 2 else 1.0
    constant = shrunken[high].std() < 1e-6
    broken = (flipped | enlarged).mean() > 0.001 or (correlation < 0.5 and not constant)
    if broken:
        logger.warning(
            "shrinkage changed %d signs and enlarged %d effects; fold changes of maximum likelihood are used in its place",
            int(flipped.sum()),
            int(enlarged.sum()),
        )
        return mle
    return shrunken.mask(flipped | enlarged, mle)


def summarise(
    genes: pd.DataFrame, counts: pd.DataFrame, samples: pd.DataFrame, design: Design, *, alpha: float
) -> pd.DataFrame:
    """Count what was tested and found, every missing value by its reason.

    Returns:
        quantity, value, meaning.
    """
    groups = samples["condition"].value_counts()
    no_p = genes["p_value"].isna()
    no_adjusted = genes["p_adjusted"].isna() & ~no_p
    significant = genes["p_adjusted"] < alpha
    rows = [
        ("n_test", groups[design.test], f"samples of {design.test}"),
        ("n_reference", groups[design.reference], f"samples of {design.reference}"),
        ("n_genes_counted", len(counts), "genes in the table of counts"),
        ("n_genes_all_zero", int((counts.sum(axis=1) == 0).sum()), "of these without a count in any sample"),
        ("n_genes_tested", len(genes), "genes with enough counts, fitted and tested"),
        ("n_no_p_value", int(no_p.sum()), "tested genes whose p-value was removed: a Cook's outlier sample"),
        (
            "n_filtered",
            int(no_adjusted.sum()),
            "tested genes left out of the correction by independent filtering",
        ),
        (
            "n_significant_up",
            int((significant & (genes["log2_fold_change"] > 0)).sum()),
            f"higher in {design.test}",
        ),
        (
            "n_significant_down",
            int((significant & (genes["log2_fold_change"] < 0)).sum()),
            f"lower in {design.test}",
        ),
        ("alpha", f"{alpha:g}", "false discovery rate (Benjamini-Hochberg)"),
    ]
    return pd.DataFrame(
        [(name, str(value), meaning) for name, value, meaning in rows],
        columns=["quantity", "value", "meaning"],
    )
