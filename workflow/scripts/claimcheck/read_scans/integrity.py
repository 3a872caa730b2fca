"""Are FASTQ files whole and fit to be quantified: records of four lines, every read beside its mate, and long enough."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from claimcheck.read_scans import faults
from claimcheck.read_scans.kmers import K
from claimcheck.read_scans.letters import UPPER, WORD, Words, before, first_blank, place_of, view_words, word_at
from claimcheck.read_scans.scan import Reads

_NAMES_SHOWN = 1_000
"""Of them, the first ones show whether a file holds both mates."""

_MATE = re.compile(r"[/._][12]$")
_SECOND_MATE = np.frombuffer(b"23", dtype=np.uint8)


class Integrity:
    """What is found of the files of a run while they are read.

    Args:
        paths: the file, or those of mate 1 and mate 2.
    """

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths
        self.n_reads = 0
        self._longest = [0] * len(paths)
        self._n_same = 0
        self._in_turn = False
        self._marked = False

    def add(self, mates: Sequence[Reads]) -> None:
        """Look at the same records of each file.

        Raises:
            StudyError: neighbours are no mates, or mate 2 stands in the first file.
        """
        if len(mates) == 2:
            self._require_mates(*mates)
            self._n_same += _same_letters(*mates)
        elif not self.n_reads:
            shown = min(len(mates[0].start), _NAMES_SHOWN)
            self._in_turn = _stand_in_turn([mates[0].text("name", record) for record in range(shown)])
        self.n_reads += len(mates[0].start)
        longest = [int(reads.lengths.max(initial=0)) for reads in mates]
        self._longest = [max(pair) for pair in zip(self._longest, longest, strict=True)]

    def require_fit(self) -> None:
        """Refuse what the files as a whole show.

        Raises:
            StudyError: both files hold the same reads, one file holds both mates in turn, or all reads of a file are too short.
        """
        if 2 * self._n_same > self.n_reads:
            share = f"{self._n_same:,} of {self.n_reads:,} reads have the same letters in both files"
            raise faults.no_mates(self.paths, f"the same mate stands in both files: {share}")
        if self._in_turn:
            raise faults.unfit(
                self.paths[0],
                "holds both mates of every fragment in turn (interleaved)",
                "single-end reads, or mate 1 and mate 2 in a file each",
            )
        for path, longest in zip(self.paths, self._longest, strict=True):
            if longest < K:
                raise faults.unfit(
                    path,
                    f"has no read of {K} nucleotides among its {self.n_reads:,}, and kallisto places none that is shorter (mates "
                    "as short as that are often barcodes of cells or molecules)",
                    f"reads of at least {K} nucleotides",
                )

    def _require_mates(self, one: Reads, two: Reads) -> None:
        if not self.n_reads:
            self._marked = not _same_fragment(one.part(slice(1)), two.part(slice(1)), marked=False).all()
        same = _same_fragment(one, two, marked=self._marked)
        if not self.n_reads and (_mate_of(one.text("name", 0)), _mate_of(two.text("name", 0))) == ("2", "1"):
            problem, record = "the mates are swapped", 0
        elif same.all():
            return
        elif self.n_reads or same.any():
            problem, record = "reads that stand side by side are no mates", int(np.argmin(same))
        else:
            problem, record = "the names in the two files have nothing in common", 0
        shown = [
            f"{reads.text('name', record)!r} in {path.name}" for reads, path in zip((one, two), self.paths, strict=True)
        ]
        raise faults.no_mates(self.paths, f"{problem}: read {self.n_reads + record + 1:,} is {' and '.join(shown)}")


def _same_fragment(one: Reads, two: Reads, *, marked: bool) -> NDArray[np.bool_]:
    """Say which names are those of mates: the same up to the first blank, but for the number of the mate if that ends them."""
    same = np.ones(len(one.start), dtype=bool)
    rows = np.arange(len(one.start))
    offset = 0
    while len(rows):
        texts = [view_words(reads.raw)[reads.name[rows] + offset] for reads in (one, two)]
        if marked:
            ends = [_end_in_word(reads, rows, offset + 1) for reads in (one, two)]
        else:
            ends = [first_blank(text) for text in texts]
        same[rows] = alike = (ends[0] == ends[1]) & ((texts[0] ^ texts[1]) & before(ends[0]) == 0)
        rows = rows[alike & (ends[0] == 0)]
        offset += WORD
    if marked:
        last = [reads.raw[_end_of_names(reads) - 1] for reads in (one, two)]
        same &= (last[0] == ord("1")) & np.isin(last[1], _SECOND_MATE)
    return same


def _end_of_names(reads: Reads) -> NDArray[np.int64]:
    """Return where the first blank after each name is."""
    ends = reads.name.copy()
    rows = np.arange(len(ends))
    offset = 0
    while len(rows):
        end = _end_in_word(reads, rows, offset)
        ends[rows] += place_of(end)
        rows = rows[end == 0]
        offset += WORD
    return ends


def _end_in_word(reads: Reads, rows: NDArray[np.int64], offset: int) -> Words:
    return first_blank(view_words(reads.raw)[reads.name[rows] + offset])


def _same_letters(one: Reads, two: Reads) -> int:
    """Count the reads that have the same letters in both."""
    rows = np.flatnonzero((one.lengths == two.lengths) & (one.beginnings == two.beginnings).all(axis=1))
    offset, longest = one.beginnings.shape[1] * WORD, int(one.lengths.max(initial=0))
    while len(rows) and offset < longest:
        left = one.lengths[rows] - offset
        words = [word_at(reads.raw, reads.start[rows] + offset, left) & UPPER for reads in (one, two)]
        rows = rows[words[0] == words[1]]
        offset += WORD
    return len(rows)


def _stand_in_turn(names: Sequence[str]) -> bool:
    """Say whether every other read is the mate of the one before, by the first word of their names, or by the second.

    Archives put a name of their own before that of the instrument.
    """
    for place in range(2):
        of_fragments = [_MATE.sub("", [*name.split(), "", ""][place]) for name in names]
        pairs = list(zip(of_fragments[::2], of_fragments[1::2], strict=False))
        if len(pairs) > 1 and all(one == two != "" for one, two in pairs) and len(set(pairs)) == len(pairs):
            return True
    return False


def _mate_of(name: str) -> str:
    """Return the number of the mate from a name such as `r1/2`, `r1 1/2` or `r1 2:N:0:ACGT`, or ""."""
    name, _, comment = name.partition(" ")
    for text in (name, comment):
        if text[-2:] in ("/1", "/2"):
            return text[-1]
    return comment[0] if comment[:2] in ("1:", "2:") else ""
