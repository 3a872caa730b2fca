"""Would the primary analysis alone support a claim: what negative controls ask of every draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from claimcheck.claims.evidence import Conclusion, Decision, Evidence, Member, Verdict
from claimcheck.claims.model import DECIDING, Claim, Register
from claimcheck.claims.procedure import Floats
from claimcheck.claims.tests import CAMERA, ROTATION, SCORE, Data
from claimcheck.claims.verdicts import decide
from claimcheck.core.estimates import NAN, Estimate

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


def holm_among(p_values: Floats, others: Floats) -> Floats:
    """Adjust each of several p-values as if it alone stood in a family with others (Holm 1979).

    Args:
        p_values: (draws,).
        others: (claims - 1,); NaN = not tested.
    """
    rest = np.sort(np.nan_to_num(others, nan=1.0))
    size = len(rest) + 1
    before = np.maximum.accumulate(np.append(0.0, (size - np.arange(len(rest))) * rest))
    rank = np.searchsorted(rest, p_values)
    return np.asarray(np.minimum(np.maximum(before[rank], (size - rank) * p_values), 1.0))


def decide_alone(register: Register, found: Mapping[str, Conclusion], adjusted: Mapping[str, float]) -> dict[str, bool]:
    """Say of every claim whether the primary analysis alone would call it supported."""
    nothing = dict.fromkeys(found, NAN)
    verdicts = verdicts_alone(register, found, adjusted, nothing)
    return {name: verdict is Verdict.SUPPORTED for name, verdict in verdicts.items()}


def verdicts_alone(
    register: Register, found: Mapping[str, Conclusion], adjusted: Mapping[str, float], opposite: Mapping[str, float]
) -> dict[str, Verdict]:
    """Give the verdict of the primary analysis alone on every claim; members before what they decide.

    Args:
        register: the claims register.
        found: conclusions by claim.
        adjusted, opposite: adjusted p-values by claim, as claimed and the other way; NaN never decides.
    """
    decisions: dict[str, Decision] = {}
    for name in sorted(found, key=lambda name: bool(register.claims[name].members)):
        claim = register.claims[name]
        members = tuple(Member(one, decisions[one], found[one].judged) for one in claim.members)
        evidence = replace(alone(claim, found[name], adjusted[name]), p_opposite=opposite[name], members=members)
        decisions[name] = decide(evidence, register.rules)
    return {name: decision.verdict for name, decision in decisions.items()}


def alone(claim: Claim, one: Conclusion, p_holm: float) -> Evidence:
    """Put together the evidence of the primary analysis, with all else that support asks for."""
    return Evidence(
        claim,
        n_test=_ENOUGH,
        n_reference=_ENOUGH,
        found=replace(one, share_detected=1.0),
        p_predicted=p_holm,
        stripped=None,
        leave_one_out=None,
        k=1.0,
    )


def is_supported(register: Register, claim: Claim, one: Conclusion, p_holm: float) -> bool:
    """Say whether the primary analysis alone would call a claim without members supported."""
    return decide(alone(claim, one, p_holm), register.rules).verdict is Verdict.SUPPORTED


def deciding_runs(data: Data, claim: Claim) -> list[tuple[str, pd.DataFrame]]:
    """List the deciding runs of a claim in its variant, with their genes and weights."""
    own = data.planned[
        (data.planned["claim"] == claim.id)
        & (data.planned["role"] == DECIDING)
        & (data.planned["variant"] == claim.variant)
        & (data.planned["weight"] != 0)
    ]
    return [(str(run), rows) for run, rows in own.groupby("run", sort=False)]
