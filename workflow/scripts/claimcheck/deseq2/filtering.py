"""Which genes have enough counts to be compared."""

from collections.abc import Set

import pandas as pd

from claimcheck.core.errors import StudyError

MIN_GENES = 50
"""Genes below which PyDESeq2 fits no dispersion trend that could be trusted."""


def has_enough_counts(counts: pd.DataFrame, samples: pd.DataFrame, *, min_count: int) -> pd.Series:
    """Tell of each gene whether it has at least `min_count` counts in as many samples as the smaller group has.

    Args:
        counts: integers, genes x samples.
        samples: the sample sheet.
    """
    smaller = int(samples["condition"].value_counts().min())
    return (counts >= min_count).sum(axis=1) >= smaller


def filter_genes(counts: pd.DataFrame, samples: pd.DataFrame, *, min_count: int, keep: Set[str]) -> pd.DataFrame:
    """Keep the genes that have enough counts, and those of `keep`.

    Args:
        counts: integers, genes x samples.
        samples: the sample sheet.
        min_count: as in `has_enough_counts`.
        keep: ids kept whatever their counts, unless they are zero in all samples.

    Raises:
        StudyError: fewer than MIN_GENES are left.
    """
    enough = has_enough_counts(counts, samples, min_count=min_count)
    kept = counts[(enough | counts.index.isin(sorted(keep))) & (counts.sum(axis=1) > 0)]
    if len(kept) < MIN_GENES:
        raise StudyError(
            f"only {len(kept)} genes have {min_count} counts in as many samples as the smaller group has",
            where="results/counts/gene_counts.tsv",
            expected=f"at least {MIN_GENES} such genes, without which no dispersion trend can be fitted",
            remedy="check the mapping gates and the reference, or lower differential.min_count in config/config.yaml",
        )
    return kept
