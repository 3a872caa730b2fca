"""Reading what the figures and the page of the claims are made from."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.claims.reasons import VERDICT_COLUMNS
from claimcheck.claims.register import read_register
from claimcheck.core.tables import read_table
from claimcheck.gene_sets.curated import MEMBER_COLUMNS, SET_COLUMNS, read_collection


def open_register(claims: Path, gene_sets: Sequence[Path]) -> Register:
    """Read the claims register of a study.

    Args:
        claims: the register.
        gene_sets: the tables of the curated gene sets, which lie in one folder; none where the study has none.
    """
    sets, members = open_collection(gene_sets)
    return read_register(claims, sets=sets, members=members)


def open_collection(gene_sets: Sequence[Path]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the curated gene sets of a study, empty frames where it has none."""
    if not gene_sets:
        return pd.DataFrame(columns=list(SET_COLUMNS)), pd.DataFrame(columns=list(MEMBER_COLUMNS))
    return read_collection(gene_sets[0].parent)


def read_verdicts(path: Path) -> pd.DataFrame:
    """Read results/claims/verdicts.tsv."""
    text = ["claim", "statement", "kind", "verdict", "reason", "label", "sentence", "variant", "leading_edge", "of"]
    return read_table(path, columns=VERDICT_COLUMNS, text=text)
