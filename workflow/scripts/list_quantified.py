"""List the transcripts that samples were quantified against with their genes, from a transcript-to-gene table or a GTF."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.quantification.genes import require_deleted
from claimcheck.quantification.transcript_genes import read_transcript_genes


def main(*, genes: Path, deleted_gene: str | None = None, output: Path) -> None:
    """Write one row a transcript, as of a reference whose sequences and biotypes are not known."""
    table = read_transcript_genes(genes)
    require_deleted(set(table["gene_id"]), deleted_gene, where=str(genes))
    listed = table.assign(target_id=table["transcript_id"], biotype="", length=float("nan"))
    write_table(listed[["target_id", "transcript_id", "gene_id", "symbol", "biotype", "length"]], output)


run(main)
