"""From evidence to a verdict by a fixed table: the first matching row wins, and only the primary analysis can raise it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from claimcheck.claims.evidence import Decision, Evidence, Explanation, Verdict
from claimcheck.claims.model import CHANGED, ROTATION, Claim, Rules
from claimcheck.core.estimates import NO_P, inside
from claimcheck.core.tables import listed

MAY_BECOME = {
    Verdict.SUPPORTED: {Verdict.WEAK, Verdict.INCONCLUSIVE, Verdict.NOT_SUPPORTED},
    Verdict.WEAK: {Verdict.INCONCLUSIVE, Verdict.NOT_SUPPORTED},
    Verdict.NOT_SUPPORTED: {Verdict.INCONCLUSIVE},
    Verdict.CONTRADICTED: {Verdict.INCONCLUSIVE},
    Verdict.INCONCLUSIVE: set(),
    Verdict.NOT_TESTABLE: set(),
    Verdict.NONE: set(),
}
"""What a verdict of the primary analysis may become by other specifications: always something that claims less."""

TAKEN = (Verdict.SUPPORTED, Verdict.WEAK, Verdict.NOT_SUPPORTED, Verdict.CONTRADICTED)
"""Verdicts that are taken where something else than the condition may explain them."""

SMALLER_CHANGE = "a smaller change"

_WORST_FIRST = (
    Verdict.CONTRADICTED,
    Verdict.NOT_SUPPORTED,
    Verdict.NOT_TESTABLE,
    Verdict.INCONCLUSIVE,
    Verdict.WEAK,
    Verdict.SUPPORTED,
)
"""An intersection has the first of these verdicts that any of its members has."""


def decide(evidence: Evidence, rules: Rules) -> Decision:
    """Decide a claim: the verdict of the primary analysis, weakened by whatever other specifications take from it.

    Args:
        evidence: everything that the verdict depends on.
        rules: the numbers of the table.
    """
    found = downgrade(_first_row(_primary_alone(evidence), rules), _first_row(evidence, rules))
    explaining = [one for one in evidence.explanations if not stands(evidence.claim, found, one, rules).all()]
    return _explained(found, explaining, evidence, rules) if explaining and found.verdict in TAKEN else found


def downgrade(primary: Decision, other: Decision) -> Decision:
    """Return the other decision where it claims no more than the primary one, else the primary one."""
    allowed = other.verdict is primary.verdict or other.verdict in MAY_BECOME[primary.verdict]
    return other if allowed else primary


def decide_premise(outcome: str, sentence: str) -> Decision:
    """Translate the answer to a quality question.

    Args:
        outcome: confirmed, unconfirmed or contradicted.
        sentence: why, which may begin with the outcome and a colon.
    """
    verdict, row = {
        "confirmed": (Verdict.SUPPORTED, 6),
        "contradicted": (Verdict.CONTRADICTED, 8),
    }.get(outcome, (Verdict.INCONCLUSIVE, 11))
    return Decision(verdict, row, sentence.removeprefix(f"{outcome}: "))


def stands(
    claim: Claim, decision: Decision, one: Explanation, rules: Rules, difference: NDArray[np.float64] | None = None
) -> NDArray[np.bool_]:
    """Say whether what is left of an effect beside another explanation carries the verdict; missing numbers carry none.

    Args:
        claim: from the register.
        decision: that the other explanation is held against.
        one: the explanation.
        rules: the numbers of the table.
        difference: others in place of the panel's.

    Returns:
        As many as differences.
    """

    def left(limit: float, side: int, p: float) -> NDArray[np.bool_]:
        return one.left_beyond(limit, side, p, difference) <= rules.veto_p

    def left_within(low: float, high: float) -> NDArray[np.bool_]:
        ends = [(end, side) for end, side in ((low, 1), (high, -1)) if np.isfinite(end)]
        return np.all([left(end, side, one.effect.beyond(end, side)) for end, side in ends], axis=0)

    if claim.kind == "specificity":
        return left_within(-claim.threshold, claim.threshold)
    if claim.margins and decision.verdict is not Verdict.CONTRADICTED:
        kept = left_within(*claim.margins)
        changed = decision.qualifier == CHANGED.get(claim.direction)
        return kept & left(0.0, claim.direction, one.p.towards(claim.direction)) if changed else kept
    if decision.verdict is Verdict.NOT_SUPPORTED:
        return left_within(*claim.too_small)
    sign = int(np.sign(one.effect.effect))
    if claim.margins:
        limit = sign * claim.threshold
        return left(limit, sign, one.effect.beyond(limit, sign))
    explained, _ = one.explains(np.atleast_1d(one.difference if difference is None else difference))
    large = sign * (one.effect.effect - explained) >= rules.veto_effect_kept * abs(one.effect.effect)
    return large & left(0.0, sign, one.p.towards(sign))


def differs(one: Explanation, e: Evidence, rules: Rules) -> bool:
    """Say whether a panel differs beyond chance, all panels of a claim taken together (Bonferroni)."""
    return bool(one.p_value * len({other.panel for other in e.explanations}) <= rules.veto_chance)


def _explained(found: Decision, explaining: Sequence[Explanation], e: Evidence, rules: Rules) -> Decision:
    """Row 5: the verdict falls, since something else may be all there is."""
    words = "; ".join(
        f"{one.panel} differs by {one.difference:+.2f} (p = {one.p_value:.2g}), which can make {one.explained:+.2f} of "
        f"{one.effect.effect:+.2f} in {one.effect.of}, so that {one.left:+.2f} are left (90 % CI {low:.2f} to {high:.2f})"
        for one in explaining
        for low, high in [one.left_ci90]
    )
    beyond_chance = [one.veto for one in explaining if differs(one, e, rules)]
    names = ", ".join(dict.fromkeys(beyond_chance or [one.veto for one in explaining]))
    qualifier = f"confounded: {names}" if beyond_chance else f"does not hold beside {names}"
    return Decision(
        Verdict.INCONCLUSIVE, 5, f"it would be {found.text}, but what is left does not carry that: {words}", qualifier
    )


def _primary_alone(evidence: Evidence) -> Evidence:
    """Suppose that every specification other than the primary one agrees with it."""
    return replace(evidence, stripped=None, leave_one_out=None, k=1.0)


def _first_row(e: Evidence, rules: Rules) -> Decision:
    """Go through the table from the top."""
    stopped = barred(e, rules)
    if stopped:
        return stopped
    by_kind = {"specificity": _specificity, "equivalence": _equivalence, "noninferiority": _noninferiority}
    return by_kind.get(e.claim.kind, _of_members if e.members else _change)(e, rules)


def barred(e: Evidence, rules: Rules) -> Decision | None:
    """Rows 1 to 5: why nothing can be concluded about a claim of any kind."""
    untested = {
        "exploratory": Decision(Verdict.NONE, 0, "exploratory"),
        "not_testable": Decision(Verdict.NOT_TESTABLE, 1, e.claim.why),
    }
    if e.claim.kind in untested:
        return untested[e.claim.kind]
    if e.design_problem:
        return Decision(Verdict.NOT_TESTABLE, 2, e.design_problem, "design")
    undetected = _undetected(e, rules)
    if undetected:
        return Decision(Verdict.NOT_TESTABLE, 3, undetected, "expression")
    smallest = e.smallest or min(e.n_test, e.n_reference)
    if smallest < rules.min_animals:
        counted = f"{e.n_test} and {e.n_reference} samples"
        counted += f", {smallest} in the smallest of four groups" if smallest < min(e.n_test, e.n_reference) else ""
        reason = f"{counted}, fewer than {rules.min_animals} in a group"
        return Decision(Verdict.INCONCLUSIVE, 4, reason, "n")
    if e.confounders:
        reason = f"the groups differ in {listed(e.confounders)}, and no model can tell that from the condition"
        return Decision(Verdict.INCONCLUSIVE, 5, reason, f"confounded: {', '.join(e.confounders)}")
    return None


def _undetected(e: Evidence, rules: Rules) -> str:
    """Row 3: say that too little of what is tested is expressed, or nothing."""
    if (e.claim.kind == "intersection" and e.claim.members) or e.presence == "absent":  # judged by their own rows
        return ""
    detected, n_genes = e.found.share_detected, e.found.n_genes
    if not detected >= rules.share_detected:
        share = "an unknown share" if np.isnan(detected) else f"{100 * detected:.0f} %"
        return f"{share} of the tested genes are expressed, below {100 * rules.share_detected:.0f} %"
    if n_genes is not None and n_genes < rules.min_set_genes:
        return f"{n_genes} genes are left to test, fewer than {rules.min_set_genes}"
    return ""


@dataclass(frozen=True)
class _Standing:
    """What other specifications say: `broken` bars any support, `weakened` bars full support."""

    broken: tuple[str, ...]
    weakened: tuple[str, ...]


def _standing(e: Evidence, rules: Rules) -> _Standing:
    """Compare the claim with the test that decides with it, the strip run, the runs without one animal, and all others."""
    broken: list[str] = []
    weakened: list[str] = []
    if e.found.objection:
        broken.append(e.found.objection)
    if e.stripped is not None and not e.stripped.effect * e.effect > 0:
        broken.append("the sign does not hold without the genes of contaminating tissue")
    left_out = e.leave_one_out or {}
    if e.leave_one_out is not None and len(left_out) < e.n_test + e.n_reference:
        broken.append("runs without one sample are missing")
    turned = [sample for sample, run in left_out.items() if not run.judged.effect * e.effect > 0]
    if turned:
        broken.append(f"the sign does not hold without {listed(turned)}")
    lost = [sample for sample, run in left_out.items() if not run.p.towards(e.effect) <= rules.leave_one_out_p]
    if lost:
        reason = f"p exceeds {rules.leave_one_out_p:g} without {listed(lost)}"
        (weakened if len(lost) <= rules.leave_one_out_lost else broken).append(reason)
    if not e.k >= rules.k_weak:
        broken.append(f"k = {e.k:.2f} is below {rules.k_weak:.2f}")
    elif e.k < rules.k_supported:
        weakened.append(f"k = {e.k:.2f} is below {rules.k_supported:.2f}")
    return _Standing(tuple(broken), tuple(weakened))


def _change(e: Evidence, rules: Rules) -> Decision:
    """Rows 6 to 11 of a claim that something changes."""
    towards = e.effect * e.claim.direction if e.claim.direction else abs(e.effect)
    standing = _standing(e, rules)
    unmet = [condition.name for condition in e.conditions if not condition.met]
    whose = "" if e.found.judged.of == e.found.estimate.of else f" of {e.found.judged.of}"
    small = [] if abs(towards) >= e.claim.threshold else [f"the effect{whose} is smaller than {e.claim.threshold:g}"]
    predicted = towards > 0 and e.p_predicted <= rules.alpha
    opposite = towards < 0 and e.p_opposite <= rules.alpha and not e.outside
    too_small = e.found.p_smaller <= rules.alpha
    against = not e.outside and not standing.broken
    if opposite and not small and against and not standing.weakened:
        return Decision(Verdict.CONTRADICTED, 8, "significant in the opposite direction, large enough and robust")
    if e.p_smaller <= rules.alpha and not e.outside:
        changes = towards > 0 and e.found.p.towards(e.claim.direction) <= rules.alpha
        reason = f"a change of {e.claim.threshold:g} or more is excluded ({_p(e.found.p_smaller, e.p_smaller)})"
        return Decision(Verdict.NOT_SUPPORTED, 9, reason, SMALLER_CHANGE if changes else "")
    if predicted and not standing.broken and not unmet and not too_small:
        shortfalls = [*small, *standing.weakened, *_shortfalls(e, rules)]
        if not shortfalls:
            return Decision(Verdict.SUPPORTED, 6, f"large enough and robust ({_tested(e)})")
        qualifier = f"not beyond {e.claim.beyond.what}" if e.claim.beyond and not _beyond(e, rules) else ""
        return Decision(Verdict.WEAK, 7, f"{_tested(e)}, but " + "; ".join(shortfalls), qualifier)
    more = [
        *(small if opposite else ()),
        *(standing.broken if predicted or opposite else ()),
        *(unmet if predicted else ()),
    ]
    return _open(e, rules, [*_untold(e, rules), *more])


def _shortfalls(e: Evidence, rules: Rules) -> list[str]:
    """List what leaves a claim of change weakly supported at best."""
    found = ["the claim has no share of the level, so nothing limits its errors"] if e.outside else []
    if e.claim.beyond and not _beyond(e, rules):
        found.append(f"it does not move beyond {e.claim.beyond.what}")
    return found


def _beyond(e: Evidence, rules: Rules) -> bool:
    """Say whether a claim's set moves beyond the one that moves along; where that was not looked at, it does not."""
    if e.taken_as_met:
        return True
    return bool(e.beyond) and bool(e.beyond[0].p.get(ROTATION, NO_P).towards(np.sign(e.effect)) <= rules.veto_p)


