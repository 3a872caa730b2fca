"""The Wald test of single genes in any model; apart from the other tests, since PyDESeq2 takes more than a second to load."""

from typing import Any

import numpy as np
import pandas as pd
from pydeseq2.ds import DeseqStats

from claimcheck.claims.specifications import Model
from claimcheck.claims.tests import Data, gene_table
from claimcheck.deseq2.dataset import DataSet
from claimcheck.deseq2.differential import minimum_detectable_effect
from claimcheck.deseq2.inference import VectorisedInference
from claimcheck.gene_sets.comparison import Comparison


def wald_genes(data: Data, comparison: Comparison, model: Model) -> pd.DataFrame:
    """Test the genes that claims look at with PyDESeq2's Wald test, fitted together with all others.

    Returns:
        By gene id, columns of `gene_table` and base_mean; genes without counts are absent.
    """
    names = list(comparison.counts.columns)
    coefficients = [f"b{number}" for number in range(comparison.design_matrix.shape[1])]
    groups = comparison.groups
    conditions = pd.Series(np.where(groups.of_test, "test", "reference"), index=names)
    dataset: Any = DataSet(
        counts=comparison.counts.T,
        metadata=conditions.to_frame("condition"),
        design=pd.DataFrame(comparison.design_matrix, index=names, columns=coefficients),
        size_factors=pd.Series(comparison.size_factors, index=names),
        looked_at=data.gene_ids,
        inference=VectorisedInference(),
        quiet=True,
    )
    dataset.deseq2()
    contrast = np.zeros(len(coefficients))
    contrast[-1] = 1
    tested: Any = DeseqStats(dataset, contrast=contrast, inference=VectorisedInference(), quiet=True)
    tested.run_wald_test()
    base_mean = pd.Series(np.asarray(dataset.layers["normed_counts"]).mean(axis=0), index=dataset.var_names)
    chosen = comparison.counts.index[comparison.counts.index.isin(data.gene_ids)]
    effect = pd.Series(np.asarray(tested.LFC @ contrast) / np.log(2), index=dataset.var_names)[chosen]
    se = pd.Series(np.asarray(tested.SE) / np.log(2), index=dataset.var_names)[chosen]
    dispersion = dataset.var["dispersions"][chosen]
    mde = minimum_detectable_effect(
        base_mean[chosen], dispersion, pd.Series(groups.cells).value_counts(), data.tests.levels
    )
    table = gene_table(
        effect, se, mde, comparison, few_residual_df=data.tests.few_residual_df, levels=data.tests.levels
    )
    return table.assign(base_mean=base_mean[chosen])
