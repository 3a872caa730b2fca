"""Algebra with one small matrix a gene.

Genes stand on the last axis, and sums run over their terms one after another: what comes out for a gene is the same to
the last bit whichever genes stand beside it.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def total(terms: Iterable[Any]) -> Any:
    """Add up arrays in their order; the rows of one array are its terms."""
    return reduce(np.add, terms)


def product(left: Floats, right: Floats) -> Floats:
    """Multiply a matrix (m x k) with one column a gene (k x genes): m x genes."""
    result = np.zeros((len(left), right.shape[1]))
    for row, weights in zip(result, left, strict=True):
        for weight, values in zip(weights, right, strict=True):
            if weight != 0:
                np.add(row, weight * values, out=row)
    return result


def regress(design_matrix: Floats, values: Floats) -> Floats:
    """Regress the values of each gene (samples x genes) on the columns of a design: coefficients x genes."""
    return product(np.asarray(np.linalg.pinv(design_matrix), dtype=float), values)


def gram(design_matrix: Floats, weights: Floats) -> Floats:
    """Compute X' W X of each gene.

    Args:
        design_matrix: X, samples x coefficients.
        weights: diagonal of W, samples x genes.

    Returns:
        coefficients x coefficients x genes.
    """
    size = design_matrix.shape[1]
    pairs = [(i, j) for i in range(size) for j in range(i + 1)]
    sums = product(np.stack([design_matrix[:, i] * design_matrix[:, j] for i, j in pairs]), weights)
    matrix = np.empty((size, size, weights.shape[1]))
    for (i, j), values in zip(pairs, sums, strict=True):
        matrix[i, j] = matrix[j, i] = values
    return matrix


def cholesky(matrix: Floats) -> Floats:
    """Factor each gene's matrix (k x k x genes) into L L'.

    Returns:
        L, lower triangular; not finite for a gene whose matrix is not positive definite.
    """
    factor = np.zeros_like(matrix)
    with np.errstate(invalid="ignore", divide="ignore"):
        for j in range(len(matrix)):
            for i in range(j, len(matrix)):
                rest = total([matrix[i, j], *(-factor[i, k] * factor[j, k] for k in range(j))])
                factor[i, j] = np.sqrt(rest) if i == j else rest / factor[j, j]
    return factor


def solve(factor: Floats, right: Floats) -> Floats:
    """Solve L L' x = b of each gene.

    Args:
        factor: L, k x k x genes.
        right: b, k x genes, or k x m x genes for m right sides.
    """
    size = len(factor)
    solution = np.array(right, dtype=float)
    with np.errstate(invalid="ignore", divide="ignore"):
        for i in range(size):
            known = (-factor[i, k] * solution[k] for k in range(i))
            solution[i] = total([solution[i], *known]) / factor[i, i]
        for i in reversed(range(size)):
            known = (-factor[k, i] * solution[k] for k in range(i + 1, size))
            solution[i] = total([solution[i], *known]) / factor[i, i]
    return solution


def inverse(factor: Floats) -> Floats:
    """Invert L L' of each gene: k x k x genes."""
    return solve(factor, np.repeat(np.eye(len(factor))[:, :, None], factor.shape[-1], axis=2))


def quadratic_forms(vectors: Floats, matrix: Floats) -> Floats:
    """Compute v' M v of each row v of `vectors` (m x k) with each gene's M (k x k x genes): m x genes."""
    rows, inverted = np.unique(vectors, axis=0, return_inverse=True)  # samples of one group share theirs
    squares = (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1)
    return product(squares, matrix.reshape(squares.shape[1], -1))[inverted]
