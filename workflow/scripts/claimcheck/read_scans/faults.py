"""What can be wrong with FASTQ files, each with its true reason, and whether to fetch them again can help."""

import zlib
from collections.abc import Sequence
from pathlib import Path

from claimcheck.core.errors import StudyError

UNREADABLE = (EOFError, OSError, OverflowError, ValueError, zlib.error)
"""What reading a file can end in."""

_FETCH_AGAIN = "delete the file so that it is fetched again; if it stays, leave the run out in config/samples.tsv"
_AS_DEPOSITED = (
    "leave the run out in config/samples.tsv, or ask who deposited it for the right files; another copy is the same"
)
_FOUR_LINES = "FASTQ: records of four lines, which are @ with a name, letters, + and a quality for every letter"


class MalformedError(ValueError):
    """A record is not as FASTQ has it.

    Args:
        record: its number in the part that was looked at, from 1.
        problem: what is wrong with it.
    """

    def __init__(self, record: int, problem: str) -> None:
        super().__init__(problem)
        self.record = record


def unreadable(path: Path, error: Exception) -> StudyError:
    """Describe a file that cannot be read to its end; another copy may be whole."""
    if isinstance(error, OverflowError):
        return malformed(path, None, "has a record of more than 4 MB, or lines that do not end with LF")
    return _error(f"cannot be read to its end: {error}", [path], "a whole FASTQ file", _FETCH_AGAIN)


def malformed(path: Path, record: int | None, problem: str) -> StudyError:
    """Describe a record that is none of FASTQ."""
    which = "" if record is None else f": read {record:,}"
    packed = path.suffix == ".gz"
    remedy = _AS_DEPOSITED if packed else _FETCH_AGAIN  # gzip has a checksum, which held so far
    return _error(f"{which} {problem}".removeprefix(" "), [path], _FOUR_LINES, remedy)


def no_reads(path: Path, first: bytes) -> StudyError:
    """Describe a file without one read, by its first byte."""
    if not first:
        return _error("is empty", [path], "at least one read", _FETCH_AGAIN)
    if first == b">":
        return _error("is FASTA, which has no qualities", [path], _FOUR_LINES, _AS_DEPOSITED)
    return _error(f"is no FASTQ, which begins with @, not with {first!r}", [path], _FOUR_LINES, _FETCH_AGAIN)


def unequal(paths: Sequence[Path], n_reads: Sequence[int]) -> StudyError:
    """Describe mates of which one file holds more reads."""
    numbers = " and ".join(f"{n:,} in {path.name}" for n, path in zip(n_reads, paths, strict=True))
    return _error(
        f"the mates differ in number of reads: {numbers}",
        paths,
        "one read of mate 2 for every read of mate 1",
        "delete both files so that they are fetched again; if it stays, leave the run out in config/samples.tsv",
    )


def no_mates(paths: Sequence[Path], problem: str) -> StudyError:
    """Describe files whose reads do not belong together."""
    expected = "the same fragments in the same order, mate 1 in the first file and mate 2 in the second"
    return _error(problem, paths, expected, _AS_DEPOSITED)


def unfit(path: Path, problem: str, expected: str) -> StudyError:
    """Describe a whole FASTQ file whose reads cannot be quantified."""
    return _error(problem, [path], expected, _AS_DEPOSITED)


def _error(problem: str, paths: Sequence[Path], expected: str, remedy: str) -> StudyError:
    separator = "" if problem.startswith(":") else " "
    subject = f"the FASTQ file {paths[0].name}{separator}" if len(paths) == 1 else ""
    where = ", ".join(str(path.resolve()) for path in paths)
    return StudyError(f"{subject}{problem}", where=where, expected=expected, remedy=remedy)
