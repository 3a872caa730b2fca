"""Whole explanations are weighed: planted causes are found, sizes are integrated, order does not matter, and no verdict changes."""

import importlib
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import dblquad, quad
from scipy.stats import multivariate_t
from scipy.stats import t as student

from claimcheck.claims.explanations import fits, odds_against
from claimcheck.claims.pattern import (
    PATTERN_COLUMNS,
    Explanation,
    Observed,
    Part,
    list_explanations,
    weigh,
    weigh_pattern,
)
from claimcheck.core.errors import StudyError

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SIZE = {"df": 3, "doublings": 0.7, "least": 0.25, "most": 8, "points": 101}


@pytest.fixture(scope="module")
def benchmark():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        return importlib.import_module("pattern")
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.fixture(scope="module")
def study(benchmark):
    """Compare the groups of a study in which the paper's model holds."""
    return benchmark.compare(benchmark.draw_study("paper, weak", 3, 1))


def weighed(benchmark, comparison, register=None, planned=None, variation=None):
    return weigh_pattern(
        register or benchmark.register(),
        benchmark.planned() if planned is None else planned,
        comparison,
        benchmark.animals() if variation is None else variation,
    )


def with_artefacts(register, **changes):
    return replace(register, artefacts={**register.artefacts, **changes})


@pytest.mark.parametrize(
    ("world", "explanation"),
    [
        ("nothing", "no effect"),
        ("paper, weak", "the paper's model"),
        ("cleaner knockout", "cleaner knockout bones"),
        ("dirtier knockout", "more marrow in knockout bones"),
        ("muscle", "more muscle on knockout bones"),
        ("metaphysis", "younger bone or nearer the growth plate"),
        ("degradation", "degraded RNA of knockouts"),
        ("paper and cleaner knockout", "the paper's model and cleaner knockout bones"),
        ("paper and metaphysis", "the paper's model and younger bone or nearer the growth plate"),
    ],
)
def test_a_planted_cause_comes_first(benchmark, world, explanation):
    for seed in (2, 3):
        pattern = benchmark.weigh(world, 3, seed)
        assert pattern["explanation"].iloc[0] == explanation
        assert pattern["posterior"].sum() == pytest.approx(1)
        assert (odds_against(pattern) < 0.1) == world.startswith("paper")


def test_causes_that_no_explanation_names_are_not_taken_for_the_claimed_one(benchmark):
    for world in ("batch 3 to 1", "sex 3 to 1", "lymphocytes", "along the first factor"):
        assert odds_against(benchmark.weigh(world, 3, 1)) > 1


def test_the_benchmark_counts_what_comes_first_and_which_odds_are_high(benchmark):
    row = benchmark.summarise("metaphysis", 3, 3)
    assert sum(row[name] for name in benchmark.explanations()) == pytest.approx(100)
    assert row["younger bone or nearer the growth plate"] > 50
    assert (row["claim_holds"], row["odds_for"]) == ("no", 0)
    row = benchmark.summarise("paper, strong", 3, 2)
    assert (row["claim_holds"], row["odds_for"], row["odds_against"]) == ("yes", 100, 0)


@pytest.mark.parametrize(("name", "groups"), [("pattern", ["3+3", "4+4"]), ("pattern_noisier", ["3+3"])])
def test_the_committed_tables_have_every_world_and_explanation(benchmark, name, groups):
    table = pd.read_csv(BENCHMARKS / f"{name}.tsv", sep="\t")
    assert list(table["world"].drop_duplicates()) == benchmark.names()
    assert set(benchmark.explanations()) <= set(table.columns)
    assert list(table["groups"].drop_duplicates()) == groups


def test_neither_the_order_of_readouts_nor_that_of_genes_and_animals_matters(benchmark, study):
    expected = weighed(benchmark, study)["pattern"]
    artefacts = benchmark.register().artefacts
    turned = with_artefacts(
        benchmark.register(),
        readouts=dict(reversed(artefacts["readouts"].items())),
        worlds=artefacts["worlds"][::-1],
    )
    pd.testing.assert_frame_equal(weighed(benchmark, study, turned)["pattern"], expected, check_exact=False)
    order = study.counts.index[::-1]
    shuffled = replace(
        study,
        counts=study.counts.loc[order].iloc[:, ::-1],
        values=study.values[::-1, ::-1],
        size_factors=study.size_factors[::-1],
        design_matrix=study.design_matrix[::-1],
    )
    again = weighed(
        benchmark, shuffled, planned=benchmark.planned().iloc[::-1], variation=benchmark.animals().iloc[::-1]
    )
    pd.testing.assert_frame_equal(again["pattern"], expected, check_exact=False)


