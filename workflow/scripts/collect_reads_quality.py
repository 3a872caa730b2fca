"""Collect what was found of the reads of all runs into one table."""

from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table


def main(*, read_files: Path, checked: list[Path], output: Path) -> None:
    """Write one row a FASTQ file, in the order of the sheet of files."""
    by_run = {path.stem: path for path in checked}
    runs = dict.fromkeys(read_table(read_files)["run_accession"])
    write_table(pd.concat([read_table(by_run[run]) for run in runs]), output)


run(main)
