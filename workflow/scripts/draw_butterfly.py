"""Draw the fold changes of two sets that are expected to move in opposite directions."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.figures.butterfly import Wing, draw_butterfly, zero_weights
from claimcheck.figures.named import read_named, register_or_none, standards_of
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table


def main(
    *,
    genes: Path,
    set_tests: Path | None,
    claims: Path | None,
    gene_sets: list[Path],
    svg: Path,
    pdf: Path,
    table: Path,
    wings: dict[str, Any],
    test: str,
    reference: str,
    detected_counts: float,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    register = register_or_none(claims, gene_sets)
    named = read_named(genes, svg.stem, standards_of(register, detected_counts))
    columns = ["set", "variant", "effect", "ci_low", "ci_high"]
    tests = read_table(set_tests, columns=columns, text=columns[:2]) if set_tests else pd.DataFrame(columns=columns)
    left, right = (Wing(**wings[side]) for side in ("left", "right"))
    save_figure(
        lambda: draw_butterfly(
            named,
            tests,
            (left, right),
            beside=wings.get("beside", "full"),
            weighed=zero_weights(register, left.set, right.set),
            test=test,
            reference=reference,
            simulated=simulated,
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
