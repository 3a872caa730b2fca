"""Draw what exploratory claims look at, without a verdict."""

from pathlib import Path

from claimcheck.figures.claims_input import open_register
from claimcheck.figures.exploratory import draw_exploratory
from claimcheck.figures.named import read_named, standards_of
from claimcheck.figures.style import save_figure
from claimcheck.steps import step
from claimcheck.tables import read_table


def main(
    *,
    genes: Path,
    set_tests: Path,
    claims: Path,
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
    register = open_register(claims, gene_sets)
    named = read_named(genes, svg.stem, standards_of(register, detected_counts))
    text = ["claim", "role", "run", "variant"]
    tests = read_table(set_tests, columns=[*text, "n_genes", "effect", "ci_low", "ci_high"], text=text)
    save_figure(
        lambda: draw_exploratory(named, tests, register, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            genes=Path(snakemake.input.genes),
            set_tests=Path(snakemake.input.set_tests),
            claims=Path(snakemake.input.claims),
            gene_sets=[Path(table) for table in snakemake.input.gene_sets],
            svg=Path(snakemake.output.svg),
            pdf=Path(snakemake.output.pdf),
            table=Path(snakemake.output.table),
            test=snakemake.params.test,
            reference=snakemake.params.reference,
            detected_counts=snakemake.params.detected_counts,
            simulated=snakemake.params.simulated,
        )
