"""Read the sample sheet of a table of counts and keep the two groups that are compared."""

from collections.abc import Sequence
from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.deseq2.design import Design, require_covariates_that_vary
from claimcheck.sourcing.confounding import pool_families
from claimcheck.sourcing.samples import check_sheet, require_covariates, select_groups
from claimcheck.sourcing.sheets import read_sheet


def main(
    *, sheet: Path, key: str, factor: str, test: str, reference: str, covariates: Sequence[str] | str, output: Path
) -> None:
    """Write the sheet of the samples of `test` and `reference`, the reference first."""
    checked = check_sheet(read_sheet(sheet, key=key), where=str(sheet), factor=factor)
    selected = select_groups(checked, test=test, reference=reference, where=str(sheet))
    pooled = pool_families(selected)
    require_covariates(pooled, covariates, where=str(sheet))
    if not isinstance(covariates, str):
        require_covariates_that_vary(pooled, Design(test, reference, tuple(covariates)))
    write_table(pooled, output)


run(main)
