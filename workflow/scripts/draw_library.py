"""Draw strand, fragment length and coverage along the transcripts of every library."""

from pathlib import Path

from claimcheck.figures.library import draw_library
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    samples: Path,
    libraries: Path,
    mapping: Path,
    gene_body: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    animals = read_table(samples, columns=["sample", "condition"], text=True)
    measured = read_table(
        libraries,
        columns=["sample", "share_forward", "strandedness", "three_prime_bias"],
        text=["sample", "strandedness"],
    )
    fragments = read_table(mapping, columns=["sample", "fragment_length"], text=["sample"])
    coverage = read_table(gene_body, columns=["sample", "bin", "share"], text=["sample"])
    save_figure(
        lambda: draw_library(
            animals, measured, fragments, coverage, test=test, reference=reference, simulated=simulated
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
