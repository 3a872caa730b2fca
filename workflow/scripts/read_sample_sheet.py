"""Read the sample sheet of a table of counts and keep the two groups that are compared."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.deseq2.design import design_of, require_covariates_that_vary
from claimcheck.sourcing.compared import select_compared
from claimcheck.sourcing.confounding import pool_families
from claimcheck.sourcing.samples import check_sheet, require_covariates
from claimcheck.sourcing.sheets import read_sheet


def main(
    *,
    sheet: Path,
    key: str,
    factor: str,
    test: str,
    reference: str,
    covariates: Sequence[str] | str,
    output: Path,
    interaction: Mapping[str, str] | None = None,
    picked: Mapping[str, str | list[str]] | None = None,
) -> None:
    """Write the sheet of the samples of `test` and `reference`, the reference first.

    Of a second factor (`interaction`) its two levels are kept; of the columns in `picked` the values there.
    """
    design = {"test": test, "reference": reference, "samples": picked or {}}
    design |= {"interaction": interaction} if interaction else {}
    checked = check_sheet(read_sheet(sheet, key=key), where=str(sheet), factor=factor)
    selected = select_compared(checked, design, where=str(sheet))
    pooled = pool_families(selected)
    require_covariates(pooled, covariates, where=str(sheet))
    if not isinstance(covariates, str):
        require_covariates_that_vary(pooled, design_of(design, tuple(covariates)))
    write_table(pooled, output)


run(main)
