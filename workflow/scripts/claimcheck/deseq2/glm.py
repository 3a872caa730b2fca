"""Negative binomial regressions of many genes at once: coefficients, their Wald test, and shrunken coefficients.

The model is that of DESeq2 (Love et al. 2014, Genome Biol 15:550): counts of mean mu = size factor * exp(X beta) and
variance mu + dispersion * mu^2. Coefficients are natural logarithms.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

from claimcheck.core.distributions import normal_cdf, normal_sf
from claimcheck.deseq2.batched import (
    Floats,
    cholesky,
    gram,
    inverse,
    product,
    quadratic_forms,
    regress,
    solve,
    total,
)

RIDGE = 1e-6
"""Ridge penalty of every coefficient."""


class Coefficients(NamedTuple):
    """Coefficients (coefficients x genes), means and leverages (samples x genes), and which genes converged."""

    beta: Floats
    mu: Floats
    leverage: Floats
    converged: NDArray[np.bool_]


def least_squares(design_matrix: Floats, counts: Floats, size_factors: Floats) -> Floats:
    """Regress the logarithm of normalised counts + 0.1, a first guess of the coefficients: coefficients x genes."""
    return regress(design_matrix, np.log(counts / size_factors[:, None] + 0.1))


def fit_coefficients(
    counts: Floats,
    size_factors: Floats,
    design_matrix: Floats,
    dispersions: Floats,
    *,
    min_mu: float,
    tolerance: float,
    bound: float,
    max_iterations: int,
) -> Coefficients:
    """Maximise the likelihood by iteratively reweighted least squares, all genes in step.

    First guess, update, least mean and stopping rule are those of PyDESeq2 (Muzellec et al. 2023).

    Args:
        counts: samples x genes.
        size_factors: of each sample.
        design_matrix: samples x coefficients.
        dispersions: of each gene.
        min_mu: least mean during the iterations.
        tolerance: relative change of the deviance at which a gene is finished.
        bound: a gene with a coefficient outside [-bound, bound] is given up as not converged.
        max_iterations: a gene that needs as many is given up too.
    """
    beta = least_squares(design_matrix, counts, size_factors)
    mu = np.maximum(_means(beta, design_matrix, size_factors), min_mu)
    deviance = np.full(counts.shape[1], 1000.0)
    constant = total(gammaln(counts + 1 / dispersions) - gammaln(counts + 1) - gammaln(1 / dispersions))
    converged = np.zeros(counts.shape[1], dtype=bool)
    active = np.arange(counts.shape[1])
    for _ in range(1, max_iterations):
        if not active.size:
            break
        observed, mean, alpha = counts[:, active], mu[:, active], dispersions[active]
        weights = mean / (1 + mean * alpha)
        working = np.log(mean / size_factors[:, None]) + (observed - mean) / mean
        new = solve(cholesky(_penalised(gram(design_matrix, weights))), product(design_matrix.T, weights * working))
        mean = np.maximum(_means(new, design_matrix, size_factors), min_mu)
        likelihood = total(observed * np.log(mean * alpha) - (observed + 1 / alpha) * np.log1p(mean * alpha))
        current = -2 * (constant[active] + likelihood)
        settled = np.abs(current - deviance[active]) / (np.abs(current) + 0.1) <= tolerance
        inside = (np.abs(new) <= bound).all(axis=0)
        beta[:, active], mu[:, active], deviance[active], converged[active] = new, mean, current, inside & settled
        active = active[inside & ~settled]
    weights = mu / (1 + mu * dispersions)
    covariance = inverse(cholesky(_penalised(gram(design_matrix, weights))))
    leverage = weights * quadratic_forms(design_matrix, covariance)
    return Coefficients(beta, _means(beta, design_matrix, size_factors), leverage, converged)


def _means(beta: Floats, design_matrix: Floats, size_factors: Floats) -> Floats:
    """Compute the means of counts: samples x genes."""
    with np.errstate(over="ignore"):
        return size_factors[:, None] * np.exp(product(design_matrix, beta))


def _penalised(matrix: Floats) -> Floats:
    """Add the ridge penalty to X' W X."""
    return matrix + RIDGE * np.eye(len(matrix))[:, :, None]


def wald_test(
    beta: Floats,
    mu: Floats,
    dispersions: Floats,
    design_matrix: Floats,
    *,
    ridge: Floats,
    contrast: Floats,
    null: float,
    alternative: str | None,
) -> tuple[Floats, Floats, Floats]:
    """Test the fold change of a contrast with the Wald test, against a threshold as DESeq2's `results` does.

    Args:
        beta: coefficients x genes.
        mu: fitted means, samples x genes.
        dispersions: of each gene.
        design_matrix: samples x coefficients.
        ridge: penalty, coefficients x coefficients.
        contrast: weight of each coefficient.
        null: natural logarithm of the fold change under the null hypothesis.
        alternative: greaterAbs, lessAbs, greater, less, or none: a difference from `null` to either side.

    Returns:
        p-value, statistic and standard error of each gene.
    """
    information = gram(design_matrix, mu / (1 + mu * dispersions))
    weights = np.repeat(contrast[:, None], mu.shape[1], axis=1)
    direction = solve(cholesky(information + ridge[:, :, None]), weights)
    size = range(len(contrast))
    error = np.sqrt(total(direction[i] * direction[j] * information[i, j] for i in size for j in size))
    effect = product(contrast[None], beta)[0]
    above = (effect - null) / error
    if alternative is None:
        return 2 * normal_sf(np.abs(above)), above, error
    if alternative == "greater":
        return normal_sf(above), np.maximum(above, 0), error
    if alternative == "less":
        return normal_cdf(above), np.minimum(above, 0), error
    beyond = (np.abs(effect) - null) / error
    if alternative == "greaterAbs":
        return np.minimum(2 * normal_sf(beyond), 1), np.sign(effect) * np.maximum(beyond, 0), error
    if alternative == "lessAbs":
        return normal_cdf(beyond), np.maximum(-beyond, 0), error
    raise ValueError(f"unknown alternative hypothesis {alternative!r}")
