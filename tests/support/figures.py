"""Drawing a figure as the workflow does: from its entry, with tables that lie anywhere."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from claimcheck.core.tables import read_table
from claimcheck.figures.registry import entry_of, read_entries
from claimcheck.figures.sections import Sources, draw
from support.studies import ROOT
from support.tables import place_table

ENTRIES = read_entries(ROOT / "workflow/report/figures.yaml")


def draw_entry(
    name: str,
    tables: Mapping[str, Path],
    folder: Path,
    *,
    options: Mapping[str, Any] | None = None,
    claims: Path | None = None,
    gene_sets: Sequence[Path] = (),
    simulated: bool = False,
) -> list[Path]:
    """Draw a figure of tables by argument, knockout against control; return its files: SVG, PDF, table."""
    entry, key = entry_of(name, ENTRIES)
    assert set(tables) == set(entry.tables)
    assert set(options or {}) == set(entry.options)
    placed = {}
    for argument, path in tables.items():
        of = entry.tables[argument]
        placed[argument] = place_table(read_table(path, text=True), of if isinstance(of, str) else of["table"], folder)
    asked = {
        "draw": entry.draw,
        "tables": {argument: (str(path), True) for argument, path in placed.items()},
        "needs": entry.needs,
        "options": options or {},
        "key": key,
    }
    common = {"test": "knockout", "reference": "control", "simulated": simulated}
    files = [folder / f"{name}.{ending}" for ending in ("svg", "pdf", "tsv")]
    sources = Sources(list(placed.values()), claims, gene_sets, None, common)
    draw(name, asked, sources, files)
    return files
