"""Draw the fold changes of named genes, group by group."""

from pathlib import Path

from claimcheck.figures.gene_forest import draw_gene_forest
from claimcheck.figures.named import read_named, register_or_none, standards_of
from claimcheck.figures.style import save_figure
from claimcheck.steps import step


def main(
    *,
    genes: Path,
    claims: Path | None,
    gene_sets: list[Path],
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    detected_counts: float,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    named = read_named(genes, svg.stem, standards_of(register_or_none(claims, gene_sets), detected_counts))
    save_figure(
        lambda: draw_gene_forest(named, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            genes=Path(snakemake.input.genes),
            claims=Path(snakemake.input.claims) if snakemake.input.claims else None,
            gene_sets=[Path(table) for table in snakemake.input.gene_sets],
            svg=Path(snakemake.output.svg),
            pdf=Path(snakemake.output.pdf),
            table=Path(snakemake.output.table),
            test=snakemake.params.test,
            reference=snakemake.params.reference,
            detected_counts=snakemake.params.detected_counts,
            simulated=snakemake.params.simulated,
        )
