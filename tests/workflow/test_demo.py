"""The simulated study: from nothing to the page, with what was planted found again."""

import shutil
from pathlib import Path

import pytest

from claimcheck.tables import read_table
from support.studies import ROOT, run_workflow


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study") / "demo"
    shutil.copytree(ROOT / "demo/config", folder / "config")
    shutil.copytree(ROOT / "config/gene_sets", folder.parent / "config/gene_sets")
    completed = run_workflow(folder)
    assert completed.returncode == 0, completed.stderr[-3000:]
    return folder


def test_planted_genes_are_found(demo: Path) -> None:
    genes = read_table(demo / "results/differential/genes.tsv").set_index("symbol")
    for symbol in ("Dkk1", "Sost"):
        assert genes.at[symbol, "log2_fold_change"] == pytest.approx(-1.0, abs=3 * genes.at[symbol, "lfc_se"])
        assert genes.at[symbol, "p_adjusted"] < 0.05


def test_planted_sets_rank_as_planted(demo: Path) -> None:
    tests = read_table(demo / "results/gene_sets/tests.tsv").set_index("set")
    for name, sign in {"WNT_TARGETS_T1": 1, "FERRO_DRIVER_CORE": -1, "FERRO_MARKERS": -1, "ATF4_STRESS": -1}.items():
        assert sign * tests.at[name, "nes"] > 1.5
    assert (tests.loc[tests["family"] == "mitochondria", "p_prerank_adjusted"] > 0.05).all()


def test_other_runs_are_left_out_and_runs_of_an_animal_summed(demo: Path) -> None:
    report = read_table(demo / "resources/archive/run_table.tsv")
    files = read_table(demo / "results/samples/read_files.tsv")
    assert set(report["library_strategy"]) == {"RNA-Seq", "ChIP-Seq"}
    used = report[report["run_accession"].isin(files["run_accession"])]
    assert set(used["library_strategy"]) == {"RNA-Seq"}
    assert files.groupby("sample")["run_accession"].nunique().value_counts().to_dict() == {1: 7, 2: 1}
    mapping = read_table(demo / "results/quality/mapping.tsv").set_index("sample")
    expected = used.groupby("sample_accession")["read_count"].sum()
    assert (mapping["n_processed"] == expected[mapping.index]).all()


def test_page_says_that_it_is_simulated(demo: Path) -> None:
    page = (demo / "results/report/index.html").read_text()
    assert page.count("Simulated data") >= 2
    for figure in (demo / "results/figures").glob("*.svg"):
        assert "simulated" in figure.read_text()
