"""From evidence to a verdict by a fixed table: the first matching row wins, and only the primary analysis can raise it."""

from dataclasses import dataclass, replace

import numpy as np

from claimcheck.claims.evidence import Conclusion, Decision, Evidence, FiredVeto, Verdict
from claimcheck.claims.model import Rules
from claimcheck.core.estimates import Interval, inside
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
    return downgrade(_first_row(_primary_alone(evidence), rules), _first_row(evidence, rules))


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


def _primary_alone(evidence: Evidence) -> Evidence:
    """Suppose that every specification other than the primary one agrees with it."""
    return replace(evidence, vetoes=(), stripped=None, leave_one_out=None, k=1.0)


def _first_row(e: Evidence, rules: Rules) -> Decision:
    """Go through the table from the top."""
    barred = _barred(e, rules)
    if barred:
        return barred
    by_kind = {"specificity": _specificity, "equivalence": _equivalence, "noninferiority": _noninferiority}
    return by_kind.get(e.claim.kind, _of_members if e.members else _change)(e, rules)


def _barred(e: Evidence, rules: Rules) -> Decision | None:
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
    if min(e.n_test, e.n_reference) < rules.min_animals:
        reason = f"{e.n_test} and {e.n_reference} animals, fewer than {rules.min_animals} in a group"
        return Decision(Verdict.INCONCLUSIVE, 4, reason, "n")
    confounded = [*e.confounders, *(veto.name for veto in e.vetoes if not _lifted(veto, e, rules))]
    if confounded:
        reason = f"the groups differ in {listed(confounded)}, and the effect does not hold or cannot be shown to hold beside it"
        return Decision(Verdict.INCONCLUSIVE, 5, reason, f"confounded: {', '.join(confounded)}")
    return None


def _undetected(e: Evidence, rules: Rules) -> str:
    """Row 3: say that too little of what is tested is expressed, or nothing."""
    if (e.claim.kind == "intersection" and e.members) or e.presence == "absent":  # judged by their own rows
        return ""
    detected, n_genes = e.found.share_detected, e.found.n_genes
    if not detected >= rules.share_detected:
        share = "an unknown share" if np.isnan(detected) else f"{100 * detected:.0f} %"
        return f"{share} of the tested genes are expressed, below {100 * rules.share_detected:.0f} %"
    if n_genes is not None and n_genes < rules.min_set_genes:
        return f"{n_genes} genes are left to test, fewer than {rules.min_set_genes}"
    return ""


def _lifted(veto: FiredVeto, e: Evidence, rules: Rules) -> bool:
    """Row 5: whether the claim holds in every rerun that a veto asks for."""

    def holds(rerun: Conclusion) -> bool:
        if e.claim.kind in ("equivalence", "specificity"):
            return inside(rerun.bounds, e.claim.threshold)
        if e.claim.kind == "noninferiority":
            return _side(rerun.bounds, e) == _side(e.found.bounds, e) != ""
        kept, effect = rules.veto_effect_kept * abs(e.effect), rerun.judged.effect
        return effect * e.effect > 0 and abs(effect) >= kept

    return bool(veto.reruns) and all(holds(rerun) for rerun in veto.reruns)


@dataclass(frozen=True)
class _Standing:
    """What other specifications say: `broken` bars any support, `weakened` bars full support."""

    broken: tuple[str, ...]
    weakened: tuple[str, ...]


def _standing(e: Evidence, rules: Rules) -> _Standing:
    """Compare the claim with the test that decides with it, the strip run, the runs without one animal, and all others."""
    broken: list[str] = []
    weakened: list[str] = []
    if not e.found.tests_agree:
        broken.append("the tests disagree")
    if e.stripped is not None and not e.stripped.effect * e.effect > 0:
        broken.append("the sign does not hold without the genes of contaminating tissue")
    left_out = e.leave_one_out or {}
    if e.leave_one_out is not None and len(left_out) < e.n_test + e.n_reference:
        broken.append("runs without one animal are missing")
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
    if towards > 0 and e.p_predicted <= rules.alpha and not standing.broken and not unmet:
        shortfalls = [*small, *standing.weakened]
        if not shortfalls:
            return Decision(Verdict.SUPPORTED, 6, "significant, large enough and robust")
        return Decision(Verdict.WEAK, 7, "significant, but " + "; ".join(shortfalls))
    opposite = towards < 0 and e.p_opposite <= rules.alpha
    if opposite and not small and not standing.broken and not standing.weakened:
        return Decision(Verdict.CONTRADICTED, 8, "significant in the opposite direction, large enough and robust")
    if inside(e.found.bounds, e.claim.threshold):
        return Decision(Verdict.NOT_SUPPORTED, 9, f"a change of {e.claim.threshold:g} or more is excluded")
    if towards > 0 and e.p_predicted <= rules.alpha:
        reasons = ["significant", *standing.broken, *unmet]
    elif towards < 0 and e.p_opposite <= rules.alpha:
        reasons = ["significant in the opposite direction", *small, *standing.broken, *standing.weakened]
    else:
        reasons = ["no change that holds after correction"]
    return _open(e, rules, reasons)


