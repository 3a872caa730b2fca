"""What explanations predict, whether an observation bears it out, and the odds of what is claimed."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from claimcheck.claims.model import Register

KEPT_OR_UP = "kept_or_up"
"""A prediction without a size: no fall."""


def word_of(prediction: float | str) -> str:
    """Name the direction of a prediction: up, down, unchanged, or KEPT_OR_UP as it is."""
    if isinstance(prediction, str):
        return prediction
    return "up" if prediction > 0 else "down" if prediction < 0 else "unchanged"


def fits(predicted: str, interval: tuple[float, float], least: float) -> bool | None:
    """Say whether an interval bears a prediction out (True), excludes it (False), or leaves it open (None).

    A change is borne out by an interval on its side of 0 and excluded by one on the other side. That something is unchanged, or
    kept, is borne out by an interval that excludes a change, or a fall, of `least`, and excluded by one that holds nothing smaller.

    Args:
        predicted: from `word_of`.
        interval: both ends, log2.
        least: smallest change of interest, log2, above 0.
    """
    low, high = interval
    borne_out, excluded = {
        "up": (low > 0, high < 0),
        "down": (high < 0, low > 0),
        "unchanged": (low > -least and high < least, low >= least or high <= -least),
        KEPT_OR_UP: (low > -least, high <= -least),
    }[predicted]
    return True if borne_out else False if excluded else None


def least_change(register: Register, readout: Mapping[str, Any]) -> float:
    """Give the smallest change of interest of a readout: the threshold of its claim, else that of a gene or set."""
    own = register.claims[readout["claim"]].threshold if "claim" in readout else float("nan")
    return own if own > 0 else float(register.primary["thresholds"]["set" if "set" in readout else "gene"])


def odds_against(pattern: pd.DataFrame) -> float:
    """Give the posterior odds against the claimed explanation, alone or together with an artefact."""
    claimed = pattern["claimed"].eq(True)
    held, against = (float(pattern.loc[chosen, "posterior"].sum()) for chosen in (claimed, ~claimed))
    return against / held if held > 0 else float("inf")
