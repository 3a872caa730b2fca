"""How much of every claim is left when the analysis is done otherwise, and when one animal is left out."""

import math
import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from claimcheck.claims.model import Register
from claimcheck.figures.animals import figures_of, short_names
from claimcheck.figures.claims import BAND_COLOUR, NOTHING, PRIMARY_COLOUR, confirmatory_rows, records
from claimcheck.figures.intervals import draw_estimates
from claimcheck.figures.style import FULL_WIDTH, NEUTRAL_COLOUR, TEXT_COLOUR, new_figure, say_nothing_to_draw

_COLUMNS = 3
CURVE_COLUMNS = (
    "claim",
    "place",
    "axis",
    "specification",
    "effect",
    "ci95_low",
    "ci95_high",
    "primary",
    "agrees",
    "threshold",
    "of",
)
LEFT_OUT_COLUMNS = ("claim", "sample", "effect", "ci95_low", "ci95_high", "p_value", "holds", "threshold", "of")
ALL_SAMPLES = "all samples"


def draw_specifications(
    verdicts: pd.DataFrame,
    robustness: pd.DataFrame,
    register: Register,
    *,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw a specification curve of every confirmatory claim (Simonsohn, Simmons & Nelson 2020).

    Args:
        verdicts: results/claims/verdicts.tsv.
        robustness: results/claims/robustness.tsv.
        register: the claims register.
        test, reference: names of the conditions.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a claim and specification that k counts, or the primary one, with the columns CURVE_COLUMNS.
    """
    rows = confirmatory_rows(verdicts, register)
    counted = robustness[robustness["counted"].eq(True) | robustness["primary"].eq(True)]
    parts = []
    for name, threshold in zip(rows["claim"], rows["threshold"], strict=True):
        own = counted[counted["claim"] == name].sort_values(["effect", "axis", "specification"], na_position="last")
        parts.append(own.assign(place=np.arange(len(own)), threshold=threshold)[list(CURVE_COLUMNS)])
    drawn = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(CURVE_COLUMNS))
    figure, panels = _grid(len(rows), 1.7, simulated=simulated)
    for axes, row in zip(panels, records(rows), strict=False):
        _draw_curve(axes, drawn[drawn["claim"] == row["claim"]], row["threshold"])
        k = "none" if np.isnan(row["agreement"]) else f"{row['agreement']:.2f}"
        _title(axes, f"{row['claim']}   k = {k}", row["statement"])
    if len(rows):
        figure.supylabel(f"log2 {test} / {reference}", fontsize=8.5)
        _legend(
            figure,
            [
                _key("D", PRIMARY_COLOUR, "primary"),
                _key("o", TEXT_COLOUR, "agrees with it"),
                _key("o", NEUTRAL_COLOUR, "does not", hollow=True),
            ],
        )
    return figure, drawn


def draw_leave_one_out(
    verdicts: pd.DataFrame,
    left_out: pd.DataFrame,
    register: Register,
    *,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the effect of every confirmatory claim without each animal in turn, below the one with all.

    Args:
        verdicts: results/claims/verdicts.tsv.
        left_out: results/claims/leave_one_out.tsv; p_value is one-sided, in the direction of the whole run's effect.
        register: the claims register.
        test, reference: names of the conditions.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a claim and run with the columns LEFT_OUT_COLUMNS; the run with all animals has no p-value here, and
        `holds` says whether sign and p-value of a run leave the claim as it is.
    """
    rows = confirmatory_rows(verdicts, register)
    limit = register.rules.leave_one_out_p
    parts = []
    for row in records(rows):
        own = left_out[left_out["claim"] == row["claim"]]
        holds = own["effect"].mul(row["effect"]).gt(0) & own["p_value"].le(limit)
        kept = {name: row[name] for name in ("claim", "effect", "ci95_low", "ci95_high", "of")}
        whole = pd.DataFrame([kept | {"sample": ALL_SAMPLES, "p_value": math.nan, "holds": True}])
        both = [whole, own.assign(holds=holds)] if len(own) else [whole]
        parts.append(pd.concat(both, ignore_index=True).assign(threshold=row["threshold"])[list(LEFT_OUT_COLUMNS)])
    drawn = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=list(LEFT_OUT_COLUMNS))
    most = int(drawn.groupby("claim").size().max()) if len(drawn) else 0
    figure, panels = _grid(len(rows), 0.75 + 0.15 * most, simulated=simulated)
    note = ""
    for number, (axes, row) in enumerate(zip(panels, records(rows), strict=False)):
        part = drawn[drawn["claim"] == row["claim"]].reset_index(drop=True)
        labels, note = short_names(list(part["sample"])[1:])
        _draw_left_out(axes, part, [ALL_SAMPLES, *(f"without {name}" for name in labels)], named=number % _COLUMNS == 0)
        _title(axes, row["claim"], row["statement"])
    if len(rows):
        _legend(
            figure,
            [
                _key("D", PRIMARY_COLOUR, ALL_SAMPLES),
                _key("o", TEXT_COLOUR, f"same sign, p ≤ {limit:g}"),
                _key("o", NEUTRAL_COLOUR, "other sign or larger p", hollow=True),
                Line2D([], [], linestyle="none", label=f"across: log2 {test} / {reference}"),
                *([Line2D([], [], linestyle="none", label=note)] if note else []),
            ],
        )
    return figure, drawn


