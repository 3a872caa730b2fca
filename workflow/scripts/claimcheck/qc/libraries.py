"""Gates on the libraries: how many reads the reference explains, their quality, and whether all were made alike."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from claimcheck.core.tables import listed
from claimcheck.deseq2.design import Design
from claimcheck.qc.gates import Gate, at_least, at_most

BIAS = "log2 of 3' over 5' coverage"


def library_gates(
    mapped: pd.DataFrame,
    libraries: pd.DataFrame,
    reads: pd.DataFrame,
    *,
    conditions: "pd.Series[str]",
    quality: Mapping[str, Any],
    groups: Design,
) -> list[Gate]:
    """Check the libraries against the thresholds.

    Args:
        mapped: sample, share_pseudoaligned, n_pseudoaligned.
        libraries: sample, strandedness, three_prime_bias.
        reads: run, mate, share_q30, share_adapter; a row a file.
        conditions: by sample.
        quality: `quality` of the configuration.
        groups: the groups.
    """
    shares = dict(zip(mapped["sample"], mapped["share_pseudoaligned"], strict=True))
    numbers = dict(zip(mapped["sample"], mapped["n_pseudoaligned"], strict=True))
    scope = reads["run"] + reads["mate"].map(lambda mate: f" mate {mate}" if mate else "")
    found = [
        *at_least(
            "pseudoaligned_share",
            "share of reads (pairs) that the reference explains",
            shares,
            **quality["pseudoaligned_share"],
        ),
        *at_least(
            "pseudoaligned_reads",
            "reads (pairs) that the reference explains",
            numbers,
            **quality["pseudoaligned_reads"],
        ),
        *at_least(
            "q30_share",
            "share of base calls with Phred 30 or better",
            dict(zip(scope, reads["share_q30"], strict=True)),
            warn=quality["q30_share"],
            fail=0,
        ),
        *at_most(
            "share_adapter",
            "share of reads with an adapter",
            dict(zip(scope, reads["share_adapter"], strict=True)),
            warn=quality["share_adapter"],
        ),
        _strandedness(libraries),
    ]
    by_group = libraries["three_prime_bias"].groupby(libraries["sample"].map(conditions)).mean()
    difference = {"study": abs(by_group[groups.test] - by_group[groups.reference])}
    meaning = f"difference between {groups.test} and {groups.reference} in {BIAS}, which degradation and library preparation move"
    return [*found, *at_most("coverage_bias", meaning, difference, warn=quality["coverage_bias_difference"])]


def _strandedness(libraries: pd.DataFrame) -> Gate:
    """Warn if the samples were not all made with the same kind of library."""
    kinds = libraries.groupby("strandedness")["sample"].agg(list)
    if len(kinds) == 1:
        return Gate("strandedness", "study", "pass", kinds.index[0], "", f"all libraries are {kinds.index[0]}")
    words = "; ".join(f"{kind}: {listed(names)}" for kind, names in kinds.items())
    return Gate("strandedness", "study", "warn", "mixed", "", f"the libraries were not made alike ({words})")