def _equivalence(e: Evidence, rules: Rules) -> Decision:
    """Rows 6 to 11 of a claim that something does not change (two one-sided tests; Schuirmann 1987)."""
    if e.presence == "absent":
        return Decision(Verdict.CONTRADICTED, 8, "not expressed in the reference group")
    reasons = ["it is not certain to be expressed"] if e.presence == "uncertain" else []
    if inside(e.found.bounds, e.claim.threshold) and not reasons and e.k >= rules.k_weak:
        return _within_margin(e, rules, f"a change of {e.claim.threshold:g} or more is excluded", "")
    low, high = e.found.judged.ci95
    outside = low > e.claim.threshold or high < -e.claim.threshold
    if outside and e.p_opposite <= rules.alpha and e.k >= rules.k_supported:
        return Decision(Verdict.CONTRADICTED, 8, f"the change exceeds {e.claim.threshold:g}")
    return _open(e, rules, reasons or [f"the interval crosses a margin of {e.claim.threshold:g}"])


def _noninferiority(e: Evidence, rules: Rules) -> Decision:
    """Rows 6 to 11 of a claim that something does not fall, or does not rise."""
    side, (low, high) = _side(e.found.bounds, e), e.found.bounds
    if side == "kept" and e.k >= rules.k_weak:
        bound = low if e.claim.direction > 0 else -high
        changed = bound > 0 and e.claim.direction * e.effect >= e.claim.superiority
        word = ("higher" if e.claim.direction > 0 else "lower") if changed else "kept"
        return _within_margin(e, rules, f"a change of {e.claim.threshold:g} the other way is excluded", word)
    if side == "lost" and e.p_opposite <= rules.alpha and e.k >= rules.k_supported:
        return Decision(Verdict.CONTRADICTED, 8, f"the change the other way exceeds {e.claim.threshold:g}")
    return _open(e, rules, [f"the interval includes a change of {e.claim.threshold:g} the other way"])


def _within_margin(e: Evidence, rules: Rules, reason: str, qualifier: str) -> Decision:
    """Support, weaker where only the correction for many claims or a fifth of the specifications is against it."""
    against = []
    if not e.p_predicted <= rules.alpha:
        against.append("not significant after correction for all claims")
    if e.k < rules.k_supported:
        against.append(f"k = {e.k:.2f} is below {rules.k_supported:.2f}")
    if against:
        return Decision(Verdict.WEAK, 7, "; but ".join([reason, "; ".join(against)]), qualifier)
    return Decision(Verdict.SUPPORTED, 6, reason, qualifier)


def _of_members(e: Evidence, rules: Rules) -> Decision:
    """Rows 6 to 11 of a claim that several claims all hold (intersection-union test; Berger 1982)."""
    verdicts = [member.decision.verdict for member in e.members]
    worst = next(verdict for verdict in _WORST_FIRST if verdict in verdicts)
    decisive = [member for member in e.members if member.decision.verdict is worst]
    if worst in (Verdict.SUPPORTED, Verdict.WEAK) and not e.p_predicted <= rules.alpha:
        return _open(e, rules, ["no change that holds after correction in all members together"])
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
    open_controls = [f"a change of {listed(moving)} is not excluded"] if moving else []
    return _open(e, rules, [*open_controls, members])


def _open(e: Evidence, rules: Rules, reasons: list[str]) -> Decision:
    """Rows 10 and 11: nothing is decided, and whether more animals could have decided it."""
    reason = "; ".join(reasons)
    if e.found.mde > rules.underpowered_ratio * e.claim.threshold:
        return Decision(Verdict.INCONCLUSIVE, 10, reason, f"underpowered; MDE = {e.found.mde:.2f}")
    return Decision(Verdict.INCONCLUSIVE, 11, reason)


def _side(interval: Interval, e: Evidence) -> str:
    """Say on which side of the margin an interval lies: kept, lost, or nothing if it includes it."""
    low, high = interval if e.claim.direction > 0 else (-interval[1], -interval[0])
    if low > -e.claim.threshold:
        return "kept"
    return "lost" if high < -e.claim.threshold else ""
