"""Read a table of gene counts that somebody else made, and keep the samples of the sheet."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.quantification.counts import choose_samples, read_count_table


def main(*, table: Path, samples: Path, output: Path) -> None:
    """Write integer counts, genes x samples in the order of the sheet."""
    names = list(read_table(samples)["sample"])
    counts = choose_samples(read_count_table(table), names, where=str(table))
    write_table(counts.reset_index(), output)


run(main)
