"""Levels of intervals and tests, and words that steps share; all calls read this, so nothing here imports what computes."""

from dataclasses import dataclass

NOT_MEASURABLE = "not measurable"
"""In place of a kind where too little was counted to tell it."""


@dataclass(frozen=True)
class Levels:
    """Levels of two-sided intervals, and the power that minimum detectable effects are computed for; each 0 to 1.

    Attributes:
        interval: of confidence intervals; its complement is the two-sided level of the test whose power is meant.
        equivalence_interval: of the intervals that equivalence is read from, whose ends are one-sided bounds.
        power: share of studies in which the test finds the minimum detectable effect.
    """

    interval: float
    equivalence_interval: float
    power: float