def _grid(n: int, height: float, *, simulated: bool) -> tuple[Figure, Sequence[Axes]]:
    """Lay out a panel a claim, or one with a sentence where there is no claim."""
    if n == 0:
        figure = new_figure(FULL_WIDTH, 1.2, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), NOTHING)
        return figure, []
    n_rows = math.ceil(n / _COLUMNS)
    figure = new_figure(FULL_WIDTH, 0.7 + height * n_rows, simulated=simulated)
    panels = figure.subplots(n_rows, _COLUMNS, squeeze=False).ravel()
    for panel in panels[n:]:
        panel.set_visible(False)
    return figure, list(panels)


def _title(axes: Axes, title: str, statement: str) -> None:
    """Write a claim's name and, smaller below it, what it says."""
    words = "\n".join(textwrap.wrap(statement, 40, max_lines=2, placeholder=" …"))
    axes.set_title(title, fontweight="bold", pad=5 + 8 * (1 + words.count("\n")))
    axes.text(0, 1.03, words, transform=axes.transAxes, fontsize=6.5, va="bottom").set_in_layout(False)


def _key(marker: str, colour: str, label: str, *, hollow: bool = False) -> Line2D:
    face = "white" if hollow else colour
    return Line2D(
        [], [], linestyle="none", marker=marker, markersize=5, color=colour, markerfacecolor=face, label=label
    )


def _legend(figure: Figure, handles: Sequence[Line2D]) -> None:
    figure.legend(handles=handles, loc="outside lower center", ncols=min(len(handles), 3), handletextpad=0.3)


def _draw_curve(axes: Axes, part: pd.DataFrame, threshold: float) -> None:
    axes.axhline(0, color=TEXT_COLOUR, linewidth=0.7)
    axes.set_xticks([])
    known = part[part["effect"].notna()]
    if known.empty:
        say_nothing_to_draw(axes, "no specification\ngave an effect")
        axes.set_yticks([])
        return
    if not np.isnan(threshold):
        axes.axhspan(-threshold, threshold, color=BAND_COLOUR, linewidth=0, zorder=0)
    axes.vlines(known["place"], known["ci95_low"], known["ci95_high"], color="#B5B5B5", linewidth=0.7, zorder=1)
    for agrees in (True, False):
        some = known[known["agrees"].eq(agrees) & ~known["primary"]]
        colour = TEXT_COLOUR if agrees else NEUTRAL_COLOUR
        face = colour if agrees else "white"
        axes.plot(some["place"], some["effect"], "o", color=colour, markersize=2.6, markerfacecolor=face, zorder=2)
    primary = known[known["primary"]]
    axes.vlines(
        primary["place"], primary["ci95_low"], primary["ci95_high"], color=PRIMARY_COLOUR, linewidth=1.4, zorder=3
    )
    axes.plot(primary["place"], primary["effect"], "D", color=PRIMARY_COLOUR, markersize=5, zorder=4)
    others = part.loc[~part["primary"], "agrees"]
    lost = int(others.isna().sum())
    words = f"{int(others.eq(True).sum())} of {len(others) - lost} agree"
    words += f"; {lost} could not be run" if lost else ""
    axes.set_xlabel(words, fontsize=7.5)


def _draw_left_out(axes: Axes, part: pd.DataFrame, labels: Sequence[str], *, named: bool) -> None:
    ticks = dict(enumerate(labels)) if named else {}
    axes.set_yticks(list(ticks), list(ticks.values()), fontsize=7)
    axes.set_ylim(len(part) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, left=False)
    axes.xaxis.set_major_formatter(lambda value, _: figures_of(value, "{:.2g}"))
    if part["effect"].isna().all():
        say_nothing_to_draw(axes, "no effect computed")
        axes.set_yticks(list(ticks), list(ticks.values()), fontsize=7)
        return
    axes.axvline(0, color=TEXT_COLOUR, linewidth=0.7)
    axes.axvline(part["effect"].iloc[0], color=PRIMARY_COLOUR, linewidth=0.7, linestyle=":")
    y, holds = np.arange(len(part)), part["holds"].eq(True)
    colours = np.select([y == 0, holds], [PRIMARY_COLOUR, TEXT_COLOUR], NEUTRAL_COLOUR)
    draw_estimates(
        axes,
        y,
        part,
        colours=colours,
        fills=np.where(holds, colours, "white"),
        markers=np.where(y == 0, "D", "o"),
        size=4,
        linewidth=1,
    )
