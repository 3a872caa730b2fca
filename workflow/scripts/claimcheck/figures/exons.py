"""What is left of a gene: the depth of its exons, and the reads that join exons over others."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from claimcheck.figures.animals import across, colours_of
from claimcheck.figures.style import colour_of, say_nothing_to_draw

N_JUNCTIONS = 8
"""Skipping junctions drawn at most: those with the most reads."""
_APART = 0.06
"""Distance of the groups' lines to the middle of an exon, so that none hides the other."""


def draw_exons(axes: Axes, exons: pd.DataFrame, *, symbol: str, test: str, reference: str) -> pd.DataFrame:
    """Draw the relative depth of each exon, a line a sample, and mark exons without unique sequence.

    Args:
        axes: the panel.
        exons: sample, condition, exon, n_positions, relative_depth (depth / depth of all the gene's positions).
        symbol: the gene's.
        test: name of the test condition.
        reference: name of the reference condition.

    Returns:
        A row a point: panel, sample, condition, exon, quantity, value.
    """
    axes.set_title("c  depth of each exon, a line a sample", fontsize=8)
    axes.set_ylabel("depth / depth\nof the whole gene")
    axes.set_xlabel(f"exon of {symbol}, from the 5′ end")
    drawn = exons[["sample", "condition", "exon"]].assign(
        panel="c", quantity="relative_depth", value=exons["relative_depth"]
    )
    if exons["relative_depth"].isna().all():
        say_nothing_to_draw(axes, "no read has unique sequence\nof an exon")
        return drawn
    for _, part in exons.groupby("sample", sort=False):
        profile = part.sort_values("exon")
        condition = profile["condition"].iloc[0]
        axes.plot(
            profile["exon"] + {reference: -_APART, test: _APART}.get(condition, 0),
            profile["relative_depth"],
            color=colour_of(condition, test, reference),
            marker="o",
            markersize=3,
            linewidth=1.1,
            alpha=0.8,
        )
    hidden = sorted(set(exons.loc[exons["n_positions"] == 0, "exon"]))
    for exon in hidden:
        axes.axvspan(exon - 0.5, exon + 0.5, color="#E4E4E4", linewidth=0, zorder=0)
    if hidden:
        axes.set_title("c  depth of each exon, a line a sample\n(grey: exon without unique sequence)", fontsize=8)
    axes.axhline(1, color="#444444", linestyle="--", linewidth=0.9)
    axes.set_xticks(sorted(set(exons["exon"])))
    axes.set_ylim(bottom=0)
    return drawn


def draw_junctions(axes: Axes, junctions: pd.DataFrame, *, test: str, reference: str) -> pd.DataFrame:
    """Draw the reads of each junction that skips exons and has any, a point an animal.

    Args:
        axes: the panel.
        junctions: sample, condition, left, right, n_reads, skipping (bool).
        test: name of the test condition.
        reference: name of the reference condition.

    Returns:
        A row a point: panel, sample, condition, junction, quantity, value.
    """
    skipping = junctions[junctions["skipping"].astype(bool)]
    skipping = skipping.assign(junction=skipping["left"].astype(str) + "|" + skipping["right"].astype(str))
    total = skipping.groupby(["left", "right", "junction"])["n_reads"].sum()
    found = total[total > 0].sort_values(ascending=False, kind="stable")
    chosen = list(found.head(N_JUNCTIONS).sort_index().index.get_level_values("junction"))
    most = f", the {N_JUNCTIONS} with most are drawn" if len(found) > N_JUNCTIONS else ""
    axes.set_title(f"d  reads that skip exons\n(junctions with any: {len(found)}{most})", fontsize=8)
    drawn = skipping[skipping["junction"].isin(chosen)]
    table = drawn[["sample", "condition", "junction"]].assign(panel="d", quantity="n_reads", value=drawn["n_reads"])
    if not chosen:
        say_nothing_to_draw(axes, "no read joins two exons\nand leaves out those between")
        return table
    for place, junction in enumerate(chosen):
        part = drawn[drawn["junction"] == junction]
        conditions = list(part["condition"])
        x = place - 0.2 + 0.4 * across(conditions, test, reference, width=0.7)
        axes.scatter(x, part["n_reads"], c=colours_of(conditions, test, reference), s=18, zorder=3, clip_on=False)
    axes.set_xticks(range(len(chosen)), chosen)
    axes.set_xlim(-0.6, len(chosen) - 0.4)
    axes.set_ylim(0, max(5.0, 1.1 * float(drawn["n_reads"].max())))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    axes.set_xlabel("exons that are joined (left|right)")
    axes.set_ylabel("reads")
    return table
