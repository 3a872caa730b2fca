"""The genes that figures name, looked up as claims look up theirs: effect with interval, mean counts, level in every animal."""

import pandas as pd

from claimcheck.claims.tests import read_genes
from claimcheck.core.standards import Levels
from claimcheck.deseq2.levels import log2_cpm
from claimcheck.gene_sets.comparison import Modelled

LEVEL_COLUMNS = ("gene_id", "sample", "log2_cpm", "z")


def measure_genes(named: pd.DataFrame, modelled: Modelled, *, few_residual_df: int, levels: Levels) -> pd.DataFrame:
    """Look up named genes in the results of the differential expression.

    Args:
        named: NAMED_COLUMNS.
        modelled: the tested genes and all counts.
        few_residual_df, levels: of the intervals.

    Returns:
        The rows of `named` with MEASURES but symbol: state is tested, too few counts (left out of the test) or not counted (not
        in the table); means are of normalised counts; intervals are those that the claims are decided with.
    """
    counts, sheet, design, genes = modelled.counts, modelled.sheet, modelled.design, modelled.genes
    normalised = counts[counts.index.isin(named["gene_id"])] / modelled.factors
    tested = genes.set_index("gene_id", drop=False)
    wanted = tuple(named["gene_id"])
    fitted = read_genes(genes, wanted, modelled.comparison, few_residual_df=few_residual_df, levels=levels)
    ids = named["gene_id"]
    state = pd.Series("not counted", index=named.index)
    state[ids.isin(normalised.index)] = "too few counts"
    state[ids.isin(tested.index)] = "tested"
    in_group = {
        group: list(sheet.loc[sheet["condition"] == group, "sample"]) for group in (design.reference, design.test)
    }
    return named.assign(
        state=state,
        mean_count=ids.map(normalised.mean(axis=1)),
        mean_reference=ids.map(normalised[in_group[design.reference]].mean(axis=1)),
        mean_test=ids.map(normalised[in_group[design.test]].mean(axis=1)),
        log2_fold_change=ids.map(fitted["effect"]),
        ci95_low=ids.map(fitted["ci95_low"]),
        ci95_high=ids.map(fitted["ci95_high"]),
        minimum_detectable_effect=ids.map(fitted["mde"]),
        log2_fold_change_shrunken=ids.map(tested["log2_fold_change_shrunken"]),
    )


def measure_levels(named: pd.DataFrame, counts: pd.DataFrame, size_factors: "pd.Series[float]") -> pd.DataFrame:
    """Compute the level of the named genes in every animal.

    Args:
        named: gene_id.
        counts: integers, all genes x samples.
        size_factors: by sample.

    Returns:
        One row a counted gene and sample, columns LEVEL_COLUMNS: log2(CPM + 1), and z over all samples, missing where a gene
        doesn't vary.
    """
    levels = log2_cpm(counts, size_factors)
    levels = levels[levels.index.isin(named["gene_id"])].sort_index()
    spread = levels.std(axis=1, ddof=1)
    z = levels.sub(levels.mean(axis=1), axis=0).div(spread.where(spread > 0), axis=0)
    wide = {"log2_cpm": levels, "z": z}
    table = pd.DataFrame({name: values.stack(future_stack=True) for name, values in wide.items()})
    return table.rename_axis(["gene_id", "sample"]).reset_index()[list(LEVEL_COLUMNS)]
