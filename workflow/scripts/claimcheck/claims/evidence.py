"""What a verdict depends on, and what a verdict is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.claims.model import NAN, Claim, Rules, Veto
from claimcheck.core.errors import StudyError

Interval = tuple[float, float]
NO_INTERVAL: Interval = (NAN, NAN)


class Verdict(StrEnum):
    """What is concluded about a claim."""

    SUPPORTED = "supported"
    WEAK = "weakly supported"
    INCONCLUSIVE = "inconclusive"
    NOT_SUPPORTED = "not supported"
    CONTRADICTED = "contradicted"
    NOT_TESTABLE = "not testable"
    NONE = "no verdict"


@dataclass(frozen=True)
class Decision:
    """A verdict, the rule of the table that gave it (0 = none), and why; the qualifier follows the verdict in parentheses."""

    verdict: Verdict
    rule: int
    reason: str
    qualifier: str = ""

    @property
    def text(self) -> str:
        """The verdict as it is printed."""
        return f"{self.verdict} ({self.qualifier})" if self.qualifier else str(self.verdict)


@dataclass(frozen=True)
class Rerun:
    """The claim's effect in an analysis that accounts for a composition difference; NaN where it could not be made."""

    name: str
    effect: float = NAN
    ci90: Interval = NO_INTERVAL


@dataclass(frozen=True)
class FiredVeto:
    """A veto whose panels differ between the groups, and all the reruns that it asks for."""

    name: str
    reruns: tuple[Rerun, ...] = ()


@dataclass(frozen=True)
class LeftOut:
    """The claim's effect without one sample, and its unadjusted one-sided p-value in the direction of the whole run's effect."""

    sample: str
    effect: float
    p_value: float


@dataclass(frozen=True)
class Condition:
    """A further condition of support that the claim names, such as companions that move as well."""

    name: str
    met: bool


@dataclass(frozen=True)
class Member:
    """A claim that another one is decided by, with its verdict and effect."""

    claim: str
    decision: Decision
    effect: float = NAN


@dataclass(frozen=True)
class Control:
    """A control set of a claim of specificity; a rival contradicts it by moving as far as the members do."""

    name: str
    effect: float = NAN
    ci90: Interval = NO_INTERVAL
    rival: bool = True


@dataclass(frozen=True)
class Evidence:
    """Everything that the verdict on one claim depends on; NaN = could not be computed, which never supports anything.

    Effects, intervals, thresholds and the minimum detectable effect are log2 test / reference.

    Attributes:
        kind, direction, sesoi, superiority, at_least: as the claim states them; sesoi is its threshold or margin without sign.
        n_test, n_reference: animals.
        effect, ci95, ci90: of a gene the unshrunken fold change, of a set the difference of its mean scores. Of several sources,
            models or controls, those that decide, with as ci90 the hull of all.
        p_predicted: adjusted by Holm: one-sided in the claim's direction, two-sided where it states none, of the larger of rotation
            and CAMERA for sets, against the margins for equivalence and noninferiority.
        p_opposite: the same in the other direction, or beyond the margin; of specificity, that a rival moves as the members do.
        mde: minimum detectable effect.
        share_detected: share of the tested genes that are expressed; of a single gene 1 or 0.
        n_genes: genes of the smallest deciding set after filtering; None where single genes decide.
        design_problem: why the design cannot answer the claim, or nothing.
        vetoes: those that fired.
        tests_agree: rotation and CAMERA give the same direction at the level of the test; of a gene, the moderated t-test and the
            Wald test where they are compared, else True.
        strip_effect: effect without the genes of contaminating tissue; None where single genes decide.
        leave_one_out: one run without each animal.
        k: share of the specifications that agree.
        conditions: further conditions of support.
        presence: present, absent or uncertain, of an equivalence claim that asks for it; else nothing.
        members, controls: of intersection and specificity.
        model: name of the model that the evidence stands for, where the claim has several.
    """

    kind: str
    direction: int
    sesoi: float
    n_test: int
    n_reference: int
    effect: float = NAN
    ci95: Interval = NO_INTERVAL
    ci90: Interval = NO_INTERVAL
    p_predicted: float = NAN
    p_opposite: float = NAN
    mde: float = NAN
    share_detected: float = NAN
    n_genes: int | None = 0
    design_problem: str = ""
    vetoes: tuple[FiredVeto, ...] = ()
    tests_agree: bool = False
    strip_effect: float | None = NAN
    leave_one_out: tuple[LeftOut, ...] = ()
    k: float = NAN
    conditions: tuple[Condition, ...] = ()
    superiority: float = NAN
    presence: str = ""
    at_least: int = 1
    members: tuple[Member, ...] = ()
    controls: tuple[Control, ...] = ()
    model: str = ""
    why: str = ""


