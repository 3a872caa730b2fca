"""Read the FASTQ files of a run to their end: whole, not empty, and every read beside its mate."""

from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.read_scans.integrity import inspect_fastq, inspect_mates


def main(*, run: str, reads: list[Path], output: Path) -> None:
    """Write number and length of the reads of each file of `run`."""
    contents = inspect_mates((reads[0], reads[1])) if len(reads) > 1 else [inspect_fastq(reads[0])]
    rows = [(run, path.name, *content) for path, content in zip(reads, contents, strict=True)]
    write_table(pd.DataFrame(rows, columns=["run_accession", "file", "n_reads", "read_length"]), output)


run(main)
