"""Draw the share of counts that groups of genes hold in every animal."""

from pathlib import Path

from claimcheck.figures.composition import draw_shares
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    samples: Path,
    shares: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    animals = read_table(samples, columns=["sample", "condition"], text=True)
    measured = read_table(shares, columns=["group", "sample", "share"], text=["group", "sample"])
    save_figure(
        lambda: draw_shares(animals, measured, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
