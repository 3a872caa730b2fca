"""What a deletion leaves of a gene: depth of its exons, junctions that skip exons, and which samples carry them.

A recombined allele lacks its floxed exons for good. Depth falls there, however much RNA other cells add, and a junction appears
that joins the exons on both sides; a deleted first or last exon leaves no such junction, only the fall.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

CALL_COLUMNS = (
    "sample",
    "left",
    "right",
    "lost_exons",
    "skip_reads",
    "canonical_reads",
    "psi",
    "block_log2",
    "recombined",
)

EXON_COLUMNS = ("sample", "condition", "exon", "n_positions", "n_kmers", "depth", "relative_depth")
JUNCTION_COLUMNS = (
    "sample",
    "condition",
    "left",
    "right",
    "n_positions",
    "n_reads",
    "skipping",
    "canonical_reads",
    "psi",
)

PSEUDO_DEPTH = 0.5
"""Added to both depths of a log ratio, so that an exon without k-mers has one."""


class FallingBlock(NamedTuple):
    """The run of exons whose depth falls most in the test group.

    Attributes:
        left, right: its first and last exon.
        n_blocks: runs of exons that were compared.
        effect, ci95_low, ci95_high: difference of the groups' mean contrasts (log2, test / reference; negative = lost in
            test) and its 95 % interval.
        p_value, p_bonferroni: Welch's t test, one-sided (falls), and the same for the best of `n_blocks`.
        separated: every test sample is below every reference sample.
        contrasts: log2 depth of the block over that of the other exons, by sample.
    """

    left: int
    right: int
    n_blocks: int
    effect: float
    ci95_low: float
    ci95_high: float
    p_value: float
    p_bonferroni: float
    separated: bool
    contrasts: "pd.Series[float]"


def join_profiles(
    profiles: Mapping[str, pd.DataFrame], samples: pd.DataFrame, rule: Mapping[str, Any]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Put the profiles of the samples together and call who carries a recombined transcript.

    Args:
        profiles: the exons and junctions of each sample, by its name; none where there are no reads, or no exons to look at.
        samples: sample, condition.
        rule: what `call_recombination` asks of a junction.

    Returns:
        Exons (EXON_COLUMNS), junctions (JUNCTION_COLUMNS) and calls (CALL_COLUMNS).
    """
    if not profiles:
        return (
            pd.DataFrame(columns=list(EXON_COLUMNS)),
            pd.DataFrame(columns=list(JUNCTION_COLUMNS)),
            pd.DataFrame(columns=list(CALL_COLUMNS)),
        )
    exons, junctions = tabulate_exons(profiles, samples), tabulate_junctions(profiles, samples)
    return exons, junctions, call_recombination(exons, junctions, **rule)


def tabulate_exons(profiles: Mapping[str, pd.DataFrame], samples: pd.DataFrame) -> pd.DataFrame:
    """Give the depth of every exon in every sample.

    Args:
        profiles: of each sample, as `profile_sample` makes them.
        samples: columns sample, condition.

    Returns:
        sample, condition, exon, n_positions, n_kmers, depth (k-mers a position), relative_depth (depth / that of all the gene's
        positions together); missing where nothing can be measured.
    """
    table = _stacked(profiles, samples, "exon").rename(columns={"left": "exon"})
    table["depth"] = table["n_kmers"] / table["n_positions"].where(table["n_positions"] > 0)
    of_sample = table.groupby("sample")
    overall = of_sample["n_kmers"].transform("sum") / of_sample["n_positions"].transform("sum")
    table["relative_depth"] = table["depth"] / overall.where(overall > 0)
    return table[["sample", "condition", "exon", "n_positions", "n_kmers", "depth", "relative_depth"]]


