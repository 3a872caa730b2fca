"""Where reads lie on known sequences: every 20th 31-mer of these, looked up in millions of reads."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from claimcheck.read_scans.kmers import NO_KMER, K, KmerIndex, encode, reverse_complement
from claimcheck.read_scans.scan import Reads, find_kmers

_SPACING = 20


class Anchors(NamedTuple):
    """31-mers that lie at one place only.

    Attributes:
        codes: uint64, ascending, in both orientations.
        sequence: int64, number of the sequence that it is from.
        start: int64, where it starts there, whatever its orientation.
        forward: bool, whether it reads in the direction of the sequence.
    """

    codes: NDArray[np.uint64]
    sequence: NDArray[np.int64]
    start: NDArray[np.int64]
    forward: NDArray[np.bool_]


def index_anchors(sequences: Sequence[str]) -> Anchors:
    """Index every 20th 31-mer of each sequence in both orientations, but for those that occur twice among them.

    Args:
        sequences: 5' to 3', of the letters ACGT; k-mers with others are left out.
    """
    lengths = np.array([len(sequence) for sequence in sequences], dtype=np.int64)
    n_kmers = np.maximum((lengths - K) // _SPACING + 1, 0)
    number = np.repeat(np.arange(len(sequences)), n_kmers)
    start = (np.arange(len(number)) - np.repeat(np.cumsum(n_kmers) - n_kmers, n_kmers)) * _SPACING
    letters = np.frombuffer("".join(sequences).encode(), dtype=np.uint8)
    codes = encode(letters, (np.cumsum(lengths) - lengths)[number] + start)
    usable = codes != NO_KMER
    codes, number, start = codes[usable], number[usable], start[usable]
    _, first, times = np.unique(
        np.concatenate([codes, reverse_complement(codes)]), return_index=True, return_counts=True
    )
    once = np.sort(first[(times == 1) & (first < len(codes))])
    return in_both_orientations(codes[once], number[once], start[once])


def in_both_orientations(codes: NDArray[np.uint64], sequence: NDArray[np.int64], start: NDArray[np.int64]) -> Anchors:
    """Index 31-mers that lie at one place only, as `along_sequences` gives them."""
    both = np.concatenate([codes, reverse_complement(codes)])
    order = np.argsort(both)
    source = order % max(len(codes), 1)
    return Anchors(both[order], sequence[source], start[source], order < len(codes))


def along_sequences(anchors: Anchors) -> dict[str, NDArray[np.generic]]:
    """Give codes, sequence and start of the anchors in the direction of their sequences, one after the other there."""
    forward = np.flatnonzero(anchors.forward)
    order = forward[np.lexsort((anchors.start[forward], anchors.sequence[forward]))]
    return {"codes": anchors.codes[order], "sequence": anchors.sequence[order], "start": anchors.start[order]}


def find_first(kmers: KmerIndex, kinds: Sequence[NDArray[np.int64]], reads: Reads) -> list[NDArray[np.int64]]:
    """Find the first of some anchors that each read holds, in one look at the reads.

    Args:
        kmers: index of the anchors of all kinds.
        kinds: for each int64, the place of every k-mer among its anchors, from `locate`; -1 for others.

    Returns:
        For each int64, positions in its codes: one for every read that holds any of its anchors, in the order of the reads.
    """
    read, places = find_kmers(kmers, reads)
    found = []
    for place_in_kind in kinds:
        place = place_in_kind[places]
        _, first = np.unique(read[place >= 0], return_index=True)
        found.append(place[place >= 0][first])
    return found
