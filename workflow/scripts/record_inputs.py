"""List what a study is made from: every input with its checksum, every program with its version."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from claimcheck.core.steps import step
from claimcheck.core.tables import read_table, write_table
from claimcheck.provenance.inputs import (
    describe_collections,
    describe_files,
    describe_reads,
    describe_software,
    kallisto_versions,
    package_versions,
)


def main(
    *,
    configuration: Path,
    claims: Path | None,
    files: Mapping[str, list[Path]],
    fetched: Mapping[str, tuple[str, list[Path]]],
    reads: list[Path],
    read_files: Path | None,
    collections: Path | None,
    run_infos: list[Path],
    workflow: Mapping[str, str],
    pinned: Mapping[str, str],
    by_conda: bool,
    output: Path,
) -> None:
    """Write one row an input; `files` are the user's by kind, `fetched` the rule and its files by kind."""
    versions = package_versions(pinned, by_conda=by_conda)
    parts = [
        describe_software({**versions, **kallisto_versions(run_infos), **workflow}),
        describe_files("configuration", [configuration], rule="save_configuration"),
        describe_files("claims", [claims] if claims else []),
        *(describe_files(kind, paths) for kind, paths in files.items()),
        *(describe_files(kind, paths, rule=rule) for kind, (rule, paths) in fetched.items()),
    ]
    if read_files:
        table = read_table(read_files)
        layout = "single" if (table["mate"] == "").all() else "paired"
        parts.append(describe_reads(reads, table, rule=f"fetch_{layout}_reads"))
    if collections:
        table = read_table(collections)
        parts.append(describe_collections(table, Path("resources/collections"), rule="fetch_collections"))
    write_table(pd.concat(parts, ignore_index=True), output)


def paths(items: object) -> list[Path]:
    """Return named input files of a rule, one or several, as a list."""
    return [Path(str(items))] if isinstance(items, str) else [Path(item) for item in items]  # type: ignore[attr-defined]


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            configuration=Path(snakemake.input.configuration),
            claims=Path(snakemake.input.claims) if snakemake.input.claims else None,
            files={"sheet": paths(snakemake.input.sheet), "table": paths(snakemake.input.tables)},
            fetched={
                "archive": ("fetch_metadata", paths(snakemake.input.archive)),
                "reference": ("fetch_transcripts", paths(snakemake.input.transcripts)),
                "annotation": ("fetch_annotation", paths(snakemake.input.annotation)),
            },
            reads=paths(snakemake.input.reads),
            read_files=Path(snakemake.input.read_files) if snakemake.input.read_files else None,
            collections=Path(snakemake.input.collections) if snakemake.input.collections else None,
            run_infos=paths(snakemake.input.run_infos),
            workflow=snakemake.params.workflow,
            pinned=snakemake.params.pinned,
            by_conda=snakemake.params.by_conda,
            output=Path(snakemake.output[0]),
        )
