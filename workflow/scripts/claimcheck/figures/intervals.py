"""Points and intervals, many at once: an artist for each of them takes most of the time of a figure."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import ArrayLike


def draw_points(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    *,
    colours: ArrayLike,
    fills: ArrayLike,
    markers: ArrayLike,
    size: float,
    rim: float,
    zorder: float = 3,
    clip_on: bool = True,
) -> None:
    """Draw points that differ in colour, fill and marker.

    Args:
        axes: the panel.
        x, y: one a point, data coordinates.
        colours, fills, markers: of the rims, and of the points; one a point, or one for all.
        size: of the markers, in points (1/72 inch).
        rim: width of the rims, in points.
        zorder: what has a larger one lies above.
        clip_on: whether points end where the panel does.
    """
    x, y, colours, fills, markers = np.broadcast_arrays(x, y, colours, fills, markers)
    for marker in dict.fromkeys(markers):
        own = markers == marker
        axes.scatter(
            x[own],
            y[own],
            s=size**2,
            c=list(fills[own]),
            edgecolors=list(colours[own]),
            linewidths=rim,
            marker=marker,
            zorder=zorder,
            clip_on=clip_on,
        )


def draw_estimates(
    axes: Axes,
    y: ArrayLike,
    rows: pd.DataFrame,
    *,
    colours: ArrayLike,
    fills: ArrayLike,
    markers: ArrayLike,
    size: float,
    linewidth: float,
    rim: float = 1,
    reach: float = np.inf,
) -> None:
    """Draw estimates with their intervals; ends beyond the scale become arrow heads. What is missing is not drawn.

    Args:
        axes: the panel.
        y: one a row, data coordinates.
        rows: effect, ci95_low, ci95_high.
        colours, fills, markers: see `draw_points`.
        size, rim: of the markers, and of their rims, in points (1/72 inch).
        linewidth: of the intervals, in points.
        reach: end of the scale on either side.
    """
    drawn = pd.DataFrame(
        {
            "y": y,
            **{name: rows[name].to_numpy(dtype=float) for name in ("effect", "ci95_low", "ci95_high")},
            "colours": colours,
            "fills": fills,
            "markers": markers,
        }
    ).dropna(subset="effect")
    low, high = drawn["ci95_low"], drawn["ci95_high"]
    ends = drawn.assign(low=low.clip(lower=-reach), high=high.clip(upper=reach)).query("low < high")
    axes.hlines(ends["y"], ends["low"], ends["high"], colors=list(ends["colours"]), linewidth=linewidth, zorder=3)
    for end, beyond, head in ((-reach, drawn[low < -reach], "<"), (reach, drawn[high > reach], ">")):
        colour = beyond["colours"]
        draw_points(axes, end, beyond["y"], colours=colour, fills=colour, markers=head, size=size, rim=1, clip_on=False)
    seen = drawn[drawn["effect"].abs() <= reach]
    style = seen[["colours", "fills", "markers"]]
    draw_points(axes, seen["effect"], seen["y"], **style, size=size, rim=rim, zorder=4)


def draw_bands(axes: Axes, y: ArrayLike, half_widths: "pd.Series[float]", *, height: float, colour: str) -> None:
    """Draw a band around 0 in each row that has one.

    Args:
        axes: the panel.
        y: one a row, data coordinates.
        half_widths: one a row, data coordinates; missing where there is no band.
        height: of a band, data coordinates.
        colour: of the bands.
    """
    there = half_widths.notna().to_numpy()
    half = half_widths[there]
    axes.barh(np.asarray(y)[there], 2 * half, left=-half, height=height, color=colour, zorder=0)
