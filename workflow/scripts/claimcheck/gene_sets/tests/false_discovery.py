"""The false discovery rate over the tests of a family."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import false_discovery_control


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """Compute the false discovery rate at which each test would be called (Benjamini and Hochberg 1995, JRSS B 57:289).

    Args:
        p_values: float64, (tests,); NaN = not tested, which still counts in the number of tests.

    Returns:
        float64, (tests,); NaN where p is.
    """
    p = np.asarray(p_values, dtype=np.float64)
    adjusted = false_discovery_control(np.nan_to_num(p, nan=1.0)) if len(p) else p
    return np.where(np.isnan(p), np.nan, adjusted)
