"""The first steps of a study of an archive, called as the workflow calls them, in the process of the test."""

from contextlib import chdir
from pathlib import Path
from typing import Any

import fetch_metadata
import resolve_samples
import take_samples
from claimcheck.claims.requests import read_whole_study
from claimcheck.claims.several import read_several
from claimcheck.core.study import CONFIG, SHEET, Gathered, gather_configuration, load_configuration
from claimcheck.core.tables import read_table

RUN_TABLE, ATTRIBUTES = Path("resources/archive/run_table.tsv"), Path("resources/archive/attributes.tsv")


def resolve(study: Path) -> None:
    """Take a study from its configuration to its sample sheet, as `snakemake samples` does.

    Raises:
        StudyError: of any of the steps.
    """
    with chdir(study):
        configuration = read_whole_study(_gathered(), folder=Path()).configuration
        _ask(configuration)
        design = configuration["design"]
        resolve_samples.main(
            **_told(configuration),
            test=design["test"],
            reference=design["reference"],
            covariates=design["covariates"],
            has_objects=configuration["archive"]["sra"] != "none",
            samples=Path("results/samples/samples.tsv"),
            calls=Path("results/samples/calls.tsv"),
            read_files=Path("results/samples/read_files.tsv"),
        )


def _gathered() -> Gathered:
    return gather_configuration(load_configuration(Path(CONFIG)), folder=Path())


def _told(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return what the step that resolves samples is told of any study."""
    return {
        "run_table": RUN_TABLE,
        "attributes": ATTRIBUTES,
        "sheet": Path(SHEET) if Path(SHEET).exists() else None,
        "accession": configuration["study"]["bioproject"],
        "tax_id": configuration["study"]["tax_id"],
        "rules": configuration["samples"],
    }


def resolve_several(study: Path) -> dict[str, list[str]]:
    """Take a study of several comparisons to its sample sheet and to those of all comparisons, as the workflow does.

    Returns:
        The samples of each comparison by its name, and of the whole study by "".

    Raises:
        StudyError: of any of the steps.
    """
    with chdir(study):
        several = read_several(_gathered(), folder=Path())
        assert several is not None
        configuration = several.shared.configuration
        _ask(configuration)
        whole = {name: Path(f"results/samples/{name}.tsv") for name in ("samples", "calls", "read_files")}
        resolve_samples.main(
            **_told(configuration),
            test=several.groups[0]["test"],
            reference=several.groups[0]["reference"],
            covariates=configuration["design"]["covariates"],
            comparisons=several.groups,
            **whole,
        )
        found = {"": list(read_table(whole["samples"])["sample"])}
        for name, one in several.studies.items():
            own = {kind: Path(f"comparisons/{name}/{path}") for kind, path in whole.items()}
            take_samples.main(
                whole=whole["samples"],
                all_calls=whole["calls"],
                all_files=whole["read_files"],
                design=one.configuration["design"],
                **own,
            )
            found[name] = list(read_table(own["samples"])["sample"])
            assert set(read_table(own["read_files"])["sample"]) == set(found[name])
    return found


def _ask(configuration: dict[str, Any]) -> None:
    fetch_metadata.main(
        accession=configuration["study"]["bioproject"],
        tax_id=configuration["study"]["tax_id"],
        archive=configuration["archive"],
        run_table=RUN_TABLE,
        attributes=ATTRIBUTES,
        responses=Path("resources/archive/responses.tsv"),
    )
