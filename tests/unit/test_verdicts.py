"""Verdicts follow the table at every boundary; missing numbers support nothing, and only the primary analysis can help."""

import itertools
import re
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from claimcheck.claims.evidence import (
    Conclusion,
    Condition,
    Decision,
    Evidence,
    FiredVeto,
    Member,
    Verdict,
    blocking_premises,
    fired_panels,
)
from claimcheck.claims.model import GeneTest
from claimcheck.claims.procedure import (
    adjust_family,
    combine_models,
    combine_sources,
    holm,
    partial_conjunction,
)
from claimcheck.claims.reasons import VERDICT_COLUMNS, sentence, verdict_row
from claimcheck.claims.register import read_register
from claimcheck.claims.robustness import agree
from claimcheck.claims.verdicts import MAY_BECOME, decide, decide_premise, downgrade
from claimcheck.core.errors import StudyError
from claimcheck.core.estimates import NAN, NO_INTERVAL, Estimate, Sides
from claimcheck.gene_sets.curated import read_collection
from claimcheck.gene_sets.tests.false_discovery import benjamini_hochberg

ROOT = Path(__file__).resolve().parents[2]
SETS, MEMBERS = read_collection(ROOT / "config/gene_sets")
REGISTER = read_register(ROOT / "config/claims.yaml", sets=SETS, members=MEMBERS)
RULES = REGISTER.rules

STRENGTH = {
    Verdict.SUPPORTED: 4,
    Verdict.WEAK: 3,
    Verdict.INCONCLUSIVE: 2,
    Verdict.NOT_TESTABLE: 2,
    Verdict.NOT_SUPPORTED: 1,
    Verdict.CONTRADICTED: 0,
}


def concluded(effect=NAN, ci90=NO_INTERVAL, p=NAN):
    """What an analysis concludes from one gene or set, with the same p-value on every side."""
    one = Estimate("one", effect, ci90=ci90)
    return Conclusion(one, one, ci90, p=Sides(p, p, p))


def runs(effect, n=8, lost=0):
    return {f"animal_{i}": concluded(effect, p=0.5 if i < lost else 0.01) for i in range(n)}


def changed(given, **changes):
    """Change evidence, and the conclusion and the estimate that it rests on, by the names of their numbers."""
    numbers = {name: changes.pop(name) for name in ("effect", "ci95", "ci90", "mde") if name in changes}
    parts = ("share_detected", "n_genes", "tests_agree", "model", "controls")
    conclusion = {name: changes.pop(name) for name in parts if name in changes}
    conclusion |= {name: numbers[key] for name, key in (("bounds", "ci90"), ("mde", "mde")) if key in numbers}
    one = replace(given.found.judged, of="one", **numbers)
    if "strip_effect" in changes:
        effect = changes.pop("strip_effect")
        changes["stripped"] = None if effect is None else Estimate("one", effect)
    return replace(given, found=replace(given.found, estimate=one, judged=one, **conclusion), **changes)


def evidence(claim="C11", **changes):
    """Evidence that fully supports a gene that falls or a set that moves as predicted, with changes."""
    stated = REGISTER.claims[claim]
    effect = changes.get("effect", (stated.direction or 1) * 1.5 * stated.threshold)
    measured = {
        "effect": effect,
        "ci95": (effect - 0.3, effect + 0.3),
        "ci90": (effect - 0.25, effect + 0.25),
        "p_predicted": 0.01,
        "p_opposite": 1.0,
        "mde": 0.5 * stated.threshold,
        "share_detected": 1.0,
        "n_genes": None if stated.kind == "gene" else 12,
        "tests_agree": True,
        "strip_effect": None if stated.kind == "gene" else effect,
        "leave_one_out": runs(effect),
        "k": 1.0,
    }
    return changed(Evidence(stated, n_test=4, n_reference=4), **(measured | changes))


def verdict(claim="C11", **changes):
    found = decide(evidence(claim, **changes), RULES)
    return found.verdict, found.rule


def opposite(**changes):
    return verdict(**{"effect": 0.9, "p_predicted": 1.0, "p_opposite": 0.01} | changes)


# one row after the other


def test_row_1_what_rna_cannot_show_is_not_testable_whatever_was_measured():
    claim = REGISTER.claims["N01"]
    found = decide(replace(evidence(), claim=claim), RULES)
    assert (found.verdict, found.rule, found.reason) == (Verdict.NOT_TESTABLE, 1, claim.why)


def test_row_2_a_design_that_cannot_answer_comes_before_expression_and_numbers():
    found = decide(evidence(design_problem="sex is the condition", share_detected=0.0, n_test=1), RULES)
    assert (found.text, found.rule) == ("not testable (design)", 2)


@pytest.mark.parametrize(
    ("claim", "changes", "row"),
    [
        ("C15", {"share_detected": 0.5}, 6),
        ("C15", {"share_detected": 0.499}, 3),
        ("C15", {"share_detected": NAN}, 3),
        ("C15", {"n_genes": 6}, 6),
        ("C15", {"n_genes": 5}, 3),
        ("C11", {"share_detected": 0.0}, 3),
        ("C15", {"share_detected": 0.1, "n_test": 2}, 3),
    ],
)
def test_row_3_needs_half_of_a_set_and_six_genes(claim, changes, row):
    found = decide(evidence(claim, **changes), RULES)
    assert found.rule == row
    assert (found.text == "not testable (expression)") == (row == 3)


def test_row_4_two_animals_in_a_group_decide_nothing():
    assert verdict(n_test=3, n_reference=3)[0] is Verdict.SUPPORTED
    for groups in ({"n_test": 2}, {"n_reference": 2}, {"n_test": 1, "n_reference": 9}):
        found = decide(evidence(**groups), RULES)
        assert (found.text, found.rule) == ("inconclusive (n)", 4)


