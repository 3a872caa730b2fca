"""Ordinary least squares of one variable, with the t interval of one coefficient."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from claimcheck.core.distributions import student_ppf, student_sf


class Coefficient(NamedTuple):
    """A coefficient with its 95 % interval, two-sided p-value and residual degrees of freedom; NaN where it has none."""

    estimate: float
    ci95_low: float
    ci95_high: float
    p_value: float
    df: int


def coefficients(values: NDArray[np.float64], design_matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Fit by least squares; of coefficients that cannot be told apart, the shortest solution."""
    return np.asarray(np.linalg.lstsq(design_matrix, values, rcond=None)[0], dtype=np.float64)


def last_coefficient(values: NDArray[np.float64], design_matrix: NDArray[np.float64]) -> Coefficient:
    """Fit values and test the last column of the design.

    Args:
        values: float64, (samples,).
        design_matrix: float64, samples x coefficients.

    Returns:
        The last coefficient; without residual degrees of freedom or full rank all but the estimate is NaN.
    """
    n, p = design_matrix.shape
    beta = coefficients(values, design_matrix)
    df = n - p
    if df < 1 or np.linalg.matrix_rank(design_matrix) < p:
        return Coefficient(float(beta[-1]), np.nan, np.nan, np.nan, max(df, 0))
    residuals = values - design_matrix @ beta
    variance = float(residuals @ residuals) / df
    se = float(np.sqrt(variance * np.linalg.inv(design_matrix.T @ design_matrix)[-1, -1]))
    half = float(student_ppf(0.975, df)) * se
    p_value = 2 * float(student_sf(abs(beta[-1]) / se, df)) if se > 0 else float(beta[-1] == 0)
    return Coefficient(float(beta[-1]), float(beta[-1]) - half, float(beta[-1]) + half, p_value, df)
