"""Where reads lie on known sequences: every 20th 31-mer of these, looked up in millions of reads."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from claimcheck.read_scans.kmers import NO_KMER, KmerIndex, encode_all, reverse_complement
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
    parts = [encode_all(sequence, _SPACING) for sequence in sequences]
    codes = np.concatenate([np.empty(0, np.uint64), *parts])
    number = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    start = np.concatenate([np.empty(0, np.int64), *(np.arange(len(part)) * _SPACING for part in parts)])
    usable = codes != NO_KMER
    codes, number, start = codes[usable], number[usable], start[usable]
    unique, first, times = np.unique(
        np.concatenate([codes, reverse_complement(codes)]), return_index=True, return_counts=True
    )
    once = first[times == 1]
    source = once % max(len(codes), 1)
    return Anchors(unique[times == 1], number[source], start[source], once < len(codes))


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
