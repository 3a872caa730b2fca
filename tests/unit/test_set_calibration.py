"""Where nothing is to be found, rotation keeps its level in real data and the permutation of genes does not."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

import calibrate_sets
import score_sets
from claimcheck.core.contracts import contracts
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.figures.calibration import draw_calibration, quantiles
from claimcheck.gene_sets.calibration import (
    CALIBRATION_COLUMNS,
    p_values_under_labellings,
    relabel,
    without_mirror_images,
)
from claimcheck.gene_sets.comparison import ModelFiles, make_comparison, run_tests
from claimcheck.gene_sets.tests.prerank import prerank_p
from claimcheck.gene_sets.tests.weights import weigh_sets
from support.archive import shared_data
from support.defaults import DEFAULTS, LEVELS, MATCHING
from support.tables import MODELLED, place_table
from support.worlds import GENE_SETS, MEMBERS

STANDARD = {"least_correlation": 0.01, "levels": LEVELS}
CALIBRATED = {**STANDARD, "matching": MATCHING, "draws": DEFAULTS["gene_sets"]["calibration"]}
GROUPS = {"test": "knockout", "reference": "control"}
SETS = ["OXPHOS_CI", "OXPHOS_CIV", "OSTEOBLAST", "FERRO_DRIVER_CORE", "NRF2_TARGETS", "MITOPHAGY"]


def made_up(n_test=4, n_reference=4, *, shift=0.0, shared=0.0, seed=3):
    """Draw 600 genes; the first 30, which are set `moved`, are shifted in the test group and share a factor."""
    rng = np.random.default_rng(seed)
    condition = np.repeat([0.0, 1.0], [n_reference, n_test])
    log2 = rng.normal(8, 1, (600, 1)) + rng.normal(0, 0.2, (600, len(condition)))
    log2[:30] += shift * condition + shared * rng.normal(size=len(condition))
    names = [f"s{number}" for number in range(len(condition))]
    counts = pd.DataFrame(rng.poisson(2.0**log2), index=[f"g{number}" for number in range(600)], columns=names)
    matrix = np.column_stack([np.ones(len(condition)), condition])
    comparison = make_comparison(counts, np.ones(len(condition)), matrix)
    members = pd.DataFrame({"set": "moved", "gene_id": counts.index[:30]})
    return comparison, weigh_sets(members, ["moved", "absent"], list(counts.index))


def test_of_two_labellings_that_exchange_the_groups_one_is_kept():
    labellings = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0]], dtype=bool)
    assert without_mirror_images(labellings).tolist() == labellings[[0, 2]].tolist()
    uneven = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=bool)
    assert len(without_mirror_images(uneven)) == 3
    assert len(without_mirror_images(np.zeros((0, 4), dtype=bool))) == 0


def test_what_the_true_condition_does_is_not_in_the_way_of_made_up_groups():
    labelling = np.array([1, 1, 0, 0, 1, 1, 0, 0], dtype=bool)
    still, moved = (run_tests(relabel(made_up(shift=shift)[0], labelling), made_up()[1], seed=1, n_rotations=999, **STANDARD)
                    for shift in (0.0, 4.0))  # fmt: skip
    assert moved.loc[0, "se"] == pytest.approx(still.loc[0, "se"], rel=0.5)
    assert abs(moved.loc[0, "effect"]) < 0.2


def test_too_few_animals_leave_no_made_up_groups():
    comparison, weights = made_up(1, 2)
    assert relabel(comparison, np.array([1, 0, 1], dtype=bool)) is None
    none = p_values_under_labellings(
        comparison, weights, np.array([[1, 0, 1]], dtype=bool), seed=1, n_rotations=99, **STANDARD
    )
    assert none.empty
    for n_test, n_reference, expected in ((2, 2, 2), (3, 3, 9), (4, 4, 18)):
        names = [f"s{number}" for number in range(n_test + n_reference)]
        sheet = pd.DataFrame({"sample": names, "condition": ["knockout"] * n_test + ["control"] * n_reference})
        assert len(calibrate_sets.other_labellings(sheet, Design("knockout", "control"), 1, most=20)) == expected


def test_prerank_p_is_small_for_a_set_at_an_end_and_missing_for_one_without_genes():
    comparison, weights = made_up(shift=0.6)
    p = prerank_p(comparison.fits.moderated_t, weights, seed=1)
    assert p[0] < 1e-4
    assert np.isnan(p[1])
    assert prerank_p(comparison.fits.moderated_t, weights, seed=1)[0] == p[0]


@pytest.fixture(scope="module")
def bones(tmp_path_factory):
    """Write the tables of three against two cleaned bones, which do not differ, as the phases before would."""
    path = shared_data("counts/bone_marrow_EMTAB5533") / "Osteocyte_enriched_RSEM_gene_counts.csv"
    table = pd.read_csv(path, index_col=0)
    table.index = table.index.str.replace(r"\.\d+$", "", regex=True).rename("gene_id")
    counts = table.filter(like="Clean").round().astype(int)
    counts = counts[(counts >= 10).sum(axis=1) >= 2]
    folder = tmp_path_factory.mktemp("bones")
    sheet = pd.DataFrame(
        {"sample": counts.columns, "condition": ["control", "knockout", "control", "control", "knockout"]}
    )
    members = MEMBERS[MEMBERS["set"].isin(SETS) & MEMBERS["gene_id"].isin(counts.index)]
    tables = {
        "genes": counts.index.to_frame(index=False),
        "counts": counts.reset_index(),
        "model": sheet,
        "steps": pd.DataFrame({"covariate": ["none"], "chosen": [True]}),
        "size_factors": estimate_size_factors(counts, frozenset()),
        "running_sums": members[["set", "gene_id"]].assign(family="any"),
    }
    names = MODELLED | {"running_sums": "gene_sets/running_sums"}
    files = {name: place_table(content, names[name], folder) for name, content in tables.items()}
    running_sums = files.pop("running_sums")
    return {"files": ModelFiles(**files), "running_sums": running_sums, "groups": Design("knockout", "control")}


def test_in_real_bone_prerank_finds_too_much_and_rotation_does_not(bones, tmp_path):
    calibration = tmp_path / "results/gene_sets/calibration.tsv"
    calibrate_sets.main(**bones, seed=1, **CALIBRATED, calibration=calibration)
    found = read_table(calibration)
    called = found.groupby("null")[["p_rotation", "p_camera", "p_score", "p_prerank"]].agg(lambda p: (p <= 0.05).mean())
    shuffled = found[found["null"] == "shuffled labels"]
    assert set(shuffled["set"]) == set(SETS)
    assert shuffled["draw"].nunique() == 6
    assert called.at["shuffled labels", "p_prerank"] > 0.2 > called.at["shuffled labels", "p_rotation"]
    assert called.at["random sets", "p_camera"] < 0.1
    assert (found["null"] == "random sets").sum() == 300
    figure, drawn = draw_calibration(found, simulated=False, **GROUPS)
    words = "\n".join(text.get_text() for text in figure.findobj(Text))
    assert "the 6 tested sets, labels shuffled:\nonly 6 labellings: a rough picture" in words
    share = f"prerank: {100 * called.at['shuffled labels', 'p_prerank']:.0f} %"
    assert share in [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert (drawn.groupby(["null", "test"])["p_value"].diff().dropna() >= 0).all()


def test_scores_differ_by_the_effect_and_confounders_are_tested_alike(bones, tmp_path):
    arguments = {
        "gene_sets": list(GENE_SETS.glob("*.tsv")),
        "seed": 1,
        "rotations": 499,
        "deleted_gene": "ENSMUSG00000019787",
        **STANDARD,
        "scores": tmp_path / "results/gene_sets/scores.tsv",
        "tests": tmp_path / "results/gene_sets/confounders.tsv",
    }
    score_sets.main(**bones, **arguments, confounders=["QC_MUSCLE", "QC_PROLIF"])
    scores = read_table(arguments["scores"])
    assert scores.groupby("set").size().to_dict() == dict.fromkeys([*SETS, "QC_MUSCLE", "QC_PROLIF"], 5)
    tests = read_table(arguments["tests"]).set_index("set")
    assert list(tests.index) == ["QC_MUSCLE", "QC_PROLIF"]
    condition = read_table(bones["files"].model).set_index("sample")["condition"]
    muscle = scores[scores["set"] == "QC_MUSCLE"].set_index("sample")["score"].groupby(condition).mean()
    assert muscle["knockout"] - muscle["control"] == pytest.approx(tests.at["QC_MUSCLE", "effect"], rel=1e-6)
    assert tests.at["QC_MUSCLE", "ci95_low"] < tests.at["QC_MUSCLE", "effect"] < tests.at["QC_MUSCLE", "ci95_high"]
    with pytest.raises(StudyError, match="no gene set is called QC_MUSCEL"):
        score_sets.main(**bones, **arguments, confounders=["QC_MUSCEL"])


def test_without_a_tested_set_the_tables_are_empty_and_whole(bones, tmp_path):
    sums = read_table(bones["running_sums"]).iloc[:0]
    inputs = bones | {"running_sums": place_table(sums, "gene_sets/running_sums", tmp_path)}
    calibration = tmp_path / "results/gene_sets/calibration.tsv"
    calibrate_sets.main(**inputs, seed=1, **CALIBRATED, calibration=calibration)
    assert list(read_table(calibration)) == list(CALIBRATION_COLUMNS)
    score_sets.main(
        **inputs,
        gene_sets=list(GENE_SETS.glob("*.tsv")),
        seed=1,
        rotations=99,
        confounders=[],
        **STANDARD,
        deleted_gene=None,
        scores=tmp_path / "results/gene_sets/scores.tsv",
        tests=tmp_path / "results/gene_sets/confounders.tsv",
    )
    assert list(read_table(tmp_path / "results/gene_sets/scores.tsv")) == contracts()["gene_sets/scores"].names
    assert (
        list(read_table(tmp_path / "results/gene_sets/confounders.tsv")) == contracts()["gene_sets/confounders"].names
    )


def test_quantiles_of_uniform_p_values_lie_where_they_are_expected():
    p = (np.arange(50) + 0.5) / 50
    table = pd.DataFrame(
        {"null": "random sets", "draw": range(50), "set": "A", "p_rotation": p[::-1], "p_prerank": 1e-9}
    )
    table = table.assign(p_camera=np.nan, p_score=np.nan)
    drawn = quantiles(table)
    rotation = drawn[drawn["test"] == "rotation"]
    np.testing.assert_allclose(rotation["p_value"], rotation["expected"])
    assert set(drawn["test"]) == {"rotation", "prerank"}
    assert drawn.loc[drawn["test"] == "prerank", "drawn_p_value"].min() == 1e-4
    figure, _ = draw_calibration(table.iloc[:0], simulated=True, **GROUPS)
    words = "\n".join(text.get_text() for text in figure.findobj(Text))
    assert "no other labels" in words and "too few genes are in no set" in words
