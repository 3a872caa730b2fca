"""Ask the archives for the runs of the project and the attributes of its samples; every reply is kept as it came."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.sourcing.addresses import parse_optional_address
from claimcheck.sourcing.archive import Archives
from claimcheck.sourcing.http import open_session
from claimcheck.sourcing.runs import count_kinds, select_rna_seq

progress = logging.getLogger("claimcheck.progress")


def main(
    *,
    accession: str,
    tax_id: int,
    archive: dict[str, Any],
    run_table: Path,
    attributes: Path,
    responses: Path,
) -> None:
    """Write the runs that any source lists, the attributes of the RNA-Seq samples, and the checksums of all replies."""
    addresses = {
        name: parse_optional_address(archive[name], key=f"archive.{name}")
        for name in ("ena", "ncbi", "biosamples", "browser")
    }
    with open_session(timeout=archive["timeout"]) as session:
        archives = Archives(addresses, responses.parent / "responses", session)
        runs = archives.fetch_runs(accession)
        selected = select_rna_seq(runs, tax_id=tax_id, accession=accession)
        others = runs[~runs["run_accession"].isin(selected["run_accession"])]
        if len(others):
            progress.info("left out, for the study is RNA-Seq of taxonomy id %d: %s", tax_id, count_kinds(others))
        found = archives.fetch_attributes(sorted(set(selected["sample_accession"]) - {""}), tax_id=tax_id)
    replies = [(file, *facts) for file, facts in archives.kept.items()]
    kept = pd.DataFrame(replies, columns=["file", "address", "sha256", "bytes"])
    write_table(runs, run_table)
    write_table(found, attributes)
    write_table(kept, responses)


run(main)
