"""The gene of every transcript, from a table of two or three columns or from a GTF."""

import csv
import io
import logging
import re
import zlib
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pandas as pd

from claimcheck.core.delimited import parse
from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import ID_COLUMNS, SYMBOL_COLUMNS, TRANSCRIPT_COLUMNS, plain_name, strip_version
from claimcheck.core.tables import listed
from claimcheck.core.text import NotTextError, decode
from claimcheck.sourcing.sequence_files import open_packed

TRANSCRIPT_GENE_COLUMNS = ("transcript_id", "gene_id", "symbol")

LARGEST = 1 << 33
"""Bytes of a GTF; those of human and mouse have some 1.5 GB."""
_LARGEST_TABLE = 1 << 28

_NAMES = {
    "transcript_id": (*TRANSCRIPT_COLUMNS, "isoform", "isoformid", "target", "targetid", "name"),
    "gene_id": (*ID_COLUMNS, "gene", "entrezid", "entrezgeneid"),
    "symbol": SYMBOL_COLUMNS,
}
"""By column, what tximport, BioMart, sleuth, UCSC and nf-core call it, as `plain_name` writes it."""
_ABSENT = ("", "NA", "n/a", "nan", "None")
_ATTRIBUTE = re.compile(r'(\w+)\s+"?([^";]*)"?')
_ATTRIBUTES = re.compile(r'\s*\w+\s+("|[^=;]+;)')

logger = logging.getLogger("claimcheck.quantification.transcript_genes")


def read_transcript_genes(path: Path) -> pd.DataFrame:
    """Read which gene every transcript is of.

    Args:
        path: plain or gzip. A GTF; or a table as `read_delimited` takes it. Its columns
            are found by the names in its header line, in any order; without a header line the first is the transcript, the
            second the gene, the third, if there is one, the symbol.

    Returns:
        One row a transcript in the file's order, columns TRANSCRIPT_GENE_COLUMNS (str): ids without version, the gene's id where
        there is no symbol. Transcripts for which the file has no gene (empty or NA) are not in it; the log says how many.

    Raises:
        StudyError: the file cannot be read, is no such table, is a GFF3, or gives a transcript two genes.
    """
    try:
        with open_packed(path, most=LARGEST) as stream:
            start = [line for _, line in zip(range(1000), stream, strict=False)]
            first = next((line for line in start if line.strip() and not line.startswith(b"#")), b"")
            if _has_features(first.decode(errors="replace")):
                rows = _rows_of_gtf(chain(start, stream))
                table = pd.DataFrame(rows, columns=list(TRANSCRIPT_GENE_COLUMNS), dtype=str)
            else:
                table = _rows_of_table(decode(b"".join(start) + stream.read(_LARGEST_TABLE + 1)))
    except NotTextError as error:
        raise _unreadable(path, error.reason, error.remedy) from error
    except (OSError, EOFError, UnicodeDecodeError, ValueError, csv.Error, zlib.error) as error:
        raise _unreadable(path, str(error)) from error
    return _checked(table, path)


def _has_features(line: str) -> bool:
    """Tell a line of a GTF from one of a table.

    Raises:
        ValueError: it is one of a GFF3, or of FASTA.
    """
    if line.startswith(">"):
        raise ValueError("it is FASTA")
    fields = line.rstrip("\r\n").split("\t")
    if len(fields) != 9 or not (fields[3].isdecimal() and fields[4].isdecimal()):
        return False
    if not _ATTRIBUTES.match(fields[8]) and "=" in fields[8]:
        raise ValueError("it is a GFF3, not a GTF: `gffread -T` makes one of the other")
    return True


def _rows_of_gtf(lines: Iterator[bytes]) -> Iterator[tuple[str, str, str]]:
    """Yield transcript, gene and symbol of each transcript of a GTF, once for each gene that it names.

    The symbol is that of the first line of the transcript.
    """
    seen: set[tuple[str, str]] = set()
    for number, line in enumerate(lines, 1):
        if line.startswith(b"#") or b"transcript_id" not in line:
            continue
        fields = line.decode().rstrip("\r\n").split("\t")
        if len(fields) != 9:
            raise ValueError(f"line {number} has {len(fields)} columns, a GTF has nine")
        about = dict(_ATTRIBUTE.findall(fields[8]))
        pair = (about.get("transcript_id", "").strip(), about.get("gene_id", "").strip())
        if pair[0] and pair not in seen:
            seen.add(pair)
            yield *pair, next((about[key] for key in ("gene_name", "gene_symbol", "gene") if about.get(key)), "")


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


def _checked(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Return a table of transcripts without versions, each once and with a gene."""
    table = table.replace(list(_ABSENT), "")
    known = table[(table["transcript_id"] != "") & (table["gene_id"] != "")]
    if len(known) < len(table):
        logger.info("%d of %d transcripts of %s have no gene", len(table) - len(known), len(table), path.name)
    if known.empty:
        raise _unreadable(path, "it has no transcript with a gene")
    known = known.assign(
        transcript_id=known["transcript_id"].map(strip_version),
        gene_id=known["gene_id"].map(strip_version),
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


def _unreadable(path: Path, reason: str, remedy: str = "correct the file, or name another one") -> StudyError:
    return StudyError(
        f"the genes of transcripts cannot be read from {path.name}: {reason}",
        where=str(path),
        expected="a GTF, or a table with the columns transcript_id, gene_id and, if known, symbol; plain or gzip",
        remedy=remedy,
    )
