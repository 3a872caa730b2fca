"""Numbers of the tests that the claims register states, and those that stand in where there is no register, and no verdict.

Every call of Snakemake reads them: nothing here imports the libraries that compute.
"""

from dataclasses import dataclass


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


LEVELS = Levels(interval=0.95, equivalence_interval=0.90, power=0.80)
FEW_RESIDUAL_DF = 3
"""Up to which the intervals of a gene are those of the moderated t distribution."""
LEAST_CORRELATION = 0.01
"""Between a set's genes that CAMERA allows for, limma's default for sets that it does not estimate."""
