"""Build the kallisto index of the reference transcriptome."""

from pathlib import Path

from claimcheck.expression.kallisto import build_index
from claimcheck.steps import run


def main(*, transcripts: Path, index: Path, threads: int) -> None:
    """Write the index."""
    build_index(transcripts, index, threads=threads)


run(main)
