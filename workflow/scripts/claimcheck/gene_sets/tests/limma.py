"""Linear models of all genes with variances moderated by empirical Bayes, as limma fits them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, polygamma

from claimcheck.core.distributions import normal_isf, normal_sf, student_sf

Floats = NDArray[np.float64]

_SMALLEST_P = 1e-300


@dataclass(frozen=True)
class GeneFits:
    """Fits of one linear model to every gene, in the coordinates in which they can be rotated.

    Args:
        effects: float64, genes x (1 + df_residual), values projected on an orthonormal basis: first the direction of the
            tested coefficient given all others, then the residual space.
        unscaled_se: standard error of the tested coefficient at unit variance.
        df_residual: residual degrees of freedom.
        prior_variance, prior_df: of the scaled inverse chi-squared distribution of gene variances; prior_df may be inf.
    """

    effects: Floats
    unscaled_se: float
    df_residual: int
    prior_variance: float
    prior_df: float

    @property
    def log2_fold_change(self) -> Floats:
        """The tested coefficient, test / reference where the design codes it so; (genes,)."""
        return self.effects[:, 0] * self.unscaled_se

    @property
    def residual_variance(self) -> Floats:
        """Residual variance of each gene, (genes,)."""
        return np.mean(self.effects[:, 1:] ** 2, axis=1)

    @property
    def moderated_variance(self) -> Floats:
        """Residual variance drawn towards the prior (Smyth 2004), (genes,)."""
        if np.isinf(self.prior_df):
            return np.full(len(self.effects), self.prior_variance)
        pooled = self.prior_df * self.prior_variance + self.df_residual * self.residual_variance
        return pooled / self.df_total

    @property
    def df_total(self) -> float:
        """Degrees of freedom of the moderated t."""
        return self.prior_df + self.df_residual

    @property
    def moderated_t(self) -> Floats:
        """Moderated t-statistics (Smyth 2004), (genes,)."""
        return self.effects[:, 0] / np.sqrt(self.moderated_variance)

    @property
    def z(self) -> Floats:
        """Moderated t-statistics as normal deviates, (genes,)."""
        return z_from_t(self.moderated_t, self.df_total)


def fit_genes(values: Floats, design_matrix: Floats) -> GeneFits:
    """Fit one linear model to every gene and estimate the prior of their variances.

    Args:
        values: float64, genes x samples, log scale; every gene that was measured, since all inform the prior.
        design_matrix: float64, samples x coefficients, of full rank, with fewer coefficients than samples; the tested
            coefficient is the last.
    """
    effects, unscaled_se = project(values, design_matrix)
    df = effects.shape[1] - 1
    prior_variance, prior_df = variance_prior(np.mean(effects[:, 1:] ** 2, axis=1), df)
    return GeneFits(effects, unscaled_se, df, prior_variance, prior_df)


def project(values: Floats, design_matrix: Floats) -> tuple[Floats, float]:
    """Project rows on the tested coefficient, given the others, and on the residual space.

    Args:
        values: float64, rows x samples.
        design_matrix: as in `fit_genes`.

    Returns:
        Effects as in `GeneFits`, and the standard error of the last coefficient at unit variance.
    """
    n_coefficients = design_matrix.shape[1]
    q, r = np.linalg.qr(design_matrix, mode="complete")
    last = float(r[n_coefficients - 1, n_coefficients - 1])
    effects = values @ q[:, n_coefficients - 1 :]
    effects[:, 0] *= np.sign(last)
    return effects, 1 / abs(last)


def variance_prior(variances: Floats, df: int) -> tuple[float, float]:
    """Estimate the prior of gene variances from their log moments (Smyth 2004, section 6.2; limma's fitFDist).

    Args:
        variances: residual variances, (genes,), of at least two genes.
        df: residual degrees of freedom of each.

    Returns:
        Prior variance and prior degrees of freedom; inf if the variances vary no more than by chance.
    """
    median = float(np.median(variances))
    variances = np.maximum(variances, 1e-5 * (median if median > 0 else 1.0))
    log_variances = np.log(variances) - digamma(df / 2) + np.log(df / 2)
    excess = float(log_variances.var(ddof=1) - polygamma(1, df / 2))
    if excess <= 0:
        return float(variances.mean()), np.inf
    prior_df = 2 * inverse_trigamma(excess)
    return float(np.exp(log_variances.mean() + digamma(prior_df / 2) - np.log(prior_df / 2))), prior_df


def inverse_trigamma(value: float) -> float:
    """Solve trigamma(y) = value > 0 by Newton's method on 1 / trigamma (Smyth 2004, appendix)."""
    if value > 1e7:
        return float(1 / np.sqrt(value))
    if value < 1e-6:
        return 1 / value
    y = 0.5 + 1 / value
    step = -y
    while -step / y > 1e-8:  # from above the root, and 1 / trigamma is convex: every step goes down
        trigamma = float(polygamma(1, y))
        step = trigamma * (1 - trigamma / value) / float(polygamma(2, y))
        y += step
    return float(y)


def z_from_t(t: Floats, df: float) -> Floats:
    """Give the normal deviates that have the same tail probabilities as t; beyond p = 1e-300 all are the same."""
    tail = normal_sf(np.abs(t)) if np.isinf(df) else student_sf(np.abs(t), df)
    return np.sign(t) * normal_isf(np.maximum(tail, _SMALLEST_P))
