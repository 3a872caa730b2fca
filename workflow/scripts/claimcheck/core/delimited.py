"""Tables as people and programs write them: any separator, comments or titles before the header, row names, gzip, GCT."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.plain import is_file
from claimcheck.core.text import NotTextError, decode, unpack

SEPARATORS = {"\t": "tabs", ",": "commas", ";": "semicolons", "|": "bars", r"\s+": "blanks"}
"""Separators by how they are called; what a table is read with is the one that most of its first lines agree on."""

IsHeader = Callable[[Sequence[str]], bool]
"""Says of the cells of a line whether they are names of columns."""

_LINES_LOOKED_AT = 200
_SHARE_OF_ONE_WIDTH = 0.5
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*")
_GCT = re.compile(r"#1\.[23]\s*")


@dataclass(frozen=True)
class Delimited:
    """A table as it stands in a file.

    Attributes:
        cells: text, without white space around; rows are numbered from 0 and columns are positions.
        header: the names of the columns; "" where the file gives none, and a name may occur twice.
        first_line: line of the file in which the first row stands, from 1.
        before: what stood before the header line: comments, titles.
    """

    cells: pd.DataFrame
    header: list[str]
    first_line: int
    before: list[str]

    def column(self, name: str) -> "pd.Series[str]":
        """Return the first column of a name."""
        found: pd.Series[str] = self.cells.iloc[:, self.header.index(name)]
        return found


def read_delimited(path: Path, *, what: str, expected: str, key: str, is_header: IsHeader | None = None) -> Delimited:
    """Read a table that a user or another program wrote, all cells as text.

    Args:
        path: the file, plain or gzip.
        what: what it is, for messages, such as "table of counts".
        expected: what it should hold.
        key: the key of the configuration that names it.
        is_header: as `parse` takes it.

    Raises:
        StudyError: it is missing, no text, empty, has one column alone, no header line, or a line of another length.
    """
    if not is_file(path):
        raise StudyError(
            f"the {what} does not exist",
            where=str(path),
            expected=expected,
            remedy=f"correct {key} in config/config.yaml; the path is relative to the study folder",
        )
    try:
        content = decode(unpack(path.read_bytes()))
        return parse(io.StringIO(content, newline=None).getvalue(), is_header)
    except NotTextError as error:
        reason, remedy = error.reason, error.remedy
    except csv.Error as error:
        reason, remedy = str(error), "open the file in a text editor and correct the line"
    raise StudyError(f"the {what} cannot be read: {reason}", where=str(path), expected=expected, remedy=remedy)


def parse(text: str, is_header: IsHeader | None = None) -> Delimited:
    """Parse the text of a table; line ends are LF.

    Args:
        text: the table.
        is_header: tells a line of names where a table may lack it; without it, the first line of the table is the header.

    Raises:
        NotTextError: it is empty, has one column alone, no header line, or a line of another length.
    """
    lines = text.split("\n")
    if not text.strip():
        raise NotTextError("it is empty", "fill it, or check the path")
    gct = bool(_GCT.fullmatch(lines[0]))
    separator, width = "\t" if gct else "", 0
    if not gct:
        separator, width = _separator_of(lines)
    start = 2 if gct else _header_line(lines, separator, width, is_header)
    header = _header_cells(lines[start], separator)
    has_header = gct or is_header is None or is_header(header)
    # GCT 1.3 has rows below the header that describe samples.
    below = start + has_header + (_described_samples(lines[1]) if gct else 0)
    cells = _body(lines, below, separator)
    header = header if has_header else [""] * cells.shape[1]
    if len(header) == cells.shape[1] - 1 and not cells.empty:
        header = ["", *header]  # R writes row names without a name
    if not cells.empty and len(header) != cells.shape[1]:
        raise NotTextError(
            f"the header line has {len(header)} cells, the lines below {cells.shape[1]}",
            "open the file in a text editor and correct the line",
        )
    if not cells.empty and _is_data(header):
        raise NotTextError(
            "it has no header line: the first line holds numbers", "put a line with the names of the columns on top"
        )
    named = [
        place for place, name in enumerate(header) if name or (not cells.empty and cells.iloc[:, place].ne("").any())
    ]
    kept = cells.iloc[:, named] if not cells.empty else pd.DataFrame(columns=range(len(header)), dtype=str)
    return Delimited(
        kept.set_axis(range(kept.shape[1]), axis="columns"),
        [header[place] for place in named] if not cells.empty else header,
        below + 1,
        [line.strip() for line in lines[:start] if line.strip()],
    )


def _header_cells(line: str, separator: str) -> list[str]:
    return [name.strip() for name in _split(line.lstrip("#"), separator)]


def _split(line: str, separator: str) -> list[str]:
    if separator == r"\s+":
        return next(csv.reader([" ".join(line.split())], delimiter=" "), [])
    return next(csv.reader([line], delimiter=separator), [])


def _separator_of(lines: Sequence[str]) -> tuple[str, int]:
    """Return the separator by which most of the first lines have the same number of cells, at least two, and that number."""
    body = [line for line in lines if line.strip() and not line.startswith("#")][:_LINES_LOOKED_AT]
    body = body or [line for line in lines if line.strip()]
    best = (0, "", 0)
    for separator in SEPARATORS:
        widths = Counter(len(_split(line, separator)) for line in body)
        # The last lines tell: titles stand above.
        width, lines_of_it = max(widths.items(), key=lambda item: (item[1], item[0]))
        if width > 1 and lines_of_it > best[0] and lines_of_it >= _SHARE_OF_ONE_WIDTH * len(body):
            best = (lines_of_it, separator, width)
    if not best[1]:
        raise NotTextError(
            f"no two columns were found in it with {', '.join(list(SEPARATORS.values())[:-1])} or blanks between them",
            "save it as tab-separated text in UTF-8",
        )
    return best[1], best[2]


def _header_line(lines: Sequence[str], separator: str, width: int, is_header: IsHeader | None) -> int:
    """Return the index of the header line: the first that is as wide as the body, or one cell less, and no comment.

    A header that begins with # is known by what follows: data at once. Where there is no header it is the first line of data.
    """
    previous = -1
    for index, line in enumerate(lines):
        cells = _split(line, separator) if line.strip() else []
        fits = len(cells) in (width, width - 1) and sum(bool(cell.strip()) for cell in cells) > min(1, width - 2)
        if line.startswith("#"):
            previous = index if fits else -1
        elif fits:
            is_data = are_numbers(cells) if is_header is None else not is_header(cells)
            named = is_header is None or (previous >= 0 and is_header(_header_cells(lines[previous], separator)))
            return previous if previous >= 0 and is_data and named else index
    return max(previous, 0)


def are_numbers(cells: Sequence[str]) -> bool:
    """Say whether some cells behind the first hold something, and all of these numbers."""
    rest = [cell for cell in cells[1:] if cell.strip()]
    return bool(rest) and all(_NUMBER.fullmatch(cell) for cell in rest)


def _is_data(cells: Sequence[str]) -> bool:
    """Say whether cells are numbers that can be no names of samples: with decimals, or one of them twice."""
    rest = [cell.strip() for cell in cells[1:] if cell.strip()]
    return are_numbers(cells) and not (len(set(rest)) == len(rest) and all(map(str.isdecimal, rest)))


def _described_samples(line: str) -> int:
    cells = line.split("\t")
    return int(cells[3]) if len(cells) > 3 and cells[3].strip().isdigit() else 0


def _body(lines: Sequence[str], start: int, separator: str) -> pd.DataFrame:
    """Read the rows below the header; a line of another length than most is named."""
    blank = separator == r"\s+"
    reader = csv.reader(
        (" ".join(line.split()) if blank else line for line in lines[start:]), delimiter=" " if blank else separator
    )
    rows, places = [], []
    for row in reader:
        if any(cell.strip() for cell in row):
            rows.append([cell.strip() for cell in row])
            places.append(start + reader.line_num)
    if not rows:
        return pd.DataFrame()
    width = Counter(map(len, rows)).most_common(1)[0][0]
    for row, place in zip(rows, places, strict=True):
        if len(row) != width:
            raise NotTextError(
                f"line {place} has {len(row)} cells, most lines {width}",
                "open the file in a text editor and correct the line",
            )
    return pd.DataFrame(rows, dtype=str)
