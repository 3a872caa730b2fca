"""The counts of single genes, animal by animal: genes of interest, and genes that one animal cost their p-value."""

import math
import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from claimcheck.figures.animals import across, colours_of, group_ticks, name_points, sized_legend
from claimcheck.figures.style import FULL_WIDTH, by_group, new_figure, plain_numbers, say_nothing_to_draw

N_DRAWN = 18
"""Genes with a panel; the others are in the tables."""
_OFFSET = 0.5
_SMALLEST_SPAN = 8.0
"""Ratio of the ends of a scale at the least, so that noise doesn't look like a difference."""


def draw_gene_counts(
    counts: pd.DataFrame, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the normalised counts of genes, a panel a gene and a point an animal, on a log scale.

    Args:
        counts: gene_id, symbol, sample, condition, normalised_count, reason (why the gene is shown; an animal that
            it calls "outlier sample <name>" is named); a row a gene and animal, genes in the order drawn.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and the rows of the first N_DRAWN genes with the columns named (bool) and drawn_count
        (normalised_count + 0.5).
    """
    genes = list(dict.fromkeys(counts["gene_id"]))
    shown = [by_group(counts[counts["gene_id"] == gene], test, reference) for gene in genes[:N_DRAWN]]
    if not shown:
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), "no gene was chosen, and no gene lost its p-value to one sample")
        return figure, counts.assign(named=False, drawn_count=0.0)
    drawn = pd.concat(shown, ignore_index=True)
    drawn["named"] = [
        f"outlier sample {sample} " in f"{reason} "
        for sample, reason in zip(drawn["sample"], drawn["reason"], strict=True)
    ]
    drawn["drawn_count"] = drawn["normalised_count"] + _OFFSET

    n_columns = min(len(shown), 3)
    n_rows = math.ceil(len(shown) / n_columns)
    figure = new_figure(
        FULL_WIDTH if n_columns > 2 else 2.4 * n_columns + 0.5, 0.7 + 1.85 * n_rows, simulated=simulated
    )
    panels = figure.subplots(n_rows, n_columns, squeeze=False).ravel()
    for panel in panels[len(shown) :]:
        panel.set_visible(False)
    for panel, (_, part) in zip(panels, drawn.groupby("gene_id", sort=False), strict=False):
        _draw_gene(panel, part, test=test, reference=reference)
    rest = f"{len(genes) - N_DRAWN} more genes are not drawn" if len(genes) > N_DRAWN else ""
    figure.supylabel("normalised count + 0.5 (log scale)", fontsize=8.5)
    sized_legend(figure, drawn, test, reference, note=rest)
    for panel, (_, part) in zip(panels, drawn.groupby("gene_id", sort=False), strict=False):
        places = np.column_stack([across(list(part["condition"]), test, reference), part["drawn_count"]])
        named = part["named"].to_numpy()
        # Each animal weighs as much as a dozen points of a crowd: a name goes further off rather than over one.
        name_points(panel, places[named], list(part.loc[named, "sample"]), obstacles=np.repeat(places, 12, axis=0))
    return figure, drawn


def _draw_gene(axes: Axes, part: pd.DataFrame, *, test: str, reference: str) -> None:
    axes.scatter(
        across(list(part["condition"]), test, reference),
        part["drawn_count"],
        c=colours_of(list(part["condition"]), test, reference),
        s=[34 if named else 18 for named in part["named"]],
        linewidths=0,
    )
    axes.set_yscale("log")
    low, high = float(part["drawn_count"].min()), float(part["drawn_count"].max())
    widen = 1.25 * max(1.0, math.sqrt(_SMALLEST_SPAN * low / high))
    axes.set_ylim(low / widen, 1.3 * high * widen)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 3) if high / low < 100 else (1,), numticks=6))
    axes.yaxis.set_minor_locator(NullLocator())
    plain_numbers(axes, "y")
    group_ticks(axes, part, test, reference, width=14)
    first = part.iloc[0]
    reason = textwrap.fill(str(first["reason"]), 34)
    axes.set_title(f"{first['symbol'] or first['gene_id']}", fontweight="bold", pad=4 + 9 * (1 + reason.count("\n")))
    axes.text(0, 1.02, reason, transform=axes.transAxes, fontsize=7, va="bottom")
