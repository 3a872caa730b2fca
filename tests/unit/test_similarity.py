"""Copies are found, samples that stand apart from their group are flagged, and sound studies of few samples mostly are not."""

import logging

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from claimcheck.qc.projection import project, stabilise
from claimcheck.qc.similarity import chance_limit, fence_distances, outlier_gates, robust_scores
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data
from support.defaults import DEFAULTS, correlate, duplicate_gates, find_outliers

LIMITS = DEFAULTS["quality"]["outliers"]


def robust_distances(values):
    return np.abs(robust_scores(values))


DISTANCES = {"interquartile_ranges": fence_distances, "robust_z": robust_distances}
"""By the key that states their least limit."""


def study(n, *, seed=1, genes=1500, bad=0.0):
    """Simulate negative binomial counts of one tissue; the first sample's genes are moved by `bad` log2 units (SD)."""
    rng = np.random.default_rng(seed)
    mean = np.repeat(rng.lognormal(5, 1.5, genes)[:, None], n, axis=1)
    mean[:, 0] *= 2 ** rng.normal(0, bad, genes)
    counts = rng.poisson(rng.gamma(20, 1 / 20, (genes, n)) * mean * rng.uniform(0.7, 1.4, n))
    return pd.DataFrame(
        counts, index=[f"g{number:04d}" for number in range(genes)], columns=[f"s{i}" for i in range(n)]
    )


def sheet_of(counts, n_test=0):
    """Say that the first samples are of the test group."""
    conditions = ["ko"] * n_test + ["wt"] * (counts.shape[1] - n_test)
    return pd.DataFrame({"sample": counts.columns, "condition": conditions})


def outliers_of(counts, n_test=0):
    factors = counts.sum() / counts.sum().mean()
    components = project(stabilise(counts, factors)[0], n_genes=500)
    return find_outliers(correlate(counts), components, sheet_of(counts, n_test))


def flagged_in(counts, n_test=0):
    table = outliers_of(counts, n_test)
    return list(table.loc[table["flagged"], "sample"])


def test_correlations_are_spearman_s_over_the_genes_with_enough_counts():
    counts = study(4, genes=300) // 20
    used = counts[(counts >= 10).sum(axis=1) >= 2]
    assert 50 < len(used) < 250
    table = correlate(counts)
    assert list(zip(table["sample_a"], table["sample_b"], strict=True))[:3] == [
        ("s0", "s1"),
        ("s0", "s2"),
        ("s0", "s3"),
    ]
    assert len(table) == 6
    expected = spearmanr(used.to_numpy()).statistic[np.triu_indices(4, 1)]
    np.testing.assert_allclose(table["spearman"], expected)


def test_depth_does_not_change_a_correlation():
    counts = study(4) + 10
    deeper = counts.mul([1, 2, 3, 4], axis="columns")
    pd.testing.assert_frame_equal(correlate(counts), correlate(deeper))


def test_too_few_genes_give_no_correlation_and_no_gate():
    table = correlate(study(3, genes=2))
    assert table["spearman"].isna().all()
    assert duplicate_gates(table) == []


def test_a_copied_sample_fails_and_is_named_with_its_original():
    counts = study(5)
    (passed,) = duplicate_gates(correlate(counts))
    assert (passed.scope, passed.status) == ("all samples", "pass")
    counts["again"] = counts["s3"]
    (failed,) = duplicate_gates(correlate(counts))
    assert (failed.gate, failed.scope, failed.status) == ("duplicate", "s3 and again", "fail")
    assert failed.value == pytest.approx(1)
    assert failed.threshold == 0.999


def test_the_limit_of_a_duplicate_is_an_argument():
    similarity = pd.DataFrame({"sample_a": ["a", "a"], "sample_b": ["b", "c"], "spearman": [0.98, 0.99]})
    assert [gate.status for gate in duplicate_gates(similarity, limit=0.97)] == ["fail", "fail"]
    assert [gate.scope for gate in duplicate_gates(similarity, limit=0.98)] == ["a and c"]
    assert [gate.status for gate in duplicate_gates(similarity, limit=0.99)] == ["pass"]


