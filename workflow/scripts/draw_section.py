"""Draw the figures of a section, one after the other, each from the tables that its entry in report/figures.yaml names."""

from pathlib import Path
from typing import Any

from claimcheck.core.steps import run
from claimcheck.figures.sections import Sources, draw


def main(
    *,
    tables: list[Path],
    claims: Path | None,
    gene_sets: list[Path],
    transcripts: Path | None,
    svg: list[Path],
    pdf: list[Path],
    table: list[Path],
    figures: dict[str, dict[str, Any]],
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Draw every figure, and write it with the table of what it shows."""
    common = {"test": test, "reference": reference, "simulated": simulated}
    sources = Sources(tables, claims, gene_sets, transcripts, common)
    for (name, asked), *files in zip(figures.items(), svg, pdf, table, strict=True):
        draw(name, asked, sources, **dict(zip(("svg", "pdf", "table"), files, strict=True)))


run(main)
