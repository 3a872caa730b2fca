"""The gene lists of a study's folder of sets: tables, files in the GMT format, and the table of its genes' names."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import DATABASE_ID, KnownGenes, strip_version
from claimcheck.core.tables import listed, read_table
from claimcheck.core.text import NotTextError, unpack

DESCRIPTIONS = "sets.tsv"
"""The table that describes the sets."""
NAMES = "gene_names.tsv"
"""The table of the symbols of genes, in sets or not."""
MEMBER_COLUMNS = ("set", "gene_id", "symbol")

LONGEST_FILE = 1 << 28
LONGEST_LINE = 1 << 20
"""Characters; the largest real sets have some 20,000."""


class GeneLists(NamedTuple):
    """What a folder of sets says of genes.

    Attributes:
        members: MEMBER_COLUMNS, and more where tables have more; ids without version.
        published: set, family, description, file of the sets of GMT files.
        lost: set, gene, reason of their genes that are none of the study's; a set that has no other is no set.
        known: the genes of the tables.
    """

    members: pd.DataFrame
    published: pd.DataFrame
    lost: pd.DataFrame
    known: KnownGenes


def list_files(folder: Path) -> list[Path]:
    """List the tables and GMT files of a folder of sets, sorted."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".tsv", ".gmt"))


def family_of(path: Path) -> str:
    """Name the family of the sets of a GMT file after the file: lower-case letters and digits, with _ for all between."""
    return re.sub(r"[^a-z0-9]+", "_", path.stem.lower()).strip("_")


def read_gene_lists(files: Iterable[Path], named: Mapping[str, str] | None = None) -> GeneLists:
    """Read the gene lists among the files of a folder of sets.

    The genes of a GMT file are ids or symbols. Symbols are looked up in `gene_names.tsv` and in the tables of the sets; where there
    are neither, they are taken as the ids themselves.

    Args:
        files: tables, files in the GMT format, and tables of names, of which the first has the last word.
        named: symbols by gene id that are known besides; a symbol that the files have too means their gene.

    Raises:
        StudyError: a file cannot be read or lacks a column; no gene of a GMT file is known, or one is not and there is no
            `gene_names.tsv`.
    """
    ordered = sorted(files)
    tables = [path for path in ordered if path.suffix == ".tsv" and path.name not in (DESCRIPTIONS, NAMES)]
    parts = [read_table(path, columns=MEMBER_COLUMNS, text=True) for path in tables]
    members = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(MEMBER_COLUMNS))
    members["gene_id"] = members["gene_id"].map(strip_version)
    listed_genes = members.drop_duplicates("gene_id")
    symbols = dict(zip(listed_genes["gene_id"], listed_genes["symbol"], strict=True))
    own = _read_names(path for path in ordered if path.name == NAMES) | symbols
    symbols = dict(named or {}) | own
    all_named = len(symbols) > len(listed_genes)
    known = KnownGenes(symbols, own)
    sets: list[tuple[str, ...]] = []
    rows: list[tuple[str, ...]] = []
    lost: list[tuple[str, ...]] = []
    for path in ordered:
        if path.suffix == ".gmt":
            before = len(sets)
            for name, description, genes in read_gmt(path):
                found, unknown = _find_genes(genes, known)
                rows += [(name, gene, symbols.get(gene, gene)) for gene in found]
                lost += [(name, gene, reason) for gene, reason in unknown]
                sets += [(name, family_of(path), description or name, path.name)] if found else []
                if unknown and not all_named:
                    raise _without_names(path, name, unknown)
            if len(sets) == before:
                raise _without_names(path, name, unknown)
    more = pd.DataFrame(rows, columns=list(MEMBER_COLUMNS))
    return GeneLists(
        pd.concat([members, more], ignore_index=True) if rows else members,
        pd.DataFrame(sets, columns=["set", "family", "description", "file"]),
        pd.DataFrame(lost, columns=["set", "gene", "reason"]),
        known,
    )


def _read_names(paths: Iterable[Path]) -> dict[str, str]:
    """Read tables of names: the symbols by gene id, without version; of two symbols the one of the first table."""
    symbols: dict[str, str] = {}
    for path in paths:
        names = read_table(path, columns=MEMBER_COLUMNS[1:], text=True)
        given = names[(names["gene_id"] != "") & (names["symbol"] != "")]
        symbols = dict(zip(given["gene_id"].map(strip_version), given["symbol"], strict=True)) | symbols
    return symbols


def _find_genes(genes: Sequence[str], known: KnownGenes) -> tuple[list[str], list[tuple[str, str]]]:
    """Return the ids of a set's genes, each once, and the genes that have none, with the reason."""
    found: dict[str, None] = {}
    lost: dict[str, str] = {}
    for word in genes:
        ids = known.find(word)
        if not known.symbols or (not ids and DATABASE_ID.fullmatch(strip_version(word))):
            ids = [strip_version(word)]
        if len(ids) == 1:
            found[ids[0]] = None
        else:
            lost[word] = f"ambiguous: it is {listed(ids, most=4)}" if ids else f"not in {NAMES}"
    return list(found), list(lost.items())


def _without_names(path: Path, name: str, unknown: Sequence[tuple[str, str]]) -> StudyError:
    return StudyError(
        f"no gene id is known of {listed((gene for gene, _ in unknown), most=8)}",
        where=f"{path}, set {name}",
        expected=f"gene ids, or symbols that a table {NAMES} (gene_id, symbol) in the same folder has",
        remedy=f"add {path.parent / NAMES} with the genes of your reference or table of counts",
    )


def read_gmt(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Read a file in the GMT format: name, description and genes of each set; tabs between them, some publishers write two.

    Raises:
        StudyError: a line names no set with genes, or the file is no text; see `read_text`.
    """
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            raise unreadable(path, f"line {number} has {len(line)} characters")
        cells = [cell.strip() for cell in line.split("\t")]
        genes = [cell for cell in cells[2:] if cell]
        if not any(cells):
            continue
        if not cells[0] or not genes:
            raise unreadable(path, f"line {number} names no set with genes")
        yield cells[0], cells[1], genes


def read_text(path: Path) -> str:
    """Read a text file, plain or gzip.

    Raises:
        StudyError: it is a web page, binary, cut off, empty or far too large.
    """
    if path.stat().st_size > LONGEST_FILE:
        raise unreadable(path, f"it holds more than {LONGEST_FILE >> 20} MB")
    try:
        content = unpack(path.read_bytes(), LONGEST_FILE)
    except NotTextError as error:
        raise unreadable(path, error.reason) from error
    text = content.decode("utf-8-sig", errors="replace")
    start = text[:400].lstrip().lower()
    if start.startswith(("<!doctype", "<html", "<?xml")) or "<html" in start:
        raise unreadable(path, "it is a web page")
    if "\0" in text:
        raise unreadable(path, "it is a binary file")
    if not start:
        raise unreadable(path, "it is empty")
    return text


def unreadable(path: Path | str, reason: str) -> StudyError:
    """Say that a file of gene sets is not what it should be."""
    return StudyError(
        f"the file is no collection of gene sets: {reason}",
        where=str(path),
        expected="the format of its kind, as it is published",
        remedy="correct the file; of a published collection the address, release or format in config/config.yaml, collections",
    )
