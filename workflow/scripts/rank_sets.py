"""Describe where the genes of each set stand in the ranking of all genes."""

from pathlib import Path
from typing import Any

from claimcheck.expression.genes import read_annotation
from claimcheck.sets.collections import map_sets, read_collection
from claimcheck.sets.prerank import prerank, rank_genes
from claimcheck.steps import step
from claimcheck.tables import read_table, write_table


def main(
    *,
    genes: Path,
    counts: Path,
    transcripts: Path | None,
    gene_sets: dict[str, Any],
    deleted_gene: str | None,
    sets: Path,
    tests: Path,
    running_sums: Path,
) -> None:
    """Write the manifest of the sets, their tests and their running sums."""
    annotated = read_annotation(transcripts, gene_sets["curated"]).genes
    ranking = rank_genes(
        read_table(genes, text=["gene_id", "symbol"]),
        biotypes=annotated.set_index("gene_id")["biotype"],
        ranked_biotypes=gene_sets["ranked_biotypes"],
    )
    described, members = read_collection(Path(gene_sets["curated"]))
    sizes = {"min_size": gene_sets["min_size"], "max_size": gene_sets["max_size"]}
    mapped, in_ranking = map_sets(
        described,
        members,
        counted=read_table(counts, text=["gene_id"])["gene_id"],
        ranked=ranking["gene_id"],
        families=gene_sets["families"],
        excluded=[deleted_gene] if deleted_gene else [],
        **sizes,
    )
    tested, corners = prerank(ranking, in_ranking, mapped, seed=gene_sets["seed"], **sizes)
    write_table(mapped, sets)
    write_table(tested, tests)
    write_table(corners, running_sums)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            genes=Path(snakemake.input.genes),
            counts=Path(snakemake.input.counts),
            transcripts=Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
            gene_sets=snakemake.params.gene_sets,
            deleted_gene=snakemake.params.deleted_gene,
            sets=Path(snakemake.output.sets),
            tests=Path(snakemake.output.tests),
            running_sums=Path(snakemake.output.running_sums),
        )
