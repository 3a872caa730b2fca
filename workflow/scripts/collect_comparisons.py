"""Collect what the comparisons of a study found: how each ended, its groups and model, and its verdicts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from claimcheck.claims.collected import collect
from claimcheck.core.steps import run
from claimcheck.core.tables import write_table


def main(*, outcomes: list[Path], designs: list[Mapping[str, Any]], comparisons: Path, verdicts: Path) -> None:
    """Write one row a comparison, and one row a comparison and claim."""
    ended, decided = collect(outcomes, designs)
    write_table(ended, comparisons)
    write_table(decided, verdicts)


run(main)
