"""Fetch the published collections of gene sets, check them against the lock, and say which are missing."""

from pathlib import Path
from typing import Any

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.gene_sets.published.collect import collect
from claimcheck.gene_sets.published.fetch import Fetcher
from claimcheck.gene_sets.published.sources import read_published
from claimcheck.sourcing.http import open_session

DOWNLOADS = Path("resources/downloads/collections")


def main(*, collections: dict[str, Any], folder: Path, table: Path, timeout: float = 60.0, pause: float = 2.0) -> None:
    """Link what could be fetched as `<folder>/<collection>.<file>`, and write one row a file."""
    with open_session(timeout=timeout, pause=pause / 2) as session:
        fetcher = Fetcher(DOWNLOADS, session, pause=pause)
        write_table(collect(read_published(collections), fetcher, Path(collections["lock"]), folder), table)


run(main)