def test_sizes_are_integrated_as_a_plain_integral_says():
    rng = np.random.default_rng(1)
    scale = np.cov(rng.normal(size=(4, 30))) / 4
    observed = Observed(("a", "b", "c", "d"), np.array([0.5, -0.6, 0.1, 0.2]), scale, 7.0)
    one = Part(np.array([0.4, -0.4, 0.0, 0.0]), np.array([0.2, 0.2, 0.05, 0.05]))
    two = Part(np.array([0.0, 0.3, 0.3, 0.0]), np.array([0.05, 0.1, 0.1, 0.05]))
    explanations = [
        Explanation("one", 0.3, (one,), True),
        Explanation("both", 0.2, (one, two), True),
        Explanation("none", 0.5, (), False),
    ]
    table = weigh(observed, explanations, SIZE)[0].set_index("explanation")

    low, high = np.log2(SIZE["least"]), np.log2(SIZE["most"])
    mass = student.cdf(high / 0.7, 3) - student.cdf(low / 0.7, 3)

    def prior(logarithm):
        return student.pdf(logarithm, 3, scale=0.7) / mass

    def likelihood(*sizes):
        parts = list(zip(sizes, (one, two), strict=False))
        change = sum((size * part.change for size, part in parts), np.zeros(4))
        spread = sum((np.diag((size * part.deviation) ** 2) for size, part in parts), np.zeros((4, 4)))
        return multivariate_t(change, scale + spread, df=7).pdf(observed.effect)

    of_one = quad(lambda a: likelihood(2**a) * prior(a), low, high)[0]
    of_both = dblquad(lambda b, a: likelihood(2**a, 2**b) * prior(a) * prior(b), low, high, low, high, epsrel=1e-4)[0]
    evidence = np.array([of_one, of_both, likelihood()])
    assert table.loc[["one", "both", "none"], "log10_bayes_factor"].to_numpy() == pytest.approx(
        np.log10(evidence / of_one), abs=2e-3
    )
    joint = evidence * [0.3, 0.2, 0.5]
    assert table.loc[["one", "both", "none"], "posterior"].to_numpy() == pytest.approx(joint / joint.sum(), rel=5e-3)


def test_priors_are_those_of_the_register(benchmark):
    artefacts = benchmark.register().artefacts
    found = list_explanations(artefacts, list(artefacts["readouts"]))
    claimed = [one.prior for one in found if one.claimed]
    assert sum(claimed) == pytest.approx(artefacts["pattern"]["prior"])
    assert claimed[0] == pytest.approx(artefacts["pattern"]["prior"] * (1 - artefacts["pattern"]["together"]))
    assert sum(one.prior for one in found) == pytest.approx(1)
    priors = {one.name: one.prior for one in found}
    assert priors["no effect"] == pytest.approx(2 * priors["cleaner knockout bones"])


def test_the_deleted_gene_is_no_witness(benchmark, study):
    readouts = weighed(benchmark, study)["pattern_readouts"]
    assert "deleted_gene" not in set(readouts["readout"])
    assert {"Dkk1", "cartilage", "long_transcripts"} <= set(readouts["readout"])
    first = readouts[readouts["explanation"] == "the paper's model"].set_index("readout")
    of_test = study.design_matrix[:, 1] == 1
    place = study.counts.index.get_loc("ENSMUSG00000024868")
    difference = study.values[place, of_test].mean() - study.values[place, ~of_test].mean()
    assert first.at["Dkk1", "effect"] == pytest.approx(difference)
    assert first.at["Dkk1", "predicted"] < 0


def test_nothing_is_weighed_without_a_reference_or_without_numbers_to_weigh_by(benchmark, study):
    alone = weigh_pattern(benchmark.register(), benchmark.planned(), study, None)
    artefacts = {name: part for name, part in benchmark.register().artefacts.items() if name != "pattern"}
    for tables in (
        alone,
        weighed(benchmark, study, replace(benchmark.register(), artefacts=artefacts)),
        weighed(benchmark, study, replace(benchmark.register(), artefacts={})),
        weighed(benchmark, study, variation=benchmark.animals().iloc[:0]),
    ):
        assert tables["pattern"].empty
        assert list(tables["pattern"].columns) == list(PATTERN_COLUMNS)


def test_a_slope_on_a_column_that_is_not_there_stops_with_a_message(benchmark, study):
    lacking = benchmark.animals().drop(columns="log2_length")
    with pytest.raises(StudyError, match="slope on log2_length, which is not known"):
        weighed(benchmark, study, variation=lacking)


@pytest.mark.parametrize(
    ("predicted", "interval", "expected"),
    [
        ("up", (0.1, 0.5), True),
        ("up", (-0.1, 0.5), None),
        ("up", (-0.5, -0.1), False),
        ("down", (-0.5, -0.1), True),
        ("unchanged", (-0.1, 0.1), True),
        ("unchanged", (0.05, 0.15), True),
        ("unchanged", (-0.5, 0.5), None),
        ("unchanged", (0.1, 0.5), None),
        ("unchanged", (0.3, 0.5), False),
        ("unchanged", (-0.5, -0.2), False),
        ("kept_or_up", (-0.1, 0.9), True),
        ("kept_or_up", (-0.5, 0.5), None),
        ("kept_or_up", (-0.5, -0.3), False),
    ],
)
def test_an_interval_bears_a_prediction_out_excludes_it_or_leaves_it_open(predicted, interval, expected):
    assert fits(predicted, interval, 0.2) is expected
