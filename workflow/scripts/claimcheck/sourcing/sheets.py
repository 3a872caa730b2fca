"""Reading the sample sheet that a user wrote."""

from pathlib import Path

import pandas as pd

from claimcheck.core.delimited import read_delimited
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.core.text import unmark_formula

_OF_NFCORE = ("fastq_1", "fastq_2")
"""Columns of the sample sheets of nf-core pipelines that name the reads of a lane."""


def read_sheet(path: Path, *, key: str) -> pd.DataFrame:
    """Read a sample sheet, with tabs, commas or semicolons between its cells.

    Args:
        path: the file.
        key: the key of the configuration that names it.

    Returns:
        All cells as text, one row a sample; `NA`, `no` and `0` are words as others are. Columns without a name are left out, such
        as row numbers, and so are those with the reads of nf-core's sample sheets, whose rows for the lanes of a sample become one.

    Raises:
        StudyError: it is no table, or names a column twice.
    """
    table = read_delimited(
        path, what="sample sheet", expected="a table with a header line and one row a sample", key=key
    )
    named = [place for place, name in enumerate(table.header) if name]
    names = [table.header[place] for place in named]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise StudyError(
            f"the sample sheet has the column {listed(repeated)} twice",
            where=f"{path}, header line: {listed(names, most=20)}",
            expected="every column once",
            remedy="correct the header line",
        )
    sheet = table.cells[named].set_axis(names, axis="columns")
    sheet = sheet.apply(lambda column: column.map(unmark_formula)) if len(sheet) else sheet
    lanes = [name for name in _OF_NFCORE if name in sheet]
    return sheet.drop(columns=lanes).drop_duplicates(ignore_index=True) if lanes else sheet
