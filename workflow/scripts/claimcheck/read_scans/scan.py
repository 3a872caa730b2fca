"""Reads of FASTQ files, in pieces that are looked at all at once, and the k-mers of an index that they hold."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from claimcheck.core.errors import StudyError
from claimcheck.read_scans import faults
from claimcheck.read_scans.kmers import K, KmerIndex
from claimcheck.read_scans.letters import WORD, Words, strings_of, words
from claimcheck.sourcing.sequence_files import open_packed

_PIECE = 1 << 20
"""Bytes of a file that are read together; a piece of each mate fits a processor's cache."""

_MOST_RECORD = 1 << 22

_LETTERS_LOOKED_UP = 1 << 15


@dataclass(frozen=True, eq=False)
class Reads:
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
        places = (self.name, self.name_end, self.start, self.end, self.quality)
        return Reads(self.raw, *(of_all[records] for of_all in places))

    @cached_property
    def lengths(self) -> NDArray[np.int64]:
        """Letters of each sequence."""
        return self.end - self.start

    @cached_property
    def words(self) -> list[tuple[NDArray[np.int64], Words]]:
        """The sequences, copied, those of about one length together; see `letters.words`."""
        return list(words(self.raw, self.start, self.lengths))

    @cached_property
    def beginnings(self) -> Words:
        """uint64, the first sixteen letters of each sequence in two words and upper case, with zeros behind shorter ones."""
        if len(self.words) == 1 and self.words[0][1].shape[1] > 1:
            return self.words[0][1][:, :2]
        first = np.zeros((len(self.start), 2), dtype=np.uint64)
        for rows, texts in self.words:
            some = texts[:, :2]
            first[rows, : some.shape[1]] = some
        return first

    def sequences(self) -> list[bytes]:
        """Return the letters of each sequence."""
        return [self.raw[start:end].tobytes() for start, end in zip(self.start, self.end, strict=True)]

    def text(self, what: str, record: int) -> str:
        """Return the name or the sequence of a record as it stands, 80 letters at most."""
        start, end = (self.name, self.name_end) if what == "name" else (self.start, self.end)
        return bytes(self.raw[start[record] : min(end[record], start[record] + 80)]).decode("latin-1")


def reads_of(sequences: Sequence[bytes]) -> Reads:
    """Return sequences as reads without names and qualities."""
    raw = np.frombuffer(b"".join((*sequences, bytes(WORD))), dtype=np.uint8)
    end = np.cumsum([len(sequence) for sequence in sequences], dtype=np.int64)
    start = np.append(0, end)[:-1]
    return Reads(raw, start, start, start, end, start)


def read_fragments(files: Sequence[Path]) -> Iterator[list[Reads]]:
    """Read the fragments of a run in pieces.

    Args:
        files: FASTQ files: one, or both mates with as many reads in the same order.

    Yields:
        The same records of each mate, until the next piece is read into their place.

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
    """Look up the k-mers at some positions, and at the last one, of reads of about one length together."""
    for rows, texts in reads.words:
        room = reads.lengths[rows] - K
        longest = int(room.max())
        if longest < 0:
            continue
        are_alike = longest == room.min()
        at = [range(0, longest + 1, step)]
        if are_alike and longest % step:
            at.append(range(longest, longest + 1))
        for positions in at:
            number, position = index.sieve_at(texts, positions)
            inside = position <= room[number]
            yield rows[number[inside]], reads.start[rows[number[inside]]] + position[inside]
        if not are_alike:
            last = np.flatnonzero((room > 0) & (room % step > 0))
            start = reads.start[rows[last]] + room[last]
            possible = index.sieve(reads.raw, start)
            yield rows[last[possible]], start[possible]


class _File:
    """A FASTQ file that is read in pieces.

    Raises:
        StudyError: it cannot be read, is no FASTQ, or holds no read.
    """

    def __init__(self, path: Path, stack: ExitStack) -> None:
        self._path = path
        self._n_done = 0
        self._raw = self._buffer = np.zeros(WORD, dtype=np.uint8)
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
        text = self._raw[self._from : -WORD]
        while True:
            n_before = len(text)
            self._raw = self._more_behind(text)
            text = self._raw[:-WORD]
            ends = np.flatnonzero(text == ord("\n"))
            whole = len(ends) // 4 * 4
            if len(text) == n_before:
                self._behind = n_before
                return self._raw, np.append(ends, n_before) if n_before and text[-1] != ord("\n") else ends
            if whole:
                self._behind = int(ends[whole - 1]) + 1
                return self._raw, ends[:whole]
            if len(text) > _MOST_RECORD:
                raise OverflowError

    def _more_behind(self, rest: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Read a piece behind what is left of the one before, whose place it takes, and WORD zeros behind both."""
        room = max(_PIECE, len(rest) + _PIECE // 4) + WORD
        if len(self._buffer) < room:
            self._buffer = np.empty(room, dtype=np.uint8)
        self._buffer[: len(rest)] = rest
        size = len(rest) + self._stream.readinto(self._buffer[len(rest) : -WORD].data)
        self._buffer[size : size + WORD] = 0
        return self._buffer[: size + WORD]

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
