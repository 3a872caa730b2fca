"""Compare the genes of the reference with those that the study names, and stop where they are not the same."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.quantification.gene_agreement import reference_source, require_agreement


def main(
    *,
    listed: Path,
    wanted: dict[str, list[str]],
    deleted_gene: str | None,
    symbols: dict[str, str],
    key: str,
    output: Path,
) -> None:
    """Write how many of the genes that each place of the configuration names are there."""
    genes = read_table(listed)["gene_id"].unique()
    found = require_agreement(genes, wanted, reference_source(key), deleted=deleted_gene, symbols=symbols)
    write_table(found, output)


run(main)
