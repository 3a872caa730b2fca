"""Draw the score of every panel of cell types in every animal, and how the groups differ."""

from pathlib import Path

from claimcheck.figures.composition import draw_composition
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    samples: Path,
    scores: Path,
    differences: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    min_log2_ratio: float,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    animals = read_table(samples, columns=["sample", "condition"], text=True)
    measured = read_table(scores, columns=["panel", "sample", "score"], text=["panel", "sample"])
    compared = read_table(
        differences,
        columns=["panel", "n_genes", "n_detected", "log2_ratio", "standardised_difference", "differs"],
        text=["panel", "reason"],
    )
    save_figure(
        lambda: draw_composition(
            animals,
            measured,
            compared,
            test=test,
            reference=reference,
            min_log2_ratio=min_log2_ratio,
            simulated=simulated,
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
