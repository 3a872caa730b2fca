"""Labels that mean nothing are balanced, and what is decided under them is counted as false by the kind of claim."""

import importlib
import sys
from pathlib import Path

import pandas as pd
import pytest

from support.archive import shared_data

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def nulls():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        return importlib.import_module("nulls")
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_animals_of_the_cerebellum_are_of_one_day_and_the_sexes_are_spread(nulls):
    data = shared_data("counts")
    days = pd.read_csv(data / "sex_GSE96870/GSE96870_coldata_cerebellum.csv").set_index("sample")["time"]
    drawn = nulls.cerebellum(data, 12)
    assert {one.groups for one in drawn} == {"3+3", "4+4"}
    for one in drawn:
        sheet = one.study.samples
        assert days[sheet["sample"]].nunique() == 1
        assert set(sheet["condition"].value_counts()) == {int(one.groups[0])}
        of_sex = pd.crosstab(sheet["condition"], sheet["sex"])
        assert (of_sex.max() - of_sex.min()).max() <= 1
        assert list(one.study.counts.columns) == list(sheet["sample"])


def test_each_pair_of_the_cleaned_bones_is_called_knockout_once(nulls):
    drawn = nulls.halves(shared_data("counts"))
    pairs = {tuple(one.study.samples.query("condition == 'knockout'")["sample"]) for one in drawn}
    assert (len(drawn), len(pairs)) == (10, 10)
    assert all(len(one.study.samples) == 5 for one in drawn)


def test_thinned_counts_keep_the_libraries(nulls):
    rows = [f"gene_{number}" for number in range(9000)]
    counts = pd.DataFrame({"a": range(9000), "b": range(9000, 0, -1)}, index=rows)
    thin = nulls.thinned(counts)
    assert thin.sum().tolist() == counts.sum().tolist()
    assert len(thin) == nulls.FILLERS + 1


@pytest.mark.parametrize(
    ("claim", "verdict", "false"),
    [
        ("C11", "supported", True),
        ("C11", "weakly supported", False),
        ("C11", "contradicted", True),
        ("C16", "transcripts consistent", True),
        ("C01", "supported", False),
        ("C08", "supported (kept)", False),
        ("C08", "supported (higher)", True),
        ("C08", "contradicted", True),
    ],
)
def test_whatever_says_that_something_changes_is_false(nulls, monkeypatch, claim, verdict, false):
    words = pd.DataFrame({"claim": nulls.judged(), "verdict": "inconclusive"})
    words.loc[words["claim"] == claim, "verdict"] = verdict
    monkeypatch.setattr(nulls, "decide", lambda *_, **__: words)
    row = nulls.run(nulls.Labelling("bone", "2+3", None, 2))
    assert row[claim] is false
    assert sum(value is True for value in row.values()) == false
