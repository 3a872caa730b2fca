"""The gene of every transcript, from a table of two or three columns."""

import csv
import gzip
import io
import logging
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from claimcheck.core.delimited import parse
from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import ID_COLUMNS, SYMBOL_COLUMNS, TRANSCRIPT_COLUMNS, plain_name, strip_version
from claimcheck.core.tables import listed
from claimcheck.core.text import GZIP_MAGIC, NotTextError, decode

TRANSCRIPT_GENE_COLUMNS = ("transcript_id", "gene_id", "symbol")

_LARGEST_TABLE = 1 << 28
_LINES_LOOKED_AT = 1000
_NAMES = {
    "transcript_id": (*TRANSCRIPT_COLUMNS, "isoform", "isoformid", "target", "targetid", "name"),
    "gene_id": (*ID_COLUMNS, "gene", "entrezid", "entrezgeneid"),
    "symbol": SYMBOL_COLUMNS,
}
"""By column, what tximport, BioMart, sleuth, UCSC and nf-core call it, as `plain_name` writes it."""
_ABSENT = ("", "NA", "n/a", "nan", "None")
_ATTRIBUTES = re.compile(r'\s*\w+\s+("|[^=;]+;)')

logger = logging.getLogger("claimcheck.quantification.transcript_tables")


def read_transcript_table(path: Path) -> pd.DataFrame | None:
    """Read which gene every transcript is of from a table; see `read_transcript_genes`.

    Returns:
        As `read_transcript_genes`; None where the file is a GTF.

    Raises:
        StudyError: the file cannot be read, is no such table, is a GFF3, or gives a transcript two genes.
    """
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(len(GZIP_MAGIC)) == GZIP_MAGIC
        with gzip.open(path) if is_packed else path.open("rb") as stream:
            start = [line for _, line in zip(range(_LINES_LOOKED_AT), stream, strict=False)]
            first = next((line for line in start if line.strip() and not line.startswith(b"#")), b"")
            if _has_features(first.decode(errors="replace")):
                return None
            table = _rows_of_table(decode(b"".join(start) + stream.read(_LARGEST_TABLE + 1)))
    except NotTextError as error:
        raise unreadable(path, error.reason, error.remedy) from error
    except (OSError, EOFError, UnicodeDecodeError, ValueError, csv.Error, zlib.error) as error:
        raise unreadable(path, str(error)) from error
    return each_once(table, path)


def _has_features(line: str) -> bool:
    """Tell a line of a GTF from one of a table.

    Raises:
        ValueError: it is one of a GFF3, of FASTA or of a web page.
    """
    if line.startswith(">"):
        raise ValueError("it is FASTA")
    if line.lstrip().lower().startswith(("<!doctype", "<html", "<?xml")):
        raise ValueError("it is a web page")
    fields = line.rstrip("\r\n").split("\t")
    if len(fields) != 9 or not (fields[3].isdecimal() and fields[4].isdecimal()):
        return False
    if not _ATTRIBUTES.match(fields[8]) and "=" in fields[8]:
        raise ValueError("it is a GFF3, not a GTF: `gffread -T` makes one of the other")
    return True


def _rows_of_table(content: str) -> pd.DataFrame:
    """Return the columns TRANSCRIPT_GENE_COLUMNS of a table, "" where it has none.

    Raises:
        ValueError: it is far too long, or its header line lacks a column.
        NotTextError: see `parse`.
    """
    if len(content) > _LARGEST_TABLE:
        raise ValueError(f"it holds more than {_LARGEST_TABLE >> 20} MB")
    text = io.StringIO(content, newline=None).getvalue()
    table = parse(text, lambda cells: bool(_places_of(cells)))
    places = _places_of(table.header)
    if not places:  # no header line
        places = dict(zip(TRANSCRIPT_GENE_COLUMNS, range(table.cells.shape[1]), strict=False))
    lacking = [name for name in ("transcript", "gene") if f"{name}_id" not in places]
    if lacking:
        raise ValueError(f"its header line names no column of {lacking[0]}s")
    return pd.DataFrame(
        {name: table.cells[places[name]] if name in places else "" for name in TRANSCRIPT_GENE_COLUMNS}, dtype=str
    )


def _places_of(header: Sequence[str]) -> dict[str, int]:
    """Return the place of each column that a header line names; empty if it is no header line."""
    plain = [plain_name(name) for name in header]
    places = {
        column: next(place for place, name in enumerate(plain) if name in known)
        for column, known in _NAMES.items()
        if not set(known).isdisjoint(plain)
    }
    if "gene_id" not in places and "symbol" in places:  # genes by symbol alone, as the tables of UCSC have them
        places["gene_id"] = places["symbol"]
    return places


def each_once(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table of transcripts without versions, each once and with a gene."""
    table = table.mask(table.isin(_ABSENT), "")
    known = table[(table["transcript_id"] != "") & (table["gene_id"] != "")]
    if len(known) < len(table):
        logger.info("%d of %d transcripts of %s have no gene", len(table) - len(known), len(table), path.name)
    if known.empty:
        raise unreadable(path, "it has no transcript with a gene")
    known = known.assign(
        transcript_id=known["transcript_id"].map(strip_version),
        gene_id=known["gene_id"].map({gene: strip_version(gene) for gene in known["gene_id"].unique()}),
    )
    known["symbol"] = known["symbol"].where(known["symbol"] != "", known["gene_id"])
    once = known.drop_duplicates(["transcript_id", "gene_id"])
    several = once.loc[once["transcript_id"].duplicated(), "transcript_id"]
    if len(several):
        genes = once.loc[once["transcript_id"] == several.iloc[0], "gene_id"]
        raise StudyError(
            f"{several.iloc[0]} is a transcript of {listed(genes)}, and {several.nunique() - 1} more have several genes",
            where=str(path),
            expected="one gene for each transcript, and the transcript in the first column where there is no header line",
            remedy="correct the table, or name its columns transcript_id, gene_id and symbol in a header line",
        )
    return once.reset_index(drop=True)


def unreadable(path: Path, reason: str, remedy: str = "correct the file, or name another one") -> StudyError:
    """Say that a file does not tell the genes of transcripts."""
    return StudyError(
        f"the genes of transcripts cannot be read from {path.name}: {reason}",
        where=str(path),
        expected="a GTF, or a table with the columns transcript_id, gene_id and, if known, symbol; plain or gzip",
        remedy=remedy,
    )
