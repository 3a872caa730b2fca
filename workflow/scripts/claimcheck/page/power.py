"""What the study could have shown, known before its data, beside what it did show."""

from dataclasses import dataclass

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.figures.claims import in_reading_order
from claimcheck.page.tables import Column, Table, as_table, percent, sentence, together, whole, words


@dataclass(frozen=True)
class PowerResults:
    """The tables of results/power; the names are those of the files."""

    power: pd.DataFrame
    animals: pd.DataFrame
    inputs: pd.DataFrame


@dataclass(frozen=True)
class PowerView:
    """What the page says of power.

    Attributes:
        table: a row a claim, for the size of the map that is nearest to the study's from below.
        chances: by claim, true effect in multiples of the smallest effect of interest, and the chance of support.
        registered: whether the map was made with the register that decided.
    """

    table: Table
    registered: bool
    chances: dict[str, list[tuple[str, str]]]


def view_power(results: PowerResults, verdicts: pd.DataFrame, register: Register, subjects: str) -> PowerView:
    """Lay out the map for the study's own number of animals beside its verdicts.

    Args:
        results: the map.
        verdicts: results/claims/verdicts.tsv.
        register: the register that decided.
        subjects: the page's word for what the samples come from.
    """
    n = _size(results.power, verdicts)
    of_study = results.power[results.power["n"] == n]
    multiples = sorted(of_study["multiple"].unique())
    shares = of_study.assign(shown=100 * of_study["supported"].where(of_study["not_testable"] < 1))
    rows = shares.pivot(index="claim", columns="multiple", values="shown").set_axis(_names(multiples), axis="columns")
    needed = pd.Series(
        {claim: _needed(part) for claim, part in results.animals.groupby("claim", sort=False)}, name="animals"
    )
    seen = verdicts.set_index("claim")[["statement", "verdict"]]
    table = in_reading_order(
        rows.join(needed).join(seen).loc[list(needed.index)].rename_axis("claim").reset_index(), register.lead
    )
    columns = [
        Column("claim", "claim", words),
        Column("statement", "statement", sentence),
        *(
            Column(name, f"{multiple:g} ×, %", whole)
            for name, multiple in zip(_names(multiples), multiples, strict=True)
        ),
        Column("animals", f"{subjects} for {100 * register.tests.power:.0f} %", together),
        Column("verdict", "what was seen", sentence),
    ]
    draws, error = int(of_study["draws"].iloc[0]), float(of_study["standard_error"].max())
    caption = (
        f"Chance of support with {n} {subjects} in each group, from {draws} drawn studies (standard error up to {percent(error)}), "
        "by true effect in multiples of the smallest effect of interest; of claims that nothing changes, of their margin, where "
        f"support is false from 1 × on. {subjects.capitalize()}: in each group, for support of what is true. All: results/power."
    )
    registered = dict(zip(results.inputs["key"], results.inputs["value"], strict=True))["register"] == register.digest
    return PowerView(as_table(table, columns, caption), registered, _chances(of_study))


def _chances(of_study: pd.DataFrame) -> dict[str, list[tuple[str, str]]]:
    tested = of_study[of_study["not_testable"] < 1].sort_values("multiple")
    return {
        str(claim): [
            (f"{multiple:g}", percent(share))
            for multiple, share in rows[["multiple", "supported"]].itertuples(index=False)
        ]
        for claim, rows in tested.groupby("claim", sort=False)
    }


def _size(power: pd.DataFrame, verdicts: pd.DataFrame) -> int:
    """Find the largest size of the map that the smaller group reaches; the smallest of all where it reaches none."""
    smaller = verdicts[["n_test", "n_reference"]].min(axis=None)
    sizes = power.loc[power["n"] <= smaller, "n"]
    return int(sizes.max() if len(sizes) else power["n"].min())


def _names(multiples: list[float]) -> list[str]:
    return [f"times_{multiple:g}" for multiple in multiples]


def _needed(rows: pd.DataFrame) -> str:
    """Say how many animals it takes at each true effect, and what does not depend on it once."""
    if rows["animals"].nunique() == 1:
        return str(rows["animals"].iloc[0])
    pairs = rows[["multiple", "animals"]].itertuples(index=False, name=None)
    return "; ".join(f"{multiple:g} ×: {animals}" for multiple, animals in pairs)
