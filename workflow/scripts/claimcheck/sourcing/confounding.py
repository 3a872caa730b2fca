"""What else could explain a difference between the groups: columns of the sample sheet that go with the condition.

A column that is the same within a group and different between the groups (one-to-one), or whose every value occurs in one group
alone while samples share values (nested), cannot be told from the condition by any model.
"""

from typing import NamedTuple

import pandas as pd

from claimcheck.core.tables import listed
from claimcheck.sourcing.samples import DIGEST
from claimcheck.sourcing.vocabulary import bare_name, make_vocabulary

POOLED = "pooled"
"""Column that names the samples that were summed to one, joined by `;`."""
LEAST_UNITS = 3
"""Litters a group from which these are compared in place of their animals."""

_OWN = ("sample", "condition", "sex_from", "runs", "evidence", DIGEST, "title", POOLED)
_RESTATE = ("genotype", "description")
"""Meanings of columns that say the condition in other words."""
_CLUSTERS = ("litter", "dam", "mother", "donor", "family", "pedigree")
"""Words of column names whose values are families: what its members share is no evidence of their genotype."""


class Explanation(NamedTuple):
    """A column that may explain what the condition is said to do, why in words, and whether it has one value a condition."""

    column: str
    reason: str
    is_one_to_one: bool


def explanations(samples: pd.DataFrame, *, factor: str = "condition") -> list[Explanation]:
    """Name the columns from which the condition can be computed although samples share their values.

    Args:
        samples: the sample sheet, text columns, condition of two values, and whatever else is known of the samples.
        factor: column of the sheet that the condition was read from.

    Returns:
        In the order of the sheet. Columns that are empty for a sample, constant, or different for each sample tell nothing; those
        that say the condition in other words, such as a genotype, explain nothing.
    """
    found = []
    for column in samples.columns.difference([*_OWN, factor], sort=False):
        values = samples[column].astype(str).str.strip()
        if (values == "").any() or not 1 < values.nunique() < len(values) or _restates(samples, column):
            continue
        table = pd.crosstab(values, samples["condition"])
        if ((table > 0).sum(axis=1) == 1).all():
            groups = [f"all of {condition}: {listed(table.index[table[condition] > 0])}" for condition in table.columns]
            reason = f"{column} differs wherever the condition does ({'; '.join(groups)})"
            found.append(Explanation(str(column), reason, len(table) == len(table.columns)))
    return found


def pool_families(samples: pd.DataFrame) -> pd.DataFrame:
    """Take litters, or other families nested in the condition, for the unit that is compared where there are enough.

    Animals of one litter are more alike than others, so that a few litters a group look like many animals. Counts of the
    samples of a litter are summed; what differs between its animals is no longer known of it.

    Args:
        samples: the sample sheet, text columns.

    Returns:
        The sheet with a row a family, named after it, its runs joined, and POOLED; as it was where no family is nested in the
        condition, or a group has fewer than LEAST_UNITS of them.
    """
    for column in (one.column for one in explanations(samples)):
        if not any(word in column.lower() for word in _CLUSTERS):
            continue
        units = samples.groupby("condition", sort=False)[column].nunique()
        if units.min() < LEAST_UNITS:
            continue
        rows = []
        for family, animals in samples.groupby(column, sort=False):
            row = {str(name): _shared(animals[name]) for name in samples}
            row["sample"] = f"{column}_{bare_name(str(family))}"
            row["runs"] = ";".join(filter(None, animals["runs"]))
            row[POOLED] = ";".join(animals["sample"])
            rows.append(row)
        return pd.DataFrame(rows)
    return samples


def members_of(samples: pd.DataFrame) -> dict[str, list[str]]:
    """List the samples that were summed to each sample of a sheet from `pool_families`; its own name where it is an animal."""
    pooled = samples[POOLED] if POOLED in samples else samples["sample"]
    return {name: members.split(";") for name, members in zip(samples["sample"], pooled, strict=True)}


def _shared(values: "pd.Series[str]") -> str:
    """Return the value that all have, or nothing."""
    return str(values.iloc[0]) if values.nunique() == 1 else ""


def _restates(samples: pd.DataFrame, column: str) -> bool:
    """Whether a column says the condition in other words: by its name, or where that tells nothing by its values."""
    meaning = make_vocabulary(()).field_meaning(column)
    if meaning:
        return meaning in _RESTATE
    pairs = zip(samples["condition"], samples[column], strict=True)
    return all(bare_name(condition) in bare_name(value) for condition, value in pairs)
