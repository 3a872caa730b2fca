"""T2: the competitive test of gene sets that allows for correlation between genes (CAMERA; Wu & Smyth 2012, NAR 40:e133)."""

import numpy as np
import pandas as pd

from claimcheck.core.distributions import student_cdf, student_sf
from claimcheck.gene_sets.tests.limma import Floats, GeneFits
from claimcheck.gene_sets.tests.weights import SetWeights

CAMERA_COLUMNS = (
    "set",
    "n_genes",
    "inter_gene_correlation",
    "vif",
    "camera_difference",
    "p_camera_up",
    "p_camera_down",
    "p_camera",
)

_LEAST_VARIANCE = 1e-8
"""Residual variance of a gene that does not vary, so that it can be divided by, as in limma."""


def camera(fits: GeneFits, weights: SetWeights, *, min_correlation: float) -> pd.DataFrame:
    """Test whether a set's genes differ more than the other genes do.

    The mean z of the members is compared with that of all other genes by a two-sample t-test, whose variance for the members is
    inflated by 1 + (n - 1) correlation. In a signed set z and residuals of genes of weight -1 are turned, and since a shift
    of all genes moves its mean by the mean weight times the shift, that much of the other genes' mean is compared with.

    Args:
        fits: of all genes, from `limma.fit_genes`.
        weights: the sets.
        min_correlation: smallest inter-gene correlation that is allowed for.

    Returns:
        One row a set, columns CAMERA_COLUMNS: inter_gene_correlation as estimated (it can be negative), vif as used,
        camera_difference in units of z, p_camera two-sided. NaN for a set without members or without other genes.
    """
    n, z = weights.n_genes.astype(float), fits.z
    correlation = inter_gene_correlation(fits, weights)
    vif = np.where(n > 1, 1 + (n - 1) * np.maximum(correlation, min_correlation), 1.0)

    members = abs(weights.matrix)
    n_others = len(z) - n
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_weight = weights.matrix.sum(axis=1) / n
        mean_members = weights.mean(z)
        mean_others = (z.sum() - members @ z) / n_others
        squares_members = members @ z**2
        squares = squares_members - n * mean_members**2
        squares += np.sum(z**2) - squares_members - n_others * mean_others**2
        difference = mean_members - mean_weight * mean_others
        t = difference / np.sqrt(squares / (len(z) - 2) * (vif / n + mean_weight**2 / n_others))
    df = min(fits.df_residual, len(z) - 2)
    up, down = student_sf(t, df), student_cdf(t, df)
    columns = (weights.sets, weights.n_genes, correlation, vif, difference, up, down, 2 * np.minimum(up, down))
    return pd.DataFrame(dict(zip(CAMERA_COLUMNS, columns, strict=True)))


def inter_gene_correlation(fits: GeneFits, weights: SetWeights) -> Floats:
    """Estimate the mean correlation between a set's genes from their residuals (limma's interGeneCorrelation).

    Returns:
        float64, (sets,); NaN for sets of fewer than two members.
    """
    residuals = fits.effects[:, 1:] / np.sqrt(np.maximum(fits.residual_variance, _LEAST_VARIANCE))[:, None]
    vif = weights.n_genes * np.mean(weights.mean(residuals) ** 2, axis=1)
    others = np.where(weights.n_genes > 1, weights.n_genes - 1, np.nan)
    return np.asarray((vif - 1) / others)
