"""Build the kallisto index of the reference transcriptome."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.quantification.kallisto import build_index


def main(*, transcripts: Path, extra: list[Path], index: Path, threads: int) -> None:
    """Write the index."""
    build_index([transcripts, *extra], index, threads=threads)


run(main)
