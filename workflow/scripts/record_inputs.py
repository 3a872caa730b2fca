"""List what a study is made from: every input with its checksum, every program with its version."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.provenance.inputs import (
    describe_collections,
    describe_files,
    describe_reads,
    describe_software,
    package_versions,
    quantifier_versions,
)
from claimcheck.sourcing.read_files import ReadFiles


def main(
    *,
    configuration: Path,
    claims: Path | None,
    sheet: list[Path],
    tables: list[Path],
    archive: list[Path],
    transcripts: list[Path],
    transcript_genes: list[Path],
    extra: list[Path],
    annotation: list[Path],
    reads: list[Path],
    read_files: Path | None,
    collections: Path | None,
    run_infos: list[Path],
    workflow: Mapping[str, str],
    pinned: Mapping[str, str],
    by_conda: bool,
    output: Path,
    home: str = "",
) -> None:
    """Write one row an input; the reads of a comparison are below `home`, and no inputs, since each was looked at there."""
    versions = package_versions(pinned, by_conda=by_conda)
    parts = [
        describe_software({**versions, **quantifier_versions(run_infos), **workflow}),
        describe_files("configuration", [configuration], rule="save_configuration"),
        describe_files("claims", [claims] if claims else []),
        describe_files("sheet", sheet),
        describe_files("table", tables),
        describe_files("report", [] if read_files else run_infos),
        describe_files("archive", archive, rule="fetch_metadata"),
        describe_files("reference", transcripts, rule="fetch_transcripts"),
        describe_files("reference", transcript_genes, rule="fetch_transcript_genes"),
        describe_files("reference", extra, rule="fetch_extra"),
        describe_files("annotation", annotation, rule="fetch_annotation"),
    ]
    if read_files:
        files = read_table(read_files)
        reads = [Path(home, path) for path in ReadFiles(read_files).paths] if home else reads
        layout = "single" if (files["mate"] == "").all() else "paired"
        parts.append(describe_reads(reads, files, rule=f"fetch_{layout}_reads"))
    if collections:
        table = read_table(collections)
        parts.append(describe_collections(table, Path("resources/collections"), rule="fetch_collections"))
    write_table(pd.concat(parts, ignore_index=True), output)


run(main)
