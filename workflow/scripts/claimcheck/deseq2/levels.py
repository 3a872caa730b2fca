"""Log2 levels of genes, on one normalisation: the size factors that fold changes are estimated with.

Shares of what was sequenced would not do: a few strong genes that rise make all other shares fall, and panels of other cells
with them.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRIOR_COUNT = 2.0
"""Counts added to a sample of average depth, as edgeR and limma add them."""


def log2_cpm(counts: pd.DataFrame, size_factors: "pd.Series[float]") -> pd.DataFrame:
    """Return log2(CPM + 1), for panels and single genes: 0 where a gene has no count.

    Args:
        counts: integers, genes x samples; all genes, since their sum is the depth.
        size_factors: by sample, of any common scale, positive.
    """
    factors: Floats = np.asarray(size_factors.reindex(counts.columns), dtype=np.float64)
    cpm = counts.div(effective_library_sizes(counts.to_numpy(), factors), axis="columns") * 1e6
    return cpm.apply(lambda column: np.log2(column + 1))


def effective_library_sizes(counts: NDArray[np.integer] | Floats, size_factors: Floats) -> Floats:
    """Scale size factors so that they have the geometric mean of the library sizes.

    Args:
        counts: genes x samples.
        size_factors: (samples,), of any common scale.
    """
    log_ratio = np.log(np.maximum(counts.sum(axis=0), 1)) - np.log(size_factors)
    return np.asarray(size_factors * np.exp(log_ratio.mean()), dtype=np.float64)


def log2_cpm_normalised(counts: NDArray[np.integer] | Floats, size_factors: Floats) -> Floats:
    """Turn counts into log2 counts per million, as edgeR's `cpm(log=TRUE)` does (Robinson et al. 2010).

    PRIOR_COUNT is added in proportion to a sample's effective library size, so that genes without counts do not differ
    between deep and shallow samples. The effective library size is proportional to the size factor and has the geometric
    mean of the library sizes.

    Args:
        counts: genes x samples.
        size_factors: (samples,), of any common scale.

    Returns:
        float64, genes x samples.
    """
    library_sizes = effective_library_sizes(counts, size_factors)
    prior = PRIOR_COUNT * library_sizes / library_sizes.mean()
    return np.log2((counts + prior) / (library_sizes + 2 * prior) * 1e6)
