"""What was planted for every claim of a register, so that verdicts on a simulated study can be held against it."""

import numpy as np
import pandas as pd

from claimcheck.claims.model import CONTROL, DECIDING, NAN, Claim, Register

TRUE, SMALLER, FALSE = "true", "smaller than claimed", "false"
TRUTH_COLUMNS = ("claim", "planted", "expected", "holds")
_EFFECTS = {"planted": "planted_log2_fold_change", "expected": "expected_log2_fold_change"}


def planted_claims(register: Register, planned: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Work out the effect that was planted for every confirmatory claim, and whether the claim is true in the planted world.

    Args:
        register: the claims register.
        planned: from `resolve.planned_sets`.
        genes: gene_id, planted_log2_fold_change (in the cells), expected_log2_fold_change (with composition), test / reference.

    Returns:
        Columns TRUTH_COLUMNS, a row a claim: effects of sets are means over their genes with their weights, of several models or
        sources the one that decides; holds is true, false or smaller than claimed, or empty where it cannot be said.
    """
    known = genes.set_index("gene_id")
    holds: dict[str, str] = {}
    rows = []
    for name in sorted(register.confirmatory, key=lambda name: bool(register.claims[name].members)):
        claim = register.claims[name]
        effects = {key: _effect(claim, planned, known[column]) for key, column in _EFFECTS.items()}
        if claim.members:
            holds[name] = _of_members(claim, [holds[member] for member in claim.members], planned, known)
        else:
            holds[name] = _is_true(claim, effects["planted"])
        rows.append((name, effects["planted"], effects["expected"], holds[name]))
    table = pd.DataFrame(rows, columns=list(TRUTH_COLUMNS)).set_index("claim")
    return table.loc[list(register.confirmatory)].reset_index()


def _effect(claim: Claim, planned: pd.DataFrame, effects: "pd.Series[float]") -> float:
    """Compute the effect of a claim from those of its genes; NaN where other claims decide."""
    models: dict[str, list[float]] = {}
    for gene in claim.genes:
        if gene.role == DECIDING:
            sign = gene.direction if gene.model else 1
            models.setdefault(gene.model, []).append(sign * float(effects.get(gene.gene_id, NAN)))
    if models:
        return float(np.max([np.min(values) for values in models.values()])) + 0.0  # no minus before a zero
    runs = list(_runs(claim, planned, DECIDING, effects).values())
    if not runs or len(runs) < claim.at_least:
        return NAN
    return sorted(runs, key=abs, reverse=True)[claim.at_least - 1]


def _runs(claim: Claim, planned: pd.DataFrame, role: str, effects: "pd.Series[float]") -> dict[str, float]:
    own = planned[
        (planned["claim"] == claim.id) & (planned["role"] == role) & planned["primary"] & (planned["weight"] != 0)
    ]
    return {str(run): _mean(rows, effects) for run, rows in own.groupby("run", sort=False)}


def _mean(rows: pd.DataFrame, effects: "pd.Series[float]") -> float:
    weights = rows.set_index("gene_id")["weight"].astype(float)
    weights = weights[weights.index.isin(effects.index)]
    return float((weights * effects.loc[weights.index]).sum() / weights.abs().sum()) if len(weights) else NAN


def _is_true(claim: Claim, effect: float) -> str:
    if np.isnan(effect):
        return ""
    if claim.margins:
        return _word(claim.margins[0] < effect < claim.margins[1])
    towards = claim.direction * effect if claim.direction else abs(effect)
    return SMALLER if 0 < towards < claim.threshold else _word(towards > 0)


def _word(holds: bool) -> str:
    return TRUE if holds else FALSE


def _of_members(claim: Claim, members: list[str], planned: pd.DataFrame, known: pd.DataFrame) -> str:
    """Judge a claim by its members: all of them, or enough of them while its controls stay within the margin."""
    if "" in members:
        return ""
    if claim.kind != "specificity":
        return next((worse for worse in (FALSE, SMALLER) if worse in members), TRUE)
    still = _runs(claim, planned, CONTROL, known[_EFFECTS["planted"]]).values()
    return _word(members.count(TRUE) >= claim.at_least and all(abs(effect) < claim.threshold for effect in still))
