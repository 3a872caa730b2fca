"""A set at the top of the ranking has a positive score, and the running sum leads to it over the right genes."""

import numpy as np
import pandas as pd
import pytest

from claimcheck.gene_sets.ranking import rank_genes
from claimcheck.gene_sets.tests.false_discovery import benjamini_hochberg
from claimcheck.gene_sets.tests.prerank import (
    CORNER_COLUMNS,
    TEST_COLUMNS,
    prerank,
)

N = 300
BIOTYPES = pd.Series(dtype=str)


def genes(n=N):
    """Draw a table of genes whose order says nothing about their statistic."""
    stat = np.random.default_rng(1).normal(0, 2, n)
    names = [f"G{number:04d}" for number in range(n)]
    table = pd.DataFrame({"gene_id": names, "stat": stat, "base_mean": 100.0, "log2_fold_change": stat / 4})
    return table.assign(symbol=table["gene_id"].str.lower())


RANKING = rank_genes(genes(), biotypes=BIOTYPES, ranked_biotypes=["protein_coding"])
IDS = list(RANKING["gene_id"])
LISTS = {
    "TOP": IDS[2:12],
    "BOTTOM": IDS[-11:-1],
    "MIXED": IDS[5::30],
    "ENDS": [IDS[0], IDS[1], IDS[100], IDS[150], IDS[-1]],
}


def run(lists=LISTS, *, tested=True, seed=7, min_size=5, max_size=50):
    sets = pd.DataFrame({"set": list(lists), "family": "f", "source": "here", "tested": tested})
    rows = [(name, gene, gene.lower()) for name, members in lists.items() for gene in members]
    members = pd.DataFrame(rows, columns=["set", "gene_id", "symbol"])
    return prerank(RANKING, members, sets, min_size=min_size, max_size=max_size, seed=seed)


@pytest.fixture(scope="module")
def outcome():
    return run()


def running_sum(name):
    """The weighted Kolmogorov-Smirnov curve of Subramanian et al. 2005, written out."""
    hit = RANKING["gene_id"].isin(LISTS[name]).to_numpy()
    weight = np.where(hit, RANKING["stat"].abs(), 0)
    return np.cumsum(weight / weight.sum() - ~hit / (~hit).sum())


def test_direction_follows_the_place_in_the_ranking(outcome):
    tests = outcome[0].set_index("set")
    assert tests.loc["TOP", "nes"] > 1
    assert tests.loc["BOTTOM", "nes"] < -1
    assert tests.loc["TOP", "effect"] > 0 > tests.loc["BOTTOM", "effect"]
    assert tests.loc["TOP", "p_prerank"] < 0.001
    assert tests.loc["MIXED", "p_prerank"] > 0.05
    assert tests["p_prerank"].between(0, 1, inclusive="right").all()


@pytest.mark.parametrize("name", LISTS)
def test_scores_are_the_extremes_of_the_running_sum(outcome, name):
    curve = running_sum(name)
    score = outcome[0].set_index("set").loc[name, "enrichment_score"]
    assert score == pytest.approx(curve[np.argmax(np.abs(curve))], abs=1e-6)


@pytest.mark.parametrize("name", LISTS)
def test_corners_lie_on_the_running_sum_and_reach_the_score(outcome, name):
    corners = outcome[1][outcome[1]["set"] == name]
    curve = np.concatenate([[0.0], running_sum(name)])
    np.testing.assert_allclose(corners["running_sum_before"], curve[corners["rank"] - 1], atol=1e-6)
    np.testing.assert_allclose(corners["running_sum"], curve[corners["rank"]], atol=1e-6)
    both = corners[["running_sum_before", "running_sum"]].to_numpy()
    score = outcome[0].set_index("set").loc[name, "enrichment_score"]
    assert np.isclose(both, score, atol=1e-9).any()


def test_a_set_that_holds_the_first_gene_starts_at_zero(outcome):
    first = outcome[1].query("set == 'ENDS'").iloc[0]
    assert (first["rank"], first["running_sum_before"]) == (1, 0)


@pytest.mark.parametrize("name", LISTS)
def test_ranks_point_at_the_genes_of_the_set(outcome, name):
    corners = outcome[1][outcome[1]["set"] == name]
    assert set(corners["gene_id"]) == set(LISTS[name])
    assert corners["rank"].is_monotonic_increasing
    at_rank = RANKING.iloc[corners["rank"] - 1]
    for column in ("gene_id", "symbol", "stat"):
        assert list(corners[column]) == list(at_rank[column])
    assert (corners["n_ranked"] == N).all()


def test_the_leading_edge_are_members_before_the_peak(outcome):
    tests = outcome[0].set_index("set")
    assert set(tests.loc["TOP", "leading_edge"].split(";")) == {gene.lower() for gene in LISTS["TOP"]}
    for name, listed in LISTS.items():
        peak = int(np.argmax(np.abs(running_sum(name))))
        side = IDS[: peak + 1] if tests.loc[name, "nes"] > 0 else IDS[peak:]
        expected = {gene.lower() for gene in listed if gene in side}
        assert set(tests.loc[name, "leading_edge"].split(";")) == expected


