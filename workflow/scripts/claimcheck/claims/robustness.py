"""How much of a claim's result is left when the analysis is done otherwise: all specifications, each model fitted once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.claims.conclusions import of_gene, of_set
from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.measurements import Conclusions, tests_sets
from claimcheck.claims.model import (
    CAMERA,
    DECIDING,
    LEFT_OUT,
    MODERATED,
    ROTATION,
    SCORE,
    SENSITIVITY,
    Claim,
    Register,
    Rules,
)
from claimcheck.claims.specifications import PRIMARY, Specification
from claimcheck.claims.tests import Measured
from claimcheck.core.estimates import Estimate, inside

ROBUSTNESS_COLUMNS = (
    "claim",
    "axis",
    "specification",
    "effect",
    "ci95_low",
    "ci95_high",
    "p_value",
    "primary",
    "ci90_low",
    "ci90_high",
    "n_genes",
    "counted",
    "agrees",
    "of",
)
LEAVE_ONE_OUT_COLUMNS = ("claim", "sample", "effect", "ci95_low", "ci95_high", "p_value", "of")


def applies(specification: Specification, claim: Claim) -> bool:
    """Say whether a specification means anything for a claim.

    Some are for sets alone, some replace the claim's own adjustment, and the claim's own variant is no change.
    """
    replaced = bool(claim.covariate) and bool(specification.model.panels)
    changed = specification.variant != claim.variant
    return (specification.genes or tests_sets(claim)) and not replaced and changed


def tabulate(
    register: Register, specifications: Sequence[Specification], results: Sequence[Conclusions], beside: pd.DataFrame
) -> pd.DataFrame:
    """List what every specification says of every claim.

    Args:
        register: the claims register.
        specifications: the primary one first.
        results: conclusions of each.
        beside: further rows from `beside_rows`.

    Returns:
        Columns ROBUSTNESS_COLUMNS: effect, intervals and p_value (unadjusted, by the claim's rule) of the object that `of` names;
        `counted` tells rows that k is the share of; `agrees` is as in `agree`, for members and controls that all that must hold
        does; missing where the specification, or the claim in the primary analysis, could not be run.
    """
    primary = results[0]
    rows = []
    for specification, result in zip(specifications, results, strict=True):
        agreeing = _agreeing(register, primary, result)
        for name, one in result.items():
            if applies(specification, register.claims[name]):
                is_primary = specification.axis == PRIMARY
                keys = (name, specification.axis, specification.name)
                rows.append(_row(keys, one, is_primary, not is_primary, agreeing[name]))
    for row in beside.to_dict("records"):
        claim, one = register.claims[row["claim"]], row["conclusion"]
        agrees = (
            agree(claim, primary[claim.id], one, register.rules)
            if was_run(primary[claim.id]) and was_run(one)
            else None
        )
        rows.append(_row((claim.id, row["axis"], row["specification"]), one, False, row["counted"], agrees))
    table = pd.DataFrame(rows, columns=list(ROBUSTNESS_COLUMNS))
    order = {name: position for position, name in enumerate(register.claims)}
    return table.sort_values("claim", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def beside_rows(
    register: Register, measured: Measured, shrunken: Mapping[str, float], t_genes: Measured
) -> pd.DataFrame:
    """List what the primary model says besides: other sources and compositions of a set, and single tests.

    Args:
        register: the claims register.
        measured: tests of the primary model.
        shrunken: shrunken fold changes by gene id.
        t_genes: genes by the moderated t-test.

    Returns:
        claim, axis, specification, conclusion, counted.
    """
    found = Found(register.rules, measured, shrunken, t_genes)
    rows = [
        (name, axis, *row)
        for name in register.confirmatory
        for axis, ways in BESIDE.items()
        for way in register.alternatives(axis)
        for row in ways[way](register.claims[name], found)
    ]
    return pd.DataFrame(rows, columns=["claim", "axis", "specification", "conclusion", "counted"])


def shares(robustness: pd.DataFrame) -> dict[str, float]:
    """Compute k of each claim: of the counted specifications that were run, the share that agree with the primary one."""
    counted = robustness[robustness["counted"] & robustness["agrees"].notna()]
    return {str(name): float(rows["agrees"].mean()) for name, rows in counted.groupby("claim", sort=False)}


def leave_one_out(
    specifications: Sequence[Specification], results: Sequence[Conclusions]
) -> tuple[dict[str, dict[str, Conclusion]], pd.DataFrame]:
    """Collect the runs without one sample: by claim and sample, and as a table with the columns LEAVE_ONE_OUT_COLUMNS."""
    primary = results[0]
    left_out = [
        (specification.name, result)
        for specification, result in zip(specifications, results, strict=True)
        if specification.axis == LEFT_OUT
    ]
    runs = {name: {sample: result[name] for sample, result in left_out} for name in primary}
    rows = [
        {
            "claim": name,
            "sample": sample,
            "p_value": one.p.towards(primary[name].judged.effect),
            **one.estimate.columns(),
        }
        for name, own in runs.items()
        for sample, one in own.items()
    ]
    return runs, pd.DataFrame(rows, columns=list(LEAVE_ONE_OUT_COLUMNS))


@dataclass(frozen=True)
class Found:
    """What the primary model says: the tests, shrunken fold changes and moderated t-tests by gene id."""

    rules: Rules
    measured: Measured
    shrunken: Mapping[str, float]
    t_genes: Measured


BesideRow = tuple[str, Conclusion, bool]
"""Name of the specification, what it says, and whether k counts it."""


def _single_test(name: str) -> Callable[[Claim, Found], Iterator[BesideRow]]:
    """Make the function that takes the p-value of one test of a set alone."""

    def rows(claim: Claim, found: Found) -> Iterator[BesideRow]:
        for test in claim.sets if claim.kind in ("set", "signed_set") else ():
            estimate = found.measured.of_set(claim, test, claim.variant)
            if test.role == DECIDING and estimate:
                p_value = estimate.p[name].towards(claim.direction)
                yield name, replace(of_set(claim, estimate, found.rules), p_predicted=p_value), False

    return rows


def _other_sources(claim: Claim, found: Found) -> Iterator[BesideRow]:
    for test in claim.sets:
        estimate = found.measured.of_set(claim, test, claim.variant)
        if test.role == SENSITIVITY or (test.role == DECIDING and claim.kind == "multi_source" and estimate):
            yield test.run, of_set(claim, estimate, found.rules), True


def _shrunken(claim: Claim, found: Found) -> Iterator[BesideRow]:
    if claim.kind == "gene" and claim.genes[0].gene_id in found.shrunken:
        estimate = Estimate(claim.genes[0].symbol, found.shrunken[claim.genes[0].gene_id])
        yield "apeglm", Conclusion(estimate, estimate, n_genes=None), True


def _moderated(claim: Claim, found: Found) -> Iterator[BesideRow]:
    estimate = found.t_genes.of_gene(claim.genes[0]) if claim.kind == "gene" else None
    if estimate:
        yield MODERATED, of_gene(claim, estimate, found.rules), False


BESIDE: Mapping[str, Mapping[str, Callable[[Claim, Found], Iterator[BesideRow]]]] = {
    "set_test": {
        ROTATION: _single_test(ROTATION),
        CAMERA: _single_test(CAMERA),
        SCORE: _single_test(SCORE),
    },
    "set_source": {"other sources of the same family": _other_sources},
    "shrinkage": {"apeglm": _shrunken},
    "gene_test": {MODERATED: _moderated},
}
"""Alternatives by axis that the primary model itself answers; the schema of the register names the same."""


def _agreeing(register: Register, primary: Conclusions, other: Conclusions) -> dict[str, bool | None]:
    """Say of every claim whether a specification agrees with the primary one; members come before what they decide."""
    agreeing: dict[str, bool | None] = {}
    for name in sorted(primary, key=lambda name: bool(register.claims[name].members)):
        claim = register.claims[name]
        members = [agreeing[member] for member in claim.members]
        if None in members or not (was_run(primary[name]) and was_run(other[name])):
            agreeing[name] = None
        elif claim.kind == "specificity":
            agreeing[name] = sum(map(bool, members)) >= claim.at_least and inside(other[name].bounds, claim.threshold)
        elif members:
            agreeing[name] = all(members)
        else:
            agreeing[name] = agree(claim, primary[name], other[name], register.rules)
    return agreeing


def was_run(one: Conclusion) -> bool:
    """Say whether a specification has a result."""
    return not np.isnan(one.judged.effect)


def agree(claim: Claim, primary: Conclusion, other: Conclusion, rules: Rules) -> bool:
    """Say whether a specification with a result agrees with the primary one.

    Its effect has the same sign and at least `k_effect_share` of the threshold; of a claim with margins, its bounds lie in these.
    """
    if claim.margins:
        return claim.margins[0] < other.bounds[0] and other.bounds[1] < claim.margins[1]
    effect = other.judged.effect
    return effect * primary.judged.effect > 0 and abs(effect) >= rules.k_effect_share * claim.threshold


def _row(
    keys: tuple[str, str, str], one: Conclusion, primary: bool, counted: bool, agrees: bool | None
) -> tuple[Any, ...]:
    estimate = one.estimate
    n_genes = "" if estimate.n_genes is None else estimate.n_genes
    numbers = (estimate.effect, *estimate.ci95, one.p_predicted, primary, *estimate.ci90, n_genes)
    return (*keys, *numbers, counted, agrees, estimate.of)