def tabulate_junctions(profiles: Mapping[str, pd.DataFrame], samples: pd.DataFrame) -> pd.DataFrame:
    """Give the reads of every junction of neighbours, and of every skipping one that any sample has.

    Returns:
        sample, condition, left, right, n_positions, n_reads, skipping; and of skipping junctions canonical_reads (mean of
        left | left + 1 and right - 1 | right) and psi = n_reads / (n_reads + canonical_reads), missing without reads.
    """
    table = _stacked(profiles, samples, "junction")
    table["skipping"] = table["right"] > table["left"] + 1
    measured = table[~table["skipping"] & (table["n_positions"] > 0)]
    canonical = measured.set_index(["sample", "left"])["n_reads"]
    ends = [
        canonical.reindex(pd.MultiIndex.from_arrays([table["sample"], end]))
        for end in (table["left"], table["right"] - 1)
    ]
    means = pd.concat([end.reset_index(drop=True) for end in ends], axis="columns").mean(axis="columns")
    table["canonical_reads"] = means.where(table["skipping"])
    total = table["n_reads"] + table["canonical_reads"]
    table["psi"] = (table["n_reads"] / total.where(total > 0)).where(table["n_positions"] > 0)
    seen = table.groupby(["left", "right"])["n_reads"].transform("sum") > 0
    columns = ["sample", "condition", "left", "right", "n_positions", "n_reads", "skipping", "canonical_reads", "psi"]
    return table.loc[~table["skipping"] | seen, columns].reset_index(drop=True)


def call_recombination(
    exons: pd.DataFrame,
    junctions: pd.DataFrame,
    *,
    min_reads: int,
    min_share: float,
    max_background: float,
    max_p: float,
) -> pd.DataFrame:
    """Call which samples carry a recombined transcript, without knowing their groups.

    A sample carries a skipping junction with `min_reads` reads and psi of `min_share`. A junction qualifies if some samples carry
    it and some do not, the others have at most `max_background` of the carriers' psi, and chance does not explain that (Fisher's
    exact test on the reads of both): a natural isoform, which all samples have in one share or another, does not. Of those that
    qualify, the one counts whose psi varies most between carriers and others (Otsu 1979, doi:10.1109/TSMC.1979.4310076).

    Args:
        exons: as `tabulate_exons` makes it.
        junctions: as `tabulate_junctions` makes it.
        min_reads: reads (pairs) over the junction.
        min_share: of psi, 0 to 1.
        max_background: psi of the others over that of the carriers, 0 to 1.
        max_p: of Fisher's exact test, above which chance explains the reads.

    Returns:
        One row a sample, columns CALL_COLUMNS: left, right (exons that the junction joins), lost_exons (numbers joined by `;`),
        skip_reads, canonical_reads, psi, block_log2 (log2 depth of the lost exons over the others), recombined. If no junction
        qualifies, recombined is False throughout and the rest is missing, lost_exons empty.
    """
    best, widest = None, 0.0
    for _, rows in junctions[junctions["skipping"]].groupby(["left", "right"]):
        separation = _separation(
            rows, min_reads=min_reads, min_share=min_share, max_background=max_background, max_p=max_p
        )
        if separation > widest:
            best, widest = rows, separation
    calls = pd.DataFrame({"sample": exons["sample"].drop_duplicates().to_list()})
    if best is None:
        absent = dict.fromkeys(["left", "right", "skip_reads", "canonical_reads", "psi", "block_log2"], np.nan)
        return calls.assign(**absent, lost_exons="", recombined=False)[list(CALL_COLUMNS)]
    found = best.rename(columns={"n_reads": "skip_reads"}).drop(columns=["condition", "n_positions", "skipping"])
    calls = calls.merge(found, on="sample", how="left", validate="1:1")
    left, right = int(best["left"].iloc[0]), int(best["right"].iloc[0])
    calls["lost_exons"] = ";".join(map(str, range(left + 1, right)))
    hits, positions = _hits(exons)
    calls["block_log2"] = _contrasts(hits, positions, np.array([left]), np.array([right - 2]))[:, 0]
    calls["recombined"] = (calls["skip_reads"] >= min_reads) & (calls["psi"] >= min_share)
    return calls[list(CALL_COLUMNS)]


