"""What a study can show, before its data: how often each claim would be supported, and how many animals it takes."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from claimcheck.claims.model import NOT_KNOWN, Register
from claimcheck.figures.claims import in_reading_order
from claimcheck.figures.heatmap import SEQUENTIAL, draw_cells
from claimcheck.figures.style import FULL_WIDTH, new_figure, say_nothing_to_draw

CHANGE, NO_CHANGE = "change", "no change"
NOTHING = "no claim of the register is one that data could support"
DRAWN_COLUMNS = ("panel", "claim", "statement", "multiple", "n", "supported", "standard_error")
_ROW = 0.27
"""Inches a claim."""
_HEAD = 0.75
"""Inches of the titles and the axis of a row of panels."""
_APART = 0.28
"""Parts of a row between the marks of two true effects."""
_MARKS = ("s", "o", "^", "D", "v", "P", "X")
_COLOURS = ("#8A8A8A", "#56B4E9", "#0072B2", "#D55E00", "#CC79A7", "#009E73", "#E69F00")


def draw_power(power: pd.DataFrame, register: Register, *, simulated: bool) -> tuple[Figure, pd.DataFrame]:
    """Draw the share of drawn studies that support each claim: a row a claim, a column a size of the groups, a panel a true effect.

    Claims that nothing changes are apart, since they are true where the others are not.

    Args:
        power: results/power/power.tsv.
        register: the claims register.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a cell with the columns DRAWN_COLUMNS.
    """
    rows = in_reading_order(power, register.lead)
    claims = [register.claims[name] for name in rows["claim"]]
    drawn = rows.assign(
        panel=[CHANGE if claim.margins is None else NO_CHANGE for claim in claims],
        statement=[claim.statement for claim in claims],
        supported=rows["supported"].where(rows["not_testable"] < 1),
    )[list(DRAWN_COLUMNS)]
    parts = [(kind, drawn[drawn["panel"] == kind]) for kind in (CHANGE, NO_CHANGE) if (drawn["panel"] == kind).any()]
    if not parts:
        figure = new_figure(FULL_WIDTH, _HEAD, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), NOTHING)
        return figure, drawn
    heights = [_ROW * part["claim"].nunique() for _, part in parts]
    multiples = sorted(drawn["multiple"].unique())
    figure = new_figure(FULL_WIDTH, sum(heights) + _HEAD * len(parts), simulated=simulated)
    level = 100 * register.tests.power
    cells = f"samples in each group; in the cells % of drawn studies that support the claim, bold from {level:.0f} %"
    figure.supxlabel(cells, fontsize=8, x=0.99, ha="right")
    grid = figure.subplots(len(parts), len(multiples), height_ratios=heights, squeeze=False)
    for panels, (kind, part) in zip(grid, parts, strict=True):
        names = part.drop_duplicates("claim")
        labels = [_label(*row) for row in names[["claim", "statement"]].itertuples(index=False, name=None)]
        for axes, multiple in zip(panels, multiples, strict=True):
            shares = part[part["multiple"] == multiple].pivot(index="claim", columns="n", values="supported")
            percent = 100 * shares.loc[names["claim"]].set_axis(labels, axis="index")
            draw_cells(
                axes,
                percent,
                colours=SEQUENTIAL,
                low=0,
                high=100,
                notation="{:.0f}",
                bold_from=level,
            )
            axes.set_title(_title(kind, multiple), loc="center", fontsize=7.5)
            axes.tick_params(axis="y", labelsize=6.5, labelleft=axes is panels[0])
    return figure, drawn


def draw_samples_needed(
    needed: pd.DataFrame, power: pd.DataFrame, register: Register, *, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw how many samples in each group a claim takes: a row a claim, a mark a true effect.

    Args:
        needed: results/power/animals.tsv.
        power: results/power/power.tsv, which has the sizes of the map.
        register: the claims register.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and the rows of `needed` that are drawn, with the column `place`: the number of the size on the axis from 0,
        one more than the last where no size of the map is enough.
    """
    rows = in_reading_order(needed, register.lead)
    sizes = sorted(power["n"].unique())
    number = pd.to_numeric(rows["animals"], errors="coerce")
    places = number.map({size: place for place, size in enumerate(sizes)}).fillna(len(sizes))
    drawn = rows.assign(place=places.where(rows["animals"] != NOT_KNOWN)).reset_index(drop=True)
    claims = drawn.drop_duplicates("claim")
    figure = new_figure(FULL_WIDTH, _ROW * max(len(claims), 1) + _HEAD, simulated=simulated)
    axes = figure.subplots()
    if drawn["place"].isna().all():
        say_nothing_to_draw(axes, NOTHING)
        return figure, drawn
    heights = {claim: -row for row, claim in enumerate(claims["claim"])}
    multiples = sorted(drawn["multiple"].unique())
    for row, multiple in enumerate(multiples):
        own = drawn[drawn["multiple"] == multiple]
        offset = 0.0 if multiple == 0 else _APART * (len(multiples) / 2 - row)
        axes.scatter(
            own["place"],
            own["claim"].map(heights) + offset,
            marker=_MARKS[row % len(_MARKS)],
            color=_COLOURS[row % len(_COLOURS)],
            s=22,
            label="no change (of claims that nothing changes)"
            if multiple == 0
            else f"{multiple:g} × smallest effect of interest",
        )
    for claim in drawn.loc[drawn["place"].isna(), "claim"].unique():
        axes.text(0, heights[claim], NOT_KNOWN, fontsize=7, va="center", ha="center", color="#666666")
    axes.set_xticks(range(len(sizes) + 1), [*map(str, sizes), f"more than {sizes[-1]}"])
    axes.set_yticks(
        list(heights.values()), [_label(*one) for one in claims[["claim", "statement"]].itertuples(index=False)]
    )
    axes.tick_params(axis="y", labelsize=6.5)
    axes.set(xlim=(-0.5, len(sizes) + 0.5), ylim=(-len(claims) + 0.4, 0.6))
    axes.hlines(np.arange(-len(claims) + 1, 0) + 0.5, -0.5, len(sizes) + 0.5, color="#EEEEEE", linewidth=0.6, zorder=0)
    axes.set_xlabel(f"samples in each group for support in {100 * register.tests.power:.0f} % of drawn studies")
    figure.legend(loc="outside upper right", ncols=len(multiples), title="true effect")
    return figure, drawn


def _label(claim: str, statement: str) -> str:
    return "\n".join(textwrap.wrap(f"{claim}  {statement}", 42, max_lines=2, placeholder=" …"))


def _title(kind: str, multiple: float) -> str:
    """Say what is true in a panel."""
    if multiple == 0:
        return "no effect:\nfalse support" if kind == CHANGE else "no change:\ntrue"
    return (
        f"{multiple:g} × smallest\neffect of interest" if kind == CHANGE else f"{multiple:g} × margin:\nfalse support"
    )
