"""Decide which animal and group every run belongs to, from a sheet or from the archive's descriptions; or stop.

Where the descriptions do not decide it, a template to complete by hand is written, and nothing is downloaded.
"""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design, require_covariates_that_vary
from claimcheck.sourcing import samples as sheets
from claimcheck.sourcing.calls import call_samples
from claimcheck.sourcing.confounding import explanations, pool_families
from claimcheck.sourcing.read_files import list_files, require_reads, require_space
from claimcheck.sourcing.runs import select_rna_seq
from claimcheck.sourcing.sheets import read_sheet
from claimcheck.sourcing.strata import CALL_COLUMNS
from claimcheck.sourcing.surroundings import add_sequencing, add_surroundings

progress = logging.getLogger("claimcheck.progress")


def main(
    *,
    run_table: Path,
    attributes: Path,
    sheet: Path | None,
    accession: str,
    tax_id: int,
    rules: dict[str, Any],
    test: str,
    reference: str,
    covariates: Sequence[str] | str,
    samples: Path,
    calls: Path,
    read_files: Path,
    has_objects: bool = True,
) -> None:
    """Write the sample sheet of the two groups, all calls, and the FASTQ files of the runs in use.

    Without `has_objects` no `.sra` object can stand in for files that the archive lacks.
    """
    all_runs = read_table(run_table, text=True)
    runs = select_rna_seq(all_runs, tax_id=tax_id, accession=accession)
    described = sheets.describe_runs(runs, read_table(attributes, text=True))
    if sheet is not None:
        where = str(sheet)
        stated = sheets.check_sheet(read_sheet(sheet, key="config/samples.tsv"), where=where)
        sheets.require_unchanged(stated, runs, where=where)
        stated = sheets.with_left_out(stated, runs, groups=(test, reference), where=where)
    else:
        where = str(run_table)
        stated = call_samples(described, all_runs, rules=rules, test=test, reference=reference)
    titles = runs.set_index("run_accession")["sample_title"]
    stated["title"] = [_title(row, titles) for row in stated.to_dict("records")]
    selected = sheets.select_groups(stated, test=test, reference=reference, where=where)
    if sheet is not None:
        sheets.require_animals(selected, where=where)
    selected = selected.drop(columns=[column for column in CALL_COLUMNS if column in selected])
    selected = pool_families(add_surroundings(add_sequencing(selected, runs), described))
    sheets.require_covariates(selected, covariates, where=where)
    if not isinstance(covariates, str):
        require_covariates_that_vary(selected, Design(test, reference, tuple(covariates)))
    for one in explanations(selected):
        progress.warning("%s: no analysis can tell the two apart", one.reason)
    files = list_files(sheets.match_runs(selected, runs, where=where), runs)
    require_space(files)
    require_reads(files, has_objects=has_objects)
    write_table(files.astype({"size": str}), read_files)
    write_table(stated.fillna("").astype(str), calls)
    write_table(selected, samples)


def _title(sample: dict[str, Any], titles: "pd.Series[str]") -> str:
    """Return a sample's title: that of its call, else those of its runs."""
    own = dict.fromkeys(titles.get(run.strip(), "") for run in str(sample["runs"]).split(";"))
    return str(sample.get("title") or "; ".join(filter(None, own)))


run(main)