@pytest.mark.parametrize(
    ("reruns", "row"),
    [
        ([-0.4390], 6),
        ([-0.43875], 6),
        ([-0.4387], 5),
        ([0.9], 5),
        ([-0.9, NAN], 5),
        ([-0.9, -0.2], 5),
        ([-0.9, -0.8], 6),
        ([], 5),
    ],
)
def test_row_5_the_effect_must_keep_its_sign_and_half_its_size_in_every_rerun(reruns, row):
    veto = FiredVeto("muscle", tuple(concluded(effect) for effect in reruns))
    found = decide(evidence(effect=-0.8775, vetoes=(veto,)), RULES)
    assert found.rule == row
    assert (found.text == "inconclusive (confounded: muscle)") == (row == 5)


def test_row_5_names_every_veto_that_is_not_lifted_and_keeps_contradiction_away_too():
    lifted = FiredVeto("marrow", (concluded(0.9),))
    vetoes = (lifted, FiredVeto("handling"), FiredVeto("muscle"))
    found = decide(evidence(effect=0.9, p_predicted=1.0, p_opposite=0.01, vetoes=vetoes), RULES)
    assert found.text == "inconclusive (confounded: handling, muscle)"
    assert opposite(vetoes=(lifted,)) == (Verdict.CONTRADICTED, 8)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (Verdict.SUPPORTED, 6)),
        ({"effect": -0.585}, (Verdict.SUPPORTED, 6)),
        ({"effect": -0.5849}, (Verdict.WEAK, 7)),
        ({"p_predicted": 0.05}, (Verdict.SUPPORTED, 6)),
        ({"p_predicted": 0.0501}, (Verdict.INCONCLUSIVE, 11)),
        ({"k": 0.80}, (Verdict.SUPPORTED, 6)),
        ({"k": 0.7999}, (Verdict.WEAK, 7)),
        ({"k": 0.50}, (Verdict.WEAK, 7)),
        ({"k": 0.4999}, (Verdict.INCONCLUSIVE, 11)),
        ({"leave_one_out": runs(-0.9, lost=1)}, (Verdict.WEAK, 7)),
        ({"leave_one_out": runs(-0.9, lost=2)}, (Verdict.INCONCLUSIVE, 11)),
        ({"leave_one_out": runs(-0.9, n=7)}, (Verdict.INCONCLUSIVE, 11)),
        ({"leave_one_out": {}}, (Verdict.INCONCLUSIVE, 11)),
        ({"leave_one_out": runs(-0.9, n=7) | {"x": concluded(-0.9, p=0.10)}}, (Verdict.SUPPORTED, 6)),
        ({"leave_one_out": runs(-0.9, n=7) | {"x": concluded(-0.9, p=0.1001)}}, (Verdict.WEAK, 7)),
        ({"leave_one_out": runs(-0.9, n=7) | {"x": concluded(0.01, p=0.01)}}, (Verdict.INCONCLUSIVE, 11)),
        ({"leave_one_out": runs(-0.9, n=7) | {"x": concluded(0.0, p=0.01)}}, (Verdict.INCONCLUSIVE, 11)),
        ({"tests_agree": False}, (Verdict.INCONCLUSIVE, 11)),
        ({"effect": -0.4, "k": 0.6, "leave_one_out": runs(-0.4, lost=1)}, (Verdict.WEAK, 7)),
        ({"effect": 0.9, "p_predicted": 0.01}, (Verdict.INCONCLUSIVE, 11)),
        ({"effect": 0.0, "p_predicted": 0.01, "ci90": (-0.7, 0.7)}, (Verdict.INCONCLUSIVE, 11)),
    ],
)
def test_rows_6_and_7_at_every_boundary_of_a_gene(changes, expected):
    assert verdict("C11", **changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"effect": 0.20}, (Verdict.SUPPORTED, 6)),
        ({"effect": 0.1999}, (Verdict.WEAK, 7)),
        ({"strip_effect": 0.01}, (Verdict.SUPPORTED, 6)),
        ({"strip_effect": 0.0}, (Verdict.INCONCLUSIVE, 11)),
        ({"strip_effect": -0.01}, (Verdict.INCONCLUSIVE, 11)),
        ({"strip_effect": NAN}, (Verdict.INCONCLUSIVE, 11)),
        ({"conditions": (Condition("3 of 8 in the leading edge", True),)}, (Verdict.SUPPORTED, 6)),
        ({"conditions": (Condition("3 of 8 in the leading edge", False),)}, (Verdict.INCONCLUSIVE, 11)),
        ({"effect": 0.1, "strip_effect": -0.01}, (Verdict.INCONCLUSIVE, 11)),
    ],
)
def test_a_set_also_keeps_its_sign_without_marrow_genes_and_meets_its_conditions(changes, expected):
    assert verdict("C14", **changes) == expected


def test_an_effect_that_is_too_small_is_named_where_the_row_shows_another():
    given = evidence("C05", effect=0.2)
    assert "the effect is smaller than 0.32" in decide(given, RULES).reason
    other = replace(given.found, estimate=Estimate("another", 0.5))
    assert "the effect of one is smaller than 0.32" in decide(replace(given, found=other), RULES).reason


