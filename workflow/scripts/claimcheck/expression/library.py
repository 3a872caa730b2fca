"""How a library was made, measured on its first reads: strandedness, and coverage along transcripts."""

from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

import dnaio
import pandas as pd

from claimcheck.expression.gene_body import (
    Coverage,
    average_coverage,
    choose_transcripts,
    count_places,
    index_anchors,
    read_sequences,
)
from claimcheck.expression.kallisto import count_oriented

LIBRARY_COLUMNS = ("sample", "n_subset", "share_forward", "strandedness", "three_prime_bias", "n_genes")
GENE_BODY_COLUMNS = ("sample", "bin", "share")

_STRANDED, _UNSTRANDED = 0.9, 0.6


def take_reads(reads: Sequence[Path], folder: Path, most: int) -> tuple[list[Path], int]:
    """Copy the first reads of a run, uncompressed; nothing after them is read.

    Args:
        reads: FASTQ file of single-end reads, or those of mate 1 and mate 2.
        folder: where to write.
        most: number of reads (pairs) to take.

    Returns:
        The copies, and the number of reads (pairs) in them.
    """
    copies, number = [], 0
    for mate, path in enumerate(reads, start=1):
        copy = folder / f"reads_{mate}.fastq"
        with (
            dnaio.open(path, fileformat="fastq", open_threads=0) as records,
            dnaio.open(copy, mode="w", fileformat="fastq") as writer,
        ):
            number = 0
            for record in islice(records, most):
                writer.write(record)
                number += 1
        copies.append(copy)
    return copies, number


def measure_share_forward(index: Path, reads: Sequence[Path], *, threads: int) -> float:
    """Measure the share of reads (pairs) in transcript orientation among those that pseudoalign in either orientation.

    Args:
        index: kallisto's index.
        reads: one file or both mates, from `take_reads`, in whose folder kallisto leaves files of its own.
        threads: threads of kallisto.

    Returns:
        0 to 1; missing if no read pseudoaligns. Reads that fit transcripts of both strands count on both sides.
    """
    forward, reverse = (
        count_oriented(index, reads, strand, paired=len(reads) == 2, threads=threads, folder=reads[0].parent)
        for strand in ("forward", "reverse")
    )
    return forward / (forward + reverse) if forward + reverse else float("nan")


def call_strandedness(share_forward: float) -> str:
    """Name the protocol: forward, reverse, unstranded, or undetermined where the share is that of none.

    Bounds are those that how_are_we_stranded_here (Signal & Kahlke 2022, BMC Bioinformatics 23:49) puts on RSeQC's
    infer_experiment: more than 90 % in one orientation is stranded, less than 60 % in both is unstranded.
    """
    if share_forward > _STRANDED:
        return "forward"
    if 1 - share_forward > _STRANDED:
        return "reverse"
    return "unstranded" if max(share_forward, 1 - share_forward) < _UNSTRANDED else "undetermined"


def measure_coverage(fasta: Path, transcripts: pd.DataFrame, reads: Sequence[Path]) -> Coverage:
    """Measure the coverage along transcripts; mates count as two reads.

    Args:
        fasta: transcript sequences.
        transcripts: what they are: columns target_id, gene_id, biotype, length.
        reads: one file or both mates, from `take_reads`.
    """
    chosen = choose_transcripts(transcripts)
    anchors = index_anchors(read_sequences(fasta, list(chosen["target_id"])))
    return average_coverage(count_places(anchors, chain.from_iterable(map(_sequences, reads)), len(chosen)))


def _sequences(path: Path) -> Iterator[str]:
    with dnaio.open(path, fileformat="fastq", open_threads=0) as records:
        for record in records:
            yield record.sequence
