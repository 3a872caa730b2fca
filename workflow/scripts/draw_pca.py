"""Draw the animals on their first two principal components, from the samples and the component scores."""

from pathlib import Path

from claimcheck.figures.ordination import draw_pca
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    samples: Path,
    scores: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    animals = read_table(samples, columns=["sample", "condition", "sex"], text=True)
    components = read_table(
        scores, columns=["variant", "sample", "component", "score", "variance_share"], text=["variant", "sample"]
    )
    save_figure(
        lambda: draw_pca(animals, components, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
