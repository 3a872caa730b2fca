"""Tails and quantiles of the normal and of Student's t distribution.

They are the functions of scipy.special that scipy.stats calls too, whose loading takes longer than many a step.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr, ndtri, stdtr, stdtrit


def normal_cdf(x: ArrayLike) -> Any:
    """Return the share of the standard normal distribution below `x`, for numbers or arrays."""
    return ndtr(np.asarray(x, dtype=float))


def normal_sf(x: ArrayLike) -> Any:
    """Return the share of the standard normal distribution above `x`."""
    return ndtr(-np.asarray(x, dtype=float))


def normal_ppf(p: ArrayLike) -> Any:
    """Return what a share `p` of the standard normal distribution is below."""
    return ndtri(np.asarray(p, dtype=float))


def normal_isf(p: ArrayLike) -> Any:
    """Return what a share `p` of the standard normal distribution is above."""
    return -ndtri(np.asarray(p, dtype=float))


def student_cdf(x: ArrayLike, df: ArrayLike) -> Any:
    """Return the share of Student's t distribution with `df` degrees of freedom, which may be infinite, below `x`."""
    return stdtr(np.asarray(df, dtype=float), np.asarray(x, dtype=float))


def student_sf(x: ArrayLike, df: ArrayLike) -> Any:
    """Return the share of Student's t distribution above `x`."""
    return stdtr(np.asarray(df, dtype=float), -np.asarray(x, dtype=float))


def student_ppf(p: ArrayLike, df: ArrayLike) -> Any:
    """Return what a share `p` of Student's t distribution is below."""
    p = np.asarray(p, dtype=float)
    found = stdtrit(np.asarray(df, dtype=float), p)
    return np.where(p == 0, -np.abs(found), found)[()]  # scipy.special says +inf there


def student_isf(p: ArrayLike, df: ArrayLike) -> Any:
    """Return what a share `p` of Student's t distribution is above."""
    return -student_ppf(p, df)
