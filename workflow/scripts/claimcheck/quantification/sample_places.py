"""Where a sample sheet says that the results of each sample are, below the folder that the configuration names."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.sourcing.compared import select_compared
from claimcheck.sourcing.samples import check_sheet
from claimcheck.sourcing.sheets import read_sheet


def compared_samples(configuration: Mapping[str, Any], folder: Path) -> pd.DataFrame:
    """Read the sheet of a study that starts from counts or transcripts, and keep the samples of its two groups.

    Args:
        configuration: completed.
        folder: the study folder, to which paths are relative.

    Raises:
        StudyError: the sheet is wrong.
    """
    entry, design = configuration["start_from"], configuration["design"]
    where = configuration[entry]["samples"]
    sheet = check_sheet(read_sheet(folder / where, key=f"{entry}.samples"), where=where, factor=design["factor"])
    return select_compared(sheet, design, where=where)


def stated_places(chosen: pd.DataFrame, *, column: str, key: str, where: str) -> dict[str, str]:
    """Return what the sheet says in a column of places, by sample; samples whose cell is empty are not in it.

    Args:
        chosen: sample and, if the sheet has it, the column.
        column: its name, which says what is named: a folder or a file.
        key: the key of the configuration that names the folder above.
        where: the sheet.

    Raises:
        StudyError: a place is outside of the folder, or has characters that Snakemake reads as its own.
    """
    cells = chosen.get(column, pd.Series("", index=chosen.index)).str.strip()
    places = {sample: cell for sample, cell in zip(chosen["sample"], cells, strict=True) if cell}
    for sample, place in places.items():
        path = PurePosixPath(place)
        if path.is_absolute() or ".." in path.parts or set("{};\\") & set(place) or not place.isprintable():
            raise StudyError(
                f"the {column} of {sample} is {place!r}",
                where=f"{where}, column {column}",
                expected=f"a {column} below {key}, without `..`, braces, semicolons and backslashes in its path",
                remedy=f"correct the cell, or rename the {column}",
            )
    return places


def require_own(places: Mapping[str, str], *, column: str, where: str) -> None:
    """Stop where two samples have the same place."""
    shared = [place for place in places.values() if list(places.values()).count(place) > 1]
    if shared:
        raise StudyError(
            f"two samples have the {column} {shared[0]!r}: "
            f"{listed(name for name, place in places.items() if place == shared[0])}",
            where=f"{where}, column {column}",
            expected=f"a {column} of its own for each sample",
            remedy="correct the column",
        )
