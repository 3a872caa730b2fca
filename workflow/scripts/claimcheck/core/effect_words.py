"""What the effects of a study are called: by the groups that are compared, or by the responses that an interaction compares."""

import re
from collections.abc import Mapping
from typing import NamedTuple

Interaction = Mapping[str, str]
"""A second factor and two of its levels: factor, test, reference."""


class EffectWords(NamedTuple):
    """What a positive log2 effect is higher in, and what it is compared with."""

    up: str
    down: str


def words_of(test: str, reference: str, interaction: Interaction | None) -> EffectWords:
    """Name both sides of an effect: the groups, or with an interaction the responses of its two levels to the condition."""
    if not interaction:
        return EffectWords(test, reference)
    return EffectWords(f"{interaction['test']} response", f"{interaction['reference']} response")


def direction_of(test: str, reference: str, interaction: Interaction) -> str:
    """Say what the fold changes of an interaction are, for tables that stand alone."""
    factor, first, second = (interaction[key] for key in ("factor", "test", "reference"))
    return (
        f"log2 fold changes are differences: {test} / {reference} at {factor} {first} "
        f"minus {test} / {reference} at {factor} {second}; positive = raised more, or lowered less, at {first}"
    )


def reworded(text: str, test: str, reference: str, interaction: Interaction | None) -> str:
    """Write a text about effects of two groups as one about the effects of an interaction; it stays as it is without one.

    Args:
        text: says `test / reference`, or that something is higher, or lower, in one of them.
        test, reference: the groups.
        interaction: the second factor, or None.
    """
    if not interaction:
        return text
    up, down = words_of(test, reference, interaction)
    own, other = (rf"{re.escape(name)}(?![\w-]|\.\w)" for name in (test, reference))
    text = re.sub(rf"(?<![\w.-]){re.escape(test)} / {other}", lambda _: f"{up} / {down}", text)
    for name, side in ((own, up), (other, down)):
        literal = side.replace("\\", r"\\")
        text = re.sub(rf"\b((?:[Hh]igher|[Ll]ower|[Hh]ighest)\s+in\s+){name}", rf"\g<1>{literal}", text)
    return text
