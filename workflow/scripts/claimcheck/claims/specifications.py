"""What the analysis could have been: the primary one, each one change from it, and the crossings of changes."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from claimcheck.claims.model import LEFT_OUT, Register
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.deseq2.design import Design, metadata_of, model_matrix
from claimcheck.qc.composition import cohens_d

PRIMARY, CROSS = "primary", "cross"
OUTLIERS = "outliers"

SAME = "is the primary choice"
"""Why an alternative is not run."""

SPECIFICATION_COLUMNS = ("axis", "specification", "primary", "run", "reason")

SIZE_FACTORS = {"standard": False}
"""Alternative size factors, and whether they leave composition genes out."""
SAMPLES: dict[str, Callable[[Sequence[str]], tuple[str, ...]]] = {"flagged outliers left out": tuple}
"""Which samples are left out together, of those that are flagged."""
REASONS = {
    "set_test": "p-values of the single tests, beside the primary ones",
    "gene_test": "the moderated t-test, beside the Wald test",
    "shrinkage": "changes the effect of single genes only",
    "set_source": "the sources and sensitivity runs that the claims name",
}
"""Axes that change nothing in the model, and what they are."""


@dataclass(frozen=True)
class Model:
    """A model of the counts: columns of the sheet and mean panel scores to adjust for, size factors, filter, samples left out."""

    covariates: tuple[str, ...]
    min_count: int
    panels: tuple[str, ...] = ()
    robust_size_factors: bool = True
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Specification:
    """One way to analyse: what changes against the primary way; an empty variant is the one that each claim says.

    Attributes:
        genes: whether it is run for single genes as well, whose models take longer.
    """

    axis: str
    name: str
    model: Model
    variant: str = ""
    genes: bool = True


def specify(
    register: Register,
    samples: pd.DataFrame,
    design: Design,
    *,
    min_count: int,
    min_residual_df: int,
    panels: pd.DataFrame,
    outliers: Sequence[str],
    robust: bool,
) -> tuple[list[Specification], pd.DataFrame]:
    """List the specifications that can be computed from the counts, the primary one first, and all that the register names.

    Args:
        register: the claims register.
        samples: the sample sheet as it is modelled.
        design: of the primary analysis.
        min_count: of the primary analysis.
        min_residual_df: residual degrees of freedom that a covariate must leave.
        panels: scores, samples x panels.
        outliers: samples that are flagged.
        robust: whether the primary size factors leave genes out.

    Returns:
        The specifications, and a table with the columns SPECIFICATION_COLUMNS of every one and of those that were not run.

    Raises:
        StudyError: a covariate is nowhere to be found.
    """
    primary = Model(design.covariates, min_count)
    listing: list[tuple[str, str, bool, bool, str]] = [(PRIMARY, "as registered", True, True, design.formula)]

    covariates: dict[str, Model] = {"": primary}
    for name in register.alternatives("covariates"):
        changed, problem = (
            veto_model(register, name, primary, samples, panels, animals=register.tests.score_animals)
            if name in register.vetoes
            else _adjusted(name, primary, samples, design, min_residual_df)
        )
        listing.append(("covariates", name, False, changed is not None, problem))
        if changed is not None:
            covariates[name] = changed
    filters = {"": min_count}
    for least in register.alternatives("low_count_filter"):
        same = least == min_count
        listing.append(("low_count_filter", str(least), False, not same, SAME if same else ""))
        filters |= {} if same else {str(least): least}
    factors = {"": True}
    for name in register.alternatives("size_factors"):
        listing.append(("size_factors", name, False, robust, "" if robust else SAME))
        factors |= {name: SIZE_FACTORS[name]} if robust else {}
    variants = ["", *register.alternatives("set_variant")]
    listing += [("set_variant", name, False, True, "") for name in variants[1:]]

    found = [Specification(PRIMARY, "as registered", primary)]
    for (cov, model), (low, least), (size, leave_out), variant in itertools.product(
        covariates.items(), filters.items(), factors.items(), variants
    ):
        changes = {"covariates": cov, "low_count_filter": low, "size_factors": size, "set_variant": variant}
        changed_axes = {axis: name for axis, name in changes.items() if name}
        crossed = replace(model, min_count=least, robust_size_factors=leave_out)
        if not changed_axes:
            continue
        axis = next(iter(changed_axes)) if len(changed_axes) == 1 else CROSS
        name = (
            "; ".join(f"{key} {value}" for key, value in changed_axes.items()) if axis == CROSS else changed_axes[axis]
        )
        found.append(Specification(axis, name, crossed, variant, genes=axis not in (CROSS, "set_variant")))
    found.sort(key=lambda one: one.axis == CROSS)

    found += [Specification(LEFT_OUT, name, replace(primary, without=(name,))) for name in samples["sample"]]
    listing.append((LEFT_OUT, "each in turn", False, True, f"{len(samples)} samples"))
    for name in register.alternatives("samples"):
        left_out = SAMPLES[name](outliers)
        listing.append((OUTLIERS, "left out", False, bool(left_out), listed(left_out) or "no sample is flagged"))
        if left_out:
            found.append(Specification(OUTLIERS, ", ".join(left_out), replace(primary, without=left_out)))
    for axis, reason in REASONS.items():
        listing += [(axis, name, False, True, reason) for name in register.alternatives(axis)]
    return found, pd.DataFrame(listing, columns=list(SPECIFICATION_COLUMNS))


def veto_model(
    register: Register, veto: str, model: Model, samples: pd.DataFrame, panels: pd.DataFrame, *, animals: int
) -> tuple[Model | None, str]:
    """Add the mean score of a veto's panels to a model, or say why that cannot be done.

    Where composition differs beyond chance, the score's coefficient rests on what little it varies within the groups, and what it
    does not take away stands as an effect of the condition: that is no evidence that the effect holds.

    Args:
        register: the claims register.
        veto: its name.
        model: what the score is added to.
        samples: sample, condition.
        panels: samples x panels, scores.
        animals: needed in each group; an effect that is asked for sign and size alone needs fewer than one that is tested.
    """
    smaller = int(samples["condition"].value_counts().min())
    names = tuple(panel for panel in register.vetoes[veto].panels if panel in panels and panels[panel].notna().all())
    if smaller < animals:
        return None, f"{smaller} samples in a group, {animals} needed"
    if not names:
        return None, f"no panel of {veto} was measured"
    score = panels[list(names)].mean(axis="columns").reindex(samples["sample"]).to_numpy(dtype=float)
    first = (samples["condition"] == samples["condition"].iloc[0]).to_numpy()
    from scipy.stats import ttest_ind  # noqa: PLC0415 - the page reads this module and tests nothing

    p_value = float(ttest_ind(score[first], score[~first]).pvalue)
    if p_value * len(names) <= register.rules.veto_chance:
        apart = abs(cohens_d(score[first], score[~first]))
        return None, (
            f"the groups lie {apart:.1f} standard deviations apart in {listed(names)} (p = {p_value:.2g}): "
            "no model can tell the two apart"
        )
    return replace(model, panels=names), f"mean score of {listed(names)}"


def scores_of(panels: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame | None:
    """Average panel scores to the one score that a model adjusts for; None without panels."""
    return panels[list(names)].mean(axis="columns").to_frame("score") if names else None


def _adjusted(
    name: str, primary: Model, samples: pd.DataFrame, design: Design, min_residual_df: int
) -> tuple[Model | None, str]:
    """Make the primary model with a column of the sheet as covariate, or none, or say why not."""
    if name != "none" and name not in samples:
        raise StudyError(
            f"the covariate {name} is neither a column of the sample sheet nor a veto",
            where="the claims register, primary.alternatives.covariates",
            expected=f"none, one of the vetoes, or one of {listed(samples.columns, most=20)}",
            remedy="correct the name, or take it out",
        )
    columns = () if name == "none" else (name,)
    if columns == primary.covariates:
        return None, SAME
    try:
        matrix = model_matrix(metadata_of(samples, replace(design, covariates=columns)))
    except StudyError as error:
        return None, error.what
    residual = len(matrix) - np.shape(matrix)[1]
    if columns and residual < min_residual_df:
        return None, f"it would leave {residual} residual degrees of freedom, fewer than {min_residual_df}"
    return replace(primary, covariates=columns), ""


def strip_variant(variants: Mapping[str, object]) -> str:
    """Name the variant that leaves out most: the last one listed."""
    return list(variants)[-1]
