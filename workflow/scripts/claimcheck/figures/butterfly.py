"""Two sets that are expected to move in opposite directions, side by side, gene by gene."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from claimcheck.claims.model import DECIDING, Register
from claimcheck.figures.claims import BAND_COLOUR, PRIMARY_COLOUR, records
from claimcheck.figures.forest import direction_lines
from claimcheck.figures.intervals import draw_estimates
from claimcheck.figures.named import genes_of_figure, standards_of
from claimcheck.figures.style import FULL_WIDTH, NEUTRAL_COLOUR, TEXT_COLOUR, new_figure

WHOLE = "full"
BUTTERFLY_COLUMNS = (
    "wing",
    "set",
    "gene_id",
    "label",
    "state",
    "detected",
    "left_out",
    "zero_weight",
    "effect",
    "ci95_low",
    "ci95_high",
    "set_effect",
    "set_ci95_low",
    "set_ci95_high",
    "set_effect_beside",
    "set_ci95_low_beside",
    "set_ci95_high_beside",
)
_ROW = 0.135
_GREY = "#6A6A6A"


class Wing(NamedTuple):
    """A side of the butterfly: what its genes are, and their set."""

    title: str
    set: str


def zero_weights(register: Register | None, left: str, right: str) -> tuple[str, frozenset[str]]:
    """Find the first claim that weighs one set against the other, and the genes to which it gives weight 0.

    Args:
        register: the claims register, or None.
        left: name of a set.
        right: name of another.

    Returns:
        Id of the claim ("" where no claim does so), gene ids.
    """
    for claim in register.claims.values() if register else ():
        for test in claim.sets:
            weights = {part.set: part.weight for part in test.parts}
            if test.role == DECIDING and weights.get(left, 0) * weights.get(right, 0) < 0:
                return claim.id, frozenset(test.zero_weight)
    return "", frozenset()


def draw_butterfly(
    genes: pd.DataFrame,
    set_tests: pd.DataFrame,
    wings: tuple[Wing, Wing],
    *,
    beside: str,
    weighed: tuple[str, frozenset[str]],
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the fold changes of both sets, highest on top, and beside each the same without what a variant leaves out.

    Args:
        genes: from `named.genes_of_figure`; panel is the title of a wing.
        set_tests: results/gene_sets/tests.tsv; may be empty.
        wings: left and right.
        beside: name of the variant; nothing stands beside the whole sets where it leaves no gene out.
        weighed: from `zero_weights`.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and a row a gene with the columns BUTTERFLY_COLUMNS; set effects are missing where a set was not tested.
    """
    claim, unweighed = weighed
    parts = [
        _wing_rows(genes, set_tests, wing, side=side, beside=beside, unweighed=unweighed)
        for side, wing in zip("lr", wings, strict=True)
    ]
    drawn = pd.concat(parts, ignore_index=True)[list(BUTTERFLY_COLUMNS)]
    n_each = 2 if drawn["left_out"].any() else 1
    n_rows = max(len(part) for part in parts)
    figure = new_figure(FULL_WIDTH, _ROW * n_rows + 1.9, simulated=simulated)
    panels = figure.subplots(1, 2 * n_each, sharex=True)
    shown = drawn[drawn["detected"]] if drawn["detected"].any() else drawn
    ends = np.abs(shown[["effect", "ci95_low", "ci95_high"]].to_numpy(dtype=float))
    reach = 1.06 * max(float(np.nanmax(ends, initial=0.0)), 0.8)
    # The whole sets stand outermost, beside their genes' names.
    places = [(0, 0, False), (1, -1, False), *([(0, 1, True), (1, -2, True)] if n_each == 2 else [])]
    for side, place, thinned in places:
        axes = panels[place]
        _draw_wing(axes, parts[side], thinned=thinned, reach=reach)
        axes.set_ylim(n_rows - 0.4, -0.6)
        axes.set_title(f"{wings[side].title}\n{beside if thinned else 'all genes'}", fontsize=7.5, fontweight="bold")
        axes.set_xlabel(direction_lines(test, reference, 30 if n_each == 2 else 60), fontsize=7)
        _name_rows(axes, parts[side], named=not thinned, right=side == 1)
    figure.legend(
        handles=_key(drawn, claim),
        loc="outside lower center",
        ncols=3,
        handletextpad=0.4,
        fontsize=7.5,
    )
    return figure, drawn


