"""The lock of a study's data: what every published file held when it was first used."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from hashlib import sha256
from pathlib import Path

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table, write_table
from claimcheck.gene_sets.published.formats import IDENTIFIERS

_SHOWN = 6


@dataclass(frozen=True)
class Entry:
    """What a file held.

    Attributes:
        collection, file, release: the file, and the release that the configuration asks for.
        obtained: the release that was fetched, another one where the wanted one was gone.
        address, sha256, bytes: where it came from, and its content.
        recorded_on: day of the first use (UTC).
        sets: wanted sets as `id=number of genes:digest of the genes`, joined by `;`.
    """

    collection: str
    file: str
    release: str
    obtained: str
    address: str
    sha256: str
    bytes: str
    recorded_on: str
    sets: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What an entry is found by."""
        return self.collection, self.file, self.release


Lock = dict[tuple[str, str, str], Entry]

_COLUMNS = [field.name for field in fields(Entry)]


def read_lock(path: Path) -> Lock:
    """Read a lock; an absent one is empty.

    Raises:
        StudyError: the table cannot be read.
    """
    if not path.exists():
        return {}
    table = read_table(path, columns=_COLUMNS, text=True)
    entries = [Entry(*row) for row in table[_COLUMNS].itertuples(index=False, name=None)]
    return {entry.key: entry for entry in entries}


def write_lock(path: Path, lock: Mapping[tuple[str, str, str], Entry]) -> None:
    """Write a lock, sorted."""
    write_table(pd.DataFrame([astuple(lock[key]) for key in sorted(lock)], columns=_COLUMNS), path)


def describe_sets(table: pd.DataFrame) -> str:
    """Describe sets so that a change of each can be told without its genes.

    Args:
        table: columns set and IDENTIFIERS, from `formats.read_sets`.
    """
    parts = []
    for name, rows in table.groupby("set", sort=True):
        genes = sorted("|".join(gene) for gene in rows[list(IDENTIFIERS)].itertuples(index=False, name=None))
        parts.append(f"{name}={len(genes)}:{sha256(chr(10).join(genes).encode()).hexdigest()[:12]}")
    return ";".join(parts)


def require_same(entry: Entry, *, found_sha256: str, found_bytes: int, found_sets: str, lock: Path) -> None:
    """Refuse a file that is not the one that was used first.

    Raises:
        StudyError: the checksum differs; both, and the sets that changed, are shown.
    """
    if entry.sha256 == found_sha256:
        return
    raise StudyError(
        f"the published file {entry.collection} {entry.file} ({entry.release}) is not the one that this study used first: "
        f"{difference(entry.sets, found_sets)}",
        where=f"{entry.address}; {lock}",
        expected=f"sha256 {entry.sha256} ({entry.bytes} bytes, recorded {entry.recorded_on}); "
        f"found {found_sha256} ({found_bytes} bytes)",
        remedy=f"to keep the results comparable, add an address of the earlier file to its `copies`; "
        f"to accept the new file, delete the line `{entry.collection} {entry.file} {entry.release}` of {lock}",
    )


def difference(before: str, after: str) -> str:
    """Say in words how sets differ, both as `describe_sets` describes them."""
    old, new = (dict(part.rsplit("=", 1) for part in text.split(";") if part) for text in (before, after))
    changes = []
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            changes.append(f"{name} is gone")
        elif name not in old:
            changes.append(f"{name} is new")
        elif old[name] != new[name]:
            n_old, n_new = (described.partition(":")[0] for described in (old[name], new[name]))
            others = f"as many genes ({n_new}), but others" if n_old == n_new else f"{n_new} genes where it had {n_old}"
            changes.append(f"{name} has {others}")
    if not changes:
        return "the sets of this study are the same in both" if old else "its content differs"
    rest = len(changes) - _SHOWN
    return "; ".join(changes[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
