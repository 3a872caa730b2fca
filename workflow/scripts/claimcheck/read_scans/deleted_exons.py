"""What the reads of a sample show of a gene: the fragments that hold a k-mer of its exons, or of the junction of two."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.read_scans.kmers import NO_KMER, K, KmerIndex, build_index, encode_all, locate, reverse_complement
from claimcheck.read_scans.scan import Reads, find_kmers, reads_of

PROFILE_COLUMNS = ("kind", "left", "right", "n_positions", "n_kmers", "n_reads")

OVERHANG = 8
"""Nucleotides that a k-mer needs on both sides of a junction to be evidence of it."""

MIN_POSITIONS = 16
"""Positions that a short exon is measured at; as many k-mers span a junction with that overhang."""

MIN_TRIMERS = 12
"""Different words of three letters that a k-mer needs: below are repeats such as (CA)n, which many genes have."""

_COUNTED_TOGETHER = 1 << 12
"""Fragments of the gene, of which a piece of a file holds but a few."""

_SUBSTITUTIONS = np.array([base << 2 * place for place in range(K) for base in (1, 2, 3)], dtype=np.uint64)
"""What turns the code of a k-mer into those that differ in one letter, by exclusive or."""


class Mark(NamedTuple):
    """What a k-mer is evidence of: an exon (left = right) or the junction of two, by their numbers."""

    kind: str
    left: int
    right: int


Marks = tuple[Mark, ...]


class GeneIndex(NamedTuple):
    """The k-mers of a gene, in both orientations, and what each is evidence of.

    Attributes:
        kmers: the index.
        sets: every different set of marks.
        of_kmer: int64, the number of each k-mer's set.
        n_positions: the number of positions at which each mark shows in an intact transcript, or, for a skipping junction, in
            one that has it.
    """

    kmers: KmerIndex
    sets: list[Marks]
    of_kmer: NDArray[np.int64]
    n_positions: Counter[Mark]


class ExonCounts:
    """Counts what the reads of a sample show of a gene, while they are read.

    Args:
        exons: columns exon, sequence.
    """

    def __init__(self, exons: pd.DataFrame) -> None:
        ordered = exons.sort_values("exon")
        self._n_exons = len(ordered)
        self._gene = index_gene(list(ordered["sequence"]))
        self._n_kmers: Counter[Mark] = Counter()
        self._n_reads: Counter[Mark] = Counter()
        self._held: list[tuple[bytes, ...]] = []

    def add(self, mates: Sequence[Reads]) -> None:
        """Count the same records of each mate; those of one fragment count once."""
        fragments = matching_fragments(self._gene.kmers, mates)
        self._held += zip(*(reads.part(fragments).sequences() for reads in mates), strict=True)
        if len(self._held) >= _COUNTED_TOGETHER:
            self._count_held()

    def _count_held(self) -> None:
        sets, of_kmer = self._gene.sets, self._gene.of_kmer
        found = [find_kmers(self._gene.kmers, reads_of(mate)) for mate in zip(*self._held, strict=True)]
        self._held = []
        if not found:
            return
        fragment, kmer = (np.concatenate(part) for part in zip(*found, strict=True))
        pairs, times = np.unique(fragment * len(sets) + of_kmer[kmer], return_counts=True)
        held = [divmod(pair, len(sets)) for pair in pairs.tolist()]
        for (_, number), n_held in zip(held, times.tolist(), strict=True):
            self._n_kmers.update(dict.fromkeys(sets[number], n_held))
        self._n_reads.update(mark for _, mark in {(one, mark) for one, number in held for mark in sets[number]})

    def table(self) -> pd.DataFrame:
        """Lay out what was counted.

        Returns:
            One row an exon (left = right) and a junction of two exons, columns PROFILE_COLUMNS: n_positions of `index_gene`,
            n_kmers that reads hold at these, n_reads that hold at least one; the mates of a pair count once.
        """
        self._count_held()
        rows = [
            (*mark, self._gene.n_positions[mark], self._n_kmers[mark], self._n_reads[mark])
            for mark in _all_marks(self._n_exons)
        ]
        return pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))


def matching_fragments(kmers: KmerIndex, mates: Sequence[Reads]) -> NDArray[np.int64]:
    """Find the fragments of which a read holds a k-mer.

    A read is looked up at every K-th position and at its end: one that follows an indexed sequence for 2 K - 1 nucleotides, or
    from end to end, is always found. Time and result do not depend on how many reads follow it.

    Args:
        kmers: in both orientations.
        mates: the same records of each mate.

    Returns:
        Their numbers, ascending.
    """
    return np.unique(np.concatenate([find_kmers(kmers, reads, step=K)[0] for reads in mates]))


def index_gene(exons: Sequence[str]) -> GeneIndex:
    """Index the k-mers of a transcript and of every way to skip exons of it.

    A k-mer marks the junctions that it spans with OVERHANG nucleotides on both sides, and an exon that it lies wholly inside.
    Exons with room for fewer than MIN_POSITIONS such k-mers also count those that reach beyond them, just as far as that
    number takes; an exon shorter than K is then marked by k-mers that hold it, whatever it is joined to. Simple repeats, and
    k-mers with letters other than ACGT, are left out; a k-mer whose occurrences mark different things is kept, but marks nothing.

    Args:
        exons: sequences in the order of transcription.
    """
    numbered = list(enumerate(exons, 1))
    needed = {number: min(K, len(exon), (len(exon) + K + 1 - MIN_POSITIONS) // 2) for number, exon in numbered}
    skipping = [mark for mark in _all_marks(len(exons)) if mark.right > mark.left + 1]
    molecules = [numbered, *(_ends(numbered[: mark.left]) + _starts(numbered[mark.right - 1 :]) for mark in skipping)]

    codes = np.concatenate([encode_all("".join(exon for _, exon in pieces)) for pieces in molecules])
    marked = [list(_marked(pieces, needed)) for pieces in molecules]
    sets: dict[Marks, int] = {(): 0}
    meant = np.array(
        [sets.setdefault(some, len(sets)) for occurrences in marked for some in occurrences], dtype=np.int64
    )
    # what each occurrence is counted for: all that it marks in the intact molecule, the new junction in the others
    junction = [mark for mark, occurrences in zip([None, *skipping], marked, strict=True) for _ in occurrences]

    usable = np.flatnonzero((codes != NO_KMER) & (_count_trimers(codes) >= MIN_TRIMERS))
    codes, meant = codes[usable], meant[usable]
    kmers = build_index(np.concatenate([codes, reverse_complement(codes)]))
    # occurrences in both orientations
    places = np.stack([locate(codes, kmers.codes), locate(reverse_complement(codes), kmers.codes)])
    of_kmer = np.zeros(len(kmers.codes), dtype=np.int64)
    of_kmer[places] = meant
    of_kmer[places[of_kmer[places] != meant]] = 0

    names = list(sets)
    at_risk = np.array(
        [junction[at] in names[of_kmer[place]] for at, place in zip(usable, places[0], strict=True)], bool
    )
    of_kmer[places[:, at_risk][:, _has_near_miss(kmers, of_kmer, codes[at_risk])]] = 0

    shown = (
        (junction[at], mark) for at, place in zip(usable, places[0], strict=True) for mark in names[of_kmer[place]]
    )
    return GeneIndex(kmers, names, of_kmer, Counter(mark for only, mark in shown if only in (None, mark)))


def _all_marks(n_exons: int) -> list[Mark]:
    numbers = range(1, n_exons + 1)
    return [Mark("exon", n, n) for n in numbers] + [Mark("junction", *pair) for pair in combinations(numbers, 2)]


def _count_trimers(codes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Count the different words of three letters of each k-mer: one bit of 64 for each."""
    words = np.zeros_like(codes)
    for place in range(K - 2):
        words |= np.uint64(1) << (codes >> 2 * place & 63)
    return np.bitwise_count(words)


