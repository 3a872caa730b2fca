"""Measure strandedness and coverage along transcripts on the first reads of one sample."""

from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.read_scans.anchors import find_first, index_anchors
from claimcheck.read_scans.coverage import (
    GENE_BODY_COLUMNS,
    average_coverage,
    choose_oriented,
    choose_transcripts,
    count_places,
    read_sequences,
)
from claimcheck.read_scans.kmers import build_index
from claimcheck.read_scans.scan import read_fragments
from claimcheck.read_scans.strand import LIBRARY_COLUMNS, call_strandedness, measure_share_forward


def main(
    *,
    sample: str,
    transcripts: Path,
    listed: Path,
    reads: list[Path],
    most_reads: int,
    strandedness: dict[str, float],
    library: Path,
    gene_body: Path,
) -> None:
    """Write the row of `sample`, and its coverage; `reads` are those of its first run, `listed` describes `transcripts`."""
    table = read_table(listed)
    # in one reading of the reference, which may be large
    of_strand, of_coverage = choose_oriented(table), choose_transcripts(table)
    targets = [*of_strand["target_id"], *of_coverage["target_id"]]
    sequences = read_sequences(transcripts, targets)
    anchors = [index_anchors(some) for some in (sequences[: len(of_strand)], sequences[len(of_strand) :])]
    kmers = build_index(np.concatenate([some.codes for some in anchors]))
    none = np.empty(0, dtype=np.int64)
    n_reads, directions, places = 0, [[none] for _ in reads], [none]
    for mates in read_fragments(reads, most_reads):
        n_reads += len(mates[0].start)
        for mate, of_mate in zip(mates, directions, strict=True):
            direction, place = find_first(anchors, kmers, mate)
            of_mate.append(direction)
            places.append(place)
    n_oriented, share_forward = measure_share_forward(anchors[0], [np.concatenate(of_mate) for of_mate in directions])
    coverage = average_coverage(count_places(anchors[1], np.concatenate(places), of_coverage["length"].tolist()))
    row = (
        sample,
        n_reads,
        n_oriented,
        share_forward,
        call_strandedness(n_oriented, share_forward, **strandedness),
        coverage.three_prime_bias,
        coverage.n_genes,
    )
    profile = [(sample, number, share) for number, share in enumerate(coverage.shares, start=1)]
    write_table(pd.DataFrame([row], columns=list(LIBRARY_COLUMNS)), library)
    write_table(pd.DataFrame(profile, columns=list(GENE_BODY_COLUMNS)), gene_body)


run(main)
