"""The study's fold change of every gene against the one that the paper publishes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from claimcheck.deseq2.published import summarise
from claimcheck.figures.animals import figures_of
from claimcheck.figures.labels import place_labels
from claimcheck.figures.style import NEUTRAL_COLOUR, new_figure, say_nothing_to_draw

BOTH, PAPER, HERE, NEITHER = "both", "the paper", "this study", "neither"
"""Who calls a gene."""
_COLOURS = {NEITHER: "#B3B3B3", PAPER: "#D55E00", HERE: "#0072B2", BOTH: "#000000"}
_LARGEST_SHARE = 0.998
"""Share of the fold changes that are on the scale."""


def draw_published(
    published: pd.DataFrame,
    *,
    alpha: float,
    label_genes: Sequence[str],
    source: str,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the fold changes of all genes that both have.

    Args:
        published: results/differential/published.tsv.
        alpha: adjusted p below which a gene is called, in both.
        label_genes: ids of genes that are named.
        source: what the paper calls its table, or "".
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and the genes with a fold change in both, with the columns called_by and drawn_published and drawn_here, which
        lie at the end of the scale where the true values lie beyond it.
    """
    kept = published[published["log2_fold_change"].notna()].reset_index(drop=True)
    theirs, ours = kept["published_log2_fold_change"], kept["log2_fold_change"]
    in_paper, here = kept["published_p_adjusted"] < alpha, kept["p_adjusted"] < alpha
    sizes = pd.concat([theirs, ours]).abs()
    limit = max(1.0, float(sizes.quantile(_LARGEST_SHARE, interpolation="lower"))) if len(kept) else 1.0
    drawn = kept.assign(
        called_by=np.select([in_paper & here, in_paper, here], [BOTH, PAPER, HERE], NEITHER),
        drawn_published=theirs.clip(-limit, limit),
        drawn_here=ours.clip(-limit, limit),
    )
    figure = new_figure(4.8, 4.8, simulated=simulated)
    axes = figure.subplots()
    if drawn.empty:
        say_nothing_to_draw(axes, "no gene of the paper's table was tested here")
        return figure, drawn
    axes.set(xlim=(-1.06 * limit, 1.06 * limit), ylim=(-1.06 * limit, 1.06 * limit), aspect="equal")
    axes.set_xlabel(f"{source or 'published'}: log2 fold change, {test} / {reference}")
    axes.set_ylabel(f"this study: log2 fold change, {test} / {reference}")
    axes.axhline(0, color="#DDDDDD", linewidth=0.7)
    axes.axvline(0, color="#DDDDDD", linewidth=0.7)
    axes.axline((0, 0), slope=1, color=NEUTRAL_COLOUR, linewidth=0.8)
    beyond = drawn["drawn_published"].ne(theirs) | drawn["drawn_here"].ne(ours)
    for name, colour in _COLOURS.items():
        of_name = drawn["called_by"] == name
        for rows, marker in ((drawn[of_name & ~beyond], "o"), (drawn[of_name & beyond], "^")):
            axes.scatter(
                rows["drawn_published"], rows["drawn_here"], s=6, c=colour, marker=marker, linewidths=0, rasterized=True
            )
        axes.scatter([], [], s=14, c=colour, label=f"{name}: {int(of_name.sum()):,}")
    correlation = summarise(published, alpha).correlation
    told = f"{len(drawn):,} genes" + (f", r = {figures_of(correlation, '{:.3f}')}" if np.isfinite(correlation) else "")
    axes.set_title(told)
    figure.legend(loc="outside lower center", ncols=4, handletextpad=0.1, columnspacing=1.0, title="called by")
    positions = drawn[["drawn_published", "drawn_here"]].to_numpy(dtype=float)
    named = drawn[drawn["gene_id"].isin(list(label_genes))]
    places = positions[named.index]
    axes.scatter(places[:, 0], places[:, 1], s=22, facecolors="none", edgecolors="black", linewidths=0.7, zorder=4)
    place_labels(axes, places, list(named["symbol"]), positions, radius=3.5, bold=[True] * len(named))
    return figure, drawn
