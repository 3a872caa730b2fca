"""Where a set's genes stand in the ranking of all genes (Subramanian et al. 2005): a description, not a deciding test.

The null distribution permutes genes, which are taken as independent. Real sets are co-expressed, so the p-values are too
small, most for sets that move together (Goeman & Buehlmann 2007; Wu & Smyth 2012).
"""

import logging
from itertools import pairwise

import gseapy
import numpy as np
import pandas as pd

from claimcheck.gene_sets.tests.false_discovery import benjamini_hochberg
from claimcheck.gene_sets.tests.weights import SetWeights

logger = logging.getLogger("claimcheck.gene_sets.tests.prerank")

TEST_COLUMNS = (
    "set",
    "family",
    "source",
    "variant",
    "n_genes",
    "effect",
    "enrichment_score",
    "nes",
    "p_prerank",
    "p_prerank_adjusted",
    "leading_edge",
)

CORNER_COLUMNS = (
    "set",
    "family",
    "rank",
    "gene_id",
    "symbol",
    "stat",
    "running_sum_before",
    "running_sum",
    "n_ranked",
)


def prerank(
    ranking: pd.DataFrame,
    members: pd.DataFrame,
    sets: pd.DataFrame,
    *,
    min_size: int,
    max_size: int,
    seed: int,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run gseapy's prerank with multilevel p-values (Korotkevich et al. 2021) on the sets marked `tested`.

    Args:
        ranking: from `ranking.rank_genes`.
        members: set, gene_id, symbol, of genes in the ranking.
        sets: from `curated.map_sets`.
        min_size, max_size: sizes accepted, the same as in `map_sets`.
        seed: of the sampled null distribution.

    Returns:
        One row a set with the columns TEST_COLUMNS (effect is the mean log2 fold change of the members; adjusted p is
        Benjamini-Hochberg over these sets), and the corners of every set's running sum with the columns CORNER_COLUMNS (rank
        from 1).
    """
    tested = sets[sets["tested"]]
    if tested.empty:
        return pd.DataFrame(columns=list(TEST_COLUMNS)), pd.DataFrame(columns=list(CORNER_COLUMNS))
    lists = {name: sorted(group["gene_id"]) for name, group in members.groupby("set") if name in set(tested["set"])}
    outcome = gseapy.prerank(
        rnk=ranking.set_index("gene_id")["score"],
        gene_sets=dict(sorted(lists.items())),
        method="multilevel",
        min_size=min_size,
        max_size=max_size,
        weight=1,
        seed=seed,
        threads=1,
        outdir=None,
        no_plot=True,
    ).results
    by_id = ranking.set_index("gene_id")
    rows: list[dict[str, object]] = []
    corners: list[pd.DataFrame] = []
    for name, family, source in tested[["set", "family", "source"]].astype(str).itertuples(index=False, name=None):
        found = outcome[name]
        rows.append(
            {
                "set": name,
                "family": family,
                "source": source,
                "variant": "full",
                "n_genes": len(lists[name]),
                "effect": by_id.loc[lists[name], "log2_fold_change"].mean(),
                "enrichment_score": found["es"],
                "nes": found["nes"],
                "p_prerank": found["pval"],
                "leading_edge": ";".join(by_id.loc[found["lead_genes"].split(";"), "symbol"]),
            }
        )
        corners.append(_corners(name, family, ranking, found))
    tests = pd.DataFrame(rows)
    tests["p_prerank_adjusted"] = benjamini_hochberg(tests["p_prerank"])
    return tests[list(TEST_COLUMNS)], pd.concat(corners, ignore_index=True)


def prerank_p(statistics: np.ndarray, weights: SetWeights, *, seed: int) -> np.ndarray:
    """Permute genes alone: the two-sided p-value that `prerank` would give each set in a ranking by other statistics.

    Args:
        statistics: float64, (genes,).
        weights: the sets, unsigned, over the same genes.
        seed: of the sampled null distribution.

    Returns:
        float64, (sets,); NaN for a set without members.
    """
    order = np.argsort(-statistics, kind="stable")
    score = pd.Series(statistics[order] - np.arange(len(order)) * 1e-9, index=order.astype(str))
    starts, columns = weights.matrix.indptr, weights.matrix.indices.astype(str)
    lists = {
        str(number): sorted(columns[start:end]) for number, (start, end) in enumerate(pairwise(starts)) if end > start
    }
    p = np.full(len(weights.sets), np.nan)
    if lists:
        found = gseapy.prerank(
            rnk=score,
            gene_sets=dict(sorted(lists.items())),
            method="multilevel",
            min_size=1,
            max_size=len(order),
            weight=1,
            seed=seed,
            threads=1,
            outdir=None,
            no_plot=True,
        ).results
        for name in lists:
            p[int(name)] = found[name]["pval"] if name in found else np.nan
    return p


def _corners(name: str, family: str, ranking: pd.DataFrame, found: dict[str, object]) -> pd.DataFrame:
    """Take the running sum just before and at each member; it falls evenly in between."""
    curve = np.asarray(found["RES"], dtype=float)
    hits = np.asarray(found["hits"], dtype=int)
    before = np.where(hits > 0, curve[hits - 1], 0.0)
    table = ranking.loc[hits, ["gene_id", "symbol", "stat"]].reset_index(drop=True)
    table.insert(0, "rank", hits + 1)
    table.insert(0, "family", family)
    table.insert(0, "set", name)
    return table.assign(running_sum_before=before, running_sum=curve[hits], n_ranked=len(ranking))
