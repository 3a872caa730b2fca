"""List the transcripts of the reference with their genes, from the FASTA headers."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.sourcing.reference import read_transcripts


def main(*, transcripts: Path, output: Path) -> None:
    """Write one row a transcript."""
    write_table(read_transcripts(transcripts), output)


run(main)
