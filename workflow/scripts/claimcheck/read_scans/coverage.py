"""Coverage along transcripts: do reads come from all of a transcript, or mostly from its 3' end, as from degraded RNA?"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import dnaio
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.read_scans.anchors import Anchors
from claimcheck.read_scans.kmers import K

GENE_BODY_COLUMNS = ("sample", "bin", "share")

N_BINS = 10

MIN_GENES = 5
"""With fewer genes the average is that of their own peculiarities, and coverage counts as not measurable."""

MIN_READS = 20
"""Reads that a gene needs for a profile of its own: two a bin."""

_LENGTHS = (1_000, 6_000)
_MOST_GENES = 2_000
_ENOUGH_SINGLE = 20


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
    longest = _longest_of_genes(transcripts)
    fitting = longest[longest["length"].between(*_LENGTHS)]
    n_transcripts = transcripts["gene_id"].value_counts()
    single = fitting[fitting["gene_id"].map(n_transcripts) == 1]
    return _thin(single if len(single) >= _ENOUGH_SINGLE else fitting)


def choose_oriented(transcripts: pd.DataFrame) -> pd.DataFrame:
    """Choose transcripts that show in which direction reads run: the longest one of every gene, of any length.

    Only protein-coding ones count, and of more than 2,000 every nth, as for `choose_transcripts`.
    """
    return _thin(_longest_of_genes(transcripts))


def _longest_of_genes(transcripts: pd.DataFrame) -> pd.DataFrame:
    coding = transcripts["biotype"] == "protein_coding"
    usable = transcripts[coding] if coding.any() else transcripts
    longest = usable.sort_values(["length", "target_id"], ascending=[False, True]).drop_duplicates("gene_id")
    return longest.sort_values("gene_id")


def _thin(transcripts: pd.DataFrame) -> pd.DataFrame:
    taken = np.linspace(0, len(transcripts) - 1, min(len(transcripts), _MOST_GENES)).round().astype(int)
    return transcripts.iloc[taken].reset_index(drop=True)


def read_sequences(fasta: Path, targets: Sequence[str]) -> list[str]:
    """Read the sequences of some transcripts of a FASTA file, in the order of `targets`, in upper case."""
    wanted = set(targets)
    with dnaio.open(fasta, fileformat="fasta", open_threads=0) as records:
        found = {
            name: record.sequence.upper() for record in records if (name := record.name.split(maxsplit=1)[0]) in wanted
        }
    return [found[target] for target in targets]


def count_places(
    anchors: Anchors, found: NDArray[np.int64], lengths: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.int64]:
    """Count reads by gene and bin: a read counts for the first anchor that it holds.

    Args:
        anchors: of one transcript a gene.
        found: int64, reads by their anchors, from `find_first`.
        lengths: of these transcripts, in nucleotides; the bins divide the positions at which a k-mer can start.

    Returns:
        int64, genes x N_BINS, 5' end first.
    """
    gene = anchors.sequence[found]
    n_starts = np.asarray(lengths, dtype=np.int64) - K + 1
    place = gene * N_BINS + anchors.start[found] * N_BINS // n_starts[gene]
    return np.bincount(place, minlength=len(lengths) * N_BINS).reshape(len(lengths), N_BINS)


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
