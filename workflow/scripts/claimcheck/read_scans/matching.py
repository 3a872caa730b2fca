"""What the reads of a sample show of a gene: the fragments whose reads hold one of its k-mers, found among millions.

Reads are looked at in pieces of their files, all at once: a hash of sixteen letters leaves out nearly all that hold none of the
k-mers, and the few others are looked up letter by letter.
"""

import io
import logging
import time
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path
from typing import NamedTuple, cast

import numpy as np
import pandas as pd
from dnaio import read_chunks
from dnaio.exceptions import FileFormatError, UnknownFileFormat
from numpy.typing import NDArray
from xopen import xopen

from claimcheck.core.errors import StudyError
from claimcheck.read_scans.kmers import K, Mark, index_gene

PROFILE_COLUMNS = ("kind", "left", "right", "n_positions", "n_kmers", "n_reads")

PROGRESS_FRAGMENTS = 2_000_000

_PIECE = 1 << 22
"""Bytes of a file that are looked at together, and the most that a record may have."""

_WORD = 8
"""Letters that fit 64 bits."""

_TABLE_BITS = 20
_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Of a multiplicative hash of two words (Knuth, TAOCP 6.4): odd, of 64 bits."""

progress = logging.getLogger("claimcheck.progress")


def profile_sample(
    exons: pd.DataFrame, runs: Sequence[Sequence[Path]], *, n_fragments: int | None = None, label: str = ""
) -> pd.DataFrame:
    """Count what the reads of a sample show of a gene.

    Args:
        exons: columns exon, sequence.
        runs: FASTQ files of each run, mate 1 first.
        n_fragments: reads (pairs) in all, for the time left.
        label: the sample's name, for the progress.

    Returns:
        One row an exon (left = right) and a junction of two exons, columns PROFILE_COLUMNS: n_positions of `index_gene`, n_kmers
        that reads hold at these, n_reads that hold at least one; the mates of a pair count once.
    """
    ordered = exons.sort_values("exon")
    index, positions = index_gene(list(ordered["sequence"]))
    n_kmers: Counter[Mark] = Counter()
    n_reads: Counter[Mark] = Counter()
    for reads in matching_fragments(runs, index, n_fragments=n_fragments, label=label):
        kmers = (read[start : start + K] for read in reads for start in range(len(read) - K + 1))
        found = Counter(mark for kmer in kmers for mark in index.get(kmer, ()))
        n_kmers.update(found)
        n_reads.update(found.keys())
    numbers = range(1, len(ordered) + 1)
    marks = [Mark("exon", number, number) for number in numbers]
    marks += [Mark("junction", left, right) for left, right in combinations(numbers, 2)]
    rows = [(*mark, positions[mark], n_kmers[mark], n_reads[mark]) for mark in marks]
    return pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))


def matching_fragments(
    runs: Sequence[Sequence[Path]], kmers: Collection[str], *, n_fragments: int | None = None, label: str = ""
) -> Iterator[tuple[str, ...]]:
    """Give the fragments of which a read holds a k-mer.

    A read is looked up at every K-th position and at its end: one that follows an indexed sequence for 2 K - 1 nucleotides, or
    from end to end, is always found. Time and result do not depend on how many reads follow it.

    Args:
        runs: FASTQ files of each run: one, or both mates with as many reads in the same order.
        kmers: in both orientations.
        n_fragments: fragments in all, for the time left.
        label: what the progress is about.

    Yields:
        The sequences of a fragment's reads, mate 1 first.

    Raises:
        StudyError: a file is missing, truncated or no FASTQ, has a record of more than 4 MB, or mates differ in number of reads.
    """
    table = _hash_table(kmers)
    started, done, reported = time.monotonic(), 0, 0
    for files in runs:
        try:
            for mates in _pieces(files):
                possible = np.logical_or.reduce([_may_match(table, piece) for piece in mates])
                for number in np.flatnonzero(possible).tolist():
                    reads = tuple(piece.sequence(number) for piece in mates)
                    if any(read[start : start + K] in kmers for read in reads for start in _places(len(read))):
                        yield reads
                done += len(mates[0].start)
                if done // PROGRESS_FRAGMENTS > reported:
                    reported = done // PROGRESS_FRAGMENTS
                    _report(label, done, n_fragments, time.monotonic() - started)
        except (FileFormatError, UnknownFileFormat, EOFError, OSError, OverflowError, ValueError, zlib.error) as error:
            raise StudyError(
                f"the reads cannot be read to their end: {error}",
                where=", ".join(str(path.resolve()) for path in files),
                expected="whole FASTQ files, mates with the same number of reads",
                remedy="delete the files so that they are fetched again; if it stays, leave the run out in config/samples.tsv",
            ) from error


class _Piece(NamedTuple):
    """Whole records of a FASTQ file.

    Attributes:
        letters: uint8, all of their bytes.
        start, end: int64, where each sequence begins and ends among these.
    """

    letters: NDArray[np.uint8]
    start: NDArray[np.int64]
    end: NDArray[np.int64]

    def sequence(self, number: int) -> str:
        """Return a sequence by its number in this piece."""
        return self.letters[self.start[number] : self.end[number]].tobytes().decode("ascii")

    def part(self, records: slice) -> "_Piece":
        """Return some of the records."""
        return _Piece(self.letters, self.start[records], self.end[records])


def _pieces(files: Sequence[Path]) -> Iterator[list[_Piece]]:
    """Read a run: the same records of each mate; they live until the next ones are read."""
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


def _find_sequences(records: memoryview) -> _Piece:
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
    return _Piece(letters, starts[1::4], ends[1::4])


def _hash_table(kmers: Collection[str]) -> NDArray[np.bool_]:
    """Mark the hashes of the first sixteen letters of k-mers; bool, 2^20."""
    table = np.zeros(2**_TABLE_BITS, dtype=bool)
    words = np.frombuffer("".join(kmer[: 2 * _WORD] for kmer in kmers).encode(), dtype=np.uint64)
    table[_hashes(words[::2], words[1::2])] = True
    return table


def _may_match(table: NDArray[np.bool_], piece: _Piece) -> NDArray[np.bool_]:
    """Say of each sequence whether it may hold a k-mer at one of its places; of those that do, it says so always."""
    # the word that begins at every byte
    words = np.ndarray(max(len(piece.letters) - _WORD + 1, 0), np.uint64, piece.letters, strides=(1,))
    lengths = piece.end - piece.start
    found = np.zeros(len(lengths), dtype=bool)
    for length in np.unique(lengths[lengths >= K]):
        alike = np.flatnonzero(lengths == length)
        for place in _places(int(length)):
            at = piece.start[alike] + place
            found[alike] |= table[_hashes(words[at], words[at + _WORD])]
    return found


def _hashes(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return first * _MULTIPLIERS[0] + second * _MULTIPLIERS[1] >> np.uint64(64 - _TABLE_BITS)


def _places(length: int) -> list[int]:
    """Return the positions at which a read of a length is looked up."""
    return [*range(0, length - K, K), length - K] if length >= K else []


def _report(label: str, done: int, n_fragments: int | None, seconds: float) -> None:
    left = f", {seconds / done * (n_fragments - done) / 60:.0f} min left" if n_fragments and n_fragments > done else ""
    progress.info("%s: %.0f million reads (pairs) looked up%s", label, done / 1e6, left)
