"""Measure the quality of the reads of one run with sequali."""

from pathlib import Path

from claimcheck.sourcing.read_quality import inspect_reads
from claimcheck.steps import run


def main(*, reads: list[Path], report: Path, page: Path, threads: int) -> None:
    """Write sequali's numbers and page; `reads` are those of one mate or both."""
    inspect_reads(reads, report, page, threads=threads)


run(main)
