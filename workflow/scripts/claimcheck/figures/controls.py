"""How often claims are supported, and how small p-values become, where nothing is to be found."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from claimcheck.claims.model import Register
from claimcheck.figures.animals import figures_of
from claimcheck.figures.style import (
    FULL_WIDTH,
    NEUTRAL_COLOUR,
    REFERENCE_COLOUR,
    TEST_COLOUR,
    TEXT_COLOUR,
    new_figure,
    plain_numbers,
    say_nothing_to_draw,
)

CONTROLS_COLUMNS = ("panel", "control", "claim", "x", "y", "low", "high", "n_draws")
_LEVELS = np.array([0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0])
_TESTS = {"p_rotation": ("rotation", "-", "o"), "p_camera": ("CAMERA", "--", "s"), "p_score": ("score", ":", "^")}
_STYLE = ((REFERENCE_COLOUR, "o"), (TEST_COLOUR, "s"), ("#009E73", "^"))
_NORMAL_975 = 1.959964


def draw_controls(
    controls: pd.DataFrame, calibration: pd.DataFrame, register: Register, *, test: str, reference: str, simulated: bool
) -> tuple[Figure, pd.DataFrame]:
    """Draw the rate of false support of every claim, the distribution of p-values of the controls, and genes that should not move.

    Args:
        controls: results/claims/controls.tsv.
        calibration: results/claims/calibration.tsv.
        register: the claims register.
        test, reference: names of the conditions.
        simulated: whether the study's data are simulated.

    Returns:
        The figure, and what is drawn with the columns CONTROLS_COLUMNS: of "false support" y is the rate with its interval (Wilson
        1927), of a test's name the share y of p-values up to x, of "effect" x with its interval.
    """
    rates = _rates(controls)
    curves = _curves(calibration)
    still = controls.loc[controls["effect"].notna(), ["control", "claim", "effect", "ci95_low", "ci95_high", "n_draws"]]
    effects = still.rename(columns={"effect": "x", "ci95_low": "low", "ci95_high": "high"}).assign(panel="effect")
    frames = [frame.reindex(columns=list(CONTROLS_COLUMNS)) for frame in (rates, curves, effects) if len(frame)]
    drawn = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(CONTROLS_COLUMNS))
    if not frames:
        figure = new_figure(FULL_WIDTH, 1.2, simulated=simulated)
        say_nothing_to_draw(figure.subplots(), "no negative control was run")
        return figure, drawn
    kinds = list(dict.fromkeys(curves["control"]))
    claims = [name for name in register.claims if name in set(rates["claim"])]
    limit = float(register.primary["negative_controls"]["false_support_warn"])
    heights = [1.1 + 0.2 * len(claims)] * bool(claims) + [2.4] * bool(kinds) + [0.75] * bool(len(effects))
    figure = new_figure(FULL_WIDTH, sum(heights) + 0.3, simulated=simulated)
    columns = max(len(kinds), 2)
    grid = figure.add_gridspec(len(heights), columns, height_ratios=heights)
    row = iter(range(len(heights)))
    if claims:
        _draw_rates(figure.add_subplot(grid[next(row), :]), rates, claims, limit)
    if kinds:
        place = next(row)
        for column, kind in enumerate(kinds):
            _draw_curves(figure.add_subplot(grid[place, column]), curves[curves["control"] == kind], kind)
    if len(effects):
        _draw_effects(figure.add_subplot(grid[next(row), :]), effects, test, reference)
    return figure, drawn


def _rates(controls: pd.DataFrame) -> pd.DataFrame:
    """List the rates of false support with the 95 % interval of a share: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    rates = controls.dropna(subset=["share_supported"])
    share, n, z2 = rates["share_supported"], rates["n_draws"], _NORMAL_975**2
    half = _NORMAL_975 * np.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    centre = share + z2 / (2 * n)
    low, high = ((centre + sign * half) / (1 + z2 / n) for sign in (-1, 1))
    return rates[["control", "claim", "n_draws"]].assign(panel="false support", y=share, low=low.clip(0), high=high)


