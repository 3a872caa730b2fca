"""Whether the sex that the expression shows is the stated one."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from claimcheck.figures.animals import colours_of, name_points, short_names, sized_legend
from claimcheck.figures.style import FULL_WIDTH, NEUTRAL_COLOUR, by_group, new_figure, say_nothing_to_draw
from claimcheck.qc.sex import SexThresholds

_SHAPES = {"female": "o", "male": "s", "mixed": "D", "undetermined": "X"}
_NOT_MEASURED = -0.7
"""Where a missing score is drawn; scores are never negative."""


def draw_sex(
    samples: pd.DataFrame,
    sexes: pd.DataFrame,
    *,
    test: str,
    reference: str,
    thresholds: Mapping[str, float],
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the male score of every animal against its female score, with the regions in which a sex is called.

    Args:
        samples: sample, condition.
        sexes: sample, stated (text, may be empty), female_score, male_score (mean log2(CPM + 1), missing where it
            can't be measured), called (female, male, mixed or undetermined), status (fail where called and stated sex differ,
            warn where no sex can be called, else pass or not measurable).
        test: name of the test condition.
        reference: name of the reference condition.
        thresholds: those that the sex was called with, by the attributes of `SexThresholds`.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row an animal: sample, condition, stated, female_score, male_score, called, status.
    """
    columns = ["sample", "stated", "female_score", "male_score", "called", "status"]
    drawn = by_group(samples[["sample", "condition"]], test, reference).merge(
        sexes[columns], on="sample", validate="1:1"
    )[["sample", "condition", *columns[1:]]]
    limits = SexThresholds(**thresholds)
    figure = new_figure(FULL_WIDTH, 4.8, simulated=simulated)
    axes = figure.subplots()
    scores = drawn[["female_score", "male_score"]]
    if scores.isna().to_numpy().all():
        say_nothing_to_draw(axes, "no gene that tells the sexes apart was measured")
        return figure, drawn
    places = scores.fillna(_NOT_MEASURED).to_numpy(dtype=float)
    top = 1.08 * max(float(places.max()), 2 * max(limits.female_min, limits.male_min))
    _draw_regions(axes, scores, limits, top=top)
    for side, axis in (("female", axes.xaxis), ("male", axes.yaxis)):
        missing = drawn[f"{side}_score"].isna().any()
        axis.set_ticks([*([_NOT_MEASURED] if missing else []), *range(0, int(axes.get_xlim()[1]) + 1, 2)])
        axis.set_ticklabels([*(["NA"] if missing else []), *map(str, range(0, int(axes.get_xlim()[1]) + 1, 2))])
    axes.set_xlabel("female score, log2(CPM + 1)")
    axes.set_ylabel("male score, mean log2(CPM + 1)")
    colours = colours_of(list(drawn["condition"]), test, reference)
    for place, called, colour in zip(places, drawn["called"], colours, strict=True):
        axes.scatter(
            place[0], place[1], color=colour, marker=_SHAPES[called], s=40, edgecolors="white", linewidths=0.6, zorder=3
        )
    names, cut = short_names(list(drawn["sample"]))
    seen = [sex for sex in _SHAPES if sex in set(drawn["called"])]
    sized_legend(
        figure,
        drawn,
        test,
        reference,
        more=[
            Line2D([], [], linestyle="none", marker=_SHAPES[sex], color=NEUTRAL_COLOUR, label=f"called {sex}")
            for sex in seen
        ],
        note=cut,
    )
    conflict = drawn["status"].isin(["warn", "fail"]).to_numpy()
    axes.set_title(_agreement(drawn, conflict.sum()))
    labels = [
        f"{name}, {f'stated {stated}' if stated not in {'', 'NA'} else 'sex not stated'}" if differs else name
        for name, stated, differs in zip(names, drawn["stated"], conflict, strict=True)
    ]
    name_points(axes, places, labels, bold=list(conflict))
    return figure, drawn


def _draw_regions(axes: Axes, scores: pd.DataFrame, thresholds: SexThresholds, *, top: float) -> None:
    """Shade where a female and where a male is called."""
    bottom = 2 * _NOT_MEASURED
    axes.set_xlim(bottom, top)
    axes.set_ylim(bottom, top)
    # A trace of the study's highest score counts as low, too.
    trace = np.log2(1 + thresholds.trace * (2.0 ** scores.max() - 1)).fillna(0)
    female_low = max(thresholds.female_max, min(thresholds.female_min, float(trace["female_score"])))
    male_low = max(thresholds.male_max, min(thresholds.male_min, float(trace["male_score"])))
    for corner, width, height in (
        ((thresholds.female_min, bottom), top - thresholds.female_min, male_low - bottom),
        ((bottom, thresholds.male_min), female_low - bottom, top - thresholds.male_min),
    ):
        axes.add_patch(
            Rectangle(
                corner, width, height, facecolor="#F0F0F0", edgecolor="#777777", linestyle="--", linewidth=0.8, zorder=0
            )
        )
    axes.text(thresholds.female_min + 0.15, bottom + 0.12, "called female", color="#555555")
    axes.text(bottom + 0.12, thresholds.male_min + 0.15, "called male", color="#555555", rotation=90)
    axes.text(0.99, 0.99, "both: mixed or pooled", transform=axes.transAxes, ha="right", va="top", color="#555555")


def _agreement(drawn: pd.DataFrame, n_conflicts: int) -> str:
    if n_conflicts:
        return f"in bold: {n_conflicts} whose called sex is not the stated one, or can't be called"
    if drawn["stated"].isin(["", "NA"]).all():
        return "no sex is stated"
    return "called sex and stated sex agree wherever one is stated"
