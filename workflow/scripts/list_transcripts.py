"""List the transcripts of the reference with their genes, from the FASTA headers."""

from pathlib import Path

from claimcheck.sourcing.reference import read_transcripts
from claimcheck.steps import step
from claimcheck.tables import write_table


def main(*, transcripts: Path, output: Path) -> None:
    """Write one row a transcript."""
    write_table(read_transcripts(transcripts), output)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(transcripts=Path(snakemake.input[0]), output=Path(snakemake.output[0]))
