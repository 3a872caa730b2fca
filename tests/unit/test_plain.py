"""One rule for numbers and text from outside, at every key of the configuration and of the register, and in sheets."""

import copy
import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from claimcheck.core import text
from claimcheck.core.errors import StudyError
from claimcheck.core.plain import number_of, odd_letter, without_odd_letters
from claimcheck.core.schemas import check, load_schema, load_yaml
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import amounts
from claimcheck.sourcing.sheets import read_sheet
from support.studies import ROOT

NUMBERS = {
    "0": 0,
    "-0": 0,
    "7": 7,
    "+7": 7,
    "-1.5": -1.5,
    ".5": 0.5,
    "1e3": 1000,
    "2.5E-3": 0.0025,
    "1000000000000000": 1e15,
}
NO_NUMBERS = ["", ".", "nan", ".nan", "NaN", "inf", "-.inf", "Infinity", "1e999", "1e16", "9" * 5000, "1." + "0" * 5000]
NO_NUMBERS += ["010", "0o7", "0x1F", "1_000", "1:30", "1,5", "\u0661", "\u00b2", "1e", "--1", "1 2", "2026-02-30"]


@pytest.mark.parametrize("text", NUMBERS)
def test_numbers(text: str) -> None:
    assert number_of(text) == NUMBERS[text]


@pytest.mark.parametrize("text", NO_NUMBERS)
def test_what_is_no_number(text: str) -> None:
    assert number_of(text) is None


ODD = [
    "\0",
    "\x1b[2J",
    "\x07",
    "\x7f",
    "\x85",
    "\u2028",
    "\u202e",
    "\u2066",
    "\u200f",
    "\ud800",
    "\udfff",
    "\uffff",
    "\ufdd0",
]
USUAL = ["", "a\tb\r\nc", "µ é Ω 北 🐭", "e\u0301", "a\u00a0b", "zero\u200dwidth"]


@pytest.mark.parametrize("letter", ODD)
def test_letters_that_cannot_be_shown_are_named_and_replaced(letter: str) -> None:
    assert odd_letter(f"a{letter}b").startswith(f"U+{ord(letter[0]):04X}, a ")
    assert odd_letter(without_odd_letters(f"a{letter}b")) == ""


@pytest.mark.parametrize("text", USUAL)
def test_letters_of_all_languages_are_text(text: str) -> None:
    assert odd_letter(text) == ""
    assert without_odd_letters(text) == text


# files of YAML

YAML = {
    "nan": ("a: .nan", "no plain decimal"),
    "infinity": ("a: -.inf", "no plain decimal"),
    "overflow": ("a: 1.0e+999", "no plain decimal"),
    "5,000 digits": (f"a: {'9' * 5000}", "no plain decimal"),
    "octal": ("a: 010", "no plain decimal"),
    "hexadecimal": ("a: 0x1F", "no plain decimal"),
    "binary": ("a: 0b11", "no plain decimal"),
    "sexagesimal": ("a: 1:30", "no plain decimal"),
    "underscores": ("a: 1_000", "no plain decimal"),
    "an integer that is none": ("a: !!int x", "no plain decimal"),
    "a float that is none": ("a: !!float x", "no plain decimal"),
    "a list as a number": ("a: !!int [1]", "expected a scalar node"),
    "a date": ("a: 2026-02-28", "read as a date"),
    "a date that there is not": ("a: 2026-02-30", "read as a date"),
    "a time": ("a: 2001-12-14t21:59:43.10-05:00", "read as a date"),
    "a boolean that is none": ("a: !!bool x", "no plain data"),
    "bytes": ("a: !!binary x", "could not determine a constructor"),
    "a set": ("a: !!set {x}", "could not determine a constructor"),
    "pairs": ("a: !!pairs [x: y]", "could not determine a constructor"),
    "an ordered map": ("a: !!omap [x: y]", "could not determine a constructor"),
    "half a character": ('a: "\\ud800"', "U\\+D800"),
    "beyond Unicode": ('a: "\\UFFFFFFFF"', "no plain data|expected"),
    "a control character": ('a: "\\e[2J"', "U\\+001B"),
    "a NUL": ('a: "\\0"', "U\\+0000"),
    "a direction": ('a: "\\u202e"', "U\\+202E"),
    "a direction as it is": ("a: \u202ex", "line 2 holds U\\+202E"),
    "a key with a control character": ('"a\\e": 1', "U\\+001B"),
    "a list as a key": ("? [a]\n: 1", "unhashable|no plain data"),
    "a mapping as a key": ("? {a: b}\n: 1", "unhashable|no plain data"),
}


