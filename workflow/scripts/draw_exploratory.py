"""Draw what exploratory claims look at, without a verdict."""

from pathlib import Path

from claimcheck.figures.claims_input import open_register
from claimcheck.figures.exploratory import draw_exploratory
from claimcheck.figures.named import read_named, standards_of
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
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


run(main)
