"""What a verdict depends on, and what a verdict is."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from claimcheck.claims.model import Claim
from claimcheck.core.distributions import normal_isf, normal_sf, student_ppf
from claimcheck.core.estimates import NAN, NO_ESTIMATE, NO_INTERVAL, NO_P, Estimate, Interval, Sides

_SMALLEST_P = 1e-12
"""Below it a p-value says no more of a standard error."""


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
        p_predicted, p_opposite, p_smaller: before the procedure for all claims, as the kind of claim defines them: that it holds,
            that the opposite does, and that any change is smaller than claimed.
        p_changed: of noninferiority, that there is a change in the direction that is open.
        p: before the adjustment, of an effect above zero, below it, and either; of several as their rule combines them.
        mde: the largest minimum detectable effect of all that have to be found, or shown to be absent.
        n_genes: genes of the smallest deciding set; None where single genes decide.
        share_detected: share of the planned genes that are expressed, of several sets the smallest.
        test: that the p-values are of, in words.
        objection: what another test that must agree says against the effect, in words; empty if it agrees.
        model: that decides, where there are several.
        controls: of a claim of specificity.
    """

    estimate: Estimate = NO_ESTIMATE
    judged: Estimate = NO_ESTIMATE
    bounds: Interval = NO_INTERVAL
    p_predicted: float = NAN
    p_opposite: float = NAN
    p_smaller: float = NAN
    p_changed: float = NAN
    p: Sides = NO_P
    mde: float = NAN
    n_genes: int | None = 0
    share_detected: float = 0.0
    test: str = ""
    objection: str = ""
    model: str = ""
    controls: tuple[Estimate, ...] = ()


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a panel explains of an effect; NaN = cannot be told.

    Attributes:
        veto, panel: the other explanation, and what tells of it.
        difference: of the panel's mean log2 level, test - reference, covariates apart.
        p_value: of the difference, two-sided.
        effect: as it is.
        p: of the effect, by the test that decides.
        slope, slope_se: log2 change of what the effect is of with a doubling of the panel, within the groups.
        expected, expected_se: the same where something moves the panel that is not seen within the groups.
        within: float64, (residual df,), variation of the panel within the groups, in the coordinates of `limma.project`.
        unscaled_se: standard error of a difference between the groups at unit variance.
    """

    veto: str
    panel: str
    difference: float
    p_value: float
    effect: Estimate
    p: Sides
    slope: float
    slope_se: float
    expected: float
    expected_se: float
    within: NDArray[np.float64]
    unscaled_se: float

    @property
    def explained(self) -> float:
        """The part of the effect that the panel makes."""
        return float(self.explains(np.array([self.difference]))[0][0])

    @property
    def left(self) -> float:
        """The effect without that part."""
        return self.effect.effect - self.explained

    @property
    def left_ci90(self) -> Interval:
        """90 % interval of what is left."""
        se = np.hypot(self.effect.se, self.explains(np.array([self.difference]))[1][0])
        half = float(student_ppf(0.95, self.effect.df) * se)
        return self.left - half, self.left + half

    def explains(self, differences: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compute what differences of the panel make, and its standard error; each of as many as differences.

        Of a squared difference, its variance is what chance makes (method of moments): this part of the difference follows the
        slope within the groups, the rest the one that is expected.
        """
        by_chance = self.unscaled_se**2 * np.mean(self.within**2)
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.sqrt(np.maximum(1 - by_chance / differences**2, 0.0))
        beyond = np.where(differences == 0, 0.0, share * differences)
        rest = differences - beyond
        return self.slope * rest + self.expected * beyond, np.hypot(self.slope_se * rest, self.expected_se * beyond)

    def left_beyond(
        self, limit: float, side: int, p: float, difference: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Test that what is left lies above (side 1) or below (side -1) a limit; a one-sided p-value.

        The test that decides is taken to be normal with the standard error that its p-value implies, so that a panel that does not
        differ leaves this p-value as it is; the uncertainty of what the panel explains is added.

        Args:
            limit: log2.
            side: 1 or -1.
            p: of the effect, that it lies beyond the limit.
            difference: others in place of the panel's.

        Returns:
            As many as differences; NaN where p is.
        """
        explained, se = self.explains(np.atleast_1d(self.difference if difference is None else difference))
        deviate = normal_isf(np.clip(p, _SMALLEST_P, 1.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            own = side * (self.effect.effect - limit) / deviate
            reach = side * (self.effect.effect - explained - limit) / np.hypot(own, se)
        return np.where(deviate > 0, normal_sf(reach), np.where(np.isnan(p), np.nan, 1.0))


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


class Adjusted(NamedTuple):
    """p-values of a claim adjusted by the procedure, named as in `Conclusion`; `outside` as in `Evidence`."""

    p_predicted: float
    p_opposite: float
    p_smaller: float
    p_changed: float
    outside: bool


@dataclass(frozen=True)
class Evidence:
    """Everything that the verdict on one claim depends on; NaN = could not be computed, which never supports anything.

    Effects, intervals, thresholds and the minimum detectable effect are log2 test / reference.

    Attributes:
        n_test, n_reference: animals.
        smallest: animals of the smallest of all groups, of which an interaction has four; None where that is one of these.
        found: what the primary analysis says.
        p_predicted: adjusted by the procedure: one-sided in the claim's direction, two-sided where it states none, against the
            margins for equivalence and noninferiority.
        p_opposite: the same in the other direction, or beyond the margin; of specificity, that a rival moves as the members do.
        p_smaller: the same, that a change is smaller than claimed.
        p_changed: the same, of noninferiority, that there is a change in the direction that is open.
        outside: whether the claim has no share of the level, so that its p-values are unadjusted.
        design_problem: why the design cannot answer the claim, or nothing.
        confounders: columns of the sample sheet that no model can tell from the condition.
        explanations: what the panels of the claim's vetoes explain.
        beyond: the claim's set beside one that moves along, and that one beside the claim's; nothing if the claim names none.
        stripped: what is judged without the genes of contaminating tissue; None where single genes decide.
        leave_one_out: the run without each animal; None where these are not looked at.
        k: share of the specifications that agree.
        conditions: further conditions of support.
        presence: present, absent or uncertain, of an equivalence claim that asks for it; else nothing.
        members: of intersection and specificity.
        taken_as_met: whether what a claim asks for beside its test is taken as met, as negative controls do.
    """

    claim: Claim
    n_test: int
    n_reference: int
    found: Conclusion = Conclusion(share_detected=NAN)
    p_predicted: float = NAN
    p_opposite: float = NAN
    p_smaller: float = NAN
    p_changed: float = NAN
    outside: bool = False
    design_problem: str = ""
    confounders: tuple[str, ...] = ()
    explanations: tuple[Explanation, ...] = ()
    beyond: tuple[Estimate, ...] = ()
    stripped: Estimate | None = NO_ESTIMATE
    leave_one_out: Mapping[str, Conclusion] | None = field(default_factory=dict)
    k: float = NAN
    conditions: tuple[Condition, ...] = ()
    presence: str = ""
    members: tuple[Member, ...] = ()
    taken_as_met: bool = False
    smallest: int | None = None

    def adjusted(self, p: Adjusted) -> "Evidence":
        """Return the same with adjusted p-values."""
        return replace(
            self,
            p_predicted=p.p_predicted,
            p_opposite=p.p_opposite,
            p_smaller=p.p_smaller,
            p_changed=p.p_changed,
            outside=p.outside,
        )

    @property
    def effect(self) -> float:
        """The effect whose sign and size are judged."""
        return self.found.judged.effect


def blocking_premises(claim: Claim, outcomes: dict[str, str]) -> str:
    """Say why a claim cannot be tested in this design because a premise that it needs is contradicted, or nothing.

    Args:
        claim: from the register.
        outcomes: confirmed, unconfirmed or contradicted for every quality claim, by id; absent = contradicted.
    """
    failed = [name for name in claim.needs if outcomes.get(name, "contradicted") == "contradicted"]
    return f"the premise {' and '.join(failed)} does not hold" if failed else ""
