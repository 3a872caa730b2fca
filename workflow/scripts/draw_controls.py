"""Draw what the negative controls of the claims find."""

from pathlib import Path

from claimcheck.figures.claims_controls import draw_controls
from claimcheck.figures.claims_input import open_register
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    controls: Path,
    calibration: Path,
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
    columns = ["control", "claim", "n_draws", "share_supported", "effect", "ci_low", "ci_high"]
    found = read_table(controls, columns=columns, text=["control", "claim", "note"])
    draws = read_table(calibration, columns=["control", "claim"], text=["control", "claim", "run"])
    save_figure(
        lambda: draw_controls(found, draws, register, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
