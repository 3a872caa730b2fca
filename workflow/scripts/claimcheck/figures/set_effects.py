"""Effects of the gene sets of a family in every variant, beside the score of every animal and what else may explain them."""

import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.transforms import blended_transform_factory

from claimcheck.figures.animals import colours_of, figures_of, sized_legend
from claimcheck.figures.claims import records
from claimcheck.figures.enrichment import wrapped_name
from claimcheck.figures.intervals import draw_estimates, draw_points
from claimcheck.figures.sexes import SexShapes
from claimcheck.figures.style import (
    FULL_WIDTH,
    TEXT_COLOUR,
    by_group,
    new_figure,
    say_nothing_to_draw,
)

EFFECT_COLUMNS = (
    "panel",
    "heading",
    "set",
    "variant",
    "n_genes",
    "x",
    "low",
    "high",
    "p_rotation",
    "p_camera",
    "sample",
    "condition",
    "sex",
)
WHOLE = "full"
CONFOUNDERS = "may explain a difference"
OTHERS = "other sets"
_VARIANT_STYLES = ((TEXT_COLOUR, "o"), ("#009E73", "s"), ("#CC79A7", "D"), ("#E69F00", "^"), ("#56B4E9", "v"))
_COLUMN_ENDS = (0.33, 0.66, 1.0)
"""Right ends of the columns of figures, as shares of their panel."""
_ROW, _HEADING = 1.0, 0.75
"""Heights of a set and of a heading, in units of a set."""
_GAP = 0.17
"""Between the lines of the two groups, or of two variants, in the same units."""


def arrange(tests: pd.DataFrame, groups: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """Put the tested sets of a family under their headings.

    Args:
        tests: set; a row a set and variant.
        groups: by heading, the sets below it; sets that were not tested are passed over.

    Returns:
        (heading, set) in the order drawn; sets under no heading follow, under OTHERS if there is any heading.
    """
    known = list(dict.fromkeys(tests["set"]))
    placed = [(heading, name) for heading, names in groups.items() for name in names if name in known]
    rest = [name for name in known if name not in {name for _, name in placed}]
    return placed + [(OTHERS if placed else "", name) for name in rest]


def draw_set_effects(
    tests: pd.DataFrame,
    confounders: pd.DataFrame,
    scores: pd.DataFrame,
    samples: pd.DataFrame,
    sets: pd.DataFrame,
    *,
    family: str,
    groups: Mapping[str, Sequence[str]],
    beside: Sequence[str],
    test: str,
    reference: str,
    simulated: bool,
) -> tuple[Figure, pd.DataFrame]:
    """Draw effect and interval of every tested set of a family, full beside its variants, and every animal's score.

    Args:
        tests: set, family, variant, n_genes, effect, ci95_low, ci95_high, p_rotation_two_sided, p_camera.
        confounders: the same but family and variant, of sets that may explain a difference.
        scores: set, sample, score (mean log2 expression of the set's genes).
        samples: sample, condition, sex (text, may be empty or absent).
        sets: set, family, n_ranked, tested; every set of the family, tested or not.
        family: the family to draw.
        groups: by heading, sets that stand together.
        beside: the confounders to show.
        test: name of the test condition.
        reference: name of the reference condition.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and what is drawn, columns EFFECT_COLUMNS: of panel "effect" a row a set and variant, of panel "animals" a
        row a set and animal, x being the score less the mean of the reference group's.
    """
    own = tests[tests["family"] == family]
    other = confounders[confounders["set"].isin(beside) & (confounders["n_genes"] > 0)].assign(variant=WHOLE)
    animals = by_group(samples.assign(sex=samples.get("sex", "")), test, reference)[["sample", "condition", "sex"]]
    blocks = [arrange(own, groups), [(CONFOUNDERS, name) for name in beside if name in set(other["set"])]]
    notes = "\n".join(
        textwrap.fill(note, 112, break_long_words=False, break_on_hyphens=False)
        for note in _notes(own, other, sets[sets["family"] == family], groups, beside)
    )
    drawn = _together(
        [_rows(block, found, scores, animals, reference) for block, found in zip(blocks, (own, other), strict=True)]
    )
    if not any(blocks):
        figure = new_figure(FULL_WIDTH, 1.6, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), f"no set of the family {family} could be tested\n{notes}".strip())
        return figure, drawn

    variants = list(dict.fromkeys(own["variant"])) or [WHOLE]
    full = [block for block in blocks if block]
    heights = [_height(block, len(variants)) for block in full]
    below = 0.14 * (notes.count("\n") + 1) if notes else 0.0
    figure = new_figure(FULL_WIDTH, sum(heights) + below + 0.75, simulated=simulated)
    grid = figure.add_gridspec(
        len(full) + bool(notes), 3, height_ratios=heights + [below] * bool(notes), width_ratios=[2.15, 1.75, 2.0]
    )
    for number, block in enumerate(full):
        panels = [figure.add_subplot(grid[number, column]) for column in range(3)]
        names = [name for _, name in block]
        _draw_block(panels, block, drawn[drawn["set"].isin(names)], variants, test=test, reference=reference)
        if number == 0:
            panels[0].set_title("effects, 95 % intervals", fontweight="bold")
            panels[2].set_title("samples, mean log2 level", fontweight="bold")
            for x, head in zip(_COLUMN_ENDS, ("n", "p of\nrotation", "p of\nCAMERA"), strict=True):
                panels[1].annotate(
                    head, (x, 1), (0, 3), xycoords="axes fraction", textcoords="offset points", ha="right", fontsize=7
                )
        if number == len(full) - 1:
            panels[0].set_xlabel(f"log2 {test} / {reference}\n(positive = higher in {test})")
            panels[2].set_xlabel(f"log2, less the mean of {reference}")
    if notes:
        axes = figure.add_subplot(grid[len(full), :])
        axes.set_axis_off()
        from_the_left = blended_transform_factory(figure.transFigure, axes.transAxes)
        axes.text(0.01, 1, notes, va="top", fontsize=7.5, transform=from_the_left).set_in_layout(False)
    sized_legend(figure, animals, test, reference, more=_keys(variants, animals))
    return figure, drawn


