"""Reading published collections of gene sets: every format to one frame, a row a gene of a set, identifiers as published."""

import csv
import io
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import read_gmt, read_text, unreadable
from claimcheck.core.tables import listed
from claimcheck.gene_sets.published import gene_ontology, mitocarta

IDENTIFIERS = ("ensembl", "mgi", "hgnc", "entrez", "symbol")
"""Kinds of gene identifiers, the most definite first; "" where a source does not give one."""

SOURCE_COLUMNS = ("set", "title", "file", *IDENTIFIERS)


def read_sets(kind: str, files: Mapping[str, Path], wanted: Collection[str]) -> pd.DataFrame:
    """Read the wanted sets of a collection.

    Args:
        kind: "wikipathways", "gmt", "mitocarta", "gene_ontology", "kegg" or "ferrdb".
        files: paths by the names that the configuration gives the files; the ontology needs `annotations` and `ontology`.
        wanted: ids of sets as published; of FerrDb the names of its files.

    Returns:
        Columns SOURCE_COLUMNS; no gene twice in a set. Sets that the files lack have no rows.

    Raises:
        StudyError: a file is not what its format says.
    """
    if kind == "gene_ontology":
        terms = gene_ontology.read_terms(read_text(files["ontology"]), where=str(files["ontology"]))
        annotations = gene_ontology.read_annotations(
            read_text(files["annotations"]), terms, wanted, where=str(files["annotations"])
        )
        rows: list[dict[str, str]] = [{"file": "annotations", **row} for row in annotations]
    else:
        reader = _READERS[kind]
        rows = [{"file": name, **row} for name, path in files.items() for row in reader(name, path)]
    table = pd.DataFrame(rows, columns=list(SOURCE_COLUMNS)).fillna("")
    return table[table["set"].isin(list(wanted))].drop_duplicates(["set", *IDENTIFIERS]).reset_index(drop=True)


def check_file(kind: str, name: str, path: Path) -> None:
    """Read a file of a collection to see whether it is what its format says; raises as `read_sets`."""
    if kind != "gene_ontology":
        if not sum(1 for _ in _READERS[kind](name, path)):
            raise unreadable(path, "there is no set in it")
    elif name == "ontology":
        gene_ontology.read_terms(read_text(path), where=str(path))
    else:
        gene_ontology.require_annotations(read_text(path), where=str(path))


def _gmt(_: str, path: Path) -> Iterable[dict[str, str]]:
    """Sets of symbols: name, description, genes; tabs between them, of which some publishers write two."""
    for name, description, genes in read_gmt(path):
        yield from ({"set": name, "title": description, "symbol": gene} for gene in genes)


def _wikipathways(_: str, path: Path) -> Iterable[dict[str, str]]:
    """Sets of Entrez ids, named `Title%WikiPathways_YYYYMMDD%WPnnn%Species`."""
    for name, _description, genes in read_gmt(path):
        parts = name.split("%")
        if len(parts) < 4:
            raise unreadable(path, f"the set {name[:60]!r} is not named Title%WikiPathways_date%id%species")
        title = "%".join(parts[:-3]).strip()
        yield from ({"set": parts[-2], "title": title, "entrez": gene} for gene in genes)


def _kegg(_: str, path: Path) -> Iterable[dict[str, str]]:
    """Pairs of pathway and gene as the service links them: `path:abc00010<TAB>abc:14433`, or without `path:`."""
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        pathway, _tab, gene = (part.strip() for part in line.partition("\t"))
        organism, _colon, entrez = gene.partition(":")
        if not line.strip():
            continue
        if not organism or not entrez.isdigit():
            raise unreadable(path, f"line {number} is no pair of a pathway and a gene: {line[:60]!r}")
        yield {"set": pathway.removeprefix("path:"), "entrez": entrez}


def _ferrdb(name: str, path: Path) -> Iterable[dict[str, str]]:
    """One file a role of genes; a gene has as many rows as publications, and some symbols end in blanks."""
    text = read_text(path)
    if max(map(len, text.splitlines())) > csv.field_size_limit():
        raise unreadable(path, f"it has a line of more than {csv.field_size_limit()} characters")
    rows = csv.DictReader(io.StringIO(text))
    header = [column.strip() for column in rows.fieldnames or []]
    symbol = next((column for column in header if column.lower() in ("symbol", "symbol_or_reported_abbr")), None)
    if symbol is None:
        raise unreadable(path, f"no column of symbols among {listed(header)}")
    hgnc = next((column for column in header if column.lower() in ("hgncid", "hgnc_id")), None)
    for row in rows:
        identifier = (row.get(hgnc) or "").strip() if hgnc else ""
        gene = {
            "symbol": (row[symbol] or "").strip(),
            "hgnc": identifier if identifier.startswith("HGNC:") else "",
        }
        if gene["symbol"]:
            yield {"set": name, "title": name, **gene}


def _mitocarta(_: str, path: Path) -> Iterable[dict[str, str]]:
    try:
        table = mitocarta.read_workbook(path) if mitocarta.is_workbook(path) else mitocarta.read_tsv(read_text(path))
    except StudyError:
        raise
    except Exception as error:  # a damaged workbook fails in as many ways as it has bytes
        raise unreadable(path, f"{type(error).__name__}: {error}") from error
    if table is None:
        raise unreadable(path, f"it has no table with the columns {listed(mitocarta.NEEDED)}")
    return mitocarta.pathways(table)


_READERS: dict[str, Callable[[str, Path], Iterable[dict[str, str]]]] = {
    "gmt": _gmt,
    "wikipathways": _wikipathways,
    "kegg": _kegg,
    "ferrdb": _ferrdb,
    "mitocarta": _mitocarta,
}
