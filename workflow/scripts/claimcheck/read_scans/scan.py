"""Reads of FASTQ files, in pieces that are looked at all at once, and the k-mers of an index that they hold."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from claimcheck.core.errors import StudyError
from claimcheck.read_scans import faults
from claimcheck.read_scans.kmers import K, KmerIndex
from claimcheck.read_scans.letters import WORD, strings_of
from claimcheck.sourcing.sequence_files import open_packed

_PIECE = 1 << 20
"""Bytes of a file that are read together; a piece of each mate fits a processor's cache."""

_MOST_RECORD = 1 << 22

_LOOKED_UP, _LETTERS_LOOKED_UP = 1 << 12, 1 << 15

_BEHIND = bytes(WORD)


class Reads(NamedTuple):
    """Whole records of a FASTQ file, in either case: kallisto counts reads in lower case as any other.

    Attributes:
        raw: uint8, all their bytes, and WORD more.
        name, name_end: int64, where each name begins, after the @, and where its line ends.
        start, end: int64, where each sequence does.
        quality: int64, where its qualities begin; they are as many as its letters.
    """

    raw: NDArray[np.uint8]
    name: NDArray[np.int64]
    name_end: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    quality: NDArray[np.int64]

    def part(self, records: slice | NDArray[np.int64]) -> "Reads":
        """Return some of the records."""
        return Reads(self.raw, *(places[records] for places in self[1:]))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Letters of each sequence."""
        return self.end - self.start

    def text(self, what: str, record: int) -> str:
        """Return the name or the sequence of a record as it stands, 80 letters at most."""
        start, end = (self.name, self.name_end) if what == "name" else (self.start, self.end)
        return bytes(self.raw[start[record] : min(end[record], start[record] + 80)]).decode("latin-1")


def read_fragments(files: Sequence[Path]) -> Iterator[list[Reads]]:
    """Read the fragments of a run in pieces.

    Args:
        files: FASTQ files: one, or both mates with as many reads in the same order.

    Yields:
        The same records of each mate.

    Raises:
        StudyError: a file is missing, truncated or no FASTQ, has a record of more than 4 MB, or mates differ in number of reads.
    """
    with ExitStack() as stack:
        mates = [_File(path, stack) for path in files]
        held = [mate.read() for mate in mates]
        while any(len(reads.start) for reads in held):
            n_both = min(len(reads.start) for reads in held)
            for mate, reads in zip(mates, held, strict=True):
                mate.leave(reads, n_both)
            if not n_both:
                raise faults.unequal(files, [mate.count() for mate in mates])
            yield [reads.part(slice(n_both)) for reads in held]
            held = [mate.read() for mate in mates]


def find_kmers(index: KmerIndex, reads: Reads, *, step: int = 1) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the k-mers of an index that reads hold.

    Args:
        step: a read is looked up at every `step`th position, and at its last.

    Returns:
        int64, numbers of reads and places in the index, in the order of the reads and along each.
    """
    nothing = np.empty(0, dtype=np.int64)
    looked_up = _look_everywhere(index, reads) if step == 1 else _look_at(index, reads, step)
    read, start = (np.concatenate(parts) for parts in zip((nothing, nothing), *looked_up, strict=True))
    order = np.argsort(start)
    places = index.place(reads.raw, start[order])
    return read[order][places >= 0], places[places >= 0]


_Found = Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]
"""Numbers of reads, and where in the text k-mers begin that an index may have."""


