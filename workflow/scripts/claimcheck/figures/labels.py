"""Labels beside points: each goes where it covers the fewest points and no other label."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
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
    taken = np.empty((0, 2, 2))
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
        size = np.array(Text.get_window_extent(annotation).size)
        gap, box = _best_place(
            anchor,
            size,
            frame=axes.bbox.get_points(),
            taken=taken,
            crowd=crowd,
            radius=radius / points_per_pixel,
            pixels_per_point=1 / points_per_pixel,
        )
        taken = np.concatenate([taken, box[None]])
        centre = box.mean(axis=0)
        annotation.set_position(tuple((centre - anchor) * points_per_pixel))
        if gap < _LEADER_FROM:
            annotation.arrow_patch = annotation.arrowprops = None
        annotations.append(annotation)
    return annotations


def _best_place(
    anchor: NDArray[np.float64],
    size: NDArray[np.float64],
    *,
    frame: NDArray[np.float64],
    taken: NDArray[np.float64],
    crowd: NDArray[np.float64],
    radius: float,
    pixels_per_point: float,
) -> tuple[float, NDArray[np.float64]]:
    """Try all places around a point; give the gap and the box of the least bad one.

    A box is its lower left and its upper right corner; `taken` holds several. All lengths are pixels.
    """
    gaps, angles = (grid.ravel() for grid in np.meshgrid(_GAPS, _ANGLES, indexing="ij"))
    gap = gaps * pixels_per_point
    directions = np.column_stack([np.cos(angles), np.sin(angles)])
    centres = anchor + directions * (size / 2 + radius + gap[:, None])
    boxes = np.stack([centres - size / 2, centres + size / 2], axis=1)
    area = float(size.prod())
    outside = 1 - _shared_areas(boxes, frame[None])[:, 0] / area
    overlap = _shared_areas(boxes + pixels_per_point * np.array([[-1], [1]]), taken).sum(axis=1) / area
    covering = boxes[:, None] + 0.8 * radius * np.array([[-1], [1]])
    near = crowd[np.all((crowd >= covering.min(axis=(0, 1, 2))) & (crowd <= covering.max(axis=(0, 1, 2))), axis=1)]
    covered = np.all((near >= covering[:, :, 0]) & (near <= covering[:, :, 1]), axis=2).sum(axis=1)
    cost = 1000 * overlap + 100 * (overlap > 0) + 1000 * outside + np.minimum(covered, 60) + 0.6 * gaps
    best = int(np.argmin(cost))
    return float(gaps[best]), boxes[best]


def _shared_areas(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the area (boxes, others) that each box shares with each of the others."""
    low = np.maximum(boxes[:, None, 0], others[:, 0])
    high = np.minimum(boxes[:, None, 1], others[:, 1])
    areas: NDArray[np.float64] = np.clip(high - low, 0, None).prod(axis=2)
    return areas
