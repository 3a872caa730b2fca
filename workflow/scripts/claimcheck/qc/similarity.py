"""How alike the samples are: copies of one another, and samples that stand apart from their group."""

from collections.abc import Callable
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from claimcheck.core.tables import listed
from claimcheck.qc.gates import Gate

Floats = NDArray[np.float64]

LEAST_ANIMALS = 4
"""Of a group in which an outlier can be told: of three values the two that happen to lie close set the spread, and the third is
apart from them without being aberrant (a robust z above 80 by chance in one group of eighty)."""

_SIMULATED = 20_000
"""Groups that a limit is read from."""


def correlate(counts: pd.DataFrame, *, min_count: int, min_samples: int) -> pd.DataFrame:
    """Compute Spearman's correlation of each pair of samples over the genes with `min_count` counts in `min_samples` samples.

    Args:
        counts: integers, genes x samples.
        min_count, min_samples: which genes are compared.

    Returns:
        sample_a, sample_b, spearman (-1 to 1; NA with fewer than three genes); each pair once, in the order of the columns.
    """
    used = counts[(counts >= min_count).sum(axis=1) >= min_samples]
    matrix = np.full((counts.shape[1],) * 2, np.nan)
    if len(used) > 2:
        with np.errstate(invalid="ignore"):
            matrix = np.corrcoef(rankdata(used.to_numpy(), axis=0), rowvar=False)
    rows = [(counts.columns[a], counts.columns[b], matrix[a, b]) for a, b in combinations(range(counts.shape[1]), 2)]
    return pd.DataFrame(rows, columns=["sample_a", "sample_b", "spearman"])


def duplicate_gates(similarity: pd.DataFrame, *, limit: float) -> list[Gate]:
    """Fail each pair of samples that are more alike than two animals are; one passed gate if there is none.

    Two halves of one library of 40 million reads correlate to 0.995 over all genes, so a pair above 0.999 is the same data twice.

    Args:
        similarity: from `correlate`.
        limit: correlation above which two samples are one.
    """
    measured = similarity.dropna(subset="spearman")
    copies = measured[measured["spearman"] > limit]
    gates = [
        Gate(
            "duplicate",
            f"{row['sample_a']} and {row['sample_b']}",
            "fail",
            row["spearman"],
            limit,
            f"the two have the same expression (Spearman's correlation {row['spearman']:.5f}, above {limit:g}): one of them may "
            "have been uploaded twice",
        )
        for row in copies.to_dict("records")
    ]
    if gates or measured.empty:
        return gates
    top = measured.loc[measured["spearman"].idxmax()]
    reason = f"the most alike, {top['sample_a']} and {top['sample_b']}, have a Spearman's correlation of {top['spearman']:.4f}"
    return [Gate("duplicate", "all samples", "pass", float(top["spearman"]), limit, reason)]


def find_outliers(
    similarity: pd.DataFrame,
    pca: pd.DataFrame,
    samples: pd.DataFrame,
    *,
    interquartile_ranges: float,
    robust_z: float,
    false_flags: float,
) -> pd.DataFrame:
    """Flag samples that stand apart from the others of their group; they stay in the analysis.

    A sample is flagged if the median of its correlations lies too many interquartile ranges of its group's medians below their
    first quartile (Tukey 1977), or if its robust z within its group on one of the first two components is too large. Both limits
    are of `chance_limit`. A difference between the groups flags no one, however few animals a group has. In a group of four the
    first rule never flags, since the sample itself sets the quartile. A flag is a reason to look, no more: tissue that clings
    to samples unevenly sets sound ones apart.

    Args:
        similarity: from `correlate`.
        pca: sample, component, score; one variant.
        samples: sample, condition.
        interquartile_ranges, robust_z: least limits.
        false_flags: share of studies without an outlier in which a sample may be flagged, 0 to 1.

    Returns:
        sample, median_spearman, robust_z_pc1, robust_z_pc2 (as in `robust_scores`, within the group), flagged, reason ("" or why);
        samples in their order.
    """
    both = pd.concat([similarity, similarity.rename(columns={"sample_a": "sample_b", "sample_b": "sample_a"})])
    table = samples[["sample"]].reset_index(drop=True)
    table["median_spearman"] = table["sample"].map(both.groupby("sample_a")["spearman"].median()).astype(float)
    scores = pca.pivot(index="sample", columns="component", values="score").reindex(
        index=table["sample"], columns=[1, 2]
    )
    groups = list(table.groupby(samples["condition"].to_numpy()).groups.items())
    looked_at = sum(len(rows) >= LEAST_ANIMALS for _, rows in groups)
    share = 1 - (1 - false_flags) ** (1 / max(1, 3 * looked_at))
    reasons: list[list[str]] = [[] for _ in range(len(table))]
    for group, rows in groups:
        medians = table.loc[rows, "median_spearman"].to_numpy(float)
        limit = chance_limit(fence_distances, len(rows), interquartile_ranges, share)
        for row, distance in zip(rows, fence_distances(medians), strict=True):
            if distance > limit:
                median = table.at[row, "median_spearman"]
                reasons[row].append(
                    f"median correlation with the others {median:.4f}, {distance:.1f} interquartile ranges below the first "
                    f"quartile of {group}, beyond {limit:.1f}"
                )
        limit = chance_limit(_robust_distances, len(rows), robust_z, share)
        for component in (1, 2):
            distances = robust_scores(scores[component].to_numpy(float)[rows])
            table.loc[rows, f"robust_z_pc{component}"] = distances
            for row, z in zip(rows, distances, strict=True):
                if abs(z) > limit:
                    reasons[row].append(f"robust z {z:.1f} in {group} on PC{component}, beyond {limit:.1f}")
    table["flagged"] = [bool(why) for why in reasons]
    table["reason"] = ["; ".join(why) for why in reasons]
    return table


