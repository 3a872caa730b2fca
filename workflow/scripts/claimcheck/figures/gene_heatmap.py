"""Genes in every animal: z of their levels as heatmaps, a panel a group of genes, animals in the order of their groups."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from claimcheck.claims.model import Register
from claimcheck.figures.animals import colours_of, short_names, sized_legend
from claimcheck.figures.forest import MOST_ROWS, split_evenly
from claimcheck.figures.heatmap import DIVERGING, MISSING_COLOUR
from claimcheck.figures.named import genes_of_figure, standards_of
from claimcheck.figures.style import FULL_WIDTH, TEXT_COLOUR, by_group, new_figure

HEATMAP_COLUMNS = ("panel", "row", "kind", "gene_id", "state", "detected", "sample", "condition", "log2_cpm", "z")
_ROW = 0.145
_NAME = 0.42
"""Rows that a letter of an animal's name takes."""
_LARGEST_SCALE = 3.0


def draw_gene_heatmap(
    samples: pd.DataFrame,
    genes: pd.DataFrame,
    levels: pd.DataFrame,
    scores: pd.DataFrame,
    scores_of: Mapping[str, Sequence[str]],
    *,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw z of log2(CPM + 1) of every gene in every animal, and below some groups the scores of panels.

    Args:
        samples: sample, condition.
        genes: from `named.genes_of_figure`, at least one row.
        levels: gene_id, sample, log2_cpm, z.
        scores: panel, sample, score; results/quality/composition.tsv.
        scores_of: names of the panels whose score stands below a group, by the group's title.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a gene or score and animal with the columns HEATMAP_COLUMNS; z of genes below detection is missing.
    """
    animals = by_group(samples[["sample", "condition"]], test, reference)
    parts, titles = [], []
    for panel, own in genes.groupby("panel", sort=False):
        part = _gene_cells(own, animals, levels)
        for name in scores_of.get(str(panel), ()):
            part = pd.concat([part, _score_cells(name, animals, scores)], ignore_index=True)
        parts.append(part.assign(panel=panel)[list(HEATMAP_COLUMNS)])
        titles.append(f"{panel} ({MOST_ROWS} of {len(own)} genes)" if len(own) > MOST_ROWS else str(panel))
    drawn = pd.concat(parts, ignore_index=True)
    largest = drawn["z"].abs().max()
    reach = 1.0 if np.isnan(largest) else float(np.clip(np.ceil(2 * largest) / 2, 1.0, _LARGEST_SCALE))

    names, cut = short_names(list(animals["sample"]))
    # A title, the bar of the groups, a gap before the scores, and the animals' names, which are written upright.
    around = 2.6 + _NAME * max(map(len, names))
    heights = [part["row"].nunique() + around for part in parts]
    n_columns = min(len(parts), 3 if len(animals) <= 10 else 2 if len(animals) <= 20 else 1)
    columns = split_evenly(heights, n_columns)
    tallest = max(sum(heights[number] for number in column) for column in columns)
    figure = new_figure(FULL_WIDTH, _ROW * tallest + 1.4, simulated=simulated)
    panels = figure.subplots(1, n_columns, squeeze=False)[0]
    for axes, column in zip(panels, columns, strict=True):
        axes.set_xlim(0, len(animals))
        axes.set_ylim(tallest, 0)
        axes.spines[:].set_visible(False)
        axes.set_xticks([])
        labels: dict[float, tuple[str, bool, bool]] = {}
        top = 0.0
        for number in column:
            axes.text(0, top + 0.5, titles[number], fontsize=8, fontweight="bold", va="center")
            labels |= _draw_panel(axes, parts[number], animals, names, top=top, reach=reach, groups=(reference, test))
            top += heights[number]
        _name_rows(axes, labels)
    mapped = ScalarMappable(Normalize(-reach, reach), cmap=DIVERGING)
    bar = figure.colorbar(mapped, ax=list(panels), location="bottom", shrink=0.5, aspect=40)
    missing = "; grey: below detection" if drawn["z"].isna().any() else ""
    bar.set_label(f"z of log2(CPM + 1), 0 = mean of all samples{missing}", fontsize=7.5)
    bar.ax.tick_params(labelsize=7)
    bar.outline.set_visible(False)
    sized_legend(figure, animals, test, reference, note=cut)
    return figure, drawn


def _gene_cells(genes: pd.DataFrame, animals: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """Lay out the genes of a panel: by shrunken fold change, the highest on top, those below detection last."""
    ordered = genes.sort_values(
        ["detected", "log2_fold_change_shrunken"], ascending=[False, False], kind="stable", na_position="last"
    ).head(MOST_ROWS)
    label = ordered["symbol"].where(ordered["symbol"] != "", ordered["gene_id"])
    cells = (
        ordered[["gene_id", "state", "detected"]]
        .assign(row=label, kind="gene")
        .merge(animals, how="cross")
        .merge(levels, on=["gene_id", "sample"], how="left", validate="m:1")
    )
    return cells.assign(z=cells["z"].where(cells["detected"]))


def _score_cells(name: str, animals: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    own = scores[scores["panel"] == name][["sample", "score"]].rename(columns={"score": "z"})
    return animals.merge(own, on="sample", how="left", validate="1:1").assign(
        row=name, kind="score", gene_id="", state="", detected=True, log2_cpm=np.nan
    )


def _draw_panel(
    axes: Axes,
    part: pd.DataFrame,
    animals: pd.DataFrame,
    names: Sequence[str],
    *,
    top: float,
    reach: float,
    groups: tuple[str, str],
) -> dict[float, tuple[str, bool, bool]]:
    """Draw the cells of a panel below the bar of the groups, which stands below its title.

    Returns:
        By the place of each row its name, and whether it is detected and whether it is a score.
    """
    reference, test = groups
    rows = part.drop_duplicates(["kind", "row"])
    colours = colours_of(list(animals["condition"]), test, reference)
    for place, colour in enumerate(colours):
        axes.add_patch(Rectangle((place, top + 1.1), 1, 0.6, facecolor=colour, edgecolor="white", linewidth=0.8))
    cmap = colormaps[DIVERGING].with_extremes(bad=MISSING_COLOUR)
    first, labels = top + 1.9, {}
    for kind in ("gene", "score"):
        own = rows[rows["kind"] == kind]
        table = part[part["kind"] == kind].pivot(index="row", columns="sample", values="z")
        if own.empty:
            continue
        axes.pcolormesh(
            np.arange(len(animals) + 1),
            first + np.arange(len(own) + 1),
            np.ma.masked_invalid(table.loc[list(own["row"]), list(animals["sample"])].to_numpy(dtype=float)),
            cmap=cmap,
            vmin=-reach,
            vmax=reach,
            edgecolors="white",
            linewidth=0.6,
        )
        for place, (row, detected) in enumerate(zip(own["row"], own["detected"], strict=True)):
            labels[first + place + 0.5] = (str(row), bool(detected), kind == "score")
        first += len(own) + 0.3
    for place, name in enumerate(names):
        label = axes.text(place + 0.5, first - 0.1, name, rotation=90, ha="center", va="top", fontsize=6)
        label.set_in_layout(False)
    return labels


def _name_rows(axes: Axes, labels: Mapping[float, tuple[str, bool, bool]]) -> None:
    axes.set_yticks(list(labels), [name for name, _, _ in labels.values()])
    axes.tick_params(axis="y", length=0, left=False, labelsize=6.5, pad=1)
    for tick, (_, detected, score) in zip(axes.get_yticklabels(), labels.values(), strict=True):
        tick.set_color(TEXT_COLOUR if detected else "#6A6A6A")
        tick.set_fontweight("bold" if score else "normal")


def draw_heatmap_of_genes(
    samples: pd.DataFrame,
    genes: pd.DataFrame,
    levels: pd.DataFrame,
    scores: pd.DataFrame,
    register: Register | None,
    *,
    figure: str,
    groups: Sequence[Mapping[str, Any]],
    detected_counts: float,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the heatmap of the genes that named_genes.tsv names for a figure; `groups` are those of report.heatmaps."""
    named = genes_of_figure(genes, figure, standards_of(register, detected_counts))
    scores_of = {group["title"]: group.get("scores", []) for group in groups}
    return draw_gene_heatmap(
        samples, named, levels, scores, scores_of, test=test, reference=reference, simulated=simulated
    )
