"""The exons of one gene: their places from a GTF, their sequences from the transcript FASTA."""

import logging
import re
import zlib
from collections.abc import Mapping
from pathlib import Path

import dnaio
import pandas as pd
from dnaio.exceptions import FileFormatError

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import strip_version
from claimcheck.core.tables import listed
from claimcheck.sourcing.headers import parse_header
from claimcheck.sourcing.sequence_files import open_packed

EXON_COLUMNS = ("gene_id", "symbol", "transcript_id", "exon", "start", "end", "strand", "length", "sequence")

_ATTRIBUTE = re.compile(r'(\w+) "([^"]*)"')

logger = logging.getLogger("claimcheck.sourcing.annotation")


def list_exons(
    annotation: Path,
    transcripts: Path,
    gene_id: str,
    transcript_id: str | None = None,
    *,
    known: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Cut a transcript of a gene into its exons.

    Without `transcript_id` it is the one that is protein-coding (where that is known), has most exons, is longest, and has the
    smallest id, in this order.

    Args:
        annotation: GTF in the style of GENCODE, Ensembl or FlyBase, plain or gzip.
        transcripts: FASTA of the same release.
        gene_id: with or without version.
        transcript_id: the transcript to take, with or without version.
        known: the transcripts of the reference with their genes (TRANSCRIPT_COLUMNS); None = as their headers say.

    Returns:
        One row an exon in the order of transcription, columns EXON_COLUMNS; start and end on the chromosome, both included, from 1.

    Raises:
        StudyError: a file cannot be read, the gene or transcript is in only one of them, or the two disagree on lengths.
    """
    gene = strip_version(gene_id)
    exons = read_gene_exons(annotation, gene)
    sequences = read_gene_transcripts(transcripts, gene, known)
    chosen = choose_transcript(
        exons, sequences, strip_version(transcript_id or ""), where=f"{annotation}, {transcripts}"
    )
    symbol, _, sequence = sequences[chosen]
    table = _in_order(exons[exons["transcript_id"] == chosen], where=f"{annotation}, transcript {chosen}")
    lengths = table["end"] - table["start"] + 1
    if lengths.sum() != len(sequence):
        raise StudyError(
            f"the exons of {chosen} have {lengths.sum()} nucleotides in all, its sequence has {len(sequence)}",
            where=f"{annotation}, {transcripts}",
            expected="an annotation and transcripts of the same release",
            remedy="set reference.annotation to the GTF of the release that reference.transcripts is from",
        )
    ends = lengths.cumsum()
    cut = [sequence[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    table = table.assign(gene_id=gene, symbol=symbol, exon=range(1, len(table) + 1), length=lengths, sequence=cut)
    return table[list(EXON_COLUMNS)]


def read_gene_exons(path: Path, gene_id: str) -> pd.DataFrame:
    """Read the exons of a gene from a GTF; other lines are passed over unparsed.

    Args:
        path: the GTF, plain or gzip.
        gene_id: without version.

    Returns:
        One row an exon of a transcript: transcript_id (without version), biotype ("" if unknown), chromosome, start, end, strand.

    Raises:
        StudyError: the file cannot be read to its end, or has no exon of the gene.
    """
    rows = []
    wanted = gene_id.encode()
    try:
        with open_packed(path) as stream:
            for number, line in enumerate(stream, 1):
                if wanted in line and (row := _parse_exon(line.decode(), gene_id, number)):
                    rows.append(row)
    except (OSError, EOFError, UnicodeDecodeError, ValueError, zlib.error) as error:
        raise StudyError(
            f"the annotation cannot be read: {error}",
            where=str(path),
            expected="a GTF file with nine columns, plain or gzip",
            remedy="set reference.annotation to a GTF file, or delete the file to fetch it again",
        ) from error
    if not rows:
        raise StudyError(
            f"the annotation has no exon of the gene {gene_id}",
            where=str(path),
            expected=f'lines of the type exon with gene_id "{gene_id}", with or without version',
            remedy="correct study.deleted_gene, or set reference.annotation to the GTF of that organism and release",
        )
    columns = ["transcript_id", "biotype", "chromosome", "start", "end", "strand"]
    return pd.DataFrame(rows, columns=columns).drop_duplicates(ignore_index=True)


def read_gene_transcripts(
    path: Path, gene_id: str, known: pd.DataFrame | None = None
) -> dict[str, tuple[str, str, str]]:
    """Read the transcripts of a gene from a FASTA file.

    Args:
        path: transcript FASTA, plain or compressed.
        gene_id: without version.
        known: as in `list_exons`.

    Returns:
        transcript id without version -> symbol, biotype ("" where unknown), sequence in capitals.

    Raises:
        StudyError: the file cannot be read to its end.
    """
    found = {}
    of_gene: dict[str, dict[str, str]] | None = None
    if known is not None:
        mine = known[known["gene_id"] == gene_id]
        columns = ("gene_id", "transcript_id", "symbol", "biotype")
        cells = zip(*(mine[name] for name in columns), strict=True)
        of_gene = {
            str(target): dict(zip(columns, map(str, row), strict=True))
            for target, row in zip(mine["target_id"], cells, strict=True)
        }
    try:
        with open_packed(path) as stream, dnaio.open(stream, fileformat="fasta") as reader:
            for record in reader:
                header: dict[str, str] | None
                if of_gene is not None:
                    header = of_gene.get((record.name.split(maxsplit=1) or [""])[0])
                else:
                    header = parse_header(record.name) if gene_id in record.name else None
                if header and record.sequence and header["gene_id"] == gene_id:
                    found[header["transcript_id"]] = (header["symbol"], header["biotype"], record.sequence.upper())
    except (FileFormatError, OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise StudyError(
            f"the reference cannot be read as FASTA: {error}",
            where=str(path),
            expected="transcript sequences in FASTA, plain or gzip",
            remedy="set reference.transcripts to a transcript FASTA, or delete the file to fetch it again",
        ) from error
    return found


def choose_transcript(
    exons: pd.DataFrame, sequences: Mapping[str, tuple[str, str, str]], wanted: str = "", *, where: str
) -> str:
    """Choose the transcript whose exons are looked at.

    Args:
        exons: as `read_gene_exons` makes it.
        sequences: as `read_gene_transcripts` makes it.
        wanted: its id without version, or "" for the rule of `list_exons`.
        where: the files, for the message.

    Raises:
        StudyError: `wanted` is not a transcript of the gene, or the annotation and the sequences have none in common.
    """
    annotated = sorted(set(exons["transcript_id"]))
    if wanted and wanted not in annotated:
        raise StudyError(
            f"the transcript {wanted} is none of the gene's",
            where=where,
            expected=f"one of {listed(annotated)}",
            remedy="correct identity.transcript in config/config.yaml, or leave it out",
        )
    shared = [transcript for transcript in ([wanted] if wanted else annotated) if transcript in sequences]
    if not shared:
        raise StudyError(
            f"the annotation has the transcript {listed([wanted] if wanted else annotated)}, the reference does not",
            where=where,
            expected="an annotation and transcripts of the same release",
            remedy="set reference.annotation to the GTF of the release that reference.transcripts is from",
        )
    if len(shared) < len(annotated) and not wanted:
        logger.info("only in the annotation: %s", listed(sorted(set(annotated) - set(shared))))
    n_exons = exons["transcript_id"].value_counts()
    biotypes = exons.drop_duplicates("transcript_id").set_index("transcript_id")["biotype"]

    def rank(transcript: str) -> tuple[bool, int, int, str]:
        _, biotype, sequence = sequences[transcript]
        coding = "protein_coding" in (biotype, biotypes[transcript])
        return (not coding, -int(n_exons[transcript]), -len(sequence), transcript)

    chosen = min(shared, key=rank)
    logger.info("exons are those of %s, of %d transcripts", chosen, len(annotated))
    return chosen


def _in_order(exons: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """Order exons as they are transcribed; on the minus strand the first one has the highest coordinates."""
    if len(exons[["chromosome", "strand"]].drop_duplicates()) > 1 or not exons["strand"].isin(["+", "-"]).all():
        raise StudyError(
            "the exons of a transcript are not on one strand of one chromosome",
            where=where,
            expected="one chromosome, and the strand + or -",
            remedy="set identity.transcript in config/config.yaml to another transcript of the gene",
        )
    return exons.sort_values("start", ascending=bool(exons["strand"].iloc[0] == "+"), ignore_index=True)


def _parse_exon(line: str, gene_id: str, number: int) -> tuple[str, str, str, int, int, str] | None:
    """Read a line of a GTF; None if it is no exon of the gene."""
    if line.startswith("#"):
        return None
    fields = line.rstrip("\r\n").split("\t")
    if len(fields) != 9:
        raise ValueError(f"line {number} has {len(fields)} columns")
    chromosome, _, kind, start, end, _, strand, _, about = fields
    attributes = dict(_ATTRIBUTE.findall(about))
    if kind != "exon" or strip_version(attributes.get("gene_id", "")) != gene_id or "transcript_id" not in attributes:
        return None
    biotype = attributes.get("transcript_type") or attributes.get("transcript_biotype", "")
    return strip_version(attributes["transcript_id"]), biotype, chromosome, int(start), int(end), strand
