"""What p-values tests of sets give where nothing is to be found, in a study's own samples."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.standards import Levels
from claimcheck.gene_sets.comparison import Comparison, Groups, run_tests
from claimcheck.gene_sets.tests.limma import fit_genes
from claimcheck.gene_sets.tests.prerank import prerank_p
from claimcheck.gene_sets.tests.weights import SetWeights

CALIBRATION_COLUMNS = ("null", "draw", "set", "p_rotation", "p_camera", "p_score", "p_prerank")


def without_mirror_images(labellings: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep one of two labellings that only exchange the names of the groups: two-sided p-values are the same.

    Args:
        labellings: labellings x samples.
    """
    if not len(labellings):
        return labellings
    alike = np.where(labellings[:, :1], labellings, ~labellings)
    return labellings[np.sort(np.unique(alike, axis=0, return_index=True)[1])]


def relabel(comparison: Comparison, labelling: NDArray[np.bool_]) -> Comparison | None:
    """Compare other groups of the same samples; the true condition becomes a covariate, so that what it does is in no residual.

    Args:
        comparison: the true one, whose design matrix has the condition last.
        labelling: True in the made-up test group, (samples,).

    Returns:
        The comparison, or None where no residual degree of freedom is left.
    """
    matrix = np.column_stack([comparison.design_matrix, labelling.astype(float)])
    n, p = matrix.shape
    if n <= p or np.linalg.matrix_rank(matrix) < p:
        return None
    fits = fit_genes(comparison.values, matrix)
    made_up = Groups(labelling, labelling.astype(np.intp))
    return Comparison(comparison.counts, comparison.size_factors, comparison.values, matrix, fits, made_up)


def p_values(
    comparison: Comparison,
    weights: SetWeights,
    *,
    seed: int,
    n_rotations: int,
    least_correlation: float,
    levels: Levels,
) -> pd.DataFrame:
    """Test sets by rotation, CAMERA, scores and prerank, two-sided; prerank ranks genes by their moderated t.

    Args:
        comparison: the groups.
        weights: the sets, unsigned.
        seed: of the rotations and of prerank's sampled null distribution.
        n_rotations: of the rotation test.
        least_correlation: of CAMERA.
        levels: of intervals, of which nothing is returned.

    Returns:
        One row a set, the columns CALIBRATION_COLUMNS from `set` on.
    """
    tested = run_tests(
        comparison,
        weights,
        seed=seed,
        n_rotations=n_rotations,
        least_correlation=least_correlation,
        levels=levels,
    )
    tested = tested.rename(columns={"p_rotation_two_sided": "p_rotation"})
    return tested.assign(p_prerank=prerank_p(comparison.fits.moderated_t, weights, seed=seed))[
        list(CALIBRATION_COLUMNS[2:])
    ]


def p_values_under_labellings(
    comparison: Comparison,
    weights: SetWeights,
    labellings: NDArray[np.bool_],
    *,
    seed: int,
    n_rotations: int,
    least_correlation: float,
    levels: Levels,
) -> pd.DataFrame:
    """Test sets between made-up groups.

    Args:
        comparison, weights, seed, n_rotations, least_correlation, levels: as in `p_values`.
        labellings: labellings x samples.

    Returns:
        Columns CALIBRATION_COLUMNS; no row of a labelling that leaves no residual degree of freedom.
    """
    parts = []
    for draw, labelling in enumerate(labellings):
        other = relabel(comparison, labelling)
        if other is not None:
            found = p_values(
                other,
                weights,
                seed=seed,
                n_rotations=n_rotations,
                least_correlation=least_correlation,
                levels=levels,
            )
            parts.append(found.assign(null="shuffled labels", draw=draw)[list(CALIBRATION_COLUMNS)])
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CALIBRATION_COLUMNS))
