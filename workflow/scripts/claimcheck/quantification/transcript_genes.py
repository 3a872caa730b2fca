"""The gene of every transcript, from a table of two or three columns or from a GTF."""

import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from claimcheck.quantification.transcript_tables import (
    TRANSCRIPT_GENE_COLUMNS,
    each_once,
    read_transcript_table,
    unreadable,
)
from claimcheck.sourcing.sequence_files import open_packed

LARGEST = 1 << 33
"""Bytes of a GTF; those of human and mouse have some 1.5 GB."""
_ATTRIBUTE = re.compile(r'(\w+)\s+"?([^";]*)"?')


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
    table = read_transcript_table(path)
    if table is not None:
        return table
    try:
        with open_packed(path, most=LARGEST) as stream:
            table = pd.DataFrame(_rows_of_gtf(stream), columns=list(TRANSCRIPT_GENE_COLUMNS), dtype=str)
    except (OSError, EOFError, UnicodeDecodeError, ValueError, zlib.error) as error:
        raise unreadable(path, str(error)) from error
    return each_once(table, path)


def _rows_of_gtf(lines: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
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