def test_a_claim_without_direction_is_supported_on_either_side_and_never_contradicted():
    for effect in (0.3, -0.3):
        assert verdict("C17", effect=effect) == (Verdict.SUPPORTED, 6)
        assert verdict("C17", effect=effect, p_predicted=1.0, p_opposite=0.001) == (Verdict.INCONCLUSIVE, 11)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (Verdict.CONTRADICTED, 8)),
        ({"effect": 0.585}, (Verdict.CONTRADICTED, 8)),
        ({"effect": 0.5849}, (Verdict.INCONCLUSIVE, 11)),
        ({"p_opposite": 0.05}, (Verdict.CONTRADICTED, 8)),
        ({"p_opposite": 0.0501}, (Verdict.INCONCLUSIVE, 11)),
        ({"k": 0.8}, (Verdict.CONTRADICTED, 8)),
        ({"k": 0.79}, (Verdict.INCONCLUSIVE, 11)),
        ({"leave_one_out": runs(0.9, lost=1)}, (Verdict.INCONCLUSIVE, 11)),
        ({"leave_one_out": runs(-0.9)}, (Verdict.INCONCLUSIVE, 11)),
        ({"tests_agree": False}, (Verdict.INCONCLUSIVE, 11)),
        ({"conditions": (Condition("companions", False),)}, (Verdict.CONTRADICTED, 8)),
    ],
)
def test_row_8_asks_for_the_same_robustness_as_support(changes, expected):
    assert opposite(**changes) == expected


@pytest.mark.parametrize(
    ("ci90", "expected"),
    [
        ((-0.5849, 0.5849), Verdict.NOT_SUPPORTED),
        ((-0.585, 0.2), Verdict.INCONCLUSIVE),
        ((-0.2, 0.585), Verdict.INCONCLUSIVE),
        ((NAN, 0.2), Verdict.INCONCLUSIVE),
        ((-0.2, NAN), Verdict.INCONCLUSIVE),
    ],
)
def test_row_9_needs_the_whole_interval_inside_the_margins(ci90, expected):
    assert verdict(effect=-0.1, p_predicted=0.4, ci90=ci90)[0] is expected


def test_row_7_wins_over_row_9():
    changes = {"effect": -0.2, "ci90": (-0.3, -0.1)}
    assert verdict(**changes) == (Verdict.WEAK, 7)
    assert verdict(**changes, p_predicted=0.06) == (Verdict.NOT_SUPPORTED, 9)


def test_row_10_says_the_minimum_detectable_effect_where_it_exceeds_twice_the_threshold():
    changes = {"effect": -0.5, "p_predicted": 0.4, "ci90": (-1.5, 0.5)}
    assert verdict(**changes, mde=1.17) == (Verdict.INCONCLUSIVE, 11)
    found = decide(evidence(**changes, mde=1.18), RULES)
    assert (found.rule, found.text) == (10, "inconclusive (underpowered; MDE = 1.18)")
    assert verdict(**changes, mde=NAN) == (Verdict.INCONCLUSIVE, 11)


# equivalence and noninferiority


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (Verdict.SUPPORTED, 6)),
        ({"ci90": (-0.5849, 0.5849)}, (Verdict.SUPPORTED, 6)),
        ({"ci90": (-0.585, 0.1)}, (Verdict.INCONCLUSIVE, 11)),
        ({"p_predicted": 0.0501}, (Verdict.WEAK, 7)),
        ({"p_predicted": NAN}, (Verdict.WEAK, 7)),
        ({"k": 0.79}, (Verdict.WEAK, 7)),
        ({"k": 0.49}, (Verdict.INCONCLUSIVE, 11)),
        ({"presence": "present"}, (Verdict.SUPPORTED, 6)),
        ({"presence": "uncertain"}, (Verdict.INCONCLUSIVE, 11)),
        ({"presence": "absent", "share_detected": 0.0}, (Verdict.CONTRADICTED, 8)),
        ({"presence": "absent", "n_test": 2}, (Verdict.INCONCLUSIVE, 4)),
        ({"share_detected": 0.0}, (Verdict.NOT_TESTABLE, 3)),
        ({"ci90": (0.6, 1.2), "ci95": (0.586, 1.3), "p_opposite": 0.02}, (Verdict.CONTRADICTED, 8)),
        ({"ci90": (0.6, 1.2), "ci95": (0.585, 1.3), "p_opposite": 0.02}, (Verdict.INCONCLUSIVE, 11)),
        ({"ci90": (-1.2, -0.6), "ci95": (-1.3, -0.586), "p_opposite": 0.02}, (Verdict.CONTRADICTED, 8)),
        ({"ci90": (0.6, 1.2), "ci95": (0.586, 1.3), "p_opposite": 0.06}, (Verdict.INCONCLUSIVE, 11)),
        ({"ci90": (0.6, 1.2), "ci95": (0.586, 1.3), "p_opposite": 0.02, "k": 0.7}, (Verdict.INCONCLUSIVE, 11)),
        ({"ci90": (-1.2, 0.6), "mde": 1.18}, (Verdict.INCONCLUSIVE, 10)),
        ({"vetoes": (FiredVeto("muscle", (concluded(0.0, (-0.5, 0.5)),)),)}, (Verdict.SUPPORTED, 6)),
        ({"vetoes": (FiredVeto("muscle", (concluded(0.0, (-0.5, 0.6)),)),)}, (Verdict.INCONCLUSIVE, 5)),
    ],
)
def test_equivalence_is_read_from_the_interval(changes, expected):
    base = {"effect": 0.05, "ci90": (-0.2, 0.3), "ci95": (-0.25, 0.35), "n_genes": None}
    assert verdict("C01", **base | changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ci90": (-0.1999, 0.3)}, ("supported (kept)", 6)),
        ({"ci90": (-0.20, 0.3)}, ("inconclusive", 11)),
        ({"ci90": (-0.6, -0.2), "p_opposite": 0.01}, ("inconclusive", 11)),
        ({"ci90": (-0.6, -0.2001), "p_opposite": 0.05}, ("contradicted", 8)),
        ({"ci90": (-0.6, -0.2001), "p_opposite": 0.06}, ("inconclusive", 11)),
        ({"ci90": (0.05, 0.4), "effect": 0.20}, ("supported (higher)", 6)),
        ({"ci90": (0.05, 0.4), "effect": 0.199}, ("supported (kept)", 6)),
        ({"ci90": (-0.01, 0.5), "effect": 0.25}, ("supported (kept)", 6)),
        ({"ci90": (-0.3, 0.9), "effect": 0.30}, ("inconclusive", 11)),
        ({"p_predicted": 0.06}, ("weakly supported (kept)", 7)),
        ({"k": 0.7}, ("weakly supported (kept)", 7)),
        ({"k": 0.4}, ("inconclusive", 11)),
        ({"k": NAN}, ("inconclusive", 11)),
        ({"ci90": (-0.9, 0.9), "mde": 0.41}, ("inconclusive (underpowered; MDE = 0.41)", 10)),
        ({"vetoes": (FiredVeto("muscle", (concluded(0.0, (-0.1, 0.1)),)),)}, ("supported (kept)", 6)),
        ({"vetoes": (FiredVeto("muscle", (concluded(0.0, (-0.3, 0.1)),)),)}, ("inconclusive (confounded: muscle)", 5)),
    ],
)
def test_a_programme_is_kept_if_the_lower_bound_excludes_the_margin(changes, expected):
    found = decide(evidence("C08", **{"effect": 0.0, "ci90": (-0.1, 0.1)} | changes), RULES)
    assert (found.text, found.rule) == expected


