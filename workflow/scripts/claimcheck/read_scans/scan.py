"""Reads of FASTQ files, in parts that are looked at all at once, and the k-mers of an index that they hold."""

import io
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
from dnaio import read_chunks
from dnaio.exceptions import FileFormatError, UnknownFileFormat
from numpy.typing import NDArray
from xopen import xopen

from claimcheck.core.errors import StudyError
from claimcheck.read_scans.kmers import K, KmerIndex

_PIECE = 1 << 22
"""Bytes of a file that are read together, and the most that a record may have."""

_UPPER = np.uint8(0xDF)
"""The bits of an ASCII letter without that of lower case; nothing but `acgt` becomes one of ACGT by it."""


class Reads(NamedTuple):
    """Sequences of whole records of a FASTQ file.

    Attributes:
        letters: uint8, all bytes of the records, in upper case: kallisto counts reads in lower case as any other.
        start, end: int64, where each sequence begins and ends among these.
    """

    letters: NDArray[np.uint8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def part(self, records: slice | NDArray[np.int64]) -> "Reads":
        """Return some of the records."""
        return Reads(self.letters, self.start[records], self.end[records])


def read_fragments(files: Sequence[Path], most: int | None = None) -> Iterator[list[Reads]]:
    """Read the fragments of a run in parts.

    Args:
        files: FASTQ files: one, or both mates with as many reads in the same order.
        most: fragments to read, the first ones; little after them is looked at.

    Yields:
        The same records of each mate, which live until the next ones are read.

    Raises:
        StudyError: a file is missing, truncated or no FASTQ, has a record of more than 4 MB, or mates differ in number of reads.
    """
    done = 0
    try:
        for mates in _pieces(files):
            taken = slice(None if most is None else most - done)
            yield [reads.part(taken) for reads in mates]
            done += len(mates[0].start)
            if most is not None and done >= most:
                return
    except (FileFormatError, UnknownFileFormat, EOFError, OSError, OverflowError, ValueError, zlib.error) as error:
        raise StudyError(
            f"the reads cannot be read to their end: {error}",
            where=", ".join(str(path.resolve()) for path in files),
            expected="whole FASTQ files, mates with the same number of reads",
            remedy="delete the files so that they are fetched again; if it stays, leave the run out in config/samples.tsv",
        ) from error


def find_kmers(index: KmerIndex, reads: Reads, *, step: int = 1) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the k-mers of an index that reads hold.

    Args:
        step: a read is looked up at every `step`th position, and at its last.

    Returns:
        int64, numbers of reads and positions in the index, in the order of the reads and along each.
    """
    room = reads.end - reads.start - K
    n_starts = np.where(room >= 0, (room + step - 1) // step + 1, 0)
    read = np.repeat(np.arange(len(room)), n_starts)
    number = np.arange(len(read)) - np.repeat(np.cumsum(n_starts) - n_starts, n_starts)
    found, places = index.find(reads.letters, reads.start[read] + np.minimum(number * step, room[read]))
    return read[found], places


def _pieces(files: Sequence[Path]) -> Iterator[list[Reads]]:
    with ExitStack() as stack:
        streams = [cast(io.BufferedIOBase, stack.enter_context(xopen(path, "rb", threads=0))) for path in files]
        mates = [map(_find_sequences, read_chunks(stream, _PIECE)) for stream in streams]
        held = [next(mate, None) for mate in mates]
        while pieces := [piece for piece in held if piece]:
            if len(pieces) < len(mates):
                raise ValueError("the mates differ in number of reads")
            n_both = min(len(piece.start) for piece in pieces)
            yield [piece.part(slice(n_both)) for piece in pieces]
            rests = [piece.part(slice(n_both, None)) for piece in pieces]
            held = [rest if len(rest.start) else next(mate, None) for rest, mate in zip(rests, mates, strict=True)]


def _find_sequences(records: memoryview) -> Reads:
    """Find the second line of every four.

    Raises:
        ValueError: records do not begin with `@`, or have no `+` or fewer qualities than letters.
    """
    letters = np.frombuffer(records, dtype=np.uint8)
    ends = np.flatnonzero(letters == ord("\n"))
    if letters[-1] != ord("\n"):
        ends = np.append(ends, len(letters))
    if len(ends) % 4:
        raise ValueError("a record is cut off")
    starts = np.append(0, ends + 1)[:-1]
    if (letters[starts[::4]] != ord("@")).any() or (letters[starts[2::4]] != ord("+")).any():
        raise ValueError("a record does not begin with @, or has no line that begins with +")
    ends -= letters[ends - 1] == ord("\r")
    lengths = ends - starts
    if (lengths[1::4] != lengths[3::4]).any():
        raise ValueError("a record has another number of qualities than of letters")
    return Reads(letters & _UPPER, starts[1::4], ends[1::4])
