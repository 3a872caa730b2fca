"""From which strand of transcripts reads come, as the protocol of the library has it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from claimcheck.core.standards import NOT_MEASURABLE
from claimcheck.read_scans.anchors import Anchors

LIBRARY_COLUMNS = ("sample", "n_subset", "n_oriented", "share_forward", "strandedness", "three_prime_bias", "n_genes")


def measure_share_forward(anchors: Anchors, found: Sequence[NDArray[np.int64]]) -> tuple[int, float]:
    """Count the reads that hold an anchor of a transcript, and measure the share of those in its orientation.

    Mate 2 is read from the other strand: it counts as forward where it runs against the transcript.

    Args:
        anchors: of the transcripts, from `index_anchors`; what two transcripts share, in whichever orientation, is none.
        found: int64, the reads of each mate by their anchors, from `find_first`.

    Returns:
        Their number, and 0 to 1, missing if there is none.
    """
    with_transcript = [anchors.forward[of_mate] for of_mate in found]
    forward = np.concatenate([direction != bool(mate) for mate, direction in enumerate(with_transcript)])
    return len(forward), float(forward.mean()) if len(forward) else float("nan")


def call_strandedness(n_reads: int, share_forward: float, *, stranded: float, unstranded: float, min_reads: int) -> str:
    """Name the protocol: forward, reverse, unstranded, undetermined where the share is that of none, or not measurable.

    As how_are_we_stranded_here (Signal & Kahlke 2022, BMC Bioinformatics 23:49) reads RSeQC's infer_experiment: 0.9 and 0.6.

    Args:
        n_reads, share_forward: from `measure_share_forward`.
        stranded: share in one orientation above which a library is stranded.
        unstranded: share in either orientation below which it is unstranded.
        min_reads: with fewer reads nothing is said.
    """
    if n_reads < max(min_reads, 1):
        return NOT_MEASURABLE
    if share_forward > stranded:
        return "forward"
    if 1 - share_forward > stranded:
        return "reverse"
    return "unstranded" if max(share_forward, 1 - share_forward) < unstranded else "undetermined"
