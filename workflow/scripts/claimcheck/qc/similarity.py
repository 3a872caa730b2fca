"""How alike the samples are: copies of one another, and samples that stand apart."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from claimcheck.core.tables import listed
from claimcheck.qc.gates import Gate

_SIMULATED = 20_000
"""Studies that the limit of the robust z is read from."""


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
    similarity: pd.DataFrame, pca: pd.DataFrame, *, interquartile_ranges: float, robust_z: float, false_flags: float
) -> pd.DataFrame:
    """Flag samples that stand apart from all others; they stay in the analysis.

    A sample is flagged if the median of its correlations lies more than `interquartile_ranges` of all medians below their first
    quartile (Tukey 1977), or if its robust z on one of the first two components exceeds `robust_limit`. With four samples the
    first cannot happen, since the sample itself sets the quartile; with three or fewer nothing is flagged. A flag is a reason
    to look, no more: where tissue clings to samples unevenly the first rule alone flags a sound one in a fifth of studies.

    Args:
        similarity: from `correlate`.
        pca: sample, component, score; one variant, samples in the order of the result.
        interquartile_ranges: below the first quartile.
        robust_z, false_flags: as in `robust_limit`.

    Returns:
        sample, median_spearman, robust_z_pc1, robust_z_pc2 (distance from the median in units of 1.4826 times the median absolute
        deviation; NA where that is zero), flagged, reason ("" or why).
    """
    both = pd.concat([similarity, similarity.rename(columns={"sample_a": "sample_b", "sample_b": "sample_a"})])
    order = list(dict.fromkeys(pca["sample"])) or list(dict.fromkeys(both["sample_a"]))
    table = pd.DataFrame({"sample": order})
    table["median_spearman"] = table["sample"].map(both.groupby("sample_a")["spearman"].median()).astype(float)
    for component in (1, 2):
        scores = pca[pca["component"] == component].set_index("sample")["score"].reindex(order)
        table[f"robust_z_pc{component}"] = robust_scores(scores.to_numpy(float))
    first, third = np.nanquantile(table["median_spearman"], [0.25, 0.75]) if len(similarity) else (np.nan, np.nan)
    fence, limit = first - interquartile_ranges * (third - first), robust_limit(len(order), robust_z, false_flags)
    reasons = []
    for row in table.to_dict("records"):
        why = []
        if len(order) > 3 and row["median_spearman"] < fence:
            why.append(f"median correlation with the others {row['median_spearman']:.4f}, below {fence:.4f}")
        for component in (1, 2):
            z = row[f"robust_z_pc{component}"]
            if abs(z) > limit:
                why.append(f"robust z {z:.1f} on PC{component}, beyond {limit:.1f}")
        reasons.append("; ".join(why))
    table["flagged"] = [bool(reason) for reason in reasons]
    table["reason"] = reasons
    return table


def outlier_gates(outliers: pd.DataFrame) -> list[Gate]:
    """Warn of each flagged sample; one passed gate if there is none, and no gate for three samples or fewer."""
    flagged = outliers[outliers["flagged"]]
    gates = [
        Gate("outlier", row["sample"], "warn", row["median_spearman"], "", f"{row['reason']}; it is kept")
        for row in flagged.to_dict("records")
    ]
    if gates or len(outliers) < 4:
        return gates
    lowest = outliers.loc[outliers["median_spearman"].idxmin()] if outliers["median_spearman"].notna().any() else None
    words = f"; the least like the others is {lowest['sample']}" if lowest is not None else ""
    return [
        Gate("outlier", "all samples", "pass", "", "", f"no sample of {listed([len(outliers)])} stands apart{words}")
    ]


def robust_scores(values: np.ndarray) -> np.ndarray:
    """Return distances from the median in units of 1.4826 times the median absolute deviation; NaN where that is zero."""
    centred = values - np.median(values)
    spread = np.median(np.abs(centred))
    return 0.6745 * centred / spread if spread > 0 else np.full(len(values), np.nan)


def robust_limit(n: int, robust_z: float, false_flags: float) -> float:
    """Return the robust z beyond which a sample is flagged: `robust_z`, or more where chance alone reaches that too often.

    The median absolute deviation of few values is often small: beyond 3.5 lies at least one of four normal values in 17 % of
    studies, on one of two components in 31 %. So the limit is that which a share of studies with normal scores exceed on
    either component, by simulation with a fixed seed: 10 for four samples, 6 for eight, 4.4 for twenty-two.

    Args:
        n: number of samples; infinite below four.
        robust_z: limit of large samples (Iglewicz & Hoaglin 1993: 3.5).
        false_flags: the share, 0 to 1; the figures above are those of 0.05.
    """
    if n < 4:
        return np.inf
    values = np.random.default_rng(1).normal(size=(_SIMULATED, n))
    centred = np.abs(values - np.median(values, axis=1, keepdims=True))
    largest = 0.6745 * centred.max(axis=1) / np.median(centred, axis=1)
    return max(robust_z, float(np.quantile(largest, np.sqrt(1 - false_flags))))