def _height(block: list[tuple[str, str]], n_variants: int) -> float:
    """Give the inches of a block: a heading takes part of a row, and a set more room where it has variants."""
    return 0.45 + _places(block)[1] * (0.4 if n_variants > 1 else 0.34)


def _places(block: list[tuple[str, str]]) -> tuple[list[tuple[float, str, str]], float]:
    """Place headings and sets from top to bottom: (y, heading, "") of a heading, (y, heading, set) of a set; and the end."""
    placed, y, last = [], 0.0, ""
    for heading, name in block:
        if heading != last:
            placed.append((y + _HEADING / 2, heading, ""))
            y, last = y + _HEADING, heading
        placed.append((y + _ROW / 2, heading, name))
        y += _ROW
    return placed, y


def _notes(
    own: pd.DataFrame,
    other: pd.DataFrame,
    sets: pd.DataFrame,
    groups: Mapping[str, Sequence[str]],
    beside: Sequence[str],
) -> list[str]:
    """Name every set that is not drawn, or not in every variant, with the reason."""
    left_out = sets[~sets["tested"].eq(True)]
    whole = set(own.loc[own["variant"] == WHOLE, "set"])
    thinned = {
        variant: sorted(whole - set(part["set"]))
        for variant, part in own[own["variant"] != WHOLE].groupby("variant", sort=False)
    }
    absent = [name for names in groups.values() for name in names if name not in set(sets["set"])]
    silent = [name for name in beside if name not in set(other["set"])]
    notes = {
        "Not tested for their number of genes (n)": [
            f"{name} ({n:.0f})" for name, n in zip(left_out["set"], left_out["n_ranked"], strict=True)
        ],
        **{f"Too few genes left in {_words(str(variant))}": names for variant, names in thinned.items()},
        "Not among the sets of this study": absent,
        "No gene measured": silent,
    }
    return [f"{what}: {', '.join(names)}." for what, names in notes.items() if names]


