"""Copies are found, samples that stand apart are flagged, and sound studies of few samples mostly are not."""

import logging

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from claimcheck.qc.projection import project, stabilise
from claimcheck.qc.similarity import outlier_gates, robust_limit, robust_scores
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data
from support.defaults import DEFAULTS, correlate, duplicate_gates, find_outliers

LIMITS = {key: DEFAULTS["quality"]["outliers"][key] for key in ("robust_z", "false_flags")}


def study(n, *, seed=1, genes=1500, bad=0.0):
    """Simulate negative binomial counts of one tissue; the first sample's genes are moved by `bad` log2 units (SD)."""
    rng = np.random.default_rng(seed)
    mean = np.repeat(rng.lognormal(5, 1.5, genes)[:, None], n, axis=1)
    mean[:, 0] *= 2 ** rng.normal(0, bad, genes)
    counts = rng.poisson(rng.gamma(20, 1 / 20, (genes, n)) * mean * rng.uniform(0.7, 1.4, n))
    return pd.DataFrame(
        counts, index=[f"g{number:04d}" for number in range(genes)], columns=[f"s{i}" for i in range(n)]
    )


def outliers_of(counts):
    factors = counts.sum() / counts.sum().mean()
    return find_outliers(correlate(counts), project(stabilise(counts, factors), n_genes=500))


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


@pytest.mark.parametrize("n", [4, 5, 6, 8, 12])
def test_of_studies_with_normal_scores_one_in_twenty_is_flagged_on_two_components(n):
    values = np.random.default_rng(7).normal(size=(4000, 2, n))
    beyond = [max(np.abs(robust_scores(component)).max() for component in scores) for scores in values]
    assert np.mean(np.array(beyond) > robust_limit(n, **LIMITS)) == pytest.approx(LIMITS["false_flags"], abs=0.015)
    assert np.mean(np.array(beyond) > LIMITS["robust_z"]) > 0.2


def test_the_limit_of_many_samples_is_the_published_one_or_larger_and_of_three_there_is_none():
    limits = [robust_limit(n, **LIMITS) for n in (4, 6, 8, 12, 24, 48)]
    assert limits == sorted(limits, reverse=True)
    assert LIMITS["robust_z"] <= limits[-1] < 4.5
    assert robust_limit(3, **LIMITS) == np.inf
    assert robust_limit(8, **LIMITS) == robust_limit(8, **LIMITS)


@pytest.mark.parametrize("n", [6, 8, 12])
def test_a_spoilt_sample_is_flagged_and_kept(n):
    table = outliers_of(study(n, bad=1.5))
    assert list(table.loc[table["flagged"], "sample"]) == ["s0"]
    assert "median correlation" in table.at[0, "reason"]
    (gate,) = outlier_gates(table)
    assert (gate.gate, gate.scope, gate.status) == ("outlier", "s0", "warn")
    assert "kept" in gate.reason


@pytest.mark.parametrize("n", [2, 3])
def test_of_three_samples_none_is_flagged(n):
    table = outliers_of(study(n, bad=1.5))
    assert len(table) == n
    assert not table["flagged"].any()
    assert outlier_gates(table) == []


def test_of_sound_studies_of_four_few_are_flagged():
    logging.getLogger("claimcheck").setLevel(logging.ERROR)
    flagged = [outliers_of(study(4, seed=seed, genes=300))["flagged"].any() for seed in range(60)]
    assert np.mean(flagged) <= 0.15


def test_two_groups_that_lie_far_apart_are_no_outliers():
    counts = study(8)
    counts.iloc[:200, 4:] *= 8
    assert not outliers_of(counts)["flagged"].any()


def test_the_medians_and_fence_are_those_of_the_specification():
    medians = {"s0": 0.90, "s1": 0.98, "s2": 0.981, "s3": 0.982, "s4": 0.983, "s5": 0.984}
    pairs = [(a, b) for a in medians for b in medians if a < b]
    similarity = pd.DataFrame(
        [(a, b, min(medians[a], medians[b])) for a, b in pairs], columns=["sample_a", "sample_b", "spearman"]
    )
    pca = pd.DataFrame(
        [
            (sample, part, value)
            for part in (1, 2)
            for sample, value in zip(medians, [1, -1, 2, -2, 3, -3], strict=True)
        ],
        columns=["sample", "component", "score"],
    )
    table = find_outliers(similarity, pca)
    both = pd.concat([similarity, similarity.set_axis(["sample_b", "sample_a", "spearman"], axis=1)])
    expected = [both.loc[both["sample_a"] == sample, "spearman"].median() for sample in medians]
    np.testing.assert_allclose(table["median_spearman"], expected)
    first, third = np.quantile(expected, [0.25, 0.75])
    assert list(table["flagged"]) == [median < first - 3 * (third - first) for median in expected]
    assert table.at[0, "flagged"]


@pytest.mark.parametrize(
    ("path", "n"),
    [
        ("counts/bone_marrow_EMTAB5533/Osteocyte_enriched_RSEM_gene_counts.csv", 10),
        ("counts/sex_GSE96870/GSE96870_counts_cerebellum.csv", 22),
    ],
)
def test_real_animals_are_neither_copies_nor_outliers(path, n):
    counts = read_count_table(shared_data(path))
    similarity = correlate(counts)
    assert len(similarity) == n * (n - 1) / 2
    (gate,) = duplicate_gates(similarity)
    assert gate.status == "pass"
    assert similarity["spearman"].max() < 0.997
    kept = counts[(counts >= 10).sum(axis=1) >= n // 2]
    table = find_outliers(similarity, project(stabilise(kept, kept.sum() / kept.sum().mean()), n_genes=500))
    assert not table["flagged"].any()
    assert outlier_gates(table)[0].status == "pass"


def test_a_real_library_sequenced_again_is_no_copy_but_the_same_file_is():
    counts = read_count_table(shared_data("counts/bone_marrow_EMTAB5533/Osteocyte_enriched_RSEM_gene_counts.csv"))
    half = np.random.default_rng(1).binomial(counts["Clean_1"], 0.5)
    again = counts.assign(first_half=half, second_half=counts["Clean_1"] - half).drop(columns="Clean_1")
    assert duplicate_gates(correlate(again))[0].status == "pass"
    copied = counts.assign(copy=counts["Clean_1"])
    assert [gate.scope for gate in duplicate_gates(correlate(copied))] == ["Clean_1 and copy"]
