"""How alike the animals are: the correlation of every pair, and the animals that stand apart."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from claimcheck.core.tables import listed
from claimcheck.figures.animals import colours_of, sized_legend
from claimcheck.figures.heatmap import SEQUENTIAL, draw_cells, group_bar
from claimcheck.figures.style import FULL_WIDTH, by_group, new_figure, say_nothing_to_draw

_MOST_WITH_NUMBERS = 12
"""Animals up to which the numbers fit into the cells."""


def draw_similarity(
    samples: pd.DataFrame,
    similarity: pd.DataFrame,
    outliers: pd.DataFrame,
    *,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw Spearman's correlation of every pair of animals, and the median of each animal with all others.

    Args:
        samples: sample, condition.
        similarity: sample_a, sample_b, spearman; a row a pair, in either order or both.
        outliers: sample, median_spearman, flagged (bool), reason (text).
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a cell: sample_a, condition_a, sample_b, condition_b, spearman, median_spearman_a,
        flagged_a. An animal's cell with itself is blank and has no row.
    """
    animals = by_group(samples[["sample", "condition"]], test, reference)
    both = pd.concat([similarity, similarity.rename(columns={"sample_a": "sample_b", "sample_b": "sample_a"})])
    both = both.loc[both["sample_a"] != both["sample_b"], ["sample_a", "sample_b", "spearman"]]
    both = both.drop_duplicates(["sample_a", "sample_b"])
    single = animals.merge(
        outliers[["sample", "median_spearman", "flagged", "reason"]], on="sample", how="left", validate="1:1"
    )
    drawn = (
        single.add_suffix("_a")
        .merge(animals.add_suffix("_b"), how="cross")
        .merge(both, on=["sample_a", "sample_b"], validate="1:1")
    )[["sample_a", "condition_a", "sample_b", "condition_b", "spearman", "median_spearman_a", "flagged_a"]]
    if drawn["spearman"].isna().all():
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), "no two samples could be compared")
        return figure, drawn

    names = list(animals["sample"])
    table = drawn.pivot(index="sample_a", columns="sample_b", values="spearman").reindex(index=names, columns=names)
    figure = new_figure(FULL_WIDTH, min(2.5 + 0.4 * len(names), 6.6), simulated=simulated)
    heat, median = figure.subplots(1, 2, width_ratios=[3.2, 1], sharey=True)
    low, high = float(drawn["spearman"].min()), float(drawn["spearman"].max())
    cells = draw_cells(
        heat,
        table,
        colours=SEQUENTIAL,
        low=low,
        high=high,
        notation="{:.3f}" if len(names) <= _MOST_WITH_NUMBERS else "",
    )
    heat.set_facecolor("white")
    heat.tick_params(axis="x", labelrotation=90, labelsize=7.5)
    heat.tick_params(axis="y", labelsize=7.5)
    flagged = single["flagged"].fillna(False).astype(bool).to_numpy()
    for axis in (heat.get_xticklabels(), heat.get_yticklabels()):
        for label, apart in zip(axis, flagged, strict=True):
            label.set_fontweight("bold" if apart else "normal")
    group_bar(heat, list(animals["condition"]), test, reference)
    bar = figure.colorbar(cells, ax=heat, location="bottom", shrink=0.7, aspect=30)
    bar.set_label("Spearman's correlation of counts (light = more alike)", fontsize=7.5)
    bar.locator = MaxNLocator(nbins=5)
    bar.outline.set_visible(False)
    places = np.arange(len(names)) + 0.5
    for place, value, condition, apart in zip(
        places, single["median_spearman"], single["condition"], flagged, strict=True
    ):
        colour = colours_of([condition], test, reference)
        median.scatter(value, place, c=colour, s=44 if apart else 26, marker="D" if apart else "o", zorder=3)
    median.set_xlabel("median correlation\nwith the other samples")
    median.grid(axis="y", color="#E4E4E4", linewidth=0.6)
    median.tick_params(axis="y", length=0, left=False, labelleft=False)
    median.margins(x=0.15)
    median.xaxis.set_major_locator(MaxNLocator(nbins=3))
    named = [f"{row['sample']} ({row['reason']})" for row in single[flagged].to_dict("records")]
    words = f"flagged as outliers (bold, diamond): {listed(named)}" if named else "no sample is flagged as an outlier"
    heat.set_title(textwrap.fill(words, 88), pad=22)
    sized_legend(figure, animals, test, reference)
    return figure, drawn
