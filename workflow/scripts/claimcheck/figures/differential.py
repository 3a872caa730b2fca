"""Every gene's fold change against its expression and against its evidence."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from claimcheck.figures.labels import place_labels
from claimcheck.figures.style import (
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TEST_COLOUR,
    new_figure,
    plain_numbers,
    say_nothing_to_draw,
)

N_LABELLED = 10
"""Genes named in a figure besides the configured ones: those with a symbol and the largest absolute Wald statistic."""
N_BINS = 40
NOT_CALLED_COLOUR = "#B3B3B3"


def gene_points(
    genes: pd.DataFrame, *, test: str, reference: str, alpha: float, label_genes: Sequence[str]
) -> pd.DataFrame:
    """Say of every gene with a fold change how it is called and whether it is named in the figures.

    Args:
        genes: gene_id, symbol, base_mean, log2_fold_change (unshrunken, test / reference), stat, p_value,
            p_adjusted.
        test: name of the test condition.
        reference: name of the reference condition.
        alpha: adjusted p below which a gene is called.
        label_genes: ids of genes that are named in any case.

    Returns:
        The genes with positive mean and finite fold change, with the columns call ("higher in <condition>" or
        "not called") and label ("configured", "largest statistic" or "").
    """
    columns = ["gene_id", "symbol", "base_mean", "log2_fold_change", "stat", "p_value", "p_adjusted"]
    points = genes.loc[(genes["base_mean"] > 0) & np.isfinite(genes["log2_fold_change"]), columns].copy()
    called = points["p_adjusted"] < alpha
    up = points["log2_fold_change"] > 0
    points["call"] = np.select(
        [called & up, called & ~up], [f"higher in {test}", f"higher in {reference}"], "not called"
    )
    ranked = points.assign(size=points["stat"].abs()).sort_values(["size", "gene_id"], ascending=[False, True])
    named = ranked["stat"].notna() & (ranked["symbol"] != ranked["gene_id"])  # ids are too long to stand beside points
    strongest = ranked.loc[named, "gene_id"].head(N_LABELLED)
    points["label"] = np.select(
        [points["gene_id"].isin(list(label_genes)), points["gene_id"].isin(strongest)],
        ["configured", "largest statistic"],
        "",
    )
    return points.sort_values("gene_id").reset_index(drop=True)


def draw_ma(
    points: pd.DataFrame, *, test: str, reference: str, alpha: float, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the log2 fold change of every gene against its mean normalised count.

    Args:
        points: what `gene_points` returns.
        test: name of the test condition.
        reference: name of the reference condition.
        alpha: adjusted p below which a gene is called.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and the points with the column drawn_log2_fold_change (at the frame where the scale ends).
    """
    drawn = points.assign(drawn_log2_fold_change=_on_scale(points))
    figure = new_figure(5.6, 4.2, simulated=simulated)
    axes = figure.subplots()
    axes.set_xlabel("mean of normalised counts")
    axes.set_ylabel(f"log2 fold change, {test} / {reference}\n(positive = higher in {test})")
    if drawn.empty:
        say_nothing_to_draw(axes, "no gene has a fold change")
        return figure, drawn
    axes.set_xscale("log")
    plain_numbers(axes, "x")
    limit = change_limit(points)
    axes.set_ylim(-1.06 * limit, 1.06 * limit)
    axes.axhline(0, color="#444444", linewidth=0.7)
    positions = drawn[["base_mean", "drawn_log2_fold_change"]].to_numpy(dtype=float)
    _scatter(axes, drawn, positions, test=test, reference=reference, alpha=alpha)
    _name_genes(axes, drawn, positions)
    return figure, drawn


