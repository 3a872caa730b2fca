"""What every test of sets starts from: the groups as the differential expression modelled them, and the sets that were tested."""

from pathlib import Path

import pandas as pd

from claimcheck.expression.design import Design, metadata_of, model_matrix
from claimcheck.sets.comparison import Comparison, make_comparison
from claimcheck.tables import read_table


def read_comparison(
    genes: pd.Series, counts: pd.DataFrame, sheet: pd.DataFrame, design: Design, size_factors: Path
) -> Comparison:
    """Take the counts of the tested genes to the model of the differential expression.

    Args:
        genes: ids of the tested genes.
        counts: integers, genes x samples.
        sheet: the samples, in the order of the comparison.
        design: the groups and the covariates.
        size_factors: results/expression/size_factors.tsv.
    """
    factors = read_table(size_factors, text=["sample"]).set_index("sample")["size_factor"]
    names = list(sheet["sample"])
    return make_comparison(
        counts.loc[genes, names],
        factors[names].to_numpy(dtype=float),
        model_matrix(metadata_of(sheet, design)),
    )