def _equivalence(e: Evidence, rules: Rules) -> Decision:
    """Rows 6 to 11 of a claim that something does not change (two one-sided tests; Schuirmann 1987)."""
    if e.presence == "absent":
        return Decision(Verdict.CONTRADICTED, 8, "not expressed in the reference group")
    reasons = ["it is not certain to be expressed"] if e.presence == "uncertain" else []
    if e.found.p_predicted <= rules.alpha and not reasons and e.k >= rules.k_weak:
        return _within_margin(e, rules, f"a change of {e.claim.threshold:g} or more is excluded", "")
    low, high = e.found.judged.ci95
    far = low > e.claim.threshold or high < -e.claim.threshold
    if far and e.p_opposite <= rules.alpha and not e.outside and e.k >= rules.k_supported:
        return Decision(
            Verdict.CONTRADICTED,
            8,
            f"the change exceeds {e.claim.threshold:g} ({_p(e.found.p_opposite, e.p_opposite)})",
        )
    return _open(
        e, rules, reasons or [f"a change of {e.claim.threshold:g} is not excluded (p = {e.found.p_predicted:.2g})"]
    )


def _noninferiority(e: Evidence, rules: Rules) -> Decision:
    """Rows 6 to 11 of a claim that something does not fall, or does not rise."""
    if e.found.p_predicted <= rules.alpha and e.k >= rules.k_weak:
        reason = f"a change of {e.claim.threshold:g} the other way is excluded"
        large = e.claim.direction * e.effect >= e.claim.superiority
        if large and e.p_changed <= rules.alpha and not _standing(e, rules).broken:
            return _within_margin(e, rules, reason, CHANGED[e.claim.direction])
        return _within_margin(e, rules, reason, "kept")
    if e.found.p_opposite <= rules.alpha and e.p_opposite <= rules.alpha and not e.outside and e.k >= rules.k_supported:
        words = f"the change the other way exceeds {e.claim.threshold:g} ({_p(e.found.p_opposite, e.p_opposite)})"
        return Decision(Verdict.CONTRADICTED, 8, words)
    words = f"a change of {e.claim.threshold:g} the other way is not excluded (p = {e.found.p_predicted:.2g})"
    return _open(e, rules, [words])


