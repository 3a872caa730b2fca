"""Draw the running sums of a family's gene sets along the ranking, from the set tests."""

from pathlib import Path

from claimcheck.figures.enrichment import draw_enrichment
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    tests: Path,
    running_sums: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    family: str,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    numbers = ["n_genes", "nes", "p_rotation_two_sided", "p_camera"]
    results = read_table(tests, columns=["set", "family", *numbers], text=["set", "family"])
    corners = read_table(
        running_sums,
        columns=["set", "family", "rank", "running_sum_before", "running_sum", "n_ranked"],
        text=["set", "family", "gene_id", "symbol"],
    )
    # Running sums are those of the full sets, which come before their variants.
    full = results[results["set"].isin(corners["set"])].drop_duplicates("set")
    save_figure(
        lambda: draw_enrichment(full, corners, family=family, test=test, reference=reference, simulated=simulated),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
