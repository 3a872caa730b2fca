"""Where the inputs of a study were fetched from, under which accession and licence, in the terms of schema.org."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from claimcheck.sourcing.addresses import parse_address

_READS = "resources/reads"
_COLLECTIONS = "resources/collections"


def origins_of(
    configuration: Mapping[str, Any], read_files: pd.DataFrame | None, collections: pd.DataFrame | None
) -> dict[str, dict[str, Any]]:
    """Say where each fetched input comes from.

    Args:
        configuration: the merged one.
        read_files: results/samples/read_files.tsv, of studies that begin with the archive.
        collections: results/gene_sets/collections.tsv, of studies with published gene sets.

    Returns:
        By path: `contentUrl`, from where these very bytes came; `isBasedOn`, what they were unpacked or read from; `identifier`,
        the accession; `version` and `license`. Folders of this machine in the place of an archive are no addresses, and left out.
    """
    reference = configuration["reference"]
    unpacked = {
        "resources/reference/transcripts.fa": reference["transcripts"],
        "resources/reference/annotation.gtf": reference["annotation"],
        "resources/reference/transcript_genes": reference["transcript_genes"],
        **{f"resources/reference/extra/{number}.fa": address for number, address in enumerate(reference["extra"])},
    }
    found = {path: _based_on(str(address or "")) for path, address in unpacked.items()}
    project = {"identifier": configuration["study"]["bioproject"]} if configuration["study"]["bioproject"] else {}
    for name in ("run_table", "attributes"):
        found[f"resources/archive/{name}.tsv"] = _based_on(configuration["archive"]["ena"]) | project
    if read_files is not None:
        found |= _of_reads(read_files, configuration["archive"]["fastq"])
    if collections is not None:
        found |= _of_collections(collections)
    return found


def _of_reads(read_files: pd.DataFrame, archive: str) -> dict[str, dict[str, Any]]:
    """Name the run of each FASTQ file, and its address; where the archive has none, it was unpacked from the run's object."""
    found = {}
    for row in read_files.itertuples():
        name = f"{row.run_accession}{'_' + str(row.mate) if row.mate else ''}.fastq.gz"
        address = parse_address(archive, key="archive.fastq").join(str(row.path)).url if row.path else ""
        found[f"{_READS}/{name}"] = {
            "identifier": str(row.run_accession),
            **({"contentUrl": address} if address else {}),
        }
    return found


def _of_collections(collections: pd.DataFrame) -> dict[str, dict[str, Any]]:
    used = collections[collections["status"] == "used"]
    return {
        f"{_COLLECTIONS}/{row.collection}.{row.file}": {
            **({"contentUrl": str(row.address)} if _is_url(str(row.address)) else {}),
            **({"version": str(row.release)} if row.release else {}),
            **({"license": str(row.licence)} if row.licence else {}),
        }
        for row in used.itertuples()
    }


def _based_on(address: str) -> dict[str, Any]:
    return {"isBasedOn": {"@id": address}} if _is_url(address) else {}


def _is_url(address: str) -> bool:
    return address.startswith(("https://", "http://"))
