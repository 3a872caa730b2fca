"""Gates on the libraries: how many reads the reference explains, their quality, and whether all were made alike."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from claimcheck.core.standards import NOT_MEASURABLE
from claimcheck.core.tables import listed
from claimcheck.deseq2.design import Design
from claimcheck.qc.gates import Gate, at_least, at_most, number

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
        mapped: sample, share_pseudoaligned, n_pseudoaligned, fragment_length, fragment_length_assumed.
        libraries: sample, n_oriented, strandedness, three_prime_bias, n_genes.
        reads: run, mate, share_short, share_q30, share_adapter, notice; a row a file.
        conditions: by sample.
        quality: `quality` of the configuration.
        groups: the groups.
    """
    shares = dict(zip(mapped["sample"], mapped["share_pseudoaligned"], strict=True))
    numbers = dict(zip(mapped["sample"], mapped["n_pseudoaligned"], strict=True))
    scope = reads["run"] + reads["mate"].map(lambda mate: f" mate {mate}" if mate else "")
    return [
        *mapping_gates(shares, numbers, quality),
        *_fragments(mapped),
        *at_least(
            "q30_share",
            "share of base calls with Phred 30 or better",
            _measured(scope, reads["share_q30"]),
            warn=quality["q30_share"],
            fail=0,
        ),
        *at_most(
            "share_short",
            "share of reads that are too short for kallisto to place",
            dict(zip(scope, reads["share_short"], strict=True)),
            warn=quality["share_short"],
        ),
        *at_most(
            "share_adapter",
            "share of reads with an adapter",
            dict(zip(scope, reads["share_adapter"], strict=True)),
            warn=quality["share_adapter"],
        ),
        *_notices(scope, reads["notice"]),
        *_strandedness(libraries, quality["strandedness"]["min_reads"]),
        *_coverage_bias(libraries, conditions, quality["coverage_bias_difference"], groups),
    ]


def mapping_gates(shares: Mapping[str, float], numbers: Mapping[str, float], quality: Mapping[str, Any]) -> list[Gate]:
    """Check by sample the share (0 to 1) and the number of reads that the reference explains."""
    share = "share of reads (pairs) that the reference explains"
    reads = "reads (pairs) that the reference explains"
    return [
        *at_least("pseudoaligned_share", share, shares, **quality["pseudoaligned_share"]),
        *at_least("pseudoaligned_reads", reads, numbers, **quality["pseudoaligned_reads"]),
    ]


def abundance_gates(mapped: pd.DataFrame, lost: pd.DataFrame, *, quality: Mapping[str, Any], source: str) -> list[Gate]:
    """Check what is known of reads that somebody else mapped, and how much of them has no gene.

    Args:
        mapped: sample, n_pseudoaligned, share_pseudoaligned; missing where the quantifier's report does not say it.
        lost: sample, n_lost, n_transcripts, share_lost.
        quality: `quality` of the configuration.
        source: where the genes of transcripts come from.
    """
    by_sample = mapped.set_index("sample").astype("float64")
    shares, numbers = (by_sample[name] for name in ("share_pseudoaligned", "n_pseudoaligned"))
    known_shares, known_numbers = (
        {str(name): value for name, value in part.dropna().items()} for part in (shares, numbers)
    )
    found = mapping_gates(known_shares, known_numbers, quality)
    unknown = shares.index[shares.isna()]
    if len(unknown):
        reason = f"share of reads (pairs) that the reference explains: not measured for {listed(unknown)}"
        found.append(Gate("pseudoaligned_share", "study", "warn", "NA", quality["pseudoaligned_share"]["warn"], reason))
    n_lost, n_transcripts = lost["n_lost"].max(), lost["n_transcripts"].max()
    meaning = f"share of TPM in transcripts that {source} has no gene for ({n_lost:,} of {n_transcripts:,})"
    of_samples = dict(zip(lost["sample"], lost["share_lost"], strict=True))
    return [*found, *at_most("share_without_gene", meaning, of_samples, warn=quality["share_without_gene"]["warn"])]


def _fragments(mapped: pd.DataFrame) -> list[Gate]:
    """Warn of samples of pairs whose fragments have no length, as of mates that do not belong together."""
    paired = mapped["fragment_length_assumed"].isna()
    reason = "mean fragment length: not measurable, since kallisto places no two mates on one transcript by which it could tell"
    return [
        Gate("fragment_length", sample, "warn", NOT_MEASURABLE, "", reason)
        for sample in mapped.loc[paired & mapped["fragment_length"].isna(), "sample"]
    ]


def _measured(scope: "pd.Series[str]", values: "pd.Series[float]") -> dict[str, float]:
    known = values.notna()
    return dict(zip(scope[known], values[known], strict=True))


def _notices(scope: "pd.Series[str]", notices: "pd.Series[str]") -> list[Gate]:
    """Warn of every file of which the check of its reads noticed something."""
    noticed = notices.fillna("") != ""
    if not noticed.any():
        reason = "all files of reads are whole, and mates stand side by side"
        return [Gate("reads", "study", "pass", "", "", reason)]
    return [
        Gate("reads", of_file, "warn", "", "", notice)
        for of_file, notice in zip(scope[noticed], notices[noticed], strict=True)
    ]


def _strandedness(libraries: pd.DataFrame, min_reads: int) -> list[Gate]:
    """Warn if the samples were not all made with the same kind of library, or do not show how."""
    unknown = libraries["strandedness"] == NOT_MEASURABLE
    found = [
        Gate(
            "strandedness",
            sample,
            "warn",
            NOT_MEASURABLE,
            min_reads,
            f"strandedness: not measurable from {number(n_reads)} reads on transcripts of known direction, fewer than {min_reads}",
        )
        for sample, n_reads in libraries.loc[unknown, ["sample", "n_oriented"]].itertuples(index=False)
    ]
    kinds = libraries[~unknown].groupby("strandedness")["sample"].agg(list)
    if len(kinds) == 1:
        subject = "all other libraries" if found else "all libraries"
        found.append(Gate("strandedness", "study", "pass", kinds.index[0], "", f"{subject} are {kinds.index[0]}"))
    elif len(kinds):
        words = "; ".join(f"{kind}: {listed(names)}" for kind, names in kinds.items())
        found.append(Gate("strandedness", "study", "warn", "mixed", "", f"the libraries were not made alike ({words})"))
    return found


def _coverage_bias(libraries: pd.DataFrame, conditions: "pd.Series[str]", limit: float, groups: Design) -> list[Gate]:
    """Compare the groups, and warn of samples in which too few genes have reads enough to be measured."""
    bias = libraries["three_prime_bias"]
    found = [
        Gate(
            "coverage_bias",
            sample,
            "warn",
            "NA",
            "",
            f"{BIAS}: not measurable, since only {number(n_genes)} genes have reads enough for a profile",
        )
        for sample, n_genes in libraries.loc[bias.isna(), ["sample", "n_genes"]].itertuples(index=False)
    ]
    by_group = bias.groupby(libraries["sample"].map(conditions)).mean()
    difference = {"study": abs(by_group[groups.test] - by_group[groups.reference])}
    meaning = f"difference between {groups.test} and {groups.reference} in {BIAS}, which degradation and library preparation move"
    return [*found, *at_most("coverage_bias", meaning, difference, warn=limit)]
