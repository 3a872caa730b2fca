"""How much of every animal's sequence was assigned to the transcriptome."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from claimcheck.figures.style import FULL_WIDTH, by_group, colour_of, group_legend, new_figure

_THRESHOLD = {"color": "#444444", "linestyle": "--", "linewidth": 0.9}


def draw_mapping(
    samples: pd.DataFrame,
    mapping: pd.DataFrame,
    *,
    test: str,
    reference: str,
    min_share: float,
    min_fragments: float,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the pseudoaligned share and the library size, a point an animal, with the gates' thresholds.

    Args:
        samples: sample, condition.
        mapping: sample, n_processed, n_pseudoaligned (fragments), share_pseudoaligned (0..1).
        test: name of the test condition.
        reference: name of the reference condition.
        min_share: lowest share (0..1) that passes its gate.
        min_fragments: lowest number of pseudoaligned fragments that passes its gate.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row an animal in the order drawn.
    """
    columns = ["sample", "n_processed", "n_pseudoaligned", "share_pseudoaligned"]
    drawn = by_group(
        samples[["sample", "condition"]].merge(mapping[columns], on="sample", validate="1:1"), test, reference
    ).reset_index(drop=True)
    figure = new_figure(FULL_WIDTH, 1.35 + 0.21 * len(drawn), simulated=simulated)
    share, size = figure.subplots(1, 2, sharey=True)
    places = np.arange(len(drawn))
    colours = [colour_of(condition, test, reference) for condition in drawn["condition"]]

    share.scatter(100 * drawn["share_pseudoaligned"], places, c=colours, s=26, zorder=3)
    for place, value in zip(places, drawn["share_pseudoaligned"], strict=True):
        left = value > 0.5
        share.annotate(
            f"{100 * value:.1f} %",
            (100 * value, place),
            (-6 if left else 6, 0),
            textcoords="offset points",
            ha="right" if left else "left",
            va="center",
            fontsize=8,
        )
    share.axvline(100 * min_share, **_THRESHOLD)
    share.set(xlim=(0, 104), xlabel="fragments mapped (%)", title=f"threshold {100 * min_share:g} %")
    share.set_yticks(places, drawn["sample"])
    share.set_ylim(len(drawn) - 0.4, -0.6)

    size.scatter(drawn["n_processed"], places, facecolors="white", edgecolors=colours, s=26, zorder=3)
    size.scatter(drawn["n_pseudoaligned"], places, c=colours, s=26, zorder=4)
    size.axvline(min_fragments, **_THRESHOLD)
    number = EngFormatter(sep="")
    size.xaxis.set_major_formatter(number)
    size.set_xlim(0, 1.08 * max(drawn["n_processed"].max(), min_fragments))
    size.set(
        xlabel="fragments (open: all, filled: mapped)",
        title=f"threshold {number.format_eng(min_fragments)} mapped",
    )
    for axis in (share, size):
        axis.grid(axis="y", color="#E4E4E4", linewidth=0.6)
        axis.set_axisbelow(True)
        axis.tick_params(axis="y", length=0, left=False)
    group_legend(figure, test, reference)
    return figure, drawn