def test_noninferiority_the_other_way_mirrors_it():
    for low, high, effect in ((-0.1, 0.1, 0.0), (-0.3, 0.1, 0.0), (-0.7, -0.3, -0.5), (0.05, 0.4, 0.25)):
        kept = evidence("C08", effect=effect, ci90=(low, high), p_opposite=0.01)
        lower = replace(kept.claim, direction=-1)
        mirrored = changed(kept, claim=lower, effect=-effect, ci90=(-high, -low))
        one, other = decide(kept, RULES), decide(mirrored, RULES)
        assert (one.verdict, one.rule) == (other.verdict, other.rule)
        assert other.qualifier == one.qualifier.replace("higher", "lower")


# claims that rest on other claims


def members(*verdicts, effect=-0.3):
    return tuple(Member(f"C{i}", Decision(one, 6, ""), Estimate("one", effect)) for i, one in enumerate(verdicts))


V = Verdict


@pytest.mark.parametrize(
    ("of_members", "expected"),
    [
        ((V.SUPPORTED, V.SUPPORTED), V.SUPPORTED),
        ((V.SUPPORTED, V.WEAK), V.WEAK),
        ((V.SUPPORTED, V.INCONCLUSIVE), V.INCONCLUSIVE),
        ((V.SUPPORTED, V.NOT_TESTABLE), V.NOT_TESTABLE),
        ((V.SUPPORTED, V.NOT_SUPPORTED), V.NOT_SUPPORTED),
        ((V.SUPPORTED, V.CONTRADICTED), V.CONTRADICTED),
        ((V.NOT_TESTABLE, V.CONTRADICTED), V.CONTRADICTED),
    ],
)
def test_an_intersection_is_as_good_as_its_worst_member(of_members, expected):
    for order in itertools.permutations(of_members):
        found = decide(evidence("C13", members=members(*order), share_detected=NAN), RULES)
        assert found.verdict is expected
        assert "C0: " in found.reason
        assert "C1: " in found.reason


def test_an_intersection_also_needs_its_own_p_value():
    both = members(V.SUPPORTED, V.SUPPORTED)
    assert verdict("C13", members=both, p_predicted=0.05)[0] is V.SUPPORTED
    assert verdict("C13", members=both, p_predicted=0.06)[0] is V.INCONCLUSIVE
    assert verdict("C13", members=both, p_predicted=NAN)[0] is V.INCONCLUSIVE


def test_an_intersection_whose_companions_stay_is_weakly_supported_at_best():
    unmet = (Condition("0 of the antagonists change", met=False),)
    assert verdict("C13", members=members(V.SUPPORTED, V.SUPPORTED), conditions=unmet) == (V.WEAK, 7)
    assert verdict("C13", members=members(V.WEAK, V.SUPPORTED), conditions=unmet) == (V.WEAK, 7)
    assert verdict("C13", members=members(V.SUPPORTED, V.CONTRADICTED), conditions=unmet)[0] is V.CONTRADICTED


def control(name, effect, ci90):
    return Estimate(name, effect, ci90=ci90)


