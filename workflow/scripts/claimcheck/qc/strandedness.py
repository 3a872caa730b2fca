"""Which protocol a library was made by, as the directions of its reads tell."""

from claimcheck.core.standards import NOT_MEASURABLE


def call_strandedness(n_reads: int, share_forward: float, *, stranded: float, unstranded: float, min_reads: int) -> str:
    """Name the protocol: forward, reverse, unstranded, undetermined where the share is that of none, or not measurable.

    As how_are_we_stranded_here (Signal & Kahlke 2022, BMC Bioinformatics 23:49) reads RSeQC's infer_experiment: 0.9 and 0.6.

    Args:
        n_reads, share_forward: from `measure_share_forward` of `claimcheck.read_scans.strand`.
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
