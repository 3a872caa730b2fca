"""Forest plots of many genes: sections of named rows, packed into columns, with a point and an interval a row."""

import itertools
import math
import textwrap
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from claimcheck.figures.animals import figures_of
from claimcheck.figures.claims import BAND_COLOUR, MDE_COLOUR, PRIMARY_COLOUR, records
from claimcheck.figures.intervals import draw_bands, draw_estimates
from claimcheck.figures.style import FULL_WIDTH, NEUTRAL_COLOUR, TEXT_COLOUR, new_figure

ROW_COLUMNS = (
    "label",
    "kind",
    "state",
    "detected",
    "left_out",
    "effect",
    "ci95_low",
    "ci95_high",
    "threshold",
    "mde",
    "mean_count",
)
MOST_ROWS = 60
"""Rows of a section that are drawn."""
_ROW = 0.145
"""Inches a row."""
_LONG_COLUMN = 46
"""Rows from which a further column is begun, up to three."""
_GREY = "#6A6A6A"


class Section(NamedTuple):
    """Rows that stand together below a heading: bold title, plain words (either may be empty), and columns ROW_COLUMNS."""

    title: str
    words: str
    rows: pd.DataFrame


def draw_forest(
    sections: Sequence[Section], *, test: str, reference: str, simulated: bool, more: Sequence[Line2D] = ()
) -> Figure:
    """Draw sections of rows in as many columns as they need; all columns have one scale.

    Args:
        sections: at least one, in the order drawn. Of a row, kind is gene or set; state is tested or says why there is nothing to
            draw; effect and interval are log2; what is not detected is grey, what is left_out of a variant is hollow;
            threshold and mde are without sign, missing where there is none.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.
        more: further entries of the key.
    """
    n_rows = sum(len(section.rows) + 2 for section in sections)
    n_columns = min(len(sections), 3, math.ceil(n_rows / _LONG_COLUMN))
    letters = {1: 100, 2: 50, 3: 30}[n_columns]
    headings = [_heading(section, letters) for section in sections]
    heights = [len(lines) + len(section.rows) + 0.6 for section, lines in zip(sections, headings, strict=True)]
    columns = split_evenly(heights, n_columns)
    tallest = max(sum(heights[number] for number in column) for column in columns)
    figure = new_figure(FULL_WIDTH, _ROW * tallest + 1.5, simulated=simulated)
    panels = figure.subplots(1, n_columns, squeeze=False)[0]
    drawn = pd.concat([section.rows for section in sections], ignore_index=True)
    reach = _reach(drawn)
    for axes, column in zip(panels, columns, strict=True):
        axes.set_xlim(-reach, reach)
        axes.set_ylim(tallest - 0.4, -0.6)
        names: dict[float, str] = {}
        top = 0.0
        for number in column:
            _write_heading(axes, headings[number], top, bold=bool(sections[number].title))
            first = top + len(headings[number])
            _draw_rows(axes, sections[number].rows, first, reach)
            names |= {first + place: label for place, label in enumerate(sections[number].rows["label"])}
            top += heights[number]
        _write_names(axes, names, sections, column)
        axes.tick_params(axis="x", top=True, labeltop=True, labelsize=7)
        axes.spines["top"].set_visible(True)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(direction_lines(test, reference, round(1.2 * letters)), fontsize=7.5)
    figure.legend(handles=[*_key(drawn), *more], loc="outside lower center", ncols=3, handletextpad=0.4, fontsize=7.5)
    return figure


def direction_lines(test: str, reference: str, letters: int) -> str:
    """Say of an axis of log2 fold changes what it holds and which side is which, in lines of so many letters."""
    lines = (f"log2 fold change, {test} / {reference}", f"(positive = higher in {test})")
    return "\n".join(textwrap.fill(line, letters) for line in lines)


def split_evenly(heights: Sequence[float], n_columns: int) -> list[list[int]]:
    """Split sections, in their order, into columns of which the tallest is as low as can be.

    Args:
        heights: of the sections.
        n_columns: at most as many as sections.

    Returns:
        Positions of the sections in each column; none is empty.
    """

    def parts(cuts: Sequence[int]) -> list[list[int]]:
        ends = [0, *cuts, len(heights)]
        return [list(range(begin, end)) for begin, end in itertools.pairwise(ends)]

    splits = [parts(cuts) for cuts in itertools.combinations(range(1, len(heights)), n_columns - 1)]
    return min(splits, key=lambda columns: max(sum(heights[number] for number in column) for column in columns))


