"""The dispersion of every gene against its mean: its own, the trend's, and the one that is used."""

import pandas as pd
from matplotlib.figure import Figure

from claimcheck.figures.style import TEST_COLOUR, TEXT_COLOUR, new_figure, plain_numbers, say_nothing_to_draw

LEAST_DRAWN = 1e-4
"""Smaller dispersions lie at the frame: such a gene varies no more than counting alone makes it."""
_FINAL_COLOUR = "#56B4E9"


def draw_dispersions(dispersions: pd.DataFrame, *, simulated: bool) -> tuple[Figure, pd.DataFrame]:
    """Draw gene-wise and final dispersions and their trend.

    Args:
        dispersions: gene_id, symbol, base_mean, gene_wise, trend, posterior, final, above_trend; a row a gene.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and the genes with a mean and a dispersion, with drawn_gene_wise and drawn_final (at the frame where the
        scale ends).
    """
    known = dispersions.dropna(subset=["base_mean", "gene_wise", "final"])
    drawn = known[known["base_mean"] > 0].reset_index(drop=True)
    drawn = drawn.assign(**{f"drawn_{name}": drawn[name].clip(lower=LEAST_DRAWN) for name in ("gene_wise", "final")})
    figure = new_figure(5.6, 4.0, simulated=simulated)
    axes = figure.subplots()
    if drawn.empty:
        say_nothing_to_draw(axes, "no gene has a dispersion")
        return figure, drawn
    above = drawn["above_trend"].eq(True)
    low = int((drawn["gene_wise"] < LEAST_DRAWN).sum())
    for column, colour, size, label in (
        ("drawn_gene_wise", "#B3B3B3", 5, f"of the gene alone ({len(drawn):,} genes)"),
        ("drawn_final", _FINAL_COLOUR, 4, "used: drawn towards the trend"),
    ):
        axes.scatter(drawn["base_mean"], drawn[column], s=size, c=colour, linewidths=0, rasterized=True, clip_on=False)
        axes.scatter([], [], s=14, c=colour, label=label)
    axes.scatter(
        drawn.loc[above, "base_mean"],
        drawn.loc[above, "drawn_gene_wise"],
        s=12,
        facecolors="none",
        edgecolors=TEST_COLOUR,
        linewidths=0.7,
        label=f"far above the trend, used as it is ({above.sum():,})",
    )
    trend = drawn.dropna(subset=["trend"]).sort_values("base_mean")
    axes.plot(trend["base_mean"], trend["trend"], color=TEXT_COLOUR, linewidth=1.4, label="trend")
    axes.set(xscale="log", yscale="log", xlabel="mean of normalised counts", ylabel="dispersion")
    axes.set_ylim(bottom=0.8 * LEAST_DRAWN)
    for which in ("x", "y"):
        plain_numbers(axes, which)
    axes.set_title(
        f"median dispersion used: {drawn['final'].median():.2g}; {low:,} genes below {LEAST_DRAWN:g} lie at the frame"
    )
    figure.legend(loc="outside lower center", ncols=2, handletextpad=0.3)
    return figure, drawn
