"""Adapters in reads: what stands behind the insert of a fragment that is shorter than its reads."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from claimcheck.read_scans.kmers import reverse_complement
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
_DIGITS[np.frombuffer(b"ACGT", dtype=np.uint8)] = np.arange(4)


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
            tails.update(_codes(reads.letters, reads.start[some] + inserts[some], _TAIL).tolist())

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
        seeded = np.flatnonzero((shorter > _SEED) & (inserts == 0))
        seeds = reverse_complement(_codes(this.letters, this.start[seeded], _SEED), _SEED)
        for offset, at, codes in _sliding(other, seeded, shorter, _SEED):
            found = seeded[at[codes == seeds[at]]]
            inserts[found] = np.where(inserts[found] == 0, offset + _SEED, inserts[found])
    return inserts


def _known_words(reads: Reads) -> list[int]:
    """Return the first known adapter of each read that holds one."""
    text = np.frombuffer("".join(KNOWN_ADAPTERS).encode(), dtype=np.uint8)
    known = _codes(text, np.arange(len(KNOWN_ADAPTERS)) * _TAIL, _TAIL)
    held = np.full(len(reads.start), -1, dtype=np.int64)
    usable = np.flatnonzero(reads.lengths >= _TAIL)
    for _, at, codes in _sliding(reads, usable, reads.lengths + 1, _TAIL):
        for code in known:
            found = usable[at[codes == code]]
            held[found] = np.where(held[found] < 0, np.int64(code), held[found])
    return held[held >= 0].tolist()


def _sliding(
    reads: Reads, rows: NDArray[np.int64], limit: NDArray[np.int64], size: int
) -> Iterator[tuple[int, NDArray[np.int64], NDArray[np.uint64]]]:
    """Give the codes of words of `size` letters at one offset of some reads after another.

    Yields:
        The offset; positions in `rows` of the reads where the word ends before their `limit`; its code in each.
    """
    mask = np.uint64(4**size - 1)
    at = np.arange(len(rows))
    codes = _codes(reads.letters, reads.start[rows], size)
    for offset in range(int(limit.max(initial=0)) - size):
        fits = offset + size < limit[rows[at]]
        at, codes = at[fits], codes[fits]
        yield offset, at, codes
        following = reads.letters[reads.start[rows[at]] + offset + size]
        codes = codes << np.uint64(2) & mask | _DIGITS[following]


def _codes(letters: NDArray[np.uint8], starts: NDArray[np.int64], size: int) -> NDArray[np.uint64]:
    """Give the codes of the words that begin at `starts`, two bits a letter; what is none of ACGT counts as A."""
    codes = np.zeros(len(starts), dtype=np.uint64)
    for offset in range(size):
        codes = codes << np.uint64(2) | _DIGITS[letters[starts + offset]]
    return codes
