"""What else could explain a difference between the groups: columns of the sample sheet that go with the condition.

A column that is the same within a group and different between the groups (one-to-one), or whose every value occurs in one group
alone while samples share values (nested), cannot be told from the condition by any model.
"""

import re
from typing import NamedTuple

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.sourcing.ages import group_ages, read_field_of_ages
from claimcheck.sourcing.samples import DIGEST
from claimcheck.sourcing.vocabulary import bare_name, make_vocabulary

SUMMED = "summed_samples"
"""Column that names the samples that were summed to one, joined by `;`."""
LEAST_UNITS = 3
"""Families a group from which these are compared in place of their animals; with fewer a group has no spread to speak of."""

SAME_AGE = 0.05
"""Share of the older age by which two may differ and still be one, as 16 weeks and 111 days."""

FOLDER = "folder"
"""Column that names where a sample's transcript abundances are."""
FILE = "file"
"""Column that names where a sample's counts are."""

NOT_COVARIATES = ("sample", "condition", "sex_from", "runs", "evidence", DIGEST, SUMMED, FOLDER, FILE)
"""Columns of the sheet that say what a sample is, and nothing of how it was made."""
SEQUENCING = ("library_layout", "instrument_model", "read_length")
"""Columns that say how a sample was sequenced: they may explain a difference, and are adjusted for only where that is asked."""
_RESTATE = (
    "genotype",
    "genotypes",
    "genotypevariation",
    "cre",
    "title",
    "sampletitle",
    "description",
    "group",
    "samplegroup",
)
"""Bare names of columns that say the condition in other words."""
_FAMILIES = frozenset({"litter", "dam", "mother", "donor", "family", "pedigree"})
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
        In the order of the sheet, judged by the samples for which a column is known. Columns that are constant or different for
        each sample tell nothing; those that say the condition in other words, such as a genotype, explain nothing.
    """
    found = []
    for column in samples.columns.difference([*NOT_COVARIATES, factor], sort=False):
        values = _comparable(samples[column].astype(str).str.strip())
        known = values[values != ""]
        if not 1 < known.nunique() < len(known) or _restates(samples, column):
            continue
        table = pd.crosstab(known, samples.loc[known.index, "condition"])
        if len(table.columns) > 1 and ((table > 0).sum(axis=1) == 1).all():
            groups = [f"all of {condition}: {listed(table.index[table[condition] > 0])}" for condition in table.columns]
            unknown = samples.loc[known.index.symmetric_difference(values.index), "sample"]
            groups += [f"not known for {listed(unknown)}"] if len(unknown) else []
            reason = f"{column} differs wherever the condition does ({'; '.join(groups)})"
            found.append(Explanation(str(column), reason, len(table) == len(table.columns)))
    return found


def _comparable(values: "pd.Series[str]") -> "pd.Series[str]":
    """Write ages that are one alike, whatever their units, where all of a column of ages can be read; else leave the values."""
    name = str(values.name)
    if make_vocabulary(()).field_meaning(name) != "age":
        return values
    ages = [read_field_of_ages(name, value) for value in values]
    if any(len(age) != bool(value) for age, value in zip(ages, values, strict=True)):
        return values
    return pd.Series(group_ages(ages, SAME_AGE), values.index, name=name)


def pool_families(samples: pd.DataFrame) -> pd.DataFrame:
    """Take litters, or other families nested in the condition, for the unit that is compared where there are enough.

    Animals of one litter are more alike than others, so that a few litters a group look like many animals. Counts of the
    samples of a litter are summed; what differs between its animals is no longer known of it.

    Args:
        samples: the sample sheet, text columns.

    Returns:
        The sheet with a row a family, named after it, its runs joined, and SUMMED; as it was where no family is nested in the
        condition, or a group has fewer than LEAST_UNITS of them.

    Raises:
        StudyError: two families would have one name.
    """
    for column in (one.column for one in explanations(samples)):
        if not _FAMILIES & set(re.findall("[a-z]+", column.lower())) or (samples[column] == "").any():
            continue
        units = samples.groupby("condition", sort=False)[column].nunique()
        if units.min() < LEAST_UNITS:
            continue
        rows = [_summed(column, str(family), animals) for family, animals in samples.groupby(column, sort=False)]
        pooled = pd.DataFrame(rows)
        repeated = pooled.loc[pooled["sample"].duplicated(), "sample"]
        if len(repeated):
            raise StudyError(
                f"two values of {column} are both written {listed(repeated)} as the name of a sample",
                where=f"the sample sheet, column {column}",
                expected="values that differ in letters, digits, `_`, `.` or `-`",
                remedy="write the values otherwise",
            )
        return pooled
    return samples


def _summed(column: str, family: str, animals: pd.DataFrame) -> dict[str, str]:
    """Lay out a family as one sample: what its animals do not share is not known of it."""
    row = {str(name): _shared(animals[name]) for name in animals}
    row["sample"] = re.sub(r"[^A-Za-z0-9._-]+", "_", f"{bare_name(column)}_{family.strip()}")
    row[SUMMED] = ";".join(animals["sample"])
    for joined in ("runs", DIGEST):
        if joined in animals:
            row[joined] = ";".join(filter(None, animals[joined]))
    return row


def members_of(samples: pd.DataFrame) -> dict[str, list[str]]:
    """List the samples that were summed to each sample of a sheet from `pool_families`; its own name where it is an animal."""
    pooled = samples[SUMMED] if SUMMED in samples else samples["sample"]
    return {name: members.split(";") for name, members in zip(samples["sample"], pooled, strict=True)}


def _shared(values: "pd.Series[str]") -> str:
    """Return the value that all have, or nothing."""
    return str(values.iloc[0]) if values.nunique() == 1 else ""


def _restates(samples: pd.DataFrame, column: str) -> bool:
    """Whether a column says the condition in other words: by its name, or where that tells nothing by its values."""
    if bare_name(column) in _RESTATE:
        return True
    if make_vocabulary(()).field_meaning(column) not in ("", "description", "genotype"):
        return False
    pairs = zip(samples["condition"], samples[column], strict=True)
    return all(bare_name(condition) in bare_name(value) for condition, value in pairs)
