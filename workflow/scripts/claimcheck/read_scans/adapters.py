"""Adapters in reads: what stands behind the insert of a fragment that is shorter than its reads."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from claimcheck.read_scans.letters import UPPER_BYTE, WORD, sliding_words, strings_of
from claimcheck.read_scans.scan import Reads

KNOWN_ADAPTERS = {
    "AGATCGGAAGAG": "Illumina TruSeq",
    "CTGTCTCTTATA": "Nextera",
    "TGGAATTCTCGG": "Illumina small RNA 3'",
    "AAGTCGGAGGCC": "MGI read 1",
    "AAGTCGGATCGT": "MGI read 2",
}
"""The first twelve letters of adapters of short reads, as FastQC (adapter_list.txt) and MGI's manual for users have them."""

MIN_NAMED_SHARE = 0.001
"""Below it an adapter is taken for chance, and gets no name."""

_TAIL = 12
_SEED = 16
"""Letters: of 100 positions one holds a given word of so many by chance in 40 million reads."""

_MIN_ALIKE = 0.25
"""Share of the tails that the commonest one has where they are an adapter's; behind chance overlaps all differ."""

_DIGITS = np.zeros(256, dtype=np.uint64)
for _letters in (b"ACGT", b"acgt"):
    _DIGITS[np.frombuffer(_letters, dtype=np.uint8)] = np.arange(4)

_OTHER_STRAND = np.arange(256, dtype=np.uint8)
_OTHER_STRAND[np.frombuffer(b"ACGTacgt", dtype=np.uint8)] = np.frombuffer(b"TGCATGCA", dtype=np.uint8)


class AdapterCounter:
    """Counts reads that run into an adapter.

    Of pairs, the insert is as long as mate 2 shows the other strand of the first letters of mate 1, or mate 1 that of mate 2;
    whatever stands behind it is the adapter. Of single-end reads known adapters are looked for.

    Args:
        n_mates: 1 or 2 files.
    """

    def __init__(self, n_mates: int) -> None:
        self._n_reads = 0
        self._n_found = 0
        self._tails: list[Counter[int]] = [Counter() for _ in range(n_mates)]

    def add(self, mates: Sequence[Reads]) -> None:
        """Count the same records of each file."""
        self._n_reads += len(mates[0].start)
        if len(mates) == 1:
            self._tails[0].update(_known_words(mates[0]))
            return
        inserts = _insert_lengths(*mates)
        self._n_found += int(np.count_nonzero(inserts))
        for tails, reads in zip(self._tails, mates, strict=True):
            some = np.flatnonzero((inserts > 0) & (reads.lengths >= inserts + _TAIL))
            tails.update(_codes(reads.raw, reads.start[some] + inserts[some], _TAIL).tolist())

    def result(self, mate: int) -> tuple[float, str]:
        """Return the share of reads of a file with an adapter, 0 to 1 (missing without reads), and its name, or "".

        An adapter that is not known is named by its letters.
        """
        if not self._n_reads:
            return float("nan"), ""
        (code, n_alike), *_ = self._tails[mate].most_common(1) or [(0, 0)]
        if len(self._tails) == 1:
            n_found = n_alike
        else:
            n_tails = self._tails[mate].total()
            n_found = self._n_found if n_alike > max(_MIN_ALIKE * n_tails, 1) else 0
        share = n_found / self._n_reads
        letters = "".join("ACGT"[code >> 2 * place & 3] for place in reversed(range(_TAIL)))
        return share, KNOWN_ADAPTERS.get(letters, letters) if share >= MIN_NAMED_SHARE else ""


def _insert_lengths(one: Reads, two: Reads) -> NDArray[np.int64]:
    """Return the length of inserts that are shorter than both mates, else 0."""
    shorter = np.minimum(one.lengths, two.lengths)
    inserts = np.zeros(len(shorter), dtype=np.int64)
    for this, other in ((one, two), (two, one)):
        rows = np.flatnonzero((shorter > _SEED) & (inserts == 0))
        seeds = _other_strand(this.raw, this.start[rows], _SEED)
        offset = _first_place(other, rows, seeds, shorter - 1)
        inserts[rows] = np.where(offset >= 0, offset + _SEED, 0)
    return inserts


def _known_words(reads: Reads) -> list[int]:
    """Return the first known adapter of each read that holds one."""
    text = np.frombuffer("".join(KNOWN_ADAPTERS).encode(), dtype=np.uint8)
    known = _codes(text, np.arange(len(KNOWN_ADAPTERS)) * _TAIL, _TAIL)
    held = np.full(len(reads.start), -1, dtype=np.int64)
    rows = np.flatnonzero(reads.lengths >= _TAIL)
    first = np.full(len(rows), reads.lengths.max(initial=0), dtype=np.int64)
    for number, code in enumerate(known):
        letters = np.tile(text[number * _TAIL : (number + 1) * _TAIL], (len(rows), 1))
        offset = _first_place(reads, rows, letters, reads.lengths)
        sooner = (offset >= 0) & (offset < first)
        first[sooner], held[rows[sooner]] = offset[sooner], code
    return held[held >= 0].tolist()


def _first_place(
    reads: Reads, rows: NDArray[np.int64], letters: NDArray[np.uint8], limit: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Find where each of some reads has certain letters first; -1 where it does not have them.

    Args:
        letters: uint8, rows x 8 or more, in upper case: what is looked for in each of the rows.
        limit: int64, where in each read it has to end.
    """
    size = letters.shape[1]
    first, last = (
        np.ascontiguousarray(part).view(np.uint64).ravel() for part in (letters[:, :WORD], letters[:, -WORD:])
    )
    places = np.full(len(rows), -1, dtype=np.int64)
    lengths, limits = reads.lengths[rows], limit[rows]
    for length in np.unique(lengths[lengths >= size]).tolist():
        alike = np.flatnonzero(lengths == length)
        words = sliding_words(strings_of(reads.raw, reads.start[rows[alike]], length))
        number, offset = np.nonzero(words == first[alike, np.newaxis])
        row = alike[number]
        found = np.flatnonzero(offset + size <= limits[row])
        found = found[words[number[found], offset[found] + size - WORD] == last[row[found]]][::-1]
        places[row[found]] = offset[found]  # the first one of a read is written last
    return places


def _other_strand(letters: NDArray[np.uint8], starts: NDArray[np.int64], size: int) -> NDArray[np.uint8]:
    """Return the other strand of the words that begin at `starts`, in upper case: words x letters."""
    return _OTHER_STRAND[strings_of(letters, starts, size)[:, ::-1]] & UPPER_BYTE


def _codes(letters: NDArray[np.uint8], starts: NDArray[np.int64], size: int) -> NDArray[np.uint64]:
    """Give the codes of the words that begin at `starts`, two bits a letter; what is none of ACGT counts as A."""
    codes = np.zeros(len(starts), dtype=np.uint64)
    for offset in range(size):
        codes = codes << np.uint64(2) | _DIGITS[letters[starts + offset]]
    return codes
