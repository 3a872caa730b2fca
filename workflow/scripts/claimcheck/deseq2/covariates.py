"""Which covariate is adjusted for: the first that the samples can carry, and why not the others."""

from dataclasses import replace

import numpy as np
import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.deseq2.design import Design, amounts, is_known, metadata_of, model_matrix, require_covariates_that_vary
from claimcheck.sourcing.confounding import NOT_COVARIATES, SEQUENCING

LADDER = ("sex", "batch", "litter")
"""Columns of the sample sheet that may be adjusted for, in the order in which they are considered, before those that are crossed
with the condition (pairs, donors); at most one is taken."""
STEP_COLUMNS = ("covariate", "formula", "residual_df", "chosen", "reason")


def crossed(samples: pd.DataFrame) -> list[str]:
    """List the columns but LADDER and SEQUENCING of which every value occurs under both conditions, such as pairs and donors."""
    found = []
    for column in samples.columns.difference([*NOT_COVARIATES, *SEQUENCING, *LADDER], sort=False):
        if is_known(samples, column) and 1 < _levels(samples, column) < len(samples):
            table = pd.crosstab(samples[column], samples["condition"])
            if (table > 0).to_numpy().all():
                found.append(str(column))
    return found


def choose_covariates(
    samples: pd.DataFrame, design: Design, *, min_residual_df: int, min_cell: int
) -> tuple[Design, pd.DataFrame]:
    """Choose the covariate to adjust for: the first of LADDER, or of `crossed`, that the samples can carry, else none.

    Sex is taken if each combination of sex and condition holds `min_cell` samples, batch if it is not confounded with the
    condition, litter if every litter holds both conditions; each only if `min_residual_df` residual degrees of freedom are left.

    Args:
        samples: the sample sheet, text columns sample, condition, and of LADDER those that are known.
        design: the groups; its covariates are not looked at.
        min_residual_df, min_cell: as above.

    Returns:
        The design to fit, and one row a considered model with the columns STEP_COLUMNS, reason in words.
    """
    rows = []
    plain = chosen = replace(design, covariates=())
    spent = 4 if design.interaction else 2
    for covariate in (*LADDER, *crossed(samples)):
        if covariate in plain.strata:
            continue
        candidate = replace(plain, covariates=(covariate,))
        problem = _why_not(samples, covariate, min_cell) or _not_beside(samples, candidate)
        residual = _residual_df(samples, covariate, spent)
        if not problem and residual < min_residual_df:
            problem = f"it would leave {residual:.0f} residual degrees of freedom, fewer than {min_residual_df}"
        taken = not problem and not chosen.covariates
        if taken:
            chosen = candidate
            reason = f"{_found(samples, covariate)}; {residual:.0f} residual degrees of freedom are left"
        else:
            reason = (
                problem or f"{chosen.covariates[0]} comes first and each further covariate costs degrees of freedom"
            )
        rows.append((covariate, candidate.formula, residual, taken, reason))
    nothing = not chosen.covariates
    reason = "no covariate can be adjusted for" if nothing else f"{chosen.covariates[0]} is adjusted for"
    rows.append(("none", plain.formula, len(samples) - spent, nothing, reason))
    return chosen, pd.DataFrame(rows, columns=list(STEP_COLUMNS))


def stated_design(samples: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Describe a design that the configuration states, as `choose_covariates` does the models that it considers.

    Raises:
        StudyError: as `require_covariates_that_vary`.
    """
    require_covariates_that_vary(samples, design)
    residual = len(samples) - model_matrix(metadata_of(samples, design)).shape[1]
    row = (", ".join(design.covariates) or "none", design.formula, residual, True, "stated in the configuration")
    return pd.DataFrame([row], columns=list(STEP_COLUMNS))


def _why_not(samples: pd.DataFrame, covariate: str, min_cell: int) -> str:
    """Say why a covariate cannot be adjusted for, apart from degrees of freedom, or nothing."""
    if not is_known(samples, covariate):
        return f"{covariate} is not known for every sample"
    levels, table = _levels(samples, covariate), pd.crosstab(samples[covariate], samples["condition"])
    problems = {
        f"all samples have the same {covariate} ({samples[covariate].iloc[0]})": levels == 1,
        f"every sample has a {covariate} of its own": levels == len(samples),
        f"not every combination of sex and condition has {min_cell} samples ({_cells(table)})": covariate == "sex"
        and table.to_numpy().min() < min_cell,
        "not every litter holds both conditions": covariate == "litter" and bool((table == 0).to_numpy().any()),
        f"{covariate} is confounded with the condition": bool(((table > 0).sum(axis=1) == 1).all()),
    }
    return next((problem for problem, found in problems.items() if found), "")


def _not_beside(samples: pd.DataFrame, design: Design) -> str:
    """Say why a covariate cannot be in a model with an interaction, or nothing."""
    if not design.interaction:
        return ""
    try:
        metadata_of(samples, design)
    except StudyError as error:
        return error.what
    return ""


def _found(samples: pd.DataFrame, covariate: str) -> str:
    return f"{covariate} varies within the conditions ({_cells(pd.crosstab(samples[covariate], samples['condition']))})"


def _cells(table: pd.DataFrame) -> str:
    return ", ".join(
        f"{level} {condition} {table.loc[level, condition]}" for level in table.index for condition in table.columns
    )


def _residual_df(samples: pd.DataFrame, covariate: str, spent: int) -> float:
    """Count what a model with the covariate leaves of what others have `spent`; NaN where it is not known for every sample."""
    if not is_known(samples, covariate):
        return np.nan
    coefficients = 1 if amounts(samples[covariate]) is not None else _levels(samples, covariate) - 1
    return len(samples) - spent - coefficients


def _levels(samples: pd.DataFrame, column: str) -> int:
    return int(samples[column].nunique())