def test_effect_is_the_mean_fold_change(outcome):
    tests = outcome[0].set_index("set")
    for name, listed in LISTS.items():
        mean = RANKING.set_index("gene_id").loc[listed, "log2_fold_change"].mean()
        assert tests.loc[name, "effect"] == pytest.approx(mean)
        assert tests.loc[name, "n_genes"] == len(listed)


def test_adjusted_p_values_are_those_of_benjamini_and_hochberg(outcome):
    tests = outcome[0]
    ordered = tests.sort_values("p_prerank", ascending=False)["p_prerank"]
    m = len(ordered)
    by_hand, smallest = {}, 1.0
    for step, (row, p) in enumerate(ordered.items()):
        smallest = min(smallest, p * m / (m - step))
        by_hand[row] = smallest
    np.testing.assert_allclose(tests["p_prerank_adjusted"], [by_hand[row] for row in tests.index], rtol=1e-12)
    np.testing.assert_allclose(benjamini_hochberg(np.array([0.04, 0.01, 0.03, 0.9])), [0.16 / 3, 0.04, 0.16 / 3, 0.9])


def test_the_same_seed_gives_the_same_result_whatever_the_order(outcome):
    again = run()
    pd.testing.assert_frame_equal(again[0], outcome[0], check_exact=True)
    pd.testing.assert_frame_equal(again[1], outcome[1], check_exact=True)
    turned = run({name: LISTS[name][::-1] for name in reversed(LISTS)})
    by_name = turned[0].set_index("set").loc[list(LISTS)].reset_index()
    pd.testing.assert_frame_equal(by_name, outcome[0], check_exact=True)


def test_sets_keep_the_order_of_the_manifest_and_the_named_columns(outcome):
    assert list(outcome[0]["set"]) == list(LISTS)
    assert tuple(outcome[0]) == TEST_COLUMNS
    assert tuple(outcome[1]) == CORNER_COLUMNS


def test_sets_of_the_smallest_and_the_largest_size_are_tested():
    tests, _ = run({"SMALL": IDS[3:30:5], "LARGE": IDS[3:120:5]}, min_size=6, max_size=24)
    assert tests["n_genes"].tolist() == [6, 24]


@pytest.mark.parametrize("lists", [LISTS, {}], ids=["none tested", "none at all"])
def test_nothing_to_test_gives_empty_tables(lists):
    tests, corners = run(lists, tested=False)
    assert (len(tests), len(corners)) == (0, 0)
    assert tuple(tests) == TEST_COLUMNS
    assert tuple(corners) == CORNER_COLUMNS


# the ranking


def test_genes_are_ranked_from_the_highest_statistic_whatever_their_order():
    assert RANKING["stat"].is_monotonic_decreasing
    assert (np.diff(RANKING["score"]) < 0).all()
    shuffled = rank_genes(genes().sample(frac=1, random_state=3), biotypes=BIOTYPES, ranked_biotypes=[])
    pd.testing.assert_frame_equal(shuffled, RANKING)


def test_genes_without_statistic_or_of_other_biotypes_are_not_ranked():
    table = genes()
    table.loc[0, "stat"] = np.nan
    biotypes = pd.Series({"G0001": "pseudogene", "G0002": "protein_coding", "G0003": "lncRNA", "G0004": ""})
    ranked = set(rank_genes(table, biotypes=biotypes, ranked_biotypes=["protein_coding"])["gene_id"])
    assert ranked.isdisjoint({"G0000", "G0001", "G0003"})
    assert {"G0002", "G0004", "G0005"} <= ranked


def test_ties_are_ordered_by_base_mean_then_id_however_many_they_are():
    table = genes()
    table.loc[:2, "stat"] = 1.0
    table.loc[2, "base_mean"] = 500.0
    ranking = rank_genes(table.iloc[::-1], biotypes=BIOTYPES, ranked_biotypes=[])
    tied = ranking[ranking["stat"] == 1.0]
    assert list(tied["gene_id"]) == ["G0002", "G0000", "G0001"]
    assert tied["score"].is_monotonic_decreasing
    assert tied["score"].is_unique
    table["stat"] = np.repeat([1.0, -1.0], len(table) // 2)
    shuffled = rank_genes(table.sample(frac=1, random_state=2), biotypes=BIOTYPES, ranked_biotypes=[])
    assert list(shuffled["gene_id"]) == ["G0002", *table["gene_id"].drop(2)]
    assert shuffled["score"].is_monotonic_decreasing
    assert shuffled["score"].is_unique


def test_benjamini_and_hochberg_s_adjustment_matches_hand_computed_values():
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_hochberg([0.02, 0.02, 0.5])[:2].tolist() == pytest.approx([0.03, 0.03])


def test_what_could_not_be_tested_stays_in_the_family():
    with_gap, without = benjamini_hochberg([0.01, np.nan, 0.02]), benjamini_hochberg([0.01, 1.0, 0.02])
    assert np.isnan(with_gap[1])
    assert with_gap[[0, 2]].tolist() == without[[0, 2]].tolist()


def test_adjusted_values_keep_the_order_and_stay_between_p_and_one():
    rng = np.random.default_rng(3)
    for _ in range(50):
        p = rng.random(18) ** 3
        adjusted = benjamini_hochberg(p)
        assert ((adjusted >= p) & (adjusted <= 1)).all()
        assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
