"""Exact lookup of reads: an index of k-mers in both orientations, and the fragments whose reads hold one of them."""

import logging
import time
import zlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import accumulate, chain, combinations
from pathlib import Path
from typing import NamedTuple

import dnaio
import pandas as pd
from dnaio.exceptions import FileFormatError

from claimcheck.errors import StudyError

PROFILE_COLUMNS = ("kind", "left", "right", "n_positions", "n_kmers", "n_reads")

K = 31
"""Nucleotides of a k-mer: odd, so that none is its own reverse complement, and as long as the shortest usual read allows."""

OVERHANG = 8
"""Nucleotides that a k-mer needs on both sides of a junction to be evidence of it."""

MIN_POSITIONS = 16
"""Positions that a short exon is measured at; as many k-mers span a junction with that overhang."""

MIN_TRIMERS = 12
"""Different words of three letters that a k-mer needs: below are repeats such as (CA)n, which many genes have."""

PROGRESS_FRAGMENTS = 2_000_000
_COMPLEMENT = str.maketrans("ACGT", "TGCA")

progress = logging.getLogger("claimcheck.progress")


class Mark(NamedTuple):
    """What a k-mer is evidence of: an exon (left = right) or the junction of two, by their numbers."""

    kind: str
    left: int
    right: int


Marks = tuple[Mark, ...]


def profile_sample(
    exons: pd.DataFrame, runs: Sequence[Sequence[Path]], *, n_fragments: int | None = None, label: str = ""
) -> pd.DataFrame:
    """Count what the reads of a sample show of a gene.

    Args:
        exons: columns exon, sequence.
        runs: FASTQ files of each run, mate 1 first.
        n_fragments: reads (pairs) in all, for the time left.
        label: the sample's name, for the progress.

    Returns:
        One row an exon (left = right) and a junction of two exons, columns PROFILE_COLUMNS: n_positions of `index_gene`, n_kmers
        that reads hold at these, n_reads that hold at least one; the mates of a pair count once.
    """
    ordered = exons.sort_values("exon")
    index, positions = index_gene(list(ordered["sequence"]))
    n_kmers: Counter[Mark] = Counter()
    n_reads: Counter[Mark] = Counter()
    for reads in matching_fragments(runs, index, n_fragments=n_fragments, label=label):
        kmers = (read[start : start + K] for read in reads for start in range(len(read) - K + 1))
        found = Counter(mark for kmer in kmers for mark in index.get(kmer, ()))
        n_kmers.update(found)
        n_reads.update(found.keys())
    numbers = range(1, len(ordered) + 1)
    marks = [Mark("exon", number, number) for number in numbers]
    marks += [Mark("junction", left, right) for left, right in combinations(numbers, 2)]
    rows = [(*mark, positions[mark], n_kmers[mark], n_reads[mark]) for mark in marks]
    return pd.DataFrame(rows, columns=list(PROFILE_COLUMNS))


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


def matching_fragments(
    runs: Sequence[Sequence[Path]], kmers: Collection[str], *, n_fragments: int | None = None, label: str = ""
) -> Iterator[tuple[str, ...]]:
    """Give the fragments of which a read holds a k-mer.

    A read is looked up at every K-th position and at its end: one that follows an indexed sequence for 2 K - 1 nucleotides, or
    from end to end, is always found. Time and result do not depend on how many reads follow it.

    Args:
        runs: FASTQ files of each run: one, or both mates with as many reads in the same order.
        kmers: in both orientations.
        n_fragments: fragments in all, for the time left.
        label: what the progress is about.

    Yields:
        The sequences of a fragment's reads, mate 1 first.

    Raises:
        StudyError: a file is missing, truncated or no FASTQ, or mates differ in number of reads.
    """
    places = _Places()
    started, done = time.monotonic(), 0
    for files in runs:
        number = 0
        try:
            with ExitStack() as stack:
                readers = [stack.enter_context(dnaio.open(path, fileformat="fastq", open_threads=0)) for path in files]
                for number, reads in enumerate(zip(*readers, strict=True), 1):
                    for read in reads:
                        sequence = read.sequence
                        for place in places[len(sequence)]:
                            if sequence[place] in kmers:
                                break
                        else:
                            continue
                        yield tuple(mate.sequence for mate in reads)
                        break
                    if not number % PROGRESS_FRAGMENTS:
                        _report(label, done + number, n_fragments, time.monotonic() - started)
        except (FileFormatError, EOFError, OSError, ValueError, zlib.error) as error:
            raise StudyError(
                f"the reads cannot be read to their end: {error}",
                where=", ".join(str(path.resolve()) for path in files),
                expected="whole FASTQ files, mates with the same number of reads",
                remedy="delete the files so that they are fetched again; if it stays, leave the run out in config/samples.tsv",
            ) from error
        done += number


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


class _Places(dict[int, list[slice]]):
    """The places that a read of a given length is looked up at."""

    def __missing__(self, length: int) -> list[slice]:
        starts = [*range(0, length - K, K), length - K] if length >= K else []
        self[length] = [slice(start, start + K) for start in starts]
        return self[length]


def _one_off(kmer: str) -> Iterator[str]:
    """Give all k-mers that differ in one letter."""
    for position, letter in enumerate(kmer):
        for other in "ACGT":
            if other != letter:
                yield kmer[:position] + other + kmer[position + 1 :]


def _report(label: str, done: int, n_fragments: int | None, seconds: float) -> None:
    left = f", {seconds / done * (n_fragments - done) / 60:.0f} min left" if n_fragments and n_fragments > done else ""
    progress.info("%s: %.0f million reads (pairs) looked up%s", label, done / 1e6, left)
