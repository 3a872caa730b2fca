"""What artefacts alone would look like, beside what is observed."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.claims.resolve import PLAN_COLUMNS
from claimcheck.claims.tests import Measured
from claimcheck.core.estimates import NO_ESTIMATE, Estimate

READOUT = "readout"
ARTEFACT_COLUMNS = (
    "world",
    "explanation",
    "readout",
    "claim",
    "looked_at",
    "predicted",
    "observed",
    "fits",
    "effect",
    "ci95_low",
    "ci95_high",
)
_FITTING = {
    "up": ("up",),
    "down": ("down",),
    "unchanged": ("uncertain",),
    "kept_or_up": ("up", "uncertain"),
}
"""Observed directions that fit a prediction; others, such as `varies`, fit whatever is observed."""


def add_readouts(
    planned: pd.DataFrame, register: Register, members: pd.DataFrame, further: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Add the tests of whole sets that artefacts are read from, and of further sets, to what the claims ask for.

    Genes that the register removes from every set are removed here too.

    Args:
        planned: from `resolve.planned_sets`.
        register: the claims register.
        members: set, gene_id, symbol.
        further: names of sets.
    """
    readouts = register.artefacts.get("readouts", {}).values()
    names = dict.fromkeys([*(one["set"] for one in readouts if "set" in one), *further])
    everywhere = {
        gene
        for removal in register.primary["removed"]
        if "sets" not in removal and "families" not in removal
        for gene in removal["genes"]
    }
    kept = members[members["set"].isin(list(names)) & ~members["gene_id"].isin(sorted(everywhere))]
    rows = [
        ("", name, READOUT, "full", True, gene, symbol, 1)
        for name in names
        for gene, symbol in kept.loc[kept["set"] == name, ["gene_id", "symbol"]].itertuples(index=False, name=None)
    ]
    added = pd.DataFrame(rows, columns=list(PLAN_COLUMNS))
    return pd.concat([planned, added], ignore_index=True).astype({"weight": "int64", "primary": bool})


def compare_artefacts(register: Register, measured: Measured) -> pd.DataFrame:
    """Set what every artefact predicts against what is observed.

    Returns:
        Columns ARTEFACT_COLUMNS; observed is up or down where the 95 % interval excludes no change, else uncertain; fits is True,
        False, or missing where nothing definite is predicted or measured.
    """
    rows = []
    for world in register.artefacts.get("worlds", ()):
        for name, readout in register.artefacts["readouts"].items():
            seen, looked_at = _observed(readout, measured)
            predicted = world["predicts"].get(name, "")
            observed = _direction(seen)
            fits = observed in _FITTING[predicted] if predicted in _FITTING and seen else None
            numbers = seen or NO_ESTIMATE
            keys = (world["name"], world["explanation"], name, readout["claim"], looked_at)
            rows.append((*keys, predicted, observed, fits, numbers.effect, *numbers.ci95))
    return pd.DataFrame(rows, columns=list(ARTEFACT_COLUMNS))


def _observed(readout: Mapping[str, Any], measured: Measured) -> tuple[Estimate | None, str]:
    if "set" in readout:
        return measured.sets.get(("", READOUT, readout["set"], "full")), str(readout["set"])
    gene, symbol = next(iter(readout["gene"].items()))
    return measured.genes.get(gene), str(symbol)


def _direction(seen: Estimate | None) -> str:
    if seen is None:
        return "not measured"
    low, high = seen.ci95
    return "up" if low > 0 else "down" if high < 0 else "uncertain"
