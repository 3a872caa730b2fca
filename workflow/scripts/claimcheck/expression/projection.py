"""Principal components of the samples on variance-stabilised counts."""

import logging
from typing import Any

import numpy as np
import pandas as pd

logger = logging.getLogger("claimcheck.expression.projection")


def stabilise(dataset: Any) -> pd.DataFrame:
    """Return blind variance-stabilised counts (Anders & Huber 2010), samples x genes, on a log2-like scale.

    Where the dispersion trend cannot be fitted, log2 of normalised counts plus one takes their place.

    Args:
        dataset: a fitted PyDESeq2 data set.
    """
    values = None
    try:
        dataset.vst(use_design=False)
        values = np.asarray(dataset.layers["vst_counts"])
    except (RuntimeError, ValueError, np.linalg.LinAlgError) as error:
        logger.warning("no variance-stabilising transformation (%s)", error)
    if values is None or not np.isfinite(values).all():
        logger.warning("components are those of log2(normalised count + 1)")
        values = np.log2(np.asarray(dataset.layers["normed_counts"]) + 1)
    return pd.DataFrame(values, index=dataset.obs_names, columns=dataset.var_names)


def project(values: pd.DataFrame, *, n_genes: int) -> pd.DataFrame:
    """Compute principal components on the genes that vary most.

    Args:
        values: samples x genes, log scale.
        n_genes: number of genes with the largest variance; ties go to the smaller id.

    Returns:
        sample, component (from 1), score, variance_share (0 to 1); each component's sign is such that the largest score is
        positive. At most five components.
    """
    variances = values.var(axis=0)
    chosen = variances.sort_index().sort_values(ascending=False, kind="stable").index[:n_genes]
    centred = values[chosen] - values[chosen].mean(axis=0)
    left, singular, _ = np.linalg.svd(centred.to_numpy(), full_matrices=False)
    total = float((singular**2).sum())
    rows = []
    for component in range(min(5, len(values) - 1, len(singular))):
        scores = left[:, component] * singular[component]
        scores = scores * np.sign(scores[np.argmax(np.abs(scores))] or 1.0)
        share = float(singular[component] ** 2 / total) if total else 0.0
        rows += [(sample, component + 1, score, share) for sample, score in zip(values.index, scores, strict=True)]
    return pd.DataFrame(rows, columns=["sample", "component", "score", "variance_share"])
