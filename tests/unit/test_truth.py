"""What a claim says can be held against what a simulation planted."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import compare_truth
from claimcheck.claims.resolve import planned_sets, read_reference
from claimcheck.core.tables import read_table, write_table
from claimcheck.simulation.truth import planted_claims
from support.own import CURATED, MEMBERS, REGISTER, SETS
from support.studies import ROOT

REFERENCE = CURATED / "reference/bone_expression.tsv"
PLANNED = planned_sets(REGISTER, SETS, MEMBERS, read_reference(REGISTER, REFERENCE))
SYMBOLS = dict(zip(MEMBERS["symbol"], MEMBERS["gene_id"], strict=True))


def world(register=REGISTER, **sets) -> pd.DataFrame:
    """Plant effects by set or symbol (double underscores) and return the truth of every claim."""
    genes = pd.DataFrame({"gene_id": MEMBERS["gene_id"].unique(), "planted_log2_fold_change": 0.0})
    for name, effect in sets.items():
        ids = MEMBERS.loc[MEMBERS["set"] == name, "gene_id"] if name in set(SETS["set"]) else [SYMBOLS[name]]
        genes.loc[genes["gene_id"].isin(ids), "planted_log2_fold_change"] = effect
    genes["expected_log2_fold_change"] = genes["planted_log2_fold_change"] + 0.1
    return planted_claims(register, PLANNED, genes).set_index("claim")


def test_where_nothing_is_planted_only_claims_that_nothing_changes_are_true() -> None:
    truth = world()
    assert list(truth.index) == list(REGISTER.confirmatory)
    assert set(truth.index[truth["holds"] == "true"]) == {"C01", "C07", "C08"}
    assert truth.loc["C14", "planted"] == 0
    assert truth.loc["C14", "expected"] == pytest.approx(0.1)
    assert truth.loc["C03", "holds"] == ""  # three of its four sources are not in the collection


def test_genes_sets_and_weights_give_the_planted_effect() -> None:
    truth = world(Dkk1=-1.0, Sost=-0.3, WNT_TARGETS_T1=0.6, MITO_FUSION=0.4)
    assert truth.loc["C11", ["planted", "holds"]].to_list() == [-1.0, "true"]
    assert truth.loc["C12", "holds"] == "smaller than claimed"
    assert truth.loc["C13", "holds"] == "smaller than claimed"
    assert truth.loc["C14", "planted"] == pytest.approx(0.6)
    assert 0.1 < truth.loc["C09", "planted"] < 0.4  # genes of fission do not move


def test_a_wrong_direction_is_false_and_a_margin_is_broken() -> None:
    truth = world(Dkk1=0.8, GSH_GPX4=-0.5, Slc22a17=-0.6)
    assert truth.loc["C11", "holds"] == "false"
    assert truth.loc["C13", "holds"] == "false"
    assert truth.loc["C07", "holds"] == "false"
    assert truth.loc["C01", "holds"] == "false"


def test_specificity_needs_members_that_change_and_controls_that_do_not() -> None:
    assert world(FERRO_MARKERS=-0.5).loc["C18", "holds"] == "true"
    assert world(FERRO_MARKERS=-0.5, APOPTOSIS_CTRL=-0.5).loc["C18", "holds"] == "false"


def test_of_models_the_one_counts_whose_weakest_gene_moves_furthest() -> None:
    truth = world(Tfrc=0.5, Slc11a2=0.4)
    assert truth.loc["C05", ["planted", "holds"]].to_list() == [0.4, "true"]


def test_the_step_writes_a_row_a_claim(tmp_path: Path) -> None:
    genes = MEMBERS.drop_duplicates("gene_id")[["gene_id", "symbol"]]
    zero = genes.assign(planted_log2_fold_change=0.0, expected_log2_fold_change=0.0)
    write_table(zero, tmp_path / "genes.tsv")
    compare_truth.main(
        claims=ROOT / "config/claims.yaml",
        gene_sets=sorted(CURATED.glob("*.tsv")),
        reference_expression=REFERENCE,
        genes=tmp_path / "genes.tsv",
        truth=tmp_path / "truth.tsv",
    )
    written = read_table(tmp_path / "truth.tsv", text=["claim", "holds"])
    assert list(written["claim"]) == list(REGISTER.confirmatory)
    assert replace(REGISTER, lead=()).confirmatory == tuple(written["claim"])
