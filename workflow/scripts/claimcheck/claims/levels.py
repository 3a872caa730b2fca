"""What each claim looks at, animal by animal: the level of its genes, and the score of the sets that decide it."""

import numpy as np
import pandas as pd

from claimcheck.claims.model import DECIDING, Register
from claimcheck.claims.tests import KEYS, Data
from claimcheck.gene_sets.comparison import Comparison
from claimcheck.gene_sets.tests.scores import sample_scores
from claimcheck.gene_sets.tests.weights import weigh_sets

CLAIM_LEVEL_COLUMNS = ("claim", "of", "sample", "level", "level_adjusted")


def claim_levels(register: Register, data: Data, comparison: Comparison) -> pd.DataFrame:
    """Give the values that the effects of claims are differences of.

    Args:
        register: the claims register.
        data: the groups, and what the claims look at.
        comparison: the primary model, fitted.

    Returns:
        One row a claim, gene or set (as the verdicts name it) and sample, columns CLAIM_LEVEL_COLUMNS: log2 counts per million of
        a gene, of a set the mean over its genes, those that are expected to fall turned; and the same without the fitted part of
        the covariates. What has no genes in the counts is absent.
    """
    counted = set(comparison.counts.index)
    objects: list[tuple[str, str]] = []
    members: list[pd.DataFrame] = []
    for claim in register.claims.values():
        wanted = {gene.symbol: [(gene.gene_id, 1.0)] for gene in claim.genes if gene.gene_id in counted}
        for test in claim.sets:
            key = dict(zip(KEYS, (claim.id, DECIDING, test.run, claim.variant), strict=True))
            own = data.planned[(data.planned[list(key)] == pd.Series(key)).all(axis=1) & (data.planned["weight"] != 0)]
            rows = list(own[own["gene_id"].isin(counted)][["gene_id", "weight"]].itertuples(index=False, name=None))
            if test.role == DECIDING and rows:
                wanted[test.name] = rows
        for name, rows in wanted.items():
            members.append(pd.DataFrame(rows, columns=["gene_id", "weight"]).assign(set=str(len(objects))))
            objects.append((claim.id, name))
    if not objects:
        return pd.DataFrame(columns=list(CLAIM_LEVEL_COLUMNS))
    weights = weigh_sets(pd.concat(members), [str(n) for n in range(len(objects))], list(comparison.counts.index))
    scores = sample_scores(comparison.values, weights, comparison.design_matrix, list(comparison.counts.columns))
    named = [objects[int(number)] for number in scores["set"]]
    table = scores.assign(claim=[claim for claim, _ in named], of=[name for _, name in named])
    table = table.rename(columns={"score": "level", "score_adjusted": "level_adjusted"})
    return table.replace([np.inf, -np.inf], np.nan)[list(CLAIM_LEVEL_COLUMNS)]
