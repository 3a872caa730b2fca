"""Collect the quality of the reads of all runs into one table."""

from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.read_scans.quality import read_quality


def main(*, read_files: Path, reports: list[Path], output: Path) -> None:
    """Write one row a FASTQ file, in the order of the sheet of files."""
    by_run = {path.stem: path for path in reports}
    runs = dict.fromkeys(read_table(read_files)["run_accession"])
    write_table(pd.concat([read_quality(by_run[run], run) for run in runs]), output)


run(main)
