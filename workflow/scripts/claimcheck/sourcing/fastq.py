"""Is a FASTQ file whole: compressed to its end, records of four lines, and as many as its mate."""

import zlib
from pathlib import Path
from typing import NamedTuple

import dnaio
from dnaio.exceptions import FileFormatError

from claimcheck.errors import StudyError


class FastqContent(NamedTuple):
    """Number of reads of a FASTQ file, and length of its first read in nucleotides."""

    n_reads: int
    read_length: int


def inspect_fastq(path: Path) -> FastqContent:
    """Read a FASTQ file to its end and count its reads.

    Raises:
        StudyError: it is empty or truncated, or a record is malformed: its sequence and qualities differ in length, say.
    """
    try:
        with dnaio.open(path, fileformat="fastq", open_threads=0) as reader:
            records = iter(reader)
            first = next(records, None)
            others = sum(1 for _ in records)
    except (FileFormatError, EOFError, OSError, UnicodeDecodeError, zlib.error) as error:
        raise _spoilt(path, f"cannot be read to its end: {error}") from error
    if first is None:
        raise _spoilt(path, "is empty")
    return FastqContent(1 + others, len(first.sequence))


def check_mates(paths: list[Path], contents: list[FastqContent]) -> None:
    """Check that the files of a paired run hold the same number of reads.

    Raises:
        StudyError: they don't.
    """
    if len({content.n_reads for content in contents}) > 1:
        counts = " and ".join(
            f"{content.n_reads} in {path.name}" for path, content in zip(paths, contents, strict=True)
        )
        raise StudyError(
            f"the mates differ in number of reads: {counts}",
            where=", ".join(str(path.resolve()) for path in paths),
            expected="one read of mate 2 for every read of mate 1",
            remedy="delete both files so that they are fetched again; if it stays, leave the run out in config/samples.tsv",
        )


def _spoilt(path: Path, problem: str) -> StudyError:
    return StudyError(
        f"the FASTQ file {path.name} {problem}",
        where=str(path.resolve()),
        expected="a whole FASTQ file with at least one read",
        remedy="delete the file so that it is fetched again; if it stays, leave the run out in config/samples.tsv",
    )
