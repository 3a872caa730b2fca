"""An estimate: one effect of one named object, its intervals, its p-values, and the effect that its test would have found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.distributions import normal_cdf, normal_ppf, normal_sf, student_cdf, student_ppf, student_sf
from claimcheck.core.standards import Levels

NAN = float("nan")
Interval = tuple[float, float]
NO_INTERVAL: Interval = (NAN, NAN)
FloatsT = TypeVar("FloatsT", NDArray[np.float64], pd.Series)
ENDS = ("ci95_low", "ci95_high", "ci90_low", "ci90_high")


class Sides(NamedTuple):
    """p-values of one test: of an effect above zero, of one below zero, and of either."""

    up: float = NAN
    down: float = NAN
    two_sided: float = NAN

    def towards(self, sign: float) -> float:
        """Return the one-sided p-value in the direction of a sign, the two-sided one if that is 0."""
        return self.two_sided if sign == 0 else self.up if sign > 0 else self.down


@dataclass(frozen=True)
class Estimate:
    """An effect of one object; NaN = not computed. Effects are log2 test / reference, positive = higher in the test group.

    Attributes:
        of: what it is the effect of, a gene or a set; empty = of nothing, which has no numbers either.
        se, df: standard error and degrees of freedom (inf = normal) of its test.
        ci95, ci90: intervals at the levels `interval` and `equivalence_interval` of `standards.Levels`.
        mde: minimum detectable effect, without sign.
        n_genes: genes of a set; None of a single gene.
        share_detected: share of a set's planned genes that are expressed.
        p: by test.
    """

    of: str = ""
    effect: float = NAN
    se: float = NAN
    df: float = NAN
    ci95: Interval = NO_INTERVAL
    ci90: Interval = NO_INTERVAL
    mde: float = NAN
    n_genes: int | None = None
    share_detected: float = NAN
    p: Mapping[str, Sides] = field(default_factory=dict)

    def beyond(self, limit: float, side: int) -> float:
        """Test that the effect lies above (side 1) or below (side -1) a limit; a one-sided p-value."""
        return student_sf(side * (self.effect - limit) / self.se, self.df)

    def within(self, low: float, high: float) -> float:
        """Test that the effect lies within limits by two one-sided tests (Schuirmann 1987), or one where an end is at infinity."""
        return np.maximum(self.beyond(low, 1), self.beyond(high, -1))

    def turned(self, sign: int) -> "Estimate":
        """Return the same in the direction of a sign: positive = moves that way."""
        if sign > 0:
            return self
        other = {test: Sides(sides.down, sides.up, sides.two_sided) for test, sides in self.p.items()}
        ci95, ci90 = ((-high, -low) for low, high in (self.ci95, self.ci90))
        return replace(self, effect=-self.effect, ci95=ci95, ci90=ci90, p=other)

    def columns(self) -> dict[str, float | str]:
        """Lay out effect and intervals, and what they are of, as columns of a table."""
        return {"of": self.of, "effect": self.effect, **dict(zip(ENDS, (*self.ci95, *self.ci90), strict=True))}


NO_ESTIMATE, NO_P = Estimate(), Sides()
"""Of what was not tested."""


def inside(interval: Interval, margin: float) -> bool:
    """Say whether an interval lies within a margin on both sides of zero."""
    return -margin < interval[0] and interval[1] < margin


def hull(intervals: Sequence[Interval]) -> Interval:
    """Return the smallest interval that holds all of several, NaN if one of them is."""
    return float(np.min([low for low, _ in intervals])), float(np.max([high for _, high in intervals]))


def estimate_columns(
    effect: FloatsT, se: FloatsT, df: float, levels: Levels, *, p: str = "p"
) -> dict[str, FloatsT | float]:
    """Compute intervals and one-sided p-values of many effects.

    Args:
        effect, se: float64, (objects,).
        df: degrees of freedom of the t distribution; inf = normal.
        levels: of the intervals.
        p: what the names of the p-values begin with.

    Returns:
        effect, se, df, ENDS, and the p-values of an effect above and below zero, named by `p`.
    """
    half95, half90 = (_quantile((1 + level) / 2, df) * se for level in (levels.interval, levels.equivalence_interval))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = effect / se
    ends = (effect - half95, effect + half95, effect - half90, effect + half90)
    up, down = (
        (normal_sf(ratio), normal_cdf(ratio)) if np.isinf(df) else (student_sf(ratio, df), student_cdf(ratio, df))
    )
    return {
        "effect": effect,
        "se": se,
        "df": df,
        **dict(zip(ENDS, ends, strict=True)),
        f"{p}_up": up,
        f"{p}_down": down,
    }


def read_estimates(table: pd.DataFrame, of: Sequence[str], tests: Mapping[str, Sequence[str]]) -> list[Estimate]:
    """Take estimates from the rows of a table.

    Args:
        table: effect, se, df, ENDS, mde, the columns of the tests, and of sets n_genes and share_detected.
        of: what each row is the effect of.
        tests: columns of the p-values by test: up, down, and two-sided, which is twice the smaller one where there is none; a
            test whose columns are missing was not made.
    """

    def values(name: str, absent: float | None = None) -> list[Any]:
        return table[name].tolist() if name in table else [absent] * len(table)

    columns = (
        *(values(name) for name in ("effect", "se", "df")),
        *(zip(values(f"{ci}_low"), values(f"{ci}_high"), strict=True) for ci in ("ci95", "ci90")),
        *(values("mde"), values("n_genes"), values("share_detected", NAN)),
    )
    p = {
        test: [_sides(*row) for row in zip(*map(values, names), strict=True)]
        for test, names in tests.items()
        if names[0] in table
    }
    by_row = [{test: sides[row] for test, sides in p.items()} for row in range(len(of))]
    return [Estimate(*row) for row in zip(of, *columns, by_row, strict=True)]


def minimum_detectable(levels: Levels, df: float) -> float:
    """Return the effect, in standard errors, that a test at the level of the interval finds with the power asked for."""
    return _quantile((1 + levels.interval) / 2, df) + _quantile(levels.power, df)


def _sides(up: float, down: float, two_sided: float | None = None) -> Sides:
    return Sides(up, down, min(1.0, 2 * min(up, down)) if two_sided is None else two_sided)


def _quantile(probability: float, df: float) -> float:
    return float(normal_ppf(probability) if np.isinf(df) else student_ppf(probability, df))
