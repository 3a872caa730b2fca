"""List what the claims ask of the phases before them: genes to keep whatever their counts, and how variants thin sets out.

These tables stay the same when a threshold of the register changes, so that nothing but the verdicts is made again.
"""

from pathlib import Path

import pandas as pd

from claimcheck.claims.artefacts import readout_genes
from claimcheck.claims.plan import left_out_genes, planned_genes, read_reference
from claimcheck.claims.register import read_register
from claimcheck.sets.collections import MEMBER_COLUMNS, SET_COLUMNS, read_collection
from claimcheck.steps import step
from claimcheck.tables import write_table


def main(*, claims: Path, curated: str, reference_expression: Path | None, kept_genes: Path, left_out: Path) -> None:
    """Write the genes that claims look at one by one, and the genes that each variant leaves out of every set."""
    no_sets = pd.DataFrame(columns=list(SET_COLUMNS)), pd.DataFrame(columns=list(MEMBER_COLUMNS))
    sets, members = no_sets if curated == "none" else read_collection(Path(curated))
    register = read_register(claims, sets=sets, members=members)
    genes = sorted({*planned_genes(register)["gene_id"], *readout_genes(register)})
    write_table(pd.DataFrame({"gene_id": genes}), kept_genes)
    reference = read_reference(register, reference_expression)
    by_set = {str(name): list(rows) for name, rows in members.groupby("set")["gene_id"]}
    rows = [
        (variant, gene)
        for variant in register.primary["variants"]
        for gene in ["", *sorted(left_out_genes(register, variant, by_set, reference))]
    ]
    write_table(pd.DataFrame(rows, columns=["variant", "gene_id"]), left_out)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            claims=Path(snakemake.input.claims),
            curated=str(Path(snakemake.input.gene_sets[0]).parent) if snakemake.input.gene_sets else "none",
            reference_expression=Path(snakemake.input.reference) if snakemake.input.reference else None,
            kept_genes=Path(snakemake.output.kept_genes),
            left_out=Path(snakemake.output.left_out),
        )
