"""Choose the covariate to adjust for, say why, and find designs in which it cannot be told from the condition."""

from pathlib import Path
from typing import Any

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.covariates import choose_covariates, stated_design
from claimcheck.deseq2.design import design_of
from claimcheck.qc import gates
from claimcheck.qc.sex import complete_sex
from claimcheck.sourcing.confounding import SUMMED, explanations


def main(*, samples: Path, sex: Path, design: dict[str, Any], steps: Path, model: Path, design_gates: Path) -> None:
    """Write the models that were considered, the sheet of the model's factors, and the gates on the design."""
    sheet = complete_sex(read_table(samples), read_table(sex))
    groups = design_of(design)
    if design["covariates"] == "auto":
        chosen, considered = choose_covariates(
            sheet, groups, min_residual_df=design["min_residual_df"], min_cell=design["min_cell"]
        )
    else:
        chosen = design_of(design, tuple(design["covariates"]))
        considered = stated_design(sheet, chosen)
    write_table(considered, steps)
    write_table(sheet, model)
    found = [
        gates.Gate(
            "confounded_design",
            one.column,
            "fail" if one.is_one_to_one else "warn",
            "",
            "",
            f"{one.reason}: no analysis can separate the two",
        )
        for one in explanations(sheet, factor=design["factor"])
    ]
    if SUMMED in sheet:
        number = len(";".join(sheet[SUMMED]).split(";"))
        reason = (
            f"counts of one litter, donor or family were summed: {number} samples in {len(sheet)}, which are compared"
        )
        found.append(gates.Gate("families", "study", "pass", len(sheet), "", reason))
    residual = float(considered.loc[considered["chosen"], "residual_df"].iloc[0])
    enough = residual >= design["min_residual_df"]
    found.append(
        gates.Gate(
            "residual_df",
            "study",
            "pass" if enough else "warn",
            residual,
            design["min_residual_df"],
            f"{chosen.formula} leaves {residual:.0f} residual degrees of freedom"
            + ("" if enough else ": the spread of the dispersions is poorly known, and p-values with it"),
        )
    )
    second = [design["interaction"]["factor"]] if design.get("interaction") else []
    for group, n in sheet.groupby(["condition", *second]).size().items():
        scope = " ".join(map(str, group)) if second else str(group)
        status = "pass" if n >= design["min_replicates"] else "warn"
        reason = f"{n} samples" + (
            "" if status == "pass" else ": too few for verdicts, unless the register says otherwise"
        )
        found.append(gates.Gate("replicates", scope, status, int(n), design["min_replicates"], reason))
    write_table(gates.as_table(found), design_gates)


run(main)
