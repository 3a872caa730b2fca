"""What other programs are given: the examples of docs/exports.md run on it, and it says what the tables say."""

import re
import time
from pathlib import Path

import anndata
import gseapy
import numpy as np
import pandas as pd
import pytest
from test_rank_sets import SETTINGS, paper, ranked

import export_results
from claimcheck.core.tables import read_table
from claimcheck.exports.enrichment import write_ranking, write_sets
from claimcheck.exports.single_file import Measured, make_anndata, write_anndata
from claimcheck.provenance.inputs import INPUT_COLUMNS, certificate_of
from support.tables import MODELLED, place_table
from support.worlds import GENE_SETS, ROOT

PAGE = ROOT / "docs/exports.md"
STUDY = {"title": "A study", "accession": "PRJNA1", "simulated": True, "test": "knockout", "reference": "control"}
DELETED = "ENSMUSG00000026822"
MADE_FROM = pd.DataFrame(
    [("software", "numpy", "version", "2.4.6", "", ""), ("claims", "config/claims.yaml", "sha256", "ab", "2", "")],
    columns=list(INPUT_COLUMNS),
)


def export(folder, outputs="results/exports", **changes):
    """Export the study that `ranked` has written to a folder."""
    samples = paper().data.samples.assign(evidence="sheet", **{"cage / rack": "1/2"})
    files = {
        **{name: folder / f"results/{place}.tsv" for name, place in MODELLED.items() if name != "model"},
        "samples": place_table(samples, "samples/samples", folder),
        "provenance": place_table(MADE_FROM, "provenance_inputs", folder),
        "sets": folder / "results/gene_sets/sets.tsv",
        "set_tests": folder / "results/gene_sets/tests.tsv",
        "downloaded_sets": folder / "results/gene_sets/downloaded_sets.tsv",
        "downloaded_members": folder / "results/gene_sets/downloaded_members.tsv",
    }
    places = {"whole": "study.h5ad", "gmt": "tested_sets.gmt", "ranked": "ranked.rnk"}
    export_results.main(
        **{
            "transcripts": None,
            "gene_sets": sorted(GENE_SETS.glob("*.tsv")),
            "tpm": None,
            "verdicts": None,
            **files,
            "study": STUDY,
            "settings": SETTINGS,
            "deleted_gene": DELETED,
            **{name: folder / outputs / place for name, place in places.items()},
            **changes,
        }
    )
    return folder / outputs


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    ranked(folder)
    steps = pd.DataFrame({"covariate": ["sex"], "formula": ["~ sex + condition"], "chosen": [True]})
    place_table(steps, MODELLED["steps"], folder)
    export(folder)
    return folder


@pytest.fixture
def whole(study):
    return anndata.read_h5ad(study / "results/exports/study.h5ad")


def test_counts_are_those_of_the_table_and_x_is_divided_by_size_factors(study, whole):
    counts = read_table(study / "results/counts/gene_counts.tsv").set_index("gene_id")
    assert list(whole.obs_names) == list(counts.columns)
    assert list(whole.var_names) == list(counts.index)
    assert (whole.layers["counts"] == counts.to_numpy().T).all()
    assert np.issubdtype(whole.layers["counts"].dtype, np.integer)
    factors = read_table(study / "results/expression/size_factors.tsv").set_index("sample")["size_factor"]
    assert np.allclose(whole.obs["size_factor"], factors[whole.obs_names])
    sample, gene = whole.obs_names[3], whole.var_names[7]
    assert whole[sample, gene].X.item() == pytest.approx(counts.at[gene, sample] / factors[sample])
    assert "tpm" not in whole.layers


def test_genes_have_the_columns_of_the_table_and_those_without_a_test_say_so(study, whole):
    genes = read_table(study / "results/differential/genes.tsv").set_index("gene_id")
    assert set(genes.columns) <= set(whole.var.columns)
    assert list(whole.var_names[whole.var["tested"]]) == [gene for gene in whole.var_names if gene in genes.index]
    assert np.allclose(whole.var.loc[genes.index, "stat"], genes["stat"], equal_nan=True)
    others = whole.var[~whole.var["tested"]]
    assert others["stat"].isna().all()


