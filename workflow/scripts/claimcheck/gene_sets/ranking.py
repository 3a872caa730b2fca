"""The order of all genes in which sets are looked for, by their Wald statistic."""

import logging
from collections.abc import Sequence

import numpy as np
import pandas as pd

logger = logging.getLogger("claimcheck.gene_sets.ranking")


def rank_genes(genes: pd.DataFrame, *, biotypes: pd.Series, ranked_biotypes: Sequence[str]) -> pd.DataFrame:
    """Rank the tested genes by their Wald statistic, highest first.

    Args:
        genes: `results/differential/genes.tsv`.
        biotypes: biotype of each gene id, "" or absent where unknown.
        ranked_biotypes: biotypes to rank; genes of unknown biotype are ranked as well.

    Returns:
        gene_id, symbol, stat, log2_fold_change, score; ties of stat are ordered by base mean, then id, and score is stat made
        strictly decreasing in that order.
    """
    known = genes["gene_id"].map(biotypes).fillna("")
    chosen = genes[(known.isin(list(ranked_biotypes)) | (known == "")) & np.isfinite(genes["stat"])]
    logger.info("%d of %d tested genes are ranked", len(chosen), len(genes))
    ties = int(chosen["stat"].duplicated().sum())
    logger.info("%d of these share their statistic with another; base mean and id order them", ties)
    ordered = chosen.sort_values(["stat", "base_mean", "gene_id"], ascending=[False, False, True], ignore_index=True)
    ranking = ordered[["gene_id", "symbol", "stat", "log2_fold_change"]].copy()
    ranking["score"] = ranking["stat"] - np.arange(len(ranking)) * 1e-9
    return ranking
