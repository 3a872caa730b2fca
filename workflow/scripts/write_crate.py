"""Describe a finished study as an RO-Crate, from its manifest; the Snakefile and the register of claims are carried in it."""

from pathlib import Path

import yaml

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, whole_file, write_text
from claimcheck.provenance.crate import Described, make_crate
from claimcheck.provenance.manifest import read_manifest
from claimcheck.provenance.origins import origins_of

# no input: in another clone it has another path, and the manifest has the checksum of all code
ENTRY = Path(__file__).resolve().parents[1] / "Snakefile"


def main(
    *,
    manifest: Path,
    configuration: Path,
    publication: Path,
    claims: Path | None,
    read_files: Path | None,
    collections: Path | None,
    simulated: bool,
    crate: Path,
    snakefile: Path,
    register: Path | None,
) -> None:
    """Write the crate and what it carries besides the results."""
    _copy(ENTRY, snakefile)
    if register and claims:
        _copy(claims, register)
    merged = yaml.safe_load(configuration.read_text(encoding="utf-8"))
    paper = read_table(publication)
    described = Described(
        title=merged["study"]["title"],
        accession=merged["study"]["bioproject"] or "",
        simulated=simulated,
        paper=dict(zip(paper["key"], paper["value"], strict=True)),
        register=claims.as_posix() if claims else "",
    )
    origins = origins_of(
        merged,
        read_table(read_files) if read_files else None,
        read_table(collections) if collections else None,
    )
    write_text(crate, make_crate(read_manifest(manifest), described, origins))


def _copy(source: Path, target: Path) -> None:
    with whole_file(target) as part:
        part.write_bytes(source.read_bytes())


run(main)
