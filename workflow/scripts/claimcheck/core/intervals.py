"""How wide intervals are, and which effect a test would find, in standard errors."""

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from claimcheck.core.standards import Levels


def half_widths(levels: Levels, df: float) -> tuple[float, float]:
    """Return half the width of both intervals, by the t distribution, or the normal one where df is inf."""
    return _quantile((1 + levels.interval) / 2, df), _quantile((1 + levels.equivalence_interval) / 2, df)


def minimum_detectable(levels: Levels, df: float) -> float:
    """Return the effect that a test at the level of the interval finds with the power asked for."""
    return _quantile((1 + levels.interval) / 2, df) + _quantile(levels.power, df)


def _quantile(probability: float, df: float) -> float:
    return float(norm.ppf(probability) if np.isinf(df) else student.ppf(probability, df))
