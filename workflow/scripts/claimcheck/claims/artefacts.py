"""What each explanation alone would look like, beside what is observed."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from claimcheck.claims.explanations import fits, least_change, word_of
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
    """Set what every explanation predicts of sets and genes against what is observed.

    Returns:
        Columns ARTEFACT_COLUMNS; observed is up or down where the 95 % interval excludes no change, else uncertain; fits is True,
        False, or missing where the interval leaves it open (`explanations.fits`).
    """
    rows = []
    for world in register.artefacts.get("worlds", ()):
        for name, readout in register.artefacts["readouts"].items():
            if "slope" in readout:
                continue
            seen, looked_at = _observed(readout, measured)
            predicted = word_of(world["predicts"][name])
            numbers = seen or NO_ESTIMATE
            fitting = fits(predicted, numbers.ci95, least_change(register, readout)) if seen else None
            keys = (world["name"], world["explanation"], name, readout.get("claim", ""), looked_at)
            rows.append((*keys, predicted, _direction(seen), fitting, numbers.effect, *numbers.ci95))
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
