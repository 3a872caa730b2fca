"""What figures with a point or a row an animal share: names, places, the key of the groups with their sizes."""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from claimcheck.figures.labels import place_labels
from claimcheck.figures.style import colour_of, group_legend

_RADIUS = 4.0
"""Of a point with its rim, in points (1/72 inch)."""
_LONG_NAME = 8
"""Characters up to which names are written in full beside points."""


def short_names(samples: Sequence[str]) -> tuple[list[str], str]:
    """Cut off what all names begin with, where names are too long to stand beside points.

    Args:
        samples: names of the animals.

    Returns:
        A label an animal, and words that say what the first one stands for ("" where nothing was cut off).
    """
    names = list(samples)
    alike = [len(set(letters)) == 1 for letters in zip(*names, strict=False)]
    cut = min([[*alike, False].index(False), *(len(name) - 2 for name in names)])
    if len(names) < 2 or max(map(len, names)) <= _LONG_NAME or cut < 4:
        return names, ""
    return [name[cut:] for name in names], f"{names[0][cut:]} = {names[0]}, and so on"


def name_points(
    axes: Axes,
    positions: NDArray[np.float64],
    names: Sequence[str],
    *,
    bold: Sequence[bool] | None = None,
    obstacles: NDArray[np.float64] | None = None,
) -> int:
    """Name points where there is room, and say how many have no name; settles the layout, so it comes last.

    Args:
        axes: where the points are drawn, with its final limits.
        positions: (points, 2), data coordinates.
        names: one a point.
        bold: one a point; names in bold are placed first.
        obstacles: (places, 2), data coordinates of what names should not cover besides the points.

    Returns:
        How many points have no name because it would cover another name.
    """
    heavy = np.zeros(len(names), dtype=bool) if bold is None else np.asarray(bold, dtype=bool)
    order = np.argsort(~heavy, kind="stable")
    labels = place_labels(
        axes,
        positions[order],
        [names[number] for number in order],
        positions if obstacles is None else np.vstack([positions, obstacles]),
        radius=_RADIUS,
        bold=list(heavy[order]),
    )
    kept: list[Bbox] = []
    for label in labels:
        label.get_window_extent()  # which moves it to where it was put
        box = Text.get_window_extent(label)
        if any(box.overlaps(other) for other in kept):
            label.remove()
        else:
            kept.append(box)
    lost = len(labels) - len(kept)
    if lost:
        axes.text(
            0.01, 0.01, f"{lost} not named for want of room", transform=axes.transAxes, fontsize=7, color="#555555"
        )
    return lost


def colours_of(conditions: Sequence[str], test: str, reference: str) -> list[str]:
    """Give every animal the colour of its group."""
    return [colour_of(condition, test, reference) for condition in conditions]


def across(conditions: Sequence[str], test: str, reference: str, *, width: float = 0.5) -> NDArray[np.float64]:
    """Place animals side by side within their group, the first of a group leftmost.

    Args:
        conditions: one an animal.
        test: name of the test condition.
        reference: name of the reference condition.
        width: of a group, 1 being the distance from group to group.

    Returns:
        x: the reference group around 0, the test group around 1, any other around 2.
    """
    group = np.array([{reference: 0, test: 1}.get(condition, 2) for condition in conditions])
    x = group.astype(float)
    for number in np.unique(group):
        members = np.flatnonzero(group == number)
        if len(members) > 1:
            x[members] += np.linspace(-width / 2, width / 2, len(members))
    return x


def size_words(samples: pd.DataFrame, condition: str) -> str:
    """Name a group with its number of animals."""
    return f"{condition} (n = {samples.loc[samples['condition'] == condition, 'sample'].nunique()})"


def group_ticks(axes: Axes, samples: pd.DataFrame, test: str, reference: str, *, width: int) -> None:
    """Name the two groups of `across` and their sizes on the x axis, in lines of `width` characters."""
    n = samples.drop_duplicates("sample")["condition"].value_counts()
    axes.set_xticks([0, 1], [f"{textwrap.fill(group, width)}\nn = {n.get(group, 0)}" for group in (reference, test)])
    axes.set_xlim(-0.5, 1.5)
    axes.tick_params(axis="x", length=0, bottom=False)


def sized_legend(
    figure: Figure,
    samples: pd.DataFrame,
    test: str,
    reference: str,
    *,
    more: Sequence[Line2D] = (),
    note: str = "",
) -> None:
    """Name the groups' colours with the number of animals in each, and whatever else needs a key.

    Args:
        figure: gets the key below its panels.
        samples: sample, condition; repeated animals count once.
        test: name of the test condition.
        reference: name of the reference condition.
        more: further entries.
        note: words without a mark, after the entries.
    """
    words = [Line2D([], [], linestyle="none", label=note)] if note else []
    group_legend(figure, size_words(samples, test), size_words(samples, reference), more=[*more, *words])


def figures_of(value: float, notation: str) -> str:
    """Write a number with a true minus sign, and no minus before a zero."""
    text = notation.format(value)
    return text.replace("-", "" if not text.strip("-0. %") else "−")
