"""Cells in colours: a table of numbers as a heatmap, with its scale and its groups."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.patches import Rectangle

from claimcheck.figures.animals import figures_of
from claimcheck.figures.style import colour_of

DIVERGING = "PRGn"
"""Purple below, white at, green above the centre: told apart by colour-blind eyes, and not the groups' colours."""
SEQUENTIAL = "cividis"
MISSING_COLOUR = "#C4C4C4"


def draw_cells(
    axes: Axes, values: pd.DataFrame, *, colours: str, low: float, high: float, notation: str = "", bold_from: float = 2
) -> QuadMesh:
    """Draw a table as cells, the first row on top; a missing value is a grey cell.

    Args:
        axes: the panel; its ticks become the names of rows and columns.
        values: rows x columns, floats.
        colours: name of the colour map.
        low: value at the lower end of the colour scale.
        high: value at its upper end.
        notation: format of the number in each cell, as for `str.format`; none is written without it.
        bold_from: absolute value from which a number is written in bold.

    Returns:
        The cells, for a colour bar.
    """
    numbers = values.to_numpy(dtype=float)
    axes.set_facecolor(MISSING_COLOUR)
    cells = axes.pcolormesh(
        np.ma.masked_invalid(numbers), cmap=colours, vmin=low, vmax=high, edgecolors="white", linewidth=0.8
    )
    axes.set_xticks(np.arange(numbers.shape[1]) + 0.5, [str(name) for name in values.columns])
    axes.set_yticks(np.arange(numbers.shape[0]) + 0.5, [str(name) for name in values.index])
    axes.set_ylim(numbers.shape[0], 0)
    axes.tick_params(length=0, left=False, bottom=False)
    axes.spines[:].set_visible(False)
    for (row, column), value in np.ndenumerate(numbers):
        if notation and np.isfinite(value):
            red, green, blue, _ = mpl.colormaps[colours]((value - low) / ((high - low) or 1))
            # Relative luminance (WCAG 2.1, its gamma rounded); below 0.179 white has more contrast than black.
            dark = 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2 < 0.179
            axes.text(
                column + 0.5,
                row + 0.5,
                figures_of(value, notation),
                ha="center",
                va="center",
                fontsize=7,
                fontweight="bold" if abs(value) >= bold_from else "normal",
                color="white" if dark else "black",
                in_layout=False,
            )
    return cells


def group_bar(axes: Axes, conditions: Sequence[str], test: str, reference: str) -> None:
    """Draw above the columns of a heatmap a bar in the groups' colours.

    Args:
        axes: a panel that `draw_cells` drew.
        conditions: one a column.
        test: name of the test condition.
        reference: name of the reference condition.
    """
    for place, condition in enumerate(conditions):
        axes.add_patch(
            Rectangle(
                (place, 1.015),
                1,
                0.035,
                transform=axes.get_xaxis_transform(),
                facecolor=colour_of(condition, test, reference),
                edgecolor="white",
                linewidth=0.8,
                clip_on=False,
            )
        )
