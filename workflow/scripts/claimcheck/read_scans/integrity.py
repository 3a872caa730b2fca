"""Are FASTQ files whole: compressed to their end, records of four lines, and every read beside its mate."""

import zlib
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

import dnaio
from dnaio import SequenceRecord
from dnaio.exceptions import FileFormatError

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.sequence_files import open_packed

LEAVE_OUT = "delete {files} so that {they} fetched again; if it stays, leave the run out in config/samples.tsv"


class FastqContent(NamedTuple):
    """Number of reads of a FASTQ file, and length of its first read in nucleotides."""

    n_reads: int
    read_length: int


def inspect_fastq(path: Path) -> FastqContent:
    """Read a FASTQ file to its end and count its reads.

    Raises:
        StudyError: it is empty or truncated, or a record is malformed: its sequence and qualities differ in length, say.
    """
    records = _records(path)
    first = next(records)
    return FastqContent(1 + sum(1 for _ in records), len(first.sequence))


def inspect_mates(paths: tuple[Path, Path]) -> list[FastqContent]:
    """Read the two files of a paired run side by side to their ends, and count their reads.

    Names are compared up to their first space and without the number of the mate.

    Raises:
        StudyError: a file is as `inspect_fastq` refuses it, the files differ in number of reads, neighbours are no mates, or
            mate 2 stands in the first file.
    """
    n_reads, lengths = [0, 0], [0, 0]
    for number, (one, two) in enumerate(zip_longest(*map(_records, paths)), start=1):
        n_reads[0] += one is not None
        n_reads[1] += two is not None
        if one is None or two is None:
            continue
        if number == 1:
            lengths = [len(one.sequence), len(two.sequence)]
            if _mate_of(one) == "2" and _mate_of(two) == "1":
                raise _mispaired("the mates are swapped", number, one, two, paths)
        if not one.is_mate(two):
            raise _mispaired("reads that stand side by side are no mates", number, one, two, paths)
    if n_reads[0] != n_reads[1]:
        raise StudyError(
            f"the mates differ in number of reads: {n_reads[0]} in {paths[0].name} and {n_reads[1]} in {paths[1].name}",
            where=", ".join(str(path.resolve()) for path in paths),
            expected="one read of mate 2 for every read of mate 1",
            remedy=LEAVE_OUT.format(files="both files", they="they are"),
        )
    return [FastqContent(n_reads[0], lengths[0]), FastqContent(n_reads[1], lengths[1])]


def _records(path: Path) -> Iterator[SequenceRecord]:
    """Read the records of a FASTQ file, of which there is at least one."""
    n_reads = 0
    try:
        with open_packed(path) as stream, dnaio.open(stream, fileformat="fastq") as reader:
            for record in reader:
                n_reads += 1
                yield record
    except (FileFormatError, EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
        raise _spoilt(path, f"cannot be read to its end: {error}") from error
    if not n_reads:
        raise _spoilt(path, "is empty")


def _mate_of(record: SequenceRecord) -> str:
    """Return the number of the mate from a name such as `r1/2`, `r1 1/2` or `r1 2:N:0:ACGT`, or ""."""
    name, _, comment = record.name.partition(" ")
    for text, mark in ((name, "/"), (comment, "/")):
        if text[-2:] in (f"{mark}1", f"{mark}2"):
            return text[-1]
    return comment[0] if comment[:2] in ("1:", "2:") else ""


def _mispaired(
    what: str, number: int, one: SequenceRecord, two: SequenceRecord, paths: tuple[Path, Path]
) -> StudyError:
    return StudyError(
        f"{what}: read {number} is {one.name[:80]!r} in {paths[0].name} and {two.name[:80]!r} in {paths[1].name}",
        where=", ".join(str(path.resolve()) for path in paths),
        expected="the same fragments in the same order, mate 1 in the first file",
        remedy=LEAVE_OUT.format(files="both files", they="they are"),
    )


def _spoilt(path: Path, problem: str) -> StudyError:
    return StudyError(
        f"the FASTQ file {path.name} {problem}",
        where=str(path.resolve()),
        expected="a whole FASTQ file with at least one read",
        remedy=LEAVE_OUT.format(files="the file", they="it is"),
    )
