"""The first steps of a study of an archive, called as the workflow calls them, in the process of the test."""

from contextlib import chdir
from pathlib import Path
from typing import Any

import fetch_metadata
import resolve_samples
from claimcheck.claims.requests import read_whole_study
from claimcheck.core.study import CONFIG, SHEET, load_configuration

RUN_TABLE, ATTRIBUTES = Path("resources/archive/run_table.tsv"), Path("resources/archive/attributes.tsv")


def resolve(study: Path) -> None:
    """Take a study from its configuration to its sample sheet, as `snakemake samples` does.

    Raises:
        StudyError: of any of the steps.
    """
    with chdir(study):
        configuration = read_whole_study(load_configuration(Path(CONFIG)), folder=Path()).configuration
        _ask(configuration)
        design = configuration["design"]
        resolve_samples.main(
            run_table=RUN_TABLE,
            attributes=ATTRIBUTES,
            sheet=Path(SHEET) if Path(SHEET).exists() else None,
            accession=configuration["study"]["bioproject"],
            tax_id=configuration["study"]["tax_id"],
            rules=configuration["samples"],
            test=design["test"],
            reference=design["reference"],
            covariates=design["covariates"],
            has_objects=configuration["archive"]["sra"] != "none",
            samples=Path("results/samples/samples.tsv"),
            calls=Path("results/samples/calls.tsv"),
            read_files=Path("results/samples/read_files.tsv"),
        )


def _ask(configuration: dict[str, Any]) -> None:
    fetch_metadata.main(
        accession=configuration["study"]["bioproject"],
        tax_id=configuration["study"]["tax_id"],
        archive=configuration["archive"],
        run_table=RUN_TABLE,
        attributes=ATTRIBUTES,
        responses=Path("resources/archive/responses.tsv"),
    )
