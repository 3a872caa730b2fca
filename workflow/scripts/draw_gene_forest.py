"""Draw the fold changes of named genes, group by group."""

from pathlib import Path

from claimcheck.figures.gene_forest import draw_gene_forest
from claimcheck.figures.named import read_named, register_or_none, standards_of
from claimcheck.figures.style import save_figure
from claimcheck.steps import run


def main(
    *,
    genes: Path,
    claims: Path | None,
    gene_sets: list[Path],
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    detected_counts: float,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    named = read_named(genes, svg.stem, standards_of(register_or_none(claims, gene_sets), detected_counts))
    save_figure(
        lambda: draw_gene_forest(named, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
