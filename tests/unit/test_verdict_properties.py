"""Of any evidence: missing numbers support nothing, other specifications only take away, and sentences carry their numbers."""

import itertools
import re
from dataclasses import fields, replace

import numpy as np
import pytest

from claimcheck.claims.evidence import Conclusion, Condition, Decision, Evidence, Verdict
from claimcheck.claims.reasons import VERDICT_COLUMNS, sentence, verdict_row
from claimcheck.claims.verdicts import MAY_BECOME, decide, downgrade
from claimcheck.core.estimates import NAN, Estimate
from support.evidence import CALM, REGISTER, RULES, changed, concluded, evidence, explanation, members, runs

V = Verdict

STRENGTH = {
    Verdict.SUPPORTED: 4,
    Verdict.WEAK: 3,
    Verdict.INCONCLUSIVE: 2,
    Verdict.NOT_TESTABLE: 2,
    Verdict.NOT_SUPPORTED: 1,
    Verdict.CONTRADICTED: 0,
}


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
        "C01": ["alone", "p_predicted", "k", "share_detected"],
        "C08": ["alone", "p_predicted", "k", "share_detected"],
        "C13": ["p_predicted"],
        "C18": ["p_predicted", "k", "share_detected"],
        "C05": ["effect", "p_predicted", "k", "share_detected"],
        "C11": ["effect", "p_predicted", "k", "share_detected"],
    }
    return names.get(claim, ["effect", "p_predicted", "k", "share_detected", "strip_effect"])


@pytest.mark.parametrize(("claim", "name"), [(claim, name) for claim in KINDS for name in needed(claim)])
def test_a_missing_number_never_supports(claim, name):
    assert decide(changed(strong(claim), **{name: NAN}), RULES).verdict is not V.SUPPORTED


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
    explained = tuple(
        explanation(effect, effect * rng.choice([2, 0.6, 0.1]), p_value=rng.choice([0.01, 0.5]), se=half / 2)
        for _ in range(rng.choice([0, 0, 0, 1, 2]) * np.isfinite(effect))  # nothing explains what was not measured
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
        alone=maybe(rng.choice([0.001, 0.05, 0.3])),
        p_smaller=maybe(rng.choice([0.04, 0.3, 0.9, 0.9])),
        p_changed=maybe(rng.choice([0.01, 0.3])),
        outside=bool(rng.random() < 0.1),
        mde=maybe(rng.choice([0.5, 3]) * size),
        share_detected=maybe(rng.choice([0.4, 0.6, 1, 1, 1])),
        objection="" if rng.random() < 0.9 else "other genes move as much",
        strip_effect=None if stated.kind == "gene" else maybe(effect * rng.choice([-1, 1, 1, 1])),
        leave_one_out=left,
        k=maybe(rng.choice([0.4, 0.5, 0.7, 0.8, 1])),
        explanations=explained,
        members=others,
        controls=CALM if claim == "C18" else (),
        presence=str(rng.choice(["present", "uncertain", "absent"])) if claim == "C01" else "",
    )


def as_if_all_agreed(e):
    alike = {str(i): concluded(e.effect, p=0.0) for i in range(e.n_test + e.n_reference)}
    return replace(e, explanations=(), stripped=None, leave_one_out=alike, k=1.0)


@pytest.mark.parametrize("claim", KINDS)
def test_other_specifications_only_take_away(claim):
    rng = np.random.default_rng(20260101)
    seen = set()
    for _ in range(750):
        drawn = random_evidence(rng, claim)
        primary, found = decide(as_if_all_agreed(drawn), RULES), decide(drawn, RULES)
        assert found.verdict is primary.verdict or found.verdict in MAY_BECOME[primary.verdict]
        seen.add((primary.verdict, found.verdict))
    assert len(seen) > 3


