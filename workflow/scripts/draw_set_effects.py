"""Draw the effects of a family's gene sets and the score of every animal, beside what else may explain them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from claimcheck.figures.set_effects import draw_set_effects
from claimcheck.figures.style import save_figure
from claimcheck.steps import run
from claimcheck.tables import read_table

NUMBERS = ("n_genes", "effect", "ci_low", "ci_high", "p_rotation_two_sided", "p_camera")


def main(
    *,
    tests: Path,
    sets: Path,
    scores: Path,
    confounders: Path,
    model: Path,
    svg: Path,
    pdf: Path,
    table: Path,
    family: str,
    groups: Mapping[str, Sequence[str]],
    beside: Sequence[str],
    test: str,
    reference: str,
    simulated: bool,
) -> None:
    """Read the tables, draw the figure and write it with the table of what it shows."""
    text = ["set", "family", "variant"]
    results = read_table(tests, columns=[*text, *NUMBERS], text=text)
    others = read_table(confounders, columns=["set", *NUMBERS], text=["set", "family", "description"])
    of_animals = read_table(scores, columns=["set", "sample", "score"], text=["set", "family", "sample"])
    described = read_table(sets, columns=["set", "family", "n_ranked", "tested"], text=["set", "family"])
    animals = read_table(model, columns=["sample", "condition"], text=True)
    save_figure(
        lambda: draw_set_effects(
            results,
            others,
            of_animals,
            animals,
            described,
            family=family,
            groups=groups,
            beside=beside,
            test=test,
            reference=reference,
            simulated=simulated,
        ),
        svg=svg,
        pdf=pdf,
        table=table,
    )


run(main)
