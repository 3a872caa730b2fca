"""Where the animals lie relative to each other: principal components of their expression."""

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from claimcheck.errors import StudyError
from claimcheck.figures.labels import place_labels
from claimcheck.figures.style import NEUTRAL_COLOUR, by_group, colour_of, group_legend, new_figure

_MARKERS = ("o", "s", "^", "D", "v", "P")


def draw_pca(
    samples: pd.DataFrame, scores: pd.DataFrame, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the first two principal components; every animal is named, coloured by group, shaped by sex.

    Args:
        samples: sample, condition, sex (text, may be empty).
        scores: sample, component (1, 2, …), score, variance_share (0..1).
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row an animal: sample, condition, sex, pc1, pc2, pc1_variance_share,
        pc2_variance_share (0..1).

    Raises:
        StudyError: fewer than two components.
    """
    shares = scores.drop_duplicates("component").set_index("component")["variance_share"]
    if not {1, 2} <= set(shares.index):
        raise StudyError(
            "there are not two principal components to draw",
            where="the table of principal components",
            expected="components 1 and 2, for which at least three animals are needed",
            remedy="add the missing animals to the samples",
        )
    wide = scores.pivot(index="sample", columns="component", values="score")[[1, 2]]
    drawn = (
        by_group(samples[["sample", "condition", "sex"]], test, reference)
        .merge(wide.set_axis(["pc1", "pc2"], axis="columns"), on="sample", validate="1:1")
        .assign(pc1_variance_share=shares[1], pc2_variance_share=shares[2])
    )
    known = sorted(set(drawn["sex"]) - {"", "NA"})
    shape_of = {sex: _MARKERS[number % len(_MARKERS)] for number, sex in enumerate(known)}

    figure = new_figure(5.2, 4.6, simulated=simulated)
    axes = figure.subplots()
    positions = drawn[["pc1", "pc2"]].to_numpy(dtype=float)
    for position, condition, sex in zip(positions, drawn["condition"], drawn["sex"], strict=True):
        axes.scatter(
            position[0],
            position[1],
            color=colour_of(condition, test, reference),
            marker=shape_of.get(sex, "X" if known else "o"),
            s=46,
            edgecolors="white",
            linewidths=0.6,
            zorder=3,
        )
    axes.axhline(0, color="#DDDDDD", linewidth=0.7)
    axes.axvline(0, color="#DDDDDD", linewidth=0.7)
    # One unit is as long on both axes, so that distances on paper are distances between animals.
    axes.set_aspect("equal", adjustable="datalim")
    axes.margins(0.16)
    axes.set_xlabel(f"PC1 ({100 * shares[1]:.0f} % of variance)")
    axes.set_ylabel(f"PC2 ({100 * shares[2]:.0f} % of variance)")
    shapes = list(shape_of.items())
    if known and len(known) < drawn["sex"].nunique():
        shapes.append(("sex not known", "X"))
    group_legend(
        figure,
        test,
        reference,
        more=[
            Line2D([], [], linestyle="none", marker=marker, markersize=5, color=NEUTRAL_COLOUR, label=sex)
            for sex, marker in shapes
        ],
    )
    place_labels(axes, positions, list(drawn["sample"]), positions, radius=4.5)
    return figure, drawn
