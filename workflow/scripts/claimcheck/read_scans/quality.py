"""Quality of a run's reads, counted while they are read: lengths, qualities, letters, duplicates and adapters."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.read_scans.adapters import AdapterCounter
from claimcheck.read_scans.kmers import K, mix
from claimcheck.read_scans.letters import UPPER_BYTE, in_last_word, others, strings_of
from claimcheck.read_scans.scan import Reads

READS_COLUMNS = (
    "run",
    "mate",
    "file",
    "n_reads",
    "min_length",
    "mean_length",
    "max_length",
    "share_short",
    "share_duplicate",
    "n_sampled",
    "share_q30",
    "share_gc",
    "share_adapter",
    "adapter",
    "notice",
)

_OFFSET, _OLD_OFFSET = 33, 64
_OLD_LOWEST, _NEW_HIGHEST = 59, 75
"""Bytes: scores of the old scale, Phred + 64, begin at the first; those of the new one end at the second, for short reads."""

_MOST_FINGERPRINTS = 1 << 20

_NOTICED_LETTERS = 0.01


class _Mate:
    """What is counted of one file."""

    def __init__(self) -> None:
        self.n_reads = self.n_letters = self.n_others = self.n_short = self.n_sampled = 0
        self.shortest, self.longest = np.iinfo(np.int64).max, 0
        self.qualities = np.zeros(256, dtype=np.int64)
        self.letters = np.zeros(256, dtype=np.int64)
        self.has_cr = False


class Quality:
    """Counts over the reads of a run, file by file.

    Lengths, duplicates and letters other than ACGTN are those of all reads. Qualities, the share of G and C, and adapters are
    counted in those pieces of the files that the caller names a sample.

    Args:
        n_mates: 1 or 2 files.
    """

    def __init__(self, n_mates: int) -> None:
        self._mates = [_Mate() for _ in range(n_mates)]
        self._fingerprints = _Fingerprints()
        self._adapters = AdapterCounter(n_mates)

    def add(self, mates: Sequence[Reads], *, sampled: bool) -> None:
        """Count the same records of each file."""
        for of_mate, reads in zip(self._mates, mates, strict=True):
            lengths = reads.lengths
            of_mate.n_reads += len(lengths)
            of_mate.n_letters += int(lengths.sum())
            of_mate.n_short += int(np.count_nonzero(lengths < K))
            of_mate.shortest = min(of_mate.shortest, int(lengths.min()))
            of_mate.longest = max(of_mate.longest, int(lengths.max()))
            of_mate.n_others += _count_others(reads)
            if sampled:
                of_mate.n_sampled += len(lengths)
                of_mate.qualities += _histogram(reads.raw, reads.quality, lengths)
                of_mate.letters += _upper(_histogram(reads.raw, reads.start, lengths))
                of_mate.has_cr |= bool((reads.raw[reads.end] == ord("\r")).any())
        self._fingerprints.add(mates)
        if sampled:
            self._adapters.add(mates)

    def table(self, run: str, files: Sequence[str]) -> pd.DataFrame:
        """Lay out what was counted.

        Returns:
            One row a file with the columns READS_COLUMNS. mate is "1" and "2", "" for single-end reads. Shares are of 0 to 1:
            share_short of reads with fewer than K letters; share_q30 of base calls of Phred 30 or better, by the scale that
            their range shows; share_gc of letters ACGT; share_duplicate of fragments that begin as another one does, both
            mates alike; share_adapter of reads that run into an adapter. notice says what a reader should know, or "".
        """
        names = ["1", "2"] if len(self._mates) == 2 else [""]
        share_duplicate = self._fingerprints.share_repeated()
        rows = []
        for number, (mate, file, counted) in enumerate(zip(names, files, self._mates, strict=True)):
            share_adapter, adapter = self._adapters.result(number)
            rows.append(
                (
                    run,
                    mate,
                    file,
                    counted.n_reads,
                    counted.shortest,
                    counted.n_letters / counted.n_reads,
                    counted.longest,
                    counted.n_short / counted.n_reads,
                    share_duplicate,
                    counted.n_sampled,
                    _share_q30(counted.qualities),
                    _share_gc(counted.letters),
                    share_adapter,
                    adapter,
                    "; ".join(_notices(counted)),
                )
            )
        return pd.DataFrame(rows, columns=list(READS_COLUMNS))


class _Fingerprints:
    """The beginnings of fragments, of both mates, or of a sample of them that their hashes choose: repeats fall in alike."""

    def __init__(self) -> None:
        self._hashes = [np.empty(0, dtype=np.uint64)]
        self._n_held = 0
        self._shift = 0

    def add(self, mates: Sequence[Reads]) -> None:
        hashes = np.zeros(len(mates[0].start), dtype=np.uint64)
        for reads in mates:
            for word in reads.beginnings.T:
                hashes = mix(hashes ^ word)
        self._hashes.append(self._kept(hashes))
        self._n_held += len(self._hashes[-1])
        while self._n_held > _MOST_FINGERPRINTS:
            self._shift += 1
            self._hashes = [self._kept(np.concatenate(self._hashes))]
            self._n_held = len(self._hashes[0])

    def _kept(self, hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
        return hashes[hashes & np.uint64((1 << self._shift) - 1) == 0] if self._shift else hashes

    def share_repeated(self) -> float:
        ordered = np.sort(np.concatenate(self._hashes))
        return float(np.count_nonzero(ordered[1:] == ordered[:-1]) / len(ordered))


def _histogram(text: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the bytes of strings of a text: 256 numbers."""
    total = np.zeros(256, dtype=np.int64)
    # strings of one length at once
    for length in np.flatnonzero(np.bincount(lengths)):
        rows = starts[lengths == length]
        if length:
            total += _count_bytes(strings_of(text, rows, int(length)).ravel())
    return total


