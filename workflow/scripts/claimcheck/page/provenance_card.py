"""Where the data of a page come from: how many animals of what kind, how their groups are known, and what went in."""

import hashlib
from dataclasses import dataclass

import pandas as pd

from claimcheck.core.tables import listed
from claimcheck.page.study_words import Study
from claimcheck.page.tables import Column, Table, as_table, whole, words
from claimcheck.provenance.inputs import certificate_of

_STRATA = {
    "sex": "Sex",
    "tissue": "Tissue",
    "age": "Age",
    "batch": "Batch",
    "library_layout": "Layout",
    "instrument_model": "Sequencer",
    "read_length": "Read length",
}
"""Columns of the sample sheet that describe the animals."""

_INPUTS = [
    Column("name", "file", words),
    Column("kind", "what it is", words),
    Column("size", "bytes", whole),
    Column("algorithm", "checksum", words),
    Column("value", "", words),
]
_SOFTWARE = [Column("name", "package", words), Column("value", "version", words)]


@dataclass(frozen=True)
class Card:
    """The provenance card.

    Attributes:
        n_runs: sequencing runs.
        known_from: which descriptions put the animals in their groups.
        strata: name and values of what the sheet says of the animals.
        cells: animals of each group and sex.
        certificate: number of this run: of its inputs, configuration, register, packages and code.
        configuration_digest: SHA-256 of the merged configuration.
        inputs: files that went in, with their checksums.
        software: packages and their versions.
    """

    n_runs: int
    known_from: str
    strata: list[tuple[str, str]]
    cells: Table
    certificate: str
    configuration_digest: str
    inputs: Table
    software: Table


def versions_of(provenance: pd.DataFrame) -> dict[str, str]:
    """Return the version of every program and package that computed, by name."""
    software = provenance[provenance["kind"] == "software"]
    return dict(zip(software["name"], software["value"], strict=True))


def make_card(samples: pd.DataFrame, configuration: str, provenance: pd.DataFrame, study: Study) -> Card:
    """Put the provenance card together.

    Args:
        samples: sample, condition, sex, age, tissue, batch, runs, evidence; text.
        configuration: the merged configuration, YAML.
        provenance: kind, name, algorithm, value, size.
        study: names of the conditions.
    """
    described = {name: sorted({value for value in samples[name] if value}) for name in _STRATA if name in samples}
    return Card(
        n_runs=len({run for runs in samples.get("runs", []) for run in str(runs).split(";") if run}),
        known_from=_known_from(samples),
        strata=[(_STRATA[name], listed(values, most=12)) for name, values in described.items() if values],
        cells=_cells(samples, study),
        certificate=certificate_of(provenance),
        configuration_digest=hashlib.sha256(configuration.encode()).hexdigest(),
        inputs=as_table(provenance[provenance["kind"] != "software"], _INPUTS, "Files that went into the study."),
        software=as_table(provenance[provenance["kind"] == "software"], _SOFTWARE, "Versions of what computed."),
    )


def _known_from(samples: pd.DataFrame) -> str:
    """Name the fields that the evidence of the sheet quotes, each before its colon; a hand-written sheet states what it states."""
    quoted = [part.partition(": ") for evidence in samples.get("evidence", []) for part in evidence.split(" | ")]
    fields = sorted({field for field, colon, _ in quoted if colon})
    return f"the archive's {listed(fields, most=6)}" if fields else "the sample sheet"


def _cells(samples: pd.DataFrame, study: Study) -> Table:
    """Count the animals of each group, by sex where the sheet states it."""
    stated = "sex" in samples and samples["sex"].ne("").any()
    sex = samples["sex"].replace("", "not stated") if stated else pd.Series(study.subjects, index=samples.index)
    counted = pd.crosstab(samples["condition"], sex).reindex([study.test, study.reference], fill_value=0)
    if stated:
        counted["all"] = counted.sum(axis="columns")
    columns = [Column("condition", "group", words), *(Column(str(name), str(name), whole) for name in counted)]
    return as_table(
        counted.rename_axis("condition").reset_index(), columns, f"{study.subjects.capitalize()} of each group."
    )
