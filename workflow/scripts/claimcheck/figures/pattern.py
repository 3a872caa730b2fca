"""What each explanation predicts of all readouts, beside what is observed, and how probable that makes it."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from claimcheck.figures.animals import figures_of
from claimcheck.figures.style import FULL_WIDTH, NEUTRAL_COLOUR, TEXT_COLOUR, new_figure, say_nothing_to_draw

OBSERVED = "observed"
NOTHING = "no explanations were weighed"
PATTERN_COLUMNS = ("explanation", "posterior", "readout", "looked_at", "log2_change", "in_standard_errors")
_SHOWN = 8
"""Explanations that are drawn, the likeliest."""
_LIMIT = 6.0
"""Standard errors at which the colours end."""
_DARK = 0.7 * _LIMIT
"""Standard errors whose colour is so dark that numbers on it are white."""
_ROW = 0.36
"""Inches an explanation."""


def draw_pattern(
    pattern: pd.DataFrame, readouts: pd.DataFrame, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the observed change of each readout, what the likeliest explanations predict, and their posteriors.

    Args:
        pattern: results/claims/pattern.tsv.
        readouts: results/claims/pattern_readouts.tsv.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a cell with the columns PATTERN_COLUMNS; the posterior is missing of what is observed.
    """
    if pattern.empty:
        figure = new_figure(FULL_WIDTH, 1.2, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), NOTHING)
        return figure, pd.DataFrame(columns=list(PATTERN_COLUMNS))
    claimed = pattern[pattern["claimed"].eq(True)].head(1)
    shown = pattern[pattern.index.isin([*pattern.index[:_SHOWN], *claimed.index])]
    drawn = _cells(shown, readouts)
    names = [OBSERVED, *shown["explanation"]]
    looked_at = list(dict.fromkeys(drawn["readout"]))
    numbers, colours = (
        drawn.pivot(index="explanation", columns="readout", values=name).loc[names, looked_at].to_numpy(dtype=float)
        for name in ("log2_change", "in_standard_errors")
    )

    labels = [name.replace("_", " ") for name in looked_at]
    figure = new_figure(FULL_WIDTH, _ROW * len(names) + 1.9, simulated=simulated)
    cells, bars = figure.subplots(1, 2, width_ratios=[5, 1], sharey=True)
    image = cells.imshow(colours, cmap="RdBu_r", vmin=-_LIMIT, vmax=_LIMIT, aspect="auto")
    for row, column in np.ndindex(numbers.shape):
        colour = "white" if abs(colours[row, column]) > _DARK else TEXT_COLOUR
        text = "·" if np.isnan(numbers[row, column]) else figures_of(float(numbers[row, column]), "{:.2f}")
        cells.text(column, row, text, ha="center", va="center", fontsize=6.5, color=colour, in_layout=False)
    cells.axhline(0.5, color=TEXT_COLOUR, linewidth=1.2)
    cells.set_yticks(range(len(names)), ["\n".join(textwrap.wrap(name, 34)) for name in names])
    cells.set_xticks(
        range(len(looked_at)),
        labels,
        rotation=45,
        ha="right",
        rotation_mode="anchor",
    )
    cells.tick_params(length=0, left=False, bottom=False, labelsize=7.5)
    cells.spines[:].set_visible(False)
    cells.set_title(f"log2 {test} / {reference}; predicted: at the best size")
    bars.barh(range(1, len(names)), shown["posterior"], color=NEUTRAL_COLOUR, height=0.7)
    for row, posterior in enumerate(shown["posterior"], start=1):
        text = "< 0.01" if posterior < 0.005 else "> 0.99" if posterior >= 0.995 else f"{posterior:.2f}"
        inside = posterior > 0.6
        bars.text(
            posterior + (-0.04 if inside else 0.04),
            row,
            text,
            ha="right" if inside else "left",
            va="center",
            fontsize=7,
            color="white" if inside else TEXT_COLOUR,
        )
    bars.set_xlim(0, 1)
    bars.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    bars.tick_params(axis="y", length=0, left=False, labelleft=False)
    bars.set_title("posterior")
    figure.colorbar(
        image,
        ax=[cells, bars],
        location="bottom",
        shrink=0.4,
        aspect=35,
        label="change in standard errors",
        extend="both",
    )
    return figure, drawn


def _cells(shown: pd.DataFrame, readouts: pd.DataFrame) -> pd.DataFrame:
    """Put what is observed and what each explanation predicts one below the other."""
    own = readouts[readouts["explanation"].isin(list(shown["explanation"]))]
    seen = own[own["explanation"] == shown["explanation"].iloc[0]].assign(explanation=OBSERVED)
    both = pd.concat([seen.assign(log2_change=seen["effect"]), own.assign(log2_change=own["predicted"])])
    posterior = both["explanation"].map(shown.set_index("explanation")["posterior"])
    cells = both.assign(posterior=posterior, in_standard_errors=both["log2_change"] / both["se"])
    return cells[list(PATTERN_COLUMNS)].reset_index(drop=True)
