"""Published tables of gene counts, from the table to the page."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from claimcheck.core.tables import read_table
from support.archive import shared_data
from support.counts import REAL, checks_of_the_study, counts_study
from support.pages import whole
from support.studies import run_workflow

pytestmark = pytest.mark.whole_run

SOST, LCN2 = "ENSMUSG00000001494", "ENSMUSG00000026822"


def run_counts(
    folder: Path,
    table: Path,
    groups: dict[str, str],
    *,
    test: str,
    reference: str,
    target: str = "results/report/index.html",
    **more: Any,
) -> Path:
    sheet = "sample\tcondition\n" + "".join(f"{sample}\t{condition}\n" for sample, condition in groups.items())
    study = counts_study(folder, table, sheet, test=test, reference=reference, **more)
    completed = run_workflow(study, target)
    assert completed.returncode == 0, completed.stderr[-3000:]
    return study


@pytest.fixture(scope="module")
def bone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    table = shared_data("counts/bone_marrow_EMTAB5533") / "Osteocyte_enriched_RSEM_gene_counts.csv"
    groups = {f"{group}_{number}": group for group in ("Clean", "Marrow") for number in range(1, 6)}
    deleted = {"deleted_gene": LCN2, "deleted_gene_symbol": "Lcn2"}
    return run_counts(
        tmp_path_factory.mktemp("bone"),
        table,
        groups,
        test="Clean",
        reference="Marrow",
        study={"title": "Marrow-free and marrow-containing bone", **deleted},
        report=REAL["report"],
        **checks_of_the_study(),
    )


def test_scores_separate_clean_bone_from_bone_with_marrow(bone: Path) -> None:
    scores = read_table(bone / "results/quality/composition.tsv", text=["panel", "sample"])
    wide = scores.pivot(index="sample", columns="panel", values="score")
    clean = wide.index.str.startswith("Clean")
    for panel, sign in {"QC_NEUTROPHIL": -1, "QC_ERYTHROID": -1, "QC_MUSCLE": 1}.items():
        assert (sign * wide.loc[clean, panel]).min() > (sign * wide.loc[~clean, panel]).max()
    groups = read_table(bone / "results/quality/composition_groups.tsv", text=["panel"]).set_index("panel")
    assert groups.loc[["QC_NEUTROPHIL", "QC_ERYTHROID", "QC_MUSCLE"], "differs"].all()
    gates = read_table(bone / "results/quality/gates.tsv", text=True)
    assert "composition differs between the groups" in gates.loc[gates["scope"] == "PC1", "reason"].item()


def test_the_page_says_why_the_deleted_gene_cannot_be_read(bone: Path) -> None:
    outcome = read_table(bone / "results/identity/outcome.tsv", text=True).set_index("question")
    assert outcome.at["knockout", "outcome"] == "unconfirmed"
    page = (bone / "results/report/index.html").read_text()
    assert "Lcn2 cannot be read here: the groups differ in the neutrophil score beyond chance (p = " in page
    effects = read_table(bone / "results/identity/effects.tsv", text=["effect"]).set_index("effect")
    assert effects.at["unadjusted", "ci95_high"] < -1
    assert effects.at["adjusted", "ci95_high"] > 0
    assert outcome.at["tissue", "outcome"] == "confirmed"


def test_marrow_free_bone_is_rich_in_osteocytes(bone: Path) -> None:
    genes = read_table(bone / "results/differential/genes.tsv").set_index("gene_id")
    assert genes.at[SOST, "log2_fold_change"] == pytest.approx(7.27, abs=0.05)
    assert genes["stat"].abs().rank(ascending=False)[SOST] <= 10
    assert genes.at[LCN2, "log2_fold_change"] == pytest.approx(-1.70, abs=0.02)


def test_named_genes_are_drawn_without_claims(bone: Path) -> None:
    forest = read_table(bone / "results/figures/gene_forest.tsv", text=["gene_id", "label"]).set_index("label")
    assert forest.at["Sost", "effect"] == pytest.approx(7.27, abs=0.05)
    assert forest["threshold"].isna().all()
    assert not forest.at["Sp5", "detected"]
    heatmap = read_table(bone / "results/figures/heatmap_bone.tsv", text=["row", "condition"])
    z = heatmap[heatmap["row"] == "Mepe"].groupby("condition")["z"]
    assert z.min()["Clean"] > z.max()["Marrow"]
    wings = read_table(bone / "results/figures/butterfly_ferroptosis.tsv", text=["wing", "label"])
    assert wings.groupby("wing").size().to_dict() == {"left": 49, "right": 37}
    assert not wings["zero_weight"].any()
    assert not (bone / "results/figures/exploratory.svg").exists()


def test_every_gene_is_accounted_for(bone: Path) -> None:
    summary = read_table(bone / "results/differential/summary.tsv").set_index("quantity")["value"]
    assert int(summary["n_genes_counted"]) == 46206
    counts = read_table(bone / "results/counts/gene_counts.tsv", text=["gene_id"])
    assert len(counts) == 46206
    assert counts["gene_id"].is_unique


def test_wnt_sets_rank_towards_bone(bone: Path) -> None:
    tests = read_table(bone / "results/gene_sets/tests.tsv").set_index("set")
    assert tests.at["WNT_TARGETS_T2_BONE", "nes"] > 0
    assert tests.at["WNT_TARGETS_T2_BONE", "effect"] > 0
    assert set(tests["family"]) == {"ferroptosis", "mitochondria", "wnt", "bone"}


def test_page_of_the_counts(bone: Path) -> None:
    page = (bone / "results/report/index.html").read_text()
    whole(page)
    assert "no register of claims was evaluated" in page
    assert "a table of counts" in page
    assert "Simulated data" not in page


@pytest.fixture(scope="module")
def colitis(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study that names the results of R's DESeq2 as the paper's own."""
    folder = shared_data("counts/colitis_DSS")
    groups = {f"DSSd{day}_{number}": f"day{day}" for day in ("00", "07") for number in (1, 2, 3)}
    published = {"file": str(folder / "dge_results.csv"), "source": "Table S1"}
    return run_counts(
        tmp_path_factory.mktemp("colitis"),
        folder / "gene_counts.csv",
        groups,
        test="day07",
        reference="day00",
        study={"title": "Colitis", "published_results": published},
        target="results/figures/published.svg",
    )


def test_fold_changes_are_those_of_deseq2(colitis: Path) -> None:
    table = read_table(colitis / "results/differential/published.tsv")
    both = table[table["log2_fold_change"].notna()]
    assert len(both) > 8_000
    assert np.corrcoef(both["log2_fold_change"], both["published_log2_fold_change"])[0, 1] > 0.99999
    ours = read_table(colitis / "results/differential/genes.tsv").set_index("gene_id")
    counts = read_table(colitis / "results/counts/gene_counts.tsv").set_index("gene_id")
    raw = np.log2(counts.filter(like="d07").sum(axis=1) + 1) - np.log2(counts.filter(like="d00").sum(axis=1) + 1)
    assert np.corrcoef(raw[ours.index], ours["log2_fold_change"])[0, 1] > 0.9
