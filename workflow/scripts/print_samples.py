"""Print the sample sheet with the evidence for each call, and what was left out with the reason."""

from pathlib import Path

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.steps import run
from claimcheck.core.tables import read_table
from claimcheck.sourcing.confounding import members_of
from claimcheck.sourcing.samples import DIGEST, SAMPLE_COLUMNS, require_animals

WIDEST = 60
"""Characters of a cell that are shown."""


def main(*, samples: Path, calls: Path | None) -> None:
    """Print one line a sample; columns without a value are left out."""
    table = read_table(samples)
    order = ["sample", "title", *SAMPLE_COLUMNS[1:]]
    others = [column for column in table if column not in (*order, DIGEST)]
    print(f"\n{_shown(table.reindex(columns=[*order, *others], fill_value=''))}\n")
    if calls is not None:
        called = read_table(calls)
        used = {name for names in members_of(table).values() for name in names}
        left_out = called[~called["sample"].isin(used)].reindex(columns=["sample", "title", "runs", "left_out"])
        if len(left_out):
            print(f"Left out:\n\n{_shown(left_out.fillna('').rename(columns={'left_out': 'because'}))}\n")
    try:
        require_animals(table, where=str(samples))
    except StudyError as error:
        print(f"This is as far as the study goes: {error}\n")
    print(f"To freeze this, copy {samples} to config/samples.tsv.\n")


def _shown(table: pd.DataFrame) -> str:
    """Lay out a table in columns, those without a value left out and long cells cut."""
    kept = table.loc[:, (table != "").any()]
    columns = [
        [name, *(cell if len(cell) <= WIDEST else f"{cell[: WIDEST - 1]}…" for cell in kept[name])] for name in kept
    ]
    widths = [max(map(len, column)) for column in columns]
    rows = zip(*columns, strict=True)
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


run(main)
