"""MitoCarta3.0 (Rath et al. 2021, NAR 49:D1541): the inventory and the pathways of its genes, from its first sheet."""

import io
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pandas as pd

NEEDED = ("Symbol", "MitoCarta3.0_MitoPathways")
INVENTORY = "MitoCarta3.0"
"""Id of the set of all genes of the inventory."""

_WORKBOOK = b"\xd0\xcf\x11\xe0"
_MISSING = ("", "0", "NA", "nan")


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook of the old kind (.xls)."""
    with path.open("rb") as stream:
        return stream.read(4) == _WORKBOOK


def read_workbook(path: Path) -> pd.DataFrame | None:
    """Read the inventory from the published workbook: the first sheet with the needed columns; None if none has them.

    Returns:
        All columns as text; numbers without decimals.
    """
    xlrd = import_module("xlrd")  # only the published workbook needs it
    book = xlrd.open_workbook(file_contents=path.read_bytes(), logfile=io.StringIO())
    for sheet in book.sheets():
        header = [str(cell).strip() for cell in sheet.row_values(0)] if sheet.nrows else []
        if set(NEEDED) <= set(header):
            rows = [[_as_text(cell) for cell in sheet.row_values(number)] for number in range(1, sheet.nrows)]
            return pd.DataFrame(rows, columns=header)
    return None


def read_tsv(text: str) -> pd.DataFrame | None:
    """Read the inventory from the same sheet as tab-separated text; None if it lacks the needed columns."""
    table = pd.read_csv(io.StringIO(text), sep="\t", dtype=str, keep_default_na=False, quoting=3)
    return table if set(NEEDED) <= set(table) else None


def pathways(inventory: pd.DataFrame) -> Iterator[dict[str, str]]:
    """List the genes of the inventory and of every pathway; a gene of a pathway is also in those above it.

    A cell reads `OXPHOS > Complex I > CI subunits | Signaling`.

    Args:
        inventory: columns NEEDED, and EnsemblGeneID… with ids joined by `|` if there is one.
    """
    ensembl = next((column for column in inventory if str(column).startswith("EnsemblGeneID")), None)
    identifiers = inventory[ensembl] if ensembl else pd.Series("", index=inventory.index)
    for symbol, genes, cell in zip(inventory["Symbol"], identifiers, inventory[NEEDED[1]], strict=True):
        gene = {"symbol": symbol.strip(), "ensembl": "" if genes in _MISSING else genes.replace(" ", "")}
        if not gene["symbol"]:
            continue
        yield {"set": INVENTORY, "title": "all genes of the inventory", **gene}
        levels = [level.strip() for path in cell.split("|") for level in path.split(">")]
        for level in sorted(set(levels) - set(_MISSING)):
            yield {"set": level, "title": level, **gene}


def _as_text(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
