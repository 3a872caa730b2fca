"""The graphical procedure: published examples, the closed test that it shortens, its errors under every set of true nulls."""

import itertools

import numpy as np
import pytest
from scipy.stats import norm

from claimcheck.claims.graph import Graph, adjust, level_of, make_graph, order

NAN = float("nan")

TWO_DOSES = make_graph(
    {"H1": 0.5, "H2": 0.5, "H3": 0, "H4": 0}, {"H1": {"H3": 1}, "H2": {"H4": 1}, "H3": {"H2": 1}, "H4": {"H1": 1}}
)
"""Two primary and two secondary hypotheses: figure 1 of Bretz et al. 2011 (Biom J 53:894)."""

HALVES = make_graph(
    {"H1": 0.5, "H2": 0.5, "H3": 0, "H4": 0},
    {"H1": {"H2": 0.5, "H3": 0.5}, "H2": {"H1": 0.5, "H4": 0.5}, "H3": {"H2": 1}, "H4": {"H1": 1}},
)
"""The same, where a primary hypothesis passes half its level to the other (graphicalMCP's vignette on shortcuts)."""

FIVE = make_graph(
    {f"H{i}": 0.2 for i in range(5)}, {f"H{i}": {f"H{j}": 0.25 for j in range(5) if j != i} for i in range(5)}
)
"""Holm's procedure as a graph."""


@pytest.mark.parametrize(
    ("graph", "p_values", "published"),
    [
        pytest.param(
            TWO_DOSES, [0.018, 0.01, 0.105, 0.006], [0.02, 0.02, 0.105, 0.02], id="graphicalMCP, print.graph_report"
        ),
        pytest.param(HALVES, [0.018, 0.01, 0.105, 0.006], [0.024, 0.02, 0.105, 0.024], id="graphicalMCP, vignette"),
        pytest.param(
            TWO_DOSES, [0.01, 0.005, 0.015, 0.022], [0.02, 0.01, 0.03, 0.03], id="lrstat, fadjpbon, first row"
        ),
        pytest.param(
            TWO_DOSES, [0.02, 0.015, 0.010, 0.023], [0.04, 0.03, 0.04, 0.04], id="lrstat, fadjpbon, second row"
        ),
        pytest.param(FIVE, [0.01, 0.02, 0.04, 0.04, 0.7], [0.05, 0.08, 0.12, 0.12, 0.7], id="gMCP, example of gMCP()"),
    ],
)
def test_published_examples(graph, p_values, published):
    assert adjust(graph, p_values) == pytest.approx(published, abs=5e-4)


def test_the_order_is_the_published_one_with_the_level_of_each_step():
    found = order(HALVES, [0.018, 0.01, 0.105, 0.006], 0.025)
    assert [name for name, _ in found] == ["H2", "H1", "H4"]
    assert [level for _, level in found] == pytest.approx([0.5 * 0.025, 0.75 * 0.025, 0.5 * 0.025])


def random_graph(rng: np.random.Generator, n: int) -> Graph:
    weights = rng.dirichlet(np.ones(n)) * rng.choice([0.0, 1.0], n)
    edges = rng.dirichlet(np.ones(n), n) * rng.choice([0.0, 1.0], (n, n))
    np.fill_diagonal(edges, 0)
    return Graph(tuple(f"H{i}" for i in range(n)), weights, edges)


def closed_test(graph: Graph, p: np.ndarray) -> list[float]:
    """Adjust by the closed test: a hypothesis falls if the weighted Bonferroni test rejects every intersection that holds it."""
    n = len(p)
    worst = [0.0] * n
    for size in range(1, n + 1):
        for members in itertools.combinations(range(n), size):
            left = graph
            for node in set(range(n)) - set(members):
                left = left.without(node)
            ratios = [p[i] / left.weights[i] for i in members if left.weights[i] > 0]
            local = min([1.0, *ratios])
            worst = [max(one, local) if i in members else one for i, one in enumerate(worst)]
    return worst