def outlier_gates(outliers: pd.DataFrame, samples: pd.DataFrame) -> list[Gate]:
    """Warn of each flagged sample; one passed gate if there is none, and no gate where no group is large enough to look at.

    Args:
        outliers: from `find_outliers`.
        samples: sample, condition.
    """
    flagged = outliers[outliers["flagged"]]
    gates = [
        Gate("outlier", row["sample"], "warn", row["median_spearman"], "", f"{row['reason']}; it is kept")
        for row in flagged.to_dict("records")
    ]
    sizes = samples["condition"].value_counts(sort=False)
    small = list(sizes.index[sizes < LEAST_ANIMALS])
    if gates or len(small) == len(sizes):
        return gates
    lowest = outliers.loc[outliers["median_spearman"].idxmin()] if outliers["median_spearman"].notna().any() else None
    words = f"; the least like the others is {lowest['sample']}" if lowest is not None else ""
    if small:
        words += f"; {listed(small)}: fewer than {LEAST_ANIMALS} samples, not looked at"
    reason = f"no sample of {len(outliers)} stands apart from its group{words}"
    return [Gate("outlier", "all samples", "pass", "", "", reason)]


def robust_scores(values: Floats) -> Floats:
    """Return distances from the median in units of 1.4826 times the median absolute deviation; NaN where that is zero.

    Args:
        values: float64, (..., samples); the last axis is one group.
    """
    centred = values - np.median(values, axis=-1, keepdims=True)
    spread = np.median(np.abs(centred), axis=-1, keepdims=True)
    return 0.6745 * centred / np.where(spread > 0, spread, np.nan)


def fence_distances(values: Floats) -> Floats:
    """Return distances below the first quartile in interquartile ranges, negative above it; NaN where that range is zero.

    Args:
        values: float64, (..., samples); the last axis is one group.
    """
    first, third = np.quantile(values, [0.25, 0.75], axis=-1, keepdims=True)
    return (first - values) / np.where(third > first, third - first, np.nan)


def _robust_distances(values: Floats) -> Floats:
    return np.abs(robust_scores(values))


def chance_limit(distances: Callable[[Floats], Floats], n: int, least: float, share: float) -> float:
    """Return the distance beyond which a sample is flagged: `least`, or more where chance alone reaches that too often.

    Spreads of few values are often small: beyond a robust z of 3.5 lies at least one of four normal values in 17 % of groups. So
    the limit is the distance that a share of groups with normal values exceed, by simulation with a fixed seed.

    Args:
        distances: of the values of a group, along the last axis.
        n: samples in the group; the limit is infinite below LEAST_ANIMALS.
        least: limit of large groups (Iglewicz & Hoaglin 1993: a robust z of 3.5; Tukey 1977: three interquartile ranges).
        share: of groups without an outlier, 0 to 1.
    """
    if n < LEAST_ANIMALS:
        return np.inf
    values = np.random.default_rng(1).normal(size=(_SIMULATED, n))
    return max(least, float(np.quantile(distances(values).max(axis=-1), 1 - share)))