def _within_margin(e: Evidence, rules: Rules, reason: str, qualifier: str) -> Decision:
    """Support, weaker where only the procedure or a fifth of the specifications is against it."""
    against = _shortfalls(e, rules)
    if not e.p_predicted <= rules.alpha:
        against.append(f"not by the procedure for all claims ({_p(e.found.p_predicted, e.p_predicted)})")
    if e.k < rules.k_supported:
        against.append(f"k = {e.k:.2f} is below {rules.k_supported:.2f}")
    if against:
        return Decision(Verdict.WEAK, 7, "; but ".join([reason, "; ".join(against)]), qualifier)
    return Decision(Verdict.SUPPORTED, 6, f"{reason} ({_p(e.found.p_predicted, e.p_predicted)})", qualifier)


def _of_members(e: Evidence, rules: Rules) -> Decision:
    """Rows 6 to 11 of a claim that several claims all hold (intersection-union test; Berger 1982)."""
    verdicts = [member.decision.verdict for member in e.members]
    worst = next(verdict for verdict in _WORST_FIRST if verdict in verdicts)
    decisive = [member for member in e.members if member.decision.verdict is worst]
    if worst in (Verdict.SUPPORTED, Verdict.WEAK) and not e.p_predicted <= rules.alpha:
        return _open(e, rules, _untold(e, rules))
    words = "; ".join(f"{member.claim}: {member.decision.text}" for member in e.members)
    unmet = [condition.name for condition in e.conditions if not condition.met]
    if worst in (Verdict.SUPPORTED, Verdict.WEAK) and unmet:
        return Decision(Verdict.WEAK, 7, f"{words}; but {'; '.join(unmet)}")
    return replace(decisive[0].decision, reason=words)


