"""A transcriptome as published, and the gene of every transcript from its FASTA headers."""

import re
import zlib
from pathlib import Path

import dnaio
import pandas as pd
from dnaio.exceptions import FileFormatError

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import strip_version
from claimcheck.core.tables import listed
from claimcheck.sourcing.sequence_files import open_packed

TRANSCRIPT_COLUMNS = ("target_id", "transcript_id", "gene_id", "symbol", "biotype", "length")

_TOKEN = re.compile(r"(\w+):(\S+)")
_FLYBASE = re.compile(r"(\w+)=([^;]+)")
_NUCLEOTIDES = b"ACGTUNRYKMSWBDHVacgtunrykmswbdhv-"
LARGEST = 1 << 31
"""Bytes of a transcriptome; those of plants have some 600 MB, and a genome is none."""


def parse_header(header: str) -> dict[str, str] | None:
    """Read the gene of a transcript from its FASTA header.

    Known are GENCODE (`ENSMUST…|ENSMUSG…|…|…|name|symbol|length|biotype|`), Ensembl (`ENSMUST… cdna … gene:… gene_symbol:…
    transcript_biotype:…`) and FlyBase (`FBtr… …; name=…; parent=FBgn…;`).

    Args:
        header: the line without `>`.

    Returns:
        target_id (up to the first space, as quantifiers name it), transcript_id and gene_id without version, symbol, biotype
        ("" where unknown); None if the header names no gene.
    """
    target = header.split(maxsplit=1)[0] if header.strip() else ""
    bars = target.split("|")
    if len(bars) >= 8:
        transcript, gene, symbol, biotype = bars[0], bars[1], bars[5], bars[7]
    else:
        tokens = dict(_TOKEN.findall(header))
        pairs = dict(_FLYBASE.findall(header))
        transcript = target
        if "gene" in tokens:
            gene = tokens["gene"]
            symbol = tokens.get("gene_symbol", "")
            biotype = tokens.get("transcript_biotype", "")
        elif "parent" in pairs:
            gene = pairs["parent"].split(",")[0].strip()
            symbol = re.sub(r"-R[A-Z]+$", "", pairs.get("name", "").strip())
            biotype = ""
        else:
            return None
    if not gene:
        return None
    gene = strip_version(gene)
    return {
        "target_id": target,
        "transcript_id": strip_version(transcript),
        "gene_id": gene,
        "symbol": symbol or gene,
        "biotype": biotype,
    }


def read_transcripts(path: Path) -> pd.DataFrame:
    """List the transcripts of a FASTA file, plain or compressed.

    Returns:
        One row a transcript, in the file's order, with the columns TRANSCRIPT_COLUMNS; length in nucleotides.

    Raises:
        StudyError: the file is no FASTA, empty, truncated or far too large, a header names no gene, a sequence is a protein, or an
            id occurs twice.
    """
    rows: list[dict[str, str | int]] = []
    try:
        with open_packed(path, most=LARGEST) as stream, dnaio.open(stream, fileformat="fasta") as reader:
            for record in reader:
                parsed = parse_header(record.name)
                if parsed is None:
                    raise StudyError(
                        f"the header {record.name[:120]!r} names no gene",
                        where=f"{path.resolve()}, record {len(rows) + 1}",
                        expected="a GENCODE, Ensembl or FlyBase transcript header",
                        remedy="set reference.transcripts in config/config.yaml to a transcript FASTA of one of these",
                    )
                others = record.sequence.encode().translate(None, _NUCLEOTIDES)
                if others:
                    raise StudyError(
                        f"the sequence of {parsed['target_id'][:60]!r} holds {listed(sorted(set(others.decode())), most=8)}, "
                        "as proteins do",
                        where=f"{path.resolve()}, record {len(rows) + 1}",
                        expected="nucleotides",
                        remedy="set reference.transcripts in config/config.yaml to the transcripts, not their translations",
                    )
                rows.append({**parsed, "length": len(record.sequence)})
    except (FileFormatError, EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
        raise _unreadable(path, str(error)) from error
    table = pd.DataFrame(rows, columns=list(TRANSCRIPT_COLUMNS))
    if table.empty:
        raise _unreadable(path, "it holds no sequence")
    repeated = table.loc[table["transcript_id"].duplicated(), "transcript_id"]
    if len(repeated):
        raise StudyError(
            f"the transcript {listed(repeated)} occurs twice",
            where=str(path),
            expected="every transcript once (ids are compared without their version)",
            remedy="remove the copies from the FASTA file",
        )
    return table


def _unreadable(path: Path, reason: str) -> StudyError:
    return StudyError(
        f"the reference cannot be read as FASTA: {reason}",
        where=str(path.resolve()),
        expected="transcript sequences in FASTA, plain or gzip",
        remedy="set reference.transcripts in config/config.yaml to a transcript FASTA, or delete the file to fetch it again",
    )
