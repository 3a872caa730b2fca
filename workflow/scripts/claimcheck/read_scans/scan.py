"""Reads of FASTQ files, in parts that are looked at all at once, and the k-mers of an index that they hold."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from dnaio import read_chunks
from numpy.typing import NDArray

from claimcheck.core.errors import StudyError
from claimcheck.read_scans import faults
from claimcheck.read_scans.kmers import K, KmerIndex
from claimcheck.sourcing.sequence_files import open_packed

WORD = 8
"""Bytes that are compared at once."""

_PIECE = 1 << 22
"""Bytes of a file that are read together, and the most that a record may have."""

_UPPER = np.uint8(0xDF)
"""The bits of an ASCII letter without that of lower case; nothing but `acgt` becomes one of ACGT by it."""

_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(WORD + 1)], dtype=np.uint64)
"""What keeps the first n bytes of a word, which come last in its number."""


class Reads(NamedTuple):
    """Whole records of a FASTQ file.

    Attributes:
        raw: uint8, all their bytes, and WORD more.
        letters: the same in upper case: kallisto counts reads in lower case as any other.
        name, name_end: int64, where each name begins, after the @, and where its line ends.
        start, end: int64, where each sequence does.
        quality: int64, where its qualities begin; they are as many as its letters.
    """

    raw: NDArray[np.uint8]
    letters: NDArray[np.uint8]
    name: NDArray[np.int64]
    name_end: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    quality: NDArray[np.int64]

    def part(self, records: slice | NDArray[np.int64]) -> "Reads":
        """Return some of the records."""
        return Reads(self.raw, self.letters, *(places[records] for places in self[2:]))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Letters of each sequence."""
        return self.end - self.start

    def text(self, what: str, record: int) -> str:
        """Return the name or the sequence of a record as it stands, 80 letters at most."""
        start, end = (self.name, self.name_end) if what == "name" else (self.start, self.end)
        return bytes(self.raw[start[record] : min(end[record], start[record] + 80)]).decode("latin-1")


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
    for mates in _side_by_side(files):
        taken = slice(None if most is None else most - done)
        yield [reads.part(taken) for reads in mates]
        done += len(mates[0].start)
        if most is not None and done >= most:
            return


def words(
    text: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64], most: int | None = None
) -> Iterator[NDArray[np.uint64]]:
    """Read strings of a text as numbers, eight bytes at once; what is behind the end of a string is zero.

    Args:
        text: uint8, WORD more bytes than the strings have.
        starts, lengths: int64, of the strings.
        most: words to read; None = as many as the longest one has.

    Yields:
        uint64, the next word of each string.
    """
    view = np.ndarray(len(text) - WORD + 1, np.uint64, text, strides=(1,))
    longest = int(lengths.max(initial=0))
    for offset in range(0, longest if most is None else most * WORD, WORD):
        left = np.clip(lengths - offset, 0, WORD)
        yield view[np.where(left > 0, starts + offset, 0)] & _FIRST_BYTES[left]


def find_kmers(index: KmerIndex, reads: Reads, *, step: int = 1) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the k-mers of an index that reads hold.

    Args:
        step: a read is looked up at every `step`th position, and at its last.

    Returns:
        int64, numbers of reads and positions in the index, in the order of the reads and along each.
    """
    room = reads.lengths - K
    n_starts = np.where(room >= 0, (room + step - 1) // step + 1, 0)
    read = np.repeat(np.arange(len(room)), n_starts)
    number = np.arange(len(read)) - np.repeat(np.cumsum(n_starts) - n_starts, n_starts)
    found, places = index.find(reads.letters, reads.start[read] + np.minimum(number * step, room[read]))
    return read[found], places


def _side_by_side(files: Sequence[Path]) -> Iterator[list[Reads]]:
    with ExitStack() as stack:
        mates = [_pieces(path, stack) for path in files]
        held, n_done = [next(mate, None) for mate in mates], 0
        while pieces := [piece for piece in held if piece]:
            if len(pieces) < len(mates):
                rests = [0 if piece is None else len(piece.start) for piece in held]
                n_reads = [
                    n_done + rest + sum(len(piece.start) for piece in mate)
                    for rest, mate in zip(rests, mates, strict=True)
                ]
                raise faults.unequal(files, n_reads)
            n_both = min(len(piece.start) for piece in pieces)
            yield [piece.part(slice(n_both)) for piece in pieces]
            n_done += n_both
            rest_of = [piece.part(slice(n_both, None)) for piece in pieces]
            held = [rest if len(rest.start) else next(mate, None) for rest, mate in zip(rest_of, mates, strict=True)]


def _pieces(path: Path, stack: ExitStack) -> Iterator[Reads]:
    """Read a file in pieces of whole records, of which there is at least one."""
    n_done = 0
    try:
        stream = stack.enter_context(open_packed(path))
        first = stream.peek(1)[:1]
        if first == b"@":
            for records in read_chunks(stream, _PIECE):
                reads = _find_lines(records)
                yield reads
                n_done += len(reads.start)
    except faults.MalformedError as error:
        raise _true_fault(stream, path, n_done + error.record, str(error)) from error
    except faults.UNREADABLE as error:
        raise faults.unreadable(path, error) from error
    if not n_done:
        raise faults.no_reads(path, first)


def _true_fault(stream: IO[bytes], path: Path, record: int, problem: str) -> StudyError:
    """Tell a record that was written so from one of a damaged file, which gzip notices at its end."""
    try:
        while stream.read(_PIECE):
            pass
    except faults.UNREADABLE as error:
        return faults.unreadable(path, error)
    return faults.malformed(path, record, problem)


def _find_lines(records: memoryview) -> Reads:
    """Find the lines of whole records.

    Raises:
        MalformedError: a record does not begin with `@`, has no `+`, fewer qualities than letters, or is cut off.
    """
    raw = np.zeros(len(records) + WORD, dtype=np.uint8)
    raw[: len(records)] = records
    ends = np.flatnonzero(raw == ord("\n"))
    if raw[len(records) - 1] != ord("\n"):
        ends = np.append(ends, len(records))
    starts = np.append(0, ends + 1)[:-1]
    while len(ends) % 4 and ends[-1] == starts[-1]:  # blank lines at the end
        starts, ends = starts[:-1], ends[:-1]
    whole = len(ends) // 4 * 4
    cut_off = len(ends) > whole
    starts, ends = starts[:whole], ends[:whole]
    ends = ends - (raw[ends - 1] == ord("\r"))
    lengths = ends - starts
    problems = {
        "does not begin with @": raw[starts[::4]] != ord("@"),
        "has no line that begins with + after its letters": raw[starts[2::4]] != ord("+"),
        "has more qualities than letters": lengths[1::4] < lengths[3::4],
        "has fewer qualities than letters": lengths[1::4] > lengths[3::4],
    }
    found = [(int(np.argmax(wrong)) + 1, problem) for problem, wrong in problems.items() if wrong.any()]
    if found:
        raise faults.MalformedError(*min(found, key=lambda one: one[0]))
    if cut_off:
        raise faults.MalformedError(whole // 4 + 1, "is cut off")
    return Reads(raw, raw & _UPPER, starts[::4] + 1, ends[::4], starts[1::4], ends[1::4], starts[3::4])
