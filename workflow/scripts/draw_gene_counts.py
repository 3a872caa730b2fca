"""Draw the counts of single genes in every animal: genes of interest, and those with an outlier animal."""

from pathlib import Path

from claimcheck.figures.gene_counts import draw_gene_counts
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    counts: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    columns = ["gene_id", "symbol", "sample", "condition", "normalised_count", "reason"]
    of_genes = read_table(counts, columns=columns, text=["gene_id", "symbol", "sample", "condition", "reason"])
    save_figure(
        lambda: draw_gene_counts(of_genes, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
