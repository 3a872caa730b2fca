"""Verdicts follow the table at every boundary; missing numbers support nothing, and only the primary analysis can help."""

import itertools
from dataclasses import replace

import pytest

from claimcheck.claims.evidence import Condition, Verdict, blocking_premises
from claimcheck.claims.verdicts import decide, decide_premise
from claimcheck.core.estimates import NAN, Estimate, Sides
from support.evidence import CALM, REGISTER, RULES, changed, concluded, control, evidence, members, moving, runs

V = Verdict


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
        ({"objection": "other genes move as much"}, (Verdict.INCONCLUSIVE, 11)),
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
        ({"objection": "other genes move as much"}, (Verdict.INCONCLUSIVE, 11)),
        ({"conditions": (Condition("companions", False),)}, (Verdict.CONTRADICTED, 8)),
    ],
)
def test_row_8_asks_for_the_same_robustness_as_support(changes, expected):
    assert opposite(**changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"p_smaller": 0.05}, ("not supported", 9)),
        ({"p_smaller": 0.0501}, ("inconclusive", 11)),
        ({"alone_smaller": 0.001, "p_smaller": 0.06}, ("inconclusive", 11)),
        ({"p_smaller": NAN}, ("inconclusive", 11)),
        ({"p_smaller": 0.01, "k": 0.1, "objection": "x"}, ("not supported", 9)),
        ({"p_smaller": 0.01, "outside": True}, ("inconclusive", 11)),
    ],
)
def test_row_9_needs_a_change_as_large_as_claimed_to_be_excluded_among_all_claims(changes, expected):
    found = decide(evidence(**{"effect": -0.1, "p_predicted": 0.4} | changes), RULES)
    assert (found.text, found.rule) == expected


@pytest.mark.parametrize(
    ("p_up", "expected"),
    [(0.05, "not supported (a smaller change)"), (0.0501, "not supported")],
)
def test_a_change_that_is_there_but_smaller_than_claimed_is_called_so(p_up, expected):
    given = evidence("C14", effect=0.1, p_predicted=0.2, p_smaller=0.01, p=Sides(p_up, 1 - p_up, 2 * p_up))
    assert decide(given, RULES).text == expected
    other_way = changed(given, effect=-0.1, p=Sides(1 - p_up, p_up, 2 * p_up))
    assert decide(other_way, RULES).text == "not supported"


def test_a_change_that_is_certain_to_be_smaller_is_never_weakly_supported():
    changes = {"effect": -0.3, "p_predicted": 0.001}
    assert verdict(**changes, p_smaller=0.9) == (Verdict.WEAK, 7)
    between = decide(evidence(**changes, alone_smaller=0.05, p_smaller=0.06), RULES)
    assert (between.verdict, between.rule) == (Verdict.INCONCLUSIVE, 11)
    assert "the change is there" in between.reason
    assert (
        "it is smaller than 0.585 on its own, not among all claims (p = 0.05; 0.06 by the procedure)" in between.reason
    )
    assert verdict(**changes, alone_smaller=0.01, p_smaller=0.05) == (Verdict.NOT_SUPPORTED, 9)


def test_what_is_significant_the_other_way_is_contradicted_if_large_and_else_not_supported():
    assert opposite(p_smaller=0.001) == (Verdict.CONTRADICTED, 8)
    assert opposite(effect=0.3, p_smaller=0.001) == (Verdict.NOT_SUPPORTED, 9)
    assert opposite(outside=True) == (Verdict.INCONCLUSIVE, 11)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"p_predicted": NAN, "alone": NAN}, "not tested"),
        (
            {"p_predicted": 0.2, "alone": 0.04},
            "the change is there on its own, not among all claims (p = 0.04; 0.2 by the procedure)",
        ),
        ({"p_predicted": 0.9, "alone": 0.4}, "no change beyond chance (p = 0.4; 0.9 by the procedure)"),
        (
            {"effect": 0.9, "p_predicted": 1.0, "alone_opposite": 0.03, "p_opposite": 0.3},
            "the change is in the opposite direction (p = 0.03; 0.3 by the procedure)",
        ),
    ],
)
def test_an_open_claim_says_which_test_leaves_it_open(changes, said):
    assert said in decide(evidence(**changes), RULES).reason


def test_a_claim_of_specificity_says_if_only_the_procedure_leaves_it_open():
    given = evidence("C18", members=members(V.SUPPORTED, V.SUPPORTED), controls=CALM, alone=0.03, p_predicted=0.16)
    found = decide(given, RULES)
    assert (found.verdict, found.rule) == (V.INCONCLUSIVE, 11)
    assert "it holds on its own, not among all claims (p = 0.03; 0.16 by the procedure)" in found.reason


def test_an_objection_of_camera_is_named_in_the_reason():
    words = "other genes of the genome move as much (CAMERA p = 0.08)"
    found = decide(evidence("C14", objection=words), RULES)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert words in found.reason


def test_a_claim_without_a_share_of_the_level_is_at_best_weakly_supported():
    found = decide(evidence("C05", outside=True), RULES)
    assert (found.verdict, found.rule) == (Verdict.WEAK, 7)
    assert "no share of the level" in found.reason
    assert "p = 0.01, not adjusted, but" in found.reason


@pytest.mark.parametrize(
    ("p", "expected"), [(0.05, "supported"), (0.0501, "weakly supported (not beyond osteoblast number)")]
)
def test_a_set_that_does_not_move_beyond_the_one_that_moves_along_is_weakly_supported(p, expected):
    assert decide(evidence("C14", beyond=moving(p)), RULES).text == expected


