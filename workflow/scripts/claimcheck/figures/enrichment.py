"""Running sums of gene sets along the ranking of all genes, one panel a set."""

import math
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from claimcheck.figures.animals import figures_of
from claimcheck.figures.style import (
    FULL_WIDTH,
    REFERENCE_COLOUR,
    TEST_COLOUR,
    new_figure,
    say_nothing_to_draw,
)

_CORNERS = ["set", "rank", "gene_id", "symbol", "stat", "running_sum_before", "running_sum", "n_ranked"]
_NUMBERS = ["n_genes", "nes", "p_rotation_two_sided", "p_camera"]


def draw_enrichment(
    tests: pd.DataFrame,
    running_sums: pd.DataFrame,
    *,
    family: str,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the running sum of every tested set of a family, a tick a member; panels share their scales.

    Args:
        tests: set, family, n_genes, nes, p_rotation_two_sided, p_camera; full sets in the order drawn, each before its variants.
        running_sums: set, family, rank (1 = highest in the test group), gene_id, symbol, stat,
            running_sum_before, running_sum, n_ranked; a row a member.
        family: the family to draw.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and the corners of the curves: a row a member of a drawn set, with the numbers of its panel.
    """
    # Running sums are those of the full sets.
    full = tests[tests["set"].isin(running_sums["set"])].drop_duplicates("set")
    of_family = full[full["family"] == family]
    corners = running_sums[running_sums["family"] == family].merge(of_family[["set", *_NUMBERS]], on="set", how="left")
    if of_family.empty:
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), f"no set of the family {family} could be tested")
        return figure, corners[_CORNERS + _NUMBERS]
    n_columns = min(len(of_family), 2 if len(of_family) <= 4 else 3)
    n_rows = math.ceil(len(of_family) / n_columns)
    reach = 1.15 * float(corners[["running_sum_before", "running_sum"]].abs().to_numpy().max())
    figure = new_figure(FULL_WIDTH if n_columns > 1 else 4.4, 0.75 + 1.75 * n_rows, simulated=simulated)
    panels = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False).ravel()
    for panel, row in zip(panels, of_family.to_dict("records"), strict=False):
        _draw_set(panel, row, corners[corners["set"] == row["set"]], reach)
    for panel in panels[len(of_family) :]:
        panel.set_visible(False)
    # The last panel of a column carries its ticks, above an empty place too.
    for panel in panels[len(of_family) - n_columns : len(of_family)]:
        panel.tick_params(labelbottom=True)
    figure.supylabel("running sum", fontsize=8.5)
    figure.supxlabel(
        f"rank by Wald statistic: left = higher in {test}, right = higher in {reference}\n"
        "NES describes; p of rotation and CAMERA, two-sided, not adjusted",
        fontsize=8.5,
    )
    return figure, corners[_CORNERS + _NUMBERS].reset_index(drop=True)


def _draw_set(panel: Axes, row: Any, corners: pd.DataFrame, reach: float) -> None:
    n_ranked = int(corners["n_ranked"].iloc[0])
    nes = row["nes"]
    colour = TEST_COLOUR if nes > 0 else REFERENCE_COLOUR
    rank = np.concatenate([[0], np.repeat(corners["rank"], 2), [n_ranked]])
    height = np.concatenate([[0], corners[["running_sum_before", "running_sum"]].to_numpy().ravel(), [0]])
    panel.axhline(0, color="#444444", linewidth=0.6)
    panel.plot(rank, height, color=colour, linewidth=1.3, solid_joinstyle="bevel")
    panel.eventplot(
        [corners["rank"].to_numpy()],
        lineoffsets=0.04,
        linelengths=0.08,
        linewidths=0.6,
        colors="#222222",
        transform=panel.get_xaxis_transform(),
    )
    panel.set_xlim(0, n_ranked)
    panel.set_ylim(-reach, reach)
    panel.set_xticks([1, n_ranked], ["1", f"{n_ranked:,}"])
    panel.set_title(wrapped_name(row["set"]), fontsize=8, fontweight="bold")
    x, y, right, top = _free_corner(rank / n_ranked, 0.5 + height / (2 * reach))
    panel.text(
        x,
        y,
        f"n = {row['n_genes']}, NES {figures_of(nes, '{:.2f}')}\n"
        f"rotation p = {row['p_rotation_two_sided']:.2g}\nCAMERA p = {row['p_camera']:.2g}",
        transform=panel.transAxes,
        ha=right,
        va=top,
        fontsize=7.5,
        linespacing=1.1,
    )


def _free_corner(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float, str, str]:
    """Choose the corner of a panel that a curve, in fractions of the panel, stays clear of for longest."""
    grid = np.linspace(0, 1, 400)
    curve = np.interp(grid, x, y)
    at_right, above = grid > 0.58, curve > 0.58
    crossed = {
        (0.97, 0.96, "right", "top"): (at_right & above).sum(),
        (0.03, 0.14, "left", "bottom"): ((grid < 0.42) & (curve < 0.5)).sum(),
        (0.03, 0.96, "left", "top"): ((grid < 0.42) & above).sum(),
        (0.97, 0.14, "right", "bottom"): (at_right & (curve < 0.5)).sum(),
    }
    return min(crossed, key=lambda corner: int(crossed[corner]))


def wrapped_name(name: str, width: int = 26) -> str:
    """Break a long name after an underscore, where names of sets can be broken."""
    lines = [""]
    for part in name.split("_"):
        if lines[-1] and len(lines[-1]) + len(part) > width:
            lines.append("")
        lines[-1] += part + "_"
    return "\n".join(lines)[:-1]
