"""What a verdict depends on, and what a verdict is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd

from claimcheck.claims.model import Claim, Veto
from claimcheck.core.errors import StudyError
from claimcheck.core.estimates import NAN, NO_ESTIMATE, NO_INTERVAL, NO_P, Estimate, Interval, Sides


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
class Conclusion:
    """What one analysis says of a claim; NaN = it could not say.

    Where several sets, genes or claims decide together, their numbers stay apart: each field is of the one object that it names, or
    says over which it is taken.

    Attributes:
        estimate: of the object whose p-value the claim's is made from, which stands for the claim in tables; of nothing where a
            test is missing.
        judged: of the object whose sign and size are judged: of several that must move, that which moves least as claimed.
        bounds: the 90 % interval that equivalence is read from: that of `judged`, of several sources, models or controls the hull.
        p_predicted, p_opposite: before the adjustment for all claims, as the kind of claim defines them.
        p: before the adjustment, of an effect above zero, below it, and either; of several as their rule combines them.
        mde: the largest minimum detectable effect of all that have to be found, or shown to be absent.
        n_genes: genes of the smallest deciding set; None where single genes decide.
        share_detected: share of the planned genes that are expressed, of several sets the smallest.
        tests_agree: whether all tests that must agree find the effect's direction at the level of the test.
        model: that decides, where there are several.
        controls: of a claim of specificity.
    """

    estimate: Estimate = NO_ESTIMATE
    judged: Estimate = NO_ESTIMATE
    bounds: Interval = NO_INTERVAL
    p_predicted: float = NAN
    p_opposite: float = NAN
    p: Sides = NO_P
    mde: float = NAN
    n_genes: int | None = 0
    share_detected: float = 0.0
    tests_agree: bool = False
    model: str = ""
    controls: tuple[Estimate, ...] = ()


@dataclass(frozen=True)
class FiredVeto:
    """A veto whose panels differ between the groups, and what each rerun that it asks for concludes."""

    name: str
    reruns: tuple[Conclusion, ...] = ()


@dataclass(frozen=True)
class Condition:
    """A further condition of support that the claim names, such as companions that move as well."""

    name: str
    met: bool


@dataclass(frozen=True)
class Member:
    """A claim that another one is decided by, with its verdict and the effect that is judged."""

    claim: str
    decision: Decision
    estimate: Estimate = NO_ESTIMATE


@dataclass(frozen=True)
class Evidence:
    """Everything that the verdict on one claim depends on; NaN = could not be computed, which never supports anything.

    Effects, intervals, thresholds and the minimum detectable effect are log2 test / reference.

    Attributes:
        n_test, n_reference: animals.
        found: what the primary analysis says.
        p_predicted: adjusted by Holm: one-sided in the claim's direction, two-sided where it states none, of the larger of rotation
            and CAMERA for sets, against the margins for equivalence and noninferiority.
        p_opposite: the same in the other direction, or beyond the margin; of specificity, that a rival moves as the members do.
        design_problem: why the design cannot answer the claim, or nothing.
        confounders: columns of the sample sheet that no model can tell from the condition.
        vetoes: those that fired.
        stripped: what is judged without the genes of contaminating tissue; None where single genes decide.
        leave_one_out: the run without each animal; None where these are not looked at.
        k: share of the specifications that agree.
        conditions: further conditions of support.
        presence: present, absent or uncertain, of an equivalence claim that asks for it; else nothing.
        members: of intersection and specificity.
    """

    claim: Claim
    n_test: int
    n_reference: int
    found: Conclusion = Conclusion(share_detected=NAN)
    p_predicted: float = NAN
    p_opposite: float = NAN
    design_problem: str = ""
    confounders: tuple[str, ...] = ()
    vetoes: tuple[FiredVeto, ...] = ()
    stripped: Estimate | None = NO_ESTIMATE
    leave_one_out: Mapping[str, Conclusion] | None = field(default_factory=dict)
    k: float = NAN
    conditions: tuple[Condition, ...] = ()
    presence: str = ""
    members: tuple[Member, ...] = ()

    @property
    def effect(self) -> float:
        """The effect whose sign and size are judged."""
        return self.found.judged.effect


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


def blocking_premises(claim: Claim, outcomes: dict[str, str]) -> str:
    """Say why a claim cannot be tested in this design because a premise that it needs is contradicted, or nothing.

    Args:
        claim: from the register.
        outcomes: confirmed, unconfirmed or contradicted for every quality claim, by id; absent = contradicted.
    """
    failed = [name for name in claim.needs if outcomes.get(name, "contradicted") == "contradicted"]
    return f"the premise {' and '.join(failed)} does not hold" if failed else ""