def _curves(calibration: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (name, control, level, float((part[column].dropna() <= level).mean()), part[column].notna().sum())
        for control, part in calibration.groupby("control", sort=False)
        for column, (name, _, _) in _TESTS.items()
        if part[column].notna().any()
        for level in _LEVELS
    ]
    return pd.DataFrame(rows, columns=["panel", "control", "x", "y", "n_draws"])


def _draw_rates(axes: Axes, rates: pd.DataFrame, claims: list[str], limit: float) -> None:
    kinds = list(dict.fromkeys(rates["control"]))
    for number, (kind, (colour, marker)) in enumerate(zip(kinds, _STYLE, strict=False)):
        part = rates[rates["control"] == kind]
        y = np.array([claims.index(name) for name in part["claim"]]) + 0.22 * (number - (len(kinds) - 1) / 2)
        n = part["n_draws"].unique()
        draws = f"{n[0]:,.0f}" if len(n) == 1 else f"{n.min():,.0f} to {n.max():,.0f}"
        axes.hlines(y, part["low"], part["high"], color=colour, linewidth=1)
        axes.plot(part["y"], y, marker, color=colour, markersize=4, label=f"{kind} ({draws} a claim)")
    if not np.isnan(limit):
        axes.axvline(limit, color=TEXT_COLOUR, linewidth=0.8, linestyle="--", label=f"warning above {100 * limit:g} %")
    axes.set_yticks(np.arange(len(claims)), claims)
    axes.set_ylim(len(claims) - 0.4, -0.6)
    axes.set_xlim(-0.005, max(0.1, 1.05 * float(rates["high"].max())))
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:g} %")
    axes.set_title("Draws that the primary analysis alone would call supported", fontweight="bold", pad=22)
    axes.legend(loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=3, borderaxespad=0.2)


def _draw_curves(axes: Axes, curves: pd.DataFrame, kind: str) -> None:
    low = 0.5 * _LEVELS[0]
    axes.plot([low, 1], [low, 1], color=NEUTRAL_COLOUR, linewidth=0.9)
    for name, line, marker in _TESTS.values():
        part = curves[(curves["panel"] == name) & (curves["y"] > 0)]
        axes.plot(part["x"], part["y"], line, marker=marker, markersize=3, color=TEXT_COLOUR, linewidth=1, label=name)
    axes.set(xscale="log", yscale="log", xlim=(low, 1.2), ylim=(low, 1.2))
    for which in ("x", "y"):
        plain_numbers(axes, which)
    axes.set_xlabel("p-value of a test alone, unadjusted")
    axes.set_ylabel("share of draws with that p\nor a smaller one")
    axes.set_title(f"{kind}: {curves['n_draws'].max():,} p-values a test")
    axes.legend(loc="best")


def _draw_effects(axes: Axes, effects: pd.DataFrame, test: str, reference: str) -> None:
    axes.axvline(0, color=TEXT_COLOUR, linewidth=0.7)
    axes.hlines(np.arange(len(effects)), effects["low"], effects["high"], color=TEXT_COLOUR, linewidth=1.4)
    axes.plot(effects["x"], np.arange(len(effects)), "o", color=TEXT_COLOUR, markersize=4.5)
    axes.set_yticks(np.arange(len(effects)), list(effects["control"]))
    axes.set_ylim(len(effects) - 0.4, -0.6)
    reach = 1.1 * float(np.nanmax(effects[["low", "high"]].abs().to_numpy(dtype=float), initial=0.1))
    axes.set_xlim(-reach, reach)
    axes.xaxis.set_major_formatter(lambda value, _: figures_of(value, "{:.2g}"))
    axes.set_xlabel(f"log2 {test} / {reference}, 95 % interval")
