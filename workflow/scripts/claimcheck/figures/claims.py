"""The claims of a register in one forest: effect, interval and verdict of each, genes and sets apart."""

import textwrap
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from claimcheck.claims.model import DECIDING, Claim, Register
from claimcheck.figures.intervals import draw_bands, draw_estimates
from claimcheck.figures.style import FULL_WIDTH, NEUTRAL_COLOUR, TEXT_COLOUR, new_figure, say_nothing_to_draw

MARKS = {
    "supported": "●",
    "weakly supported": "◐",
    "inconclusive": "○",
    "not supported": "⊖",
    "contradicted": "⊗",
    "not testable": "–",
    "no verdict": "·",
}
"""A mark a verdict, told apart by shape."""
BAND_COLOUR = "#E3E3E3"
PRIMARY_COLOUR = "#009E73"
MDE_COLOUR = "#CC79A7"
NOTHING = "no confirmatory claim has been evaluated"
FOREST_COLUMNS = (
    "panel",
    "claim",
    "statement",
    "effect",
    "ci95_low",
    "ci95_high",
    "threshold",
    "mde",
    "mde_side",
    "verdict",
    "detected",
    "by_model",
    "of",
)
_ROW = 0.36
"""Inches a claim."""


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame by column."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def kind_of(row: int) -> str:
    """Name the kind of a verdict by the row of the verdict table that gave it: a grade in other words is of the kind of support."""
    names = {0: "no verdict", 6: "supported", 7: "weakly supported", 8: "contradicted", 9: "not supported"}
    return names.get(row, "not testable" if row <= 3 else "inconclusive")


def in_reading_order(verdicts: pd.DataFrame, lead: tuple[str, ...]) -> pd.DataFrame:
    """Put the claims that lead first, in their order, and the others after them in the order of the register.

    Args:
        verdicts: claim.
        lead: ids of the claims that lead.
    """
    place = {name: position for position, name in enumerate(lead)}
    return verdicts.sort_values(
        "claim", key=lambda ids: ids.map(lambda name: place.get(name, len(lead))), kind="stable"
    )


def direction_of(register: Register, claim: Claim) -> int:
    """Give the direction of a claim, of several claims that of the first."""
    return direction_of(register, register.claims[claim.members[0]]) if claim.members else claim.direction


def unit_of(register: Register, claim: Claim) -> str:
    """Say whether the effect of a claim is that of a gene or that of a set; of several claims, that of the first."""
    if claim.members:
        return unit_of(register, register.claims[claim.members[0]])
    return "set" if any(test.role == DECIDING for test in claim.sets) else "gene"


