"""Evidence on a claim of the study's own register, one number of which a test changes."""

from dataclasses import replace

import numpy as np

from claimcheck.claims.evidence import Conclusion, Decision, Evidence, Explanation, Member
from claimcheck.claims.model import ROTATION
from claimcheck.core.estimates import NAN, NO_INTERVAL, Estimate, Sides
from support.own import REGISTER

RULES = REGISTER.rules

ALONE = {"alone": "p_predicted", "alone_opposite": "p_opposite", "alone_smaller": "p_smaller"}
"""What a test calls a p-value before the procedure, and its field; one that is not given is as large as the adjusted one."""


def concluded(effect=NAN, ci90=NO_INTERVAL, p=NAN):
    """What an analysis concludes from one gene or set, with the same p-value on every side."""
    one = Estimate("one", effect, ci90=ci90)
    return Conclusion(one, one, ci90, p=Sides(p, p, p))


def runs(effect, n=8, lost=0):
    """The runs without each of n animals, of which some lose the p-value."""
    return {f"animal_{i}": concluded(effect, p=0.5 if i < lost else 0.01) for i in range(n)}


def explanation(effect, explained, *, p=1e-9, sd=0.0, p_value=0.5, difference=1.0, se=0.05, df=6.0, veto="muscle"):
    """A panel that explains so much of an effect, of a difference that all lies beyond chance."""
    of = Estimate("one", effect, se, df)
    within = np.zeros(6)
    sides = Sides(*((p, 1 - p) if effect > 0 else (1 - p, p)), 2 * p)
    expected, expected_sd = explained / difference, sd / difference
    return Explanation(veto, f"QC_{veto}", difference, p_value, of, sides, 0.0, 0.0, expected, expected_sd, within, 1.0)


def moving(p):
    """A set that moves beside another one, with this p-value on the claim's side, and that other one beside it."""
    return tuple(Estimate(name, 0.3, p={ROTATION: Sides(p, 1 - p, 2 * p)}) for name in ("one", "other"))


def changed(given, **changes):
    """Change evidence, and the conclusion and the estimate that it rests on, by the names of their numbers."""
    numbers = {name: changes.pop(name) for name in ("effect", "ci95", "ci90", "mde") if name in changes}
    parts = ("share_detected", "n_genes", "objection", "model", "controls", "p")
    conclusion = {name: changes.pop(name) for name in parts if name in changes}
    for own, name in ALONE.items():
        if own in changes or name in changes:
            conclusion[name] = changes.pop(own, changes.get(name))
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
        "p_smaller": 0.9,
        "mde": 0.5 * stated.threshold,
        "share_detected": 1.0,
        "n_genes": None if stated.kind == "gene" else 12,
        "strip_effect": None if stated.kind == "gene" else effect,
        "leave_one_out": runs(effect),
        "beyond": moving(0.01) if stated.beyond else (),
        "k": 1.0,
    }
    return changed(Evidence(stated, n_test=4, n_reference=4), **(measured | changes))


def members(*verdicts, effect=-0.3):
    """Members of a claim with these verdicts."""
    return tuple(Member(f"C{i}", Decision(one, 6, ""), Estimate("one", effect)) for i, one in enumerate(verdicts))


def control(name, effect, ci90):
    """A control of a claim of specificity."""
    return Estimate(name, effect, ci90=ci90)


CALM = (control("APOPTOSIS_CTRL", -0.01, (-0.1, 0.1)), control("OTHER", 0.0, (-0.1999, 0.1999)))
"""Controls that do not move."""
