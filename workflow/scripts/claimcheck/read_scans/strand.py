"""From which strand of transcripts reads come, as the protocol of the library has it."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from claimcheck.read_scans.anchors import Anchors

LIBRARY_COLUMNS = ("sample", "n_subset", "n_oriented", "share_forward", "three_prime_bias", "n_genes")


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
