"""The score of a set differs between the groups by its genes' mean log2 fold change, with the error of animals."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from claimcheck.expression.regression import last_coefficient
from claimcheck.sets.moderation import fit_genes
from claimcheck.sets.scores import (
    PERMUTATION_COLUMNS,
    equivalence_p,
    permutation_test,
    sample_scores,
    score_tests,
)
from claimcheck.sets.weights import weigh_sets

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
        assert (row["ci_low"], row["ci_high"]) == (pytest.approx(expected.ci_low), pytest.approx(expected.ci_high))
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
    deviation = np.sqrt((scores[3:].var(ddof=1) * 3 + scores[:3].var(ddof=1) * 2) / 5)
    expected = (stats.t.ppf(0.975, 5) + stats.t.ppf(0.80, 5)) * deviation * np.sqrt(1 / 3 + 1 / 4)
    assert row["mde"] == pytest.approx(expected)


@pytest.mark.parametrize("loading", [0.0, 1.0])
@pytest.mark.parametrize("matrix", [PLAIN, ADJUSTED], ids=["plain", "adjusted"])
def test_p_values_are_uniform_and_intervals_cover_if_there_is_no_effect(matrix, loading):
    rng = np.random.default_rng(3)
    found = pd.concat([score_tests(draw(rng, loading=loading), SETS, matrix) for _ in range(600)])
    for name in ("plain", "signed"):
        own = found[found["set"] == name]
        for column in ("p_score_up", "p_score_down", "p_score"):
            assert stats.kstest(own[column], "uniform").pvalue > 0.01
        assert 0.93 < own["ci_low"].le(0).mul(own["ci_high"].ge(0)).mean() < 0.97


def test_swapping_the_groups_turns_the_effect():
    values = draw(np.random.default_rng(4)) + np.outer(np.arange(40) < 12, PLAIN[:, -1])
    forth = score_tests(values, SETS, PLAIN).loc[0]
    back = score_tests(values, SETS, np.column_stack([np.ones(7), 1 - PLAIN[:, -1]])).loc[0]
    assert forth["effect"] > 0.3
    assert back["effect"] == pytest.approx(-forth["effect"])
    assert (back["ci_low"], back["p_score_down"]) == (
        pytest.approx(-forth["ci_high"]),
        pytest.approx(forth["p_score_up"]),
    )


def test_the_order_of_genes_changes_nothing():
    values = draw(np.random.default_rng(5))
    order = np.random.default_rng(6).permutation(40)
    shuffled = weigh_sets(MEMBERS, ["plain", "signed"], [GENES[number] for number in order])
    pd.testing.assert_frame_equal(score_tests(values, SETS, ADJUSTED), score_tests(values[order], shuffled, ADJUSTED))


def test_an_effect_is_equivalent_to_none_exactly_if_its_90_percent_interval_lies_within_the_margin():
    rng = np.random.default_rng(7)
    found = pd.concat([score_tests(draw(rng), SETS, PLAIN) for _ in range(100)], ignore_index=True)
    margins = np.where(found["set"] == "plain", 0.6, 0.8)
    within = (found["ci90_low"] > -margins) & (found["ci90_high"] < margins)
    p = equivalence_p(found, margins)
    assert 0.1 < within.mean() < 0.9
    np.testing.assert_array_equal(p < 0.05, within)
    first = found.iloc[:1]
    e, se, df = first["effect"].item(), first["se"].item(), first["df"].item()
    expected = max(stats.t.sf((e + 0.6) / se, df), stats.t.cdf((e - 0.6) / se, df))
    assert equivalence_p(first, 0.6)[0] == pytest.approx(expected)


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


def test_permutation_counts_every_labelling_of_six_against_six():
    matrix = design(6, 6)
    values = draw(np.random.default_rng(10), 12) + 0.5 * np.outer(np.arange(40) < 12, matrix[:, -1])
    scores = values[:12].mean(axis=0)
    every = np.array([scores[list(picked)].sum() for picked in combinations(range(12), 6)]) / 3 - scores.sum() / 6
    observed = scores[6:].mean() - scores[:6].mean()
    row = permutation_test(values, SETS, matrix, seed=1).loc[0]
    assert row["n_labellings"] == 924
    assert row["p_permutation_up"] == pytest.approx((every >= observed - 1e-9).mean())
    assert row["p_permutation_down"] == pytest.approx((every <= observed + 1e-9).mean())
    assert row["p_permutation"] == pytest.approx((np.abs(every) >= abs(observed) - 1e-9).mean())


def test_permutation_needs_six_a_group_and_labels_that_can_move():
    few = permutation_test(draw(np.random.default_rng(1), 11), SETS, design(6, 5), seed=1)
    assert few["n_labellings"].to_list() == [0, 0]
    continuous = np.random.default_rng(2).normal(size=12)
    fixed = permutation_test(draw(np.random.default_rng(1), 12), SETS, design(6, 6, continuous), seed=1)
    assert fixed["n_labellings"].to_list() == [1, 1]
    for table in (few, fixed):
        assert table[list(PERMUTATION_COLUMNS[2:])].isna().all(axis=None)


def test_permutation_within_a_covariate_keeps_the_error_rate_that_it_would_lose():
    rng = np.random.default_rng(11)
    batch = np.repeat([0.0, 1, 0, 1], [5, 1, 1, 5])
    matrix = design(6, 6, batch)
    p = []
    for _ in range(300):
        values = draw(rng, 12) + 3 * batch
        p.append(permutation_test(values, SETS, matrix, seed=1).loc[0, "p_permutation_up"])
    assert np.mean(np.array(p) <= 1 / 6) == pytest.approx(1 / 6, abs=0.05)  # 36 labellings: p has steps of 1 / 36
    assert np.mean(p) == pytest.approx(0.5, abs=0.06)


def test_many_labellings_are_drawn_and_the_seed_decides_which():
    matrix = design(9, 9)
    values = draw(np.random.default_rng(12), 18) + 0.2 * np.outer(np.arange(40) < 12, matrix[:, -1])
    first = permutation_test(values, SETS, matrix, seed=1)
    assert first["n_labellings"].to_list() == [10_000, 10_000]
    pd.testing.assert_frame_equal(first, permutation_test(values, SETS, matrix, seed=1))
    second = permutation_test(values, SETS, matrix, seed=2)
    assert not first.equals(second)
    exact = score_tests(values, SETS, matrix)
    np.testing.assert_allclose(first["p_permutation"], exact["p_score"], atol=0.03)
    np.testing.assert_allclose(second["p_permutation"], first["p_permutation"], atol=0.02)


def test_labels_that_are_drawn_stay_within_the_covariate():
    batch = np.repeat([0.0, 1.0, 0.0, 1.0], 5)
    matrix = design(10, 10, batch)
    values = np.zeros((40, 20))
    values[:, batch == 0] = np.repeat([-1.0, 1.0], 5)
    row = permutation_test(values, SETS, matrix, seed=1).loc[0]
    assert row["n_labellings"] == 10_000  # of 63,504
    assert row["p_permutation"] == pytest.approx(2 / 252, abs=0.002)  # across batches it would be 2 / 733
