"""A transcriptome as published, the gene of every transcript, and sequences that are indexed beside it."""

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import dnaio
import pandas as pd
from dnaio.exceptions import FileFormatError

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.sourcing.headers import SPIKE_IN, parse_header, transcript_of
from claimcheck.sourcing.sequence_files import open_packed

TRANSCRIPT_COLUMNS = ("target_id", "transcript_id", "gene_id", "symbol", "biotype", "length")
EXTRA_COLUMNS = ("sequence", "length")

_DOTTED = re.compile(r"\.[0-9]+$")
_NUCLEOTIDES = b"ACGTUNRYKMSWBDHVacgtunrykmswbdhv-"
LARGEST = 1 << 31
"""Bytes of a transcriptome; those of plants have some 600 MB, and a genome is none."""


@dataclass(frozen=True)
class Reference:
    """What reads are matched with.

    Attributes:
        transcripts: of the organism, one row each in the file's order: TRANSCRIPT_COLUMNS, length in nucleotides.
        extra: sequences that are no genes of the organism: EXTRA_COLUMNS, length in nucleotides.
        n_empty: records without a sequence, which are left out.
    """

    transcripts: pd.DataFrame
    extra: pd.DataFrame
    n_empty: int


def read_reference(
    path: Path,
    extra: Sequence[Path] = (),
    *,
    genes: pd.DataFrame | None = None,
    annotated: Callable[[], pd.DataFrame] | None = None,
) -> Reference:
    """List the sequences that are indexed, with their genes.

    Args:
        path: transcript FASTA, plain or compressed. Spike-ins in it (SPIKE_IN) count as extra sequences.
        extra: further FASTA files, whose sequences are no genes of the organism.
        genes: transcript_id, gene_id, symbol, ids without version: the gene of every transcript, whatever the headers say.
        annotated: gives such a table, and is asked where a header names no gene.

    Raises:
        StudyError: a file is no FASTA, empty, truncated or far too large, a transcript has no gene, a sequence is a protein, or an
            id occurs twice.
    """
    rows, others, n_empty = [], [], 0
    for number, (name, sequence) in enumerate(_records(path, "reference.transcripts"), 1):
        target = (name.split(maxsplit=1) or [""])[0]
        if not sequence:
            n_empty += 1
        elif SPIKE_IN.fullmatch(target):
            others.append((target, len(sequence)))
        else:
            known = parse_header(name) or {
                "target_id": target,
                "transcript_id": transcript_of(target),
                "gene_id": "",
                "symbol": "",
                "biotype": "",
            }
            rows.append({**known, "length": len(sequence), "name": name, "record": number})
    table = pd.DataFrame(rows, columns=[*TRANSCRIPT_COLUMNS, "name", "record"])
    if table.empty:
        raise _unreadable(path, "it holds no transcript", "reference.transcripts")
    if genes is not None:
        table = _with_genes(table, genes)
    elif annotated and (table["gene_id"] == "").any():
        table = pd.concat(
            [table[table["gene_id"] != ""], _with_genes(table[table["gene_id"] == ""], annotated())]
        ).sort_index()
    _require_genes(table, path, has_table=genes is not None, has_annotation=annotated is not None)
    for file in extra:
        found = [
            (name.split(maxsplit=1)[0], len(sequence))
            for name, sequence in _records(file, "reference.extra")
            if sequence
        ]
        if not found:
            raise _unreadable(file, "it holds no sequence", "reference.extra")
        others += found
    extras = pd.DataFrame(others, columns=list(EXTRA_COLUMNS))
    _require_once(table, extras, [path, *extra])
    return Reference(table[list(TRANSCRIPT_COLUMNS)], extras, n_empty)


