"""Draw the dispersion of every gene against its mean."""

from pathlib import Path

from claimcheck.figures.dispersions import draw_dispersions
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(*, dispersions: Path, svg: Path, pdf: Path, table: Path, simulated: bool) -> None:
    """Read the table, draw the figure and write it with the table of what it shows."""
    columns = ["gene_id", "symbol", "base_mean", "gene_wise", "trend", "final", "above_trend"]
    genes = read_table(dispersions, columns=columns, text=["gene_id", "symbol"])
    save_figure(lambda: draw_dispersions(genes, simulated=simulated), svg=svg, pdf=pdf, table=table)


run(main)
