"""Which model is fitted: the groups that are compared, and the covariates that they are adjusted for."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed, read_table
from claimcheck.sourcing.ages import read_ages
from claimcheck.sourcing.confounding import NOT_COVARIATES, SEQUENCING

LADDER = ("sex", "batch", "litter")
"""Columns of the sample sheet that may be adjusted for, in the order in which they are considered, before those that are crossed
with the condition (pairs, donors); at most one is taken."""
NUMBERS = ("age", "weight", "mass", "rin", "time", "dose", "hours", "days", "weeks", "months")
"""Words of names of columns whose numbers are amounts; numbers elsewhere, as of batches, are names."""

STEP_COLUMNS = ("covariate", "formula", "residual_df", "chosen", "reason")


@dataclass(frozen=True)
class Design:
    """What is compared: samples of `test` against `reference`, adjusted for covariates of the sample sheet."""

    test: str
    reference: str
    covariates: tuple[str, ...] = ()

    @property
    def coefficient(self) -> str:
        """Name of the fitted coefficient; positive = higher in the test group."""
        return f"condition[T.{self.test}]"

    @property
    def formula(self) -> str:
        """The model formula; the condition comes last."""
        return "~ " + " + ".join([*self.covariates, "condition"])


def metadata_of(samples: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Build the model's factors, the reference level first, and its numbers.

    Args:
        samples: the sample sheet, text columns sample, condition and the covariates.

    Returns:
        One row a sample, indexed by sample: categorical columns, and float64 where a covariate is an amount (`amounts`), centred.

    Raises:
        StudyError: a covariate is missing, empty for a sample, or cannot be told apart from the condition; or no
            residual degree of freedom is left.
    """
    metadata = samples.set_index("sample")[["condition"]].copy()
    metadata["condition"] = pd.Categorical(metadata["condition"], categories=[design.reference, design.test])
    for covariate in design.covariates:
        if not _known(samples, covariate):
            raise StudyError(
                f"the covariate {covariate!r} is not known for every sample",
                where="results/samples/samples.tsv",
                expected=f"a value of {covariate} for all of {listed(samples['sample'], most=8)}",
                remedy="fill the column in the sample sheet, or remove it from design.covariates in config/config.yaml",
            )
        values = samples.set_index("sample")[covariate]
        numbers = amounts(values)
        if numbers is None:
            metadata[covariate] = pd.Categorical(values, categories=sorted(values.unique()))
        else:
            metadata[covariate] = numbers - numbers.mean()
    matrix = model_matrix(metadata)
    if np.linalg.matrix_rank(matrix) < matrix.shape[1]:
        raise StudyError(
            f"{design.test} and {design.reference} cannot be told apart from the covariates {listed(design.covariates)}",
            where="results/samples/samples.tsv and design.covariates in config/config.yaml",
            expected="each level of a covariate in both groups, at least for some samples",
            remedy="remove the covariate; if the design itself is confounded, no analysis can separate the two",
        )
    if len(matrix) <= matrix.shape[1]:
        raise StudyError(
            f"{len(matrix)} samples are too few for a model with {matrix.shape[1]} coefficients",
            where="results/samples/samples.tsv",
            expected="at least one sample more than coefficients; three animals a group to decide anything",
            remedy="add samples, or remove covariates; without replicates no test is possible",
        )
    return metadata


def model_matrix(metadata: pd.DataFrame) -> NDArray[np.float64]:
    """Code factors as an intercept and a column for every level but the first, numbers as they are, the condition last.

    Args:
        metadata: from `metadata_of`.

    Returns:
        float64, samples x coefficients.
    """
    ordered = metadata[[*metadata.columns.drop("condition"), "condition"]]
    columns = [
        ordered[[name]].to_numpy()
        if pd.api.types.is_float_dtype(ordered[name])
        else pd.get_dummies(ordered[name], drop_first=True, dtype=float)
        for name in ordered
    ]
    return np.column_stack([np.ones(len(ordered)), *columns])


