"""Collect what was found of the reads of all samples into one table."""

from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table


def main(*, read_files: Path, checked: list[Path], output: Path) -> None:
    """Write one row a FASTQ file, in the order of the sheet of files."""
    by_sample = {path.stem: path for path in checked}
    samples = dict.fromkeys(read_table(read_files)["sample"])
    write_table(pd.concat([read_table(by_sample[sample]) for sample in samples]), output)


run(main)