def _has_near_miss(kmers: KmerIndex, of_kmer: NDArray[np.int64], codes: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Say of k-mers whether one substitution turns them into one of the index with other marks.

    A sequencing error can make such a k-mer out of the other one, which may be far more abundant.
    """
    meant = of_kmer[locate(codes, kmers.codes)]
    near = np.zeros(len(codes), dtype=bool)
    for substitution in _SUBSTITUTIONS:
        other = locate(codes ^ substitution, kmers.codes)
        near |= (other >= 0) & (of_kmer[other] != meant)
    return near


def _ends(exons: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Give the last K - 1 nucleotides of joined exons, still as exons."""
    return [(number, exon[::-1]) for number, exon in _starts([(n, exon[::-1]) for n, exon in exons[::-1]])][::-1]


def _starts(exons: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Give the first K - 1 nucleotides of joined exons, still as exons."""
    pieces, room = [], K - 1
    for number, exon in exons:
        if room <= 0:
            break
        pieces.append((number, exon[:room]))
        room -= len(exon)
    return pieces


def _marked(pieces: Sequence[tuple[int, str]], needed: Mapping[int, int]) -> Iterator[Marks]:
    """Give what every k-mer of joined exons marks; `needed` are the nucleotides of an exon that mark it."""
    ends = list(accumulate(len(exon) for _, exon in pieces))
    starts = [0, *ends[:-1]]
    for start in range(sum(len(exon) for _, exon in pieces) - K + 1):
        stop = start + K
        marks = []
        for piece in range(bisect_right(ends, start), bisect_left(starts, stop)):
            number = pieces[piece][0]
            if min(stop, ends[piece]) - max(start, starts[piece]) >= needed[number]:
                marks.append(Mark("exon", number, number))
            if piece and start + OVERHANG <= starts[piece] <= stop - OVERHANG:
                marks.append(Mark("junction", pieces[piece - 1][0], number))
        yield tuple(marks)