def _rows(
    block: list[tuple[str, str]], found: pd.DataFrame, scores: pd.DataFrame, animals: pd.DataFrame, reference: str
) -> pd.DataFrame:
    """List what a block shows, EFFECT_COLUMNS."""
    order = pd.DataFrame(block, columns=["heading", "set"]).astype(str)
    named = {"effect": "x", "ci95_low": "low", "ci95_high": "high", "p_rotation_two_sided": "p_rotation"}
    effects = order.merge(found.rename(columns=named), on="set").assign(panel="effect")
    points = order.merge(scores[["set", "sample", "score"]], on="set").merge(animals, on="sample")
    points = points.sort_values("set", key=lambda names: names.map(list(order["set"]).index), kind="stable")
    zero = points[points["condition"] == reference].groupby("set")["score"].mean()
    points = points.assign(panel="samples", x=points["score"] - points["set"].map(zero))
    return _together([effects, points])


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put rows below each other, EFFECT_COLUMNS."""
    rows = [row for part in parts for row in records(part)]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _draw_block(
    panels: Sequence[Axes],
    block: list[tuple[str, str]],
    drawn: pd.DataFrame,
    variants: Sequence[str],
    *,
    test: str,
    reference: str,
) -> None:
    effects, words, points = panels
    placed, end = _places(block)
    for axes in panels:
        axes.set_ylim(end + 0.05, -0.05)
        axes.tick_params(axis="y", length=0, left=False)
    effects.set_yticks([y for y, *_ in placed], [wrapped_name(name, 22) if name else text for y, text, name in placed])
    for label, (_, _, name) in zip(effects.get_yticklabels(), placed, strict=True):
        label.set(fontsize=7.5, fontweight="normal" if name else "bold")
    points.set_yticks([])
    words.set_axis_off()
    for axes in (effects, points):
        axes.axvline(0, color=TEXT_COLOUR, linewidth=0.7, zorder=1)
    shown = [variant for variant in variants if variant in set(drawn["variant"].dropna())]
    shapes = SexShapes.of(drawn["sex"].dropna())
    rows = pd.DataFrame([place for place in placed if place[2]], columns=["y", "heading", "set"])
    rows = drawn.merge(rows, on=["heading", "set"])
    tested, animals = (rows[rows["panel"] == panel] for panel in ("effect", "samples"))
    for axes in (effects, points):
        below = rows["y"].unique() + _ROW / 2
        axes.hlines(below, 0, 1, transform=axes.get_yaxis_transform(), color="#E4E4E4", linewidth=0.6, zorder=0)
    _draw_effects(effects, tested, shown, variants)
    for y in tested["y"].unique():
        _write_numbers(words, tested[tested["y"] == y], y, shown)
    draw_points(
        points,
        animals["x"],
        animals["y"] + np.where(animals["condition"] == reference, -_GAP, _GAP),
        colours="white",
        fills=colours_of(list(animals["condition"]), test, reference),
        markers=[shapes.marker(sex) for sex in animals["sex"]],
        size=18**0.5,
        rim=0.4,
    )
    for axes, columns in ((effects, ["low", "high", "x"]), (points, ["x"])):
        part = drawn[drawn["panel"] == ("effect" if axes is effects else "samples")]
        reach = 1.1 * float(np.nanmax(part[columns].abs().to_numpy(dtype=float), initial=0.1))
        axes.set_xlim(-reach, reach)
        axes.locator_params(axis="x", nbins=5)
        axes.xaxis.set_major_formatter(lambda value, _: figures_of(value, "{:g}"))


def _draw_effects(axes: Axes, rows: pd.DataFrame, shown: Sequence[str], variants: Sequence[str]) -> None:
    styles = [_VARIANT_STYLES[list(variants).index(name) % len(_VARIANT_STYLES)] for name in rows["variant"]]
    colours = [colour for colour, _ in styles]
    places = rows["variant"].map(list(shown).index) - (len(shown) - 1) / 2
    draw_estimates(
        axes,
        list(rows["y"] + 0.26 * places),
        rows.rename(columns={"x": "effect", "low": "ci95_low", "high": "ci95_high"}),
        colours=colours,
        fills=np.where(rows["variant"] == WHOLE, colours, "white"),
        markers=[marker for _, marker in styles],
        size=3.8,
        linewidth=1.2,
    )


def _write_numbers(axes: Axes, rows: pd.DataFrame, y: float, shown: Sequence[str]) -> None:
    """Write the number of genes of every variant, and the p-values of the full set."""
    by_variant = rows.set_index("variant")
    n = [f"{by_variant.at[variant, 'n_genes']:.0f}" if variant in by_variant.index else "–" for variant in shown]
    numbers = [n[0] if len(set(n)) == 1 else "/".join(n)]
    for column in ("p_rotation", "p_camera"):
        p = float(by_variant[column].loc[WHOLE]) if WHOLE in by_variant.index else np.nan
        numbers.append("–" if np.isnan(p) else f"{p:.2g}")
    for x, text in zip(_COLUMN_ENDS, numbers, strict=True):
        number = axes.text(x, y, text, transform=axes.get_yaxis_transform(), ha="right", va="center", fontsize=7.5)
        number.set_in_layout(False)


def _words(variant: str) -> str:
    return variant.replace("_", " ")


def _keys(variants: Sequence[str], animals: pd.DataFrame) -> list[Line2D]:
    keys = SexShapes.of(animals["sex"]).keys()
    for variant, (colour, marker) in zip(variants, _VARIANT_STYLES, strict=False):
        face = colour if variant == WHOLE else "white"
        words = "full set" if variant == WHOLE else _words(variant)
        keys.append(
            Line2D([], [], color=colour, marker=marker, markerfacecolor=face, markersize=4.5, label=words, linewidth=1)
        )
    return keys
