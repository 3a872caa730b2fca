"""What samples are is read from their expression and held against what is said of them; a conflict stops the study."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from claimcheck.core.tables import read_table
from support.archive import shared_data
from support.counts import counts_study, small_counts
from support.studies import last_words, run_workflow

pytestmark = pytest.mark.whole_run

SEX_GENES = {"female_genes": ["Xist"], "male_genes": ["Ddx3y", "Eif2s3y", "Kdm5d", "Uty"]}


def cerebellum(folder: Path, *, swapped: bool) -> Path:
    """Write the study of sex in the cerebellum; `swapped` exchanges what is said of one male and one female."""
    data = shared_data("counts/sex_GSE96870")
    sheet = pd.read_csv(data / "GSE96870_coldata_cerebellum.csv")[["sample", "sex", "time"]]
    if swapped:
        pair = [sheet.index[sheet["sex"] == sex][0] for sex in ("Female", "Male")]
        sheet.loc[pair, "sex"] = list(sheet.loc[pair[::-1], "sex"])
    return counts_study(
        folder,
        data / "GSE96870_counts_cerebellum.csv",
        sheet.to_csv(sep="\t", index=False),
        test="Female",
        reference="Male",
        design={"factor": "sex", "test": "Female", "reference": "Male", "covariates": ["time"]},
        identity=SEX_GENES,
    )


def test_sex_is_called_from_expression_and_its_genes_lead_the_comparison(tmp_path: Path) -> None:
    study = cerebellum(tmp_path, swapped=False)
    completed = run_workflow(study, "results/differential/genes.tsv")
    assert completed.returncode == 0, completed.stderr[-3000:]
    called = read_table(study / "results/quality/sex.tsv", text=True)
    assert len(called) == 22
    assert (called["called"] == called["stated"]).all()
    genes = read_table(study / "results/differential/genes.tsv", text=["gene_id"])
    first = genes.loc[genes["stat"].abs().sort_values(ascending=False).index].head(5)
    assert set(first["gene_id"]) == {"Xist", "Ddx3y", "Eif2s3y", "Uty", "Kdm5d"}
    changes = first.set_index("gene_id")["log2_fold_change"]
    assert changes["Xist"] == pytest.approx(11.6, abs=0.1)
    assert (changes.drop("Xist") < -11.5).all()
    steps = read_table(study / "results/differential/design.tsv", text=["covariate"])
    assert steps[["covariate", "formula"]].to_numpy().tolist() == [["time", "~ time + condition"]]


def test_a_swapped_label_stops_and_is_named(tmp_path: Path) -> None:
    study = cerebellum(tmp_path, swapped=True)
    completed = run_workflow(study, "results/differential/genes.tsv")
    assert completed.returncode != 0
    gates = read_table(study / "results/quality/gates.tsv", text=True)
    failed = gates[gates["status"] == "fail"]
    assert list(failed["gate"]) == ["sex", "sex"]
    words = last_words(completed)
    assert all(sample in words for sample in failed["scope"])
    assert "quality.accepted" in words
    assert not (study / "results/differential/genes.tsv").exists()
    called = read_table(study / "results/quality/sex.tsv", text=True)
    sheet = read_table(study / "results/samples/samples.tsv", text=True)
    assert list(called["sample"]) == list(sheet["sample"]), "nothing was relabelled"
    assert run_workflow(study, "quality").returncode == 0
    assert (study / "results/figures/sex.svg").exists()


def test_a_failed_gate_is_passed_with_a_reason_and_a_wild_outlier_is_shown_and_not_hidden(tmp_path: Path) -> None:
    reason = "no male knockouts could be bred"
    accepted = {"gate": "confounded_design", "scope": "sex", "reason": reason}
    quality = {"library_size": {"warn": 1000, "fail": 100}, "accepted": [accepted]}
    study = small_counts(tmp_path, sex=["male"] * 3 + ["female"] * 3, wild=True, quality=quality)
    completed = run_workflow(study, "results/report/index.html")
    assert completed.returncode == 0, completed.stderr[-3000:]
    [failed] = read_table(study / "results/quality/gates.tsv", text=True).query("status == 'fail'").itertuples()
    assert (failed.gate, failed.scope, failed.accepted) == ("confounded_design", "sex", reason)
    assert "all of ko: female; all of wt: male" in failed.reason
    assert reason in (study / "results/report/index.html").read_text()
    row = (
        read_table(study / "results/differential/genes.tsv", text=["gene_id", "missing"])
        .set_index("gene_id")
        .loc["G007"]
    )
    assert np.isnan(row["p_value"])
    assert row["missing"] == "outlier sample ko3 (Cook's distance)"
    assert row["p_value_unfiltered"] > 0
    drawn = read_table(study / "results/figures/gene_counts.tsv", text=["gene_id", "sample"])
    assert set(drawn.loc[drawn["gene_id"] == "G007", "sample"]) == {"wt1", "wt2", "wt3", "ko1", "ko2", "ko3"}
    page = (study / "results/report/index.html").read_text()
    assert "outlier" in page
    summary = read_table(study / "results/differential/summary.tsv").set_index("quantity")["value"]
    assert int(summary["n_outlier"]) >= 1
