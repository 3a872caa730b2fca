"""Does the effect of the condition differ between the levels of a covariate, such as the sexes."""

import numpy as np
import pandas as pd
from pydeseq2.ds import DeseqStats

from claimcheck.deseq2.dataset import DataSet
from claimcheck.deseq2.design import Design, metadata_of
from claimcheck.deseq2.fallbacks import Fallback
from claimcheck.deseq2.inference import VectorisedInference


def fit_heterogeneity(
    counts: pd.DataFrame, samples: pd.DataFrame, design: Design, *, size_factors: "pd.Series[float]"
) -> tuple[pd.DataFrame, list[Fallback]]:
    """Test whether the effect of the condition differs between the two levels of the covariate, as a description.

    Args:
        counts, samples, design, size_factors: as in `fit`.

    Returns:
        gene_id, difference (log2 fold change in the later level of the covariate minus that in the earlier one, in the order of the
        alphabet), se, p_value, p_adjusted (Benjamini & Hochberg); no row unless the design has one covariate of two levels,
        each with two samples of each condition, and tests no interaction itself. And what was done in place of what was planned.
    """
    columns = ["gene_id", "difference", "se", "p_value", "p_adjusted"]
    metadata = metadata_of(samples, design)
    if len(design.covariates) != 1 or design.interaction:
        return pd.DataFrame(columns=columns), []
    cells = pd.crosstab(metadata[design.covariates[0]], metadata["condition"])
    if len(cells) != 2 or cells.to_numpy().min() < 2:
        return pd.DataFrame(columns=columns), []
    inference = VectorisedInference()
    dataset = DataSet(
        counts=counts.T,
        metadata=metadata,
        design=f"{design.formula} + {design.covariates[0]}:condition",
        size_factors=size_factors,
        inference=inference,
        quiet=True,
    )
    dataset.deseq2()
    names = list(dataset.obsm["design_matrix"].columns)
    contrast = np.array([float(":" in name) for name in names])
    tested = DeseqStats(dataset, contrast=contrast, independent_filter=False, inference=inference, quiet=True)
    tested.summary()
    results = tested.results_df
    table = pd.DataFrame(
        {
            "gene_id": results.index,
            "difference": results["log2FoldChange"].to_numpy(),
            "se": results["lfcSE"].to_numpy(),
            "p_value": results["pvalue"].to_numpy(),
            "p_adjusted": results["padj"].to_numpy(),
        }
    )
    return table, dataset.fallbacks
