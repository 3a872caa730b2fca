"""How a library was made, as its first reads show it: from which strand, and from where along the transcripts."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.tables import whole_file
from claimcheck.read_scans.anchors import Anchors, along_sequences, find_first, in_both_orientations, index_anchors
from claimcheck.read_scans.coverage import (
    GENE_BODY_COLUMNS,
    average_coverage,
    choose_oriented,
    choose_transcripts,
    count_places,
    read_sequences,
)
from claimcheck.read_scans.kmers import build_index, locate
from claimcheck.read_scans.scan import Reads
from claimcheck.read_scans.strand import LIBRARY_COLUMNS, measure_share_forward


class LibraryAnchors(NamedTuple):
    """What reads are looked up among.

    Attributes:
        strand: anchors of transcripts that show in which direction reads run.
        coverage: anchors of transcripts, one a gene, that show where along them reads lie.
        lengths: int64, of the latter in nucleotides.
    """

    strand: Anchors
    coverage: Anchors
    lengths: NDArray[np.int64]


def choose_anchors(fasta: Path, listed: pd.DataFrame) -> LibraryAnchors:
    """Choose transcripts of a reference and index their anchors, in one reading of the reference, which may be large.

    Args:
        fasta: the transcripts.
        listed: columns target_id, gene_id, biotype, length (nucleotides).
    """
    of_strand, of_coverage = choose_oriented(listed), choose_transcripts(listed)
    sequences = read_sequences(fasta, [*of_strand["target_id"], *of_coverage["target_id"]])
    return LibraryAnchors(
        index_anchors(sequences[: len(of_strand)]),
        index_anchors(sequences[len(of_strand) :]),
        of_coverage["length"].to_numpy(dtype=np.int64),
    )


def write_anchors(anchors: LibraryAnchors, path: Path) -> None:
    """Write anchors to an .npz file, in one orientation, of which the other follows."""
    parts = {"strand": anchors.strand, "coverage": anchors.coverage}
    arrays = {
        f"{kind}_{name}": values for kind, part in parts.items() for name, values in along_sequences(part).items()
    }
    with whole_file(path) as partial, partial.open("wb") as stream:
        np.savez_compressed(stream, allow_pickle=False, lengths=anchors.lengths, **arrays)


def read_anchors(path: Path) -> LibraryAnchors:
    """Read what `write_anchors` wrote."""
    with np.load(path) as arrays:
        strand, coverage = (
            in_both_orientations(arrays[f"{kind}_codes"], arrays[f"{kind}_sequence"], arrays[f"{kind}_start"])
            for kind in ("strand", "coverage")
        )
        return LibraryAnchors(strand, coverage, arrays["lengths"])


class Library:
    """Counts over the first reads of a sample.

    Args:
        anchors: what to look for.
        n_mates: 1 or 2 files.
        most_reads: reads (pairs) to look at.
    """

    def __init__(self, anchors: LibraryAnchors, n_mates: int, most_reads: int) -> None:
        self._anchors = anchors
        self._kmers = build_index(np.concatenate([anchors.strand.codes, anchors.coverage.codes]))
        self._kinds = [locate(self._kmers.codes, kind.codes) for kind in (anchors.strand, anchors.coverage)]
        self._left = self._most = most_reads
        nothing = np.empty(0, dtype=np.int64)
        self._directions = [[nothing] for _ in range(n_mates)]
        self._places = [nothing]

    def add(self, mates: Sequence[Reads]) -> None:
        """Look at the same records of each mate, until there were enough."""
        if not self._left:
            return
        taken = [reads.part(slice(self._left)) for reads in mates]
        self._left -= len(taken[0].start)
        for reads, directions in zip(taken, self._directions, strict=True):
            direction, place = find_first(self._kmers, self._kinds, reads)
            directions.append(direction)
            self._places.append(place)

    def tables(self, sample: str) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Lay out what was counted of a sample.

        Returns:
            One row with the columns LIBRARY_COLUMNS, and one a tenth of the transcripts with the columns GENE_BODY_COLUMNS.
        """
        found = [np.concatenate(of_mate) for of_mate in self._directions]
        n_oriented, share_forward = measure_share_forward(self._anchors.strand, found)
        places = np.concatenate(self._places)
        coverage = average_coverage(count_places(self._anchors.coverage, places, self._anchors.lengths))
        row = (
            sample,
            self._most - self._left,
            n_oriented,
            share_forward,
            coverage.three_prime_bias,
            coverage.n_genes,
        )
        profile = [(sample, number, share) for number, share in enumerate(coverage.shares, start=1)]
        return (
            pd.DataFrame([row], columns=list(LIBRARY_COLUMNS)),
            pd.DataFrame(profile, columns=list(GENE_BODY_COLUMNS)),
        )
