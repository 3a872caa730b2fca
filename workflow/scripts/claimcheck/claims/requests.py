"""What the claims ask of the phases before them: genes to keep whatever their counts, and how variants thin sets out.

Both stay the same when a number of the register changes, so that nothing but the verdicts is made again.
"""

from pathlib import Path
from typing import NamedTuple

import pandas as pd

from claimcheck.claims.plan import left_out_genes, planned_genes, read_reference, readout_genes
from claimcheck.claims.register import read_register
from claimcheck.sets.collections import MEMBER_COLUMNS, SET_COLUMNS, read_collection

WHOLE = "full"
"""The variant in which sets are tested where there is no register."""


class Requests(NamedTuple):
    """Ids of the genes that claims look at one by one, and of those that each variant of sets leaves out; sorted."""

    kept_genes: list[str]
    left_out: dict[str, list[str]]


def read_requests(claims: Path | None, *, curated: str, reference_expression: Path | None) -> Requests:
    """Read the register of a study and what it asks for.

    Args:
        claims: the register; None where a study has none.
        curated: folder of the curated sets, or "none".
        reference_expression: the table that variants may leave genes out by, or None.

    Raises:
        StudyError: the register is wrong, or lacks what it needs.
    """
    if claims is None:
        return Requests([], {WHOLE: []})
    no_sets = pd.DataFrame(columns=list(SET_COLUMNS)), pd.DataFrame(columns=list(MEMBER_COLUMNS))
    sets, members = no_sets if curated == "none" else read_collection(Path(curated))
    register = read_register(claims, sets=sets, members=members)
    reference = read_reference(register, reference_expression)
    by_set = {str(name): list(rows) for name, rows in members.groupby("set")["gene_id"]}
    return Requests(
        sorted({*planned_genes(register)["gene_id"], *readout_genes(register)}),
        {name: sorted(left_out_genes(register, name, by_set, reference)) for name in register.primary["variants"]},
    )
