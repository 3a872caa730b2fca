"""Take over the published collections of gene sets from the study that this one is a comparison of."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.sourcing.download import link


def main(*, fetched: Path, links: Path, folder: Path, table: Path) -> None:
    """Link every file of the folder `links` under its name, and copy the table."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in sorted(links.iterdir()):
        if not path.name.startswith("."):
            link(path.resolve(), folder / path.name)
    write_table(read_table(fetched, text=True), table)


run(main)
