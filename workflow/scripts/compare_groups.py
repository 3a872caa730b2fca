"""Test every gene for a difference between the groups; stops if a quality gate failed."""

from pathlib import Path
from typing import Any

from claimcheck.core.standards import Levels
from claimcheck.core.steps import step
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2 import accounting, differential
from claimcheck.deseq2.design import Design, read_model
from claimcheck.deseq2.heterogeneity import fit_heterogeneity
from claimcheck.qc.gates import require_passed
from claimcheck.qc.panels import select_genes
from claimcheck.quantification.genes import Annotation, folder_of, read_annotation


def main(
    *,
    counts: Path,
    model: Path,
    steps: Path,
    gates: Path,
    annotation: Annotation,
    groups: Design,
    settings: dict[str, Any],
    looked_at: set[str],
    claimed: set[str],
    levels: Levels,
    genes: Path,
    summary: Path,
    gene_counts: Path,
    heterogeneity: Path,
    outlier_genes: Path,
    dispersions: Path,
) -> None:
    """Write the table of genes, its summary, their dispersions, and the normalised counts of the genes to look at one by one."""
    require_passed(read_table(gates), where=str(gates))
    sheet, design = read_model(model, steps, groups)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    filtered = differential.filter_genes(counted, sheet, min_count=settings["min_count"], keep=looked_at | claimed)
    unused = select_genes(
        settings["size_factors_without"],
        annotation.members,
        annotation.genes,
        where="config/config.yaml, differential.size_factors_without",
    )
    table, dataset = differential.fit(
        filtered,
        sheet,
        design,
        alpha=settings["alpha"],
        unused_for_size_factors=unused or frozenset(),
        levels=levels,
    )
    table.insert(1, "symbol", annotation.symbols_of(table["gene_id"]))
    write_table(table[list(differential.GENE_COLUMNS)], genes)
    counts_of = {"alpha": settings["alpha"], "threshold": settings["threshold"]}
    write_table(accounting.summarise(table, counted, sheet, design, **counts_of), summary)
    write_table(accounting.list_dispersions(dataset, table.set_index("gene_id")["symbol"]), dispersions)
    write_table(accounting.count_outlier_genes(table, sheet), outlier_genes)
    differing = fit_heterogeneity(filtered, sheet, design, unused_for_size_factors=unused or frozenset())
    differing.insert(1, "symbol", annotation.symbols_of(differing["gene_id"]))
    write_table(differing, heterogeneity)
    write_table(accounting.counts_to_look_at(table, dataset, sheet, looked_at), gene_counts)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            counts=Path(snakemake.input.counts),
            model=Path(snakemake.input.model),
            steps=Path(snakemake.input.design),
            gates=Path(snakemake.input.gates),
            annotation=read_annotation(
                Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
                folder_of(snakemake.input.gene_sets),
                {snakemake.params.deleted_gene: snakemake.params.deleted_gene_symbol},
            ),
            groups=Design(snakemake.params.test, snakemake.params.reference),
            settings=snakemake.params.differential,
            looked_at={snakemake.params.deleted_gene, *snakemake.params.labelled} - {None},
            claimed=set(snakemake.params.claimed),
            levels=Levels(**snakemake.params.tests["levels"]),
            genes=Path(snakemake.output.genes),
            summary=Path(snakemake.output.summary),
            gene_counts=Path(snakemake.output.gene_counts),
            heterogeneity=Path(snakemake.output.heterogeneity),
            outlier_genes=Path(snakemake.output.outlier_genes),
            dispersions=Path(snakemake.output.dispersions),
        )