def test_robust_z_is_in_units_of_the_scaled_median_deviation():
    np.testing.assert_allclose(robust_scores(np.array([1.0, 2, 3, 4, 100])), 0.6745 * np.array([-2, -1, 0, 1, 97]))
    values = np.random.default_rng(1).normal(3, 2, 20_000)
    np.testing.assert_allclose(robust_scores(values), (values - 3) / 2, atol=0.1)
    assert np.isnan(robust_scores(np.array([1.0, 1, 1, 5]))).all()


@pytest.mark.parametrize("key", DISTANCES)
@pytest.mark.parametrize("n", [4, 5, 6, 8, 12])
def test_of_groups_with_normal_values_the_stated_share_is_beyond_the_limit(n, key):
    distances = DISTANCES[key](np.random.default_rng(7).normal(size=(8000, n))).max(axis=-1)
    limit = chance_limit(DISTANCES[key], n, LIMITS[key], 0.01)
    assert limit >= LIMITS[key]
    assert np.mean(distances > limit) <= 0.014
    if limit > LIMITS[key]:
        assert np.mean(distances > limit) >= 0.006


def test_the_limit_of_many_samples_is_the_published_one_or_larger_and_of_three_there_is_none():
    limits = [chance_limit(robust_distances, n, LIMITS["robust_z"], 0.01) for n in (4, 6, 8, 12, 24, 48)]
    assert limits == sorted(limits, reverse=True)
    assert LIMITS["robust_z"] <= limits[-1] < 4.6
    assert chance_limit(fence_distances, 48, LIMITS["interquartile_ranges"], 0.01) == LIMITS["interquartile_ranges"]
    for key, distances in DISTANCES.items():
        assert chance_limit(distances, 3, LIMITS[key], 0.01) == np.inf


def test_the_fence_is_tukey_s():
    np.testing.assert_allclose(fence_distances(np.array([0.0, 1, 2, 3, 4])), [0.5, 0, -0.5, -1, -1.5])
    assert np.isnan(fence_distances(np.array([1.0, 2, 2, 2, 2]))).all()


@pytest.mark.parametrize(("n", "n_test"), [(6, 0), (8, 0), (12, 0), (8, 4), (11, 5)])
def test_a_spoilt_sample_is_flagged_and_kept(n, n_test):
    counts = study(n, bad=1.5)
    table = outliers_of(counts, n_test)
    assert list(table.loc[table["flagged"], "sample"]) == ["s0"]
    assert table.at[0, "reason"]
    (gate,) = outlier_gates(table, sheet_of(counts, n_test))
    assert (gate.gate, gate.scope, gate.status) == ("outlier", "s0", "warn")
    assert "kept" in gate.reason


@pytest.mark.parametrize(("n", "n_test"), [(2, 0), (3, 0), (6, 3), (4, 1)])
def test_of_three_samples_none_is_flagged(n, n_test):
    counts = study(n, bad=1.5)
    table = outliers_of(counts, n_test)
    assert len(table) == n
    assert not table["flagged"].any()
    assert outlier_gates(table, sheet_of(counts, n_test)) == []


@pytest.mark.parametrize("n_test", [3, 4])
def test_a_group_that_differs_from_the_larger_one_is_no_outlier(n_test):
    counts = study(8 + n_test)
    counts.iloc[:200, :n_test] *= 8
    table = outliers_of(counts, n_test)
    assert not table["flagged"].any()
    (gate,) = outlier_gates(table, sheet_of(counts, n_test))
    assert gate.status == "pass"
    assert ("ko: fewer than 4 samples, not looked at" in gate.reason) == (n_test == 3)


def test_one_of_four_that_stands_apart_is_flagged_even_where_its_group_differs():
    counts = study(12, bad=1.5)
    counts.iloc[:200, :4] *= 8
    assert flagged_in(counts, 4) == ["s0"]


