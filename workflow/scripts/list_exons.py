"""List the exons of the deleted gene with their sequences, from the annotation and the transcripts of the reference."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.sourcing.annotation import list_exons


def main(*, annotation: Path, transcripts: Path, known: Path, gene: str, transcript: str | None, output: Path) -> None:
    """Write one row an exon of `transcript`, or of the transcript of `gene` that shows most of it."""
    write_table(list_exons(annotation, transcripts, gene, transcript, known=read_table(known)), output)


run(main)
