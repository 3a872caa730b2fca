"""Which model is fitted: the groups that are compared, and the covariates that they are adjusted for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.effect_words import EffectWords, words_of
from claimcheck.core.errors import StudyError
from claimcheck.core.plain import numbers_of
from claimcheck.core.tables import listed, read_table
from claimcheck.sourcing.ages import read_ages
from claimcheck.sourcing.vocabulary import make_vocabulary

NUMBERS = ("age", "weight", "mass", "rin", "time", "dose", "hours", "days", "weeks", "months")
"""Words of names of columns whose numbers are amounts; whole numbers elsewhere, as of batches, are names."""
LEAST_AMOUNTS = 3
"""Different numbers that a column needs to be an amount: two are two groups, by whatever name."""


@dataclass(frozen=True)
class Interaction:
    """A second factor, a column of the sample sheet, and two of its levels, between which effects of the condition differ."""

    factor: str
    test: str
    reference: str

    @property
    def term(self) -> str:
        """Name of the product of both factors in a formula."""
        return f"{self.factor}:condition"


@dataclass(frozen=True)
class Design:
    """What is compared: samples of `test` against `reference`, adjusted for covariates of the sample sheet.

    With an interaction what is tested is the effect of the condition at its level `test` minus that at its level `reference`.
    """

    test: str
    reference: str
    covariates: tuple[str, ...] = ()
    interaction: Interaction | None = None

    @property
    def coefficient(self) -> str:
        """Name of the fitted coefficient; positive = higher in the test group, or raised more at the level `test`."""
        condition = f"condition[T.{self.test}]"
        second = self.interaction
        return f"{second.factor}[T.{second.test}]:{condition}" if second else condition

    @property
    def formula(self) -> str:
        """The model formula; what is tested comes last."""
        terms = [self.interaction.factor, "condition", self.interaction.term] if self.interaction else ["condition"]
        return "~ " + " + ".join([*self.covariates, *terms])

    @property
    def effect(self) -> EffectWords:
        """What a positive effect is higher in, and what it is compared with, in words."""
        return words_of(self.test, self.reference, vars(self.interaction) if self.interaction else None)

    @property
    def strata(self) -> tuple[str, ...]:
        """Columns of the sheet beside the condition that the model knows."""
        return (*self.covariates, *((self.interaction.factor,) if self.interaction else ()))


def design_of(stated: Mapping[str, Any], covariates: tuple[str, ...] = ()) -> Design:
    """Make a design of what the section `design` of a configuration says, with these covariates."""
    second = stated.get("interaction")
    return Design(stated["test"], stated["reference"], covariates, Interaction(**second) if second else None)


def cells_of(samples: pd.DataFrame, design: Design) -> "pd.Series[int]":
    """Number the groups of samples whose means are compared: two, or with an interaction four.

    Args:
        samples: the sample sheet.

    Returns:
        int64, a number a sample.
    """
    names = ["condition", *((design.interaction.factor,) if design.interaction else ())]
    return samples.groupby(names).ngroup()


def by_cell(samples: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return a sheet whose conditions are the groups whose means are compared, of which an interaction has four."""
    return samples.assign(condition=cells_of(samples, design)) if design.interaction else samples


