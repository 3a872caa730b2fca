"""An index of the k-mers of a gene, in both orientations, and of what each is evidence of: an exon, or the junction of two."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, combinations
from typing import NamedTuple

K = 31
"""Nucleotides of a k-mer: odd, so that none is its own reverse complement, and as long as the shortest usual read allows."""

OVERHANG = 8
"""Nucleotides that a k-mer needs on both sides of a junction to be evidence of it."""

MIN_POSITIONS = 16
"""Positions that a short exon is measured at; as many k-mers span a junction with that overhang."""

MIN_TRIMERS = 12
"""Different words of three letters that a k-mer needs: below are repeats such as (CA)n, which many genes have."""

_COMPLEMENT = str.maketrans("ACGT", "TGCA")


class Mark(NamedTuple):
    """What a k-mer is evidence of: an exon (left = right) or the junction of two, by their numbers."""

    kind: str
    left: int
    right: int


Marks = tuple[Mark, ...]


def index_gene(exons: Sequence[str]) -> tuple[dict[str, Marks], Counter[Mark]]:
    """Index the k-mers of a transcript and of every way to skip exons of it.

    A k-mer marks the junctions that it spans with OVERHANG nucleotides on both sides, and an exon that it lies wholly inside.
    Exons with room for fewer than MIN_POSITIONS such k-mers also count those that reach beyond them, just as far as that
    number takes; an exon shorter than K is then marked by k-mers that hold it, whatever it is joined to.

    Args:
        exons: sequences in the order of transcription.

    Returns:
        k-mer -> marks, and the number of positions at which each mark shows in an intact transcript, or, for a skipping
        junction, in one that has it.
    """
    numbered = list(enumerate(exons, 1))
    needed = {number: min(K, len(exon), (len(exon) + K + 1 - MIN_POSITIONS) // 2) for number, exon in numbered}
    intact = list(_marked(numbered, needed))
    skipping = {
        Mark("junction", left, right): list(_marked(_ends(numbered[:left]) + _starts(numbered[right - 1 :]), needed))
        for left, right in combinations(range(1, len(exons) + 1), 2)
        if right > left + 1
    }
    index = build_index(chain(intact, *skipping.values()))
    at_risk = [kmer for mark, around in skipping.items() for kmer, _ in around if mark in index.get(kmer, ())]
    index = silence_near_misses(index, at_risk)
    positions = Counter(mark for kmer, _ in intact for mark in index.get(kmer, ()))
    for mark, around in skipping.items():
        positions[mark] = sum(mark in index.get(kmer, ()) for kmer, _ in around)
    return index, positions


def build_index(occurrences: Iterable[tuple[str, Marks]]) -> dict[str, Marks]:
    """Index k-mers in both orientations.

    Args:
        occurrences: every k-mer of the sequences with what it marks; simple repeats and letters other than ACGT are left out.

    Returns:
        k-mer -> marks; a k-mer whose occurrences mark different things (a repeat) is kept, but marks nothing.
    """
    index: dict[str, Marks] = {}
    for kmer, marks in occurrences:
        if set(kmer) <= set("ACGT") and len({kmer[start : start + 3] for start in range(K - 2)}) >= MIN_TRIMERS:
            for key in (kmer, reverse_complement(kmer)):
                index[key] = marks if index.get(key, marks) == marks else ()
    return index


def silence_near_misses(index: Mapping[str, Marks], kmers: Iterable[str]) -> dict[str, Marks]:
    """Take the marks from those of `kmers` that one substitution turns into a k-mer with other marks.

    A sequencing error can make such a k-mer out of the other one, which may be far more abundant.

    Args:
        index: as `build_index` makes it.
        kmers: k-mers of the index, in one orientation.
    """
    near = [kmer for kmer in kmers if any(index.get(other, index[kmer]) != index[kmer] for other in _one_off(kmer))]
    return {**index, **{key: () for kmer in near for key in (kmer, reverse_complement(kmer))}}


def reverse_complement(sequence: str) -> str:
    """Return the other strand of a sequence of the letters ACGT."""
    return sequence.translate(_COMPLEMENT)[::-1]


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


def _marked(pieces: Sequence[tuple[int, str]], needed: Mapping[int, int]) -> Iterator[tuple[str, Marks]]:
    """Give every k-mer of joined exons with what it marks; `needed` are the nucleotides of an exon that mark it."""
    sequence = "".join(exon for _, exon in pieces)
    ends = list(accumulate(len(exon) for _, exon in pieces))
    starts = [0, *ends[:-1]]
    for start in range(len(sequence) - K + 1):
        stop = start + K
        marks = []
        for piece in range(bisect_right(ends, start), bisect_left(starts, stop)):
            number = pieces[piece][0]
            if min(stop, ends[piece]) - max(start, starts[piece]) >= needed[number]:
                marks.append(Mark("exon", number, number))
            if piece and start + OVERHANG <= starts[piece] <= stop - OVERHANG:
                marks.append(Mark("junction", pieces[piece - 1][0], number))
        yield sequence[start:stop], tuple(marks)


def _one_off(kmer: str) -> Iterator[str]:
    """Give all k-mers that differ in one letter."""
    for position, letter in enumerate(kmer):
        for other in "ACGT":
            if other != letter:
                yield kmer[:position] + other + kmer[position + 1 :]