def amounts(values: "pd.Series[str]") -> "pd.Series[float] | None":
    """Return the values of a column as numbers, ages in days, if its name says that they are amounts; None if they are names.

    Args:
        values: text, named after the column.
    """
    if not set(re.findall("[a-z]+", str(values.name).lower())) & set(NUMBERS) or values.nunique() < 3:
        return None
    numbers = pd.to_numeric(values, errors="coerce").astype(float)
    if numbers.isna().any():
        ages = [list(read_ages(value, is_field_of_ages=True)[0].values()) for value in values]
        numbers = pd.Series([one[0] if len(one) == 1 else np.nan for one in ages], values.index, float)
    return None if numbers.isna().any() else numbers


def crossed(samples: pd.DataFrame) -> list[str]:
    """List the columns but LADDER and SEQUENCING of which every value occurs under both conditions, such as pairs and donors."""
    found = []
    for column in samples.columns.difference([*NOT_COVARIATES, *SEQUENCING, *LADDER], sort=False):
        if _known(samples, column) and 1 < _levels(samples, column) < len(samples):
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
    chosen = Design(design.test, design.reference)
    for covariate in (*LADDER, *crossed(samples)):
        candidate = Design(design.test, design.reference, (covariate,))
        problem = _why_not(samples, covariate, min_cell)
        residual = _residual_df(samples, covariate)
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
    plain = Design(design.test, design.reference)
    nothing = not chosen.covariates
    reason = "no covariate can be adjusted for" if nothing else f"{chosen.covariates[0]} is adjusted for"
    rows.append(("none", plain.formula, len(samples) - 2, nothing, reason))
    return chosen, pd.DataFrame(rows, columns=list(STEP_COLUMNS))


def stated_design(samples: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Describe a design that the configuration states, as `choose_covariates` does the models that it considers."""
    residual = len(samples) - model_matrix(metadata_of(samples, design)).shape[1]
    row = (", ".join(design.covariates) or "none", design.formula, residual, True, "stated in the configuration")
    return pd.DataFrame([row], columns=list(STEP_COLUMNS))


def _why_not(samples: pd.DataFrame, covariate: str, min_cell: int) -> str:
    """Say why a covariate cannot be adjusted for, apart from degrees of freedom, or nothing."""
    if not _known(samples, covariate):
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


def _found(samples: pd.DataFrame, covariate: str) -> str:
    return f"{covariate} varies within the conditions ({_cells(pd.crosstab(samples[covariate], samples['condition']))})"


def _cells(table: pd.DataFrame) -> str:
    return ", ".join(
        f"{level} {condition} {table.loc[level, condition]}" for level in table.index for condition in table.columns
    )


def _known(samples: pd.DataFrame, column: str) -> bool:
    return column in samples and bool((samples[column] != "").all())


def _residual_df(samples: pd.DataFrame, covariate: str) -> float:
    """Count what a model with the covariate leaves; NaN where it is not known for every sample."""
    if not _known(samples, covariate):
        return np.nan
    coefficients = 1 if amounts(samples[covariate]) is not None else _levels(samples, covariate) - 1
    return len(samples) - 2 - coefficients


def _levels(samples: pd.DataFrame, column: str) -> int:
    return int(samples[column].nunique())


def read_model(model: Path, steps: Path, groups: Design) -> tuple[pd.DataFrame, Design]:
    """Read the sheet as it was modelled, and what the comparison is adjusted for.

    Args:
        model: results/differential/model.tsv.
        steps: results/differential/design.tsv.
        groups: the two conditions.

    Returns:
        The sheet (text), and the groups with the chosen covariates.
    """
    considered = read_table(steps)
    chosen = considered.loc[considered["chosen"], "covariate"].iloc[0]
    covariates = () if chosen == "none" else tuple(chosen.split(", "))
    return read_table(model), Design(groups.test, groups.reference, covariates)
