"""Measure strandedness and coverage along transcripts on the first reads of one sample."""

from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.read_scans.anchors import find_first, index_anchors
from claimcheck.read_scans.gene_body import (
    average_coverage,
    choose_oriented,
    choose_transcripts,
    count_places,
    read_sequences,
)
from claimcheck.read_scans.library import (
    GENE_BODY_COLUMNS,
    LIBRARY_COLUMNS,
    call_strandedness,
    measure_share_forward,
    take_reads,
)


def main(
    *,
    sample: str,
    transcripts: Path,
    listed: Path,
    reads: list[Path],
    most_reads: int,
    library: Path,
    gene_body: Path,
) -> None:
    """Write the row of `sample`, and its coverage; `reads` are those of its first run, `listed` describes `transcripts`."""
    table = read_table(listed)
    # in one reading of the reference, which may be large
    of_strand, of_coverage = choose_oriented(table), choose_transcripts(table)
    targets = [*of_strand["target_id"], *of_coverage["target_id"]]
    sequences = read_sequences(transcripts, targets)
    taken = take_reads(reads, most_reads)
    of_direction, of_place = (
        index_anchors(some) for some in (sequences[: len(of_strand)], sequences[len(of_strand) :])
    )
    found = [find_first([of_direction, of_place], mate) for mate in taken]
    share_forward = measure_share_forward(of_direction, [directions for directions, _ in found])
    along = np.concatenate([places for _, places in found])
    coverage = average_coverage(count_places(of_place, along, of_coverage["length"].tolist()))
    row = (
        sample,
        len(taken[0]),
        share_forward,
        call_strandedness(share_forward),
        coverage.three_prime_bias,
        coverage.n_genes,
    )
    profile = [(sample, number, share) for number, share in enumerate(coverage.shares, start=1)]
    write_table(pd.DataFrame([row], columns=list(LIBRARY_COLUMNS)), library)
    write_table(pd.DataFrame(profile, columns=list(GENE_BODY_COLUMNS)), gene_body)


run(main)