def test_samples_have_their_groups_with_the_reference_first(whole):
    assert list(whole.obs["condition"].cat.categories) == ["control", "knockout"]
    assert set(whole.obs["cage _ rack"]) == {"1/2"}, "a slash would be a group of HDF5"


def test_what_it_was_made_from_and_all_tests_are_in_it(study, whole):
    said = whole.uns["provenance"]
    assert {name: said[name] for name in STUDY} == STUDY
    assert said["formula"] == "~ sex + condition"
    assert said["certificate"] == certificate_of(read_table(study / "results/provenance_inputs.tsv"))
    assert list(said["made_from"]["value"]) == list(MADE_FROM["value"])
    tests = read_table(study / "results/gene_sets/tests.tsv")
    assert list(whole.uns["set_tests"]["set"]) == list(tests["set"])
    assert np.allclose(whole.uns["set_tests"]["effect"], tests["effect"])
    assert len(whole.uns["sets"]) == len(read_table(study / "results/gene_sets/sets.tsv"))


def test_the_same_study_is_the_same_bytes_at_another_time(study, monkeypatch):
    first = {path.name: path.read_bytes() for path in (study / "results/exports").iterdir()}
    time.sleep(1.1)  # HDF5 would write seconds, by the clock of the system itself
    again = export(study, "results/again")
    assert {path.name: path.read_bytes() for path in again.iterdir()} == first
    assert len(first) == 3
    assert not [name for name, content in first.items() if str(study).encode() in content]


def test_the_ranking_and_the_sets_give_what_prerank_gave(study):
    files = study / "results/exports"
    found = gseapy.prerank(
        rnk=str(files / "ranked.rnk"),
        gene_sets=str(files / "tested_sets.gmt"),
        min_size=SETTINGS["min_size"],
        max_size=SETTINGS["max_size"],
        method="multilevel",
        outdir=None,
        seed=SETTINGS["seed"],
    ).res2d.set_index("Term")
    tests = read_table(study / "results/gene_sets/tests.tsv")
    full = tests[tests["variant"] == "full"].set_index("set")
    assert set(found.index) == set(full.index)
    assert np.allclose(found.loc[full.index, "ES"].astype(float), full["enrichment_score"], atol=1e-6)
    assert np.allclose(found.loc[full.index, "NES"].astype(float), full["nes"], rtol=0.05)
    lines = [line.split("\t") for line in (files / "tested_sets.gmt").read_text().splitlines()]
    assert {line[0]: len(line) - 2 for line in lines} == dict(full["n_genes"])
    assert DELETED not in {gene for line in lines for gene in line[2:]}


def test_a_study_without_sets_has_a_ranking_and_no_file_of_sets(study):
    absent = dict.fromkeys(("sets", "set_tests", "downloaded_sets", "downloaded_members", "gmt"))
    folder = export(study, "results/without", gene_sets=[], **absent)
    assert sorted(path.name for path in folder.iterdir()) == ["ranked.rnk", "study.h5ad"]
    assert set(anndata.read_h5ad(folder / "study.h5ad").uns) == {"provenance"}


def test_transcripts_per_million_and_verdicts_are_added_where_they_are_known(study):
    counts = read_table(study / "results/counts/gene_counts.tsv")
    tpm = place_table(counts.iloc[::-1], "counts/gene_tpm", study)  # in another order of genes
    verdicts = place_table(pd.DataFrame({"claim": ["C01"], "statement": ["It falls."]}), "claims/verdicts", study)
    folder = export(study, "results/more", tpm=tpm, verdicts=verdicts)
    more = anndata.read_h5ad(folder / "study.h5ad")
    given = read_table(tpm).set_index("gene_id")
    assert (more.layers["tpm"] == given.loc[more.var_names, more.obs_names].to_numpy().T).all()
    assert list(more.uns["verdicts"]["claim"]) == ["C01"]


