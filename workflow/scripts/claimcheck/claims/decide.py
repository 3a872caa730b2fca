"""Evidence and verdict of every claim, put together from all that was found."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from claimcheck.claims.evidence import (
    Conclusion,
    Condition,
    Decision,
    Evidence,
    Member,
    Verdict,
    blocking_premises,
)
from claimcheck.claims.model import CAMERA, COMPANION, DECIDING, ROTATION, Claim, Register
from claimcheck.claims.procedure import adjust_claims, list_procedure
from claimcheck.claims.reasons import VERDICT_COLUMNS, verdict_row
from claimcheck.claims.resolve import missing_sources
from claimcheck.claims.tests import Data, Key, Measured
from claimcheck.claims.verdicts import TAKEN, barred, decide, decide_premise, differs, stands
from claimcheck.claims.vetoes import Explainer, chance_of_loss
from claimcheck.core.estimates import NAN, NO_ESTIMATE, NO_P
from claimcheck.core.tables import listed
from claimcheck.deseq2.design import cells_of

MORE_VERDICT_COLUMNS = (
    "p_opposite",
    "p_adjusted_opposite",
    "p_smaller",
    "p_adjusted_smaller",
    "p_camera",
    "lost_by_chance",
    "ci90_low",
    "ci90_high",
    "variant",
    "n_genes",
    "share_detected",
    "leading_edge",
    "false_support_rate",
)
VETO_COLUMNS = (
    "claim",
    "veto",
    "panel",
    "difference",
    "p_value",
    "differs",
    "slope",
    "explained",
    "of",
    "effect",
    "left",
    "ci90_low",
    "ci90_high",
    "stands",
)


@dataclass(frozen=True)
class EarlierResults:
    """What earlier steps found.

    Attributes:
        genes: results/differential/genes.tsv.
        tpm: genes x samples, or None where there is none.
        gates: gate, scope, status, reason.
        outcomes: question, outcome, sentence.
        outliers: flagged samples.
        min_count, min_residual_df: filter of the primary analysis, and the residual degrees of freedom that a covariate must leave.
        available: names of the sets in the collection.
        variation: how animals of one group vary, from `variation.read_variation`, or None where it is not known.
    """

    genes: pd.DataFrame
    tpm: pd.DataFrame | None
    gates: pd.DataFrame
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
        explainer: asks the panels of vetoes what they explain.
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
    explainer: Explainer
    expressed: frozenset[str]
    edges: Mapping[Key, list[str]]
    false_support: Mapping[str, float]


def judge(findings: Findings) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Decide every claim, members before what they decide.

    Returns:
        One row a claim in the register's order, columns VERDICT_COLUMNS and MORE_VERDICT_COLUMNS; one row a claim, panel and
        effect that it rests on, columns VETO_COLUMNS; and what `list_procedure` does.
    """
    register, study = findings.register, findings.study
    outcomes = dict(zip(study.outcomes["question"], study.outcomes["outcome"], strict=True))
    sentences = dict(zip(study.outcomes["question"], study.outcomes["sentence"], strict=True))
    asked = [claim for claim in register.claims.values() if claim.kind == "quality"]
    premises = {claim.id: outcomes.get(claim.question, "contradicted") for claim in asked}
    gathered = {name: put_together(register.claims[name], findings, premises) for name in findings.primary}
    testable = {
        name: findings.primary[name] for name, evidence in gathered.items() if not barred(evidence, register.rules)
    }
    adjusted = adjust_claims(register, testable)
    decided: dict[str, tuple[Evidence, Decision]] = {}
    for claim in sorted(register.claims.values(), key=lambda claim: bool(claim.members)):
        if claim.kind == "quality":
            evidence = Evidence(claim, *_animals(findings.data))
            reason = sentences.get(claim.question, "this was not looked at, and claims that need it are not tested")
            decision = decide_premise(outcomes.get(claim.question, "unconfirmed"), reason)
        else:
            evidence = gathered.get(claim.id) or Evidence(claim, *_animals(findings.data))
            if claim.id in adjusted:
                evidence = evidence.adjusted(adjusted[claim.id])
            members = tuple(Member(one, decided[one][1], findings.primary[one].judged) for one in claim.members)
            evidence = replace(evidence, members=members)
            decision = _with_remarks(decide(evidence, register.rules), evidence, findings)
        decided[claim.id] = (evidence, decision)
    rows = [_row(claim, *decided[claim.id], findings) for claim in register.claims.values()]
    verdicts = pd.DataFrame(rows, columns=[*VERDICT_COLUMNS, *MORE_VERDICT_COLUMNS])
    vetoes = [row for evidence, _ in decided.values() for row in _veto_rows(evidence, register)]
    return verdicts, pd.DataFrame(vetoes, columns=list(VETO_COLUMNS)), list_procedure(register, testable)


def put_together(
    claim: Claim,
    findings: Findings,
    premises: Mapping[str, str],
) -> Evidence:
    """Put together what the verdict on a claim with a p-value depends on, but for the adjusted p-values and the members.

    Args:
        claim: from the register.
        findings: all that was found.
        premises: outcomes of the quality claims.
    """
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
        smallest=_smallest(findings.data),
        found=replace(one, share_detected=expressed),
        design_problem="; ".join(filter(None, problems)),
        confounders=tuple(confounded.loc[~fails, "scope"]),
        explanations=findings.explainer.explanations(claim, one),
        beyond=findings.explainer.beyond(claim, one),
        stripped=findings.stripped[claim.id].judged if thinned else None,
        leave_one_out=findings.left_out[claim.id],
        k=findings.k.get(claim.id, NAN),
        conditions=tuple(_conditions(claim, findings)),
        presence=presence_of(claim, findings.study.tpm, _reference(findings.data)),
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