CALM = (control("APOPTOSIS_CTRL", -0.01, (-0.1, 0.1)), control("OTHER", 0.0, (-0.1999, 0.1999)))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (V.SUPPORTED, 6)),
        ({"members": members(V.SUPPORTED, V.INCONCLUSIVE)}, (V.SUPPORTED, 6)),
        ({"members": members(V.WEAK, V.INCONCLUSIVE)}, (V.WEAK, 7)),
        ({"members": members(V.INCONCLUSIVE, V.CONTRADICTED)}, (V.INCONCLUSIVE, 11)),
        ({"k": 0.79}, (V.WEAK, 7)),
        ({"k": 0.4}, (V.INCONCLUSIVE, 11)),
        ({"p_predicted": 0.06}, (V.INCONCLUSIVE, 11)),
        ({"controls": ()}, (V.INCONCLUSIVE, 11)),
        ({"controls": (replace(CALM[0], ci90=(-0.2, 0.1)), CALM[1])}, (V.INCONCLUSIVE, 11)),
        (
            {"controls": (control("APOPTOSIS_CTRL", -0.3, (-0.5, -0.1)), CALM[1]), "p_opposite": 0.01},
            (V.CONTRADICTED, 8),
        ),
        (
            {"controls": (control("APOPTOSIS_CTRL", -0.29, (-0.5, -0.1)), CALM[1]), "p_opposite": 0.01},
            (V.INCONCLUSIVE, 11),
        ),
        (
            {"controls": (control("APOPTOSIS_CTRL", -0.3, (-0.5, -0.1)), CALM[1]), "p_opposite": 0.06},
            (V.INCONCLUSIVE, 11),
        ),
        (
            {
                "controls": (control("APOPTOSIS_CTRL", -0.3, (-0.5, -0.1)),),
                "p_opposite": 0.01,
                "members": members(V.SUPPORTED, V.NOT_TESTABLE, effect=NAN),
            },
            (V.INCONCLUSIVE, 11),
        ),
        ({"controls": (control("APOPTOSIS_CTRL", 0.5, (0.3, 0.7)), CALM[1]), "p_opposite": 0.01}, (V.INCONCLUSIVE, 11)),
        (
            {"controls": (CALM[0], control("OTHER", -0.5, (-0.7, -0.3))), "p_opposite": 0.01},
            (V.INCONCLUSIVE, 11),
        ),
        ({"vetoes": (FiredVeto("marrow", (concluded(0.0, (-0.3, 0.1)),)),)}, (V.INCONCLUSIVE, 5)),
    ],
)
def test_specificity_needs_a_member_that_moves_and_controls_that_do_not(changes, expected):
    base = {"members": members(V.SUPPORTED, V.SUPPORTED), "controls": CALM}
    assert verdict("C18", **base | changes) == expected


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        ("confirmed", V.SUPPORTED),
        ("unconfirmed", V.INCONCLUSIVE),
        ("contradicted", V.CONTRADICTED),
        ("?", V.INCONCLUSIVE),
    ],
)
def test_premises_take_their_answer_from_the_identity_checks(outcome, expected):
    found = decide_premise(outcome, f"{outcome}: the gene falls")
    assert (found.verdict, found.reason) == (expected, "the gene falls")


def test_a_premise_blocks_the_claims_that_need_it_only_if_it_is_contradicted():
    claims = REGISTER.claims
    outcomes = {"Q01": "unconfirmed", "Q02": "contradicted"}
    assert blocking_premises(claims["C02"], outcomes) == ""
    assert "Q02" in blocking_premises(claims["C14"], outcomes)
    assert "Q01" in blocking_premises(claims["C02"], {"Q01": "contradicted", "Q02": "confirmed"})
    assert "Q01" in blocking_premises(claims["C02"], {})


# properties


KINDS = ("C01", "C05", "C08", "C11", "C13", "C14", "C17", "C18")


def strong(claim):
    """Evidence on which a claim is supported."""
    within = {"effect": 0.02, "ci90": (-0.05, 0.06), "ci95": (-0.06, 0.07)}
    special = {
        "C01": within | {"n_genes": None, "presence": "present"},
        "C05": {"n_genes": None, "strip_effect": None},
        "C08": within,
        "C13": {"members": members(V.SUPPORTED, V.SUPPORTED)},
        "C18": within | {"members": members(V.SUPPORTED, V.SUPPORTED), "controls": CALM},
    }
    return evidence(claim, **special.get(claim, {}))


@pytest.mark.parametrize("claim", KINDS)
def test_the_strong_case_of_every_kind_is_supported(claim):
    assert decide(strong(claim), RULES).verdict is V.SUPPORTED


def needed(claim):
    """Name the numbers that the support of a kind rests on."""
    names = {
        "C01": ["ci90", "p_predicted", "k", "share_detected"],
        "C08": ["ci90", "p_predicted", "k", "share_detected"],
        "C13": ["p_predicted"],
        "C18": ["p_predicted", "k", "share_detected"],
        "C05": ["effect", "p_predicted", "k", "share_detected"],
        "C11": ["effect", "p_predicted", "k", "share_detected"],
    }
    return names.get(claim, ["effect", "p_predicted", "k", "share_detected", "strip_effect"])


@pytest.mark.parametrize(("claim", "name"), [(claim, name) for claim in KINDS for name in needed(claim)])
def test_a_missing_number_never_supports(claim, name):
    value = (NAN, NAN) if name == "ci90" else NAN
    assert decide(changed(strong(claim), **{name: value}), RULES).verdict is not V.SUPPORTED


@pytest.mark.parametrize("claim", KINDS)
def test_nothing_measured_supports_or_contradicts_nothing(claim):
    stated = REGISTER.claims[claim]
    found = decide(Evidence(stated, n_test=5, n_reference=5), RULES)
    assert found.verdict in (V.NOT_TESTABLE, V.INCONCLUSIVE)


def random_evidence(rng, claim):
    """Draw evidence near the boundaries, with missing numbers now and then."""

    def maybe(value):
        return NAN if rng.random() < 0.05 else float(value)

    stated = REGISTER.claims[claim]
    size = stated.threshold if stated.threshold == stated.threshold else 0.5
    effect = maybe(rng.choice([-2, -1, -0.5, 0, 0.5, 1, 2]) * size)
    half = rng.choice([0.2, 0.8, 2]) * size
    left = {str(i): concluded(effect, p=0.2 if rng.random() < 0.05 else 0.01) for i in range(8)}
    fired = tuple(
        FiredVeto(str(i), (concluded(effect * rng.choice([-1, 0.4, 0.9]), (effect - half, effect + half)),))
        for i in range(rng.choice([0, 0, 0, 1]))
    )
    verdicts = [V.SUPPORTED, V.WEAK, V.INCONCLUSIVE, V.NOT_SUPPORTED, V.CONTRADICTED, V.NOT_TESTABLE]
    others = members(*rng.choice(np.array(verdicts, dtype=object), 2)) if stated.members else ()
    return evidence(
        claim,
        n_test=int(rng.choice([2, 4])) if rng.random() < 0.1 else 4,
        effect=effect,
        ci95=(effect - 1.2 * half, effect + 1.2 * half),
        ci90=(effect - half, effect + half),
        p_predicted=maybe(rng.choice([0.01, 0.05, 0.3])),
        p_opposite=maybe(rng.choice([0.01, 0.05, 0.3])),
        mde=maybe(rng.choice([0.5, 3]) * size),
        share_detected=maybe(rng.choice([0.4, 0.6, 1, 1, 1])),
        tests_agree=bool(rng.random() < 0.9),
        strip_effect=None if stated.kind == "gene" else maybe(effect * rng.choice([-1, 1, 1, 1])),
        leave_one_out=left,
        k=maybe(rng.choice([0.4, 0.5, 0.7, 0.8, 1])),
        vetoes=fired,
        members=others,
        controls=CALM if claim == "C18" else (),
        presence=str(rng.choice(["present", "uncertain", "absent"])) if claim == "C01" else "",
    )


