"""Would the primary analysis alone support a claim: what negative controls ask of every draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from claimcheck.claims.evidence import Conclusion, Decision, Evidence, Member, Verdict
from claimcheck.claims.model import CAMERA, CHANGED, DECIDING, ROTATION, SCORE, Claim, Register
from claimcheck.claims.procedure import adjust_claims
from claimcheck.claims.tests import Data
from claimcheck.claims.verdicts import decide
from claimcheck.core.estimates import Estimate

_ENOUGH = 99
"""Animals a group that no rule finds too few."""


@dataclass
class Draws:
    """What a negative control found.

    Attributes:
        control: its name.
        note: how it was drawn.
        supported: of each claim, whether each draw supports it.
        rows: of each draw and deciding run: claim, run, draw, effect, p-values of rotation, CAMERA and score.
        correlations: of each claim, the inter-gene correlation that was to be matched, and the one that was reached.
    """

    control: str
    note: str
    supported: dict[str, list[bool]] = field(default_factory=dict)
    rows: list[tuple[str, str, int, float, float, float, float]] = field(default_factory=list)
    correlations: dict[str, tuple[float, float]] = field(default_factory=dict)

    def add_row(self, claim: Claim, run: str, draw: int, estimate: Estimate) -> None:
        """Keep the effect and the p-values in the claim's direction, two-sided where it has none."""
        rotation, camera, score = (estimate.p[test].towards(claim.direction) for test in (ROTATION, CAMERA, SCORE))
        self.rows.append((claim.id, run, draw, estimate.effect, rotation, camera, score))


def decide_alone(register: Register, found: Mapping[str, Conclusion]) -> dict[str, Decision]:
    """Decide every claim by the primary analysis alone, what else it asks for taken as met; members before what they decide."""
    decisions: dict[str, Decision] = {}
    adjusted = adjust_claims(register, found)
    for name in sorted(found, key=lambda name: bool(register.claims[name].members)):
        claim = register.claims[name]
        members = tuple(Member(one, decisions[one], found[one].judged) for one in claim.members)
        evidence = replace(alone(claim, found[name]).adjusted(adjusted[name]), members=members)
        decisions[name] = decide(evidence, register.rules)
    return decisions


def claims_change(claim: Claim, decision: Decision) -> bool:
    """Say whether a decision says that something changes, which is false where nothing does."""
    if claim.margins:
        return decision.verdict is Verdict.CONTRADICTED or decision.qualifier == CHANGED.get(claim.direction)
    return decision.verdict in (Verdict.SUPPORTED, Verdict.CONTRADICTED)


def alone(claim: Claim, one: Conclusion) -> Evidence:
    """Put together the evidence of the primary analysis, with all else that support asks for, but for the adjusted p-values."""
    return Evidence(
        claim,
        n_test=_ENOUGH,
        n_reference=_ENOUGH,
        found=replace(one, share_detected=1.0),
        stripped=None,
        leave_one_out=None,
        k=1.0,
        taken_as_met=True,
    )


def is_supported(register: Register, claim: Claim, one: Conclusion, level: float) -> bool:
    """Say whether the primary analysis alone would call a claim supported that is tested at a level of its own."""
    if not one.p_predicted <= level:
        return False
    evidence = replace(alone(claim, one), p_predicted=one.p_predicted)
    return decide(evidence, register.rules).verdict is Verdict.SUPPORTED


def deciding_runs(data: Data, claim: Claim) -> list[tuple[str, pd.DataFrame]]:
    """List the deciding runs of a claim in its variant, with their genes and weights."""
    own = data.planned[
        (data.planned["claim"] == claim.id)
        & (data.planned["role"] == DECIDING)
        & (data.planned["variant"] == claim.variant)
        & (data.planned["weight"] != 0)
    ]
    return [(str(run), rows) for run, rows in own.groupby("run", sort=False)]
