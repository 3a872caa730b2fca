"""Draw how much of every animal's sequence was pseudoaligned, from its fragment counts."""

from pathlib import Path

from claimcheck.figures.quality import draw_mapping
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    samples: Path,
    mapping: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    min_share: float,
    min_fragments: float,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    animals = read_table(samples, columns=["sample", "condition"], text=True)
    fragments = read_table(
        mapping,
        columns=["sample", "n_processed", "n_pseudoaligned", "share_pseudoaligned"],
        text=["sample"],
    )
    save_figure(
        lambda: draw_mapping(
            animals,
            fragments,
            test=test,
            reference=reference,
            min_share=min_share,
            min_fragments=min_fragments,
            simulated=simulated,
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
