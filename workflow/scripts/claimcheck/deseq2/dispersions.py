"""Dispersions of many genes at once, and their trend over the mean (Love et al. 2014, Genome Biol 15:550)."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize.elementwise import find_root
from scipy.special import digamma

from claimcheck.deseq2.batched import Floats, cholesky, gram, inverse, product, quadratic_forms, regress, total

Slope = Callable[[Floats, NDArray[np.intp]], Floats]

FIRST_STEP = 0.5
"""First step of the bracketing, in natural logarithms of the dispersion; each next one is twice as long."""
TOLERANCE = 1e-9
"""Of the natural logarithm of a dispersion."""

TREND_START = (0.1, 1.0)
"""First guess of a0 and a1 of the trend a0 + a1 / mean."""
LEAST_FITTED = 1e-6
"""Dispersions of the trend's fit lie above: 100 times the least dispersion that DESeq2 estimates."""
NEAR = (1e-4, 15.0)
"""Ratios of a dispersion to the trend, between which a gene takes part in the next fit."""
MAX_TREND_FITS, MAX_ITERATIONS = 11, 25
"""Gamma regressions of a trend, and steps of one regression, before it is given up."""


def rough_dispersions(normed_counts: Floats, design_matrix: Floats) -> Floats:
    """Estimate dispersions from the residuals of a linear model, as a first guess.

    Args:
        normed_counts: samples x genes.
        design_matrix: samples x coefficients, fewer than samples.
    """
    residual_df = len(design_matrix) - design_matrix.shape[1]
    fitted = np.maximum(product(design_matrix, regress(design_matrix, normed_counts)), 1)
    return np.maximum(total(((normed_counts - fitted) ** 2 - fitted) / (residual_df * fitted**2)), 0)


