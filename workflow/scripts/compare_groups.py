"""Test every gene for a difference between the groups; stops if a quality gate failed."""

from pathlib import Path
from typing import Any

from claimcheck.core.standards import Levels
from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2 import accounting, differential
from claimcheck.deseq2.design import Design, by_cell, read_model
from claimcheck.deseq2.fallbacks import as_table, of_size_factors
from claimcheck.deseq2.filtering import filter_genes
from claimcheck.deseq2.heterogeneity import fit_heterogeneity
from claimcheck.deseq2.size_factors import require_control_genes
from claimcheck.qc.gates import require_passed
from claimcheck.qc.panels import select_genes
from claimcheck.quantification.genes import read_annotation


def main(
    *,
    counts: Path,
    model: Path,
    steps: Path,
    gates: Path,
    size_factors: Path,
    transcripts: Path | None,
    gene_sets: list[Path],
    groups: Design,
    settings: dict[str, Any],
    deleted_gene: str | None,
    deleted_gene_symbol: str | None,
    labelled: list[str],
    claimed: list[str],
    levels: Levels,
    genes: Path,
    summary: Path,
    gene_counts: Path,
    heterogeneity: Path,
    outlier_genes: Path,
    dispersions: Path,
    fallbacks: Path,
) -> None:
    """Write the table of genes, its summary, their dispersions, and the normalised counts of the genes to look at one by one."""
    require_passed(read_table(gates), where=str(gates))
    sheet, design = read_model(model, steps, groups)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    annotation = read_annotation(transcripts, gene_sets, {deleted_gene: deleted_gene_symbol})
    looked_at = {gene for gene in (deleted_gene, *labelled) if gene}
    filtered = filter_genes(
        counted, by_cell(sheet, design), min_count=settings["min_count"], keep=looked_at.union(claimed)
    )
    unused = select_genes(
        settings["size_factors_without"],
        annotation.members,
        annotation.genes,
        where="config/config.yaml, differential.size_factors_without",
    )
    require_control_genes(filtered, unused or frozenset())
    factors = read_table(size_factors)
    of_samples = factors.set_index("sample")["size_factor"]
    table, dataset, found = differential.fit(
        filtered,
        sheet,
        design,
        alpha=settings["alpha"],
        shrinkage=differential.ShrinkageLimits(**settings["shrinkage"]),
        size_factors=of_samples,
        levels=levels,
    )
    table.insert(1, "symbol", annotation.symbols_of(table["gene_id"]))
    write_table(table[list(differential.GENE_COLUMNS)], genes)
    counts_of = {"alpha": settings["alpha"], "threshold": settings["threshold"]}
    write_table(accounting.summarise(table, counted, sheet, design, **counts_of), summary)
    write_table(accounting.list_dispersions(dataset, table.set_index("gene_id")["symbol"]), dispersions)
    write_table(accounting.count_outlier_genes(table, sheet, **settings["outlier_genes"]), outlier_genes)
    differing, also_found = fit_heterogeneity(filtered, sheet, design, size_factors=of_samples)
    differing.insert(1, "symbol", annotation.symbols_of(differing["gene_id"]))
    write_table(differing, heterogeneity)
    found = [*of_size_factors(factors, len(filtered)), *found]
    write_table(as_table({"comparison": found, "heterogeneity": also_found}), fallbacks)
    write_table(accounting.counts_to_look_at(table, dataset, sheet, looked_at), gene_counts)


run(main)
