"""What else the archive says of the selected samples: how they were sequenced, and in what litters, cages and batches they were."""

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

from claimcheck.sourcing.confounding import SEQUENCING
from claimcheck.sourcing.notation import clean
from claimcheck.sourcing.runs import RUN_FIELDS, decide_layout
from claimcheck.sourcing.vocabulary import bare_name, make_vocabulary

SAME_LENGTH = 1.1
"""Ratio of two mean read lengths below which they are taken for one: trimming and a cycle more or less make no difference."""

_CARRIED = ("batch", "animal", "age")
"""Meanings of fields that are carried into the sheet; whatever else differs between the samples is settled when they are called."""
_ATTRIBUTE = "attribute:"


def add_sequencing(samples: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """Say of every sample how it was sequenced.

    Args:
        samples: the selected samples, text; `runs` has their run accessions, joined by `;`.
        runs: the archive's table of runs, text.

    Returns:
        The samples with the columns SEQUENCING: library_layout (as the runs are read), instrument_model, read_length (mean of all
        reads of a run in nucleotides, rounded; lengths within SAME_LENGTH of each other are one, the mean of these). Different
        values of the runs of a sample are joined by `; `, empty where the archive does not say. A cell that the sheet fills stays.
    """
    used = runs[runs["run_accession"].isin({run for cell in samples["runs"] for run in _runs_of(cell)})]
    used = used.set_index("run_accession", drop=False)
    layouts = pd.Series({run: decide_layout(row).layout for run, row in used.iterrows()}, dtype=str)
    said = pd.DataFrame(
        {
            "library_layout": layouts,
            "instrument_model": used["instrument_model"].map(clean),
            "read_length": _classes(_mean_lengths(used, layouts)),
        },
        index=used.index,
        columns=list(SEQUENCING),
    )
    cells = {name: said[name].to_dict() for name in SEQUENCING}
    return _filled(samples, {name: [_joined(cells[name], cell) for cell in samples["runs"]] for name in SEQUENCING})


def add_surroundings(samples: pd.DataFrame, described: pd.DataFrame) -> pd.DataFrame:
    """Carry litter, cage, batch, date, donor and age from the archive's fields and attributes into the sheet.

    Args:
        samples: the selected samples, text; `runs` has their run accessions, joined by `;`.
        described: runs from `samples.describe_runs`.

    Returns:
        The samples with a column a field or attribute of these meanings (`sample_words.tsv`) that some sample has, named in small
        letters, digits and `_`. Left out are fields that told the condition, and what a column of the sheet says already, in the
        same words or by parting the samples likewise. Different values of the runs of a sample are joined by `; `.
    """
    by_run = described.set_index("run_accession")
    quoted = samples.get("evidence", pd.Series("", index=samples.index))
    told = {part.partition(": ")[0].removeprefix(_ATTRIBUTE) for cell in quoted for part in str(cell).split(" | ")}
    vocabulary = make_vocabulary(())
    for field in by_run:
        name = str(field).removeprefix(_ATTRIBUTE)
        column = re.sub(r"\W+", "_", name.lower()).strip("_")
        is_read = str(field).startswith(_ATTRIBUTE) or (field in RUN_FIELDS and field not in SEQUENCING)
        if not is_read or name in told or not column or vocabulary.field_meaning(name) not in _CARRIED:
            continue
        said = by_run[field].map(clean).to_dict()
        values = [_joined(said, cell) for cell in samples["runs"]]
        if any(values) and not _says(samples, name, values):
            samples = _filled(samples, {column: values})
    return samples


def may_add(column: str) -> bool:
    """Whether an archive may say the values of a column that a sheet lacks."""
    return column in SEQUENCING or make_vocabulary(()).field_meaning(column) in _CARRIED


def _says(samples: pd.DataFrame, name: str, values: list[str]) -> bool:
    """Whether a filled column of the sheet has this name, or parts the samples as these values do."""
    parts = pd.factorize(pd.Series(values))[0].tolist()
    for column in samples.columns.difference(["sample", "condition"], sort=False):
        own = samples[column]
        if bare_name(str(column)) == bare_name(name) and (own != "").any():
            return True
        if column in ("batch", "age") and own.nunique() > 1 and pd.factorize(own)[0].tolist() == parts:
            return True
    return False


def _filled(samples: pd.DataFrame, columns: dict[str, list[str]]) -> pd.DataFrame:
    """Put values into columns of the sheet where these are empty; a column of which nothing is known is not made."""
    for name, values in columns.items():
        if any(values):
            own = samples.get(name, pd.Series("", index=samples.index))
            samples = samples.assign(**{name: own.mask(own == "", pd.Series(values, index=samples.index))})
    return samples


def _runs_of(cell: object) -> list[str]:
    return [run.strip() for run in str(cell).split(";")]


def _joined(values: Mapping[Any, str], cell: object) -> str:
    """Join the different values of the runs of a sample, in the order of the alphabet, so that the order of runs is none of it."""
    return "; ".join(sorted({values.get(run, "") for run in _runs_of(cell)} - {""}))


def _mean_lengths(runs: pd.DataFrame, layouts: "pd.Series[str]") -> "pd.Series[float]":
    """Compute the mean length of the reads of each run; NaN where the archive counts neither reads nor bases.

    Archives count a pair as one read, and the bases of both mates.
    """
    spots, bases = (pd.to_numeric(runs[name], errors="coerce") for name in ("read_count", "base_count"))
    lengths = bases / spots.where(spots > 0) / layouts.map({"PAIRED": 2, "SINGLE": 1})
    return lengths.where(lengths > 0).astype(float)


def _classes(lengths: "pd.Series[float]") -> "pd.Series[str]":
    """Take lengths that lie near each other for one, their mean, rounded; "" where none is known."""
    ordered = lengths.dropna().sort_values()
    number = (ordered / ordered.shift() >= SAME_LENGTH).cumsum()
    means = ordered.groupby(number).transform("mean").round().astype(int).astype(str)
    return means.reindex(lengths.index, fill_value="")