@pytest.mark.parametrize("name", YAML)
def test_yaml_holds_plain_values_only(name: str, tmp_path: Path) -> None:
    content, said = YAML[name]
    (tmp_path / "x.yaml").write_text(f"b: 1\n{content}\n", encoding="utf-8")
    with pytest.raises(StudyError, match=said) as caught:
        load_yaml(tmp_path / "x.yaml", name="file", missing="")
    assert len(str(caught.value)) < 700


def test_plain_values_of_yaml_are_what_they_say(tmp_path: Path) -> None:
    values = {
        "a": [0, -7, 1.5, 1e-3, 10**15],
        "b": {"c": "no", "d": True, "e": None, "f": "é\tx\ny"},
        "g": "2026-02-28",
    }
    (tmp_path / "x.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    assert load_yaml(tmp_path / "x.yaml", name="file", missing="") == values


# every key, whoever gives the value: another workflow or the command line may, too


def numbers_in(value: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the places of all numbers."""
    if isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, inner in items for found in numbers_in(inner, (*place, key))]
    return [place] if isinstance(value, int | float) and not isinstance(value, bool) else []


FILES = {
    "config/config.yaml": "config.schema.yaml",
    "config/bone.yaml": "config.schema.yaml",
    "config/claims.yaml": "claims.schema.yaml",
    "demo/config/config.yaml": "config.schema.yaml",
    "demo/config/simulation.yaml": "simulation.schema.yaml",
}


@pytest.mark.parametrize("name", FILES)
def test_no_number_of_a_file_may_be_none(name: str) -> None:
    content, schema = yaml.safe_load((ROOT / name).read_text()), load_schema(FILES[name])
    for place, bad in zip(numbers_in(content), itertools.cycle((math.nan, math.inf, -math.inf, 10**400)), strict=False):
        changed = copy.deepcopy(content)
        part = changed
        for key in place[:-1]:
            part = part[key]
        part[place[-1]] = bad
        with pytest.raises(StudyError, match=r"is (nan|-?inf|a number of very many digits)") as caught:
            check(changed, schema, where=name)
        assert ".".join(map(str, place)) in caught.value.where
    assert "config.yaml" in name or "bone" in name or numbers_in(content)


@pytest.mark.parametrize("value", [b"x", {1, 2}, object, math, 1j], ids=str)
def test_what_is_no_plain_data_is_refused_wherever_it_stands(value: Any) -> None:
    with pytest.raises(StudyError, match="is a "):
        check({"study": {"title": [value]}}, {}, where="x")


# tables


def test_cells_that_are_no_numbers_make_no_covariate_of_amounts() -> None:
    for odd in ("nan", "inf", "1e999", "0x1F", "1_0"):
        assert amounts(pd.Series(["1.5", "2.5", "3.5", "4.5", odd], name="age")) is None
    assert amounts(pd.Series(["1.5", "2.5", "3.5", "4.5"], name="age")) is not None


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "Infinity", "1e999", "1_000", "\u0663"])
def test_a_table_of_numbers_holds_finite_ones(cell: str, tmp_path: Path) -> None:
    path = tmp_path / "variation.tsv"
    path.write_text(f"gene\tlevel\na\t1.5\nb\tNA\nc\t\nd\t{cell}\n")
    with pytest.raises(StudyError, match="in the column level") as caught:
        read_table(path)
    assert caught.value.where.endswith("line 5")
    path.write_text("gene\tlevel\na\t1.5\nb\tNA\nc\t\nd\tx\n")
    assert list(read_table(path)["level"].fillna("")) == ["1.5", "", "", "x"]


@pytest.mark.parametrize("letter", ["\x1b", "\x07", "\u202e", "\u2028", "\x85"])
def test_a_sheet_with_letters_that_cannot_be_shown_is_refused(letter: str, tmp_path: Path) -> None:
    path = tmp_path / "samples.tsv"
    path.write_text(f"sample\tcondition\na\tx\nb\t{letter}y\n", encoding="utf-8")
    with pytest.raises(StudyError, match=rf"line 3 holds U\+{ord(letter):04X}"):
        read_sheet(path, key="counts.samples")


def test_no_table_of_results_holds_them(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    write_table(pd.DataFrame({"a": ["x\x1b[2J", "\u202ey", "z"]}), path)
    assert list(read_table(path)["a"]) == ["x\ufffd[2J", "\ufffdy", "z"]


def test_the_page_marks_formulas_by_the_rule_of_the_tables() -> None:
    script = (ROOT / "workflow/report/genes.js").read_text()
    [rule] = re.findall(r"^const FORMULA = /(.+)/s;$", script, re.MULTILINE)
    assert f"^{text._FORMULA.pattern}" == rule
    assert json.dumps(rule).isascii()
