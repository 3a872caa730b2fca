"""The claims register as data: what is predicted, with which tests, and the numbers that decide."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from claimcheck.claims.graph import Graph
from claimcheck.core.standards import Levels

NAN = float("nan")
INFINITE = float("inf")

UNCONFIRMATORY = ("quality", "not_testable", "exploratory")
"""Kinds outside the family of tests that p-values are adjusted for."""

ROTATION, CAMERA, SCORE, WALD, MODERATED = "rotation", "CAMERA", "score", "Wald", "moderated t"
"""Tests of sets and of genes."""

THREE_PRIME_BIAS = "three_prime_bias"
"""In place of a panel: the bias of coverage towards the 3' end, as results/quality/libraries.tsv has it."""

LEFT_OUT = "leave one out"
"""Axis of the analyses without one sample each."""

NOT_KNOWN = "not known"
"""What is said where the power of a claim cannot be worked out."""

DECIDING, COMPANION, CONTROL, SENSITIVITY, SHOWN = "deciding", "companion", "control", "sensitivity", "shown"
"""What a test is for: only deciding, companion and control tests carry a verdict, a sensitivity run can weaken it."""


CHANGED = {1: "higher", -1: "lower"}
"""What a programme is called that is not only kept, by the claim's direction."""


def change_of(claim: str) -> str:
    """Name the node of the procedure that asks, of a claim of noninferiority that holds, whether there is a change beyond it."""
    return f"{claim}_changed"


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

    @property
    def of_model(self) -> str:
        """The gene and the model that it is tested for."""
        return f"{self.symbol} ({self.model})"


@dataclass(frozen=True)
class Beyond:
    """A set that moves along with a claim's own, beyond which the claim's must move to be supported in full.

    Attributes:
        of_set: name of the set.
        what: what it stands for, in words.
    """

    of_set: str
    what: str


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
        beyond: a set that the claim's own must move beyond.
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
    beyond: Beyond | None = None
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
    def too_small(self) -> tuple[float, float]:
        """Interval of effects smaller than claimed, with an end at infinity where they may go the other way."""
        low = -INFINITE if self.direction > 0 else -self.threshold
        return low, INFINITE if self.direction < 0 else self.threshold

    @property
    def confirmatory(self) -> bool:
        """Whether the claim has a p-value."""
        return self.kind not in UNCONFIRMATORY


@dataclass(frozen=True)
class Veto:
    """Another explanation of an effect: what differs between the groups beside the condition.

    Attributes:
        panels: that tell of it, each on its own.
        slope_gene, slope_set, slope_signed_set: by how much a gene or a set may follow a panel: standard deviation, before the data
            are seen, of the log2 change with a doubling of the panel's level.
        reference: column of the reference expression with the log2 change of every gene where this explanation alone holds; from
            it the slopes are expected that otherwise are expected to be 0. Empty if there is none.
    """

    name: str
    panels: tuple[str, ...]
    slope_gene: float
    slope_set: float
    slope_signed_set: float
    reference: str = ""


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
    camera_p: float
    veto_p: float
    veto_effect_kept: float
    veto_chance: float
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
    small_p: float
    small_p_rotations: int

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
        procedure: which claims are tested at which share of the level, and where a share goes; its nodes are ids of claims, and
            `change_of` claims of noninferiority.
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
    procedure: Graph
    lead: tuple[str, ...]
    artefacts: Mapping[str, Any]
    digest: str
    file_digest: str

    def alternatives(self, axis: str) -> tuple[Any, ...]:
        """Return what is also done otherwise on an axis of the section `primary.alternatives`."""
        return tuple(self.primary["alternatives"].get(axis, ()))

    @property
    def confirmatory(self) -> tuple[str, ...]:
        """Ids of the claims that have a p-value, in order."""
        return tuple(claim.id for claim in self.claims.values() if claim.confirmatory)