def _look_everywhere(index: KmerIndex, reads: Reads) -> _Found:
    """Look up all k-mers, reads of one length together: as many as fit a processor's cache."""
    lengths = reads.lengths
    for length in np.unique(lengths[lengths >= K]).tolist():
        alike = np.flatnonzero(lengths == length)
        at_once = max(_LETTERS_LOOKED_UP // length, 1)
        for first in range(0, len(alike), at_once):
            some = alike[first : first + at_once]
            number, position = index.sieve_all(strings_of(reads.raw, reads.start[some], length))
            yield some[number], reads.start[some[number]] + position


def _look_at(index: KmerIndex, reads: Reads, step: int) -> _Found:
    """Look up the k-mers at some positions."""
    for read, position in _positions(reads.lengths - K, step):
        start = reads.start[read] + position
        possible = index.sieve(reads.raw, start)
        yield read[possible], start[possible]


def _positions(room: NDArray[np.int64], step: int) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Give reads and positions to look up, those of all reads at some positions after others: as many as fit a processor's cache.

    Args:
        room: int64, the last position in each read, which is one of them; below 0 there is none.
        step: between positions, more than 1.
    """
    everyone, shortest = np.arange(len(room)), room.min(initial=np.iinfo(np.int64).max)
    positions = np.arange(0, room.max(initial=-1) + 1, step)
    at_once = max(_LOOKED_UP // max(len(room), 1), 1)
    for first in range(0, len(positions), at_once):
        some = positions[first : first + at_once]
        if some[-1] <= shortest:
            yield np.tile(everyone, len(some)), np.repeat(some, len(everyone))
        else:
            number, read = np.nonzero(some[:, np.newaxis] <= room)
            yield read, some[number]
    read = np.flatnonzero((room > 0) & (room % step > 0))
    yield read, room[read]


class _File:
    """A FASTQ file that is read in pieces.

    Raises:
        StudyError: it cannot be read, is no FASTQ, or holds no read.
    """

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path = path
        self._n_done = 0
        self._text = _BEHIND
        self._from = self._behind = 0  # where in the text the next record begins, and what is behind the last whole one
        try:
            self._stream = stack.enter_context(open_packed(path))
            first = self._stream.peek(1)[:1]
        except faults.UNREADABLE as error:
            raise faults.unreadable(path, error) from error
        if first != b"@":
            raise faults.no_reads(path, first)

    def read(self) -> Reads:
        """Return the next records; there are none at the end of the file."""
        try:
            return _find_lines(*self._whole_records())
        except faults.MalformedError as error:
            raise self._true_fault(self._n_done + error.record, str(error)) from error
        except faults.UNREADABLE as error:
            raise faults.unreadable(self._path, error) from error

    def leave(self, reads: Reads, n_reads: int) -> None:
        """Take the first of the records that were read; the others are read again."""
        self._from = self._behind if n_reads == len(reads.start) else int(reads.name[n_reads]) - 1
        self._n_done += n_reads

    def count(self) -> int:
        """Read to the end, and return how many records there are in all."""
        while n_reads := len((reads := self.read()).start):
            self.leave(reads, n_reads)
        return self._n_done

    def _whole_records(self) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
        """Read records until a piece is full; behind the last one there is something only at the end of the file.

        Returns:
            uint8, their text and WORD more bytes; int64, where its lines end.

        Raises:
            OverflowError: a record is too long.
        """
        rest = self._text[self._from : -WORD]
        while more := self._stream.read(max(_PIECE - len(rest), _PIECE // 4)):
            self._text = b"".join((rest, more, _BEHIND))
            raw = np.frombuffer(self._text, dtype=np.uint8)
            ends = np.flatnonzero(raw[:-WORD] == ord("\n"))
            whole = len(ends) // 4 * 4
            if whole:
                self._behind = int(ends[whole - 1]) + 1
                return raw, ends[:whole]
            rest = self._text[:-WORD]
            if len(rest) > _MOST_RECORD:
                raise OverflowError
        self._text = rest + _BEHIND
        self._behind = len(rest)
        raw = np.frombuffer(self._text, dtype=np.uint8)
        ends = np.flatnonzero(raw[:-WORD] == ord("\n"))
        return raw, np.append(ends, len(rest)) if rest and not rest.endswith(b"\n") else ends

    def _true_fault(self, record: int, problem: str) -> StudyError:
        """Tell a record that was written so from one of a damaged file, which gzip notices at its end."""
        try:
            while self._stream.read(_PIECE):
                pass
        except faults.UNREADABLE as error:
            return faults.unreadable(self._path, error)
        return faults.malformed(self._path, record, problem)


def _find_lines(raw: NDArray[np.uint8], ends: NDArray[np.int64]) -> Reads:
    """Find the lines of whole records, which may be followed by blank ones.

    Raises:
        MalformedError: a record does not begin with `@`, has no `+`, fewer qualities than letters, or is cut off.
    """
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
    return Reads(raw, starts[::4] + 1, ends[::4], starts[1::4], ends[1::4], starts[3::4])