def as_if_all_agreed(e):
    alike = {str(i): concluded(e.effect, p=0.0) for i in range(e.n_test + e.n_reference)}
    return replace(e, vetoes=(), stripped=None, leave_one_out=alike, k=1.0)


@pytest.mark.parametrize("claim", KINDS)
def test_other_specifications_only_take_away(claim):
    rng = np.random.default_rng(20260101)
    seen = set()
    for _ in range(1500):
        drawn = random_evidence(rng, claim)
        primary, found = decide(as_if_all_agreed(drawn), RULES), decide(drawn, RULES)
        assert found.verdict is primary.verdict or found.verdict in MAY_BECOME[primary.verdict]
        seen.add((primary.verdict, found.verdict))
    assert len(seen) > 3


@pytest.mark.parametrize("claim", KINDS)
def test_worse_robustness_never_strengthens_a_claim(claim):
    rng = np.random.default_rng(7)
    for _ in range(600):
        drawn = random_evidence(rng, claim)
        before = decide(drawn, RULES).verdict
        if before in (V.CONTRADICTED, V.NOT_SUPPORTED, V.NOT_TESTABLE):
            continue
        turned = {sample: concluded(-run.judged.effect, p=0.01) for sample, run in drawn.leave_one_out.items()}
        lost = {sample: concluded(run.judged.effect, p=1.0) for sample, run in drawn.leave_one_out.items()}
        worse = [
            replace(drawn, k=drawn.k / 2),
            replace(drawn, leave_one_out=lost),
            replace(drawn, leave_one_out=turned),
            replace(drawn, vetoes=(*drawn.vetoes, FiredVeto("another"))),
            replace(drawn, conditions=(Condition("another", False),)),
            changed(drawn, tests_agree=False),
            replace(drawn, p_predicted=1.0),
        ]
        assert all(STRENGTH[decide(other, RULES).verdict] <= STRENGTH[before] for other in worse)


def test_a_larger_effect_in_the_predicted_direction_never_weakens_a_claim():
    for p, k in itertools.product((0.01, 0.05, 0.2), (0.4, 0.6, 0.9)):
        effects = np.linspace(1.5, -1.5, 61)
        verdicts = [verdict(effect=e, ci90=(-9, 9), ci95=(-9, 9), p_predicted=p, p_opposite=p, k=k)[0] for e in effects]
        strengths = [STRENGTH[one] for one in verdicts]
        assert strengths == sorted(strengths)


def test_what_a_verdict_may_become_claims_ever_less():
    for verdict_, lower in MAY_BECOME.items():
        for other in lower:
            assert MAY_BECOME[other] < lower
            assert verdict_ not in MAY_BECOME[other]
    assert set(MAY_BECOME) == set(Verdict)


@pytest.mark.parametrize("primary", list(Verdict))
@pytest.mark.parametrize("other", list(Verdict))
def test_a_downgrade_never_raises(primary, other):
    first, second = Decision(primary, 1, "primary"), Decision(other, 2, "other")
    allowed = other is primary or other in MAY_BECOME[primary]
    assert downgrade(first, second) is (second if allowed else first)


# several tests, many claims


def test_holm_and_benjamini_hochberg_match_hand_computed_values():
    p = [0.01, 0.04, 0.03, 0.005]
    assert holm(p).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert benjamini_hochberg(p).tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_ties_get_the_same_adjusted_value():
    assert holm([0.02, 0.02, 0.5])[:2].tolist() == pytest.approx([0.06, 0.06])
    assert benjamini_hochberg([0.02, 0.02, 0.5])[:2].tolist() == pytest.approx([0.03, 0.03])


def test_a_claim_that_could_not_be_tested_stays_in_the_family():
    for adjust in (holm, benjamini_hochberg):
        with_gap, without = adjust([0.01, NAN, 0.02]), adjust([0.01, 1.0, 0.02])
        assert np.isnan(with_gap[1])
        assert with_gap[[0, 2]].tolist() == without[[0, 2]].tolist()
    assert holm([]).tolist() == []


def test_adjusted_values_keep_the_order_and_stay_between_p_and_one():
    rng = np.random.default_rng(3)
    for _ in range(50):
        p = rng.random(18) ** 3
        for adjusted in (holm(p), benjamini_hochberg(p)):
            assert (adjusted >= p).all()
            assert (adjusted <= 1).all()
            assert (np.diff(adjusted[np.argsort(p)]) >= 0).all()
        assert (holm(p) >= benjamini_hochberg(p)).all()


def test_the_intersection_of_two_claims_has_the_adjusted_p_of_the_worse_one():
    p = pd.DataFrame(
        {"claim": ["C11", "C12", "C13", "C14"], "p_predicted": [1e-4, 0.012, 0.012, 0.3], "p_opposite": 1.0}
    )
    adjusted = adjust_family(p).set_index("claim")
    assert adjusted.at["C13", "p_holm"] == adjusted.at["C12", "p_holm"]
    assert {"p_holm", "p_holm_opposite", "q_value"} < set(adjusted)


