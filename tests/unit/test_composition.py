"""Groups differ in a panel by the size of the difference; the exact p-values stand beside it."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import permutation_test, ttest_ind

from claimcheck.core.tables import read_table
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.levels import log2_cpm
from claimcheck.qc import composition
from claimcheck.qc.composition import GROUP_COLUMNS, cohens_d, composition_banner, permutation_p
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data
from support.defaults import aligned_panels, compare_panels, detected_genes, score_panels

DESIGN = Design("ko", "wt")
QUALITY_SETS = Path(__file__).parents[2] / "config" / "gene_sets" / "quality.tsv"


def compare(reference, test, levels=None, **thresholds):
    """Compare one panel of three genes, of which only the scores (and levels) are made up."""
    scores = np.array([*reference, *test], dtype=float)
    names = [f"s{number}" for number in range(len(scores))]
    samples = pd.DataFrame({"sample": names, "condition": ["wt"] * len(reference) + ["ko"] * len(test)})
    table = pd.DataFrame(
        {"panel": "p", "sample": names, "score": scores, "level": scores if levels is None else levels}
    )
    return compare_panels(table, {"p": "abcd"}, {"p": "abc"}, samples, DESIGN, **thresholds).iloc[0]


def test_differences_are_test_minus_reference_and_agree_with_scipy():
    reference, test = np.array([1.0, 2, 4]), np.array([3.0, 6, 5, 8])
    row = compare(reference, test, levels=[0, 0, 0, 1, 1, 2, 2])
    assert tuple(row.index) == GROUP_COLUMNS
    assert (row["n_genes"], row["n_detected"]) == (4, 3)
    assert row["log2_ratio"] == 1.5
    pooled = np.sqrt((2 * reference.var(ddof=1) + 3 * test.var(ddof=1)) / 5)
    assert row["standardised_difference"] == pytest.approx((5.5 - 7 / 3) / pooled)
    assert row["p_t"] == pytest.approx(ttest_ind(test, reference, equal_var=False).pvalue)


@pytest.mark.parametrize(
    ("reference", "test"),
    [([0.1, 0.4, 0.2], [0.9, 0.5, 0.8]), ([0, 0, 1, 1], [1, 1, 0, 2]), ([3, 1, 2], [2.5, 9, 4, 4, 1])],
)
def test_the_permutation_p_is_exact(reference, test):
    values = np.array([*reference, *test], dtype=float)
    of_test = np.arange(len(values)) >= len(reference)
    exact = permutation_test(
        (values[of_test], values[~of_test]),
        lambda a, b, axis: np.abs(a.mean(axis=axis) - b.mean(axis=axis)),
        vectorized=True,
        alternative="greater",
        n_resamples=np.inf,
    )
    assert permutation_p(values, of_test) == pytest.approx(exact.pvalue)


@pytest.mark.parametrize(("n", "smallest"), [(3, 0.1), (4, 2 / 70), (5, 2 / 252), (6, 2 / 924)])
def test_complete_separation_has_the_smallest_p_that_the_groups_allow(n, smallest):
    values = np.arange(2.0 * n) ** 1.5
    assert permutation_p(values, np.arange(2 * n) < n) == pytest.approx(smallest)


def test_drawn_relabellings_agree_with_all_of_them_and_never_give_zero(monkeypatch):
    rng = np.random.default_rng(3)
    values, of_test = rng.normal(size=12), np.arange(12) % 2 == 0
    exact = permutation_p(values, of_test)
    monkeypatch.setattr(composition, "MAX_RELABELLINGS", 900)
    assert permutation_p(values, of_test) == pytest.approx(exact, abs=0.05)
    assert permutation_p(values, of_test) == permutation_p(values, of_test)
    assert permutation_p(np.arange(40.0), np.arange(40) < 20) == 1 / 901


@pytest.mark.parametrize(
    ("levels", "scores", "differs"),
    [
        ([0, 0, 0, 0.58, 0.58, 0.58], [0, 1, 2, 0.5, 1.5, 2.5], False),
        ([0, 0, 0, 0.59, 0.59, 0.59], [0, 1, 2, 0.5, 1.5, 2.5], True),
        ([0, 0, 0, -0.59, -0.59, -0.59], [0, 1, 2, 0.5, 1.5, 2.5], True),
        ([0, 0, 0, 0, 0, 0], [0, 1, 2, 0.99, 1.99, 2.99], False),
        ([0, 0, 0, 0, 0, 0], [0, 1, 2, 1, 2, 3], True),
        ([0, 0, 0, 0, 0, 0], [1, 2, 3, 0, 1, 2], True),
    ],
)
def test_either_difference_at_its_threshold_makes_a_panel_differ(levels, scores, differs):
    row = compare(scores[:3], scores[3:], levels=levels)
    assert row["differs"] == differs
    assert bool(row["reason"]) == differs


def test_thresholds_are_arguments():
    scores = ([0, 1, 2], [1, 2, 3])
    assert compare(*scores, levels=[0] * 6)["differs"]
    assert not compare(*scores, levels=[0] * 6, standardised_difference=1.01)["differs"]
    assert compare(*scores, levels=[0, 0, 0, 0.4, 0.4, 0.4], standardised_difference=2, log2_ratio=0.4)["differs"]


def test_a_panel_with_two_detected_genes_is_not_measured_and_says_so():
    samples = pd.DataFrame({"sample": list("abcd"), "condition": ["wt", "wt", "ko", "ko"]})
    scores = pd.DataFrame({"panel": "p", "sample": list("abcd"), "score": np.nan, "level": np.nan})
    row = compare_panels(scores, {"p": ["x"] * 9}, {"p": ["x", "y"]}, samples, DESIGN).iloc[0]
    assert row[["log2_ratio", "standardised_difference", "p_t", "p_permutation"]].isna().all()
    assert not row["differs"]
    assert row["reason"] == "not measured: 2 of 9 genes detected, 3 needed"


def test_single_samples_have_a_ratio_and_nothing_else():
    row = compare([1.0], [2.0])
    assert row["log2_ratio"] == 1
    assert row["differs"]
    assert row[["standardised_difference", "p_t"]].isna().all()
    assert np.isnan(cohens_d(np.array([1.0, 1]), np.array([1.0, 1])))


def pca_like(scores):
    return pd.DataFrame({"sample": list("abcdef"), "component": 1, "score": scores})


def test_the_banner_needs_a_panel_that_both_differs_and_goes_along_with_the_first_component():
    pca = pca_like([-3, -2, -1, 1, 2, 3])
    along, against, apart = [-3, -2, -1.5, 1, 2, 3.5], [3, 2, 1, -1, -2, -2], [1, -1, 1, -1, 1, -1]
    scores = pd.concat(
        pd.DataFrame({"panel": name, "sample": list("abcdef"), "score": values})
        for name, values in [("APART", apart), ("ALONG", along), ("AGAINST", against), ("UNMEASURED", [np.nan] * 6)]
    )
    aligned = aligned_panels(pca, scores)
    assert list(aligned.index) == ["ALONG", "AGAINST"]
    assert aligned["ALONG"] == pytest.approx(np.corrcoef(along, pca["score"])[0, 1])
    assert aligned["AGAINST"] < -0.7
    groups = pd.DataFrame({"panel": ["APART", "ALONG", "AGAINST"], "differs": [True, False, True]})
    assert (
        composition_banner(aligned, groups)
        == "composition differs between the groups: the first principal component goes along with AGAINST (r = -0.99)"
    )
    assert composition_banner(aligned, groups.assign(differs=[True, False, False])) == ""
    assert aligned_panels(pca, scores, min_correlation=0.999).empty


@pytest.fixture(scope="module")
def bone():
    folder = shared_data("counts/bone_marrow_EMTAB5533")
    counts = read_count_table(folder / "Osteocyte_enriched_RSEM_gene_counts.csv").counts
    return log2_cpm(counts, counts.sum())


def panels_of_the_study():
    members = read_table(QUALITY_SETS, text=True)
    return {name: list(part["gene_id"]) for name, part in members.groupby("set") if not name.startswith("QC_SEX")}


def compare_bones(levels, conditions, design):
    samples = pd.DataFrame({"sample": list(levels), "condition": conditions})
    panels = panels_of_the_study()
    detected = detected_genes(levels, panels, samples["condition"])
    scores = score_panels(levels, detected)
    return scores, compare_panels(scores, panels, detected, samples, design).set_index("panel")


def test_marrow_shows_in_real_bone_with_the_right_signs(bone):
    conditions = [sample.split("_")[0] for sample in bone]
    scores, groups = compare_bones(bone, conditions, Design("Marrow", "Clean"))
    for panel, sign in [("QC_NEUTROPHIL", 1), ("QC_ERYTHROID", 1), ("QC_MUSCLE", -1)]:
        row = groups.loc[panel]
        assert row["differs"]
        assert sign * row["log2_ratio"] > 1
        assert sign * row["standardised_difference"] > 3
        assert row["p_permutation"] == pytest.approx(2 / 252)
        assert row["p_t"] < 0.01
        by_sample = sign * scores[scores["panel"] == panel].set_index("sample")["score"]
        assert by_sample.filter(like="Marrow").min() > by_sample.filter(like="Clean").max()


def test_at_three_animals_a_third_of_the_panels_differ_by_chance_in_real_bone(bone):
    """The rule is one of effect size: it must not be read as a test."""
    clean = bone.filter(like="Clean")
    calls = [
        compare_bones(clean, ["wt" if number in chosen else "ko" for number in range(5)], DESIGN)[1]["differs"]
        for chosen in combinations(range(5), 2)
    ]
    assert 0.2 < np.mean(calls) < 0.55


def test_without_panels_nothing_aligns():
    pca = pd.DataFrame({"sample": ["a", "b"], "component": 1, "score": [1.0, -1.0]})
    assert aligned_panels(pca, pd.DataFrame(columns=["panel", "sample", "score", "level"])).empty
