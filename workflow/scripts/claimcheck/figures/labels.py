"""Labels beside points: each goes where it covers the fewest points and no other label."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from claimcheck.figures.style import lay_out

_ANGLES = np.linspace(0, 2 * np.pi, 16, endpoint=False)
_GAPS = (0.0, 6.0, 13.0, 22.0, 34.0, 50.0)
"""Distances between the rim of a point and its label that are tried, in points (1/72 inch)."""
_LEADER_FROM = 6.0


def place_labels(
    axes: Axes,
    positions: NDArray[np.float64],
    texts: Sequence[str],
    obstacles: NDArray[np.float64],
    *,
    radius: float,
    bold: Sequence[bool] | None = None,
) -> list[Annotation]:
    """Write a label beside each position, the first ones with the first choice of place.

    Settles and freezes the figure's layout, so it comes after everything else that is drawn.

    Args:
        axes: where the points are drawn, with its final limits.
        positions: (labels, 2), data coordinates.
        texts: one a position.
        obstacles: (points, 2), data coordinates of all points that labels should not cover.
        radius: of a point with its rim, in points (1/72 inch).
        bold: one a position; nothing is bold without it.

    Returns:
        The annotations, in the order of the texts.
    """
    figure = axes.get_figure(root=True)
    if figure is None or not len(texts):
        return []
    lay_out(figure)
    figure.set_layout_engine("none")
    points_per_pixel = 72 / figure.dpi
    anchors = axes.transData.transform(positions)
    crowd = np.vstack([axes.transData.transform(obstacles), np.repeat(anchors, 15, axis=0)])
    taken: list[Bbox] = []
    annotations = []
    for number, (anchor, text) in enumerate(zip(anchors, texts, strict=True)):
        annotation = axes.annotate(
            text,
            positions[number],
            (0, 0),
            textcoords="offset points",
            ha="center",
            va="center",
            fontsize=8,
            fontweight="bold" if bold is not None and bold[number] else "normal",
            arrowprops={"arrowstyle": "-", "linewidth": 0.5, "color": "#555555", "shrinkA": 0, "shrinkB": 2},
            annotation_clip=False,
        )
        annotation.arrow_patch.set_visible(False)  # type: ignore[union-attr]
        size = np.array(Text.get_window_extent(annotation).size)
        gap, box = _best_place(
            anchor,
            size,
            frame=axes.bbox,
            taken=taken,
            crowd=crowd,
            radius=radius / points_per_pixel,
            pixels_per_point=1 / points_per_pixel,
        )
        taken.append(box)
        centre = (box.p0 + box.p1) / 2
        annotation.set_position(tuple((centre - anchor) * points_per_pixel))
        annotation.arrow_patch.set_visible(gap >= _LEADER_FROM)  # type: ignore[union-attr]
        annotations.append(annotation)
    return annotations


def _best_place(
    anchor: NDArray[np.float64],
    size: NDArray[np.float64],
    *,
    frame: Bbox,
    taken: Sequence[Bbox],
    crowd: NDArray[np.float64],
    radius: float,
    pixels_per_point: float,
) -> tuple[float, Bbox]:
    """Try all places around a point; give the gap and the box, in pixels, of the least bad one."""
    best: tuple[float, float, Bbox] | None = None
    reach = size + radius + max(_GAPS) * pixels_per_point
    crowd = crowd[np.all(np.abs(crowd - anchor) <= reach + radius, axis=1)]
    area = float(size.prod())
    for gap in _GAPS:
        for angle in _ANGLES:
            direction = np.array([np.cos(angle), np.sin(angle)])
            centre = anchor + direction * (size / 2 + radius + gap * pixels_per_point)
            box = Bbox.from_extents(*(centre - size / 2), *(centre + size / 2))
            inside = Bbox.intersection(box, frame)
            outside = 1 - (inside.width * inside.height / area if inside else 0)
            overlap = sum(
                shared.width * shared.height / area
                for other in taken
                if (shared := Bbox.intersection(box.padded(pixels_per_point), other))
            )
            covered = int(np.all((crowd >= box.p0 - 0.8 * radius) & (crowd <= box.p1 + 0.8 * radius), axis=1).sum())
            cost = 1000 * overlap + 100 * (overlap > 0) + 1000 * outside + min(covered, 60) + 0.6 * gap
            if best is None or cost < best[0]:
                best = (cost, gap, box)
    assert best is not None
    return best[1], best[2]
