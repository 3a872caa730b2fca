"""Draw the levels of two genes against each other."""

from pathlib import Path

from claimcheck.figures.gene_pair import draw_pair
from claimcheck.figures.named import read_named, register_or_none, standards_of
from claimcheck.figures.style import save_figure
from claimcheck.steps import step
from claimcheck.tables import read_table


def main(
    *,
    genes: Path,
    model: Path,
    levels: Path,
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
    animals = read_table(model, columns=["sample", "condition", "sex"], text=True)
    of_animals = read_table(levels, columns=["gene_id", "sample", "log2_cpm", "z"], text=["gene_id", "sample"])
    save_figure(
        lambda: draw_pair(animals, named, of_animals, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            genes=Path(snakemake.input.genes),
            model=Path(snakemake.input.model),
            levels=Path(snakemake.input.levels),
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