def test_a_set_must_move_beyond_the_other_one_in_its_own_direction_and_where_it_was_looked_at():
    weak = "weakly supported (not beyond osteoblast number)"
    assert decide(evidence("C14", beyond=moving(0.99)), RULES).text == weak
    assert decide(evidence("C14", beyond=()), RULES).text == weak
    assert decide(evidence("C14", beyond=(), taken_as_met=True), RULES).text == "supported"


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
        ({"alone": 0.05, "p_predicted": 0.05}, (Verdict.SUPPORTED, 6)),
        ({"alone": 0.0501, "p_predicted": 0.0501}, (Verdict.INCONCLUSIVE, 11)),
        ({"alone": 0.01, "p_predicted": 0.0501}, (Verdict.WEAK, 7)),
        ({"alone": 0.01, "p_predicted": NAN}, (Verdict.WEAK, 7)),
        ({"outside": True}, (Verdict.WEAK, 7)),
        ({"k": 0.79}, (Verdict.WEAK, 7)),
        ({"k": 0.49}, (Verdict.INCONCLUSIVE, 11)),
        ({"presence": "present"}, (Verdict.SUPPORTED, 6)),
        ({"presence": "uncertain"}, (Verdict.INCONCLUSIVE, 11)),
        ({"presence": "absent", "share_detected": 0.0}, (Verdict.CONTRADICTED, 8)),
        ({"presence": "absent", "n_test": 2}, (Verdict.INCONCLUSIVE, 4)),
        ({"share_detected": 0.0}, (Verdict.NOT_TESTABLE, 3)),
        ({"alone": 0.9, "ci95": (0.586, 1.3), "p_opposite": 0.02}, (Verdict.CONTRADICTED, 8)),
        ({"alone": 0.9, "ci95": (0.585, 1.3), "p_opposite": 0.02}, (Verdict.INCONCLUSIVE, 11)),
        ({"alone": 0.9, "ci95": (-1.3, -0.586), "p_opposite": 0.02}, (Verdict.CONTRADICTED, 8)),
        ({"alone": 0.9, "ci95": (0.586, 1.3), "p_opposite": 0.06}, (Verdict.INCONCLUSIVE, 11)),
        ({"alone": 0.9, "ci95": (0.586, 1.3), "p_opposite": 0.02, "outside": True}, (Verdict.INCONCLUSIVE, 11)),
        ({"alone": 0.9, "ci95": (0.586, 1.3), "p_opposite": 0.02, "k": 0.7}, (Verdict.INCONCLUSIVE, 11)),
        ({"alone": 0.9, "mde": 1.18}, (Verdict.INCONCLUSIVE, 10)),
    ],
)
def test_equivalence_is_tested_against_both_margins(changes, expected):
    base = {"effect": 0.05, "ci90": (-0.2, 0.3), "ci95": (-0.25, 0.35), "n_genes": None}
    assert verdict("C01", **base | changes) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"alone": 0.05, "p_predicted": 0.05}, ("supported (kept)", 6)),
        ({"alone": 0.0501, "p_predicted": 0.0501}, ("inconclusive", 11)),
        ({"alone": 0.9, "p_opposite": 0.05}, ("contradicted", 8)),
        ({"alone": 0.9, "p_opposite": 0.0501}, ("inconclusive", 11)),
        ({"alone": 0.9, "alone_opposite": 0.01, "p_opposite": 0.06}, ("inconclusive", 11)),
        ({"alone": 0.9, "p_opposite": 0.01, "outside": True}, ("inconclusive", 11)),
        ({"effect": 0.20, "p_changed": 0.05}, ("supported (higher)", 6)),
        ({"effect": 0.199, "p_changed": 0.05}, ("supported (kept)", 6)),
        ({"effect": 0.25, "p_changed": 0.0501}, ("supported (kept)", 6)),
        ({"effect": 0.25, "p_changed": NAN}, ("supported (kept)", 6)),
        ({"effect": 0.25, "p_changed": 0.01, "objection": "other genes move as much"}, ("supported (kept)", 6)),
        ({"effect": 0.25, "p_changed": 0.01, "strip_effect": -0.1}, ("supported (kept)", 6)),
        ({"effect": 0.30, "p_changed": 0.01, "alone": 0.2, "p_predicted": 0.2}, ("inconclusive", 11)),
        ({"alone": 0.01, "p_predicted": 0.06}, ("weakly supported (kept)", 7)),
        ({"k": 0.7}, ("weakly supported (kept)", 7)),
        ({"k": 0.4}, ("inconclusive", 11)),
        ({"k": NAN}, ("inconclusive", 11)),
        ({"alone": 0.9, "mde": 0.41}, ("inconclusive (underpowered; MDE = 0.41)", 10)),
    ],
)
def test_a_programme_is_kept_if_the_margin_is_excluded_and_higher_if_that_holds_among_all_claims(changes, expected):
    found = decide(evidence("C08", **{"effect": 0.0, "leave_one_out": runs(0.2)} | changes), RULES)
    assert (found.text, found.rule) == expected


def test_noninferiority_the_other_way_mirrors_it():
    for effect, p, changes in ((0.0, 0.01, NAN), (0.0, 0.2, NAN), (-0.5, 1.0, NAN), (0.25, 0.001, 0.01)):
        kept = evidence("C08", effect=effect, alone=p, p_predicted=p, p_opposite=0.01, p_changed=changes)
        lower = replace(kept.claim, direction=-1)
        mirrored = changed(kept, claim=lower, effect=-effect, strip_effect=-effect, leave_one_out=runs(-effect))
        one, other = decide(kept, RULES), decide(mirrored, RULES)
        assert (one.verdict, one.rule) == (other.verdict, other.rule)
        assert other.qualifier == one.qualifier.replace("higher", "lower")


# claims that rest on other claims


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