def _smallest(data: Data) -> int:
    """Count the animals of the smallest group whose mean is compared."""
    return int(cells_of(data.samples, data.design).value_counts().min())


def _reference(data: Data) -> list[str]:
    return list(data.samples.loc[data.samples["condition"] == data.design.reference, "sample"])


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


def _veto_rows(evidence: Evidence, register: Register) -> Iterator[tuple[object, ...]]:
    """List what every panel explains of a claim, and whether the verdict of its own test alone would stand beside it."""
    alone = decide(replace(evidence, explanations=()), register.rules)
    for one in evidence.explanations:
        yield (
            evidence.claim.id,
            one.veto,
            one.panel,
            one.difference,
            one.p_value,
            differs(one, evidence, register.rules),
            one.slope,
            one.explained,
            one.effect.of,
            one.effect.effect,
            one.left,
            *one.left_ci90,
            bool(stands(evidence.claim, alone, one, register.rules).all()),
        )
    for own, other in zip(evidence.beyond, reversed(evidence.beyond), strict=True):
        holds = bool(own.p.get(ROTATION, NO_P).towards(np.sign(evidence.effect)) <= register.rules.veto_p)
        numbers = (NAN, NAN, False, NAN, NAN, own.of, NAN, own.effect, *own.ci90, holds)
        yield (evidence.claim.id, f"beyond {other.of}", other.of, *numbers)


def _with_remarks(decision: Decision, evidence: Evidence, findings: Findings) -> Decision:
    """Add to the reason what the reader must know beside the verdict."""
    claim, remarks = evidence.claim, []
    if decision.verdict in TAKEN:
        remarks += [
            f"{one.panel} differs between the groups (p = {one.p_value:.2g}), which makes {one.explained:+.2f} of it"
            for one in evidence.explanations
            if differs(one, evidence, findings.register.rules)
        ]
    cells = findings.register.primary.get("cells")
    if decision.verdict is Verdict.NOT_SUPPORTED and cells:
        remarks.append(excluded_in_cells(claim, findings.register.primary["thresholds"]["gene"], **cells))
    missing = missing_sources(claim, findings.study.available) if claim.kind == "multi_source" else []
    if missing:
        remarks.append(f"not in the collection: {listed(missing)}")
    limit = findings.register.primary["negative_controls"]["false_support_warn"]
    rate = findings.false_support.get(claim.id, NAN)
    if rate > limit and decision.verdict in (Verdict.SUPPORTED, Verdict.WEAK):
        remarks.append(f"{100 * rate:.0f} % of the negative controls reach this too")
    return replace(decision, reason="; ".join([decision.reason, *remarks])) if remarks else decision


def excluded_in_cells(claim: Claim, large: float, *, name: str, share: float) -> str:
    """Say what change in a part of the tissue is excluded where the claimed change of the tissue is.

    Args:
        claim: from the register.
        large: log2 change, without sign, from which on no one calls a change small.
        name, share: of the cells, and of the RNA that they hold.
    """
    held = f"in {name}, if they hold {100 * share:.0f} % of the RNA of these genes,"
    words = []
    for sign in (claim.direction,) if claim.direction else (-1, 1):
        times = 1 + (2 ** (sign * claim.threshold) - 1) / share
        if times <= 0:
            words.append(f"{held} nothing is excluded: were they to lose it all, the tissue would change by less")
        else:
            change = float(np.log2(times))
            size = ", which no one calls small, is excluded" if abs(change) >= large else " is excluded"
            words.append(f"{held} a change of {change:+.2f} or more{size}, a smaller one is not")
    return "; ".join(words)


def _edge(claim: Claim, findings: Findings) -> list[str]:
    """Return the leading edge of a claim that one set decides."""
    runs = [test.run for test in claim.sets if test.role == DECIDING]
    return findings.edges.get((claim.id, DECIDING, runs[0], claim.variant), []) if len(runs) == 1 else []


def _symbols(data: Data, genes: Collection[str]) -> list[str]:
    if not genes:
        return []
    symbols = dict(zip(data.planned["gene_id"], data.planned["symbol"], strict=True))
    return [symbols.get(gene, gene) for gene in genes]


def _row(claim: Claim, evidence: Evidence, decision: Decision, findings: Findings) -> dict[str, object]:
    """Lay out one claim; what lies outside the family of tests has no numbers."""
    design, estimate = findings.data.design, evidence.found.estimate
    row = verdict_row(claim, evidence, decision, test=design.effect.up, reference=design.effect.down)
    chance = chance_of_loss(
        evidence, decide(replace(evidence, explanations=()), findings.register.rules), findings.register
    )
    return row | {
        "p_opposite": evidence.found.p_opposite,
        "p_adjusted_opposite": evidence.p_opposite,
        "p_smaller": evidence.found.p_smaller,
        "p_adjusted_smaller": evidence.p_smaller,
        "p_camera": _camera(claim, evidence),
        "lost_by_chance": chance,
        "ci90_low": estimate.ci90[0],
        "ci90_high": estimate.ci90[1],
        "variant": claim.variant if claim.confirmatory and claim.sets else "",
        "n_genes": "" if estimate.n_genes is None else estimate.n_genes,
        "share_detected": evidence.found.share_detected,
        "leading_edge": ";".join(_symbols(findings.data, _edge(claim, findings))),
        "false_support_rate": findings.false_support.get(claim.id, NAN),
    }


def _camera(claim: Claim, evidence: Evidence) -> float:
    """Take CAMERA's p-value in the direction of the effect, two-sided where the claim states none."""
    p = evidence.found.estimate.p.get(CAMERA, NO_P)
    return p.towards(0 if claim.direction == 0 else 1 if evidence.found.estimate.effect > 0 else -1)
