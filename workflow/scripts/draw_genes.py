"""Draw the log2 fold change of every gene against its mean count, and against the evidence for it."""

from pathlib import Path

import pandas as pd

from claimcheck.figures.differential import draw_ma, draw_volcano, gene_points
from claimcheck.figures.style import save_figure
from claimcheck.steps import step
from claimcheck.tables import read_table


def main(
    *,
    genes: Path,
    summary: Path,
    ma: dict[str, Path],
    volcano: dict[str, Path],
    test: str,
    reference: str,
    alpha: float,
    label_genes: list[str],
    simulated: bool,
) -> None:
    """Read the table, draw both figures and write each as svg and pdf with the table of what it shows."""
    results = read_table(
        genes,
        columns=["gene_id", "symbol", "base_mean", "log2_fold_change", "stat", "p_value", "p_adjusted"],
        text=["gene_id", "symbol"],
    )
    points = gene_points(results, test=test, reference=reference, alpha=alpha, label_genes=label_genes)
    named = {"test": test, "reference": reference, "alpha": alpha, "simulated": simulated}
    save_figure(lambda: draw_ma(points, **named), **ma)
    counted = read_table(summary, columns=["quantity", "value"], text=True).set_index("quantity")
    nulls = float(pd.to_numeric(counted.at["share_of_true_nulls", "value"], errors="coerce"))
    save_figure(lambda: draw_volcano(points, share_of_nulls=nulls, **named), **volcano)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            genes=Path(snakemake.input.genes),
            summary=Path(snakemake.input.summary),
            ma={form: Path(snakemake.output[f"ma_{form}"]) for form in ("svg", "pdf", "table")},
            volcano={form: Path(snakemake.output[f"volcano_{form}"]) for form in ("svg", "pdf", "table")},
            test=snakemake.params.test,
            reference=snakemake.params.reference,
            alpha=snakemake.params.alpha,
            label_genes=snakemake.params.label_genes,
            simulated=snakemake.params.simulated,
        )