def _heading(section: Section, letters: int) -> list[str]:
    """Break the heading of a section into lines; the first ones are the title."""
    return [*textwrap.wrap(section.title, letters), *textwrap.wrap(section.words, round(1.05 * letters))]


def _write_heading(axes: Axes, lines: Sequence[str], top: float, *, bold: bool) -> None:
    for place, line in enumerate(lines):
        axes.text(
            0.0,
            top + place,
            line,
            transform=axes.get_yaxis_transform(),
            va="center",
            fontsize=7,
            fontweight="bold" if bold and place == 0 else "normal",
        )


def _write_names(axes: Axes, names: dict[float, str], sections: Sequence[Section], column: Sequence[int]) -> None:
    axes.set_yticks(list(names), list(names.values()))
    axes.tick_params(axis="y", length=0, left=False, labelsize=6.5, pad=2)
    rows = pd.concat([sections[number].rows for number in column], ignore_index=True)
    for tick, row in zip(axes.get_yticklabels(), records(rows), strict=True):
        tick.set_color(TEXT_COLOUR if row["detected"] else _GREY)
        tick.set_fontweight("bold" if row["kind"] == "set" else "normal")


def _reach(rows: pd.DataFrame) -> float:
    """Choose the end of the scale: all intervals of what is detected fit, those of the rest may be cut."""
    shown = rows[rows["detected"]] if rows["detected"].any() else rows
    ends = shown[["effect", "ci95_low", "ci95_high"]].to_numpy(dtype=float)
    return 1.06 * max(
        float(np.nanmax(np.abs(ends), initial=0.0)), 1.5 * float(rows["threshold"].max(skipna=True) or 0), 1
    )


def _draw_rows(axes: Axes, rows: pd.DataFrame, first: float, reach: float) -> None:
    axes.plot([0, 0], [first - 0.5, first + len(rows) - 0.5], color=TEXT_COLOUR, linewidth=0.6, zorder=1)
    y = first + np.arange(len(rows))
    draw_bands(axes, y, rows["threshold"], height=1.0, colour=BAND_COLOUR)
    for place, row in zip(y, records(rows), strict=True):
        if not np.isnan(row["mean_count"]):
            count = figures_of(row["mean_count"], "{:,.0f}")
            axes.text(1.01, place, count, transform=axes.get_yaxis_transform(), va="center", fontsize=5.5, color=_GREY)
        if np.isnan(row["effect"]):
            words = row["state"] if row["state"] != "tested" else "no estimate"
            axes.text(0.03 * reach, place, words, va="center", fontsize=6, style="italic", color=_GREY)
    is_set, detected, hollow = rows["kind"].eq("set"), rows["detected"].eq(True), rows["left_out"].eq(True)
    colours = np.select([~detected, is_set], [NEUTRAL_COLOUR, PRIMARY_COLOUR], TEXT_COLOUR)
    draw_estimates(
        axes,
        y,
        rows,
        colours=colours,
        fills=np.where(hollow, "white", colours),
        markers=np.where(is_set, "D", "o"),
        size=3.6,
        rim=0.9,
        linewidth=1.1,
        reach=reach,
    )
    mde = rows["mde"].where(rows["effect"].notna()).to_numpy(dtype=float)
    ends, places = np.concatenate([-mde, mde]), np.tile(y, 2)
    axes.plot(ends, places, "|", color=MDE_COLOUR, markersize=5, markeredgewidth=1, zorder=2)


def _key(rows: pd.DataFrame) -> list[Any]:
    """List the entries of the key for the marks that occur."""
    genes = rows[rows["kind"] == "gene"]
    entries: list[Any] = [
        Line2D([], [], color=TEXT_COLOUR, marker="o", markersize=3.6, label="gene: fold change, 95 % interval")
    ]
    if (rows["kind"] == "set").any():
        entries.append(Line2D([], [], color=PRIMARY_COLOUR, marker="D", markersize=3.6, label="set: mean of its genes"))
    if not genes["detected"].all():
        entries.append(Line2D([], [], color=NEUTRAL_COLOUR, marker="o", markersize=3.6, label="grey: below detection"))
    if rows["threshold"].notna().any():
        entries.append(Patch(color=BAND_COLOUR, label="below the smallest effect of interest"))
    if rows["mde"].notna().any():
        tick: dict[str, Any] = {"linestyle": "none", "marker": "|", "markersize": 7, "color": MDE_COLOUR}
        entries.append(Line2D([], [], **tick, label="minimum detectable effect"))
    if rows["mean_count"].notna().any():
        entries.append(Line2D([], [], linestyle="none", label="right: mean normalised count"))
    return entries