@pytest.mark.parametrize("claim", KINDS)
def test_worse_robustness_never_strengthens_a_claim(claim):
    rng = np.random.default_rng(7)
    for _ in range(300):
        drawn = random_evidence(rng, claim)
        before = decide(drawn, RULES).verdict
        if before in (V.CONTRADICTED, V.NOT_SUPPORTED, V.NOT_TESTABLE):
            continue
        turned = {sample: concluded(-run.judged.effect, p=0.01) for sample, run in drawn.leave_one_out.items()}
        lost = {sample: concluded(run.judged.effect, p=1.0) for sample, run in drawn.leave_one_out.items()}
        beside = [explanation(drawn.effect, 2 * drawn.effect)] if np.isfinite(drawn.effect) else []
        worse = [
            replace(drawn, k=drawn.k / 2),
            replace(drawn, leave_one_out=lost),
            replace(drawn, leave_one_out=turned),
            replace(drawn, explanations=(*drawn.explanations, *beside)),
            replace(drawn, conditions=(Condition("another", False),)),
            changed(drawn, objection="other genes move as much"),
            replace(drawn, p_predicted=1.0),
        ]
        assert all(STRENGTH[decide(other, RULES).verdict] <= STRENGTH[before] for other in worse)


def test_a_larger_effect_in_the_predicted_direction_never_weakens_a_claim():
    for p, k in itertools.product((0.01, 0.05, 0.2), (0.4, 0.6, 0.9)):
        effects = np.linspace(1.5, -1.5, 61)
        given = [evidence(effect=e, p_predicted=p, p_opposite=p, k=k) for e in effects]
        strengths = [STRENGTH[decide(one, RULES).verdict] for one in given]
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


# what is said


@pytest.mark.parametrize("claim", list(REGISTER.claims))
def test_every_sentence_carries_its_numbers_and_promises_nothing(claim):
    stated = REGISTER.claims[claim]
    given = Evidence(
        stated,
        n_test=4,
        n_reference=5,
        found=Conclusion(Estimate("one", -0.92, ci95=(-1.2, -0.64), mde=0.4), mde=0.45, model="iron load"),
        k=0.93,
    )
    for decision in (decide(given, RULES), Decision(V.SUPPORTED, 6, "a reason"), Decision(V.CONTRADICTED, 8, "")):
        text = sentence(stated, given, decision, test="knockout", reference="control")
        for number in ("knockout / control -0.92", "-1.20 to -0.64", "n = 4 and 5", "effect 0.45", "93 % of other"):
            assert number in text
        assert not re.search(r"\bconfirm", text, re.IGNORECASE)
        assert text.count(". ") == 0
        assert text.endswith(".")


def test_numbers_that_are_not_known_are_left_out_of_the_sentence():
    stated = REGISTER.claims["N03"]
    given = Evidence(stated, n_test=4, n_reference=4)
    text = sentence(stated, given, decide(given, RULES), test="a", reference="b")
    assert "(n = 4 and 4): " in text
    assert "nan" not in text.lower()


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
    stable = "claim statement kind effect ci95_low ci95_high p_value p_adjusted mde n_test n_reference agreement verdict reason"
    assert tuple(row) == VERDICT_COLUMNS
    assert list(row)[:14] == stable.split()
    assert (row["p_value"], row["p_adjusted"], row["agreement"], row["rule"]) == (0.001, 0.01, 1.0, 6)
    assert (row["of"], row["effect"], row["mde"]) == ("Dkk1", -0.9, 0.5)


def test_every_number_of_the_table_comes_from_the_register():
    stricter = replace(RULES, alpha=0.001, min_animals=5, k_supported=1.0, k_weak=0.9)
    assert decide(evidence(n_test=9, n_reference=9, leave_one_out=runs(-0.9, 18)), stricter).verdict is V.INCONCLUSIVE
    assert decide(evidence(), stricter).rule == 4
    assert {field.name for field in fields(RULES)} == set(REGISTER.primary["verdict"])
