"""What is said of each claim: one sentence with the numbers that it rests on, and one row of the table of verdicts."""

from typing import Any

import numpy as np

from claimcheck.claims.evidence import Decision, Evidence, Verdict
from claimcheck.claims.model import Claim

VERDICT_COLUMNS = (
    "claim",
    "statement",
    "kind",
    "effect",
    "ci95_low",
    "ci95_high",
    "p_value",
    "p_adjusted",
    "mde",
    "n_test",
    "n_reference",
    "agreement",
    "verdict",
    "reason",
    "label",
    "rule",
    "sentence",
    "of",
)


def graded(claim: Claim, evidence: Evidence, decision: Decision) -> str:
    """Name the verdict as it is printed: support is called by the claim's best grade, where RNA cannot say more."""
    if not claim.best_grade or decision.verdict not in (Verdict.SUPPORTED, Verdict.WEAK):
        return decision.text
    grade = claim.best_grade.replace("{model}", evidence.found.model)
    return f"{grade} (weakly)" if decision.verdict is Verdict.WEAK else grade


def sentence(claim: Claim, evidence: Evidence, decision: Decision, *, test: str, reference: str) -> str:
    """Say the verdict in one sentence, with effect, interval, numbers of animals, minimum detectable effect and k.

    Args:
        claim: from the register.
        evidence: that the decision was made from.
        decision: from `verdicts.decide`.
        test, reference: names of the groups, or of the responses that an interaction compares.
    """
    verdict = graded(claim, evidence, decision) + (f" ({claim.label})" if claim.label else "")
    estimate = evidence.found.estimate
    low, high = estimate.ci95
    parts = {
        f"log2 {test} / {reference} {estimate.effect:+.2f}, 95 % CI {low:+.2f} to {high:+.2f}": estimate.effect,
        f"n = {evidence.n_test} and {evidence.n_reference}": 0.0,
        f"minimum detectable effect {evidence.found.mde:.2f}": evidence.found.mde,
        f"{100 * evidence.k:.0f} % of other analyses agree": evidence.k,
    }
    numbers = ", ".join(words for words, value in parts.items() if not np.isnan(value))
    reason = f": {decision.reason}" if decision.reason else ""
    return f"{claim.statement.rstrip('.?')} – {verdict} ({numbers}){reason}."


def verdict_row(claim: Claim, evidence: Evidence, decision: Decision, *, test: str, reference: str) -> dict[str, Any]:
    """Lay out one claim as a row of the table of verdicts, columns VERDICT_COLUMNS.

    Effect, intervals and p_value (before the adjustment, by the claim's rule) are those of the object that `of` names; mde is the
    largest of all that decide together; `agreement` is k.

    Args:
        claim, evidence, decision, test, reference: as in `sentence`.
    """
    estimate = evidence.found.estimate
    return {
        "claim": claim.id,
        "statement": claim.statement,
        "kind": claim.kind,
        "effect": estimate.effect,
        "ci95_low": estimate.ci95[0],
        "ci95_high": estimate.ci95[1],
        "p_value": evidence.found.p_predicted,
        "p_adjusted": evidence.p_predicted,
        "mde": evidence.found.mde,
        "n_test": evidence.n_test,
        "n_reference": evidence.n_reference,
        "agreement": evidence.k,
        "verdict": graded(claim, evidence, decision),
        "reason": decision.reason,
        "label": claim.label,
        "rule": decision.rule,
        "sentence": sentence(claim, evidence, decision, test=test, reference=reference),
        "of": estimate.of,
    }
