"""The deletion is confirmed, unconfirmed or contradicted from what the counts and reads show; nothing is relabelled."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from claimcheck.deseq2.design import Design
from claimcheck.qc.identity import (
    CONFIRMED,
    CONTRADICTED,
    UNCONFIRMED,
    Exons,
    assess_knockout,
    discordant,
    find_swap,
    gene_levels,
    judge_knockout,
    level_effects,
    read_exons,
    residuals_to_reference,
)
from claimcheck.qc.regression import last_coefficient
from support.defaults import DEFAULTS, Question

DESIGN = Design("ko", "wt")
ASKED = Question(symbol="Gone", marker_name="neutrophil", threshold=0.585, markers_differ=False)
DIFFERING = Question(symbol="Gone", marker_name="neutrophil", threshold=0.585, markers_differ=True)
APART = Question(symbol="Gone", marker_name="neutrophil", threshold=0.585, markers_differ=True, markers_p=0.004)
"""The groups differ in neutrophils beyond chance."""


def levels(reference, test, score=None):
    """Put made-up levels together; without a score the markers say nothing."""
    values = [*reference, *test]
    return pd.DataFrame(
        {
            "sample": [f"s{number}" for number in range(len(values))],
            "condition": ["wt"] * len(reference) + ["ko"] * len(test),
            "log2_cpm": values,
            "marker_score": np.nan if score is None else score,
        }
    )


def judge(table, exons=None, question=ASKED):
    return judge_knockout(table, level_effects(table, DESIGN), exons, question, DESIGN)


FALLEN = levels([8.0, 8.1, 7.9, 8.2], [6.0, 6.3, 5.9, 6.1])
FLAT = levels([8.0, 8.1, 7.9, 8.2], [8.1, 7.9, 8.0, 8.2])


def test_a_clear_fall_is_confirmed():
    outcome, sentence = judge(FALLEN)
    assert outcome == CONFIRMED
    assert re.search(r"log2 fold change -1\.9[78], 95 % interval", sentence)


def test_no_fall_is_unconfirmed_not_contradicted():
    outcome, sentence = judge(FLAT)
    assert outcome == UNCONFIRMED
    assert "log2(f)" in sentence


def test_an_uncertain_fall_is_unconfirmed():
    assert judge(levels([8.0, 9.5, 7.0], [7.0, 8.5, 6.2]))[0] == UNCONFIRMED


def test_a_fall_says_nothing_where_the_other_cells_differ():
    """Marrow-free against marrow-rich bone: the gene falls as far as the neutrophils do."""
    score = [1, 1.1, 0.9, 1.05, -1, -0.9, -1.1, -1.02]
    table = levels([8.0, 8.1, 7.9, 8.2], [6.0, 6.3, 5.9, 6.1], score)
    outcome, sentence = judge(table, question=DIFFERING)
    assert outcome == UNCONFIRMED
    assert "cannot be read here: the groups differ in the neutrophil score" in sentence


def test_a_fall_beside_the_other_cells_is_confirmed():
    rng = np.random.default_rng(3)
    score = rng.normal(0, 1, 12)
    level = 7 + 0.8 * score + rng.normal(0, 0.05, 12)
    level[6:] -= 0.5
    outcome, sentence = judge(levels(level[:6], level[6:], score))
    assert outcome == CONFIRMED
    assert "beside what the neutrophil score explains" in sentence


@pytest.mark.parametrize("change", [-0.5, 0.5])
def test_where_the_other_cells_differ_beyond_chance_no_level_confirms_or_contradicts(change):
    rng = np.random.default_rng(3)
    score = rng.normal(0, 1, 12)
    level = 7 + 0.8 * score + rng.normal(0, 0.05, 12)
    level[6:] += change
    table = levels(level[:6], level[6:], score)
    assert judge(table, question=DIFFERING)[0] == (CONFIRMED if change < 0 else CONTRADICTED)
    outcome, sentence = judge(table, question=APART)
    assert outcome == UNCONFIRMED
    assert "Gone cannot be read here: the groups differ in the neutrophil score beyond chance (p = 0.004)" in sentence


def test_where_the_other_cells_differ_beyond_chance_levels_name_no_swap():
    table = levels([8.0, 6.1, 7.9, 8.2], [6.0, 6.3, 8.1, 5.9])
    beyond = replace(APART, markers_differ=False)
    assert find_swap(table, None, ASKED, DESIGN)
    assert find_swap(table, None, beyond, DESIGN) == ""
    assert judge(table, question=beyond)[0] == UNCONFIRMED


@pytest.mark.parametrize(
    ("p_value", "limit", "outcome"),
    [(0.02, 0.03, UNCONFIRMED), (0.04, 0.03, CONFIRMED), (0.02, 0, CONFIRMED), (np.nan, 0.03, CONFIRMED)],
)
def test_the_panel_s_p_value_says_whether_the_other_cells_differ_beyond_chance(p_value, limit, outcome):
    """Of markers that vary alike in both groups, and a gene that is four times lower in one."""
    rng = np.random.default_rng(5)
    counts = pd.DataFrame(
        rng.poisson(200, (6, 8)),
        index=["gone", "m1", "m2", "a", "b", "c"],
        columns=[f"s{number}" for number in range(8)],
    )
    counts.iloc[0, 4:] //= 4
    samples = pd.DataFrame({"sample": counts.columns, "condition": ["wt"] * 4 + ["ko"] * 4})
    settings = DEFAULTS["identity"] | {
        "other_source": {"name": "neutrophil", "panel": "THEIRS", "genes": ["m1", "m2"], "inseparable": limit}
    }
    composition = pd.DataFrame({"panel": ["THEIRS", "OTHER"], "differs": False, "p_t": [p_value, 0.001]})
    found = assess_knockout(
        counts,
        samples,
        seen=None,
        gene=("gone", "Gone"),
        settings=settings,
        composition=composition,
        size_factors=counts.sum(),
        design=DESIGN,
    )
    assert found.outcomes[0][1] == outcome
    assert found.gates[0].status == ("pass" if outcome == CONFIRMED else "warn")


def test_exons_that_show_no_deletion_leave_a_fall_unconfirmed():
    intact = Exons(lost="", carriers=frozenset(), evidence="no junction skips exons")
    outcome, sentence = judge(FALLEN, intact)
    assert outcome == UNCONFIRMED
    assert "the gene falls, but the reads do not show that ko samples alone lack exons of it" in sentence
    assert judge(FALLEN, replace(intact, readable=False))[0] == CONFIRMED


@pytest.mark.parametrize(
    ("carriers", "outcome"), [({"s4", "s6", "s7"}, CONFIRMED), ({"s0", "s4", "s5", "s6", "s7"}, UNCONFIRMED)]
)
def test_a_fall_is_confirmed_by_exons_that_only_knockouts_lack(carriers, outcome):
    exons = Exons(lost="exons 3 to 5", carriers=frozenset(carriers), evidence="")
    assert judge(FALLEN, exons)[0] == outcome


def test_reads_that_cannot_tell_exons_apart_are_no_evidence_against_a_deletion():
    table = pd.DataFrame(
        [
            (sample, condition, exon, 100, depth * 100)
            for sample, condition, depths in (
                ("s0", "wt", (9, 9)),
                ("s1", "wt", (9, 8)),
                ("s2", "ko", (0, 0)),
                ("s3", "ko", (0, 0)),
            )
            for exon, depth in enumerate(depths, start=1)
        ],
        columns=["sample", "condition", "exon", "n_positions", "n_kmers"],
    )
    calls = pd.DataFrame({"sample": ["s0", "s1", "s2", "s3"], "recombined": False})
    seen = read_exons(table, calls, DESIGN, depth_p=0.05)
    assert not seen.readable
    some = table.assign(n_kmers=table["n_kmers"] + [0, 0, 0, 0, 700, 600, 800, 900])
    assert read_exons(some, calls, DESIGN, depth_p=0.05).readable


def test_a_rise_contradicts():
    assert judge(levels([6.0, 6.1, 5.9], [8.0, 8.1, 8.2]))[0] == CONTRADICTED


def test_lost_exons_confirm_whatever_the_level():
    exons = Exons(
        lost="exons 3 to 5", carriers=frozenset({"s4", "s5", "s6", "s7"}), evidence="reads join exons 2 and 6"
    )
    outcome, sentence = judge(FLAT, exons, DIFFERING)
    assert outcome == CONFIRMED
    assert sentence.endswith("reads join exons 2 and 6)")


def test_exons_swapped_between_a_pair_contradict_and_are_named():
    exons = Exons(lost="exons 3 to 5", carriers=frozenset({"s0", "s5", "s6", "s7"}), evidence="")
    outcome, sentence = judge(FLAT, exons)
    assert outcome == CONTRADICTED
    assert "s4 (ko) has intact exons only, s0 (wt) lacks exons 3 to 5" in sentence
    assert "nothing was relabelled" in sentence
    assert discordant(FLAT, exons, DESIGN) == ["s0", "s4"]


@pytest.mark.parametrize("carriers", [{"s5", "s6", "s7"}, {"s0", "s4", "s5", "s6", "s7"}])
def test_one_discordant_sample_is_no_swap(carriers):
    exons = Exons(lost="exons 3 to 5", carriers=frozenset(carriers), evidence="")
    assert find_swap(FLAT, exons, ASKED, DESIGN) == ""
    assert len(discordant(FLAT, exons, DESIGN)) == 1
    assert judge(FLAT, exons)[0] == UNCONFIRMED


def test_levels_swapped_between_a_pair_are_named():
    table = levels([8.0, 6.1, 7.9, 8.2], [6.0, 6.3, 8.1, 5.9])
    outcome, sentence = judge(table)
    assert outcome == CONTRADICTED
    assert "s6 (ko) has Gone like wt samples and s1 (wt) like ko samples" in sentence


@pytest.mark.parametrize("sd", [0.2, 0.5, 1.0])
def test_levels_without_groups_hardly_ever_name_a_swap(sd):
    draws = np.random.default_rng(1).normal(8, sd, (200, 8))
    found = [find_swap(levels(draw[:4], draw[4:]), None, ASKED, DESIGN) for draw in draws]
    assert sum(map(bool, found)) / len(draws) < 0.02


def test_the_score_is_the_mean_of_standardised_markers():
    values = pd.DataFrame(
        {"a": [5.0, 1, 3, 2], "b": [6.0, 2, 3, 4], "c": [7.0, 3, 3, 6]}, index=["gone", "m1", "flat", "m2"]
    )
    samples = pd.DataFrame({"sample": ["c", "a", "b"], "condition": ["wt", "ko", "ko"]})
    table = gene_levels(values, samples, "gone", ["m1", "m2", "flat", "absent"])
    assert table["log2_cpm"].tolist() == [7, 5, 6]
    np.testing.assert_allclose(table["marker_score"], [1, -1, 0])
    assert gene_levels(values, samples, "gone", [])["marker_score"].isna().all()
    assert gene_levels(values, samples, "uncounted", [])["log2_cpm"].tolist() == [0, 0, 0]


def test_residuals_are_taken_from_the_line_of_the_reference():
    table = levels([1.0, 2.0, 3.0], [3.0, 0.5], score=[1, 2, 3, 4, 1])
    np.testing.assert_allclose(residuals_to_reference(table, DESIGN), [0, 0, 0, -1, -0.5], atol=1e-12)


def test_the_interval_is_that_of_the_t_test():
    table = levels([1.0, 2.0, 4.0], [5.0, 7.0, 6.5])
    effect = level_effects(table, DESIGN)["unadjusted"]
    # R 4.2: t.test(c(5, 7, 6.5), c(1, 2, 4), var.equal = TRUE)
    assert effect.estimate == pytest.approx(3.8333333)
    assert effect.ci95_low == pytest.approx(0.87034618)
    assert effect.ci95_high == pytest.approx(6.79632049)
    assert effect.p_value == pytest.approx(0.022920983)


def test_a_condition_that_the_score_explains_wholly_has_no_interval():
    ones, condition = np.ones(4), np.array([0.0, 0, 1, 1])
    effect = last_coefficient(np.array([1.0, 2, 3, 4]), np.column_stack([ones, condition * 2, condition]))
    assert np.isnan(effect.ci95_low)
