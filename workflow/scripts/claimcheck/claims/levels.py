"""What each claim looks at, animal by animal: the level of its genes, and the score of the sets that decide it."""

import pandas as pd

from claimcheck.claims.model import DECIDING, Register
from claimcheck.claims.tests import KEYS, Data
from claimcheck.gene_sets.comparison import Comparison
from claimcheck.gene_sets.tests.scores import sample_scores
from claimcheck.gene_sets.tests.weights import weigh_sets

LEVEL_COLUMNS = ("claim", "of", "sample", "level", "level_adjusted")
MEMBER_COLUMNS = ("claim", "of", "gene_id", "weight")


def claim_members(register: Register, data: Data, comparison: Comparison) -> pd.DataFrame:
    """List the genes that decide each claim.

    Args:
        register: the claims register.
        data: what the claims look at.
        comparison: the primary model, fitted.

    Returns:
        One row a claim, object (a gene's symbol, or a set as the verdicts name it) and gene in the counts, columns
        MEMBER_COLUMNS; weight is 1, or -1 for genes that a set expects to go the other way.
    """
    counted = set(comparison.counts.index)
    decides = data.planned[(data.planned["role"] == DECIDING) & (data.planned["weight"] != 0)]
    of_tests = dict(list(decides.groupby(KEYS, sort=False)[["gene_id", "weight"]]))
    parts = [pd.DataFrame(columns=list(MEMBER_COLUMNS)).astype({"weight": "float64"})]
    for claim in register.claims.values():
        for gene in claim.genes:
            parts.append(
                pd.DataFrame({"gene_id": [gene.gene_id], "weight": 1.0}).assign(claim=claim.id, of=gene.symbol)
            )
        for test in claim.sets:
            own = of_tests.get((claim.id, test.role, test.run, claim.variant))
            if own is not None:
                parts.append(own.assign(claim=claim.id, of=test.name))
    members = pd.concat(parts, ignore_index=True)
    return members.loc[members["gene_id"].isin(counted), list(MEMBER_COLUMNS)].reset_index(drop=True)


def claim_levels(members: pd.DataFrame, comparison: Comparison) -> pd.DataFrame:
    """Give the values that the effects of claims are differences of.

    Args:
        members: from `claim_members`.
        comparison: the primary model, fitted.

    Returns:
        One row a claim, object and sample, columns LEVEL_COLUMNS: log2 counts per million of a gene, of a set the mean over its
        genes, those of weight -1 turned; and the same without the fitted part of the covariates.
    """
    names = members["claim"] + "\t" + members["of"]
    objects = list(names.drop_duplicates())
    if not objects:
        return pd.DataFrame(columns=list(LEVEL_COLUMNS))
    weights = weigh_sets(members.assign(set=names), objects, list(comparison.counts.index))
    scores = sample_scores(comparison.values, weights, comparison.design_matrix, list(comparison.counts.columns))
    named = scores["set"].str.split("\t", expand=True)
    table = scores.assign(claim=named[0], of=named[1])
    return table.rename(columns={"score": "level", "score_adjusted": "level_adjusted"})[list(LEVEL_COLUMNS)]
