"""Reading what the figures and the page of the claims are made from."""

from collections.abc import Sequence
from pathlib import Path

from claimcheck.claims.model import Register
from claimcheck.claims.register import read_register
from claimcheck.core.gene_lists import read_gene_lists
from claimcheck.gene_sets.curated import read_curated


def open_register(claims: Path, gene_sets: Sequence[Path]) -> Register:
    """Read the claims register of a study.

    Args:
        claims: the register.
        gene_sets: the files of the curated gene sets, which lie in one folder; none where the study has none.
    """
    sets, members = read_curated(gene_sets)
    return read_register(claims, sets=sets, members=members, known=read_gene_lists(gene_sets).known)