def _specificity(e: Evidence, rules: Rules) -> Decision:
    """Rows 6 to 11 of a claim that members change while controls do not."""
    verdicts = [member.decision.verdict for member in e.members]
    supported = verdicts.count(Verdict.SUPPORTED)
    moved = supported + verdicts.count(Verdict.WEAK)
    controls = e.found.controls
    moving = [control.of for control in controls if not inside(control.ci90, e.claim.threshold)]
    members = "; ".join(f"{member.claim}: {member.decision.text}" for member in e.members)
    if controls and not moving and e.p_predicted <= rules.alpha and moved >= e.claim.at_least and e.k >= rules.k_weak:
        reason = f"controls change by less than {e.claim.threshold:g}; {members}"
        full = supported >= e.claim.at_least and e.k >= rules.k_supported
        return Decision(Verdict.SUPPORTED, 6, reason) if full else Decision(Verdict.WEAK, 7, reason)
    furthest = float(np.max([e.claim.direction * member.estimate.effect for member in e.members], initial=-np.inf))
    rivals = [
        control.of
        for control in controls
        if control.of in e.claim.rivals and e.claim.direction * control.effect >= max(e.claim.threshold, furthest)
    ]
    if rivals and np.isfinite(furthest) and e.p_opposite <= rules.alpha and e.k >= rules.k_supported:
        return Decision(Verdict.CONTRADICTED, 8, f"{listed(rivals)} changes as much; {members}")
    why = [f"a change of {listed(moving)} is not excluded"] if moving else []
    if e.found.p_predicted <= rules.alpha and not e.p_predicted <= rules.alpha:
        why.append(f"it holds on its own, not among all claims ({_p(e.found.p_predicted, e.p_predicted)})")
    return _open(e, rules, [*why, members])


