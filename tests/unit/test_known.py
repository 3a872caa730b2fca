"""Studies with a known answer: tables are the published ones, and what is decided where nothing differs is listed as wrong."""

import filecmp
import importlib
import runpy
import sys
from pathlib import Path

import pandas as pd
import pytest

from support.archive import shared_data

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
GROUPS = {"bone_halves": (3, 2), "bone_marrow": (5, 5), "cerebellum_permuted": (4, 4), "p53_null": (4, 2)}


@pytest.fixture(scope="module")
def known():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        return importlib.import_module("known")
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_a_change_that_is_decided_is_wrong_and_a_level_that_is_kept_is_not(known):
    rows = [
        ("Q01", "quality", "inconclusive"),
        ("Q02", "quality", "supported"),
        ("C01", "equivalence", "supported"),
        ("C08", "noninferiority", "supported (kept)"),
        ("C11", "gene", "contradicted"),
        ("C12", "gene", "not supported"),
        ("C14", "set", "weakly supported"),
        ("C15", "set", "supported"),
        ("C16", "set", "transcripts consistent"),
        ("N01", "not_testable", "not testable"),
    ]
    verdicts = pd.DataFrame(rows, columns=["claim", "kind", "verdict"])
    table = known.tabulate({"bone_halves": verdicts, "cerebellum_permuted": verdicts})
    assert table["wrong"].tolist() == ["C11, C15, C16", "Q02, C11, C15, C16"]
    assert list(table.columns) == ["study", "wrong", *verdicts["claim"][:-1]]


def test_a_true_claim_that_is_not_supported_is_wrong(known):
    rows = [("P1", "set"), ("P2", "gene"), ("P3", "gene"), ("P4", "equivalence"), ("P9", "gene")]
    words = ["supported", "weakly supported", "supported", "inconclusive", "supported"]
    verdicts = pd.DataFrame(rows, columns=["claim", "kind"]).assign(verdict=words)
    assert known.tabulate({"p53_null": verdicts})["wrong"].tolist() == ["P2, P4, P9"]


def test_every_study_has_a_folder_and_every_folder_is_a_study(known):
    folders = {path.parents[1].name for path in (BENCHMARKS / "known").glob("*/config/config.yaml")}
    assert folders == set(known.STUDIES) == set(known.UNTRUE) == set(GROUPS)


@pytest.mark.parametrize("name", GROUPS)
def test_tables_are_made_of_the_published_ones(known, name):
    counts, sheet = known.STUDIES[name](shared_data("counts"))
    assert list(sheet["sample"]) == list(counts.columns)
    sizes = sheet["condition"].value_counts()
    assert (sizes["control"], sizes["knockout"]) == GROUPS[name]
    assert counts.index.str.startswith("ENSMUSG").sum() > 700
    if "sex" in sheet:
        assert (sheet.groupby("condition")["sex"].value_counts() == 2).all()


def test_the_reference_of_the_worlds_is_what_its_script_makes_of_the_published_counts(tmp_path, monkeypatch):
    counts = shared_data("counts") / "bone_marrow_EMTAB5533/Osteocyte_enriched_RSEM_gene_counts.csv"
    script, made = BENCHMARKS / "reference/measure_bone.py", tmp_path / "made.tsv"
    monkeypatch.setattr(sys, "argv", [str(script), str(counts), "--output", str(made)])
    runpy.run_path(str(script), run_name="__main__")
    assert filecmp.cmp(made, BENCHMARKS.parent / "config/gene_sets/reference/bone_animals.tsv", shallow=False)