def confirmatory_rows(verdicts: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Keep the confirmatory claims in reading order, with unit, threshold, direction, by_model and several from the register.

    The effect of a claim by_model is given in the direction that its model says; `several` tells claims that more than one set,
    gene or claim decides.
    """
    kept = in_reading_order(verdicts[verdicts["claim"].isin(register.confirmatory)], register.lead)
    claims = [register.claims[name] for name in kept["claim"]]
    return kept.assign(
        unit=[unit_of(register, claim) for claim in claims],
        threshold=[claim.threshold for claim in claims],
        direction=[direction_of(register, claim) for claim in claims],
        by_model=[any(gene.model for gene in claim.genes) for claim in claims],
        several=[claim.kind in ("multi_source", "intersection", "specificity") for claim in claims],
    ).reset_index(drop=True)


def draw_claims(
    verdicts: pd.DataFrame, register: Register, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw effect, 95 % interval, threshold, minimum detectable effect and verdict of every confirmatory claim.

    Args:
        verdicts: results/claims/verdicts.tsv.
        register: the claims register.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a claim with the columns FOREST_COLUMNS; mde_side is 1 or -1 where the smallest effect that would be
        seen matters on one side only, else 0.
    """
    rows = confirmatory_rows(verdicts, register)
    drawn = rows.assign(
        panel=rows["unit"],
        mde_side=[mde_side(register, register.claims[name]) for name in rows["claim"]],
        detected=rows["rule"] != 3,
    )[list(FOREST_COLUMNS)].assign(rule=rows["rule"], several=rows["several"])
    parts = [(unit, drawn[drawn["panel"] == unit]) for unit in ("gene", "set") if (drawn["panel"] == unit).any()]
    if not parts:
        figure = new_figure(FULL_WIDTH, 1.2, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), NOTHING)
        return figure, drawn[list(FOREST_COLUMNS)]
    heights = [_ROW * len(part) + 0.75 for _, part in parts]
    figure = new_figure(FULL_WIDTH, sum(heights) + 0.6, simulated=simulated)
    panels = figure.subplots(len(parts), 1, height_ratios=heights, squeeze=False).ravel()
    for axes, (unit, part) in zip(panels, parts, strict=True):
        _draw_panel(axes, part.reset_index(drop=True))
        what = "fold change of the gene" if unit == "gene" else "difference of the set's mean scores"
        axes.set_title(f"Claims about {'genes' if unit == 'gene' else 'gene sets'}: {what}", fontweight="bold")
        note = "\n† in the direction that its model says" if part["by_model"].any() else ""
        axes.set_xlabel(f"log2 {test} / {reference}{note}")
    figure.legend(
        handles=[
            Line2D([], [], color=TEXT_COLOUR, marker="o", markersize=4.5, label="effect, 95 % interval"),
            Line2D([], [], color=NEUTRAL_COLOUR, marker="o", markersize=4.5, label="too little expressed"),
            Patch(color=BAND_COLOUR, label="below the smallest effect of interest"),
            Line2D([], [], linestyle="none", marker="|", markersize=9, color=MDE_COLOUR, label="minimum detectable"),
        ],
        loc="outside lower center",
        ncols=4,
        handletextpad=0.4,
        columnspacing=1.2,
    )
    return figure, drawn[list(FOREST_COLUMNS)]


def mde_side(register: Register, claim: Claim) -> int:
    """Say on which side a missed effect would matter: beyond the margins of a claim that has some."""
    if claim.margins is None:
        return direction_of(register, claim)
    low, high = (bool(np.isfinite(end)) for end in claim.margins)
    return int(high) - int(low)


def _name(row: dict[str, Any]) -> str:
    """Name a claim and what it says, in two lines at the most."""
    words = f"{row['claim']}{'†' if row['by_model'] else ''}  {row['statement']}"
    return "\n".join(textwrap.wrap(words, 46, max_lines=2, placeholder=" …"))


def _draw_panel(axes: Axes, part: pd.DataFrame) -> None:
    axes.set_yticks(np.arange(len(part)), [_name(row) for row in records(part)])
    axes.tick_params(axis="y", labelsize=7.5)
    axes.set_ylim(len(part) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, left=False)
    axes.axvline(0, color=TEXT_COLOUR, linewidth=0.7, zorder=1)
    ends = part[["effect", "ci95_low", "ci95_high", "threshold", "mde"]].abs().to_numpy(dtype=float)
    reach = 1.08 * float(np.nanmax(ends, initial=0.1))
    axes.set_xlim(-reach, reach)
    y = np.arange(len(part))
    draw_bands(axes, y, part["threshold"], height=0.78, colour=BAND_COLOUR)
    colours = np.where(part["detected"], TEXT_COLOUR, NEUTRAL_COLOUR)
    draw_estimates(axes, y, part, colours=colours, fills=colours, markers="o", size=4.5, linewidth=1.4)
    for side in (-1, 1):
        mde = side * part["mde"].where(part["mde_side"].isin([0, side]))
        axes.plot(mde, y, "|", markersize=9, color=MDE_COLOUR, zorder=5)
    for place, (row, colour) in enumerate(zip(records(part), colours, strict=True)):
        if np.isnan(row["effect"]):
            axes.text(0.02 * reach, place, "no effect computed", va="center", fontsize=7.5, color="#555555")
        elif row["several"]:
            axes.annotate(
                row["of"],
                (row["effect"], place),
                xytext=(0, 3.5),
                textcoords="offset points",
                ha="center",
                fontsize=6.5,
                color=colour,
            )
        axes.annotate(
            f"{MARKS[kind_of(row['rule'])]} {textwrap.fill(row['verdict'], 26)}",
            (1.015, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7.5,
            annotation_clip=False,
        )
