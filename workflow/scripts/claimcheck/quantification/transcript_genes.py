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

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import strip_version
from claimcheck.core.tables import listed
from claimcheck.core.text import NotTextError, decode
from claimcheck.sourcing.sequence_files import open_packed

TRANSCRIPT_GENE_COLUMNS = ("transcript_id", "gene_id", "symbol")

LARGEST = 1 << 33
"""Bytes of a GTF; those of human and mouse have some 1.5 GB."""
_LARGEST_TABLE = 1 << 28

_NAMES = {
    "transcript_id": re.compile(
        r"(tx|(ensembl_)?transcript|isoform|target)(_?name|(_stable)?_?id(_version)?)?|name|enst|refseq_mrna"
    ),
    "gene_id": re.compile(r"(ensembl_|ens_)?gene(_stable)?(_?id(_version)?)?|ensg|entrez(gene)?_id"),
    "symbol": re.compile(r"(gene_?|mgi_|hgnc_)?symbol|(external_)?gene_?name|ext_gene|name2"),
}
"""By column, what tximport, BioMart, sleuth, UCSC and nf-core call it, in small letters with `_` for blanks."""
_ABSENT = ("", "NA", "n/a", "nan", "None")
_ATTRIBUTE = re.compile(r'(\w+)\s+"?([^";]*)"?')
_ATTRIBUTES = re.compile(r'\s*\w+\s+("|[^=;]+;)')

logger = logging.getLogger("claimcheck.quantification.transcript_genes")


def read_transcript_genes(path: Path) -> pd.DataFrame:
    """Read which gene every transcript is of.

    Args:
        path: plain or gzip. A GTF; or a table separated by tabs, commas, semicolons or blanks, with quotes or without. Its columns
            are found by the names in its header line, in any order; without a header line the first is the transcript, the
            second the gene, the third, if there is one, the symbol. Lines that begin with `#` are passed over, or are the header.

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
            else:
                rows = _rows_of_table(decode(b"".join(start) + stream.read(_LARGEST_TABLE + 1)))
            table = pd.DataFrame(rows, columns=list(TRANSCRIPT_GENE_COLUMNS), dtype=str)
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


def _rows_of_table(content: str) -> Iterator[tuple[str, str, str]]:
    """Yield transcript, gene and symbol of each line of a table.

    Raises:
        ValueError: it is far too long, has no line, a line of one column, or a header line that lacks a column.
    """
    if len(content) > _LARGEST_TABLE:
        raise ValueError(f"it holds more than {_LARGEST_TABLE >> 20} MB")
    lines = [line for line in content.splitlines() if line.strip()]
    comments = [line for line in lines if line.startswith("#")]
    rows = _cells([line for line in lines if not line.startswith("#")])
    if not rows:
        raise ValueError("it has no line")
    header = _columns_of(rows[0])
    if header:
        rows = rows[1:]
    elif comments:
        header = _columns_of(_cells([comments[-1].lstrip("#")])[0])
    elif len(rows[0]) < 2:
        raise ValueError("it has one column")
    if rows and header and len(rows[0]) == header["n"] + 1:  # what R writes with the numbers of its rows
        header = {name: place + 1 for name, place in header.items()}
    if header and not {"transcript_id", "gene_id"} <= set(header):
        lacking = "gene" if "transcript_id" in header else "transcript"
        raise ValueError(f"its header line names no column of {lacking}s")
    places = [header.get(name) if header else place for place, name in enumerate(TRANSCRIPT_GENE_COLUMNS)]
    for number, row in enumerate(rows, 1):
        if len(row) <= max(place for place in places[:2] if place is not None):
            raise ValueError(f"row {number} has {len(row)} cells: {listed(row)}")
        transcript, gene, symbol = (
            row[place].strip() if place is not None and place < len(row) else "" for place in places
        )
        yield transcript, gene, symbol


def _cells(lines: Sequence[str]) -> list[list[str]]:
    """Split lines at what separates the first of them."""
    separator = next((mark for mark in "\t,;" if lines and mark in lines[0]), " ")
    text = io.StringIO("\n".join(lines))
    return list(csv.reader(text, delimiter=separator, skipinitialspace=separator == " "))


def _columns_of(cells: Sequence[str]) -> dict[str, int]:
    """Return the place of each column that a header line names, and as `n` how many it has; empty if it is no header line."""
    names = [re.sub(r"[\W_]+", "_", cell.strip().lower()).strip("_") for cell in cells]
    places = {}
    for column, known in _NAMES.items():
        found = [place for place, name in enumerate(names) if known.fullmatch(name)]
        if found:
            places[column] = found[0]
    if "gene_id" not in places and "symbol" in places:  # genes by symbol alone, as the tables of UCSC have them
        places["gene_id"] = places["symbol"]
    return places | {"n": len(names)} if places else {}


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
