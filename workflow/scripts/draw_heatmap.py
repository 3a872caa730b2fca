"""Draw the levels of named genes in every animal as heatmaps."""

from pathlib import Path
from typing import Any

from claimcheck.figures.gene_heatmap import draw_gene_heatmap
from claimcheck.figures.named import read_named, register_or_none, standards_of
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    genes: Path,
    model: Path,
    levels: Path,
    scores: Path,
    claims: Path | None,
    gene_sets: list[Path],
    svg: Path,
    pdf: Path,
    table: Path,
    groups: list[dict[str, Any]],
    test: str,
    reference: str,
    detected_counts: float,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    named = read_named(genes, svg.stem, standards_of(register_or_none(claims, gene_sets), detected_counts))
    animals = read_table(model, columns=["sample", "condition"], text=True)
    of_animals = read_table(levels, columns=["gene_id", "sample", "log2_cpm", "z"], text=["gene_id", "sample"])
    of_panels = read_table(scores, columns=["panel", "sample", "score"], text=["panel", "sample"])
    scores_of = {group["title"]: group.get("scores", []) for group in groups}
    save_figure(
        lambda: draw_gene_heatmap(
            animals, named, of_animals, of_panels, scores_of, test=test, reference=reference, simulated=simulated
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
