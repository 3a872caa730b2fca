"""Ask Europe PMC for the paper that the claims are taken from; without an answer the page says what the configuration says."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.sourcing.addresses import parse_optional_address
from claimcheck.sourcing.http import open_session
from claimcheck.sourcing.publications import fetch_publication

progress = logging.getLogger("claimcheck.progress")


def main(*, doi: str, stated: dict[str, Any], archive: dict[str, Any], output: Path) -> None:
    """Write a row a field; what is stated in the configuration wins."""
    found: dict[str, str] = {}
    address = parse_optional_address(archive["publications"], key="archive.publications")
    if doi and address:
        try:
            with open_session(timeout=archive["timeout"]) as session:
                found = fetch_publication(doi, address, session)
        except StudyError as error:
            progress.warning("the paper was not looked up: %s", error.what)
    fields = {"doi": doi} | found | {name: str(value) for name, value in stated.items() if value}
    source = "Europe PMC" if found else ""
    rows = [*fields.items(), ("source", source)]
    write_table(pd.DataFrame([row for row in rows if row[1]], columns=["key", "value"]), output)


run(main)
