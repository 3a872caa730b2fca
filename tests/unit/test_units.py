"""Which runs are of one animal."""

import pandas as pd
import pytest

from claimcheck.sourcing.runs import RUN_FIELDS
from claimcheck.sourcing.units import find_units
from claimcheck.sourcing.vocabulary import make_vocabulary

VOCABULARY = make_vocabulary([])


def units(runs: list[dict[str, str]], unit: str = "auto") -> tuple[list[str], list[str]]:
    numbered = [
        {"run_accession": f"R{at}", "experiment_accession": f"X{at}", "sample_accession": f"S{at}"} | run
        for at, run in enumerate(runs)
    ]
    table = pd.DataFrame(numbered).reindex(columns=list(RUN_FIELDS)).fillna("")
    animals, reasons = find_units(table, unit, VOCABULARY)
    return list(animals), reasons


def titles(*names: str) -> list[dict[str, str]]:
    return [{"sample_title": name} for name in names]


def test_a_biosample_is_an_animal_whatever_its_runs() -> None:
    runs = [{"sample_accession": "S", "experiment_accession": "X"}] * 2
    assert units(runs) == (["S", "S"], [])
    named = [run | {"library_name": name} for run, name in zip(runs, ("KO1", "KO2"), strict=True)]
    assert units(named)[1] == []  # one library


@pytest.mark.parametrize(
    "names",
    [
        ("KO1_L001", "KO1_L002"),
        ("KO1", "KO1 re-sequenced"),
        ("KO1 tech rep 1", "KO1 tech rep 2"),
        ("230401_KO1_S1_L001_R1_001", "230519_KO1_S7_L003_R1_001"),
        ("KO1 lane 1", "KO1 lane 2"),
    ],
)
def test_lanes_and_repeats_are_one_animal_however_registered(names: tuple[str, str]) -> None:
    assert units(titles(*names)) == (["S0", "S0"], [])
    in_one = [{"sample_accession": "S", "library_name": name} for name in names]
    assert units(in_one) == (["S", "S"], [])
    assert units(titles(*names), "biosample") == (["S0", "S1"], [])


@pytest.mark.parametrize(
    "names", [("KO1", "KO2"), ("KO 1 rep 1", "KO 2 rep 1"), ("KO", "KO"), ("KO1_L001", "KO2_L001")]
)
def test_other_biosamples_are_animals_of_their_own(names: tuple[str, str]) -> None:
    assert units(titles(*names)) == (["S0", "S1"], [])


def test_lanes_that_nothing_numbers_are_asked_for() -> None:
    animals, reasons = units(titles("KO_L001", "KO_L002"))
    assert animals == ["S0", "S1"]
    assert "lanes of one animal, or an animal each?" in reasons[0]


def test_numbered_libraries_of_one_biosample_are_asked_for() -> None:
    runs = [{"sample_accession": "S", "library_name": name} for name in ("KO1", "KO2")]
    assert "one animal or several?" in units(runs)[1][0]
    assert units(runs, "biosample") == (["S", "S"], [])
    assert units(runs, "experiment") == (["X0", "X1"], [])
    assert units(runs, "run") == (["R0", "R1"], [])