def draw_volcano(
    points: pd.DataFrame, *, test: str, reference: str, alpha: float, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the evidence for every gene against its log2 fold change.

    Args:
        points: what `gene_points` returns.
        test: name of the test condition.
        reference: name of the reference condition.
        alpha: adjusted p below which a gene is called.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and the genes with a p-value with the columns minus_log10_p, drawn_log2_fold_change and
        drawn_minus_log10_p: the drawn values lie at the end of the scale where the true ones lie beyond it.
    """
    tested = points[points["p_value"].notna()].reset_index(drop=True)
    top = evidence_limit(tested)
    evidence = _evidence(tested)
    drawn = tested.assign(
        drawn_log2_fold_change=_on_scale(tested), minus_log10_p=evidence, drawn_minus_log10_p=evidence.clip(upper=top)
    )
    figure = new_figure(5.6, 4.2, simulated=simulated)
    axes = figure.subplots()
    if drawn.empty:
        say_nothing_to_draw(axes, "no gene has a p-value")
        return figure, drawn
    limit = change_limit(tested)
    axes.set_xlim(-1.06 * limit, 1.06 * limit)
    axes.set_ylim(0, 1.12 * top)
    axes.set_xlabel(f"log2 fold change, {test} / {reference}\n(positive = higher in {test})")
    axes.set_ylabel("−log10 p (Wald test)")
    axes.axvline(0, color="#DDDDDD", linewidth=0.7)
    called = drawn.loc[drawn["call"] != "not called", "drawn_minus_log10_p"]
    if len(called):
        axes.axhline(called.min(), color="#444444", linestyle="--", linewidth=0.9)
    positions = drawn[["drawn_log2_fold_change", "drawn_minus_log10_p"]].to_numpy(dtype=float)
    _scatter(axes, drawn, positions, test=test, reference=reference, alpha=alpha)
    _name_genes(axes, drawn, positions)
    return figure, drawn


def draw_p_values(
    genes: pd.DataFrame, *, simulated: bool, share_of_nulls: float = np.nan
) -> tuple[Figure, pd.DataFrame]:
    """Draw the histogram of all unadjusted p-values.

    Args:
        genes: gene_id, symbol, p_value; a row a gene.
        simulated: whether the study's data are simulated.
        share_of_nulls: estimated share of genes without a difference (0..1); not drawn where it is NaN.

    Returns:
        The figure, and the genes with a p-value: it counts their p_value in 40 equal bins from 0 to 1.
    """
    drawn = genes.loc[genes["p_value"].notna(), ["gene_id", "symbol", "p_value"]].sort_values("gene_id")
    figure = new_figure(4.6, 2.7, simulated=simulated)
    axes = figure.subplots()
    if drawn.empty:
        say_nothing_to_draw(axes, "no gene has a p-value")
        return figure, drawn
    axes.hist(drawn["p_value"], bins=N_BINS, range=(0, 1), color=NEUTRAL_COLOUR, edgecolor="white", linewidth=0.3)
    axes.axhline(len(drawn) / N_BINS, color="#444444", linestyle="--", linewidth=0.9)
    axes.set(xlabel="p (Wald test, unadjusted)", ylabel=f"genes (of {len(drawn):,})", xlim=(0, 1))
    words = "dashed: if no gene differed"
    if np.isfinite(share_of_nulls):
        axes.axhline(share_of_nulls * len(drawn) / N_BINS, color="#009E73", linewidth=1.1)
        words += f"; green: true nulls, π0 = {share_of_nulls:.2f}"
    axes.set_title(words)
    plain_numbers(axes, "y")
    return figure, drawn


def evidence_limit(points: pd.DataFrame) -> float:
    """Give the largest -log10 p on the scale of the volcano, at least 1.5.

    Args:
        points: what `gene_points` returns.
    """
    evidence = _evidence(points)
    return max(_without_stragglers(evidence[np.isfinite(evidence)]), 1.5)


def _evidence(points: pd.DataFrame) -> "pd.Series[float]":
    with np.errstate(divide="ignore"):
        return points["p_value"].map(lambda p: -np.log10(p)).abs()


def change_limit(points: pd.DataFrame) -> float:
    """Give the largest absolute fold change on the scale: a few far-off genes must not squeeze the others.

    Args:
        points: what `gene_points` returns.
    """
    size = points["log2_fold_change"].abs()
    if size.empty:
        return 1.0
    notable = size[(points["call"] != "not called") | (points["label"] != "")]
    return max(1.0, float(size.quantile(0.998, interpolation="lower")), _without_stragglers(notable))


def _without_stragglers(values: "pd.Series[float]") -> float:
    """Give the largest value, but at most three times the fifth largest; 0 of none."""
    largest = values.nlargest(5)
    return min(float(largest.max()), 3 * float(largest.min())) if len(largest) else 0.0


def _on_scale(points: pd.DataFrame) -> "pd.Series[float]":
    limit = change_limit(points)
    return points["log2_fold_change"].clip(-limit, limit)


def _scatter(
    axes: Axes,
    drawn: pd.DataFrame,
    positions: NDArray[np.float64],
    *,
    test: str,
    reference: str,
    alpha: float,
) -> None:
    """Draw all genes as pixels, called ones on top; a gene beyond the scale is a triangle."""
    beyond = (drawn["log2_fold_change"] != drawn["drawn_log2_fold_change"]).to_numpy()
    if "minus_log10_p" in drawn:
        beyond |= (drawn["minus_log10_p"] != drawn["drawn_minus_log10_p"]).to_numpy()
    for call, colour, size in (
        ("not called", NOT_CALLED_COLOUR, 4),
        (f"higher in {reference}", REFERENCE_COLOUR, 9),
        (f"higher in {test}", TEST_COLOUR, 9),
    ):
        of_call = (drawn["call"] == call).to_numpy()
        name = f"{call}: {of_call.sum():,}"
        for chosen, marker in ((of_call & ~beyond, "o"), (of_call & beyond, "^")):
            axes.scatter(
                positions[chosen, 0],
                positions[chosen, 1],
                s=size,
                c=colour,
                marker=marker,
                linewidths=0,
                rasterized=True,
                clip_on=False,
            )
        axes.scatter([], [], s=14, c=colour, label=name)
    figure = axes.get_figure(root=True)
    assert figure is not None
    figure.legend(
        loc="outside lower center",
        ncols=3,
        handletextpad=0.1,
        columnspacing=1.0,
        title=f"adjusted p < {alpha:g}",
    ).get_title().set_fontsize(8)


def _name_genes(axes: Axes, drawn: pd.DataFrame, positions: NDArray[np.float64]) -> None:
    """Ring and name the labelled genes, configured ones first and in bold."""
    named = drawn[drawn["label"] != ""].sort_values(["label", "gene_id"])
    places = positions[named.index]
    axes.scatter(places[:, 0], places[:, 1], s=22, facecolors="none", edgecolors="black", linewidths=0.7, zorder=4)
    place_labels(axes, places, list(named["symbol"]), positions, radius=3.5, bold=list(named["label"] == "configured"))


def draw_ma_of_genes(
    genes: pd.DataFrame, *, test: str, reference: str, alpha: float, label_genes: Sequence[str], simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw `draw_ma` of results/differential/genes.tsv."""
    points = gene_points(genes, test=test, reference=reference, alpha=alpha, label_genes=label_genes)
    return draw_ma(points, test=test, reference=reference, alpha=alpha, simulated=simulated)


def draw_volcano_of_genes(
    genes: pd.DataFrame, *, test: str, reference: str, alpha: float, label_genes: Sequence[str], simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw `draw_volcano` of results/differential/genes.tsv."""
    points = gene_points(genes, test=test, reference=reference, alpha=alpha, label_genes=label_genes)
    return draw_volcano(points, test=test, reference=reference, alpha=alpha, simulated=simulated)


def draw_p_values_of_genes(
    genes: pd.DataFrame, summary: pd.DataFrame, *, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw `draw_p_values` of results/differential/genes.tsv; summary: quantity, value (text), of the same test."""
    nulls = pd.to_numeric(summary.set_index("quantity").at["share_of_true_nulls", "value"], errors="coerce")
    return draw_p_values(genes, simulated=simulated, share_of_nulls=float(nulls))
