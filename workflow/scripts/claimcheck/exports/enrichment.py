"""Gene sets and the ranking as GSEA and its kin read them: .gmt and .rnk (https://docs.gsea-msigdb.org/#GSEA/Data_Formats)."""

import pandas as pd


def write_sets(sets: pd.DataFrame, members: pd.DataFrame) -> str:
    """Write the sets that were tested as GMT.

    Args:
        sets: set, description, source, tested; the order is kept.
        members: set, gene_id: the genes of each set that were ranked.

    Returns:
        A line a set: its name, what it is and where it comes from, and the ids of its genes, sorted.
    """
    genes = members.groupby("set")["gene_id"].agg(lambda ids: sorted(set(ids)))
    lines = []
    for row in sets[sets["tested"]].itertuples():
        words = "; ".join(text for text in (_plain(row.description), _plain(row.source)) if text)
        lines.append("\t".join([str(row.set), words or "na", *genes[row.set]]))
    return "".join(f"{line}\n" for line in lines)


def write_ranking(ranking: pd.DataFrame) -> str:
    """Write a ranking as RNK.

    Args:
        ranking: gene_id and score, from `rank_genes`.

    Returns:
        A line a gene, the highest first: its id, and the score with as many digits as tell ties apart.
    """
    return "".join(f"{row.gene_id}\t{row.score:.15g}\n" for row in ranking.itertuples())


def _plain(text: object) -> str:
    """Return a text on one line."""
    return " ".join(str(text).split())