def _count_bytes(text: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Count each of the 256 bytes, two at once."""
    even = len(text) // 2 * 2
    pairs = np.bincount(text[:even].view(np.uint16), minlength=1 << 16).reshape(256, 256)
    return pairs.sum(axis=0) + pairs.sum(axis=1) + np.bincount(text[even:], minlength=256)


def _upper(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count letters in lower case as those in upper case: 256 numbers by byte."""
    return np.bincount(np.arange(256) & UPPER_BYTE, weights=counts, minlength=256).astype(np.int64)


def _count_others(reads: Reads) -> int:
    """Count the letters that are none of ACGTN."""
    wrong = np.zeros(len(reads.start), dtype=bool)
    for rows, texts in reads.words:
        found = others(texts)
        found[:, -1] &= in_last_word(reads.lengths[rows])
        if found.any():
            wrong[rows] = found.any(axis=1)
    if not wrong.any():
        return 0
    some = reads.part(np.flatnonzero(wrong))
    letters = _upper(_histogram(some.raw, some.start, some.lengths))
    return int(letters.sum() - letters[np.frombuffer(b"ACGTN", dtype=np.uint8)].sum())


def _share_q30(qualities: NDArray[np.int64]) -> float:
    offset = _OLD_OFFSET if _is_old_scale(qualities) else _OFFSET
    total = qualities.sum()
    return float(qualities[offset + 30 :].sum() / total) if total else float("nan")


def _is_old_scale(qualities: NDArray[np.int64]) -> bool:
    seen = np.flatnonzero(qualities)
    return len(seen) > 0 and bool(seen[0] >= _OLD_LOWEST and seen[-1] > _NEW_HIGHEST)


def _share_gc(letters: NDArray[np.int64]) -> float:
    n = {letter: int(letters[ord(letter)]) for letter in "ACGT"}
    total = sum(n.values())
    return (n["G"] + n["C"]) / total if total else float("nan")


def _notices(counted: _Mate) -> list[str]:
    notices = []
    if counted.n_short:
        share = counted.n_short / counted.n_reads
        notices.append(f"{share:.1%} of the reads have fewer than {K} nucleotides and cannot be placed")
    seen = np.flatnonzero(counted.qualities)
    if len(seen) == 1 and counted.qualities.sum() > 1:
        notices.append(
            f"every base call has the same quality, {chr(seen[0])!r} (as in SRA Lite), which says nothing of it"
        )
    elif _is_old_scale(counted.qualities):
        notices.append("the qualities are read as Phred + 64, which their range shows")
    other = counted.n_others / max(counted.n_letters, 1)
    if other > _NOTICED_LETTERS:
        notices.append(f"{other:.1%} of the letters are none of ACGTN")
    if counted.has_cr:
        notices.append("lines end with CR LF")
    return notices
