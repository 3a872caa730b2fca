"""Draw the figures of a section, one after the other, each from the tables that its entry in report/figures.yaml names."""

from collections.abc import Mapping
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
    drawn: list[Path],
    figures: dict[str, dict[str, Any]],
    test: str,
    reference: str,
    simulated: bool,
    interaction: Mapping[str, str] | None = None,
) -> None:
    """Draw every figure, and write each of its files; with an interaction its words are about that."""
    common = {"test": test, "reference": reference, "simulated": simulated}
    sources = Sources(tables, claims, gene_sets, transcripts, common, interaction)
    for name, asked in figures.items():
        draw(name, asked, sources, [path for path in drawn if path.stem == name])


run(main)
