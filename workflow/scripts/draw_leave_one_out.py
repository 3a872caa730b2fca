"""Draw the effect of every claim without each animal in turn."""

from pathlib import Path

from claimcheck.figures.claims_input import open_register, read_verdicts
from claimcheck.figures.claims_robustness import draw_leave_one_out
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    verdicts: Path,
    leave_one_out: Path,
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
    columns = ["claim", "sample", "effect", "ci_low", "ci_high", "p_value"]
    runs = read_table(leave_one_out, columns=columns, text=["claim", "sample"])
    save_figure(
        lambda: draw_leave_one_out(judged, runs, register, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
