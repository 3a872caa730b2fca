"""k-mers as numbers, and an index to look them up in."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from claimcheck.read_scans.letters import UPPER, WORD, Words, others, pack, sliding_words, view_words

K = 31
"""Nucleotides of a k-mer: odd, so that none is its own reverse complement, and as long as the shortest usual read allows."""

NO_KMER = np.uint64(2**64 - 1)
"""The code where a letter is other than ACGT."""

_MULTIPLIERS = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
"""Of a multiplicative hash of two words (Knuth, TAOCP 6.4): odd, of 64 bits."""

_NONE, _SEVERAL = np.uint8(0), np.uint8(255)
_TAG_BITS = 7
_ROOM = 3
"""A table has four to eight slots a k-mer (a power of 2): a larger one has fewer chance hits, and fits no cache."""

_LETTERS = np.frombuffer(b"ACGT", dtype=np.uint8)
_TWO = np.uint64(2)
_LAST = K - WORD
"""Where the last word of a k-mer begins; it shares a letter with the one before."""

_SHIFT, _BITS = np.uint64(2 * (K - 3 * WORD)), np.uint64((1 << 2 * (K - 3 * WORD)) - 1)
"""What the last word adds to the code of the three before."""


class KmerIndex(NamedTuple):
    """k-mers to look up, from `build_index`.

    Attributes:
        codes: uint64, see `encode`; ascending.
        table: uint8, a power of 2, by a hash of the first sixteen letters of k-mers: more bits of that hash, or _NONE or _SEVERAL.
    """

    codes: NDArray[np.uint64]
    table: NDArray[np.uint8]

    def sieve(self, letters: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Leave out nearly all k-mers of a text that the index does not have, by a hash of sixteen letters.

        Args:
            letters: of the text, in ASCII and either case.
            starts: where the k-mers begin.

        Returns:
            Positions in `starts` of the others, ascending.
        """
        words = view_words(letters)
        return self._sift(_hashes(words[starts] & UPPER, words[starts + WORD] & UPPER, len(self.table)))

    def sieve_at(self, texts: Words, positions: range) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Do the same with the k-mers at some positions of texts that were copied.

        Args:
            texts: texts x words, of `letters.words`.
            positions: where in them the k-mers begin.

        Returns:
            Numbers of texts, and where in them the k-mers begin.
        """
        shape, strides = (len(texts), len(positions)), (texts.strides[0], positions.step)
        first, second = (
            np.ndarray(shape, np.uint64, texts, positions.start + offset, strides).copy() for offset in (0, WORD)
        )
        number, place = np.divmod(self._sift(_hashes(first, second, len(self.table)).ravel()), len(positions))
        return number, positions.start + place * positions.step

    def sieve_all(self, texts: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Do the same with all k-mers of some texts, which is faster since neighbours share words.

        Args:
            texts: texts x letters, at least K.

        Returns:
            Numbers of texts, and where in them the k-mers begin.
        """
        words = sliding_words(texts)
        n_starts = texts.shape[1] - K + 1
        hashes = _hashes(words[:, :n_starts], words[:, WORD : WORD + n_starts], len(self.table))
        return np.divmod(self._sift(hashes.ravel()), n_starts)

    def _sift(self, hashes: Words) -> NDArray[np.int64]:
        held = self.table[_slots(hashes)]
        possible = np.flatnonzero(held)
        of_slot = held[possible]
        return possible[(of_slot == _tags(hashes[possible])) | (of_slot == _SEVERAL)]

    def place(self, letters: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the place in the index of k-mers of a text; -1 where it does not have them."""
        return locate(encode(letters, starts), self.codes)


def encode(letters: NDArray[np.uint8], starts: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Give the codes of the k-mers of a text that begin at `starts`: two bits a nucleotide, A = 0, C = 1, G = 2, T = 3."""
    words = view_words(letters)
    codes, other = _nothing(len(starts)), _nothing(len(starts))
    for offset in range(0, 3 * WORD, WORD):
        word = words[starts + offset]
        codes = codes << np.uint64(2 * WORD) | pack(word)
        other |= others(word)
    word = words[starts + _LAST]
    codes = codes << _SHIFT | pack(word) & _BITS
    return np.where(other | others(word), NO_KMER, codes)


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
    codes = np.sort(codes)
    codes = codes[np.append(True, codes[1:] != codes[:-1])[: len(codes)]]
    letters = [_LETTERS[codes >> 2 * (K - 1 - place) & 3] for place in range(2 * WORD)]
    words = np.stack(letters, axis=1).view(np.uint64)
    table = np.full(2 ** (len(codes).bit_length() + _ROOM), _NONE)
    hashes = _hashes(words[:, 0], words[:, 1], len(table))
    slots, tags = _slots(hashes), _tags(hashes)
    table[slots] = tags
    table[slots[table[slots] != tags]] = _SEVERAL
    return KmerIndex(codes, table)


def mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Give hashes of numbers of which all bits depend on all of theirs."""
    for shift, multiplier in zip((32, 29), _MULTIPLIERS, strict=True):
        numbers = (numbers ^ numbers >> np.uint64(shift)) * multiplier
    return numbers ^ numbers >> np.uint64(32)


def _hashes(first: Words, second: Words, n_slots: int) -> Words:
    """Hash two words to the number of a slot and, in the lower bits, a tag."""
    return first * _MULTIPLIERS[0] + second * _MULTIPLIERS[1] >> np.uint64(65 - n_slots.bit_length() - _TAG_BITS)


def _slots(hashes: Words) -> NDArray[np.int64]:
    return (hashes >> np.uint64(_TAG_BITS)).view(np.int64)


def _tags(hashes: Words) -> NDArray[np.uint8]:
    return hashes.astype(np.uint8) % np.uint8(1 << _TAG_BITS) + np.uint8(1)


def _nothing(size: int) -> Words:
    return np.zeros(size, dtype=np.uint64)
