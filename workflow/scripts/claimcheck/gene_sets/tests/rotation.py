"""T1: the rotation test of gene sets, self-contained and directional (ROAST; Wu et al. 2010, Bioinformatics 26:2176).

Residuals are rotated where other tests permute samples: that keeps the correlation between genes, allows for covariates, and
works with few residual degrees of freedom. The statistic of a set is the mean moderated z of its members.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.polynomial import chebyshev

from claimcheck.core.distributions import student_isf
from claimcheck.core.estimates import minimum_detectable
from claimcheck.core.standards import Levels
from claimcheck.gene_sets.tests.limma import Floats, GeneFits, z_from_t
from claimcheck.gene_sets.tests.weights import SetWeights

ROTATION_COLUMNS = ("set", "n_genes", "mean_z", "p_rotation_up", "p_rotation_down", "p_rotation_two_sided", "spread")

BLOCK_VALUES = 2**15
"""Values (genes x rotations, at least one rotation) of 8 bytes in each of the five arrays that are held at a time: small enough
to stay in the cache of a core."""
_LEAST_VARIATION = 1e-12
"""Added to a gene's sum of squares, so that a gene without any variation has z = 0."""
_NODES, _DEGREE = 64, 16
_LARGEST_LOG = 36.0
"""-log(1 - q^2) from which on 1 - q^2 is lost in rounding."""


def rotation_test(
    fits: GeneFits,
    weights: SetWeights,
    *,
    seed: int,
    n_rotations: int,
    block_values: int = BLOCK_VALUES,
) -> pd.DataFrame:
    """Test every set against random rotations of the data, the same rotations for all sets.

    Args:
        fits: of all genes, from `limma.fit_genes`.
        weights: the sets; only genes of at least one set are rotated.
        seed: of the rotations.
        n_rotations: number of rotations; no p-value is below 1 / (n_rotations + 1).
        block_values: values held at a time, which changes time and memory but no result.

    Returns:
        One row a set, columns ROTATION_COLUMNS: mean_z is the statistic, spread its root mean square under rotation; p-values are
        (b + 1) / (n_rotations + 1), where b rotations have a statistic as large, as small, or of as large a size. NaN for a set
        without members.
    """
    used = np.unique(weights.matrix.indices)
    chosen = SetWeights(weights.sets, weights.matrix[:, used])
    scaled, deviates = _scale(fits, used)
    observed = chosen.mean(deviates(scaled[:, :1].copy()))
    directions = draw_directions(n_rotations, fits.df_residual + 1, seed)
    size = max(1, block_values // max(len(used), len(weights.sets)))
    counts = np.zeros((3, len(weights.sets)), dtype=np.int64)
    squares = np.zeros(len(weights.sets))
    for start in range(0, n_rotations, size):
        rotated = chosen.mean(deviates(scaled @ directions[start : start + size].T))
        counts += [
            (rotated >= observed).sum(axis=1),
            (rotated <= observed).sum(axis=1),
            (np.abs(rotated) >= np.abs(observed)).sum(axis=1),
        ]
        squares += (rotated**2).sum(axis=1)
    p = np.where(weights.n_genes > 0, (counts + 1) / (n_rotations + 1), np.nan)
    columns = (weights.sets, weights.n_genes, observed[:, 0], *p, np.sqrt(squares / n_rotations))
    return pd.DataFrame(dict(zip(ROTATION_COLUMNS, columns, strict=True)))


def detectable_change(fits: GeneFits, weights: SetWeights, spread: Floats, levels: Levels) -> Floats:
    """Compute the change that the rotation test finds with the power asked for, if all members of a set change by as much.

    A gene's z rises by the change over its standard error; their mean is held against its spread under rotation, as a t with the
    residual degrees of freedom. That is an approximation: with five, the power is 0.65 to 0.75 where 0.80 is asked for.

    Args:
        fits: of all genes.
        weights: the sets.
        spread: (sets,), from `rotation_test`.
        levels: whose interval's complement is the two-sided level of the test, and the power.

    Returns:
        float64, (sets,), log2, without sign; NaN for a set without members.
    """
    per_change = abs(weights.matrix) @ (1 / (np.sqrt(fits.moderated_variance) * fits.unscaled_se))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(minimum_detectable(levels, fits.df_residual) * spread * weights.n_genes / per_change)


def draw_directions(n_rotations: int, dimension: int, seed: int) -> Floats:
    """Draw unit vectors, uniform on the sphere: where random rotations take the direction of the tested coefficient."""
    drawn = np.random.default_rng(seed).normal(size=(n_rotations, dimension))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def _scale(fits: GeneFits, used: np.ndarray) -> tuple[Floats, Callable[[Floats], Floats]]:
    """Scale effects so that z depends on a rotated effect alone, and return the function that does so, in place.

    A rotation moves a gene's sum of squares between effect and residuals, but keeps it. Divided by the root of that sum and
    the prior's, an effect is q = t / sqrt(df + t^2) of the moderated t.
    """
    effects = fits.effects[used]
    if np.isinf(fits.prior_df):
        return effects / np.sqrt(fits.prior_variance), lambda z: z
    total = fits.prior_df * fits.prior_variance + np.sum(effects**2, axis=1) + _LEAST_VARIATION
    return effects / np.sqrt(total)[:, None], _normal_deviates(fits.df_total)


def _normal_deviates(df: float) -> Callable[[Floats], Floats]:
    """Make the function from q = t / sqrt(df + t^2) to the normal deviate of t, in place, exact to 1e-6.

    In v = -log(1 - q^2) = log(1 + t^2 / df), z^2 / v is smooth enough for a polynomial, which takes a few nanoseconds where
    quantile functions take hundreds.
    """
    largest = float(student_isf(1e-290, df))  # inf at one or two degrees of freedom
    limit = min(float(np.log1p(largest / df * largest)), _LARGEST_LOG)
    nodes = np.cos(np.pi * (np.arange(_NODES) + 0.5) / _NODES)
    v = (nodes + 1) * limit / 2
    ratio = z_from_t(np.sqrt(df * np.expm1(v)), df) ** 2 / v
    coefficients = chebyshev.cheb2poly(chebyshev.chebfit(nodes, ratio, _DEGREE))[::-1]

    def deviates(q: Floats) -> Floats:
        v = np.square(q)
        np.negative(v, out=v)
        with np.errstate(divide="ignore", invalid="ignore"):  # rounding can take q^2 to 1 and beyond
            np.log1p(v, out=v)
        np.negative(v, out=v)
        np.fmin(v, limit, out=v)
        x = v * (2 / limit) - 1
        z = np.full_like(v, coefficients[0])
        for coefficient in coefficients[1:]:
            z *= x
            z += coefficient
        z *= v
        np.sqrt(z, out=z)
        return np.copysign(z, q, out=q)

    return deviates
