"""Quality gates: measured values against thresholds; a failed gate that nobody accepted stops the study before any result."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import FLOAT_FORMAT, listed
from claimcheck.deseq2.methods import MIN_CONTROL_GENES, RATIO

GATE_COLUMNS = ("gate", "scope", "status", "value", "threshold", "reason")


class Gate(NamedTuple):
    """One row of the table of gates: status is pass, warn or fail; value and threshold are text or numbers, "" for none."""

    gate: str
    scope: str
    status: str
    value: float | str
    threshold: float | str
    reason: str


def as_table(gates: Iterable[Gate]) -> pd.DataFrame:
    """Make a table with the columns GATE_COLUMNS, all text."""
    rows = [gate._replace(value=_as_text(gate.value), threshold=_as_text(gate.threshold)) for gate in gates]
    return pd.DataFrame(rows, columns=list(GATE_COLUMNS))


def _as_text(value: float | str) -> str:
    if not isinstance(value, float):
        return str(value)
    return "NA" if math.isnan(value) else FLOAT_FORMAT % value


def at_least(name: str, meaning: str, values: Mapping[str, float], *, warn: float, fail: float) -> list[Gate]:
    """Compare the value of each sample with the lowest values that pass without a warning, and that pass at all.

    Returns:
        One gate a sample; its threshold is the one that the status is about.
    """
    gates = []
    for sample, value in values.items():
        status = "pass" if value >= warn else "warn" if value >= fail else "fail"  # no number passes no gate
        threshold = fail if status == "fail" else warn
        comparison = "at least" if status == "pass" else "below"
        reason = f"{meaning}: {number(value)}, {comparison} {number(threshold)}"
        gates.append(Gate(name, sample, status, value, threshold, reason))
    return gates


def at_most(name: str, meaning: str, values: Mapping[str, float], *, warn: float) -> list[Gate]:
    """Compare the value of each scope with the highest one that passes without a warning; unmeasured scopes have no gate."""
    gates = []
    for scope, value in values.items():
        if math.isnan(value):
            continue
        status = "pass" if value <= warn else "warn"
        comparison = "at most" if status == "pass" else "above"
        gates.append(Gate(name, scope, status, value, warn, f"{meaning}: {number(value)}, {comparison} {number(warn)}"))
    return gates


def size_factor_gate(factors: pd.DataFrame, limit: float) -> Gate:
    """Warn if the genes that composition moves change a size factor by more than a limit.

    Args:
        factors: sample, relative_difference of the size factors with and without these genes.
        limit: largest difference, as a share.
    """
    largest = factors.loc[factors["relative_difference"].abs().idxmax()]
    value = abs(float(largest["relative_difference"]))
    status = "pass" if value <= limit else "warn"
    reason = (
        "size factors with and without the genes that composition moves differ by at most "
        f"{100 * value:.1f} % ({largest['sample']})"
    )
    return Gate("size_factors", "study", status, value, limit, reason)


def size_factor_method_gate(factors: pd.DataFrame) -> Gate:
    """Warn if size factors could not be estimated as medians of ratios.

    Args:
        factors: method and n_genes, from `estimate_size_factors`.
    """
    method, usable = str(factors["method"].iloc[0]), int(factors["n_genes"].iloc[0])
    if method == RATIO:
        reason = f"size factors are medians of ratios of {usable:,} genes with counts in every sample"
        return Gate("size_factor_method", "study", "pass", usable, MIN_CONTROL_GENES, reason)
    have = "gene has" if usable == 1 else "genes have"
    reason = f"{usable} {have} counts in every sample: each size factor is the {method}, on which few counts decide"
    return Gate("size_factor_method", "study", "warn", usable, MIN_CONTROL_GENES, reason)


def component_gate(is_stabilised: bool) -> Gate:
    """Warn if the samples' principal components are not those of variance-stabilised counts (`projection.stabilise`)."""
    if is_stabilised:
        return Gate("components", "study", "pass", "", "", "components are those of variance-stabilised counts")
    reason = "no trend of dispersions could be fitted: components are those of log2(normalised count + 1)"
    return Gate("components", "study", "warn", "", "", reason)


def number(value: float) -> str:
    """Write a count with separators, what is below 1 or no whole number with three significant digits, NaN as no number."""
    if math.isnan(value):
        return "no number"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def mark_accepted(
    gates: pd.DataFrame, accepted: Sequence[Mapping[str, str]], *, may_be_of_others: bool = False
) -> pd.DataFrame:
    """Add the column `accepted`: the reason that the configuration gives for going on with a failed gate, else "".

    Args:
        gates: GATE_COLUMNS.
        accepted: entries with gate, scope and reason.
        may_be_of_others: whether entries that name no gate are passed over.

    Raises:
        StudyError: an entry names no gate.
    """
    known = set(zip(gates["gate"], gates["scope"], strict=True))
    reasons = {(entry["gate"], entry["scope"]): entry["reason"] for entry in accepted}
    unknown = sorted(set(reasons) - known)
    examples = listed(" of ".join(pair) for pair in sorted(known))
    if unknown and not may_be_of_others:
        raise StudyError(
            f"quality.accepted names {listed(' of '.join(pair) for pair in unknown)}, which is no gate of this study",
            where="config/config.yaml, quality.accepted",
            expected=f"gate and scope as in results/quality/gates.tsv, such as {examples}",
            remedy="correct the entry, or remove it",
        )
    failed = gates["status"] == "fail"
    pairs = list(zip(gates["gate"], gates["scope"], strict=True))
    return gates.assign(
        accepted=[reasons.get(pair, "") if fail else "" for pair, fail in zip(pairs, failed, strict=True)]
    )


def require_passed(gates: pd.DataFrame, *, where: str) -> None:
    """Stop if a gate failed and was not accepted.

    Raises:
        StudyError: naming the scopes and reasons.
    """
    failed = gates[(gates["status"] == "fail") & (gates["accepted"] == "")]
    if len(failed):
        raise StudyError(
            f"a quality gate failed: {listed(failed['gate'] + ' of ' + failed['scope'])}",
            where=f"{where}: {listed(failed['scope'] + ', ' + failed['reason'])}",
            expected="no gate with the status fail",
            remedy=(
                "look at results/quality and results/identity (snakemake quality draws their figures); leave a failing sample out "
                "by stating the others in the sample sheet, correct what the sheet says, or, with a reason that the page prints, "
                "accept the gate under quality.accepted in config/config.yaml"
            ),
        )
