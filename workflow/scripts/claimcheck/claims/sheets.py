"""Whether the sample sheet that a user wrote has the groups, covariates and samples that the rest of the study names."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.plain import is_file
from claimcheck.core.study import SHEET
from claimcheck.core.tables import listed
from claimcheck.deseq2.design import design_of, require_covariates_that_vary
from claimcheck.quantification.count_layout import match_samples
from claimcheck.quantification.study_genes import StudyGenes
from claimcheck.sourcing.compared import select_compared, with_condition
from claimcheck.sourcing.confounding import pool_families
from claimcheck.sourcing.samples import check_sheet, require_animals, require_covariates
from claimcheck.sourcing.sheets import read_sheet
from claimcheck.sourcing.surroundings import may_add


class _Stated(NamedTuple):
    """Where a study's sheet is, the key that names it, and its column of the condition."""

    path: Path
    key: str
    factor: str


def require_sheet(configuration: Mapping[str, Any], folder: Path, counted: StudyGenes | None) -> pd.DataFrame | None:
    """Read a study's sample sheet, if it has one before its data, as the step does that reads it for the comparison.

    Args:
        configuration: from `read_configuration`.
        folder: the study folder.
        counted: the genes and columns of the table of counts that the study starts from, or None.

    Returns:
        The samples that are compared, columns as `select_compared` returns them; None where archives describe the samples.

    Raises:
        StudyError: the sheet is wrong, lacks a group or covariate, its covariates tell the groups apart, or the table of counts
            lacks a sample.
    """
    stated = _stated(configuration)
    if not is_file(folder / stated.path):
        return None
    where, design = str(stated.path), configuration["design"]
    read = read_sheet(folder / stated.path, key=stated.key)
    factor = stated.factor if "parent" not in configuration or stated.factor in read else design["factor"]
    sheet = check_sheet(read, where=where, factor=factor)
    from_archive = configuration["start_from"] == "archive"
    if from_archive and "parent" in configuration:
        sheet = with_condition(sheet, design, where=where)
    selected = select_compared(sheet, _told(design, sheet) if from_archive else design, where=where)
    if from_archive:
        require_animals(selected, where=where)
    _require_covariates(pool_families(selected), design, where, from_archive=from_archive)
    if counted and counted.columns:
        _require_columns(list(selected["sample"]), counted, configuration["counts"]["table"], where)
    return selected


def _told(design: Mapping[str, Any], sheet: pd.DataFrame) -> Mapping[str, Any]:
    """Leave out of a design the columns that an archive may still add to the sheet."""
    rows = {name: values for name, values in design.get("samples", {}).items() if name in sheet or not may_add(name)}
    second = design.get("interaction", {}).get("factor")
    is_open = second is not None and second not in sheet and may_add(second)
    return {key: value for key, value in design.items() if not (is_open and key == "interaction")} | {"samples": rows}


def _stated(configuration: Mapping[str, Any]) -> _Stated:
    entry = configuration["start_from"]
    if entry == "archive":
        return _Stated(Path(SHEET), SHEET, "condition")
    return _Stated(Path(configuration[entry]["samples"]), f"{entry}.samples", configuration["design"]["factor"])


def _require_covariates(samples: pd.DataFrame, design: Mapping[str, Any], where: str, *, from_archive: bool) -> None:
    """Check the stated covariates, without those that an archive may still say."""
    if isinstance(design["covariates"], str):
        return
    told = [name for name in design["covariates"] if not (from_archive and _is_open(samples, name))]
    require_covariates(samples, told, where=f"{where} and design.covariates in config/config.yaml")
    require_covariates_that_vary(samples, design_of(design, tuple(told)))


def _is_open(samples: pd.DataFrame, name: str) -> bool:
    return may_add(name) and (name not in samples or bool((samples[name] == "").any()))


def _require_columns(samples: list[str], counted: StudyGenes, table: str, where: str) -> None:
    """Check that the table of counts has a column for each sample; one with samples in its rows is told when it is read."""
    found = match_samples(sorted(counted.columns), samples)
    missing = [sample for sample in samples if sample not in found]
    if missing and not set(samples) <= counted.ids:
        raise StudyError(
            f"the table of counts has no column for {listed(missing)}",
            where=f"{table}: columns are {listed(sorted(counted.columns), most=8)}; {where}",
            expected="a column for every sample of the sheet",
            remedy="correct the names in the sample sheet (counts.samples), or leave the samples out",
        )