def evidence_of(claim: Claim, **measured: Any) -> Evidence:
    """Put together what a claim states and what was measured.

    Args:
        claim: from the register.
        measured: the other attributes of `Evidence`.
    """
    return Evidence(
        kind=claim.kind,
        direction=claim.direction,
        sesoi=claim.threshold,
        superiority=claim.superiority,
        at_least=claim.at_least,
        why=claim.why,
        **measured,
    )


def fired_panels(veto: Veto, composition: pd.DataFrame) -> list[str]:
    """Name the panels of a veto that differ between the groups by any of its criteria.

    Args:
        veto: from the register.
        composition: panel, log2_ratio (test / reference), standardised_difference, p_t.

    Raises:
        StudyError: a panel was not measured.
    """
    criteria = ["standardised_difference", "log2_ratio", "p_t"]
    measured = dict(zip(composition["panel"], composition[criteria].to_numpy(dtype=float), strict=True))
    missing = [panel for panel in veto.panels if panel not in measured]
    if missing:
        raise StudyError(
            f"the veto {veto.name} looks at {missing[0]}, whose expression was not compared between the groups",
            where="results/quality/composition_groups.tsv",
            expected="a row for every panel of a veto",
            remedy=f"add {missing[0]} to quality.panels in config/config.yaml",
        )

    def differs(difference: float, log2_ratio: float, p_value: float) -> bool:
        return (
            abs(difference) >= veto.fires.get("standardised_difference", np.inf)
            or abs(log2_ratio) >= veto.fires.get("log2_ratio", np.inf)
            or p_value < veto.fires.get("p_value", 0.0)
        )

    return [panel for panel in veto.panels if differs(*measured[panel])]


def share_that_agrees(evidence: Evidence, specifications: pd.DataFrame, rules: Rules) -> float:
    """Compute k, the share of specifications that agree with the primary one; those without a result do not.

    A specification agrees if its effect has the same sign and at least `k_effect_share` of the threshold; of equivalence, if its
    interval lies within the margins; of noninferiority, if it excludes the margin.

    Args:
        evidence: of the primary analysis.
        specifications: one row each, columns effect, ci90_low, ci90_high.
        rules: the numbers of the verdict table.

    Returns:
        0 to 1; NaN without specifications.
    """
    if specifications.empty:
        return NAN
    effect, low, high = (specifications[name] for name in ("effect", "ci90_low", "ci90_high"))
    if evidence.kind == "equivalence":
        agrees = (low > -evidence.sesoi) & (high < evidence.sesoi)
    elif evidence.kind == "noninferiority":
        agrees = low > -evidence.sesoi if evidence.direction > 0 else high < evidence.sesoi
    else:
        agrees = (effect * evidence.effect > 0) & (effect.abs() >= rules.k_effect_share * evidence.sesoi)
    return float(agrees.mean())


def blocking_premises(claim: Claim, outcomes: dict[str, str]) -> str:
    """Say why a claim cannot be tested in this design because a premise that it needs is contradicted, or nothing.

    Args:
        claim: from the register.
        outcomes: confirmed, unconfirmed or contradicted for every quality claim, by id; absent = contradicted.
    """
    failed = [name for name in claim.needs if outcomes.get(name, "contradicted") == "contradicted"]
    return f"the premise {' and '.join(failed)} does not hold" if failed else ""
