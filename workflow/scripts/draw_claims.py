"""Draw effect, interval and verdict of every claim."""

from pathlib import Path

from claimcheck.figures.claims import draw_claims
from claimcheck.figures.claims_input import open_register, read_verdicts
from claimcheck.figures.style import save_figure
from claimcheck.steps import run


def main(
    *,
    verdicts: Path,
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
    save_figure(
        lambda: draw_claims(judged, register, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
