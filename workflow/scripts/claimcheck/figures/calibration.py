"""How small p-values of tests of sets become where nothing is to be found: observed against expected quantiles."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from claimcheck.figures.style import FULL_WIDTH, NEUTRAL_COLOUR, new_figure, plain_numbers, say_nothing_to_draw

QUANTILE_COLUMNS = ("null", "test", "draw", "set", "p_value", "expected", "drawn_p_value")
LEVEL = 0.05
FEW_LABELLINGS = 10
"""Labellings below which the quantiles are called a rough picture."""
_LEAST = 1e-4
"""Smaller p-values lie at the frame."""
_TESTS = {
    "p_rotation": ("rotation", "#000000", "o"),
    "p_camera": ("CAMERA", "#009E73", "s"),
    "p_score": ("score", "#CC79A7", "D"),
    "p_prerank": ("prerank", "#E69F00", "^"),
}
_NULLS = {
    "shuffled labels": "no other labels\ncan be given to so few samples",
    "random sets": "too few genes are in no set\nto draw others from",
}


def quantiles(calibration: pd.DataFrame) -> pd.DataFrame:
    """Put the p-values of every test in order beside those that a test that holds its level would give.

    Args:
        calibration: null, draw, set and a column of p-values a test.

    Returns:
        Columns QUANTILE_COLUMNS; the i-th smallest of m p-values is expected at (i - 0.5) / m.
    """
    parts = []
    for null, rows in calibration.groupby("null", sort=False):
        for column, (name, _, _) in _TESTS.items():
            known = rows.dropna(subset=[column]).sort_values([column, "set", "draw"])
            expected = (np.arange(len(known)) + 0.5) / max(len(known), 1)
            p_values = known[column].astype(float)
            parts.append(
                known[["draw", "set"]].assign(
                    null=null,
                    test=name,
                    p_value=p_values,
                    expected=expected,
                    drawn_p_value=p_values.clip(lower=_LEAST),
                )
            )
    filled = [part[list(QUANTILE_COLUMNS)] for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=list(QUANTILE_COLUMNS))


def draw_calibration(
    calibration: pd.DataFrame, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the quantiles of p-values of four tests of sets, under shuffled labels and of random sets.

    Args:
        calibration: results/gene_sets/calibration.tsv.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and what is drawn, columns QUANTILE_COLUMNS.
    """
    drawn = quantiles(calibration)
    figure = new_figure(FULL_WIDTH, 3.9 if len(drawn) else 1.4, simulated=simulated)
    panels = figure.subplots(1, len(_NULLS))
    for axes, (null, why) in zip(panels, _NULLS.items(), strict=True):
        part = drawn[drawn["null"] == null]
        axes.set_title(_title(null, part, test, reference), fontsize=8)
        if part.empty:
            say_nothing_to_draw(axes, why)
        else:
            _draw_quantiles(axes, part)
    if len(drawn):
        figure.supxlabel(
            "rotation and score ask whether a set moves at all, CAMERA and prerank whether it moves more than other genes",
            fontsize=8,
        )
    return figure, drawn


def _title(null: str, part: pd.DataFrame, test: str, reference: str) -> str:
    if part.empty:
        return null
    n, n_sets = part.groupby("test").size().max(), part["set"].nunique()
    if null == "random sets":
        return f"random sets, {test} / {reference}:\n{n:,} sets, matched to {n_sets} tested ones"
    n_labellings = part["draw"].nunique()
    few = n_labellings < FEW_LABELLINGS
    words = f"{'only ' * few}{n_labellings} labelling{'s' * (n_labellings > 1)}{': a rough picture' * few}"
    return f"the {n_sets} tested sets, labels shuffled:\n{words}"


def _draw_quantiles(axes: Axes, part: pd.DataFrame) -> None:
    low = max(_LEAST, 0.6 * float(part[["expected", "drawn_p_value"]].to_numpy(dtype=float).min()))
    axes.plot([low, 1], [low, 1], color=NEUTRAL_COLOUR, linewidth=0.9)
    for name, colour, marker in _TESTS.values():
        of_test = part[part["test"] == name]
        share = (of_test["p_value"] <= LEVEL).mean()
        axes.plot(
            of_test["expected"],
            of_test["drawn_p_value"],
            marker,
            color=colour,
            markersize=2.6,
            markeredgewidth=0,
            clip_on=False,
            label=f"{name}: {100 * share:.0f} %",
        )
    # Small p-values lie at the top right, as in figures of -log10 p.
    axes.set(xscale="log", yscale="log", xlim=(1, low), ylim=(1, low))
    for which in ("x", "y"):
        plain_numbers(axes, which)
    axes.set_xlabel("p expected of a test that holds its level")
    axes.set_ylabel("p found")
    axes.legend(
        loc="best",
        title=f"share of p ≤ {LEVEL:g}",
        markerscale=2,
        alignment="left",
        handletextpad=0.2,
        frameon=True,
        facecolor="white",
        edgecolor="none",
    ).get_title().set_fontsize(8)