def test_of_sound_studies_of_four_few_are_flagged():
    logging.getLogger("claimcheck").setLevel(logging.ERROR)
    assert np.mean([bool(flagged_in(study(4, seed=seed, genes=300))) for seed in range(60)]) <= 0.15
    assert np.mean([bool(flagged_in(study(8, seed=seed, genes=300), 4)) for seed in range(60)]) <= 0.15


def test_the_medians_fence_and_scores_are_those_of_the_group():
    medians = {"s0": 0.90, "s1": 0.98, "s2": 0.981, "s3": 0.982, "s4": 0.983, "s5": 0.984}
    medians |= {f"t{number}": 0.5 + 0.01 * number for number in range(6)}
    pairs = [(a, b) for a in medians for b in medians if a < b]
    similarity = pd.DataFrame(
        [(a, b, min(medians[a], medians[b])) for a, b in pairs], columns=["sample_a", "sample_b", "spearman"]
    )
    values = [1.0, -1, 2, -2, 3, -3, 101, 99, 102, 98, 103, 97]
    pca = pd.DataFrame(
        [(sample, part, value) for part in (1, 2) for sample, value in zip(medians, values, strict=True)],
        columns=["sample", "component", "score"],
    )
    samples = pd.DataFrame({"sample": list(medians), "condition": ["wt"] * 6 + ["ko"] * 6})
    table = find_outliers(similarity, pca, samples)
    both = pd.concat([similarity, similarity.set_axis(["sample_b", "sample_a", "spearman"], axis=1)])
    expected = [both.loc[both["sample_a"] == sample, "spearman"].median() for sample in medians]
    np.testing.assert_allclose(table["median_spearman"], expected)
    for component in ("robust_z_pc1", "robust_z_pc2"):
        np.testing.assert_allclose(table[component], np.tile(0.6745 * np.array([1, -1, 2, -2, 3, -3]) / 2, 2))
    share = 1 - (1 - LIMITS["false_flags"]) ** (1 / 6)
    limit = chance_limit(fence_distances, 6, LIMITS["interquartile_ranges"], share)
    beyond = np.concatenate([fence_distances(np.array(group)) > limit for group in (expected[:6], expected[6:])])
    assert list(table["flagged"]) == list(beyond)


@pytest.mark.parametrize(
    ("path", "n"),
    [
        ("counts/bone_marrow_EMTAB5533/Osteocyte_enriched_RSEM_gene_counts.csv", 10),
        ("counts/sex_GSE96870/GSE96870_counts_cerebellum.csv", 22),
    ],
)
def test_real_animals_are_neither_copies_nor_outliers(path, n):
    counts = read_count_table(shared_data(path)).counts
    similarity = correlate(counts)
    assert len(similarity) == n * (n - 1) / 2
    (gate,) = duplicate_gates(similarity)
    assert gate.status == "pass"
    assert similarity["spearman"].max() < 0.997
    kept = counts[(counts >= 10).sum(axis=1) >= n // 2]
    samples = sheet_of(counts, n // 2)
    table = find_outliers(similarity, project(stabilise(kept, kept.sum() / kept.sum().mean())[0], n_genes=500), samples)
    assert not table["flagged"].any()
    assert outlier_gates(table, samples)[0].status == "pass"


def test_a_real_library_sequenced_again_is_no_copy_but_the_same_file_is():
    counts = read_count_table(
        shared_data("counts/bone_marrow_EMTAB5533/Osteocyte_enriched_RSEM_gene_counts.csv")
    ).counts
    half = np.random.default_rng(1).binomial(counts["Clean_1"], 0.5)
    again = counts.assign(first_half=half, second_half=counts["Clean_1"] - half).drop(columns="Clean_1")
    assert duplicate_gates(correlate(again))[0].status == "pass"
    copied = counts.assign(copy=counts["Clean_1"])
    assert [gate.scope for gate in duplicate_gates(correlate(copied))] == ["Clean_1 and copy"]
