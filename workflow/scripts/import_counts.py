"""Read a table of gene counts that somebody else made, and keep the samples of the sheet."""

from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.quantification.counts import choose_samples, read_count_table
from claimcheck.sourcing.confounding import members_of


def main(*, table: Path, samples: Path, output: Path) -> None:
    """Write integer counts, genes x samples in the order of the sheet; those of animals that are one unit are summed."""
    members = members_of(read_table(samples))
    names = [name for animals in members.values() for name in animals]
    counts = choose_samples(read_count_table(table), names, where=str(table))
    summed = pd.DataFrame({sample: counts[animals].sum(axis="columns") for sample, animals in members.items()})
    write_table(summed.rename_axis(counts.index.name).reset_index(), output)


run(main)
