"""What else was in the tissue: cell-type panels of every animal, their difference between groups, shares of counts."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from claimcheck.figures.animals import colours_of, figures_of, sized_legend
from claimcheck.figures.heatmap import DIVERGING, draw_cells, group_bar
from claimcheck.figures.intervals import draw_points
from claimcheck.figures.rows import animal_rows, row_dots
from claimcheck.figures.style import FULL_WIDTH, by_group, new_figure, say_nothing_to_draw

_SMALLEST_SCALE = 0.01
"""Share (0..1) that a scale reaches at least, so that traces don't look like differences."""


def draw_composition(
    samples: pd.DataFrame,
    scores: pd.DataFrame,
    differences: pd.DataFrame,
    *,
    test: str,
    reference: str,
    min_log2_ratio: float,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the score of every panel in every animal as a heatmap, and beside it each panel's log2 ratio of the groups.

    Args:
        samples: sample, condition.
        scores: panel, sample, score (mean z of log2(CPM + 1) over the panel's detected genes,
            missing where too few are detected).
        differences: panel, n_genes, n_detected, log2_ratio (test / reference), standardised_difference, differs
            (bool); a row a panel, in the order drawn.
        test: name of the test condition.
        reference: name of the reference condition.
        min_log2_ratio: absolute log2 ratio from which a panel counts as different.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a panel and animal: panel, n_genes, n_detected, sample, condition, score, log2_ratio,
        standardised_difference, differs.
    """
    animals = by_group(samples[["sample", "condition"]], test, reference)
    columns = ["panel", "n_genes", "n_detected", "log2_ratio", "standardised_difference", "differs"]
    drawn = (
        differences[columns]
        .merge(animals, how="cross")
        .merge(scores[["panel", "sample", "score"]], on=["panel", "sample"], how="left", validate="1:1")
    )[[*columns[:3], "sample", "condition", "score", *columns[3:]]]
    if drawn["score"].isna().all():
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), "no panel of cell types has genes that were measured")
        return figure, drawn

    figure = new_figure(FULL_WIDTH, 2.4 + 0.2 * len(differences), simulated=simulated)
    heat, ratio = figure.subplots(1, 2, width_ratios=[1.9, 1], sharey=True)
    table = drawn.pivot(index="panel", columns="sample", values="score")
    table = table.loc[list(differences["panel"]), list(animals["sample"])]
    reach = max(1.0, float(np.ceil(2 * table.abs().to_numpy()[table.notna()].max()) / 2))
    cells = draw_cells(heat, table, colours=DIVERGING, low=-reach, high=reach)
    named = [
        f"{panel} {found}/{total}"
        for panel, found, total in zip(
            differences["panel"], differences["n_detected"], differences["n_genes"], strict=True
        )
    ]
    heat.set_yticks(np.arange(len(named)) + 0.5, named, fontsize=7)
    heat.tick_params(axis="x", labelrotation=90, labelsize=7.5)
    group_bar(heat, list(animals["condition"]), test, reference)
    heat.text(-0.015, 1.015, "genes measured / in panel", transform=heat.transAxes, ha="right", va="bottom", fontsize=7)
    missing = "; grey: not measured" if table.isna().to_numpy().any() else ""
    bar = figure.colorbar(cells, ax=heat, location="bottom", shrink=0.8, aspect=30)
    bar.set_label(f"panel score: mean z of log2(CPM + 1), 0 = mean of all samples{missing}", fontsize=7.5)
    bar.outline.set_visible(False)
    _draw_ratios(ratio, differences, test=test, reference=reference, min_log2_ratio=min_log2_ratio)
    marks = (("D", "black", "groups differ"), ("o", "white", "they don't"))
    sized_legend(
        figure,
        animals,
        test,
        reference,
        more=[
            Line2D(
                [], [], linestyle="none", marker=shape, markersize=5, color=fill, markeredgecolor="black", label=word
            )
            for shape, fill, word in marks
        ],
    )
    return figure, drawn


def _draw_ratios(axes: Axes, differences: pd.DataFrame, *, test: str, reference: str, min_log2_ratio: float) -> None:
    """Draw a point a panel of the heatmap, the thresholds, and the standardised difference in figures."""
    sizes = differences["log2_ratio"].abs()
    reach = 1.2 * max(1.3 * min_log2_ratio, float(sizes.max()) if sizes.notna().any() else 0.0)
    axes.set_xlim(-reach, reach)
    axes.axvline(0, color="#444444", linewidth=0.7)
    for side in (-1, 1):
        axes.axvline(side * min_log2_ratio, color="#444444", linestyle="--", linewidth=0.9)
    differs = differences["differs"].eq(True)
    draw_points(
        axes,
        differences["log2_ratio"],
        np.arange(len(differences)) + 0.5,
        colours="black",
        fills=np.where(differs, "black", "white"),
        markers=np.where(differs, "D", "o"),
        size=26**0.5,
        rim=0.8,
    )
    for place, row in enumerate(differences.to_dict("records")):
        difference = row["standardised_difference"]
        axes.text(
            1.2,
            place + 0.5,
            figures_of(difference, "{:.1f}") if pd.notna(difference) else "NA",
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=7.5,
            fontweight="bold" if row["differs"] else "normal",
        )
    axes.text(1.2, 1.015, "standardised difference", transform=axes.transAxes, ha="right", va="bottom", fontsize=7.5)
    axes.grid(axis="y", color="#E4E4E4", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0, left=False, labelleft=False)
    direction = (f"log2 ratio, {test} / {reference}", f"(positive = higher in {test})", f"dashed: ±{min_log2_ratio:g}")
    axes.set_xlabel("\n".join(textwrap.fill(line, 34) for line in direction))


def draw_shares(
    samples: pd.DataFrame, shares: pd.DataFrame, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the share of counts of each group of genes, a row an animal.

    Args:
        samples: sample, condition.
        shares: group (of genes), sample, share (0..1 of counts, missing where it can't be measured); groups in the
            order drawn.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row an animal and group of genes: sample, condition, group, share (0..1).
    """
    animals = by_group(samples[["sample", "condition"]], test, reference)
    drawn = animals.merge(shares[["group", "sample", "share"]], on="sample", validate="1:m").reset_index(drop=True)
    groups = list(dict.fromkeys(shares["group"]))
    figure = new_figure(FULL_WIDTH, 1.35 + 0.21 * max(len(animals), 2), simulated=simulated)
    if not groups:
        say_nothing_to_draw(figure.subplots(), "no share of counts was measured")
        return figure, drawn
    panels = figure.subplots(1, len(groups), sharey=True, squeeze=False)[0]
    colours = colours_of(list(animals["condition"]), test, reference)
    animal_rows(list(panels), list(animals["sample"]))
    for panel, group in zip(panels, groups, strict=True):
        share = shares[shares["group"] == group].set_index("sample")["share"].reindex(animals["sample"])
        top = max(_SMALLEST_SCALE, float(share.max())) if share.notna().any() else _SMALLEST_SCALE
        row_dots(panel, 100 * share, colours, notation="{:.2f} %", top=100 * top, missing="not measurable")
        panel.set_title(str(group), fontweight="bold")
        panel.set_xlabel("% of counts")
    sized_legend(figure, animals, test, reference)
    return figure, drawn
