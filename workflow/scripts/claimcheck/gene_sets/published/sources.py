"""Which published collections a study asks for, as its configuration says."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from claimcheck.core.errors import StudyError
from claimcheck.core.plain import is_file
from claimcheck.core.schemas import complete, load_schema
from claimcheck.core.tables import listed
from claimcheck.sourcing.addresses import local_paths, parse_address

GENES, ORTHOLOGS = "genes", "orthologs"
"""The two tables that are no collections: they turn identifiers into genes of the study."""


@dataclass(frozen=True)
class PublishedFile:
    """A file of a collection.

    Attributes:
        collection, name: what the configuration calls them.
        key: where it stands in the configuration, for messages.
        release: the wanted release; `{release}` in the addresses stands for it.
        addresses: the first, then its copies.
        listing: page or folder that lists newer releases; None if there is none.
        sha256: checksum as configured; "" if it is not.
        tax_id: NCBI taxonomy id of its genes; None for the study's species.
    """

    collection: str
    name: str
    key: str
    release: str
    addresses: tuple[str, ...]
    listing: str | None
    sha256: str
    tax_id: int | None


@dataclass(frozen=True)
class PublishedSet:
    """A set to take from a collection: its name and family in the study, and the published ids it is put together from."""

    name: str
    ids: tuple[str, ...]
    family: str
    description: str


@dataclass(frozen=True)
class Published:
    """A collection, or a table of genes or orthologs (which has no sets and the format "table").

    Attributes:
        is_enabled: whether it is asked for.
    """

    name: str
    format: str
    is_enabled: bool
    release: str
    licence: str
    citation: str
    files: tuple[PublishedFile, ...]
    sets: tuple[PublishedSet, ...]

    @property
    def wanted(self) -> list[str]:
        """Ids of all published sets that its sets are put together from."""
        return sorted({identifier for one in self.sets for identifier in one.ids})


def read_published(collections: Mapping[str, Any]) -> tuple[Published, ...]:
    """Read the section `collections` of a checked configuration: the tables first, then the collections in its order.

    Raises:
        StudyError: two sets have the same name, the ontology lacks one of its two files, or an address is not one to fetch from.
    """
    definitions = load_schema("collections.schema.yaml")["$defs"]
    enabled = collections["enabled"]
    found = [
        _table(name, complete(collections[name], definitions["table"]), is_enabled=enabled)
        for name in (GENES, ORTHOLOGS)
        if collections[name]
    ]
    for name, given in collections["sources"].items():
        source = complete(given, definitions["collection"])
        files = {file: complete(value, definitions["file"]) for file, value in source["files"].items()}
        sets = {one: complete(value, definitions["set"]) for one, value in source["sets"].items()}
        found.append(
            Published(
                name,
                source["format"],
                enabled and source["enabled"],
                source["release"],
                source["licence"],
                source["citation"],
                tuple(
                    _file(name, file, f"sources.{name}.files.{file}", {**source, **value})
                    for file, value in files.items()
                ),
                tuple(
                    PublishedSet(one, tuple(value["ids"]), value["family"], value["description"])
                    for one, value in sets.items()
                ),
            )
        )
    _check(found)
    return tuple(found)


def list_local_files(collections: Mapping[str, Any]) -> list[str]:
    """List the files of collections that are on this machine; one that is not there is no input, but reported as unreachable."""
    tables = [collections[name] for name in (GENES, ORTHOLOGS)]
    found = [(file, {}) for file in tables if file] + [
        (file, source) for source in collections["sources"].values() for file in source["files"].values()
    ]
    addresses = [
        address.replace("{release}", source.get("release", "unversioned"))
        for file, source in found
        for address in (file["address"], *file.get("copies", ()))
    ]
    return [path for path in local_paths(*addresses) if is_file(Path(path))]


def _table(name: str, table: Mapping[str, Any], *, is_enabled: bool) -> Published:
    file = _file(name, "table", name, {"listing": None, "tax_id": None, **table})
    return Published(name, "table", is_enabled, table["release"], table["licence"], "", (file,), ())


def _file(collection: str, name: str, key: str, value: Mapping[str, Any]) -> PublishedFile:
    release = value["release"]
    addresses = tuple(address.replace("{release}", release) for address in (value["address"], *value["copies"]))
    for address in (*addresses, *filter(None, [value["listing"]])):
        parse_address(address, key=f"collections.{key}")
    return PublishedFile(
        collection,
        name,
        f"collections.{key}",
        release,
        addresses,
        value["listing"],
        value["sha256"] or "",
        value["tax_id"],
    )


def _check(collections: list[Published]) -> None:
    names = [one.name for collection in collections for one in collection.sets]
    twice = sorted({name for name in names if names.count(name) > 1})
    halves = [
        collection.name
        for collection in collections
        if collection.format == "gene_ontology"
        and {file.name for file in collection.files} != {"annotations", "ontology"}
    ]
    if twice or halves:
        raise StudyError(
            f"two collections have a set {listed(twice)}" if twice else f"{listed(halves)} needs two files",
            where="config/config.yaml, collections.sources",
            expected="every set named once" if twice else "the files annotations and ontology",
            remedy="rename one of the sets" if twice else "name both files",
        )
