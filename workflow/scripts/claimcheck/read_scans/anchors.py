"""Where reads lie on known sequences: every 20th 31-mer of these, looked up in millions of reads by their codes."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from claimcheck.read_scans.kmers import K, reverse_complement

_SPACING = 20
_READS_AT_ONCE = 20_000
_TABLE_BITS = 24
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # of multiplicative hashing: 2^64 / golden ratio (Knuth, TAOCP 6.4)
_OTHER = 4
_DIGITS = np.full(256, _OTHER, dtype=np.uint8)
_DIGITS[np.frombuffer(b"ACGT", dtype=np.uint8)] = np.arange(4)

_DOUBLINGS: tuple[tuple[int, Any], ...] = ((1, np.uint8), (2, np.uint8), (4, np.uint16), (8, np.uint32))
"""Letters that codes stand for before they are joined with their neighbours', and the smallest type that holds both."""


class Anchors(NamedTuple):
    """31-mers that lie at one place only, sorted by code.

    Attributes:
        codes: uint64, see `kmer_codes`.
        sequence: int64, number of the sequence that it is from.
        start: int64, where it starts there, whatever its orientation.
        forward: bool, whether it reads in the direction of the sequence.
        table: bool, 2^24; false where no code of that hash is an anchor.
    """

    codes: NDArray[np.uint64]
    sequence: NDArray[np.int64]
    start: NDArray[np.int64]
    forward: NDArray[np.bool_]
    table: NDArray[np.bool_]


def kmer_codes(letters: bytes) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Give the code of the 31-mer at every position: two bits a nucleotide, A = 0, C = 1, G = 2, T = 3.

    Returns:
        Codes, and whether the 31-mer is of these letters only; the code means nothing where it isn't.
    """
    digits = _DIGITS[np.frombuffer(letters, dtype=np.uint8)]
    if len(digits) < K:
        return np.empty(0, dtype=np.uint64), np.empty(0, dtype=bool)
    others = np.concatenate([[0], np.cumsum(digits == _OTHER, dtype=np.int32)])
    codes: NDArray[Any] = digits & 3
    for width, larger in _DOUBLINGS:
        codes = codes[:-width].astype(larger) << 2 * width | codes[width:]
    rest = K - 16
    codes = codes[:-rest].astype(np.uint64) << 2 * rest | codes[rest:] & 4**rest - 1
    return codes, others[K:] == others[:-K]


def index_anchors(sequences: Sequence[str]) -> Anchors:
    """Index every 20th 31-mer of each sequence in both orientations, but for those that occur twice among them.

    Args:
        sequences: 5' to 3', of the letters ACGT; k-mers with others are left out.
    """
    parts: list[tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64], NDArray[np.bool_]]] = []
    for number, sequence in enumerate(sequences):
        codes, valid = kmer_codes(sequence.encode())
        starts = np.flatnonzero(valid[::_SPACING]) * _SPACING
        turned, _ = kmer_codes(reverse_complement(sequence).encode())
        for forward, found in ((True, codes[starts]), (False, turned[len(codes) - 1 - starts])):
            parts.append((found, np.full(len(starts), number), starts, np.full(len(starts), forward)))
    if not parts:
        parts = [(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, bool))]
    all_codes, numbers, places, onward = (np.concatenate(part) for part in zip(*parts, strict=True))
    unique, first, times = np.unique(all_codes, return_index=True, return_counts=True)
    once = first[times == 1]
    table = np.zeros(2**_TABLE_BITS, dtype=bool)
    table[_hashes(unique[times == 1])] = True
    return Anchors(unique[times == 1], numbers[once], places[once], onward[once], table)


def find_first(indices: Sequence[Anchors], reads: Iterable[str]) -> list[NDArray[np.int64]]:
    """Find the first anchor of each index that each read holds, in one look at the reads.

    Returns:
        For each index int64, positions in it: one for every read that holds any of its anchors, in the order of the reads.
    """
    parts = [_find_first(indices, some) for some in _in_parts(reads)]
    if not parts:
        return [np.empty(0, dtype=np.int64) for _ in indices]
    return [np.concatenate(found) for found in zip(*parts, strict=True)]


def _find_first(indices: Sequence[Anchors], reads: list[str]) -> list[NDArray[np.int64]]:
    codes, valid = kmer_codes("\n".join(reads).encode())
    hashes = _hashes(codes)
    starts = np.cumsum([0, *(len(read) + 1 for read in reads)])
    found = []
    for anchors in indices:
        possible = np.flatnonzero(anchors.table[hashes])
        possible = possible[valid[possible]]
        place = np.searchsorted(anchors.codes, codes[possible])
        known = place < len(anchors.codes)
        known[known] = anchors.codes[place[known]] == codes[possible[known]]
        read = np.searchsorted(starts, possible[known], side="right")
        _, first = np.unique(read, return_index=True)
        found.append(place[known][first])
    return found


def _hashes(codes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return codes * _MULTIPLIER >> np.uint64(64 - _TABLE_BITS)


def _in_parts(reads: Iterable[str]) -> Iterator[list[str]]:
    """Give reads in lists that fit a processor's cache."""
    iterator = iter(reads)
    while part := list(islice(iterator, _READS_AT_ONCE)):
        yield part
