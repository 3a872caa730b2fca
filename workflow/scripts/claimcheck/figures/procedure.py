"""How the claims share the level: the register's graph, and the way that the level took through it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch

from claimcheck.claims.graph import Graph
from claimcheck.claims.model import CHANGED, Register, change_of
from claimcheck.figures.claims import records
from claimcheck.figures.style import FULL_WIDTH, NEUTRAL_COLOUR, TEXT_COLOUR, new_figure, say_nothing_to_draw

NOTHING = "no claim has a share of the level"
PROCEDURE_DRAWN = ("node", "label", "weight", "level", "step", "tested")
ESTABLISHED_COLOUR = "#BFE3D6"
_COLUMN, _ROW = 2.6, 0.62
_BOX = np.array([0.95, 0.34])
"""Inches between claims, and of a claim's box."""
_MOST_WORDED = 6
"""Arrows of a claim; where it has more, their shares are not written."""


def draw_procedure(procedure: pd.DataFrame, register: Register, *, simulated: bool) -> tuple[Figure, pd.DataFrame]:
    """Draw the graph of the procedure: claims with weight, arrows with share, and those that were established.

    Args:
        procedure: results/claims/procedure.tsv.
        register: the claims register.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a node with the columns PROCEDURE_DRAWN.
    """
    drawn = procedure.assign(
        label=[name_of(node, register) for node in procedure["node"]], tested=procedure["p_value"].notna()
    )[list(PROCEDURE_DRAWN)]
    if drawn.empty:
        figure = new_figure(FULL_WIDTH, 1.2, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), NOTHING)
        return figure, drawn
    places = _places(register.procedure)
    rows = max(row for _, row in places.values()) + 1
    figure = new_figure(FULL_WIDTH, _ROW * rows + 0.8, simulated=simulated)
    axes = figure.subplots()
    axes.set_axis_off()
    spots = {node: np.array([column * _COLUMN, -row * _ROW]) for node, (column, row) in places.items()}
    boxes = {row["node"]: _draw_node(axes, row, spots[row["node"]]) for row in records(drawn)}
    _draw_arrows(axes, register.procedure, spots, boxes)
    across = [spot[0] for spot in spots.values()]
    axes.set_xlim(min(across) - 0.8, max(across) + 0.8)
    axes.set_ylim(-rows * _ROW + _ROW / 3, _ROW * 0.7)
    figure.legend(
        handles=[
            Patch(facecolor=ESTABLISHED_COLOUR, edgecolor=TEXT_COLOUR, label="established: order, level"),
            Patch(facecolor="white", edgecolor=TEXT_COLOUR, label="not established"),
            Patch(facecolor="white", edgecolor=NEUTRAL_COLOUR, linestyle=":", label="not tested"),
            Line2D([], [], color=NEUTRAL_COLOUR, marker=">", markersize=4, label="part of its share that goes there"),
        ],
        loc="outside lower center",
        ncols=4,
        handletextpad=0.4,
        columnspacing=1.2,
    )
    return figure, drawn


def name_of(node: str, register: Register) -> str:
    """Name a node as a reader knows it: its claim, and what is asked beyond that this is kept."""
    directed = [claim for claim in register.claims.values() if claim.direction]
    return {change_of(claim.id): f"{claim.id} {CHANGED[claim.direction]}" for claim in directed}.get(node, node)


def _places(graph: Graph) -> dict[str, tuple[int, int]]:
    """Put claims that begin with a share into the first column, and each other one behind the first that leads to it."""
    depth = {node: 0 for node, weight in zip(graph.nodes, graph.weights, strict=True) if weight > 0}
    while reached := [
        (end, depth[start] + 1)
        for row, start in enumerate(graph.nodes)
        for column, end in enumerate(graph.nodes)
        if graph.edges[row, column] > 0 and start in depth and end not in depth
    ]:
        nearest = min(place for _, place in reached)
        depth |= {end: place for end, place in reached if place == nearest}
    last = max(depth.values(), default=0)
    columns = [depth.get(node, last + 1) for node in graph.nodes]
    rows = [columns[:place].count(column) for place, column in enumerate(columns)]
    return dict(zip(graph.nodes, zip(columns, rows, strict=True), strict=True))


def _draw_arrows(axes: Axes, graph: Graph, spots: Mapping[str, Any], boxes: Mapping[str, FancyBboxPatch]) -> None:
    for row, start in enumerate(graph.nodes):
        ends = np.flatnonzero(graph.edges[row])
        for column in ends:
            share, end = graph.edges[row, column], graph.nodes[column]
            bend = 0.35 if spots[start][0] == spots[end][0] else 0.12
            # Where an arrow ends takes long to find: it does it once, and widens neither the scale nor the panel.
            axes.add_artist(
                FancyArrowPatch(
                    spots[start],
                    spots[end],
                    connectionstyle=f"arc3,rad={bend}",
                    arrowstyle="-|>",
                    mutation_scale=6,
                    patchA=boxes[start],
                    patchB=boxes[end],
                    shrinkA=0,
                    shrinkB=1,
                    linewidth=0.4 + share,
                    color=NEUTRAL_COLOUR,
                    zorder=1,
                    in_layout=False,
                )
            )
            if len(ends) <= _MOST_WORDED:
                along = spots[end] - spots[start]
                x, y = spots[start] + 0.45 * along + bend * 0.5 * np.array([along[1], -along[0]])
                axes.text(
                    x,
                    y,
                    f"{share:.2g}",
                    fontsize=5.5,
                    ha="center",
                    va="center",
                    color="#555555",
                    bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none"},
                    zorder=2,
                )


def _draw_node(axes: Axes, row: dict[str, Any], spot: Any) -> FancyBboxPatch:
    established = pd.notna(row["step"])
    colour = TEXT_COLOUR if row["tested"] else NEUTRAL_COLOUR
    box = FancyBboxPatch(
        spot - _BOX / 2,
        width=_BOX[0],
        height=_BOX[1],
        boxstyle="round,pad=0.02",
        facecolor=ESTABLISHED_COLOUR if established else "white",
        edgecolor=colour,
        linestyle="-" if row["tested"] else ":",
        linewidth=0.8,
        zorder=3,
    )
    axes.add_patch(box)
    share = f"{100 * row['weight']:.3g} %" if row["weight"] else "–"
    reached = f"\n{row['step']:.0f}. at {row['level']:.2g}" if established else ""
    axes.text(
        spot[0],
        spot[1],
        f"{row['label']}  {share}{reached}",
        fontsize=7,
        ha="center",
        va="center",
        color=colour,
        zorder=4,
    )
    return box