def test_a_partial_conjunction_is_not_the_smallest_p():
    assert partial_conjunction([0.001, 0.5, 0.6, 0.7], 2) == 1.0
    assert partial_conjunction([0.001, 0.002, 0.6, 0.7], 2) == pytest.approx(0.006)
    assert partial_conjunction([0.001, 0.002], 2) == pytest.approx(0.002)
    assert np.isnan(partial_conjunction([0.001, NAN, NAN], 2))


def sources(*effects, p_up=0.001):
    """Sources with these effects, NaN = not tested; those that rise have `p_up`, others one minus that."""

    def source(name, effect):
        up = p_up if effect > 0 else 1 - p_up
        one = Estimate(name, effect, ci90=(effect - 0.08, effect + 0.08), mde=0.2)
        return Conclusion() if np.isnan(effect) else Conclusion(one, one, one.ci90, p=Sides(up, 1 - up))

    return [source(f"S{i}", effect) for i, effect in enumerate(effects)]


def with_p(source, up):
    return replace(source, p=Sides(up, 1 - up))


def test_two_of_four_sources_carry_a_claim_and_one_does_not():
    found = combine_sources(sources(0.5, 0.05, 0.3, -0.2), at_least=2, direction=0)
    assert (found.judged.effect, found.judged.of, found.estimate) == (0.3, "S2", found.judged)
    assert found.p_predicted == pytest.approx(2 * 3 * 0.001)
    assert found.bounds == pytest.approx((-0.28, 0.58))
    assert (found.estimate.ci90, found.mde) == (pytest.approx((0.22, 0.38)), 0.2)
    alone = combine_sources(sources(0.5, -0.01, -0.01, -0.01), at_least=2, direction=0)
    assert abs(alone.judged.effect) < 0.2
    down = combine_sources(sources(-0.5, -0.3, 0.1), at_least=2, direction=0)
    assert (down.judged.effect, down.judged.of) == (-0.3, "S1")


@pytest.mark.parametrize("direction", [0, 1])
def test_the_source_that_stands_for_several_is_the_one_whose_p_value_counts(direction):
    first, second, third = sources(0.5, 0.4, 0.3)
    several = [with_p(first, 0.01), with_p(second, 0.03), with_p(third, 0.02)]
    found = combine_sources(several, at_least=2, direction=direction)
    assert (found.judged.of, found.estimate) == ("S1", third.estimate)
    assert found.p.up == pytest.approx(2 * 0.02)
    mirrored = [
        replace(one, judged=one.judged.turned(-1), estimate=one.estimate.turned(-1), p=Sides(one.p.down, one.p.up))
        for one in several
    ]
    turned = combine_sources(mirrored, at_least=2, direction=-direction).estimate
    assert (turned.of, turned.effect) == ("S2", -0.3)


def test_sources_that_are_missing_cannot_pass_nor_be_equivalent():
    found = combine_sources(sources(0.5, NAN, NAN, NAN), at_least=2, direction=0)
    assert np.isnan([found.judged.effect, found.p_predicted, found.estimate.effect, *found.bounds]).all()
    assert found.estimate.of == ""
    both = combine_sources(sources(0.5, 0.4, NAN, NAN), at_least=2, direction=0)
    assert both.judged.effect == 0.4
    assert both.p_predicted == pytest.approx(0.002)
    assert np.isnan(both.bounds).all()


def test_sources_with_a_direction_leave_the_other_to_the_opposite():
    found = combine_sources(sources(-0.5, -0.3, -0.4), at_least=2, direction=1)
    assert found.judged.effect == -0.4
    assert (found.p_predicted, found.p_opposite) == (1.0, pytest.approx(0.002))


def models(effects, p):
    names = [model for model, values in effects.items() for _ in values]
    every = [value for values in effects.values() for value in values]
    found = []
    for model, effect, p_value in zip(names, every, p, strict=True):
        sign = 1 if model == "up" else -1
        sides = Sides(p_value, NAN) if sign > 0 else Sides(NAN, p_value)
        intervals = {"ci95": (effect - 0.2, effect + 0.2), "ci90": (effect - 0.1, effect + 0.1)}
        estimate = Estimate(f"gene {effect}", effect, **intervals, p={"Wald": sides})
        found.append((GeneTest("", "", "deciding", sign, model), estimate))
    return found


def test_a_model_is_as_good_as_its_weakest_gene_and_the_better_model_counts():
    given = models({"up": [0.5, 0.4], "down": [-0.9, -0.6, -0.7]}, [0.01, 0.03, 0.001, 0.004, 0.002])
    found = combine_models(given, "Wald")
    assert (found.model, found.judged.effect, found.p_predicted) == ("down", 0.6, 0.008)
    assert (found.estimate.of, found.estimate.effect) == ("gene -0.6 (down)", 0.6)
    assert found.estimate.ci95 == pytest.approx((0.4, 0.8))
    assert found.estimate.ci90 == pytest.approx((0.5, 0.7))
    assert found.bounds == pytest.approx((-1.0, 0.6))


def test_the_gene_that_stands_for_a_model_is_the_one_whose_p_value_counts():
    found = combine_models(models({"down": [-0.9, -0.6, -0.7]}, [0.004, 0.001, 0.002]), "Wald")
    assert (found.judged.of, found.estimate.of) == ("gene -0.6 (down)", "gene -0.9 (down)")
    assert (found.estimate.effect, found.p_predicted) == (0.9, 0.004)


def test_a_model_with_an_untested_gene_does_not_count():
    given = models({"up": [0.5, 0.4], "down": [-0.9, np.nan]}, [0.01, 0.03, 0.001, np.nan])
    assert combine_models(given, "Wald").model == "up"
    untested = combine_models(models({"up": [np.nan]}, [np.nan]), "Wald")
    assert np.isnan(untested.p_predicted)
    assert untested.estimate.of == ""


