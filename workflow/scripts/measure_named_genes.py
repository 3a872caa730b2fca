"""Look up the genes that figures name: fold change with its interval, mean counts, and level in every animal."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from claimcheck.claims.named_genes import measure_genes, measure_levels
from claimcheck.core.standards import Levels
from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.deseq2.design import Design
from claimcheck.gene_sets.comparison import ModelFiles, read_modelled
from claimcheck.gene_sets.named import MEASURES, NAMED_COLUMNS, figure_groups, list_genes
from claimcheck.quantification.genes import read_annotation


def main(
    *,
    files: ModelFiles,
    transcripts: Path | None,
    gene_sets: list[Path],
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
    symbols = {gene: symbol for group in explored for gene, symbol in group["genes"].items()}
    annotation = read_annotation(transcripts, gene_sets, symbols)
    figures = figure_groups(report, left_out=left_out, explored=explored)
    named = list_genes(figures, annotation.members, deleted_gene=deleted_gene)
    modelled = read_modelled(files, groups)
    measured = measure_genes(named, modelled, few_residual_df=few_residual_df, levels=interval_levels).assign(
        symbol=annotation.symbols_of(named["gene_id"])
    )
    write_table(measured[[*NAMED_COLUMNS, *MEASURES]], named_genes)
    write_table(measure_levels(named, modelled.counts, modelled.factors), levels)


run(main)
