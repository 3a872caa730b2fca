"""Draw how strongly the principal components go along with what is known of the animals."""

from pathlib import Path

from claimcheck.figures.ordination import draw_pca_covariates
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table

VARIANT = "top_500"
STRONG = 0.7
"""Absolute correlation from which a number is in bold."""


def main(
    *,
    covariates: Path,
    scores: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    correlations = read_table(
        covariates,
        columns=["variant", "component", "covariate", "correlation", "n"],
        text=["variant", "covariate"],
    )
    components = read_table(scores, columns=["variant", "component", "variance_share"], text=["variant", "sample"])
    save_figure(
        lambda: draw_pca_covariates(
            correlations,
            components,
            test=test,
            reference=reference,
            variant=VARIANT,
            strong=STRONG,
            simulated=simulated,
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
