"""Letters eight at once: the bytes of a text as numbers of 64 bits, and what can be said of such a number by its bits.

The first letter is the lowest byte. In ASCII the bits 1 and 2 tell A (0), C (1), T (2) and G (3) from each other, and bit 5 is
the case.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

WORD = 8
"""Letters that fit 64 bits."""

Words = NDArray[np.uint64]


def _each(byte: int) -> np.uint64:
    """Return the word whose bytes are all the same."""
    return np.uint64(byte * 0x0101_0101_0101_0101)


UPPER_BYTE = np.uint8(0xDF)
"""The bits of a letter without that of lower case; nothing but `acgt` becomes one of ACGT by it."""

UPPER = _each(int(UPPER_BYTE))

_POLY_A = _each(ord("A"))

_ONE, _TWO, _EIGHT = np.uint64(1), np.uint64(2), np.uint64(8)
_FIRST_BITS, _LAST_BITS = _each(1), _each(0x80)
_DIGITS = _each(3)
_ABOVE_BLANK = _each(ord(" ") + 1)
_FIXED = _each(0xFF & ~0b0010_0110)
_OF_T = np.uint64(0b0001_0001)
_PAIRS, _FOURS, _EIGHTS = (np.uint64(mask) for mask in (0x000F_000F_000F_000F, 0x0000_00FF_0000_00FF, 0xFFFF))
_FIRST_BYTES = np.array([(1 << 8 * n) - 1 for n in range(WORD + 1)], dtype=np.uint64)


def view_words(text: NDArray[np.uint8]) -> Words:
    """View a text as the words that begin at each of its bytes, but for the last seven."""
    return np.ndarray(max(len(text) - WORD + 1, 0), np.uint64, text, strides=(1,))


def word_at(text: NDArray[np.uint8], starts: NDArray[np.int64], left: NDArray[np.int64]) -> Words:
    """Read a word of each of some strings, with zeros behind their ends.

    Args:
        text: uint8, WORD more bytes than the strings have.
        starts: int64, where the words begin.
        left: int64, letters that the strings have from there; there may be none.
    """
    view = view_words(text)
    if left.min(initial=WORD) >= WORD:
        return view[starts]
    kept = _FIRST_BYTES[np.clip(left, 0, WORD)]
    return view[np.where(left > 0, starts, 0)] & kept


def strings_of(text: NDArray[np.uint8], starts: NDArray[np.int64], length: int) -> NDArray[np.uint8]:
    """Copy strings of one length out of a text: strings x letters."""
    return (
        np.ndarray(len(text) - length + 1, f"V{length}", text, strides=(1,))[starts].view(np.uint8).reshape(-1, length)
    )


def sliding_words(texts: NDArray[np.uint8]) -> Words:
    """Return the words that begin at each letter of texts, in upper case: texts x words.

    Args:
        texts: texts x letters, at least WORD.
    """
    n_texts, length = texts.shape
    every = view_words(texts.ravel()) & UPPER
    return np.ndarray((n_texts, length - WORD + 1), np.uint64, every, strides=(WORD * length, WORD))


def words(
    text: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> Iterator[tuple[NDArray[np.int64], Words]]:
    """Copy strings of a text in words and upper case, with zeros behind the end of each: one byte at least.

    Args:
        text: uint8, WORD more bytes than the strings have.
        starts, lengths: int64, of the strings.

    Yields:
        Numbers of strings of about one length, and their words, strings x words.
    """
    n_words = lengths // WORD + 1
    for number in np.flatnonzero(np.bincount(n_words)).tolist():
        rows = np.flatnonzero(n_words == number)
        copied = strings_of(text, starts[rows], number * WORD).view(np.uint64)
        copied &= UPPER
        copied[:, -1] &= in_last_word(lengths[rows])
        yield rows, copied


def in_last_word(lengths: NDArray[np.int64]) -> Words:
    """Return the bits of the last word of strings, of `words`, that are of their letters."""
    return _FIRST_BYTES[lengths % WORD]


def others(letters: Words) -> Words:
    """Say where words have letters other than ACGT, in either case: the bytes that are not 0.

    What tells the four apart is left out, and the rest compared with that of A, C and G, or of T.
    """
    half = letters >> _ONE
    of_t = half >> _ONE
    of_t &= np.invert(half, out=half)
    of_t &= _FIRST_BITS
    of_t *= _OF_T
    of_t ^= np.bitwise_and(letters, _FIXED, out=half)
    of_t ^= _POLY_A
    return of_t


def pack(letters: Words) -> Words:
    """Give the codes of words of ACGT, in either case: 16 bits, A = 0, C = 1, G = 2, T = 3, the first letter highest."""
    codes = letters >> _ONE & _DIGITS
    codes ^= codes >> _ONE & _FIRST_BITS
    codes = (codes << _TWO | codes >> _EIGHT) & _PAIRS
    codes = (codes << np.uint64(4) | codes >> np.uint64(16)) & _FOURS
    return (codes << _EIGHT | codes >> np.uint64(32)) & _EIGHTS


def first_blank(text: Words) -> Words:
    """Find the first blank, tab or end of a line (bytes up to 32): the highest bit of that byte, or 0 where there is none.

    https://graphics.stanford.edu/~seander/bithacks.html#HasLessInWord; bytes behind the first one that it finds may be wrong.
    """
    blanks = (text - _ABOVE_BLANK) & ~text & _LAST_BITS
    return blanks & (~blanks + _ONE)


def before(bit: Words) -> Words:
    """Return the bits of all bytes before the one that `first_blank` found; all of them where it found none."""
    return (bit >> np.uint64(7)) - _ONE


def place_of(bit: Words) -> NDArray[np.int64]:
    """Return the number of the byte that `first_blank` found, WORD where it found none."""
    return np.bitwise_count(bit - _ONE).astype(np.int64) // WORD
