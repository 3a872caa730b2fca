"""The one look of all figures: colours, fonts, the words "simulated data", and files whose bytes repeat."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter
from matplotlib.transforms import Bbox

from claimcheck.core.tables import whole_file, write_table

# Okabe & Ito's colour-blind-safe palette, https://jfly.uni-koeln.de/color/
TEST_COLOUR = "#D55E00"
REFERENCE_COLOUR = "#0072B2"
NEUTRAL_COLOUR = "#8A8A8A"
TEXT_COLOUR = "#1A1A1A"
FULL_WIDTH = 7.2
"""Inches between the margins of a printed page."""

_RC: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.5,
    "axes.titlesize": 8.5,
    "axes.labelsize": 8.5,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "legend.fontsize": 8,
    "axes.titlelocation": "left",
    # Above its panel: looking for its place measures all ticks again, and no panel has both a title and ticks above it.
    "axes.titley": 1.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.edgecolor": TEXT_COLOUR,
    "axes.labelcolor": TEXT_COLOUR,
    "text.color": TEXT_COLOUR,
    "xtick.color": TEXT_COLOUR,
    "ytick.color": TEXT_COLOUR,
    "legend.frameon": False,
    "figure.facecolor": "white",
    # A symbol or a condition may hold a dollar sign; no text of these figures is a formula.
    "text.parse_math": False,
    "svg.fonttype": "path",
    "svg.hashsalt": "claimcheck",
    "pdf.fonttype": 42,
}

_STAMPS = {".svg": "Date", ".pdf": "CreationDate"}
"""What says the day in each kind of file."""


@contextmanager
def house_style() -> Iterator[None]:
    """Draw in the look of this project, whatever a `matplotlibrc` says; nothing of it stays behind."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(_RC)
        yield


def new_figure(width: float, height: float, *, simulated: bool) -> Figure:
    """Start a figure, stamped when its study is simulated.

    Args:
        width: inches.
        height: inches.
        simulated: whether the study's data are simulated.
    """
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    if simulated:
        figure.suptitle("simulated data", x=0.005, ha="left", fontsize=8.5, fontweight="bold", color="#7A0019")
    return figure


def settle(figure: Figure) -> None:
    """Lay a figure out and round where its panels lie: the solver's last digits vary from run to run, and name parts of an SVG."""
    figure.set_dpi(72)  # as SVG and PDF measure text
    # Looking for the place of a label, even where there is none, measures all ticks again.
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        if not axis.get_label_text():
            axis.set_label_coords(0, 0)
    lay_out(figure)
    places = [tuple(round(length, 5) for length in axes.get_position().bounds) for axes in figure.axes]
    figure.set_layout_engine(None)  # "none" keeps a stand-in, for which every file is drawn twice
    for axes, place in zip(figure.axes, places, strict=True):
        axes.set_position(Bbox.from_bounds(*place))


def lay_out(figure: Figure) -> None:
    """Move the panels as drawing the figure does, which takes twice as long."""
    layout = figure.get_layout_engine()
    if layout is not None:
        layout.execute(figure)
    for axes in figure.axes:
        locate: Any = axes.get_axes_locator()
        axes.apply_aspect(locate(axes, None) if locate else None)


def save_figure(draw: Callable[[], tuple[Figure, pd.DataFrame]], files: Sequence[Path]) -> None:
    """Draw a figure in the house style and write it to files.

    Args:
        draw: makes the figure and the table of exactly what it draws.
        files: .svg is for the page, text as outlines so that it looks the same everywhere; .pdf for print, text as text; .tsv is
            the table of what is drawn.
    """
    with house_style():
        figure, drawn = draw()
        settle(figure)
        for path in files:
            if path.suffix == ".tsv":
                write_table(drawn, path)
            else:
                if path.suffix == ".pdf":
                    _embed_less()
                with whole_file(path) as partial:
                    figure.savefig(partial, format=path.suffix[1:], dpi=250, metadata={_STAMPS[path.suffix]: None})


@cache
def _embed_less() -> None:
    """Leave out of a PDF's fonts how to place and join glyphs, which it says itself: most of the time of embedding them."""
    from fontTools import subset  # noqa: PLC0415 - takes long to load, and drawings for the page do without

    subset.Options._drop_tables_default = [*subset.Options._drop_tables_default, "GDEF", "GPOS", "GSUB"]


def colour_of(condition: str, test: str, reference: str) -> str:
    """Give a condition its colour; anything but the two compared ones is grey."""
    return {test: TEST_COLOUR, reference: REFERENCE_COLOUR}.get(condition, NEUTRAL_COLOUR)


def by_group(samples: pd.DataFrame, test: str, reference: str) -> pd.DataFrame:
    """Sort animals: reference group, test group, others; by name within each."""
    place = {reference: 0, test: 1}
    order = samples["condition"].map(lambda condition: place.get(condition, 2))
    return samples.assign(_order=order).sort_values(["_order", "condition", "sample"]).drop(columns="_order")


def group_legend(figure: Figure, test: str, reference: str, *, more: Sequence[Line2D] = ()) -> None:
    """Name the two groups' colours, and whatever else needs a key, below the panels."""
    groups = [
        Line2D([], [], linestyle="none", marker="o", markersize=5, color=colour, label=condition)
        for condition, colour in ((reference, REFERENCE_COLOUR), (test, TEST_COLOUR))
    ]
    handles = [*groups, *more]
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 4), handletextpad=0.3)


def plain_numbers(axis: Axes, which: str) -> None:
    """Write the ticks of an axis as plain numbers (0.1, 10, 1,000), on a log scale too."""
    getattr(axis, f"{which}axis").set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,.0f}" if abs(value) >= 1 or value == 0 else f"{value:g}")
    )


def say_nothing_to_draw(axis: Axes, sentence: str) -> None:
    """Write a sentence in the middle of a panel that has nothing to show."""
    axis.text(0.5, 0.5, sentence, transform=axis.transAxes, ha="center", va="center", wrap=True)
    axis.set_xticks([])
    axis.set_yticks([])