def _open(e: Evidence, rules: Rules, reasons: Sequence[str]) -> Decision:
    """Rows 10 and 11: nothing is decided, and whether more animals could have decided it."""
    reason = "; ".join(reasons)
    if e.found.mde > rules.underpowered_ratio * e.claim.threshold and not abs(e.effect) >= e.found.mde:
        return Decision(Verdict.INCONCLUSIVE, 10, reason, f"underpowered; MDE = {e.found.mde:.2f}")
    return Decision(Verdict.INCONCLUSIVE, 11, reason)


def _untold(e: Evidence, rules: Rules) -> list[str]:
    """Say which test leaves a change open: none was made, it finds none, or none that holds for all claims together."""
    if np.isnan(e.found.p_predicted):
        return ["not tested"]
    if e.p_predicted <= rules.alpha and e.effect * (e.claim.direction or e.effect) > 0:
        words = [f"the change is there ({_tested(e)})"]
        if e.found.p_smaller <= rules.alpha:
            p = _p(e.found.p_smaller, e.p_smaller)
            words.append(f"it is smaller than {e.claim.threshold:g} on its own, not among all claims ({p})")
        return words
    if e.found.p_predicted <= rules.alpha:
        return [f"the change is there on its own, not among all claims ({_tested(e)})"]
    if e.effect * e.claim.direction < 0 and e.found.p_opposite <= rules.alpha:
        return [f"the change is in the opposite direction ({_p(e.found.p_opposite, e.p_opposite)})"]
    return [f"no change beyond chance ({_tested(e)})"]


def _tested(e: Evidence) -> str:
    p = f"p = {e.found.p_predicted:.2g}, not adjusted" if e.outside else _p(e.found.p_predicted, e.p_predicted)
    return " ".join(filter(None, (e.found.test, p)))


def _p(alone: float, adjusted: float) -> str:
    """Write a p-value, and what it is after the procedure."""
    return f"p = {alone:.2g}; {adjusted:.2g} by the procedure"
