"""Draw the sex that the expression of every animal shows, from its scores."""

from pathlib import Path

from claimcheck.expression.sex import SexThresholds
from claimcheck.figures.sex import draw_sex
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    samples: Path,
    sexes: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    animals = read_table(samples, columns=["sample", "condition"], text=True)
    scores = read_table(
        sexes,
        columns=["sample", "stated", "female_score", "male_score", "called", "status"],
        text=["sample", "stated", "called", "status", "reason"],
    )
    save_figure(
        lambda: draw_sex(
            animals, scores, test=test, reference=reference, thresholds=SexThresholds(), simulated=simulated
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
