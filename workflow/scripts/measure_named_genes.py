"""Look up the genes that figures name: fold change with its interval, mean counts, and level in every animal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.claims.tests import read_genes
from claimcheck.core.standards import Levels
from claimcheck.core.steps import step
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design, metadata_of, model_matrix, read_model
from claimcheck.deseq2.levels import log2_cpm_of_total
from claimcheck.gene_sets.comparison import make_comparison
from claimcheck.gene_sets.named import MEASURES, NAMED_COLUMNS, figure_groups, list_genes
from claimcheck.quantification.genes import Annotation, folder_of, read_annotation

LEVEL_COLUMNS = ("gene_id", "sample", "log2_cpm", "z")


def measure_genes(
    named: pd.DataFrame,
    *,
    counts: pd.DataFrame,
    factors: pd.Series,
    sheet: pd.DataFrame,
    design: Design,
    genes: pd.DataFrame,
    few_residual_df: int,
    levels: Levels,
) -> pd.DataFrame:
    """Look up named genes in the results of the differential expression.

    Args:
        named: NAMED_COLUMNS.
        counts: integers, all genes x samples.
        factors: size factors by sample.
        sheet: the samples as they are modelled, in the order of the columns.
        design: the comparison.
        genes: results/differential/genes.tsv.
        few_residual_df, levels: of the intervals.

    Returns:
        The rows of `named` with MEASURES but symbol: state is tested, too few counts (left out of the test) or not counted (not
        in the table); means are of normalised counts; intervals are those that the claims are decided with.
    """
    normalised = counts[counts.index.isin(named["gene_id"])] / factors
    tested = genes.set_index("gene_id", drop=False)
    comparison = make_comparison(
        counts.loc[genes["gene_id"]], factors.to_numpy(dtype=float), model_matrix(metadata_of(sheet, design))
    )
    fitted = read_genes(genes, tuple(named["gene_id"]), comparison, few_residual_df=few_residual_df, levels=levels)
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


def measure_levels(named: pd.DataFrame, counts: pd.DataFrame) -> pd.DataFrame:
    """Compute the level of the named genes in every animal.

    Args:
        named: gene_id.
        counts: integers, all genes x samples.

    Returns:
        One row a counted gene and sample, columns LEVEL_COLUMNS: log2(CPM + 1), and z over all samples, missing where a gene
        doesn't vary.
    """
    levels = log2_cpm_of_total(counts)
    levels = levels[levels.index.isin(named["gene_id"])].sort_index()
    spread = levels.std(axis=1, ddof=1)
    z = levels.sub(levels.mean(axis=1), axis=0).div(spread.where(spread > 0), axis=0)
    wide = {"log2_cpm": levels, "z": z}
    table = pd.DataFrame({name: values.stack(future_stack=True) for name, values in wide.items()})
    return table.rename_axis(["gene_id", "sample"]).reset_index()[list(LEVEL_COLUMNS)]


def main(
    *,
    genes: Path,
    counts: Path,
    model: Path,
    steps: Path,
    size_factors: Path,
    annotation: Annotation,
    groups: Design,
    report: Mapping[str, Any],
    left_out: Mapping[str, list[str]],
    explored: list[dict[str, Any]],
    deleted_gene: str | None,
    few_residual_df: int,
    interval_levels: Levels,
    named_genes: Path,
    levels: Path,
) -> None:
    """Write both tables."""
    figures = figure_groups(report, left_out=left_out, explored=explored)
    named = list_genes(figures, annotation.members, deleted_gene=deleted_gene)
    sheet, design = read_model(model, steps, groups)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    factors = read_table(size_factors).set_index("sample")["size_factor"]
    measured = measure_genes(
        named,
        counts=counted,
        factors=factors[list(sheet["sample"])],
        sheet=sheet,
        design=design,
        genes=read_table(genes),
        few_residual_df=few_residual_df,
        levels=interval_levels,
    ).assign(symbol=annotation.symbols_of(named["gene_id"]))
    write_table(measured[[*NAMED_COLUMNS, *MEASURES]], named_genes)
    write_table(measure_levels(named, counted), levels)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            genes=Path(snakemake.input.genes),
            counts=Path(snakemake.input.counts),
            model=Path(snakemake.input.model),
            steps=Path(snakemake.input.design),
            size_factors=Path(snakemake.input.size_factors),
            annotation=read_annotation(
                Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
                folder_of(snakemake.input.gene_sets),
                {gene: symbol for group in snakemake.params.explored for gene, symbol in group["genes"].items()},
            ),
            groups=Design(snakemake.params.test, snakemake.params.reference),
            report=snakemake.params.report,
            left_out=snakemake.params.left_out,
            explored=snakemake.params.explored,
            deleted_gene=snakemake.params.deleted_gene,
            few_residual_df=snakemake.params.tests["few_residual_df"],
            interval_levels=Levels(**snakemake.params.tests["levels"]),
            named_genes=Path(snakemake.output.genes),
            levels=Path(snakemake.output.levels),
        )