def find_falling_block(exons: pd.DataFrame, *, test: str, reference: str) -> FallingBlock | None:
    """Find the run of neighbouring exons whose depth falls most in the test group against the gene's other exons.

    Every sample is its own control: its contrast is log2 depth within the run over that outside, so expression of the gene
    cancels. The run chosen is the one whose fall explains most, each position of a k-mer counting alike (the statistic of
    circular binary segmentation, Olshen 2004, doi:10.1093/biostatistics/kxh008); p is that of Welch's t test, and
    multiplied by the number of runs.

    Args:
        exons: as `tabulate_exons` makes it.
        test, reference: conditions.

    Returns:
        None if the gene has one exon, or a group fewer than two samples with reads of it.
    """
    hits, positions = _hits(exons)
    condition = exons.drop_duplicates("sample").set_index("sample")["condition"].reindex(hits.index)
    usable = hits.sum(axis="columns") > 0
    groups = [(usable & (condition == group)).to_numpy() for group in (test, reference)]
    n_exons = len(positions)
    first, last = np.triu_indices(n_exons)
    inside = np.append(0, np.cumsum(positions))
    covered = inside[last + 1] - inside[first]
    kept = (covered > 0) & (covered < inside[-1])
    if not kept.any() or min(group.sum() for group in groups) < 2:
        return None
    first, last = first[kept], last[kept]
    contrasts = _contrasts(hits, positions, first, last)
    ours, theirs = contrasts[groups[0]], contrasts[groups[1]]
    effect = ours.mean(axis=0) - theirs.mean(axis=0)
    chosen = int(np.argmin(effect * np.sqrt(covered[kept] * (inside[-1] - covered[kept]) / inside[-1])))
    welch = stats.ttest_ind(ours[:, chosen], theirs[:, chosen], equal_var=False)
    interval = welch.confidence_interval(0.95)
    p_value = float(welch.pvalue / 2 if welch.statistic < 0 else 1 - welch.pvalue / 2)
    return FallingBlock(
        left=int(hits.columns[first[chosen]]),
        right=int(hits.columns[last[chosen]]),
        n_blocks=len(first),
        effect=float(effect[chosen]),
        ci95_low=float(interval.low),
        ci95_high=float(interval.high),
        p_value=p_value,
        p_bonferroni=min(1.0, p_value * len(first)),
        separated=bool(ours[:, chosen].max() < theirs[:, chosen].min()),
        contrasts=pd.Series(contrasts[:, chosen], index=hits.index, name="contrast"),
    )


def _stacked(profiles: Mapping[str, pd.DataFrame], samples: pd.DataFrame, kind: str) -> pd.DataFrame:
    """Stack the rows of one kind, samples in the sheet's order."""
    parts = [
        profiles[sample].assign(sample=sample, condition=condition)
        for sample, condition in zip(samples["sample"], samples["condition"], strict=True)
    ]
    stacked = pd.concat(parts, ignore_index=True)
    return stacked[stacked["kind"] == kind].reset_index(drop=True)


def _separation(rows: pd.DataFrame, *, min_reads: int, min_share: float, max_background: float, max_p: float) -> float:
    """Give the variance of psi between the carriers of a junction and the other samples; 0 if it does not qualify."""
    measured = rows.dropna(subset="psi")
    carries = (measured["n_reads"] >= min_reads) & (measured["psi"] >= min_share)
    if not carries.any() or carries.all():
        return 0.0
    others, carriers = measured.groupby(carries)[["n_reads", "canonical_reads"]].sum().to_numpy()
    share, background = carriers[0] / carriers.sum(), others[0] / others.sum()
    if background > share * max_background or stats.fisher_exact(np.rint([carriers, others])).pvalue > max_p:
        return 0.0
    return float(carries.mean() * (1 - carries.mean()) * (share - background) ** 2)


def _hits(exons: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Arrange k-mers as samples x exons, samples in their order, and give the positions of the exons."""
    hits = exons.pivot(index="sample", columns="exon", values="n_kmers").reindex(exons["sample"].drop_duplicates())
    positions = exons.drop_duplicates("exon").set_index("exon")["n_positions"].reindex(hits.columns)
    return hits, positions.to_numpy(dtype=np.int64)


def _contrasts(
    hits: pd.DataFrame, positions: NDArray[np.int64], first: NDArray[np.int64], last: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Give log2 depth inside runs of exons over that outside, samples x runs; missing for samples without k-mers.

    Args:
        hits: samples x exons.
        positions: of every exon.
        first, last: columns of the exons that each run begins and ends with.
    """
    sums = np.hstack([np.zeros((len(hits), 1)), hits.to_numpy().cumsum(axis=1)])
    inside, total = sums[:, last + 1] - sums[:, first], sums[:, -1:]
    covered = np.append(0, positions.cumsum())
    within = covered[last + 1] - covered[first]
    depth_inside = inside / within
    depth_outside = (total - inside) / (covered[-1] - within)
    contrasts = np.log2((depth_inside + PSEUDO_DEPTH) / (depth_outside + PSEUDO_DEPTH))
    return np.where(total > 0, contrasts, np.nan)
