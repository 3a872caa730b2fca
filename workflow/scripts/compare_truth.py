"""Work out what a simulated study planted for every claim of its register."""

from pathlib import Path

from claimcheck.claims.resolve import planned_sets, read_reference
from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.figures.claims_input import open_register
from claimcheck.gene_sets.curated import read_curated
from claimcheck.simulation.truth import planted_claims


def main(*, claims: Path, gene_sets: list[Path], reference_expression: Path | None, genes: Path, truth: Path) -> None:
    """Resolve the register against the gene sets, and write the planted effect of every claim."""
    register = open_register(claims, gene_sets)
    sets, members = read_curated(gene_sets)
    planned = planned_sets(register, sets, members, read_reference(register, reference_expression))
    columns = ["gene_id", "planted_log2_fold_change", "expected_log2_fold_change"]
    planted = read_table(genes, columns=columns, text=["gene_id", "symbol"])
    write_table(planted_claims(register, planned, planted), truth)


run(main)
