"""The claims register as data: what is predicted, with which tests, and the numbers that decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from claimcheck.core.standards import Levels

NAN = float("nan")
INFINITE = float("inf")

UNCONFIRMATORY = ("quality", "not_testable", "exploratory")
"""Kinds outside the family of tests that p-values are adjusted for."""

DECIDING, COMPANION, CONTROL, SENSITIVITY, SHOWN = "deciding", "companion", "control", "sensitivity", "shown"
"""What a test is for: only deciding, companion and control tests carry a verdict, a sensitivity run can weaken it."""


@dataclass(frozen=True)
class Part:
    """A set, or genes by id, that enter a composite with weight 1 or -1."""

    weight: int
    set: str = ""
    genes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SetTest:
    """A test of a composite of sets: its name within the claim, what it is for, and its genes."""

    run: str
    role: str
    parts: tuple[Part, ...]
    removed: tuple[str, ...] = ()
    zero_weight: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The sets that it weighs, with their signs; genes without a set are counted."""
        signed = "".join(
            f" {'+' if part.weight > 0 else '-'} {part.set or f'{len(part.genes)} genes'}" for part in self.parts
        )
        return signed.removeprefix(" + ").strip()


@dataclass(frozen=True)
class GeneTest:
    """A gene that a claim looks at; `direction` is +1, -1, or 0 for either."""

    gene_id: str
    symbol: str
    role: str
    direction: int
    model: str = ""


@dataclass(frozen=True)
class Claim:
    """One claim, completed with defaults.

    Attributes:
        direction: +1 higher in the test group, -1 lower, 0 either; of noninferiority the side that stays open; +1 where models
            decide, whose effects are taken in the direction that the model says.
        threshold: smallest effect of interest or margin, log2, without sign; NaN where other claims decide.
        superiority: effect from which a kept programme counts as changed, without sign; NaN if there is none.
        needs: quality claims without which it is not testable.
        members: claims that decide it; `at_least` says how many of these, or of the deciding tests, must hold.
        companions_at_least, leading_edge, leading_edge_at_least: further conditions of support.
        companions_threshold: change that companions must reach, with its sign; NaN where it is that of the claim.
        rivals: control runs that can contradict a claim of specificity.
    """

    id: str
    kind: str
    statement: str
    about: tuple[str, ...] = ()
    notes: str = ""
    label: str = ""
    best_grade: str = ""
    needs: tuple[str, ...] = ()
    vetoes: tuple[str, ...] = ()
    covariate: tuple[str, ...] = ()
    variant: str = "full"
    direction: int = 0
    threshold: float = NAN
    superiority: float = NAN
    sets: tuple[SetTest, ...] = ()
    genes: tuple[GeneTest, ...] = ()
    members: tuple[str, ...] = ()
    at_least: int = 1
    companions_at_least: int = 0
    companions_threshold: float = NAN
    leading_edge: tuple[str, ...] = ()
    leading_edge_at_least: int = 0
    rivals: tuple[str, ...] = ()
    presence: Mapping[str, float] = field(default_factory=dict)
    question: str = ""
    why: str = ""
    assay: str = ""
    proxy_claims: tuple[str, ...] = ()

    @property
    def margins(self) -> tuple[float, float] | None:
        """Interval in which the effect is claimed to lie, with an end at infinity where one side stays open; None of a change."""
        if self.kind == "equivalence":
            return -self.threshold, self.threshold
        if self.kind == "noninferiority":
            return (-self.threshold, INFINITE) if self.direction > 0 else (-INFINITE, self.threshold)
        return None

    @property
    def confirmatory(self) -> bool:
        """Whether the claim belongs to the family that p-values are adjusted for."""
        return self.kind not in UNCONFIRMATORY


@dataclass(frozen=True)
class Veto:
    """Panels that may explain an effect, when they count as different, and the reruns in which the effect must hold.

    Where the p-value of the panels' score between the groups is below `inseparable`, no model can tell the panels' effect from the
    condition's.
    """

    name: str
    panels: tuple[str, ...]
    fires: Mapping[str, float]
    reruns: tuple[str, ...]
    inseparable: float = 0.0


@dataclass(frozen=True)
class Rules:
    """The numbers of the verdict table; config/claims.yaml explains each."""

    alpha: float
    min_animals: int
    min_set_genes: int
    share_detected: float
    detected_counts: float
    leave_one_out_p: float
    leave_one_out_lost: int
    k_supported: float
    k_weak: float
    k_effect_share: float
    veto_effect_kept: float
    veto_animals: int
    underpowered_ratio: float


@dataclass(frozen=True)
class Tests:
    """The numbers of the tests and of their intervals; config/claims.yaml explains each."""

    rotations: int
    seed: int
    least_correlation: float
    interval: float
    equivalence_interval: float
    power: float
    few_residual_df: int
    score_animals: int

    @property
    def levels(self) -> Levels:
        """Levels of the intervals and of the minimum detectable effect."""
        return Levels(self.interval, self.equivalence_interval, self.power)


@dataclass(frozen=True)
class Register:
    """A study's claims and the numbers that decide them.

    Attributes:
        claims: by id, in the order of the file.
        primary: the section `primary` of the file, completed with defaults.
        digest: SHA-256 of the content: comments, order of keys and layout do not change it, any value does.
        file_digest: SHA-256 of the file.
    """

    title: str
    publication: str
    statements: Mapping[str, str]
    claims: Mapping[str, Claim]
    vetoes: Mapping[str, Veto]
    rules: Rules
    tests: Tests
    primary: Mapping[str, Any]
    lead: tuple[str, ...]
    artefacts: Mapping[str, Any]
    digest: str
    file_digest: str

    def alternatives(self, axis: str) -> tuple[Any, ...]:
        """Return what is also done otherwise on an axis of the section `primary.alternatives`."""
        return tuple(self.primary["alternatives"].get(axis, ()))

    @property
    def confirmatory(self) -> tuple[str, ...]:
        """Ids of the claims whose p-values are adjusted together, in order."""
        return tuple(claim.id for claim in self.claims.values() if claim.confirmatory)
