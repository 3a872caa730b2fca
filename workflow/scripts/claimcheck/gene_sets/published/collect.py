"""Fetching all files of the published collections that a study asks for, held against its lock; what is missing is listed."""

import logging
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.gene_lists import read_text
from claimcheck.gene_sets.published.fetch import Fetched, Fetcher, NotFetched
from claimcheck.gene_sets.published.formats import check_file, read_sets
from claimcheck.gene_sets.published.lock import Entry, describe_sets, read_lock, require_same, write_lock
from claimcheck.gene_sets.published.names import read_gene_models
from claimcheck.gene_sets.published.orthologs import require_orthologs
from claimcheck.gene_sets.published.sources import GENES, Published, PublishedFile
from claimcheck.sourcing.download import link

FILE_COLUMNS = (
    "collection",
    "file",
    "release",
    "address",
    "licence",
    "sha256",
    "bytes",
    "status",
    "message",
)

progress = logging.getLogger("claimcheck.progress")


def collect(asked: tuple[Published, ...], fetcher: Fetcher, lock_path: Path, folder: Path) -> pd.DataFrame:
    """Fetch every file that can be had, and link it as `<collection>.<file>`; what is new is added to the lock.

    Args:
        asked: from `sources.read_published`.
        fetcher: what fetches.
        lock_path: the lock.
        folder: for the links.

    Returns:
        One row a file, FILE_COLUMNS: status is used, unreachable or off.

    Raises:
        StudyError: a file is not what its format says, or not the one that the study used first.
    """
    lock = read_lock(lock_path)
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, str]] = []
    for collection in asked:
        here: dict[str, Fetched] = {}
        for file in collection.files:
            row = {"collection": collection.name, "file": file.name, "licence": collection.licence}
            row |= {"release": file.release, "address": file.addresses[0]}
            if not collection.is_enabled:
                rows.append(row | {"status": "off", "message": "not asked for: the configuration says so"})
                continue
            try:
                entry = lock.get((collection.name, file.name, file.release))
                here[file.name] = fetcher.fetch(file, entry, partial(_check, collection, file))
            except NotFetched as problem:
                rows.append(row | {"status": "unreachable", "message": str(problem)})
                progress.info("%s %s is left out: %s", collection.name, file.name, problem)
        contents = _describe_contents(collection, here)
        for file in collection.files:
            if file.name in here:
                found = here[file.name]
                known = lock.get((collection.name, file.name, file.release))
                entry = _recorded(known, file, found, contents, lock_path)
                if entry.key not in lock:
                    lock[entry.key] = entry
                    write_lock(lock_path, lock)
                link(found.path, folder / f"{collection.name}.{file.name}")
                rows.append(_used(collection, file, found))
    return pd.DataFrame(rows, columns=list(FILE_COLUMNS)).astype(object).fillna("")


def _check(collection: Published, file: PublishedFile, path: Path) -> None:
    """Refuse a file that is not what its format says."""
    if collection.format != "table":
        check_file(collection.format, file.name, path)
    elif collection.name == GENES:
        read_gene_models(read_text(path), where=str(path))
    else:
        require_orthologs(read_text(path), where=str(path))


def _describe_contents(collection: Published, here: dict[str, Fetched]) -> dict[str, str]:
    """Describe the wanted sets of each file, as the lock keeps them."""
    paths = {name: found.path for name, found in here.items()}
    if collection.format == "table" or (collection.format == "gene_ontology" and len(paths) < len(collection.files)):
        return {}
    sets = read_sets(collection.format, paths, collection.wanted)
    return {str(name): describe_sets(rows) for name, rows in sets.groupby("file")}


def _recorded(entry: Entry | None, file: PublishedFile, found: Fetched, contents: dict[str, str], lock: Path) -> Entry:
    """Return the lock's entry of a file, after checking the file against it; a new one at the first use."""
    sets = contents.get(file.name, "")
    if entry is not None:
        require_same(entry, found_sha256=found.sha256, found_bytes=found.bytes, found_sets=sets, lock=lock)
        return entry
    today = datetime.now(UTC).date().isoformat()
    key = (file.collection, file.name, file.release)
    return Entry(*key, found.release, found.address, found.sha256, str(found.bytes), today, sets)


def _used(collection: Published, file: PublishedFile, found: Fetched) -> dict[str, Any]:
    """Return the row of a file that is used."""
    values = (
        collection.name,
        file.name,
        found.release,
        found.address,
        collection.licence,
        found.sha256,
        found.bytes,
        "used",
        found.message,
    )
    return dict(zip(FILE_COLUMNS, values, strict=True))
