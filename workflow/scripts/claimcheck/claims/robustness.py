"""How much of a claim's result is left when the analysis is done otherwise: all specifications, each model fitted once."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from claimcheck.claims.estimates import Conclusion, of_set
from claimcheck.claims.evidence import LeftOut, evidence_of, share_that_agrees
from claimcheck.claims.measurements import Conclusions, tests_sets
from claimcheck.claims.model import DECIDING, SENSITIVITY, Claim, Register, Rules, SetTest
from claimcheck.claims.specifications import LEFT_OUT, PRIMARY, Specification
from claimcheck.claims.tests import Measured, Row

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
)
LEAVE_ONE_OUT_COLUMNS = ("claim", "sample", "effect", "ci95_low", "ci95_high", "p_value")


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
        Columns ROBUSTNESS_COLUMNS: p_value is that of the claim, unadjusted; `counted` tells rows that k is the share of; `agrees`
        is as in `evidence.share_that_agrees`, for members and controls that all that must hold does.
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
        agrees = _agrees(register, claim, primary[claim.id], one)
        rows.append(_row((claim.id, row["axis"], row["specification"]), one, False, row["counted"], agrees))
    table = pd.DataFrame(rows, columns=list(ROBUSTNESS_COLUMNS))
    order = {name: position for position, name in enumerate(register.claims)}
    return table.sort_values("claim", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)


def beside_rows(
    register: Register, measured: Measured, shrunken: Mapping[str, float], t_genes: Mapping[str, Row]
) -> pd.DataFrame:
    """List what the primary model says besides: other sources and compositions of a set, and single tests.

    Args:
        register: the claims register.
        measured: tests of the primary model.
        shrunken: shrunken fold changes by gene id.
        t_genes: moderated t-tests by gene id.

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
    """Compute k of each claim: the share of counted specifications that agree with the primary one."""
    counted = robustness[robustness["counted"]]
    return {str(name): float(rows["agrees"].mean()) for name, rows in counted.groupby("claim", sort=False)}


def leave_one_out(
    specifications: Sequence[Specification], results: Sequence[Conclusions]
) -> tuple[dict[str, tuple[LeftOut, ...]], pd.DataFrame]:
    """Collect the runs without one sample: for each claim, and as a table with the columns LEAVE_ONE_OUT_COLUMNS."""
    primary = results[0]
    rows = []
    for specification, result in zip(specifications, results, strict=True):
        if specification.axis == LEFT_OUT:
            for name, one in result.items():
                p_value = one.p_towards(primary[name].effect)
                rows.append((name, specification.name, one.effect, *one.ci95, p_value))
    table = pd.DataFrame(rows, columns=list(LEAVE_ONE_OUT_COLUMNS))
    order = {name: position for position, name in enumerate(primary)}
    table = table.sort_values("claim", key=lambda ids: ids.map(order), kind="stable", ignore_index=True)
    runs = {name: table[table["claim"] == name] for name in primary}
    return {
        name: tuple(LeftOut(*row) for row in part[["sample", "effect", "p_value"]].itertuples(index=False, name=None))
        for name, part in runs.items()
    }, table


@dataclass(frozen=True)
class Found:
    """What the primary model says: the tests, shrunken fold changes and moderated t-tests by gene id."""

    rules: Rules
    measured: Measured
    shrunken: Mapping[str, float]
    t_genes: Mapping[str, Row]

    def row(self, claim: Claim, test: SetTest) -> Row | None:
        """Return a test of a set in the variant that the claim is decided in."""
        return self.measured.sets.get((claim.id, test.role, test.run, claim.variant))


BesideRow = tuple[str, Conclusion, bool]
"""Name of the specification, what it says, and whether k counts it."""


def _single_test(name: str, up: str, down: str, two_sided: str) -> Callable[[Claim, Found], Iterator[BesideRow]]:
    """Make the function that takes the p-value of one test of a set alone, from the columns named."""

    def rows(claim: Claim, found: Found) -> Iterator[BesideRow]:
        column = two_sided if claim.direction == 0 else up if claim.direction > 0 else down
        for test in claim.sets if claim.kind in ("set", "signed_set") else ():
            row = found.row(claim, test)
            if test.role == DECIDING and row:
                yield name, replace(of_set(claim, row, found.rules), p_predicted=row[column]), False

    return rows


def _other_sources(claim: Claim, found: Found) -> Iterator[BesideRow]:
    for test in claim.sets:
        row = found.row(claim, test)
        if test.role == SENSITIVITY or (test.role == DECIDING and claim.kind == "multi_source" and row):
            yield test.run, of_set(claim, row, found.rules), True


def _shrunken(claim: Claim, found: Found) -> Iterator[BesideRow]:
    if claim.kind == "gene" and claim.genes[0].gene_id in found.shrunken:
        yield "apeglm", Conclusion(effect=found.shrunken[claim.genes[0].gene_id], n_genes=None), True


def _moderated(claim: Claim, found: Found) -> Iterator[BesideRow]:
    if claim.kind == "gene" and claim.genes[0].gene_id in found.t_genes:
        row = found.t_genes[claim.genes[0].gene_id]
        one = Conclusion(
            row["effect"],
            (row["ci95_low"], row["ci95_high"]),
            (row["ci90_low"], row["ci90_high"]),
            row["p_up"] if claim.direction > 0 else row["p_down"],
            n_genes=None,
        )
        yield "moderated t", one, False


BESIDE: Mapping[str, Mapping[str, Callable[[Claim, Found], Iterator[BesideRow]]]] = {
    "set_test": {
        "rotation": _single_test("rotation", "p_rotation_up", "p_rotation_down", "p_rotation_two_sided"),
        "CAMERA": _single_test("CAMERA", "p_camera_up", "p_camera_down", "p_camera"),
        "score": _single_test("score", "p_score_up", "p_score_down", "p_score"),
    },
    "set_source": {"other sources of the same family": _other_sources},
    "shrinkage": {"apeglm": _shrunken},
    "gene_test": {"moderated t": _moderated},
}
"""Alternatives by axis that the primary model itself answers; the schema of the register names the same."""


def _agreeing(register: Register, primary: Conclusions, other: Conclusions) -> dict[str, bool]:
    """Say of every claim whether a specification agrees with the primary one; members come before what they decide."""
    agreeing: dict[str, bool] = {}
    for name in sorted(primary, key=lambda name: bool(register.claims[name].members)):
        claim = register.claims[name]
        members = [agreeing[member] for member in claim.members]
        if claim.kind == "specificity":
            low, high = other[name].ci90
            agreeing[name] = sum(members) >= claim.at_least and -claim.threshold < low and high < claim.threshold
        elif members:
            agreeing[name] = all(members)
        else:
            agreeing[name] = _agrees(register, claim, primary[name], other[name])
    return agreeing


def _agrees(register: Register, claim: Claim, primary: Conclusion, other: Conclusion) -> bool:
    stated = evidence_of(claim, n_test=0, n_reference=0, effect=primary.effect)
    row = pd.DataFrame({"effect": [other.effect], "ci90_low": [other.ci90[0]], "ci90_high": [other.ci90[1]]})
    return share_that_agrees(stated, row, register.rules) == 1.0


def _row(keys: tuple[str, str, str], one: Conclusion, primary: bool, counted: bool, agrees: bool) -> tuple[Any, ...]:
    n_genes = "" if one.n_genes is None else one.n_genes
    return (*keys, one.effect, *one.ci95, one.p_predicted, primary, *one.ci90, n_genes, counted, agrees)
