"""Which rows of a sample sheet a comparison is made of."""

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.sourcing.samples import MIN_ANIMALS, require_animals, select_groups

_CONFIG = "config/config.yaml"


def select_compared(sheet: pd.DataFrame, design: Mapping[str, Any], *, where: str) -> pd.DataFrame:
    """Keep the samples of a comparison, the reference first.

    Args:
        sheet: from `check_sheet`: text columns, `condition` among them.
        design: `test` and `reference`, conditions; where they are stated `samples`, values by column of the rows to keep, and
            `interaction`, a second factor with its levels `test` and `reference`.
        where: the file, for messages.

    Returns:
        Rows of the sheet, as `select_groups` returns them; with an interaction those of its two levels, spelled as in the design.

    Raises:
        StudyError: a column or value is not in the sheet, a group is missing or looks misspelt, or a combination of the condition
            and the second factor has fewer than MIN_ANIMALS samples.
    """
    rows = _picked(sheet, design.get("samples", {}), where)
    chosen = select_groups(rows, test=design["test"], reference=design["reference"], where=where)
    return _crossed(chosen, design, where) if "interaction" in design else chosen


def columns_of(design: Mapping[str, Any]) -> set[str]:
    """Name the columns of the sheet that a comparison's samples are chosen by."""
    second = design.get("interaction", {})
    return {design.get("factor", "condition"), *design.get("samples", {}), *([second["factor"]] if second else [])}


def with_condition(sheet: pd.DataFrame, design: Mapping[str, Any], *, where: str) -> pd.DataFrame:
    """Take the condition of each sample from the column that a comparison names as its factor.

    Raises:
        StudyError: there is no such column.
    """
    factor = design.get("factor", "condition")
    _require_column(sheet, factor, "design.factor", where)
    return sheet.assign(condition=sheet[factor])


def select_for_all(sheet: pd.DataFrame, designs: Iterable[Mapping[str, Any]], *, where: str) -> pd.DataFrame:
    """Keep the samples that any of several comparisons is made of, in the order of the sheet.

    Args:
        sheet: from `check_sheet`.
        designs: as in `select_compared`, with `factor`.
        where: the file, for messages.

    Raises:
        StudyError: as `select_compared` and `require_animals`, for any of them.
    """
    kept: set[str] = set()
    for design in designs:
        chosen = select_compared(with_condition(sheet, design, where=where), design, where=where)
        require_animals(chosen, where=where)
        kept |= set(chosen["sample"])
    return sheet[sheet["sample"].isin(kept)].reset_index(drop=True)


def _picked(sheet: pd.DataFrame, values: Mapping[str, str | list[str]], where: str) -> pd.DataFrame:
    """Keep the rows that have one of the wanted values in every column that has some."""
    for column, wanted in values.items():
        asked = [wanted] if isinstance(wanted, str) else wanted
        _require_column(sheet, column, f"design.samples.{column}", where)
        known = sheet[column].str.strip()
        absent = [value for value in asked if value.lower() not in set(known.str.lower())]
        if absent:
            raise StudyError(
                f"no sample has the {column} {listed(repr(value) for value in absent)}",
                where=f"{_CONFIG}, design.samples.{column}; {where} has {listed(sorted(set(known) - {''}), most=10) or 'no value'}",
                expected="values of this column of the sample sheet (among the samples that the columns before it leave)",
                remedy="correct the value",
            )
        sheet = sheet[known.str.lower().isin([value.lower() for value in asked])]
    return sheet


def _crossed(chosen: pd.DataFrame, design: Mapping[str, Any], where: str) -> pd.DataFrame:
    """Keep the samples of two levels of a second factor, of which each has to hold both conditions."""
    second = design["interaction"]
    factor, levels = second["factor"], [second["reference"], second["test"]]
    _require_column(chosen, factor, "design.interaction.factor", where)
    spelled = {level.lower(): level for level in levels}
    chosen = chosen.assign(**{factor: chosen[factor].str.strip().map(lambda text: spelled.get(text.lower(), text))})
    kept = chosen[chosen[factor].isin(levels)].reset_index(drop=True)
    cells = pd.crosstab(kept[factor], kept["condition"])
    cells = cells.reindex(index=levels, columns=[design["reference"], design["test"]], fill_value=0)
    if cells.to_numpy().min() < MIN_ANIMALS:
        said = sorted(set(chosen[factor]) - {""}) or ["empty in every row"]
        counted = [f"{cells.loc[level, group]} {level} {group}" for level in cells.index for group in cells.columns]
        raise StudyError(
            f"too few samples for the interaction of {factor} with the condition: {listed(counted)}",
            where=f"{where}, column {factor}: {listed(said, most=10)}",
            expected=f"at least {MIN_ANIMALS} samples in each of the four combinations",
            remedy="correct design.interaction, or leave the comparison out: without them the two effects cannot be compared",
        )
    return kept


def _require_column(sheet: pd.DataFrame, column: str, key: str, where: str) -> None:
    if column not in sheet:
        raise StudyError(
            f"the sample sheet has no column {column!r}",
            where=f"{_CONFIG}, {key}; {where}, whose columns are {listed(sheet.columns, most=20)}",
            expected="a column of the sample sheet",
            remedy="correct the name, or add the column",
        )