# from measurements to evidence


def composition(**rows):
    columns = ["panel", "log2_ratio", "standardised_difference", "p_t"]
    return pd.DataFrame([(panel, *values) for panel, values in rows.items()], columns=columns)


@pytest.mark.parametrize(
    ("veto", "values", "fires"),
    [
        ("muscle", (0.0, 1.0, 0.9), True),
        ("muscle", (0.0, -0.999, 0.0001), False),
        ("muscle", (-0.585, 0.0, 0.9), True),
        ("muscle", (0.584, 0.0, 0.9), False),
        ("muscle", (NAN, NAN, NAN), False),
        ("handling", (3.0, 3.0, 0.1), False),
        ("handling", (0.0, 0.0, 0.0999), True),
    ],
)
def test_a_veto_fires_at_its_own_thresholds(veto, values, fires):
    rule = REGISTER.vetoes[veto]
    assert fired_panels(rule, composition(**{rule.panels[0]: values})) == ([rule.panels[0]] if fires else [])


def test_a_veto_needs_its_panels_measured():
    with pytest.raises(StudyError, match="QC_MUSCLE"):
        fired_panels(REGISTER.vetoes["muscle"], composition(QC_ERYTHROID=(0, 0, 1)))


def test_a_specification_agrees_with_the_sign_and_half_the_threshold():
    primary, claim = evidence("C11").found, REGISTER.claims["C11"]
    found = [agree(claim, primary, concluded(effect), RULES) for effect in (-0.2925, -0.29, -0.9, 0.9, NAN)]
    assert found == [True, False, True, False, False]


@pytest.mark.parametrize(
    ("claim", "direction", "expected"),
    [
        ("C01", 0, [True, True, False, False]),
        ("C08", 1, [True, False, True, False]),
        ("C08", -1, [True, True, False, False]),
    ],
)
def test_a_specification_of_equivalence_and_noninferiority_agrees_if_it_excludes_the_margin(claim, direction, expected):
    stated = replace(REGISTER.claims[claim], direction=direction)
    intervals = [(-0.1, 0.1), (-0.3, 0.1), (-0.1, 0.9), (NAN, 0.1)]
    assert [agree(stated, Conclusion(), concluded(0.0, ci90), RULES) for ci90 in intervals] == expected


# what is said


@pytest.mark.parametrize("claim", list(REGISTER.claims))
def test_every_sentence_carries_its_numbers_and_promises_nothing(claim):
    stated = REGISTER.claims[claim]
    given = Evidence(
        stated,
        n_test=4,
        n_reference=5,
        found=Conclusion(Estimate("one", -0.92, ci95=(-1.2, -0.64), mde=0.45), model="iron load"),
        k=0.93,
    )
    for decision in (decide(given, RULES), Decision(V.SUPPORTED, 6, "a reason"), Decision(V.CONTRADICTED, 8, "")):
        text = sentence(stated, given, decision, test="knockout", reference="control")
        for number in ("knockout / control -0.92", "-1.20 to -0.64", "n = 4 and 5", "MDE 0.45", "k = 0.93"):
            assert number in text
        assert not re.search(r"\bconfirm", text, re.IGNORECASE)
        assert text.count(". ") == 0
        assert text.endswith(".")


def test_missing_numbers_are_said_to_be_missing():
    stated = REGISTER.claims["N03"]
    given = Evidence(stated, n_test=4, n_reference=4)
    text = sentence(stated, given, decide(given, RULES), test="a", reference="b")
    assert "a / b NA, 95 % CI NA to NA, n = 4 and 4, MDE NA, k = NA" in text


def test_grades_limit_what_support_is_called():
    cases = {
        "C16": ("transcripts consistent", "transcripts consistent (weakly)"),
        "C05": ("consistent with the iron load model", "consistent with the iron load model (weakly)"),
        "C15": ("supported", "weakly supported"),
    }
    for claim, names in cases.items():
        given = changed(strong(claim), model="iron load")
        weaker = replace(given, k=0.6)
        for one, name in zip((given, weaker), names, strict=True):
            row = verdict_row(REGISTER.claims[claim], one, decide(one, RULES), test="knockout", reference="control")
            assert row["verdict"] == name
            assert name in row["sentence"]


def test_labels_stand_beside_the_verdict():
    given = strong("C14")
    text = sentence(REGISTER.claims["C09"], given, decide(given, RULES), test="a", reference="b")
    assert "supported (inferred from refs)" in text


def test_the_table_of_verdicts_starts_with_the_stable_columns():
    found = Conclusion(Estimate("Dkk1", -0.9, mde=0.4), Estimate("Sost", -0.7, mde=0.5), mde=0.5, p_predicted=0.001)
    given = replace(evidence(), found=found)
    row = verdict_row(REGISTER.claims["C11"], given, decide(evidence(), RULES), test="a", reference="b")
    stable = (
        "claim statement kind effect ci95_low ci95_high p_value p_holm mde n_test n_reference agreement verdict reason"
    )
    assert tuple(row) == VERDICT_COLUMNS
    assert list(row)[:14] == stable.split()
    assert (row["p_value"], row["p_holm"], row["agreement"], row["rule"]) == (0.001, 0.01, 1.0, 6)
    assert (row["of"], row["effect"], row["mde"]) == ("Dkk1", -0.9, 0.4)


def test_every_number_of_the_table_comes_from_the_register():
    stricter = replace(RULES, alpha=0.001, min_animals=5, k_supported=1.0, k_weak=0.9)
    assert decide(evidence(n_test=9, n_reference=9, leave_one_out=runs(-0.9, 18)), stricter).verdict is V.INCONCLUSIVE
    assert decide(evidence(), stricter).rule == 4
    assert {field.name for field in fields(RULES)} == set(REGISTER.primary["verdict"])
