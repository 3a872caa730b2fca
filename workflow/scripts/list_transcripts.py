"""List the transcripts of the reference with their genes, from the FASTA headers."""

from pathlib import Path

from claimcheck.sourcing.reference import read_transcripts
from claimcheck.steps import run
from claimcheck.tables import write_table


def main(*, transcripts: Path, output: Path) -> None:
    """Write one row a transcript."""
    write_table(read_transcripts(transcripts), output)


run(main)
