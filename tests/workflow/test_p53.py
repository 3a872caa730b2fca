"""Published counts of two genotypes and two treatments (GSE71176; Tonelli et al. 2015), of which everybody knows what differs."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.tables import read_table
from support.archive import shared_data
from support.studies import ROOT, run_workflow, write_study

pytestmark = pytest.mark.whole_run

CLAIMS = """
title: What irradiation does to B cells
statements: {A1: p53 switches on its targets after irradiation.}
claims:
  - {id: P1, kind: set, statement: Targets of p53 are higher together., about: [A1], set: P53_TARGETS, direction: up}
  - {id: P2, kind: gene, statement: Cdkn1a is higher., about: [A1], gene: Cdkn1a, direction: up}
  - {id: P3, kind: gene, statement: Mdm2 is higher., about: [A1], gene: Mdm2, direction: up}
primary:
  verdict: {min_animals: 2} # two knockouts were sequenced
"""
STUDY = {
    "study": {"title": "Irradiation with and without p53", "subjects": "samples"},
    "start_from": "counts",
    "counts": {"table": "config/counts.csv", "samples": "config/sheet.tsv"},
    "design": {
        "factor": "treatment",
        "test": "IR",
        "reference": "mock",
        "covariates": [],
        "comparisons": [
            {"name": "wild_type", "samples": {"genotype": "wt"}},
            {"name": "no_p53", "samples": {"genotype": "null"}},
            {"name": "difference", "interaction": {"factor": "genotype", "test": "wt", "reference": "null"}},
        ],
    },
    "gene_sets": {"curated": "config/gene_sets", "families": ["p53"]},
    "claims": "config/claims.yaml",
}


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Run all three comparisons, and read their verdicts."""
    data = shared_data("counts/p53_GSE71176")
    study = write_study(tmp_path_factory.mktemp("p53"), STUDY, claims__yaml=CLAIMS)
    shutil.copy(data / "counts.csv", study / "config/counts.csv")
    shutil.copy(data / "samples.tsv", study / "config/sheet.tsv")
    shutil.copytree(ROOT / "benchmarks/known/p53_null/config/gene_sets", study / "config/gene_sets")
    completed = run_workflow(study, timeout=1500)
    assert completed.returncode == 0, completed.stderr[-4000:]
    return read_table(Path(study, "results/comparisons/verdicts.tsv")).set_index(["comparison", "claim"])


def test_irradiation_raises_targets_of_p53_where_it_is(verdicts: pd.DataFrame) -> None:
    assert list(verdicts.loc["wild_type", "verdict"]) == ["supported"] * 3
    assert verdicts.loc[("wild_type", "P2"), "effect"] == pytest.approx(7.95, abs=0.1)
    assert verdicts.loc[("wild_type", "P3"), "effect"] == pytest.approx(3.07, abs=0.05)
    kinds = verdicts.loc["no_p53", "verdict"].str.partition(" (")[0]
    assert set(kinds) == {"inconclusive"}


def test_the_interaction_is_the_difference_of_both_effects(verdicts: pd.DataFrame) -> None:
    assert list(verdicts.loc["difference", "verdict"]) == ["supported"] * 3
    effects = verdicts["effect"].unstack("comparison")
    # size factors of all twelve samples differ from those of either genotype
    assert effects["difference"].to_numpy() == pytest.approx(effects["wild_type"] - effects["no_p53"], abs=0.1)
