"""Quantify one sample with kallisto, all its runs together."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table
from claimcheck.quantification.kallisto import quantify


def main(
    *,
    index: Path,
    reads: list[Path],
    checked: list[Path],
    abundance: Path,
    run_info: Path,
    threads: int,
    fragment_length: float,
    fragment_sd: float,
) -> None:
    """Write abundances and counts of reads, to the same folder."""
    tables = [read_table(path) for path in checked]
    quantify(
        index,
        reads,
        abundance.parent,
        paired=len(reads) == 2 * len(checked),
        threads=threads,
        fragment_length=fragment_length,
        fragment_sd=fragment_sd,
        n_reads=sum(int(table["n_reads"].iloc[0]) for table in tables),
    )


run(main)
