"""From the archive's descriptions of a project to its samples and their groups, or to a template that is completed by hand."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.study import SHEET
from claimcheck.core.tables import write_table
from claimcheck.sourcing import samples as sheets
from claimcheck.sourcing.notation import CONTROL, KNOCKOUT, compile_rules
from claimcheck.sourcing.runs import require_agreement
from claimcheck.sourcing.strata import Resolution, resolve_groups
from claimcheck.sourcing.units import find_units
from claimcheck.sourcing.vocabulary import make_vocabulary

TEMPLATE = Path("results/samples/samples.template.tsv")
REMEDY = (
    f"set what the lines above name, in config/config.yaml; or copy {TEMPLATE} to {SHEET}, fill its column condition from the "
    f"publication or the authors (`{sheets.LEFT_OUT}` for samples of neither group), and start again"
)

progress = logging.getLogger("claimcheck.progress")


def call_samples(
    runs: pd.DataFrame, all_runs: pd.DataFrame, *, rules: dict[str, Any], test: str, reference: str
) -> pd.DataFrame:
    """Call all samples from their descriptions, or stop with the template.

    Args:
        runs: the RNA-Seq runs of the organism, described by the archive.
        all_runs: all of the project, from the run table.
        rules: `samples` of the configuration.
        test, reference: names of the groups.

    Returns:
        A sheet of all samples, those that are left out too.

    Raises:
        StudyError: the descriptions do not decide which animals are compared, or the archives contradict each other; TEMPLATE is
            written first, to be completed by hand.
    """
    compiled = compile_rules(rules["conditional_knockout"]) if "conditional_knockout" in rules else None
    vocabulary = compiled.vocabulary if compiled else make_vocabulary([])
    animals, reasons = find_units(runs, rules["unit"], vocabulary)
    described = sheets.describe_samples(runs, animals)
    fields = [field for field in rules["fields"] if field in described]
    if compiled:
        attributes = [str(column) for column in described if str(column).startswith("attribute:")]
        fields = list(dict.fromkeys([*fields, *attributes]))
        named = described[fields].rename(columns=lambda field: field.removeprefix("attribute:"))
        resolution = resolve_groups(named, compiled)
        calls, reasons = (
            _conditions(resolution, sure=not reasons, test=test, reference=reference),
            reasons + resolution.reasons,
        )
        for note in [] if reasons else resolution.notes:
            progress.info("%s", note)
    else:
        calls = sheets.call_conditions(described, fields=fields, patterns=rules["patterns"])
        calls["title"] = described["sample_title"]
        opened = calls[calls["problem"] != ""]
        reasons += list(
            described.loc[opened.index, "run_accession"] + " " + opened["problem"] + " (" + opened["title"] + ")"
        )
    sheet = sheets.samples_from_calls(runs, animals, calls)
    template = sheets.template_of(sheet, described[fields])
    try:
        require_agreement(runs)
    except StudyError:
        write_table(template, TEMPLATE)
        raise
    if reasons:
        write_table(template, TEMPLATE)
        raise StudyError(
            "the archive's descriptions do not decide which animals are compared",
            details=list(dict.fromkeys(reasons)),
            where=f"what the archive says, in {TEMPLATE}",
            expected=f"{test} and {reference}, told apart by what the archive says, and every other difference understood",
            remedy=REMEDY,
        )
    return pd.concat(
        [sheet, _not_read(runs, all_runs).reindex(columns=sheet.columns, fill_value="")], ignore_index=True
    )


def _conditions(resolution: Resolution, *, sure: bool, test: str, reference: str) -> pd.DataFrame:
    """Add the conditions to calls: of the selected samples; in a template, of those whose group nothing puts in doubt."""
    calls = resolution.table.copy()
    conditions = calls["label"].map({KNOCKOUT: test, CONTROL: reference}).fillna("")
    firm = calls["selected"]
    if resolution.reasons:
        firm = (calls["provisional"] == "") & (sure and not resolution.doubts)
    calls["condition"] = conditions.where(firm, "")
    return calls


def _not_read(runs: pd.DataFrame, all_runs: pd.DataFrame) -> pd.DataFrame:
    """List the runs of the project that are not RNA-Seq of the organism, with the reason."""
    others = all_runs[~all_runs["run_accession"].isin(runs["run_accession"])]
    same = others["tax_id"] == runs["tax_id"].iloc[0]
    reasons = "deposited as " + others["library_strategy"] + " (" + others["library_source"] + "), not as RNA-Seq"
    return pd.DataFrame(
        {
            "sample": others["sample_accession"].where(others["sample_accession"] != "", others["run_accession"]),
            "title": others["sample_title"],
            "runs": others["run_accession"],
            "left_out": reasons.where(same, "another organism: " + others["scientific_name"]),
        }
    )
