"""Draw the levels of two genes against each other."""

from pathlib import Path

from claimcheck.figures.gene_pair import draw_pair
from claimcheck.figures.named import read_named, register_or_none, standards_of
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    genes: Path,
    model: Path,
    levels: Path,
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
    animals = read_table(model, columns=["sample", "condition", "sex"], text=True)
    of_animals = read_table(levels, columns=["gene_id", "sample", "log2_cpm", "z"], text=["gene_id", "sample"])
    save_figure(
        lambda: draw_pair(animals, named, of_animals, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
