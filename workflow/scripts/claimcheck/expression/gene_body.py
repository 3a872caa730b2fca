"""Coverage along transcripts: do reads come from all of a transcript, or mostly from its 3' end, as from degraded RNA?"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import dnaio
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.expression.kmers import K, reverse_complement

N_BINS = 10

MIN_GENES = 5
"""With fewer genes the average is that of their own peculiarities, and coverage counts as not measurable."""

MIN_READS = 20
"""Reads that a gene needs for a profile of its own: two a bin."""

_LENGTHS = (1_000, 6_000)
_MOST_GENES = 2_000
_ENOUGH_SINGLE = 20
_SPACING = 20


class Place(NamedTuple):
    """Where an anchor lies: number of the gene, and bin along its transcript, 0 at the 5' end."""

    gene: int
    bin: int


class Coverage(NamedTuple):
    """Share of each bin, 5' end first, sums to 1; log2 of last three / first three bins; number of genes."""

    shares: NDArray[np.float64]
    three_prime_bias: float
    n_genes: int


def choose_transcripts(transcripts: pd.DataFrame) -> pd.DataFrame:
    """Choose transcripts in which the position of a read is the position in the gene.

    They are of 1,000 to 6,000 nucleotides and the only ones of their genes; where fewer than 20 such genes exist, the longest
    ones of their genes. Only protein-coding transcripts count if the reference says which these are, since pseudogenes are
    mostly covered by the reads of others. Of more than 2,000, every nth in the order of gene ids is taken.

    Args:
        transcripts: columns target_id, gene_id, biotype, length (nucleotides).

    Returns:
        Rows of `transcripts`, one a gene, sorted by gene_id.
    """
    counted = transcripts.assign(number=transcripts.groupby("gene_id")["target_id"].transform("size"))
    coding = counted["biotype"] == "protein_coding"
    usable = counted[coding] if coding.any() else counted
    longest = usable.sort_values(["length", "target_id"], ascending=[False, True]).drop_duplicates("gene_id")
    fitting = longest[longest["length"].between(*_LENGTHS)].sort_values("gene_id")
    single = fitting[fitting["number"] == 1]
    chosen = single if len(single) >= _ENOUGH_SINGLE else fitting
    taken = np.linspace(0, len(chosen) - 1, min(len(chosen), _MOST_GENES)).round().astype(int)
    return chosen.iloc[taken].drop(columns="number").reset_index(drop=True)


def read_sequences(fasta: Path, targets: Sequence[str]) -> list[str]:
    """Read the sequences of some transcripts of a FASTA file, in the order of `targets`, in upper case."""
    wanted = set(targets)
    with dnaio.open(fasta, fileformat="fasta", open_threads=0) as records:
        found = {
            name: record.sequence.upper() for record in records if (name := record.name.split(maxsplit=1)[0]) in wanted
        }
    return [found[target] for target in targets]


def index_anchors(sequences: Sequence[str]) -> dict[str, Place]:
    """Index every 20th 31-mer of each sequence in both orientations, but for those that occur twice among them.

    Args:
        sequences: one transcript a gene, 5' to 3', of the letters ACGT; k-mers with others are left out.

    Returns:
        k-mer -> where it lies; the bins divide the positions at which a k-mer can start.
    """
    index: dict[str, Place | None] = {}
    for gene, sequence in enumerate(sequences):
        n_starts = len(sequence) - K + 1
        for start in range(0, n_starts, _SPACING):
            kmer = sequence[start : start + K]
            if set(kmer) <= set("ACGT"):
                for key in (kmer, reverse_complement(kmer)):
                    index[key] = None if key in index else Place(gene, start * N_BINS // n_starts)
    return {kmer: place for kmer, place in index.items() if place}


def count_places(anchors: Mapping[str, Place], reads: Iterable[str], n_genes: int) -> NDArray[np.int64]:
    """Count reads by gene and bin: a read counts for the first anchor that it holds.

    Returns:
        int64, genes x N_BINS, 5' end first.
    """
    counts = np.zeros((n_genes, N_BINS), dtype=np.int64)
    for read in reads:
        for start in range(len(read) - K + 1):
            place = anchors.get(read[start : start + K])
            if place:
                counts[place] += 1
                break
    return counts


def average_coverage(counts: NDArray[np.int64]) -> Coverage:
    """Average the coverage of the genes that have MIN_READS reads; each of them has the same weight.

    Equal weights keep one abundant gene, which may differ between the groups, from being all of the profile; RSeQC's
    geneBody_coverage (Wang et al. 2012, Bioinformatics 28:2184) sums over genes instead.

    Args:
        counts: genes x N_BINS, from `count_places`.

    Returns:
        The coverage; shares and three_prime_bias, to which half a read is added on both sides, are missing if fewer than
        MIN_GENES genes can be averaged.
    """
    covered = counts[counts.sum(axis=1) >= MIN_READS]
    if len(covered) < MIN_GENES:
        return Coverage(np.full(N_BINS, np.nan), float("nan"), len(covered))
    shares = (covered / covered.sum(axis=1, keepdims=True)).mean(axis=0)
    half = 0.5 / covered.sum()
    bias = np.log2((shares[-3:].sum() + half) / (shares[:3].sum() + half))
    return Coverage(shares, float(bias), len(covered))
