"""Draw how alike the animals are, from the correlation of every pair."""

from pathlib import Path

from claimcheck.figures.relations import draw_relations
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    samples: Path,
    relations: Path,
    outliers: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    animals = read_table(samples, columns=["sample", "condition"], text=True)
    pairs = read_table(relations, columns=["sample_a", "sample_b", "spearman"], text=["sample_a", "sample_b"])
    flags = read_table(outliers, columns=["sample", "median_spearman", "flagged", "reason"], text=["sample", "reason"])
    save_figure(
        lambda: draw_relations(animals, pairs, flags, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
