"""Measure the quality of the reads of one run with sequali."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.read_scans.quality import inspect_reads


def main(*, reads: list[Path], report: Path, page: Path, threads: int) -> None:
    """Write sequali's numbers and page; `reads` are those of one mate or both."""
    inspect_reads(reads, report, page, threads=threads)


run(main)
