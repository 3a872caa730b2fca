"""Levels of a gene or set, a mark an animal, in the groups side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup, escape

from claimcheck.page.tables import two

_HEIGHT, _TOP, _BOTTOM = 190, 22, 168
_FIRST, _STEP, _MARGIN = 60, 150, 40
"""Where the marks of the first group stand, how far apart groups are, and what the drawing is wider than all groups."""

_LABEL = 10
"""Height of a name."""

_MOST_NAMES = 14


@dataclass(frozen=True)
class Strip:
    """A drawing and what it is of."""

    of: str
    drawing: Markup


def draw_strip(levels: pd.DataFrame, of: str, groups: Mapping[str, str]) -> Strip:
    """Draw the level of one gene or set in every sample.

    Args:
        levels: sample, group, sex ("" where it is not known), value (log2); a row a sample, one or more.
        of: the gene or set.
        groups: "test" or "reference", whose colour it has, by the name of the group, in the order from left to right.

    Returns:
        An SVG that says its numbers in text: circles are female, triangles male, squares of unknown sex; a bar is a group's mean.
    """
    low, high = float(levels["value"].min()), float(levels["value"].max())
    room = (high - low) or 1.0

    def height(value: float) -> float:
        return _BOTTOM - (value - low) / room * (_BOTTOM - _TOP)

    parts = [
        f'<text x="48" y="{height(end) + 4:.1f}" text-anchor="end" class="soft">{two(end)}</text>'
        for end in (low, high)
    ]
    for number_of_group, (name, colour) in enumerate(groups.items()):
        place = _FIRST + _STEP * number_of_group
        own = levels[levels["group"] == name].sort_values(["value", "sample"], ascending=[False, True])
        parts.append(f'<g class="{colour}">')
        parts.append(f'<text x="{place}" y="186" text-anchor="start">{escape(name)} ({len(own)})</text>')
        if len(own):
            mean = height(float(own["value"].mean()))
            parts.append(f'<line class="mean" x1="{place - 6}" x2="{place + 18}" y1="{mean:.1f}" y2="{mean:.1f}"/>')
        heights = [height(value) for value in own["value"]]
        shown = _apart(heights) if len(own) <= _MOST_NAMES else []
        for number, (sample, sex, value) in enumerate(
            own[["sample", "sex", "value"]].itertuples(index=False, name=None)
        ):
            told = escape(f"{sample}, {sex or 'sex unknown'}: {two(value)}")
            parts.append(f"{_mark(str(sex), place + 6, heights[number])}<title>{told}</title></g>")
            if shown:
                parts.append(
                    f'<text class="name" x="{place + 24}" y="{shown[number] + 3:.1f}">{escape(_short(sample))}</text>'
                )
        parts.append("</g>")
    words = escape(f"{of} in every sample: {', then '.join(groups)}")
    width = _MARGIN + _STEP * len(groups)
    size = "strip wide" if len(groups) > 2 else "strip"
    drawing = (
        f'<svg class="{size}" viewBox="0 0 {width} {_HEIGHT}" role="img" aria-label="{words}">{"".join(parts)}</svg>'
    )
    return Strip(of, Markup(drawing))


def _mark(sex: str, x: float, y: float) -> str:
    shapes = {
        "female": f'<circle cx="{x}" cy="{y:.1f}" r="4.5"/>',
        "male": f'<path d="M{x} {y - 5.5:.1f}l5 9h-10z"/>',
    }
    square = f'<rect x="{x - 4}" y="{y - 4:.1f}" width="8" height="8"/>'
    return f'<g class="mark">{shapes.get(sex, square)}'


def _apart(heights: Sequence[float]) -> list[float]:
    """Move names down until none covers another; heights ascend from top to bottom."""
    placed: list[float] = []
    for height in heights:
        placed.append(max(height, placed[-1] + _LABEL) if placed else height)
    over = max(0.0, placed[-1] - (_BOTTOM + 4)) if placed else 0.0
    return [height - over for height in placed]


def _short(name: str) -> str:
    return name if len(name) <= 18 else f"{name[:8]}…{name[-8:]}"
