"""Build the kallisto index of the reference transcriptome."""

from pathlib import Path

from claimcheck.expression.kallisto import build_index
from claimcheck.steps import step


def main(*, transcripts: Path, index: Path, threads: int) -> None:
    """Write the index."""
    build_index(transcripts, index, threads=threads)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            transcripts=Path(snakemake.input.transcripts),
            index=Path(snakemake.output[0]),
            threads=snakemake.params.threads,
        )