def test_texts_of_a_set_stay_on_its_line_and_ties_keep_their_order():
    sets = pd.DataFrame(
        {
            "set": ["A", "B", "C"],
            "description": ["genes\tof\niron", "", "untested"],
            "source": ["MSigDB", "", "x"],
            "tested": [True, True, False],
        }
    )
    members = pd.DataFrame({"set": ["A", "B", "A", "A", "C"], "gene_id": ["g2", "g1", "g1", "g2", "g1"]})
    assert write_sets(sets, members) == "A\tgenes of iron; MSigDB\tg1\tg2\nB\tna\tg1\n"
    ranking = pd.DataFrame({"gene_id": ["g1", "g2"], "score": [31.5, 31.5 - 1e-9]})
    assert write_ranking(ranking) == "g1\t31.5\ng2\t31.499999999\n"


@pytest.mark.parametrize(
    "sheet",
    [
        {"a/b": ["1", "2"], "a_b": ["3", "4"]},
        {"size_factor": ["1", "x"], "library_size": ["", ""]},
        {"date": ["", "2026-01-01"], "é ü": ["κ", "…"], "index": ["1", "2"], "_index": ["1", "2"]},
        {"Condition": ["1", "2"], "n": [1, 2]},
    ],
)
def test_any_sheet_can_be_written(tmp_path, sheet):
    counts = pd.DataFrame({"s1": [3, 0], "s2": [5, 1]}, index=pd.Index(["g1", "g2"], name="gene_id"))
    measured = Measured(
        counts=counts,
        tpm=None,
        samples=pd.DataFrame({"sample": ["s2", "s1"], "condition": ["x", "y"], **sheet}),
        factors=pd.DataFrame({"sample": ["s1", "s2"], "size_factor": [1.0, 2.0], "library_size": [3, 6]}),
        names=pd.DataFrame({"gene_id": ["g1"], "symbol": ["G1"], "biotype": [""]}),
        genes=pd.DataFrame({"gene_id": ["g1"], "symbol": ["G1"], "stat": [1.5]}),
        groups=["y", "x"],
    )
    write_anndata(make_anndata(measured, {}, {}), tmp_path / "study.h5ad")
    found = anndata.read_h5ad(tmp_path / "study.h5ad")
    assert list(found.obs["condition"]) == ["y", "x"]
    assert list(found.obs["size_factor"]) == [1.0, 2.0]
    assert len(found.obs.columns) == 3 + len(sheet), "no column is lost"
    assert found.X.tolist() == [[3.0, 0.0], [2.5, 0.5]]


EXAMPLES = [code for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL) if "rocrate" not in code]


@pytest.mark.parametrize("code", EXAMPLES, ids=["read", "counts", "prerank"])
def test_the_examples_of_the_page_run_as_they_stand(study, monkeypatch, capsys, code):
    monkeypatch.chdir(study)
    names: dict = {}
    exec(compile(code, str(PAGE), "exec"), names)
    if "found" in names:
        assert "WNT_TARGETS_T1" in capsys.readouterr().out
    elif "model" in names:
        assert list(names["model"].obsm["design_matrix"]) == ["Intercept", "sex[T.male]", "condition[T.knockout]"]
    else:
        assert names["study"].uns["provenance"]["certificate"] in capsys.readouterr().out


def test_the_page_names_the_files_that_there_are():
    rules = (ROOT / "workflow/rules/exports.smk").read_text()
    named = set(re.findall(r"results/exports/[\w./]+\w", PAGE.read_text()))
    made = set(re.findall(r'"(results/exports/[\w./]+)"', rules))
    assert named - {"results/exports/multiqc"} <= made
    assert {path for path in made if Path(path).parent.name == "exports"} <= named
