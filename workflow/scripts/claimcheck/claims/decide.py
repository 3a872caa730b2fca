"""Evidence and verdict of every claim, put together from all that was found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from claimcheck.claims.evidence import (
    Conclusion,
    Condition,
    Decision,
    Evidence,
    FiredVeto,
    Member,
    Verdict,
    blocking_premises,
)
from claimcheck.claims.model import COMPANION, DECIDING, Claim, Register
from claimcheck.claims.procedure import adjust_family
from claimcheck.claims.reasons import VERDICT_COLUMNS, verdict_row
from claimcheck.claims.reruns import Rerun
from claimcheck.claims.resolve import missing_sources
from claimcheck.claims.tests import Data, Key, Measured
from claimcheck.claims.verdicts import decide, decide_premise
from claimcheck.core.estimates import NAN, NO_ESTIMATE
from claimcheck.core.tables import listed

MORE_VERDICT_COLUMNS = (
    "p_opposite",
    "p_holm_opposite",
    "q_value",
    "ci90_low",
    "ci90_high",
    "variant",
    "n_genes",
    "share_detected",
    "leading_edge",
    "false_support_rate",
)


@dataclass(frozen=True)
class EarlierResults:
    """What earlier steps found.

    Attributes:
        genes: results/differential/genes.tsv.
        tpm: genes x samples, or None where there is none.
        gates: gate, scope, status, reason.
        composition: results/quality/composition_groups.tsv.
        outcomes: question, outcome, sentence.
        outliers: flagged samples.
        min_count, min_residual_df: filter of the primary analysis, and the residual degrees of freedom that a covariate must leave.
        available: names of the sets in the collection.
        variation: how animals of one group vary, from `variation.read_variation`, or None where it is not known.
    """

    genes: pd.DataFrame
    tpm: pd.DataFrame | None
    gates: pd.DataFrame
    composition: pd.DataFrame
    outcomes: pd.DataFrame
    outliers: tuple[str, ...]
    min_count: int
    min_residual_df: int
    available: tuple[str, ...]
    variation: pd.DataFrame | None = None


@dataclass(frozen=True)
class Findings:
    """What verdicts are put together from.

    Attributes:
        register, data, study: what was asked, and of what.
        measured: the tests of the primary analysis.
        primary, stripped: conclusions by claim, of the primary analysis and of that without genes of contaminating tissue.
        left_out: conclusions by claim and sample that is left out.
        k: share of specifications that agree, by claim.
        reruns: from `reruns.veto_reruns`.
        fired: panels that differ, by veto.
        expressed: ids of the genes that count as expressed.
        edges: leading edge by test of a set.
        false_support: share of negative controls that a claim's rule supports, by claim.
    """

    register: Register
    data: Data
    study: EarlierResults
    measured: Measured
    primary: Mapping[str, Conclusion]
    stripped: Mapping[str, Conclusion]
    left_out: Mapping[str, Mapping[str, Conclusion]]
    k: Mapping[str, float]
    reruns: Sequence[Rerun]
    fired: Mapping[str, list[str]]
    expressed: frozenset[str]
    edges: Mapping[Key, list[str]]
    false_support: Mapping[str, float]


def judge(findings: Findings) -> pd.DataFrame:
    """Decide every claim, members before what they decide.

    Returns:
        One row a claim in the register's order, columns VERDICT_COLUMNS and MORE_VERDICT_COLUMNS.
    """
    register, study = findings.register, findings.study
    outcomes = dict(zip(study.outcomes["question"], study.outcomes["outcome"], strict=True))
    sentences = dict(zip(study.outcomes["question"], study.outcomes["sentence"], strict=True))
    asked = [claim for claim in register.claims.values() if claim.kind == "quality"]
    premises = {claim.id: outcomes.get(claim.question, "contradicted") for claim in asked}
    family = _adjusted(findings.primary)
    decided: dict[str, tuple[Evidence, Decision]] = {}
    for claim in sorted(register.claims.values(), key=lambda claim: bool(claim.members)):
        if claim.kind == "quality":
            evidence = Evidence(claim, *_animals(findings.data))
            reason = sentences.get(claim.question, "this was not looked at, and claims that need it are not tested")
            decision = decide_premise(outcomes.get(claim.question, "unconfirmed"), reason)
        else:
            members = tuple(Member(one, decided[one][1], findings.primary[one].judged) for one in claim.members)
            evidence = put_together(claim, findings, family, premises, members)
            decision = _with_remarks(decide(evidence, register.rules), claim, findings)
        decided[claim.id] = (evidence, decision)
    rows = [_row(claim, *decided[claim.id], findings, family) for claim in register.claims.values()]
    return pd.DataFrame(rows, columns=[*VERDICT_COLUMNS, *MORE_VERDICT_COLUMNS])


def put_together(
    claim: Claim,
    findings: Findings,
    family: pd.DataFrame,
    premises: Mapping[str, str],
    members: tuple[Member, ...],
) -> Evidence:
    """Put together what the verdict on a claim depends on.

    Args:
        claim: from the register.
        findings: all that was found.
        family: adjusted p-values by claim.
        premises: outcomes of the quality claims.
        members: decided already.
    """
    if not claim.confirmatory:
        return Evidence(claim, *_animals(findings.data))
    one = findings.primary[claim.id]
    gates = findings.study.gates
    confounded = gates[gates["gate"] == "confounded_design"]
    fails = confounded["status"] == "fail"  # accepted or not
    problems = [*confounded.loc[fails, "reason"], blocking_premises(claim, dict(premises))]
    genes = [gene.gene_id for gene in claim.genes if gene.role == DECIDING]
    expressed = float(np.mean([gene in findings.expressed for gene in genes])) if genes else one.share_detected
    thinned = claim.kind in ("set", "signed_set", "multi_source")
    return Evidence(
        claim,
        *_animals(findings.data),
        found=replace(one, share_detected=expressed),
        p_predicted=float(family.loc[[claim.id], "p_holm"].to_numpy()[0]),
        p_opposite=float(family.loc[[claim.id], "p_holm_opposite"].to_numpy()[0]),
        design_problem="; ".join(filter(None, problems)),
        confounders=tuple(confounded.loc[~fails, "scope"]),
        vetoes=tuple(
            FiredVeto(
                name,
                tuple(one.found for one in findings.reruns if (one.claim, one.veto) == (claim.id, name)),
            )
            for name in claim.vetoes
            if findings.fired[name]
        ),
        stripped=findings.stripped[claim.id].judged if thinned else None,
        leave_one_out=findings.left_out[claim.id],
        k=findings.k.get(claim.id, NAN),
        conditions=tuple(_conditions(claim, findings)),
        presence=presence_of(claim, findings.study.tpm, _reference(findings.data)),
        members=members,
    )


def presence_of(claim: Claim, tpm: pd.DataFrame | None, reference: list[str]) -> str:
    """Say whether the gene of an equivalence claim is expressed in the reference group: present, absent or uncertain."""
    if not claim.presence:
        return ""
    if tpm is None:
        return "uncertain"
    values = tpm[reference].reindex([claim.genes[0].gene_id]).fillna(0.0).to_numpy(dtype=float)[0]
    rule = claim.presence
    if (values >= rule["present_tpm"]).mean() >= rule["present_share"]:
        return "present"
    return "absent" if (values < rule["absent_tpm"]).mean() > rule["absent_share"] else "uncertain"


def _animals(data: Data) -> tuple[int, int]:
    """Count the animals of the test and of the reference group."""
    reference = len(_reference(data))
    return len(data.samples) - reference, reference


def _reference(data: Data) -> list[str]:
    return list(data.samples.loc[data.samples["condition"] == data.design.reference, "sample"])


def _adjusted(primary: Mapping[str, Conclusion]) -> pd.DataFrame:
    rows = [(name, one.p_predicted, one.p_opposite) for name, one in primary.items()]
    return adjust_family(pd.DataFrame(rows, columns=["claim", "p_predicted", "p_opposite"])).set_index("claim")


def _conditions(claim: Claim, findings: Findings) -> list[Condition]:
    """Check what else a claim asks for: companions that move as far, and certain genes in the leading edge."""
    found = []
    companions = [test for test in claim.sets if test.role == COMPANION]
    if companions:
        change = claim.companions_threshold
        if np.isnan(change):
            change = (claim.direction or np.sign(findings.primary[claim.id].judged.effect)) * claim.threshold
        tested = [findings.measured.of_set(claim, test, claim.variant) or NO_ESTIMATE for test in companions]
        moving = sum(np.sign(change) * one.effect >= abs(change) for one in tested)
        names = listed(test.run for test in companions)
        name = f"{moving} of {names} change by {change:+.2f}, {claim.companions_at_least} needed"
        found.append(Condition(name, moving >= claim.companions_at_least))
    if claim.leading_edge:
        present = len(set(_edge(claim, findings)) & set(claim.leading_edge))
        symbols = listed(_symbols(findings.data, claim.leading_edge), most=10)
        name = f"{present} of {symbols} in the leading edge, {claim.leading_edge_at_least} needed"
        found.append(Condition(name, present >= claim.leading_edge_at_least))
    return found


def _with_remarks(decision: Decision, claim: Claim, findings: Findings) -> Decision:
    """Add to the reason what the reader must know beside the verdict."""
    remarks = []
    missing = missing_sources(claim, findings.study.available) if claim.kind == "multi_source" else []
    if missing:
        remarks.append(f"not in the collection: {listed(missing)}")
    limit = findings.register.primary["negative_controls"]["false_support_warn"]
    rate = findings.false_support.get(claim.id, NAN)
    if rate > limit and decision.verdict in (Verdict.SUPPORTED, Verdict.WEAK):
        remarks.append(f"{100 * rate:.0f} % of the negative controls reach this too")
    return replace(decision, reason="; ".join([decision.reason, *remarks])) if remarks else decision


def _edge(claim: Claim, findings: Findings) -> list[str]:
    """Return the leading edge of a claim that one set decides."""
    runs = [test.run for test in claim.sets if test.role == DECIDING]
    return findings.edges.get((claim.id, DECIDING, runs[0], claim.variant), []) if len(runs) == 1 else []


def _symbols(data: Data, genes: Iterable[str]) -> list[str]:
    symbols = dict(zip(data.planned["gene_id"], data.planned["symbol"], strict=True))
    return [symbols.get(gene, gene) for gene in genes]


def _row(
    claim: Claim, evidence: Evidence, decision: Decision, findings: Findings, family: pd.DataFrame
) -> dict[str, object]:
    """Lay out one claim; what lies outside the family of tests has no numbers."""
    design, estimate = findings.data.design, evidence.found.estimate
    row = verdict_row(claim, evidence, decision, test=design.test, reference=design.reference)
    adjusted = family.reindex([claim.id]).iloc[0]
    return row | {
        "p_opposite": evidence.found.p_opposite,
        "p_holm_opposite": adjusted["p_holm_opposite"],
        "q_value": adjusted["q_value"],
        "ci90_low": estimate.ci90[0],
        "ci90_high": estimate.ci90[1],
        "variant": claim.variant if claim.confirmatory and claim.sets else "",
        "n_genes": "" if estimate.n_genes is None else estimate.n_genes,
        "share_detected": evidence.found.share_detected,
        "leading_edge": ";".join(_symbols(findings.data, _edge(claim, findings))),
        "false_support_rate": findings.false_support.get(claim.id, NAN),
    }
