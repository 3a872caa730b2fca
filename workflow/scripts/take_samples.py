"""Take over the samples of a comparison from the study that it is one of."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.steps import run
from claimcheck.core.tables import listed, read_table, write_table
from claimcheck.deseq2.design import design_of, require_covariates_that_vary
from claimcheck.sourcing.compared import select_compared, with_condition
from claimcheck.sourcing.confounding import SUMMED, pool_families
from claimcheck.sourcing.samples import require_animals, require_covariates


def main(
    *,
    whole: Path,
    all_calls: Path,
    all_files: Path,
    design: dict[str, Any],
    samples: Path,
    calls: Path,
    read_files: Path,
) -> None:
    """Write the sheet of this comparison's samples, all calls with those of other comparisons as left out, and the FASTQ files."""
    where = str(whole)
    selected = select_compared(with_condition(read_table(whole, text=True), design, where=where), design, where=where)
    require_animals(selected, where=where)
    _require_single_animals(selected, where)
    covariates = design["covariates"]
    require_covariates(selected, covariates, where=where)
    if not isinstance(covariates, str):
        require_covariates_that_vary(selected, design_of(design, tuple(covariates)))
    called = read_table(all_calls, text=True)
    why = called.get("left_out", pd.Series("", called.index))
    is_other = ~called["sample"].isin(selected["sample"]) & (why == "")
    called["left_out"] = why.mask(is_other, "not in this comparison")
    files = read_table(all_files, text=True)
    write_table(files[files["sample"].isin(selected["sample"])], read_files)
    write_table(called, calls)
    write_table(selected, samples)


def _require_single_animals(selected: pd.DataFrame, where: str) -> None:
    """Stop where families would be compared in place of animals: their reads were counted animal by animal."""
    pooled = pool_families(selected)
    if SUMMED in pooled and SUMMED not in selected:
        raise StudyError(
            f"families have one condition each in this comparison: {listed(pooled['sample'], most=8)}",
            where=where,
            expected="animals of one litter, donor or family in both groups, or a study of this comparison alone",
            remedy="make it a study of its own (without design.comparisons), in which the counts of a family are summed",
        )


run(main)