def metadata_of(samples: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Build the model's factors, the reference level first, and its numbers; of an interaction the product as well.

    Args:
        samples: the sample sheet, text columns sample, condition and the covariates.

    Returns:
        One row a sample, indexed by sample: categorical columns, and float64 where a covariate is an amount (`amounts`), centred.

    Raises:
        StudyError: a covariate is missing, empty for a sample, or cannot be told apart from others or from the condition; or no
            residual degree of freedom is left.
    """
    metadata = samples.set_index("sample")[["condition"]].copy()
    metadata["condition"] = pd.Categorical(metadata["condition"], categories=[design.reference, design.test])
    for covariate in design.covariates:
        if not is_known(samples, covariate):
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
    if design.interaction:
        second = design.interaction
        metadata[second.factor] = pd.Categorical(
            samples.set_index("sample")[second.factor], categories=[second.reference, second.test]
        )
        both = (metadata[second.factor] == second.test) & (metadata["condition"] == design.test)
        metadata[second.term] = both.astype(float)
    _require_told_apart(metadata)
    matrix = model_matrix(metadata)
    if len(matrix) <= matrix.shape[1]:
        raise StudyError(
            f"{len(matrix)} samples are too few for a model with {matrix.shape[1]} coefficients",
            where="results/samples/samples.tsv",
            expected="at least one sample more than coefficients; three samples a group to decide anything",
            remedy="add samples, or remove covariates; without replicates no test is possible",
        )
    return metadata


def require_covariates_that_vary(samples: pd.DataFrame, design: Design) -> None:
    """Check the covariates that a configuration states, of which that of sex may still be told from expression.

    Args:
        samples: the selected samples, text columns sample, condition and the covariates.
        design: the comparison.

    Raises:
        StudyError: a covariate is the same for all samples, or different for each and no amount; or as `metadata_of`.
    """
    known = tuple(name for name in design.covariates if name != "sex" or is_known(samples, name))
    for name in known:
        if not is_known(samples, name):
            continue
        values = samples[name]
        if values.nunique() == 1:
            raise _unfit(f"all samples have the same {name} ({values.iloc[0]}), which leaves nothing to adjust for")
        if values.nunique() == len(values) and amounts(values) is None:
            raise _unfit(
                f"each sample has a {name} of its own, which leaves nothing to compare",
                aside="; numbers are amounts where the column's name says so or one has decimals, as docs/comparison.md explains",
            )
    metadata_of(samples, replace(design, covariates=known))


def _require_told_apart(metadata: pd.DataFrame) -> None:
    """Check that no factor of a model follows from others; the message names the fewest that it coincides with."""
    before: list[str] = []
    for name in _in_order(metadata):
        if _follows(metadata, name, before):
            others = before
            for other in before:
                fewer = [one for one in others if one != other]
                others = fewer if _follows(metadata, name, fewer) else others
            what = "the condition" if name == "condition" else f"the interaction {name}" if ":" in name else name
            one = "one follows from the other" if len(others) == 1 else "together, one follows from the others"
            raise _unfit(f"{what} cannot be told apart from {' and '.join(others)}: {one}")
        before.append(name)


def _follows(metadata: pd.DataFrame, name: str, others: list[str]) -> bool:
    """Whether a combination of other columns gives some column of a factor's coding."""
    known = np.column_stack([np.ones(len(metadata)), *(_coded(metadata[other]) for other in others)])
    own = _coded(metadata[name])
    rank = int(np.linalg.matrix_rank(np.column_stack([known, own])))
    return bool(others) and rank < int(np.linalg.matrix_rank(known)) + own.shape[1]


def _unfit(problem: str, aside: str = "") -> StudyError:
    return StudyError(
        problem,
        where="results/samples/samples.tsv and design.covariates in config/config.yaml",
        expected=f"covariates that vary within both groups, each beyond what the others say{aside}",
        remedy="remove the covariate; if the design itself is confounded, no analysis can separate the two",
    )


def model_matrix(metadata: pd.DataFrame) -> NDArray[np.float64]:
    """Code factors as an intercept and a column for every level but the first, numbers as they are, what is tested last.

    Args:
        metadata: from `metadata_of`.

    Returns:
        float64, samples x coefficients.
    """
    return np.column_stack([np.ones(len(metadata)), *(_coded(metadata[name]) for name in _in_order(metadata))])


def _in_order(metadata: pd.DataFrame) -> list[str]:
    """List what a model knows of the samples: covariates, the condition, and its product with a second factor."""
    products = [name for name in metadata if ":" in str(name)]
    return [*metadata.columns.drop(["condition", *products]), "condition", *products]


def _coded(values: pd.Series) -> NDArray[np.float64]:
    """Code a factor by a column for every level but the first, a number as it is: samples x columns."""
    if pd.api.types.is_float_dtype(values):
        return values.to_numpy(dtype=float)[:, None]
    return np.equal.outer(values.cat.codes.to_numpy(), np.arange(1, len(values.cat.categories))).astype(float)


def amounts(values: "pd.Series[str]") -> "pd.Series[float] | None":
    """Return the values of a column as numbers, ages in days, if they are amounts; None if they are names.

    They are amounts if all are numbers, LEAST_AMOUNTS of them different, and a word of NUMBERS stands in the column's name or a
    value has decimals: batches and lanes are numbered, too, and in whole numbers.

    Args:
        values: text, named after the column.
    """
    is_named = bool(set(re.findall("[a-z]+", str(values.name).lower())) & set(NUMBERS))
    numbers = numbers_of(values)
    if is_named and numbers.isna().any():
        ages = [list(read_ages(value, is_field_of_ages=True)[0].values()) for value in values]
        numbers = pd.Series([one[0] if len(one) == 1 else np.nan for one in ages], values.index, float)
    if not np.isfinite(numbers).all() or numbers.nunique() < LEAST_AMOUNTS:
        return None
    has_decimals = bool((numbers % 1 != 0).any()) and make_vocabulary(()).field_meaning(str(values.name)) != "batch"
    return numbers if is_named or has_decimals else None


def is_known(samples: pd.DataFrame, column: str) -> bool:
    """Tell whether a sheet says a column's value for every sample."""
    return column in samples and bool((samples[column] != "").all())


def read_model(model: Path, steps: Path, groups: Design) -> tuple[pd.DataFrame, Design]:
    """Read the sheet as it was modelled, and what the comparison is adjusted for.

    Args:
        model: results/differential/model.tsv.
        steps: results/differential/design.tsv.
        groups: the two conditions, and the second factor if there is one.

    Returns:
        The sheet (text), and the groups with the chosen covariates.
    """
    considered = read_table(steps)
    chosen = considered.loc[considered["chosen"], "covariate"].iloc[0]
    covariates = () if chosen == "none" else tuple(chosen.split(", "))
    return read_table(model), replace(groups, covariates=covariates)