def _wing_rows(
    genes: pd.DataFrame, set_tests: pd.DataFrame, wing: Wing, *, side: str, beside: str, unweighed: frozenset[str]
) -> pd.DataFrame:
    """Lay out the genes of a wing, the highest fold change first, what has none last."""
    own = genes[genes["panel"] == wing.title]
    effects: dict[str, float] = {}
    for variant, ending in ((WHOLE, ""), (beside, "_beside")):
        tested = set_tests[(set_tests["set"] == wing.set) & (set_tests["variant"] == variant)]
        for name in ("effect", "ci95_low", "ci95_high"):
            effects[f"set_{name}{ending}"] = float(tested[name].iloc[0]) if len(tested) else float("nan")
    return (
        own.assign(
            wing={"l": "left", "r": "right"}[side],
            set=wing.set,
            label=own["symbol"].where(own["symbol"] != "", own["gene_id"]),
            zero_weight=own["gene_id"].isin(sorted(unweighed)),
            effect=own["log2_fold_change"],
            **effects,
        )
        .sort_values("effect", ascending=False, kind="stable", na_position="last")
        .reset_index(drop=True)
    )


def _draw_wing(axes: Axes, rows: pd.DataFrame, *, thinned: bool, reach: float) -> None:
    axes.set_xlim(-reach, reach)
    axes.axvline(0, color=TEXT_COLOUR, linewidth=0.6, zorder=1)
    ending = "_beside" if thinned else ""
    if len(rows) and np.isfinite(rows[f"set_effect{ending}"].iloc[0]):
        first = rows.iloc[0]
        axes.axvspan(first[f"set_ci95_low{ending}"], first[f"set_ci95_high{ending}"], color=BAND_COLOUR, zorder=0)
        axes.axvline(first[f"set_effect{ending}"], color=PRIMARY_COLOUR, linewidth=1.2, zorder=2)
    there = rows["effect"].notna() & ~(rows["left_out"].eq(True) & thinned)
    for place, row in enumerate(records(rows)):
        if not there.iloc[place]:
            words = "left out" if thinned and row["left_out"] else row["state"]
            words = words if words != "tested" else "no estimate"
            axes.text(0.03 * reach, place, words, va="center", fontsize=5.5, style="italic", color=_GREY)
    colours = np.where(rows["detected"].eq(True), TEXT_COLOUR, NEUTRAL_COLOUR)
    draw_estimates(
        axes,
        np.arange(len(rows))[there],
        rows[there],
        colours=colours[there],
        fills=np.where(rows["zero_weight"], "white", colours)[there],
        markers="o",
        size=3.2,
        linewidth=0.9,
        reach=reach,
    )
    axes.tick_params(axis="x", labelsize=7)


def _name_rows(axes: Axes, rows: pd.DataFrame, *, named: bool, right: bool) -> None:
    """Name the rows of an outer panel on its outer side; the inner panel shares them."""
    axes.set_yticks(np.arange(len(rows)), list(rows["label"]))
    axes.tick_params(axis="y", length=0, labelsize=6, pad=2, left=False)
    axes.tick_params(axis="y", labelleft=named and not right, labelright=named and right)
    axes.grid(axis="y", color="#EEEEEE", linewidth=0.5)
    axes.set_axisbelow(True)
    for tick, detected in zip(axes.get_yticklabels() if named else (), rows["detected"], strict=False):
        tick.set_color(TEXT_COLOUR if detected else _GREY)
    if right:
        axes.spines["left"].set_visible(False)
        axes.spines["right"].set_visible(named)


def _key(drawn: pd.DataFrame, claim: str) -> list[Any]:
    dot: dict[str, Any] = {"marker": "o", "markersize": 3.6}
    entries: list[Any] = [Line2D([], [], color=TEXT_COLOUR, **dot, label="gene: fold change, 95 % interval")]
    if drawn["zero_weight"].any():
        label = f"hollow: weight 0 in {claim}"
        entries.append(Line2D([], [], color=TEXT_COLOUR, markerfacecolor="white", **dot, label=label))
    if not drawn["detected"].all():
        entries.append(Line2D([], [], color=NEUTRAL_COLOUR, **dot, label="grey: below detection"))
    if drawn["set_effect"].notna().any():
        entries.append(Line2D([], [], color=PRIMARY_COLOUR, label="mean of the set's genes"))
        entries.append(Patch(color=BAND_COLOUR, label="its 95 % interval"))
    return entries


def draw_opposite_sets(
    genes: pd.DataFrame,
    set_tests: pd.DataFrame,
    register: Register | None,
    *,
    figure: str,
    wings: Mapping[str, Any],
    detected_counts: float,
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw the two sets of a figure, whose genes named_genes.tsv names; `wings` is one of report.butterflies."""
    left, right = (Wing(**wings[side]) for side in ("left", "right"))
    return draw_butterfly(
        genes_of_figure(genes, figure, standards_of(register, detected_counts)),
        set_tests,
        (left, right),
        beside=wings.get("beside", "full"),
        weighed=zero_weights(register, left.set, right.set),
        test=test,
        reference=reference,
        simulated=simulated,
    )
