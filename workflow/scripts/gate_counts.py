"""Check the library size of each sample of a table of counts against the thresholds."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.qc import gates


def main(*, counts: Path, thresholds: dict[str, float], output: Path) -> None:
    """Write the gates on library size."""
    sizes = read_table(counts).set_index("gene_id").sum()
    write_table(gates.as_table(gates.at_least("library_size", "counts in all", sizes.to_dict(), **thresholds)), output)


run(main)
