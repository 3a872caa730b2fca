"""One p-value a claim: several sources or models combined by their rule, and all claims of the family adjusted together."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from claimcheck.claims.evidence import NO_INTERVAL, Interval
from claimcheck.claims.model import NAN
from claimcheck.gene_sets.tests.false_discovery import benjamini_hochberg

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Combined:
    """What several tests say together: the effect that the rule rests on, its interval, the hull of all intervals, p-values."""

    effect: float = NAN
    ci95: Interval = NO_INTERVAL
    ci90: Interval = NO_INTERVAL
    p_predicted: float = NAN
    p_opposite: float = NAN
    name: str = ""


def adjust_family(p_values: pd.DataFrame) -> pd.DataFrame:
    """Adjust the p-values of the confirmatory claims; a missing one counts as one of the family and stays missing.

    Args:
        p_values: claim, p_predicted, p_opposite; every confirmatory claim once, whether it could be tested or not.

    Returns:
        The same with p_holm, p_holm_opposite (Holm 1979), and q_value (Benjamini and Hochberg 1995) of p_predicted.
    """
    return p_values.assign(
        p_holm=holm(p_values["p_predicted"]),
        p_holm_opposite=holm(p_values["p_opposite"]),
        q_value=benjamini_hochberg(p_values["p_predicted"]),
    )


def holm(p_values: ArrayLike) -> Floats:
    """Adjust p-values so that all claims together err at the level (Holm 1979, Scand J Stat 6:65).

    Args:
        p_values: float64, (claims,); NaN = not tested, which still counts in the number of claims.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(np.where(np.isnan(p), np.inf, p), kind="stable")
    steps = len(p) - np.arange(len(p))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps * np.nan_to_num(p[order], nan=1.0)), 1.0)
    return np.where(np.isnan(p), np.nan, adjusted)


def partial_conjunction(p_values: ArrayLike, at_least: int) -> float:
    """Test that at least k of m hypotheses are false: (m - k + 1) times the k-th smallest p (Benjamini and Heller 2008).

    It holds under any dependence between the tests, as between sources that share genes.

    Args:
        p_values: (m,); NaN = not tested, left out of m.
        at_least: k.

    Returns:
        NaN if fewer than k were tested.
    """
    p = np.asarray(p_values, dtype=np.float64)
    p = np.sort(p[~np.isnan(p)])
    if len(p) < at_least:
        return NAN
    return float(min(1.0, (len(p) - at_least + 1) * p[at_least - 1]))


def combine_sources(sources: pd.DataFrame, *, at_least: int, direction: int) -> Combined:
    """Combine sets from several sources: at least k of m must move the same way.

    Args:
        sources: one row a source of the claim, columns source, effect, ci95_low, ci95_high, ci90_low, ci90_high, p_up, p_down
            (one-sided); NaN for sources that could not be tested.
        at_least: k.
        direction: +1, -1, or 0 for either.

    Returns:
        The source with the k-th largest effect in the direction (of the two directions, that in which it is larger), so that k
        sources have at least this effect; ci90 spans all m sources and is NaN if one could not be tested.
    """
    tested = sources.dropna(subset=["effect", "p_up", "p_down"])
    ci90 = (float(np.min(sources["ci90_low"].to_numpy())), float(np.max(sources["ci90_high"].to_numpy())))
    if len(tested) < at_least:
        return Combined(ci90=ci90)
    up, down = (partial_conjunction(tested[name], at_least) for name in ("p_up", "p_down"))

    def kth(sign: int) -> pd.Series:
        return tested.iloc[(-sign * tested["effect"]).argsort(kind="stable").iloc[at_least - 1]]

    sign = direction or (1 if kth(1)["effect"] >= -kth(-1)["effect"] else -1)
    row = kth(sign)
    p_predicted, p_opposite = (up, down) if sign > 0 else (down, up)
    if direction == 0:
        p_predicted, p_opposite = min(1.0, 2 * min(up, down)), NAN
    ci95 = (float(row["ci95_low"]), float(row["ci95_high"]))
    return Combined(float(row["effect"]), ci95, ci90, p_predicted, p_opposite, str(row["source"]))


def combine_models(genes: pd.DataFrame) -> Combined:
    """Combine alternative models: every gene of a model must move as it says, and the better model counts.

    Within a model the largest p-value counts (intersection-union test; Berger 1982, Technometrics 24:295), between models the
    smallest times their number.

    Args:
        genes: one row a gene of a model, columns model, direction (1 or -1), effect, ci95_low, ci95_high, ci90_low, ci90_high,
            p_predicted (one-sided in that direction).

    Returns:
        The weakest gene of the better model, in the model's direction: positive = as the model says; ci90 spans all genes as
        they were measured. A model with a gene that could not be tested does not count.
    """
    ci90 = (float(np.min(genes["ci90_low"].to_numpy())), float(np.max(genes["ci90_high"].to_numpy())))
    best = Combined(ci90=ci90)
    names: Sequence[str] = list(dict.fromkeys(genes["model"]))
    for name in names:
        own = genes[genes["model"] == name]
        p = float(np.max(own["p_predicted"].to_numpy()))
        towards = own["effect"] * own["direction"]
        if np.isnan(p) or towards.isna().any() or p >= (2.0 if np.isnan(best.p_predicted) else best.p_predicted):
            continue
        weakest = own.loc[towards.idxmin()]
        ends = sorted(weakest["direction"] * weakest[end] for end in ("ci95_low", "ci95_high"))
        best = Combined(float(towards.min()), (float(ends[0]), float(ends[1])), ci90, p, NAN, name)
    if np.isnan(best.p_predicted):
        return best
    return Combined(best.effect, best.ci95, ci90, min(1.0, len(names) * best.p_predicted), NAN, best.name)
