"""A named row an animal: panels side by side with a point a row and its value in figures."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from claimcheck.figures.animals import figures_of


def animal_rows(panels: Sequence[Axes], names: Sequence[str]) -> None:
    """Give panels that share their y axis a named row an animal, the first on top."""
    panels[0].set_yticks(np.arange(len(names)), names)
    panels[0].set_ylim(len(names) - 0.4, -0.6)
    for panel in panels:
        panel.grid(axis="y", color="#E4E4E4", linewidth=0.6)
        panel.set_axisbelow(True)
        panel.tick_params(axis="y", length=0, left=False)


def row_dots(
    axes: Axes,
    values: "pd.Series[float]",
    colours: Sequence[str],
    *,
    notation: str,
    top: float,
    missing: str,
    bottom: float = 0.0,
) -> None:
    """Draw a point a row from `bottom` to `top`, its value in figures beside it, or a word where it has none.

    Args:
        axes: a panel of `animal_rows`.
        values: one a row, missing where there is none.
        colours: one a row.
        notation: format of the figures, as for `str.format`.
        top: largest value on the scale.
        missing: the word for a missing value.
        bottom: smallest value on the scale, 0 or -top.
    """
    axes.set_xlim(1.04 * bottom, 1.04 * top)
    there = values.notna().to_numpy()
    axes.scatter(values[there], np.flatnonzero(there), c=np.asarray(colours)[there], s=26, zorder=3, clip_on=False)
    for place, value in enumerate(values):
        if np.isnan(value):
            word = axes.text(0.02 * top, place, missing, va="center", fontsize=7.5, color="#555555")
            word.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})
            continue
        left = value < 0 if bottom < 0 else value > 0.5 * top
        axes.annotate(
            figures_of(value, notation),
            (value, place),
            (-6 if left else 6, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=7.5,
        )
