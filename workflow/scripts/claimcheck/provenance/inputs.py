"""Checksums of everything that a study was made from, and the versions of what made it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pandas as pd

from claimcheck.core.installed import installed_version
from claimcheck.core.ledger import digest_of

INPUT_COLUMNS = ("kind", "name", "algorithm", "value", "size", "rule")

_UNPACKED = "unpacked"
"""The folder of reads that come from a run's `.sra` object, whose checksum no archive announces."""


def describe_files(kind: str, paths: Iterable[Path], *, rule: str = "") -> pd.DataFrame:
    """Read files to their end for their checksum.

    Args:
        kind: what they are.
        paths: relative to the study folder.
        rule: that fetched them, "" for files of the user.

    Returns:
        One row a file with INPUT_COLUMNS: name is the path, value its SHA-256, size in bytes.
    """
    rows = [
        (kind, path.as_posix(), "sha256", digest_of(path, "sha256"), path.stat().st_size, rule)
        for path in sorted(set(paths))
    ]
    return pd.DataFrame(rows, columns=list(INPUT_COLUMNS))


def describe_reads(reads: Iterable[Path], read_files: pd.DataFrame, *, rule: str) -> pd.DataFrame:
    """State the checksums of FASTQ files without reading them again where fetching has verified them.

    Args:
        reads: links in `resources/reads`, named `<run>_<mate>.fastq.gz` or `<run>.fastq.gz`.
        read_files: columns run_accession, mate, md5, size: what the archive announces.
        rule: that fetched them.

    Returns:
        As `describe_files`. Reads from an `.sra` object are read to their end.
    """
    announced = {
        f"{row.run_accession}{'_' + str(row.mate) if row.mate else ''}.fastq.gz": (str(row.md5), str(row.size))
        for row in read_files.itertuples()
    }
    rows, others = [], []
    for path in sorted(set(reads)):
        md5, size = announced.get(path.name, ("", ""))
        if md5 and size and path.resolve().parent.name != _UNPACKED:
            rows.append(("reads", path.as_posix(), "md5", md5, int(size), rule))
        else:
            others.append(path)
    verified = pd.DataFrame(rows, columns=list(INPUT_COLUMNS))
    both = pd.concat([verified, describe_files("reads", others, rule=rule)])
    return both.sort_values("name", ignore_index=True)


def describe_collections(fetched: pd.DataFrame, folder: Path, *, rule: str) -> pd.DataFrame:
    """State the published gene sets that are in use, with the checksums that fetching has recorded.

    Args:
        fetched: columns collection, file, sha256, bytes, status.
        folder: of their links.
        rule: that fetched them.
    """
    used = fetched[fetched["status"] == "used"].sort_values(["collection", "file"]).astype({"bytes": int})
    rows = [
        (
            "collection",
            (folder / f"{row.collection}.{row.file}").as_posix(),
            "sha256",
            row.sha256,
            int(str(row.bytes)),
            rule,
        )
        for row in used.itertuples()
    ]
    return pd.DataFrame(rows, columns=list(INPUT_COLUMNS))


def describe_software(versions: Mapping[str, str]) -> pd.DataFrame:
    """Put versions, by name, into the same columns."""
    rows = [("software", name, "version", version, "", "") for name, version in sorted(versions.items())]
    return pd.DataFrame(rows, columns=list(INPUT_COLUMNS))


def package_versions(pinned: Mapping[str, str], *, by_conda: bool) -> dict[str, str]:
    """Look up which versions the steps import; each step makes sure that what it imported are the pins (`core.installed`).

    Args:
        pinned: from `pinned_packages`.
        by_conda: whether each family of steps has an environment of its own; then those of others are not to be seen from here.
    """
    return dict(pinned) if by_conda else {name: installed_version(name) for name in pinned}


def quantifier_versions(run_infos: Sequence[Path]) -> dict[str, str]:
    """Read which kallisto or salmon quantified the samples; nothing where there were no reads, or it does not say."""
    said = [json.loads(path.read_text(encoding="utf-8")) for path in run_infos]
    found = {
        name: sorted({str(one[f"{name}_version"])[:40] for one in said if f"{name}_version" in one})
        for name in ("kallisto", "salmon")
    }
    return {name: ", ".join(versions) for name, versions in found.items() if versions}


def digest_of_code(folder: Path) -> str:
    """Return a checksum of rules, steps, library and figures in `folder`: the version of the workflow, also between releases."""
    files = [
        folder / "Snakefile",
        *folder.glob("rules/*.smk"),
        *folder.glob("scripts/**/*.py"),
        *folder.glob("report/figures.yaml"),
    ]
    parts = [f"{path.relative_to(folder).as_posix()} {digest_of(path, 'sha256')}" for path in sorted(files)]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def certificate_of(provenance: pd.DataFrame) -> str:
    """Give the number of a run: the first 16 digits of the SHA-256 of all that it was made from."""
    text = (
        provenance[["kind", "name", "algorithm", "value"]]
        .astype(str)
        .to_csv(sep="\t", index=False, lineterminator="\n")
    )
    return sha256(text.encode()).hexdigest()[:16]
