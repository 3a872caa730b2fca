"""Log2 levels of genes, of two kinds that answer different questions.

Levels of the total show a gene's share of what was sequenced: is it expressed in a sample, and which cells does the sample hold?
A few strong genes that rise make all other shares fall. Normalised levels allow for that, so groups are compared on them.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

PRIOR_COUNT = 2.0
"""Counts added to a sample of average depth, as edgeR and limma add them."""


def log2_cpm_of_total(counts: pd.DataFrame) -> pd.DataFrame:
    """Return log2(CPM + 1), CPM being counts in a million of the sample's counts; a sample without counts is 0 throughout.

    Args:
        counts: integers, genes x samples; all genes, since their sum is the depth.
    """
    cpm = counts / counts.sum().clip(lower=1) * 1e6
    return cpm.apply(lambda column: np.log2(column + 1))


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
    log_ratio = np.log(counts.sum(axis=0)) - np.log(size_factors)
    library_sizes = size_factors * np.exp(log_ratio.mean())
    prior = PRIOR_COUNT * library_sizes / library_sizes.mean()
    return np.log2((counts + prior) / (library_sizes + 2 * prior) * 1e6)
