"""Decide which animal and group every run belongs to, from a sheet or from the archive's descriptions; or stop.

Where the descriptions do not decide it, a template to complete by hand is written, and nothing is downloaded.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import design_of, require_covariates_that_vary
from claimcheck.sourcing import samples as sheets
from claimcheck.sourcing.calls import call_samples
from claimcheck.sourcing.compared import columns_of, select_compared, select_for_all
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
    interaction: Mapping[str, str] | None = None,
    picked: Mapping[str, str | list[str]] | None = None,
    comparisons: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Write the sample sheet of the two groups, all calls, and the FASTQ files of the runs in use.

    Without `has_objects` no `.sra` object can stand in for files that the archive lacks. Of a second factor (`interaction`) its
    two levels are kept, of the columns in `picked` the values there. With several `comparisons` the sheet is that of the samples
    of any of them, whose conditions are what the column `condition` says.
    """
    design: dict[str, Any] = {"test": test, "reference": reference, "samples": picked or {}}
    design |= {"interaction": interaction} if interaction else {}
    groups = dict.fromkeys(one[key] for one in (comparisons or [design]) for key in ("test", "reference"))
    all_runs = read_table(run_table, text=True)
    runs = select_rna_seq(all_runs, tax_id=tax_id, accession=accession)
    described = sheets.describe_runs(runs, read_table(attributes, text=True))
    if sheet is not None:
        where = str(sheet)
        written = read_sheet(sheet, key="config/samples.tsv")
        # of several comparisons each may name a column of its own
        factor = comparisons[0]["factor"] if comparisons and "condition" not in written else "condition"
        stated = sheets.check_sheet(written, where=where, factor=factor)
        sheets.require_unchanged(stated, runs, where=where)
        stated = sheets.with_left_out(stated, runs, groups=list(groups), where=where)
    else:
        where = str(run_table)
        stated = call_samples(described, all_runs, rules=rules, test=test, reference=reference)
    titles = runs.set_index("run_accession")["sample_title"]
    stated["title"] = [_title(row, titles) for row in stated.to_dict("records")]
    known = _known_groups(stated, list(groups), comparisons, where)
    asked = {column for one in (comparisons or [design]) for column in columns_of(one)}
    known = known.drop(columns=[column for column in CALL_COLUMNS if column in known and column not in asked])
    known = add_surroundings(add_sequencing(known, runs), described)
    if comparisons:
        selected = select_for_all(known, comparisons, where=where)
    else:
        selected = select_compared(known, design, where=where)
        if sheet is not None:
            sheets.require_animals(selected, where=where)
        selected = pool_families(selected)
        sheets.require_covariates(selected, covariates, where=where)
        if not isinstance(covariates, str):
            require_covariates_that_vary(selected, design_of(design, tuple(covariates)))
        for one in explanations(selected):
            progress.warning("%s: no analysis can tell the two apart", one.reason)
    files = list_files(sheets.match_runs(selected, runs, where=where), runs)
    require_space(files)
    require_reads(files, has_objects=has_objects)
    write_table(files.astype({"size": str}), read_files)
    write_table(stated.fillna("").astype(str), calls)
    write_table(selected, samples)


def _known_groups(
    stated: pd.DataFrame, groups: Sequence[str], comparisons: Sequence[Mapping[str, Any]], where: str
) -> pd.DataFrame:
    """Keep the samples that may be compared: of one comparison those of its groups, of several those that have runs and a place."""
    if not comparisons:
        return sheets.select_groups(stated, test=groups[0], reference=groups[1], where=where)
    has_place = (stated["condition"] != "") & (stated["condition"].str.lower() != sheets.LEFT_OUT)
    return stated[has_place & stated["condition"].notna()].reset_index(drop=True)


def _title(sample: dict[str, Any], titles: "pd.Series[str]") -> str:
    """Return a sample's title: that of its call, else those of its runs."""
    own = dict.fromkeys(titles.get(run.strip(), "") for run in str(sample["runs"]).split(";"))
    return str(sample.get("title") or "; ".join(filter(None, own)))


run(main)
