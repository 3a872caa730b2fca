"""Put the fold changes of the paper's own table of genes beside those of the study."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.published import compare_published, read_published


def main(*, published: Path, genes: Path, columns: dict[str, str], reversed_groups: bool, output: Path) -> None:
    """Write a row for each gene that the paper's table names."""
    own = read_table(genes)
    write_table(compare_published(read_published(published, columns), own, reversed_groups=reversed_groups), output)


run(main)
