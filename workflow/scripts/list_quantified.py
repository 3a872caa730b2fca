"""List the transcripts that samples were quantified against with their genes, from a transcript-to-gene table or a GTF."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.quantification.transcript_genes import read_transcript_genes


def main(*, genes: Path, listed_transcripts: Path, gene_names: Path) -> None:
    """Write one row a transcript, as of a reference whose sequences and biotypes are not known, and the symbols of genes."""
    table = read_transcript_genes(genes)
    listed = table.assign(target_id=table["transcript_id"], biotype="", length=float("nan"))
    write_table(listed[["target_id", "transcript_id", "gene_id", "symbol", "biotype", "length"]], listed_transcripts)
    named = listed.drop_duplicates("gene_id").sort_values("gene_id")[["gene_id", "symbol"]]
    write_table(named[named["symbol"] != named["gene_id"]], gene_names)


run(main)
