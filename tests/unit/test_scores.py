"""The score of a set differs between the groups by its genes' mean log2 fold change, with the error of animals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from claimcheck.gene_sets.tests.limma import fit_genes
from claimcheck.gene_sets.tests.scores import sample_scores
from claimcheck.gene_sets.tests.weights import weigh_sets
from claimcheck.qc.regression import last_coefficient
from support.defaults import score_tests

GENES = [f"g{number}" for number in range(40)]
MEMBERS = pd.DataFrame(
    {
        "set": ["plain"] * 12 + ["signed"] * 10,
        "gene_id": [*GENES[:12], *GENES[12:22]],
        "weight": [1] * 12 + [1] * 6 + [-1] * 4,
    }
)
SETS = weigh_sets(MEMBERS, ["plain", "signed"], GENES)
SIGN = np.repeat([1.0, -1.0], [6, 4])


def design(n_reference, n_test, *covariates):
    condition = np.repeat([0.0, 1.0], [n_reference, n_test])
    return np.column_stack([np.ones(n_reference + n_test), *covariates, condition])


SEX = np.array([0.0, 1, 0, 1, 1, 0, 1])
PLAIN, ADJUSTED = design(3, 4), design(3, 4, SEX)


def draw(rng, samples=7, loading=0.0):
    return rng.normal(size=(40, samples)) + loading * rng.normal(size=samples)


@pytest.mark.parametrize("matrix", [PLAIN, ADJUSTED], ids=["plain", "adjusted"])
def test_the_effect_is_the_mean_log2_fold_change_with_the_interval_of_a_regression(matrix):
    values = draw(np.random.default_rng(1), loading=0.5)
    found = score_tests(values, SETS, matrix).set_index("set")
    folds = fit_genes(values, matrix).log2_fold_change
    assert found.loc["plain", "effect"] == pytest.approx(folds[:12].mean())
    assert found.loc["signed", "effect"] == pytest.approx((SIGN * folds[12:22]).mean())
    for name, scores in (("plain", values[:12].mean(axis=0)), ("signed", (SIGN[:, None] * values[12:22]).mean(axis=0))):
        expected = last_coefficient(scores, matrix)
        row = found.loc[name]
        assert (row["ci95_low"], row["ci95_high"]) == (
            pytest.approx(expected.ci95_low),
            pytest.approx(expected.ci95_high),
        )
        assert row["p_score"] == pytest.approx(expected.p_value)
        assert row["df"] == expected.df


def test_without_covariates_it_is_the_t_test_of_scores():
    values = draw(np.random.default_rng(2))
    scores = values[:12].mean(axis=0)
    two = stats.ttest_ind(scores[3:], scores[:3])
    up = stats.ttest_ind(scores[3:], scores[:3], alternative="greater")
    ci90 = two.confidence_interval(0.90)
    row = score_tests(values, SETS, PLAIN).loc[0]
    assert row["p_score"] == pytest.approx(two.pvalue)
    assert row["p_score_up"] == pytest.approx(up.pvalue)
    assert row["p_score_down"] == pytest.approx(1 - up.pvalue)
    assert (row["ci90_low"], row["ci90_high"]) == (pytest.approx(ci90.low), pytest.approx(ci90.high))


@pytest.mark.parametrize("loading", [0.0, 1.0])
@pytest.mark.parametrize("matrix", [PLAIN, ADJUSTED], ids=["plain", "adjusted"])
def test_p_values_are_uniform_and_intervals_cover_if_there_is_no_effect(matrix, loading):
    rng = np.random.default_rng(3)
    found = pd.concat([score_tests(draw(rng, loading=loading), SETS, matrix) for _ in range(600)])
    for name in ("plain", "signed"):
        own = found[found["set"] == name]
        for column in ("p_score_up", "p_score_down", "p_score"):
            assert stats.kstest(own[column], "uniform").pvalue > 0.01
        assert 0.93 < own["ci95_low"].le(0).mul(own["ci95_high"].ge(0)).mean() < 0.97


def test_swapping_the_groups_turns_the_effect():
    values = draw(np.random.default_rng(4)) + np.outer(np.arange(40) < 12, PLAIN[:, -1])
    forth = score_tests(values, SETS, PLAIN).loc[0]
    back = score_tests(values, SETS, np.column_stack([np.ones(7), 1 - PLAIN[:, -1]])).loc[0]
    assert forth["effect"] > 0.3
    assert back["effect"] == pytest.approx(-forth["effect"])
    assert (back["ci95_low"], back["p_score_down"]) == (
        pytest.approx(-forth["ci95_high"]),
        pytest.approx(forth["p_score_up"]),
    )


def test_the_order_of_genes_changes_nothing():
    values = draw(np.random.default_rng(5))
    order = np.random.default_rng(6).permutation(40)
    shuffled = weigh_sets(MEMBERS, ["plain", "signed"], [GENES[number] for number in order])
    pd.testing.assert_frame_equal(score_tests(values, SETS, ADJUSTED), score_tests(values[order], shuffled, ADJUSTED))


def test_the_smallest_detectable_effect_is_detected_four_times_in_five():
    rng = np.random.default_rng(8)
    matrix = design(6, 6)
    true = (stats.t.ppf(0.975, 10) + stats.t.ppf(0.80, 10)) * np.sqrt(2 / 6) / np.sqrt(12)
    hits = [
        score_tests(draw(rng, 12) + true * matrix[:, -1], SETS, matrix).loc[0, "p_score"] <= 0.05 for _ in range(600)
    ]
    assert 0.75 < np.mean(hits) < 0.85


def test_adjusted_scores_differ_by_the_effect_and_not_with_the_covariate():
    values = draw(np.random.default_rng(9)) + 3 * SEX
    names = [f"s{number}" for number in range(7)]
    table = sample_scores(values, SETS, ADJUSTED, names)
    own = table[table["set"] == "signed"]
    assert own["sample"].to_list() == names
    np.testing.assert_allclose(own["score"], (SIGN[:, None] * values[12:22]).mean(axis=0))
    adjusted = own["score_adjusted"].to_numpy()
    effect = score_tests(values, SETS, ADJUSTED).set_index("set").loc["signed", "effect"]
    assert adjusted[3:].mean() - adjusted[:3].mean() == pytest.approx(effect)
    assert np.linalg.lstsq(ADJUSTED, adjusted, rcond=None)[0][1] == pytest.approx(0, abs=1e-12)
    assert adjusted.mean() == pytest.approx(own["score"].mean())
    plain = sample_scores(values, SETS, PLAIN, names)
    np.testing.assert_allclose(plain["score"], plain["score_adjusted"])
