"""The figure of all claims, drawn a row at a time beside their words: lengths are shares of whatever width the page has."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from claimcheck.page.tables import two

_STEPS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_MOST_TICKS = 4
"""Ticks to either side of zero."""


@dataclass(frozen=True)
class Scale:
    """A scale that is as long to either side of zero; `reach` is its end, log2."""

    reach: float

    def at(self, value: float) -> str:
        """Say where a value lies, in per cent of the width; what lies beyond the scale stands at its end."""
        return f"{50 + 50 * max(-1.0, min(1.0, value / self.reach)):.2f}%"

    @property
    def ticks(self) -> list[float]:
        """Values to name, zero in the middle."""
        step = next((step for step in _STEPS if self.reach / step <= _MOST_TICKS), _STEPS[-1])
        n = int(self.reach / step)
        return [step * place for place in range(-n, n + 1)]


def scale_of(rows: pd.DataFrame) -> Scale:
    """Find the scale on which effects, intervals and limits of some claims fit.

    Args:
        rows: effect, ci95_low, ci95_high, threshold, mde; log2.
    """
    ends = rows[["effect", "ci95_low", "ci95_high", "threshold", "mde"]].abs().to_numpy(dtype=float)
    return Scale(1.05 * float(np.nanmax(ends, initial=0.1)))


def draw_row(row: dict[str, Any], scale: Scale) -> Markup:
    """Draw effect, interval, the changes that count as none, and the smallest effect that would be found; "" without effect.

    Args:
        row: effect, ci95_low, ci95_high, threshold, mde, and mde_sides, on which a missed effect would matter.
        scale: of all claims of its kind.
    """
    if pd.isna(row["effect"]):
        return Markup("")
    at = scale.at
    parts = []
    if pd.notna(row["threshold"]):
        low, high = -float(row["threshold"]), float(row["threshold"])
        width = float(at(high)[:-1]) - float(at(low)[:-1])
        parts.append(f'<rect class="band" x="{at(low)}" y="2" width="{width:.2f}%" height="22"/>')
    parts.append('<line class="zero" x1="50%" x2="50%" y1="0" y2="26"/>')
    if pd.notna(row["mde"]):
        places = [at(side * float(row["mde"])) for side in row["mde_sides"]]
        parts += [f'<line class="mde" x1="{place}" x2="{place}" y1="7" y2="19"/>' for place in places]
    parts.append(f'<line class="interval" x1="{at(row["ci95_low"])}" x2="{at(row["ci95_high"])}" y1="13" y2="13"/>')
    parts.append(f'<circle cx="{at(row["effect"])}" cy="13" r="4.5"/>')
    return Markup('<svg class="forest" height="26" aria-hidden="true">{}</svg>').format(Markup("".join(parts)))


def draw_axis(scale: Scale) -> Markup:
    """Draw the numbers of a scale."""
    marks = [
        f'<line class="zero" x1="{scale.at(tick)}" x2="{scale.at(tick)}" y1="15" y2="20"/>'
        f'<text x="{scale.at(tick)}" y="12" text-anchor="middle">{_tick(tick)}</text>'
        for tick in scale.ticks
    ]
    return Markup('<svg class="forest axis" height="20" aria-hidden="true">{}</svg>').format(Markup("".join(marks)))


def _tick(value: float) -> str:
    return "0" if value == 0 else two(value).rstrip("0").rstrip(".")
