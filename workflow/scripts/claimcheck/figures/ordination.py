"""Where the animals lie relative to each other: principal components, and what the components go along with."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from claimcheck.figures.animals import colours_of, name_points, short_names, sized_legend
from claimcheck.figures.heatmap import DIVERGING, draw_cells
from claimcheck.figures.intervals import draw_points
from claimcheck.figures.sexes import SexShapes
from claimcheck.figures.style import FULL_WIDTH, by_group, new_figure, say_nothing_to_draw


def draw_pca(
    samples: pd.DataFrame, scores: pd.DataFrame, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the first two principal components, a panel a variant; animals are named, coloured by group, shaped by sex.

    Args:
        samples: sample, condition, sex (text, may be empty).
        scores: variant (which genes the components are of), sample, component (1, 2, …), score, share_variance (0..1).
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a variant and animal: variant, sample, condition, sex, pc1, pc2, pc1_variance_share,
        pc2_variance_share (0..1). Variants with fewer than two components are not drawn.
    """
    animals = by_group(samples[["sample", "condition", "sex"]], test, reference)
    wide = [
        _first_two(scores[scores["variant"] == variant], animals).assign(variant=variant)
        for variant in dict.fromkeys(scores["variant"])
        if {1, 2} <= set(scores.loc[scores["variant"] == variant, "component"])
    ]
    columns = ["variant", *animals.columns, "pc1", "pc2", "pc1_variance_share", "pc2_variance_share"]
    if not wide:
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(
            figure.subplots(), "there are no two principal components, for which at least three samples are needed"
        )
        return figure, pd.DataFrame(columns=columns)
    drawn = pd.concat(wide, ignore_index=True)[columns]
    shapes = SexShapes.of(animals["sex"])

    figure = new_figure(FULL_WIDTH, 3.1, simulated=simulated)
    panels = figure.subplots(1, len(wide), squeeze=False)[0]
    names, cut = short_names(list(animals["sample"]))
    for panel, part in zip(panels, wide, strict=True):
        _draw_components(panel, part, shapes, test=test, reference=reference)
    sized_legend(figure, animals, test, reference, more=shapes.keys(), note=cut)
    for panel, part in zip(panels, wide, strict=True):
        name_points(panel, part[["pc1", "pc2"]].to_numpy(dtype=float), names)
    return figure, drawn


def _first_two(scores: pd.DataFrame, animals: pd.DataFrame) -> pd.DataFrame:
    """Lay out the first two components of a variant, a row an animal in the order of `animals`."""
    wide = scores.pivot(index="sample", columns="component", values="score")[[1, 2]]
    shares = scores.drop_duplicates("component").set_index("component")["share_variance"]
    return animals.merge(wide.set_axis(["pc1", "pc2"], axis="columns"), on="sample", validate="1:1").assign(
        pc1_variance_share=shares[1], pc2_variance_share=shares[2]
    )


def _draw_components(axes: Axes, part: pd.DataFrame, shapes: SexShapes, *, test: str, reference: str) -> None:
    draw_points(
        axes,
        part["pc1"],
        part["pc2"],
        colours="white",
        fills=colours_of(list(part["condition"]), test, reference),
        markers=[shapes.marker(sex) for sex in part["sex"]],
        size=6,
        rim=0.6,
    )
    axes.axhline(0, color="#DDDDDD", linewidth=0.7)
    axes.axvline(0, color="#DDDDDD", linewidth=0.7)
    # One unit is as long on both axes, so that distances on paper are distances between animals.
    axes.set_box_aspect(1)
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.16)
    axes.set_title(_words_of(part["variant"].iloc[0]))
    axes.set_xlabel(f"PC1 ({100 * part['pc1_variance_share'].iloc[0]:.0f} % of variance)")
    axes.set_ylabel(f"PC2 ({100 * part['pc2_variance_share'].iloc[0]:.0f} % of variance)")


def _words_of(variant: str) -> str:
    """Say which genes the components of a variant are of."""
    number = variant.removeprefix("top_")
    return f"{int(number):,} most variable genes" if number.isdigit() else variant.replace("_", " ")


def draw_pca_covariates(
    covariates: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    test: str,
    reference: str,
    simulated: bool,
    variant: str = "top_500",
    strong: float = 0.7,
) -> tuple[Figure, pd.DataFrame]:
    """Draw how strongly each principal component goes along with what is known of the animals.

    Args:
        covariates: variant, component (1, 2, …), covariate, correlation (Pearson's r, -1..1, missing where the
            covariate does not vary; the test group counts as 1, the reference group as 0), n (animals).
        scores: variant, component, share_variance (0..1).
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.
        variant: the variant that is drawn.
        strong: absolute correlation from which the number is in bold.

    Returns:
        The figure, and the drawn rows: covariate, component, share_variance, correlation, n.
    """
    shares = scores[scores["variant"] == variant].drop_duplicates("component")[["component", "share_variance"]]
    drawn = covariates[covariates["variant"] == variant].merge(shares, on="component", how="left", validate="m:1")
    drawn = drawn[["covariate", "component", "share_variance", "correlation", "n"]].reset_index(drop=True)
    if drawn.empty:
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), "nothing is known that could be held against principal components")
        return figure, drawn
    order = list(dict.fromkeys(drawn["covariate"]))
    table = drawn.pivot(index="covariate", columns="component", values="correlation").loc[order]
    n = drawn.groupby("covariate")["n"].max()
    share_of = drawn.drop_duplicates("component").set_index("component")["share_variance"]
    figure = new_figure(FULL_WIDTH, 1.6 + 0.23 * len(table), simulated=simulated)
    axes = figure.subplots()
    cells = draw_cells(axes, table, colours=DIVERGING, low=-1, high=1, notation="{:.2f}", bold_from=strong)
    axes.set_yticks(np.arange(len(order)) + 0.5, [f"{name} (n = {n[name]:.0f})" for name in order])
    axes.set_xticks(
        np.arange(table.shape[1]) + 0.5,
        [f"PC{component}\n{100 * share_of[component]:.1f} %" for component in table.columns],
    )
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    bar = figure.colorbar(cells, ax=axes, location="right", shrink=0.9, aspect=25, ticks=[-1, -0.5, 0, 0.5, 1])
    missing = "; grey: not known, or the same for all" if table.isna().to_numpy().any() else ""
    bar.set_label("Pearson's r")
    bar.outline.set_visible(False)
    figure.supxlabel(
        f"{_words_of(variant)}; % of variance; bold: |r| of {strong:g} or more{missing}\n"
        f"condition: positive = higher score in {test}, negative = higher in {reference}",
        fontsize=8.5,
    )
    return figure, drawn
