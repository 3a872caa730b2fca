"""Draw what every other analysis finds for every claim."""

from pathlib import Path

from claimcheck.figures.claims_input import open_register, read_verdicts
from claimcheck.figures.claims_robustness import draw_specifications
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    verdicts: Path,
    robustness: Path,
    claims: Path,
    gene_sets: list[Path],
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    register = open_register(claims, gene_sets)
    judged = read_verdicts(verdicts)
    columns = ["claim", "axis", "specification", "effect", "ci_low", "ci_high", "primary", "counted", "agrees"]
    analyses = read_table(robustness, columns=columns, text=["claim", "axis", "specification"])
    save_figure(
        lambda: draw_specifications(judged, analyses, register, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
