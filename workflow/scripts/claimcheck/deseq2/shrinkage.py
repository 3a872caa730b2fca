"""Fold changes shrunken by apeGLM's heavy-tailed prior, many genes at once (Zhu et al. 2019, Bioinformatics 35:2084)."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from claimcheck.deseq2.batched import Floats, cholesky, gram, inverse, product, solve, total
from claimcheck.deseq2.glm import least_squares

MAX_STEPS, MAX_HALVINGS, MAX_DOUBLINGS, LONGEST_STEP = 100, 30, 5, 5.0
"""Newton steps of a gene, halvings and doublings of a step, and the longest step of a coefficient (natural logarithm)."""
DECREMENT = 1e-9
"""Expected gain of log posterior at which a Newton step is the last."""
NOISE = 1e-12
"""Relative rounding error of the log posterior, by which a step may seem to lose."""


@dataclass(frozen=True)
class Posterior:
    """Negative log posterior of the coefficients of each gene, without its constants.

    Args:
        counts: samples x genes.
        design_matrix: samples x coefficients.
        dispersions: of each gene.
        size_factors: of each sample.
        shrunken: index of the coefficient with the Cauchy prior.
        scale: of the Cauchy prior.
        normal_scale: standard deviation of the normal prior of the other coefficients.
    """

    counts: Floats
    design_matrix: Floats
    dispersions: Floats
    size_factors: Floats
    shrunken: int
    scale: float
    normal_scale: float

    def of(self, genes: NDArray[np.intp]) -> "Posterior":
        """Return the posterior of some of the genes."""
        return replace(self, counts=self.counts[:, genes], dispersions=self.dispersions[genes])

    def value(self, beta: Floats) -> Floats:
        """Compute the negative log posterior of each gene."""
        log_means, scaled = self._means(beta)
        with np.errstate(invalid="ignore"):
            likelihood = total(self.counts * log_means - (self.counts + 1 / self.dispersions) * np.log1p(scaled))
        others = total(np.delete(beta, self.shrunken, axis=0) ** 2) if len(beta) > 1 else 0.0
        return others / (2 * self.normal_scale**2) + np.log1p((beta[self.shrunken] / self.scale) ** 2) - likelihood

    def gradient(self, beta: Floats) -> Floats:
        """Derive by each coefficient: coefficients x genes."""
        _, scaled = self._means(beta)
        residual = (scaled / self.dispersions - self.counts) / (1 + scaled)
        prior = beta / self.normal_scale**2
        prior[self.shrunken] = 2 * beta[self.shrunken] / (self.scale**2 + beta[self.shrunken] ** 2)
        return product(self.design_matrix.T, residual) + prior

    def hessian(self, beta: Floats, *, majorant: bool = False) -> Floats:
        """Derive twice: coefficients x coefficients x genes; or bound that from above by a positive definite matrix."""
        _, scaled = self._means(beta)
        weights = (1 + self.counts * self.dispersions) * scaled / self.dispersions / (1 + scaled) ** 2
        matrix = gram(self.design_matrix, weights)
        squared = beta[self.shrunken] ** 2
        curvature = 2 / (self.scale**2 + squared)
        if not majorant:
            curvature = curvature * (self.scale**2 - squared) / (self.scale**2 + squared)
        for i in range(len(beta)):
            matrix[i, i] += curvature if i == self.shrunken else 1 / self.normal_scale**2
        return matrix

    def _means(self, beta: Floats) -> tuple[Floats, Floats]:
        """Compute the linear predictor, and the means times the dispersion."""
        predictor = product(self.design_matrix, beta)
        with np.errstate(over="ignore"):
            return predictor, self.size_factors[:, None] * np.exp(predictor) * self.dispersions


def shrink(posterior: Posterior) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Find the mode of each gene's posterior by Newton's method.

    The Cauchy prior can leave two modes, one near zero and one near the estimate of maximum likelihood: the search
    starts from both sides and the higher mode is taken.

    Returns:
        Coefficients (coefficients x genes), inverse Hessian at them, and which genes converged.
    """
    design = posterior.design_matrix
    free = least_squares(design, posterior.counts, posterior.size_factors)
    without = np.delete(design, posterior.shrunken, axis=1)
    null = np.zeros_like(free)
    if without.shape[1]:
        others = np.arange(len(free)) != posterior.shrunken
        null[others] = least_squares(without, posterior.counts, posterior.size_factors)
    (beta, converged), (other, other_converged) = _descend(posterior, free), _descend(posterior, null)
    better = posterior.value(other) < posterior.value(beta)
    beta, converged = np.where(better, other, beta), np.where(better, other_converged, converged)
    covariance = inverse(cholesky(posterior.hessian(beta)))
    return beta, covariance, converged & np.isfinite(covariance).all(axis=(0, 1))


def _descend(posterior: Posterior, start: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Descend from a start to the next mode; also say which genes reached it."""
    beta, converged = start.copy(), np.zeros(start.shape[1], dtype=bool)
    active = np.arange(start.shape[1])
    for _ in range(MAX_STEPS):
        if not active.size:
            break
        local, here = posterior.of(active), beta[:, active]
        gradient = local.gradient(here)
        step = -solve(cholesky(local.hessian(here)), gradient)
        uphill = ~(total(step * gradient) < 0)
        if uphill.any():
            step[:, uphill] = _cautious_step(local.of(np.flatnonzero(uphill)), here[:, uphill], gradient[:, uphill])
        step *= np.minimum(1, LONGEST_STEP / np.maximum(np.abs(step).max(axis=0), LONGEST_STEP))
        last = -total(step * gradient) <= DECREMENT
        beta[:, active] = here + _shortened(local, here, step)
        converged[active] = last
        active = active[~last]
    return beta, converged


def _cautious_step(posterior: Posterior, here: Floats, gradient: Floats) -> Floats:
    """Step to the minimum of the quadratic majorant, which is downhill but short, and double the step while that pays."""
    step = -solve(cholesky(posterior.hessian(here, majorant=True)), gradient)
    value = posterior.value(here + step)
    for _ in range(MAX_DOUBLINGS):
        doubled = posterior.value(here + 2 * step)
        step = np.where(doubled < value, 2 * step, step)
        value = np.minimum(doubled, value)
    return step


def _shortened(posterior: Posterior, here: Floats, step: Floats) -> Floats:
    """Halve the steps that would lead uphill until they do not."""
    value = posterior.value(here)
    limit = value + NOISE * (1 + np.abs(value))
    for _ in range(MAX_HALVINGS):
        worse = ~(posterior.value(here + step) <= limit)
        if not worse.any():
            break
        step = np.where(worse, step / 2, step)
    return step
