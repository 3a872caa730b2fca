"""From the tests of one analysis to what it says of each claim: the estimate that stands for it, and its p-values."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from claimcheck.claims.combining import combine_models, combine_sources, largest, partial_conjunction
from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.model import CAMERA, CONTROL, DECIDING, MODERATED, ROTATION, WALD, Claim, Register, Rules
from claimcheck.claims.tests import Measured
from claimcheck.core.estimates import NAN, NO_ESTIMATE, NO_P, Estimate, Sides, hull


def conclude(register: Register, measured: Measured, *, variant: str = "") -> dict[str, Conclusion]:
    """Say what one analysis finds for every confirmatory claim.

    Args:
        register: the claims register.
        measured: the tests of the analysis.
        variant: of the sets; empty = the one that each claim says.
    """
    found: dict[str, Conclusion] = {}
    claims = [register.claims[name] for name in register.confirmatory]
    for claim in sorted(claims, key=lambda claim: bool(claim.members)):  # members come before what they decide
        found[claim.id] = _of_claim(claim, measured, variant or claim.variant, found, register.rules)
    return {name: found[name] for name in register.confirmatory}


def of_set(claim: Claim, estimate: Estimate | None, rules: Rules) -> Conclusion:
    """Conclude from one set by the rotation test; CAMERA must say that other genes of the genome do not move as much."""
    if estimate is None:
        return Conclusion()
    among_all = estimate.p[CAMERA].towards(0 if claim.direction == 0 else 1 if estimate.effect > 0 else -1)
    objection = f"other genes of the genome move as much ({CAMERA} p = {among_all:.2g})" * (
        not among_all <= rules.camera_p
    )
    return _single(
        claim,
        estimate,
        estimate.p[ROTATION],
        test=ROTATION,
        objection=objection,
        n_genes=estimate.n_genes,
        share_detected=estimate.share_detected,
    )


def of_gene(claim: Claim, estimate: Estimate | None, rules: Rules) -> Conclusion:
    """Conclude from one gene by its Wald test, with few residual degrees of freedom together with the moderated t-test."""
    if estimate is None:
        return Conclusion(n_genes=None)
    both = "" if np.isnan(estimate.p.get(MODERATED, NO_P).up) else f" and {MODERATED}"
    return _single(claim, estimate, estimate.p[WALD], test=f"{WALD}{both}", n_genes=None, share_detected=NAN)


def _of_claim(
    claim: Claim, measured: Measured, variant: str, found: Mapping[str, Conclusion], rules: Rules
) -> Conclusion:
    deciding = [test for test in claim.sets if test.role == DECIDING]
    if claim.kind == "specificity":
        return _of_controls(claim, measured, variant, found, rules)
    if claim.members:
        return _of_members(claim, found)
    if claim.kind == "multi_source":
        return _of_sources(claim, measured, variant, rules)
    if deciding:
        return of_set(claim, measured.of_set(claim, deciding[0], variant), rules)
    genes = [gene for gene in claim.genes if gene.role == DECIDING]
    if any(gene.model for gene in genes):
        return combine_models([(gene, measured.of_gene(gene) or _UNTESTED) for gene in genes], WALD)
    return of_gene(claim, measured.of_gene(genes[0]), rules)


_UNTESTED = Estimate(p={WALD: NO_P})


def _single(claim: Claim, estimate: Estimate, p: Sides, **more: Any) -> Conclusion:
    """Conclude from one estimate and the p-values that count."""
    changed = NAN
    towards, away = p.towards(claim.direction), p.towards(-claim.direction)
    if claim.margins:
        low, high = claim.margins
        towards, changed = estimate.within(low, high), p.towards(claim.direction)
        outside = [estimate.beyond(end, side) for end, side in ((low, -1), (high, 1)) if np.isfinite(end)]
        away = min(1.0, len(outside) * min(outside))
    elif claim.direction == 0:
        away = NAN
    smaller = NAN if claim.margins else estimate.within(*claim.too_small)
    return Conclusion(
        estimate,
        estimate,
        estimate.ci90,
        p_predicted=towards,
        p_opposite=away,
        p_smaller=smaller,
        p_changed=changed,
        p=p,
        mde=estimate.mde,
        **more,
    )


def _of_sources(claim: Claim, measured: Measured, variant: str, rules: Rules) -> Conclusion:
    """Combine several sources; one with too few genes left or expressed counts as not tested."""
    every = [
        of_set(claim, measured.of_set(claim, test, variant), rules) for test in claim.sets if test.role == DECIDING
    ]

    def enough(one: Conclusion) -> bool:
        return one.share_detected >= rules.share_detected and (one.n_genes or 0) >= rules.min_set_genes

    tested = [one for one in every if enough(one)]
    both = combine_sources(
        [one if enough(one) else Conclusion() for one in every], at_least=claim.at_least, direction=claim.direction
    )
    best_first = sorted(every, key=lambda one: (one.share_detected, one.n_genes or 0), reverse=True)
    # What is there says whether too few were tested for want of expression or of sources.
    counted = best_first[min(claim.at_least, len(every)) - 1 if len(tested) >= claim.at_least else 0]
    objecting = [one.objection for one in tested if one.judged.of == both.judged.of and one.objection]
    return replace(
        both,
        n_genes=counted.n_genes,
        share_detected=counted.share_detected,
        test=ROTATION,
        objection="; ".join(objecting),
    )


def _of_members(claim: Claim, found: Mapping[str, Conclusion]) -> Conclusion:
    """All members must hold: the one with the largest p-value stands for them."""
    members = [found[name] for name in claim.members]
    tested = [one for one in members if not np.isnan(one.p_predicted)]
    weakest = max(tested, key=_p_predicted) if tested else members[0]
    return replace(
        weakest,
        estimate=weakest.estimate if len(tested) == len(members) else NO_ESTIMATE,
        p_predicted=largest(*map(_p_predicted, members)),
        p_opposite=NAN,
        p_smaller=NAN,
        mde=largest(*(member.mde for member in members)),
        share_detected=NAN,
        objection="; ".join(member.objection for member in members if member.objection),
    )


def _of_controls(
    claim: Claim, measured: Measured, variant: str, found: Mapping[str, Conclusion], rules: Rules
) -> Conclusion:
    """Members must move and controls stay: of these tests the one with the largest p-value stands for the claim."""
    members = [found[name] for name in claim.members]
    moving = partial_conjunction([*map(_p_predicted, members)], claim.at_least)
    moved = sorted((one for one in members if not np.isnan(one.p_predicted)), key=_p_predicted)
    controls = {
        test.run: of_set(claim, measured.of_set(claim, test, variant), rules)
        for test in claim.sets
        if test.role == CONTROL
    }
    tests = [
        Conclusion() if np.isnan(moving) else replace(moved[claim.at_least - 1], p_predicted=moving),
        *(
            replace(one, p_predicted=one.estimate.within(-claim.threshold, claim.threshold))
            for one in controls.values()
        ),
    ]
    p_predicted = largest(*map(_p_predicted, tests))
    rivals = [controls[name].p.towards(claim.direction) for name in claim.rivals if name in controls]
    return replace(
        Conclusion() if np.isnan(p_predicted) else max(tests, key=_p_predicted),
        bounds=hull([one.bounds for one in controls.values()]),
        p_predicted=p_predicted,
        p_opposite=min(1.0, len(rivals) * float(np.min(rivals))) if rivals else NAN,
        p_smaller=NAN,
        mde=largest(*(one.mde for one in controls.values())),
        n_genes=min(one.n_genes or 0 for one in controls.values()),
        share_detected=float(np.min([one.share_detected for one in controls.values()])),
        controls=tuple(replace(one.estimate, of=name) for name, one in controls.items()),
    )


def _p_predicted(one: Conclusion) -> float:
    return one.p_predicted
