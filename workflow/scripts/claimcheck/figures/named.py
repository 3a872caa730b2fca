"""The genes that figures name, and what the claims register says of them: from which counts, and which effect matters."""

from dataclasses import dataclass, field

import pandas as pd

from claimcheck.claims.model import DECIDING, Register
from claimcheck.gene_sets.named import MEASURES

_WORDS = ("gene_id", "symbol", "state")


@dataclass(frozen=True)
class Standards:
    """What a gene is measured by.

    Attributes:
        detected_counts: mean normalised counts in one of the groups from which a gene is expressed.
        threshold: smallest effect of interest in a gene, log2 without sign; NaN without a register.
        of_gene: the same for genes that claims with a threshold of their own decide on, the smallest.
    """

    detected_counts: float
    threshold: float = float("nan")
    of_gene: dict[str, float] = field(default_factory=dict)


def standards_of(register: Register | None, detected_counts: float) -> Standards:
    """Take the standards from a register, or fall back on `detected_counts` where a study has none."""
    if register is None:
        return Standards(detected_counts)
    of_gene: dict[str, float] = {}
    for claim in register.claims.values():
        for gene in claim.genes:
            if gene.role == DECIDING and claim.threshold > 0:
                of_gene[gene.gene_id] = min(claim.threshold, of_gene.get(gene.gene_id, claim.threshold))
    return Standards(register.rules.detected_counts, float(register.primary["thresholds"]["gene"]), of_gene)


def genes_of_figure(named: pd.DataFrame, figure: str, standards: Standards) -> pd.DataFrame:
    """Take the genes of a figure.

    Args:
        named: results/differential/named_genes.tsv.
        figure: the figure's name.
        standards: what its genes are measured by.

    Returns:
        Its rows, with the columns detected (bool) and threshold (log2 without sign, or missing).
    """
    own = named[named["figure"] == figure].drop(columns="figure").reset_index(drop=True)
    numbers = own[[name for name in MEASURES if name not in _WORDS]].astype(float)
    highest = numbers[["mean_reference", "mean_test"]].max(axis=1)
    return own.assign(
        **numbers,
        left_out=own["left_out"].astype(bool),
        detected=(own["state"] == "tested") & (highest >= standards.detected_counts),
        threshold=[standards.of_gene.get(gene, standards.threshold) for gene in own["gene_id"]],
    )