def fit_dispersions(
    counts: Floats,
    design_matrix: Floats,
    mu: Floats,
    guess: Floats,
    *,
    bounds: tuple[float, float],
    cox_reid: bool,
    prior_variance: float | None,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Maximise the likelihood (adjusted profile likelihood, or posterior) of each gene's dispersion.

    The maximum is the next one uphill of the guess. As in DESeq2, a gene whose guess is the lower bound stays there
    unless a prior draws it away.

    Args:
        counts: samples x genes.
        design_matrix: samples x coefficients.
        mu: fitted means, samples x genes.
        guess: first guess of each gene, and centre of the prior.
        bounds: least and largest dispersion.
        cox_reid: subtract half the logarithm of det X' W X (Cox and Reid 1987).
        prior_variance: of the natural logarithm of dispersions around the guess, or none.

    Returns:
        Dispersions, and which genes converged.
    """
    lower, upper = np.log(bounds)

    def slope(log_dispersion: Floats, genes: NDArray[np.intp]) -> Floats:
        alpha, mean = np.exp(log_dispersion), mu[:, genes]
        value = -_likelihood_slope(counts[:, genes], mean, alpha)
        if cox_reid:
            value = value + _cox_reid_slope(design_matrix, mean, alpha)
        if prior_variance is not None:
            value = value + (log_dispersion - np.log(guess[genes])) / prior_variance
        return value

    start = np.clip(np.log(guess), lower, upper)
    genes = np.flatnonzero((start > lower) | (prior_variance is not None))
    found, converged = start.copy(), np.ones(len(start), dtype=bool)
    found[genes], converged[genes] = _downhill(slope, start[genes], genes, lower, upper)
    return np.exp(found), converged


def _likelihood_slope(counts: Floats, mu: Floats, alpha: Floats) -> Floats:
    """Derive the log-likelihood of each gene by the logarithm of its dispersion."""
    size, scaled = 1 / alpha, mu * alpha
    return total(size * (np.log1p(scaled) - digamma(counts + size) + digamma(size)) + (counts - mu) / (1 + scaled))


def _cox_reid_slope(design_matrix: Floats, mu: Floats, alpha: Floats) -> Floats:
    """Derive half the logarithm of det X' W X by the logarithm of the dispersion."""
    weights = mu / (1 + mu * alpha)
    leverage = weights * quadratic_forms(design_matrix, inverse(cholesky(gram(design_matrix, weights))))
    return -0.5 * alpha * total(weights * leverage)


def _downhill(
    slope: Slope, start: Floats, genes: NDArray[np.intp], lower: float, upper: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Walk downhill until the slope turns or a bound is met, then find its root (Chandrupatla's method)."""
    at_start = slope(start, genes)
    direction = -np.sign(at_start)
    before, after = start.copy(), start.copy()
    turned = np.zeros(len(start), dtype=bool)
    walking = np.flatnonzero(direction)
    step = FIRST_STEP
    while walking.size:
        before[walking] = after[walking]
        after[walking] = np.clip(after[walking] + step * direction[walking], lower, upper)
        turned[walking] = slope(after[walking], genes[walking]) * direction[walking] > 0
        within = (after[walking] > lower) & (after[walking] < upper)
        walking = walking[~turned[walking] & within]
        step *= 2
    bracket = np.minimum(before, after)[turned], np.maximum(before, after)[turned]
    root = find_root(slope, bracket, args=(genes[turned],), tolerances={"xatol": TOLERANCE})
    found, converged = after, np.isfinite(at_start)
    found[turned], converged[turned] = root.x, root.success
    return found, converged


def fit_trend(means: Floats, dispersions: Floats) -> tuple[Floats, bool]:
    """Fit dispersion = a0 + a1 / mean as DESeq2's `parametricDispersionFit` does.

    Gamma regressions are repeated on the genes that are near the curve of the one before, until it stays.

    Args:
        means: mean of normalised counts of each gene.
        dispersions: of each gene.

    Returns:
        a0 and a1, and whether the fit converged with both positive.
    """
    coefficients = np.array(TREND_START)
    for _ in range(MAX_TREND_FITS):
        ratio = dispersions / (coefficients[0] + coefficients[1] / means)
        near = (ratio > NEAR[0]) & (ratio < NEAR[1]) & (dispersions > LEAST_FITTED)
        if near.sum() < len(coefficients):
            return coefficients, False
        old = coefficients
        coefficients, converged = gamma_regression(1 / means[near], dispersions[near], start=old)
        if not (coefficients > 0).all():
            return coefficients, False
        if converged and (np.log(coefficients / old) ** 2).sum() < 1e-6:
            return coefficients, True
    return coefficients, False


def gamma_regression(x: Floats, y: Floats, *, start: Floats) -> tuple[Floats, bool]:
    """Fit y = a0 + a1 x with gamma errors by iteratively reweighted least squares, as R's `glm` does.

    Args:
        x: of each gene.
        y: of each gene, positive.
        start: first guess of a0 and a1.

    Returns:
        a0 and a1, and whether the deviance settled.
    """
    coefficients, deviance = start, _gamma_deviance(y, start[0] + start[1] * x)
    for _ in range(MAX_ITERATIONS):
        weights = (coefficients[0] + coefficients[1] * x) ** -2
        centre, level = np.average(x, weights=weights), np.average(y, weights=weights)
        slope = (weights * (x - centre) * (y - level)).sum() / (weights * (x - centre) ** 2).sum()
        new = np.array([level - slope * centre, slope])
        for _ in range(MAX_ITERATIONS):
            if (new[0] + new[1] * x > 0).all():
                break
            new = (new + coefficients) / 2
        else:
            return coefficients, False
        old, deviance = deviance, _gamma_deviance(y, new[0] + new[1] * x)
        coefficients = new
        if abs(deviance - old) / (abs(deviance) + 0.1) < 1e-8:
            return coefficients, True
    return coefficients, False


def _gamma_deviance(y: Floats, mu: Floats) -> float:
    """Compute the deviance of a gamma regression."""
    return float(-2 * (np.log(y / mu) - (y - mu) / mu).sum())
