"""What each table of results holds: the entries of schemas/tables.yaml, whose head explains them, found by a table's path."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pandas.api.types import is_bool, is_number

TABLES = Path(__file__).resolve().parents[3] / "schemas" / "tables.yaml"
OWN_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""For YAML of the project itself, whose mistakes need no good message."""
_FOLDER = "results/"


def _is_number(cell: Any) -> bool:
    return bool(is_number(cell) and not is_bool(cell))


_TYPES: dict[str, Callable[[Any], bool]] = {
    "text": lambda cell: isinstance(cell, str),
    "integer": lambda cell: _is_number(cell) and float(cell).is_integer(),
    "number": _is_number,
    "boolean": is_bool,
    "any": lambda cell: True,
}


@dataclass(frozen=True)
class Column:
    """A column of a table, or in a name such as `{sample}` all columns that nothing else names."""

    name: str
    type: str
    meaning: str
    unit: str | None = None
    missing: bool = False

    def __post_init__(self) -> None:
        """Refuse a type that nothing checks."""
        if self.type not in _TYPES:
            raise ValueError(
                f"tables.yaml: `{self.name}` has the type {self.type}, which is none of {', '.join(_TYPES)}"
            )

    @property
    def is_many(self) -> bool:
        """Whether it stands for as many columns as there are."""
        return self.name.startswith("{")

    def problem_of(self, cells: pd.Series) -> str:
        """Say what the column does not allow in cells that are about to be written; "" if nothing."""
        absent = cells == "" if self.type == "text" else cells.isna()
        if absent.any() and not self.missing:
            return f"{int(absent.sum())} of {len(cells)} cells are missing"
        fits = _TYPES[self.type]
        unfit = [cell for cell in cells[~absent] if not fits(cell)]
        return f"{unfit[0]!r} is no {self.type}" if unfit else ""


@dataclass(frozen=True)
class Contract:
    """A table of results, or all whose path fits a pattern.

    Attributes:
        path: below results/ without .tsv, with `{name}` where there are many.
        meaning: of the table.
        columns: in their order.
    """

    path: str
    meaning: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> list[str]:
        """Names of the columns that every such table has."""
        return [column.name for column in self.columns if not column.is_many]

    def column(self, name: str) -> Column | None:
        """Find what is said of a column; None where the table should not have it."""
        return next((column for column in self.columns if column.name == name), self._many)

    @property
    def _many(self) -> Column | None:
        return next((column for column in self.columns if column.is_many), None)

    def checked(self, table: pd.DataFrame) -> pd.DataFrame:
        """Check a table that is about to be written, and return it with NaN for empty cells of columns that are not text.

        Raises:
            ValueError: a column is missing, unknown, in another place or of another type, or lacks values that it must have.
        """
        header, expected = list(table.columns), self._in_order(list(table.columns))
        if header != expected:
            raise ValueError(f"results/{self.path}.tsv has the columns {header}, tables.yaml says {expected}")
        columns = {name: column for name in header if (column := self.column(name))}
        typed = [name for name, column in columns.items() if column.type not in ("text", "any")]
        table = table.assign(**{name: table[name].mask(table[name].astype(object) == "") for name in typed})
        for name, column in columns.items():
            problem = column.problem_of(table[name])
            if problem:
                raise ValueError(f"results/{self.path}.tsv, column {name}: {problem}; tables.yaml says {column}")
        return table

    def _in_order(self, header: Sequence[str]) -> list[str]:
        """Put the columns of a header that the table may have into their order, with those that it lacks."""
        others = [name for name in header if name not in self.names]
        return [name for column in self.columns for name in (others if column.is_many else [column.name])]


@cache
def contracts() -> dict[str, Contract]:
    """Read all entries, by path.

    Raises:
        TypeError: a column lacks its type or meaning, or has a part that there is not.
        ValueError: it has a type that there is not.
    """
    content = yaml.load(TABLES.read_text(encoding="utf-8"), Loader=OWN_LOADER)
    shared = content["columns"]
    return {
        path: Contract(
            path,
            entry["meaning"],
            tuple(
                Column(**{"name": name, **shared.get(name, {}), **(own or {})})
                for name, own in entry["columns"].items()
            ),
        )
        for path, entry in content["tables"].items()
    }


def contract_of(path: Path | str) -> Contract | None:
    """Find the contract of a file by its path from its last folder `results` on, in which wildcards may stand; None of others."""
    _, folder, tail = f"/{path}".rpartition(f"/{_FOLDER}")
    name = _entry_of(tail) if folder else None
    return contracts()[name] if name else None


@lru_cache(maxsize=4096)
def _entry_of(tail: str) -> str | None:
    return next((name for name in contracts() if re.fullmatch(_pattern(name), tail)), None)


@cache
def _pattern(path: str) -> str:
    return re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)) + r"\.tsv"
