"""Families of sets that share genes: which family keeps a gene, and how much any two sets share."""

from collections.abc import Collection, Sequence
from itertools import combinations

import pandas as pd

OVERLAP_COLUMNS = (
    "set",
    "family",
    "other_set",
    "other_family",
    "n",
    "n_other",
    "n_shared",
    "share_of_smaller",
    "shared",
)


def yielded_to(
    members: pd.DataFrame, claims: pd.DataFrame, *, priority: Sequence[str], shared: Collection[str] = ()
) -> pd.Series:
    """Say for every member to which family it is yielded, so that families have no gene in common.

    Args:
        members: columns gene_id and family.
        claims: the sets that claim genes for their family, columns gene_id and family.
        priority: families, the one that keeps a gene of several first; others neither claim nor yield.
        shared: gene ids that stay in all their families.

    Returns:
        The family of the highest priority above the member's own that claims the gene, "" if none does; index of `members`.
    """
    rank = {family: position for position, family in enumerate(priority)}
    claimed = claims[claims["family"].isin(rank) & ~claims["gene_id"].isin(list(shared))]
    best = claimed["family"].map(rank).groupby(claimed["gene_id"]).min()
    own = members["family"].map(rank)
    winner = members["gene_id"].map(best)
    wins = winner < own
    return winner.where(wins).map(dict(enumerate(priority))).fillna("").astype(str)


def overlaps(members: pd.DataFrame) -> pd.DataFrame:
    """List every two sets that share genes, the matrix of overlaps without its zeros.

    Args:
        members: columns set, family, gene_id, symbol.

    Returns:
        Columns OVERLAP_COLUMNS, sets in the order of their first member; shared are symbols joined by `;`.
    """
    symbols = dict(zip(members["gene_id"], members["symbol"], strict=True))
    families = dict(zip(members["set"], members["family"], strict=True))
    genes = {name: set(rows) for name, rows in members.groupby("set", sort=False)["gene_id"]}
    rows = []
    for one, other in combinations(genes, 2):
        both = genes[one] & genes[other]
        if both:
            n, n_other = len(genes[one]), len(genes[other])
            shown = ";".join(sorted(symbols[gene] for gene in both))
            rows.append(
                (one, families[one], other, families[other], n, n_other, len(both), len(both) / min(n, n_other), shown)
            )
    return pd.DataFrame(rows, columns=list(OVERLAP_COLUMNS))