def _records(path: Path, key: str) -> Iterator[tuple[str, str]]:
    """Yield name and sequence of every record.

    Raises:
        StudyError: the file cannot be read to its end as FASTA of nucleotides.
    """
    try:
        with open_packed(path, most=LARGEST) as stream, dnaio.open(stream, fileformat="fasta") as reader:
            for number, record in enumerate(reader, 1):
                others = record.sequence.encode().translate(None, _NUCLEOTIDES)
                if others:
                    letters = listed(sorted(set(others.decode())), most=8)
                    raise StudyError(
                        f"the sequence of {record.name[:60]!r} holds {letters}, as proteins do",
                        where=f"{path.resolve()}, record {number}",
                        expected="nucleotides",
                        remedy=f"set {key} in config/config.yaml to the transcripts, not their translations",
                    )
                if not record.name.strip():
                    raise StudyError(
                        "a sequence has no name",
                        where=f"{path.resolve()}, record {number}",
                        expected="`>` and a name before every sequence",
                        remedy=f"correct the file of {key}",
                    )
                yield record.name, record.sequence
    except (FileFormatError, EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
        raise _unreadable(path, str(error), key) from error


def _with_genes(table: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Give transcripts the genes of a table; "" where it has none.

    An id is looked for as it is, then without what may be its version, then among the ids of the table without theirs.
    """
    known = dict(zip(genes["transcript_id"], zip(genes["gene_id"], genes["symbol"], strict=True), strict=True))
    plain = {_DOTTED.sub("", transcript): gene for transcript, gene in known.items()}
    found = [
        known.get(transcript) or known.get(_DOTTED.sub("", transcript)) or plain.get(transcript) or ("", "")
        for transcript in table["transcript_id"]
    ]
    # a table of two columns has no symbols, which the headers may have
    symbols = [
        old if gene and symbol == gene and old else symbol
        for (gene, symbol), old in zip(found, table["symbol"], strict=True)
    ]
    return table.assign(gene_id=[gene for gene, _ in found], symbol=symbols)


def _require_genes(table: pd.DataFrame, path: Path, *, has_table: bool, has_annotation: bool) -> None:
    """Stop where a transcript has no gene."""
    without = table[table["gene_id"] == ""]
    if without.empty:
        return
    first = without.iloc[0]
    where = f"{path.resolve()}, record {first['record']}"
    if has_table or has_annotation:
        key = "reference.transcript_genes" if has_table else "reference.annotation"
        raise StudyError(
            f"{len(without):,} of {len(table):,} transcripts have no gene in {key}: {listed(without['transcript_id'])}",
            where=where,
            expected="a gene for every transcript, in a file of the same release; ids match with and without version",
            remedy=f"set {key} in config/config.yaml to the file of that release; sequences that are no genes of the organism "
            "belong in a FASTA of their own under reference.extra",
        )
    raise StudyError(
        f"the header {first['name'][:120]!r} names no gene, as {len(without):,} of {len(table):,} don't",
        where=where,
        expected="headers of GENCODE, Ensembl, FlyBase, RefSeq or gffread; or a file that says the gene of every transcript",
        remedy="set reference.transcript_genes in config/config.yaml to a table (transcript, gene, symbol), or "
        "reference.annotation to the GTF of the same release; spike-ins and transgenes go into reference.extra",
    )


def _require_once(table: pd.DataFrame, extras: pd.DataFrame, paths: Sequence[Path]) -> None:
    """Stop where two sequences have one name."""
    for names, what, expected, remedy in (
        (
            table["transcript_id"],
            "transcript",
            "every transcript once (ids are compared without their version)",
            "remove the copies from the FASTA file",
        ),
        (
            pd.concat([table["target_id"], extras["sequence"]]),
            "sequence",
            "every name once in all files together",
            "rename the sequence of reference.extra, or remove it from one of the files",
        ),
    ):
        repeated = names[names.duplicated()]
        if len(repeated):
            raise StudyError(
                f"the {what} {listed(repeated)} occurs twice",
                where=listed(paths, most=20),
                expected=expected,
                remedy=remedy,
            )


def _unreadable(path: Path, reason: str, key: str) -> StudyError:
    return StudyError(
        f"the reference cannot be read as FASTA: {reason}",
        where=str(path.resolve()),
        expected="sequences in FASTA, plain or gzip",
        remedy=f"set {key} in config/config.yaml to a FASTA of transcripts, or delete the file to fetch it again",
    )
