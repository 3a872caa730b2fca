"""Draw the quantiles of p-values that tests of sets give where nothing is to be found."""

from pathlib import Path

from claimcheck.figures.calibration import draw_calibration
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(*, calibration: Path, svg: Path, pdf: Path, table: Path, test: str, reference: str, simulated: bool) -> None:
    """Read the table, draw the figure and write it with the table of what it shows."""
    columns = ["null", "draw", "set", "p_rotation", "p_camera", "p_score", "p_prerank"]
    found = read_table(calibration, columns=columns, text=["null", "set"])
    save_figure(
        lambda: draw_calibration(found, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
