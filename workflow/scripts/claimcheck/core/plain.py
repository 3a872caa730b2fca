"""What a value that came from outside may be: finite numbers as people write them, and text that can be shown and written."""

import os
import re
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

LARGEST = 1e15
"""Up to which a number is exact, and beyond which no setting, size or count of a study lies."""
NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]{0,30})(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][-+]?[0-9]{1,3})?")
"""Decimals as YAML and spreadsheets write them; no octal, hexadecimal or sexagesimal ones, no `nan` and no `inf`."""
_ODD_LETTERS = {
    "a control character": r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029",
    "a character that turns the direction of text": r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069",
    "a character that there is not": r"\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff",
}
_ODD = re.compile(f"[{''.join(_ODD_LETTERS.values())}]")
"""Any of them: one class of letters is searched for ten times as fast as three of them in turn."""


def is_file(path: Path) -> bool:
    """Whether a path from outside is that of a file; one that no system can have, such as of 5,000 letters, is none."""
    return os.path.isfile(path)  # noqa: PTH113 - which raises nothing


def is_there(path: Path) -> bool:
    """Whether there is something at a path from outside; see `is_file`."""
    return os.path.exists(path)  # noqa: PTH110 - which raises nothing


def number_of(text: str) -> float | None:
    """Return the number that a text from outside is; None if it is none, not finite or beyond LARGEST."""
    if not NUMBER.fullmatch(text.strip()):
        return None
    number = float(text)
    return number if is_plain_number(number) else None


def is_plain_number(number: float) -> bool:
    """Whether a number is finite, and no larger than LARGEST."""
    return abs(number) <= LARGEST if isinstance(number, int) else isfinite(number) and abs(number) <= LARGEST


def numbers_of(cells: "pd.Series[str]") -> "pd.Series[float]":
    """Return the numbers that cells hold, NaN where one holds something else."""
    return cells.map(lambda cell: number_of(str(cell))).astype(float)


def odd_letter(text: str) -> str:
    """Name the first character of a text that cannot be shown or written; "" if there is none. Tabs and line ends are text."""
    found = _ODD.search(text)
    if not found:
        return ""
    kind = next(kind for kind, letters in _ODD_LETTERS.items() if re.match(f"[{letters}]", found[0]))
    return f"U+{ord(found[0]):04X}, {kind}"


def without_odd_letters(text: str) -> str:
    """Return a text in which what cannot be shown or written is a replacement character."""
    return _ODD.sub("\ufffd", text)


def complaints(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield what in plain data is no value of a study: where, what it is, and what was expected."""
    if isinstance(value, str):
        letter = odd_letter(value)
        if letter:
            yield path, f"holds {letter}", "text that can be shown, tabs and line ends in it"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                yield (
                    path,
                    f"has {key!r} as a key",
                    'text, in quotes where it looks like something else, such as "1" or "no"',
                )
            elif letter := odd_letter(key):
                yield path, f"has a key that holds {letter}", "text that can be shown"
            else:
                yield from complaints(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from complaints(inner, (*path, str(place)))
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if not is_plain_number(value):
            yield path, f"is {_short(value)}", f"a finite number, at most {LARGEST:g}"
    elif value is not None and not isinstance(value, bool):
        yield path, f"is a {type(value).__name__}", "text, numbers, true or false, lists and groups of keys"


def _short(value: float) -> str:
    return "a number of very many digits" if isinstance(value, int) else str(value)
