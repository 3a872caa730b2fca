"""Two genes against each other, an animal a point."""

import pandas as pd
from matplotlib.figure import Figure

from claimcheck.claims.model import Register
from claimcheck.core.tables import listed
from claimcheck.figures.animals import colours_of, name_points, short_names, sized_legend
from claimcheck.figures.named import genes_of_figure, standards_of
from claimcheck.figures.sexes import SexShapes
from claimcheck.figures.style import FULL_WIDTH, by_group, new_figure, say_nothing_to_draw

PAIR_COLUMNS = ("sample", "condition", "sex", "gene_x", "log2_cpm_x", "gene_y", "log2_cpm_y")
_SMALLEST_SPAN = 1.0
"""log2 units that each axis spans at the least, so that noise doesn't look like a difference."""


def draw_pair(
    samples: pd.DataFrame, genes: pd.DataFrame, levels: pd.DataFrame, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw log2(CPM + 1) of one gene against that of another; animals are named, coloured by group, shaped by sex.

    Args:
        samples: sample, condition, sex (text, may be empty).
        genes: from `named.genes_of_figure`, two rows, that of the horizontal axis first.
        levels: gene_id, sample, log2_cpm.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row an animal with the columns PAIR_COLUMNS; no row where one of the genes is not in the counts.
    """
    animals = by_group(samples[["sample", "condition", "sex"]], test, reference)
    labels = list(genes["symbol"].where(genes["symbol"] != "", genes["gene_id"]))
    wide = levels.pivot(index="sample", columns="gene_id", values="log2_cpm")
    absent = [label for label, gene in zip(labels, genes["gene_id"], strict=True) if gene not in wide]
    if absent:
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), f"not in the table of counts: {listed(absent)}")
        return figure, pd.DataFrame(columns=list(PAIR_COLUMNS))
    x, y = (wide[gene].reindex(animals["sample"]).to_numpy() for gene in genes["gene_id"])
    drawn = animals.assign(gene_x=labels[0], log2_cpm_x=x, gene_y=labels[1], log2_cpm_y=y)[list(PAIR_COLUMNS)]
    shapes = SexShapes.of(animals["sex"])
    figure = new_figure(FULL_WIDTH, 4.8, simulated=simulated)
    axes = figure.subplots()
    colours = colours_of(list(drawn["condition"]), test, reference)
    for across, up, sex, colour in zip(x, y, drawn["sex"], colours, strict=True):
        axes.scatter(
            across,
            up,
            color=colour,
            marker=shapes.marker(sex),
            s=40,
            edgecolors="white",
            linewidths=0.6,
            zorder=3,
        )
    for values, limits in ((x, axes.set_xlim), (y, axes.set_ylim)):
        centre, half = (values.min() + values.max()) / 2, max(values.max() - values.min(), _SMALLEST_SPAN) / 2
        limits(centre - 1.25 * half, centre + 1.25 * half)
    below = [label for label, detected in zip(labels, genes["detected"], strict=True) if not detected]
    axes.set_xlabel(f"{labels[0]}, log2(CPM + 1)")
    axes.set_ylabel(f"{labels[1]}, log2(CPM + 1)")
    axes.set_title(f"below detection in both groups: {listed(below)}" if below else "")
    names, cut = short_names(list(drawn["sample"]))
    sized_legend(figure, animals, test, reference, more=shapes.keys(), note=cut)
    name_points(axes, drawn[["log2_cpm_x", "log2_cpm_y"]].to_numpy(dtype=float), names)
    return figure, drawn


def draw_pair_of_genes(
    samples: pd.DataFrame,
    genes: pd.DataFrame,
    levels: pd.DataFrame,
    register: Register | None,
    *,
    figure: str,
    detected_counts: float,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the two genes that a figure names in results/differential/named_genes.tsv."""
    named = genes_of_figure(genes, figure, standards_of(register, detected_counts))
    return draw_pair(samples, named, levels, test=test, reference=reference, simulated=simulated)
