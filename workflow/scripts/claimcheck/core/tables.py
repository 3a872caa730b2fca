"""Reading, checking and writing the tables that steps hand on to each other; every write is whole or absent."""

import csv
import io
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.core.contracts import Column, contract_of
from claimcheck.core.disk import disk_full, is_full
from claimcheck.core.errors import StudyError
from claimcheck.core.own_files import remove_link
from claimcheck.core.plain import is_file, without_odd_letters
from claimcheck.core.text import NotTextError, decode, mark_formula, unmark_formula

FLOAT_FORMAT = "%.10g"
_TYPES = {"boolean": "True or False", "integer": "a whole number", "number": "a number"}
_SHOWN = 5


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it to `path` on success, remove it on any failure.

    Always the same one, so that what a killed run left there is overwritten: a file has one writer at a time.

    Raises:
        StudyError: the disk is full.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_link(partial)
        yield partial
        partial.replace(path)
    except OSError as error:
        if is_full(error):
            raise disk_full(path) from error
        raise
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def scratch_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside `path` and named after it; what a killed run left there goes first, and all of it in the end.

    Raises:
        StudyError: the disk is full.
    """
    folder = path.with_name(f".{path.name}.scratch")
    remove_link(folder)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        if is_full(error):
            raise disk_full(path) from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text file, whole or not at all."""
    with whole_file(path) as partial:
        partial.write_text(text, encoding="utf-8")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table as TSV without its index: ten significant digits, missing values as `NA`, LF line ends.

    Text that a spreadsheet would run as a formula gets an apostrophe, which `read_table` takes off again.

    Raises:
        ValueError: it is a table of results, and not what schemas/tables.yaml says of it.
    """
    contract = contract_of(path)
    if contract:
        table = contract.checked(table)
    with whole_file(path) as partial:
        _without_formulas(table).to_csv(
            partial, sep="\t", index=False, float_format=FLOAT_FORMAT, na_rep="NA", lineterminator="\n"
        )


def _without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """Mark the cells of a table that a spreadsheet would run, and replace what cannot be shown; CR, which is not quoted, is LF."""
    marked = table.copy(deep=False)
    for name in table.columns[[not pd.api.types.is_numeric_dtype(dtype) for dtype in table.dtypes]]:
        cells = list(table[name])
        guarded = [
            mark_formula(without_odd_letters(cell).replace("\r\n", "\n").replace("\r", "\n"))
            if isinstance(cell, str)
            else cell
            for cell in cells
        ]
        if guarded != cells:
            marked[name] = pd.Series(guarded, index=table.index, dtype=object)
    return marked


def read_table(path: Path, *, columns: Sequence[str] = (), text: Iterable[str] | bool = ()) -> pd.DataFrame:
    """Read a TSV file that a step or a user wrote.

    Args:
        path: the file; UTF-8, one header line. Of a table of results schemas/tables.yaml says which columns must be there, and the
            type of each; of others the next two do.
        columns: columns that must be there; others are kept.
        text: columns read as strings, empty cells as ""; True for all columns. Others have the type that all of their cells have.

    Returns:
        One row a line, in the file's order; in columns that are not text, `NA` and empty cells are missing values.

    Raises:
        StudyError: the file is missing, empty or no table, lacks a column, names one twice, or has a cell of another type.
    """
    contract = contract_of(path)
    if contract:
        columns = contract.names
    raw = _read_cells(path)
    header = [str(cell).strip() for cell in raw.iloc[0]]
    missing = [name for name in columns if name not in header]
    repeated = sorted({name for name in header if header.count(name) > 1})
    if missing or repeated:
        problem = f"lacks the column {listed(missing)}" if missing else f"has the column {listed(repeated)} twice"
        raise StudyError(
            f"the table {path.name} {problem}",
            where=f"{path}, header line: {listed(header, most=20)}",
            expected=f"the columns {listed(columns, most=20)}, separated by tabs",
            remedy="remove the file, so that the step that writes it makes it again"
            if contract
            else "correct the header line",
        )
    table = raw.iloc[1:].reset_index(drop=True).set_axis(header, axis="columns")
    for name in header:
        cells = list(table[name])
        if any(cell.startswith("'") for cell in cells):
            table[name] = [unmark_formula(cell) for cell in cells]
    kept_as_text = set(header) if text is True else set(text or ())
    for name in header:
        column = contract.column(name) if contract else None
        if column and column.type != "any":
            table[name] = _as_declared(table[name], column, path)
        elif name not in kept_as_text:
            table[name] = _typed(table[name], path)
    return table


def _read_cells(path: Path) -> pd.DataFrame:
    """Read all cells of a table as they are, the header line first."""
    if not is_file(path):
        raise StudyError(
            f"the table {path.name} does not exist",
            where=str(path),
            expected="a tab-separated table with a header line",
            remedy="check the path, or run the step that makes it",
        )
    try:
        content = decode(path.read_bytes())
        raw = pd.read_csv(io.StringIO(content), sep="\t", dtype=str, keep_default_na=False, header=None, comment=None)
        rows = csv.reader(io.StringIO(content, newline=""), delimiter="\t")
        for row in rows:  # pandas fills up a line that ends early without a word
            if row and len(row) != raw.shape[1]:
                raise _unreadable(path, f"line {rows.line_num} has {len(row)} cells, the header line {raw.shape[1]}")
    except NotTextError as error:
        raise _unreadable(path, error.reason, error.remedy) from error
    except pd.errors.EmptyDataError as error:
        raise _unreadable(path, "it is empty", "fill it, or check the path") from error
    except (pd.errors.ParserError, csv.Error) as error:
        raise _unreadable(path, str(error)) from error
    return raw


def columns_of(path: Path) -> list[str]:
    """List the columns that a table of results has, in their order.

    Raises:
        KeyError: schemas/tables.yaml has no such table.
    """
    contract = contract_of(path)
    if contract is None:
        raise KeyError(str(path))
    return contract.names


def _as_declared(cells: "pd.Series[str]", column: Column, path: Path) -> pd.Series:
    """Give a column of strings the type that is said of it; where cells are missing, integers are float and booleans objects."""
    if column.type == "text":
        return cells
    present = cells.mask(cells.isin(["", "NA"]))
    is_boolean = column.type == "boolean"
    typed = present.map({"True": True, "False": False}) if is_boolean else pd.to_numeric(present, errors="coerce")
    unfit = typed.isna() & present.notna()
    if column.type == "integer":
        unfit |= typed % 1 > 0
    if unfit.any():
        raise StudyError(
            f"the table {path.name} holds {cells[unfit].iloc[0]!r} where the column {column.name} is {_TYPES[column.type]}",
            where=f"{path}, line {int(unfit.to_numpy().argmax()) + 2}",
            expected=f"{_TYPES[column.type]}: {column.meaning}",
            remedy="remove the file, so that the step that writes it makes it again",
        )
    if typed.isna().any():
        return typed
    return typed.astype(bool if is_boolean else int if column.type == "integer" else float)


def _unreadable(
    path: Path, reason: str, remedy: str = "open the file in a text editor and correct the line"
) -> StudyError:
    return StudyError(
        f"the table {path.name} cannot be read: {reason}",
        where=str(path),
        expected="UTF-8 text, tab-separated, the same number of cells in every line",
        remedy=remedy,
    )


def _typed(column: "pd.Series[str]", path: Path) -> pd.Series:
    """Turn a column of strings into numbers or booleans where every present cell is one.

    Raises:
        StudyError: all but some are plain numbers, and those are `nan`, infinite or in disguise.
    """
    present = column.mask(column.isin(["", "NA"]))
    if present.dropna().isin(["True", "False"]).all() and present.notna().all() and len(present):
        return present == "True"
    unfit = present.notna() & ~np.isfinite(pd.to_numeric(present, errors="coerce").astype(float))
    if not unfit.any():
        return pd.to_numeric(present)
    if not all(_is_disguised(cell) for cell in present[unfit]):
        return present
    raise StudyError(
        f"the table {path.name} holds {present[unfit].iloc[0][:40]!r} in the column {column.name}, whose other cells are numbers",
        where=f"{path}, line {int(unfit.to_numpy().argmax()) + 2}",
        expected="finite numbers, written plainly; NA or nothing where there is none",
        remedy="correct the cell",
    )


def _is_disguised(cell: str) -> bool:
    """Whether a cell is a number to some programs: `nan`, `inf`, `1_000`."""
    try:
        float(cell)
    except ValueError:
        return False
    return True


def listed(items: Iterable[object], most: int = _SHOWN) -> str:
    """Join items for a message; after `most` of them the number of the others."""
    shown = [str(item) for item in items]
    rest = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {rest} more" if rest > 0 else "")
