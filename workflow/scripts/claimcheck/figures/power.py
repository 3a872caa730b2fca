"""What a study can show, before its data: how often each claim would be supported, by animals and true effect."""

import textwrap

import pandas as pd
from matplotlib.figure import Figure

from claimcheck.claims.model import Register
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


def _label(claim: str, statement: str) -> str:
    return "\n".join(textwrap.wrap(f"{claim}  {statement}", 42, max_lines=2, placeholder=" …"))


def _title(kind: str, multiple: float) -> str:
    """Say what is true in a panel."""
    if multiple == 0:
        return "no effect:\nfalse support" if kind == CHANGE else "no change:\ntrue"
    return (
        f"{multiple:g} × smallest\neffect of interest" if kind == CHANGE else f"{multiple:g} × margin:\nfalse support"
    )
