"""k-mers as numbers, and an index to look them up in."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

K = 31
"""Nucleotides of a k-mer: odd, so that none is its own reverse complement, and as long as the shortest usual read allows."""

NO_KMER = np.uint64(2**64 - 1)
"""The code where a letter is other than ACGT."""

_WORD = 8
"""Letters that fit 64 bits."""

_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Of a multiplicative hash of two words (Knuth, TAOCP 6.4): odd, of 64 bits."""

_LETTERS = np.frombuffer(b"ACGT", dtype=np.uint8)
_TWO = np.uint64(2)
_OTHER = 4
_DIGITS = np.full(256, _OTHER, dtype=np.uint64)
_DIGITS[_LETTERS] = np.arange(4)


class KmerIndex(NamedTuple):
    """k-mers to look up, from `build_index`.

    Attributes:
        codes: uint64, see `encode`; ascending.
        table: bool, a power of 2, up to 2^24; false where the first sixteen letters of no k-mer have that hash.
    """

    codes: NDArray[np.uint64]
    table: NDArray[np.bool_]

    def find(
        self, letters: NDArray[np.uint8], starts: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find which k-mers of a text the index has; a hash of sixteen letters leaves out nearly all others.

        Args:
            letters: of the text, in ASCII.
            starts: where the k-mers begin.

        Returns:
            Positions in `starts`, ascending, and of the k-mers there in the index.
        """
        # the word that begins at every byte
        words = np.ndarray(max(len(letters) - _WORD + 1, 0), np.uint64, letters, strides=(1,))
        possible = np.flatnonzero(self.table[_hashes(words[starts], words[starts + _WORD], len(self.table))])
        places = locate(encode(letters, starts[possible]), self.codes)
        known = places >= 0
        return possible[known], places[known]


def encode(letters: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Give the codes of the k-mers of a text that begin at `starts`: two bits a nucleotide, A = 0, C = 1, G = 2, T = 3."""
    codes = np.zeros(len(starts), dtype=np.uint64)
    known = np.ones(len(starts), dtype=bool)
    for offset in range(K):
        digits = _DIGITS[letters[starts + offset]]
        codes = codes << _TWO | digits
        known &= digits != _OTHER
    return np.where(known, codes, NO_KMER)


def encode_all(sequence: str, step: int = 1) -> NDArray[np.uint64]:
    """Give the code of every k-mer of a sequence, or of every `step`th."""
    return encode(np.frombuffer(sequence.encode(), dtype=np.uint8), np.arange(0, len(sequence) - K + 1, step))


def reverse_complement(codes: NDArray[np.uint64], size: int = K) -> NDArray[np.uint64]:
    """Return the codes of the other strand of words of `size` letters; none of them may be NO_KMER."""
    turned = np.zeros_like(codes)
    for _ in range(size):
        turned = turned << _TWO | ~codes & np.uint64(3)
        codes = codes >> _TWO
    return turned


def locate(codes: NDArray[np.uint64], among: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the position of each code among others, which ascend; -1 where there is none."""
    place = np.searchsorted(among, codes)
    known = place < len(among)
    known[known] = among[place[known]] == codes[known]
    return np.where(known, place, -1)


def build_index(codes: NDArray[np.uint64]) -> KmerIndex:
    """Index the k-mers of these codes, in no other orientation; none of them may be NO_KMER."""
    codes = np.unique(codes)
    letters = [_LETTERS[codes >> 2 * (K - 1 - place) & 3] for place in range(2 * _WORD)]
    words = np.stack(letters, axis=1).view(np.uint64)
    table = np.zeros(2 ** min(len(codes).bit_length() + 5, 24), dtype=bool)
    table[_hashes(words[:, 0], words[:, 1], len(table))] = True
    return KmerIndex(codes, table)


def mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Give hashes of numbers of which all bits depend on all of theirs."""
    for shift, multiplier in zip((32, 29), _MULTIPLIERS, strict=True):
        numbers = (numbers ^ numbers >> np.uint64(shift)) * multiplier
    return numbers ^ numbers >> np.uint64(32)


def _hashes(first: NDArray[np.uint64], second: NDArray[np.uint64], n_hashes: int) -> NDArray[np.uint64]:
    return first * _MULTIPLIERS[0] + second * _MULTIPLIERS[1] >> np.uint64(65 - n_hashes.bit_length())