@pytest.mark.parametrize("seed", range(12))
def test_it_is_the_closed_test_of_weighted_bonferroni_tests(seed):
    rng = np.random.default_rng(seed)
    for _ in range(5):
        graph, p = random_graph(rng, 4), rng.uniform(0, 0.2, 4)
        assert adjust(graph, p) == pytest.approx(closed_test(graph, p))


def holm(p: np.ndarray) -> np.ndarray:
    adjusted = np.maximum.accumulate(np.sort(p) * np.arange(len(p), 0, -1))
    return np.minimum(adjusted, 1)[np.argsort(np.argsort(p))]


def test_a_full_graph_of_equal_weights_is_holm_s_procedure():
    p = np.random.default_rng(1).uniform(0, 0.1, 5)
    assert adjust(FIVE, p) == pytest.approx(holm(p))


@pytest.mark.parametrize("correlation", [0.0, 0.8])
@pytest.mark.parametrize("true", [t for n in range(1, 5) for t in itertools.combinations(range(4), n)])
def test_whichever_nulls_are_true_one_is_rejected_in_at_most_the_level_of_studies(true, correlation):
    rng = np.random.default_rng(len(true))
    n = 4000
    shared = rng.standard_normal((n, 1)) * np.sqrt(correlation)
    z = shared + rng.standard_normal((n, 4)) * np.sqrt(1 - correlation)
    z += np.where(np.isin(range(4), true), 0.0, 3.0)
    p_values = norm.sf(z)
    low = (p_values[:, list(true)] <= 0.05).any(axis=1)
    wrong = [bool((adjust(HALVES, p)[list(true)] <= 0.05).any()) for p in p_values[low]]
    assert np.sum(wrong) / n <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)
    assert all((adjust(HALVES, p) >= p).all() for p in p_values[~low][:100])  # of the others none is rejected


def test_what_cannot_be_tested_passes_its_level_on_before():
    adjusted = adjust(TWO_DOSES, [NAN, 0.02, 0.03, 0.9])
    assert np.isnan(adjusted[0])
    assert adjusted[1:] == pytest.approx([0.04, 0.06, 0.9])


def test_a_claim_without_weight_is_established_only_by_what_others_leave():
    assert adjust(TWO_DOSES, [0.9, 0.9, 1e-9, 1e-9]) == pytest.approx([1, 1, 1, 1])


@pytest.mark.parametrize(
    ("weights", "edges", "message"),
    [
        ({"A": 0.6, "B": 0.6}, {}, "1.2 together"),
        ({"A": 1.1, "B": -0.1}, {}, "B has a weight or an edge below 0"),
        ({"A": 0.5, "B": 0.5}, {"A": {"B": -0.5}}, "A has a weight or an edge below 0"),
        ({"A": 0.5, "B": 0.5}, {"A": {"A": 1}}, "leads to itself"),
        ({"A": 0.5, "B": 0.5}, {"A": {"C": 1}}, "names C"),
        ({"A": 0.5, "B": 0.5, "C": 0}, {"A": {"B": 0.8, "C": 0.8}}, "1.6 together"),
    ],
)
def test_what_is_no_graph_is_refused(weights, edges, message):
    with pytest.raises(ValueError, match=message):
        make_graph(weights, edges)


@pytest.mark.parametrize("seed", range(8))
def test_a_claim_is_established_if_its_p_value_lies_within_the_level_that_it_is_tested_at(seed):
    rng = np.random.default_rng(seed)
    seen = set()
    for _ in range(40):
        graph, p = random_graph(rng, 5), rng.uniform(0, 0.1, 5) ** rng.choice([1, 2])
        p[rng.random(5) < 0.1] = NAN
        adjusted = adjust(graph, p)
        for place, node in enumerate(graph.nodes):
            if not np.isnan(p[place]):
                established = bool(adjusted[place] <= 0.05)
                assert established == (p[place] <= level_of(graph, p, node, 0.05))
                seen.add(established)
        assert {name for name, _ in order(graph, p, 0.05)} == {graph.nodes[n] for n in np.flatnonzero(adjusted <= 0.05)}
    assert seen == {True, False}
