"""Draw the evidence against the log2 fold change of every gene, and all p-values, from the Wald tests."""

from pathlib import Path

from claimcheck.figures.differential import draw_volcano, gene_points
from claimcheck.figures.style import save_figure
from claimcheck.steps import step
from claimcheck.tables import read_table


def main(
    *,
    genes: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    alpha: float,
    label_genes: list[str],
    simulated: bool,
) -> None:
    """Read the table, draw the figure and write it with the table of what it shows."""
    results = read_table(
        genes,
        columns=["gene_id", "symbol", "base_mean", "log2_fold_change", "stat", "p_value", "p_adjusted"],
        text=["gene_id", "symbol"],
    )
    points = gene_points(results, test=test, reference=reference, alpha=alpha, label_genes=label_genes)
    save_figure(
        lambda: draw_volcano(points, test=test, reference=reference, alpha=alpha, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            genes=Path(snakemake.input.genes),
            svg=Path(snakemake.output.svg),
            pdf=Path(snakemake.output.pdf),
            table=Path(snakemake.output.table),
            test=snakemake.params.test,
            reference=snakemake.params.reference,
            alpha=snakemake.params.alpha,
            label_genes=snakemake.params.label_genes,
            simulated=snakemake.params.simulated,
        )
