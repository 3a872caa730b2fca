"""Measure the quality of the reads of one run with sequali."""

from pathlib import Path

from claimcheck.sourcing.read_quality import inspect_reads
from claimcheck.steps import step


def main(*, reads: list[Path], report: Path, page: Path, threads: int) -> None:
    """Write sequali's numbers and page; `reads` are those of one mate or both."""
    inspect_reads(reads, report, page, threads=threads)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            reads=[Path(path) for path in snakemake.input.reads],
            report=Path(snakemake.output.report),
            page=Path(snakemake.output.page),
            threads=snakemake.threads,
        )
