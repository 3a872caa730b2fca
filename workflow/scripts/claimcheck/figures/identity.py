"""Whether the deleted gene is deleted: its expression, what other cells add to it, its exons and their junctions."""

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from claimcheck.figures.animals import (
    across,
    colours_of,
    figures_of,
    group_ticks,
    name_points,
    short_names,
    sized_legend,
)
from claimcheck.figures.exons import draw_exons, draw_junctions
from claimcheck.figures.style import (
    FULL_WIDTH,
    REFERENCE_COLOUR,
    by_group,
    new_figure,
    say_nothing_to_draw,
)
from claimcheck.quantification.genes import read_annotation

_COLUMNS = ["panel", "sample", "condition", "marker_score", "exon", "junction", "quantity", "value"]


def draw_knockout(
    deleted: pd.DataFrame,
    effects: pd.DataFrame,
    exons: pd.DataFrame,
    junctions: pd.DataFrame,
    *,
    symbol: str,
    marker: str,
    sentence: str,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the deleted gene in every animal, alone and against the other cells that make it; its exons and junctions.

    Args:
        deleted: sample, condition, log2_cpm (log2(CPM + 1)), marker_score (missing without markers), residual (log2_cpm
            less the reference group's line); empty where no gene is named as deleted.
        effects: effect (unadjusted or adjusted), estimate, ci95_low, ci95_high (log2, test / reference), p_value, n_test,
            n_reference.
        exons: sample, condition, exon (1, 2, … in order of transcription), n_positions (of unique sequence),
            relative_depth (depth / depth of all the gene's positions); empty where there are no reads.
        junctions: sample, condition, left, right (exons), n_reads, skipping (bool); empty where there are no reads.
        symbol: the deleted gene's.
        marker: name of the other cells that make the gene, whose markers are scored; "" for none.
        sentence: the outcome in words.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a point: panel (a to d), sample, condition, marker_score, exon, junction ("left|right"),
        quantity (log2_cpm, fitted_log2_cpm, relative_depth or n_reads), value.
    """
    deleted = by_group(deleted, test, reference)
    if deleted.empty:
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), "the study names no gene as deleted")
        return figure, pd.DataFrame(columns=_COLUMNS)
    with_reads = len(exons) > 0
    outcome = textwrap.wrap(re.sub(r"(?<![\w.])-(?=\d)", "−", sentence), 110)
    figure = new_figure(FULL_WIDTH, 0.15 * len(outcome) + (6.2 if with_reads else 3.4), simulated=simulated)
    body = figure.subfigures(1, 1, squeeze=False)[0, 0]
    body.suptitle("\n".join(outcome), x=0.01, ha="left", fontsize=8.5)
    panels = body.subplots(2 if with_reads else 1, 2, squeeze=False).ravel()
    names, cut = short_names(list(deleted["sample"]))
    groups = {"test": test, "reference": reference}
    drawn = [_draw_groups(panels[0], deleted, effects, symbol=symbol, **groups)]
    drawn += [_draw_against_marker(panels[1], deleted, effects, symbol=symbol, marker=marker, **groups)]
    if with_reads:
        drawn += [draw_exons(panels[2], by_group(exons, test, reference), symbol=symbol, **groups)]
        drawn += [draw_junctions(panels[3], by_group(junctions, test, reference), **groups)]
    line = Line2D([], [], color=REFERENCE_COLOUR, linewidth=1, label=f"b: line of {reference}")
    has_line = deleted["marker_score"].notna().any()
    sized_legend(figure, deleted, test, reference, more=[line] if has_line else [], note=cut)
    measured = deleted["log2_cpm"].notna().to_numpy()
    x = across(list(deleted["condition"]), test, reference)
    for panel, place in ((panels[0], x), (panels[1], deleted["marker_score"].to_numpy(dtype=float))):
        positions = np.column_stack([place, deleted["log2_cpm"]])
        there = measured & np.isfinite(place)
        lines = [_along(line.get_xydata()) for line in panel.get_lines() if len(line.get_xydata())]
        name_points(
            panel,
            positions[there],
            [name for name, is_there in zip(names, there, strict=True) if is_there],
            obstacles=np.vstack(lines) if lines else None,
        )
    return figure, pd.concat(drawn, ignore_index=True).reindex(columns=_COLUMNS)


def _along(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give points along a line that names should keep off."""
    x = np.linspace(corners[0, 0], corners[-1, 0], 100)
    return np.column_stack([x, np.interp(x, corners[:, 0], corners[:, 1])])


def _effect_words(effects: pd.DataFrame, effect: str, name: str, *, test: str, reference: str) -> str:
    """Say an effect with its interval and its p-value."""
    row = effects[effects["effect"] == effect]
    if row.empty or pd.isna(row["estimate"].iloc[0]):
        return f"{name}: not estimable"
    numbers = row.iloc[0]
    comparison = f"{name}: log2 {test} / {reference} = {figures_of(numbers['estimate'], '{:.2f}')}"
    if pd.isna(numbers["ci95_low"]):
        return f"{textwrap.fill(comparison, 50)}\n(too few samples for an interval)"
    low, high = (figures_of(numbers[end], "{:.2f}") for end in ("ci95_low", "ci95_high"))
    return f"{textwrap.fill(comparison, 50)}\n(95 % CI {low} to {high}, p = {figures_of(numbers['p_value'], '{:.2g}')})"


def _draw_groups(
    axes: Axes, deleted: pd.DataFrame, effects: pd.DataFrame, *, symbol: str, test: str, reference: str
) -> pd.DataFrame:
    groups = {"test": test, "reference": reference}
    conditions = list(deleted["condition"])
    axes.scatter(
        across(conditions, test, reference),
        deleted["log2_cpm"],
        c=colours_of(conditions, test, reference),
        s=30,
        zorder=3,
    )
    group_ticks(axes, deleted, test, reference, width=20)
    axes.margins(y=0.15)
    axes.set_ylabel(f"{symbol}, log2(CPM + 1)")
    axes.set_title(f"a  {_effect_words(effects, 'unadjusted', 'unadjusted', **groups)}", fontsize=8)
    return deleted[["sample", "condition"]].assign(panel="a", quantity="log2_cpm", value=deleted["log2_cpm"])


def _draw_against_marker(
    axes: Axes,
    deleted: pd.DataFrame,
    effects: pd.DataFrame,
    *,
    symbol: str,
    marker: str,
    test: str,
    reference: str,
) -> pd.DataFrame:
    groups = {"test": test, "reference": reference}
    known = deleted[deleted["marker_score"].notna()]
    axes.set_ylabel(f"{symbol}, log2(CPM + 1)")
    axes.set_xlabel(f"{marker or 'marker'} score (mean z of markers)")
    if known.empty:
        axes.set_title("b  other cells that make the gene", fontsize=8)
        say_nothing_to_draw(axes, "no markers of other cells that make it\nare named and measured")
        return known[["sample", "condition", "marker_score"]].assign(panel="b", quantity="log2_cpm", value=np.nan)
    axes.set_title(f"b  {_effect_words(effects, 'adjusted', f'adjusted for the {marker} score', **groups)}", fontsize=8)
    colours = colours_of(list(known["condition"]), test, reference)
    axes.scatter(known["marker_score"], known["log2_cpm"], c=colours, s=30, zorder=3)
    line = (
        known.assign(fitted=known["log2_cpm"] - known["residual"]).dropna(subset="fitted").sort_values("marker_score")
    )
    axes.plot(line["marker_score"], line["fitted"], color=REFERENCE_COLOUR, linewidth=1)
    axes.margins(0.15)
    points = known[["sample", "condition", "marker_score"]].assign(
        panel="b", quantity="log2_cpm", value=known["log2_cpm"]
    )
    fit = line[["sample", "condition", "marker_score"]].assign(
        panel="b", quantity="fitted_log2_cpm", value=line["fitted"]
    )
    return pd.concat([points, fit])


def draw_deleted_gene(
    levels: pd.DataFrame,
    effects: pd.DataFrame,
    exons: pd.DataFrame,
    junctions: pd.DataFrame,
    outcomes: pd.DataFrame,
    *,
    transcripts: Path | None,
    gene_sets: Sequence[Path],
    deleted_gene: str,
    deleted_gene_symbol: str,
    marker: str,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the deleted gene by its symbol, with the outcome in words; see `draw_knockout`.

    Args:
        levels, effects, exons, junctions: results/identity, of which `levels` is deleted_gene.tsv.
        outcomes: question, outcome, sentence.
        transcripts: results/reference/transcripts.tsv; None where there is no reference.
        gene_sets: tables of the curated sets.
        deleted_gene: its id.
        deleted_gene_symbol: its symbol in the configuration, or "".
        marker, test, reference, simulated: as there.
    """
    annotation = read_annotation(transcripts, gene_sets, {deleted_gene: deleted_gene_symbol})
    return draw_knockout(
        levels,
        effects,
        exons,
        junctions,
        symbol=annotation.symbols_of([deleted_gene])[0],
        marker=marker,
        sentence=" ".join(outcomes.loc[outcomes["question"] == "knockout", "sentence"]),
        test=test,
        reference=reference,
        simulated=simulated,
    )
