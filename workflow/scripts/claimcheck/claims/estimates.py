"""From the tests of one analysis to what it says of each claim: one effect, its intervals and its p-values."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student

from claimcheck.claims.evidence import NO_INTERVAL, Control, Interval
from claimcheck.claims.model import CONTROL, DECIDING, NAN, Claim, Register, Rules
from claimcheck.claims.procedure import Combined, combine_models, combine_sources, partial_conjunction
from claimcheck.claims.tests import Measured, Row


@dataclass(frozen=True)
class Conclusion:
    """What one analysis says of a claim; NaN = it could not say.

    Attributes:
        effect, ci95, ci90, mde: log2 test / reference; of models in the direction that the model says.
        p_predicted, p_opposite: before the adjustment for all claims, as the kind of claim defines them.
        p_up, p_down: one-sided, of an effect above and below zero.
        n_genes: genes of the smallest deciding set; None where single genes decide.
        share_detected: share of the planned genes that are expressed.
        tests_agree: whether all tests that must agree find the effect's direction at the level of the test.
        name: source or model that decides, where there are several.
        controls: of a claim of specificity.
    """

    effect: float = NAN
    ci95: Interval = NO_INTERVAL
    ci90: Interval = NO_INTERVAL
    p_predicted: float = NAN
    p_opposite: float = NAN
    p_up: float = NAN
    p_down: float = NAN
    mde: float = NAN
    n_genes: int | None = 0
    share_detected: float = 0.0
    tests_agree: bool = False
    name: str = ""
    controls: tuple[Control, ...] = ()

    def p_towards(self, sign: float) -> float:
        """One-sided p-value in the direction of a sign."""
        return self.p_up if sign > 0 else self.p_down


def conclude(register: Register, measured: Measured, *, variant: str = "") -> dict[str, Conclusion]:
    """Say what one analysis finds for every confirmatory claim.

    Args:
        register: the claims register.
        measured: the tests of the analysis.
        variant: of the sets; empty = the one that each claim says.
    """
    found: dict[str, Conclusion] = {}
    claims = [register.claims[name] for name in register.confirmatory]
    for claim in sorted(claims, key=lambda claim: bool(claim.members)):  # members come before what they decide
        found[claim.id] = _of_claim(claim, measured, variant or claim.variant, found, register.rules)
    return {name: found[name] for name in register.confirmatory}


def of_set(claim: Claim, row: Row | None, rules: Rules) -> Conclusion:
    """Conclude from one set: the larger p-value of rotation and CAMERA counts (intersection-union test; Berger 1982)."""
    if row is None:
        return Conclusion()
    up, down = (largest(row[f"p_rotation_{way}"], row[f"p_camera_{way}"]) for way in ("up", "down"))
    two_sided = largest(row["p_rotation_two_sided"], row["p_camera"])
    return _single(
        claim, row, (up, down, two_sided), rules, n_genes=int(row["n_genes"]), share_detected=row["share_detected"]
    )


def of_gene(claim: Claim, row: Row | None, rules: Rules) -> Conclusion:
    """Conclude from one gene by its Wald test, with which the moderated t-test must agree where it is given."""
    if row is None:
        return Conclusion(n_genes=None)
    up, down = row["p_up"], row["p_down"]
    found = _single(claim, row, (up, down, min(1.0, 2 * min(up, down))), rules, n_genes=None, share_detected=NAN)
    other = row.get("p_t_up" if row["effect"] > 0 else "p_t_down", NAN)
    return replace(found, tests_agree=bool(np.isnan(other) or other <= rules.alpha))


def largest(*p_values: float) -> float:
    """Return the largest of p-values, NaN if one is missing."""
    return float(np.max(p_values))


def _of_claim(
    claim: Claim, measured: Measured, variant: str, found: Mapping[str, Conclusion], rules: Rules
) -> Conclusion:
    deciding = [test for test in claim.sets if test.role == DECIDING]
    if claim.kind == "specificity":
        return _of_controls(claim, measured, variant, found, rules)
    if claim.members:
        return _of_members(claim, found)
    if claim.kind == "multi_source":
        return _of_sources(claim, measured, variant, rules)
    if deciding:
        return of_set(claim, measured.sets.get((claim.id, DECIDING, deciding[0].run, variant)), rules)
    genes = [gene for gene in claim.genes if gene.role == DECIDING]
    if any(gene.model for gene in genes):
        return _of_models(claim, measured)
    return of_gene(claim, measured.genes.get(genes[0].gene_id), rules)


def _single(claim: Claim, row: Row, p_values: tuple[float, float, float], rules: Rules, **more: Any) -> Conclusion:
    """Conclude from an effect and its p-values: up, down, two-sided."""
    up, down, two_sided = p_values
    effect, margin = row["effect"], claim.threshold
    towards, away = (up, down) if claim.direction > 0 else (down, up)
    if claim.kind == "equivalence":
        towards = _equivalence(row, margin)
        away = min(1.0, 2 * min(_beyond(row, margin, 1), _beyond(row, -margin, -1)))
    elif claim.kind == "noninferiority":
        towards, away = (_beyond(row, -claim.direction * margin, sign * claim.direction) for sign in (1, -1))
    elif claim.direction == 0:
        towards, away = two_sided, NAN
    decisive = two_sided if claim.direction == 0 else up if effect > 0 else down
    return Conclusion(
        effect,
        (row["ci95_low"], row["ci95_high"]),
        (row["ci90_low"], row["ci90_high"]),
        towards,
        away,
        up,
        down,
        row["mde"],
        tests_agree=bool(decisive <= rules.alpha),
        **more,
    )


def _beyond(row: Row, limit: float, side: int) -> float:
    """Test that an effect lies above (side 1) or below (side -1) a limit, by its t or normal distribution."""
    return float(student.sf(side * (row["effect"] - limit) / row["se"], row["df"]))


def _of_sources(claim: Claim, measured: Measured, variant: str, rules: Rules) -> Conclusion:
    """Combine several sources; one with too few genes left or expressed counts as not tested."""
    single = {
        test.run: of_set(claim, measured.sets.get((claim.id, DECIDING, test.run, variant)), rules)
        for test in claim.sets
        if test.role == DECIDING
    }
    table = pd.DataFrame([_source(name, one, rules) for name, one in single.items()])
    both = combine_sources(table, at_least=claim.at_least, direction=claim.direction)
    tested = table.dropna(subset=["effect"])
    up, down = (partial_conjunction(tested[name].to_numpy(), claim.at_least) for name in ("p_up", "p_down"))
    best_first = sorted(single.values(), key=lambda one: (one.share_detected, one.n_genes or 0), reverse=True)
    counted = best_first[min(claim.at_least, len(best_first)) - 1]
    if len(tested) < claim.at_least:  # what is there says whether that is for want of expression or of sources
        counted = best_first[0]
    decisive = both.p_predicted if claim.direction == 0 else up if both.effect > 0 else down
    return _combined(
        both,
        p_up=up,
        p_down=down,
        mde=single[both.name].mde if both.name else NAN,
        n_genes=counted.n_genes,
        share_detected=counted.share_detected,
        tests_agree=bool(decisive <= rules.alpha),
    )


def _source(name: str, one: Conclusion, rules: Rules) -> dict[str, Any]:
    enough = one.share_detected >= rules.share_detected and (one.n_genes or 0) >= rules.min_set_genes
    one = one if enough else Conclusion()
    return {
        "source": name,
        "effect": one.effect,
        "ci95_low": one.ci95[0],
        "ci95_high": one.ci95[1],
        "ci90_low": one.ci90[0],
        "ci90_high": one.ci90[1],
        "p_up": one.p_up,
        "p_down": one.p_down,
    }


def _of_models(claim: Claim, measured: Measured) -> Conclusion:
    """Combine alternative models of several genes each."""
    rows = []
    for gene in claim.genes:
        if gene.role == DECIDING:
            row = measured.genes.get(gene.gene_id, dict.fromkeys(_OF_GENES, NAN))
            rows.append(
                {
                    "model": gene.model,
                    "direction": gene.direction,
                    "effect": row["effect"],
                    "ci95_low": row["ci95_low"],
                    "ci95_high": row["ci95_high"],
                    "ci90_low": row["ci90_low"],
                    "ci90_high": row["ci90_high"],
                    "p_predicted": row["p_up" if gene.direction > 0 else "p_down"],
                    "mde": row["mde"],
                }
            )
    table = pd.DataFrame(rows)
    both = combine_models(table)
    of_model = table[table["model"] == both.name] if both.name else table
    return _combined(
        both,
        p_up=both.p_predicted,
        mde=float(np.max(of_model["mde"].to_numpy())),
        n_genes=None,
        share_detected=NAN,
        tests_agree=True,
    )


_OF_GENES = ("effect", "ci95_low", "ci95_high", "ci90_low", "ci90_high", "p_up", "p_down", "mde")


def _combined(both: Combined, **more: Any) -> Conclusion:
    return Conclusion(both.effect, both.ci95, both.ci90, both.p_predicted, both.p_opposite, name=both.name, **more)


def _of_members(claim: Claim, found: Mapping[str, Conclusion]) -> Conclusion:
    """All members must hold: the one with the largest p-value stands for them."""
    members = [found[name] for name in claim.members]
    p_values = np.array([member.p_predicted for member in members])
    weakest = members[int(np.nanargmax(p_values))] if np.isfinite(p_values).any() else members[0]
    return replace(
        weakest,
        p_predicted=largest(*p_values),
        p_opposite=NAN,
        mde=largest(*(member.mde for member in members)),
        share_detected=NAN,
        tests_agree=all(member.tests_agree for member in members),
    )


def _of_controls(
    claim: Claim, measured: Measured, variant: str, found: Mapping[str, Conclusion], rules: Rules
) -> Conclusion:
    """Members must move and controls stay: the member with the smallest p-value gives the effect, all controls the interval."""
    members = [found[name] for name in claim.members]
    tests = [test for test in claim.sets if test.role == CONTROL]
    rows = {test.run: measured.sets.get((claim.id, CONTROL, test.run, variant)) for test in tests}
    single = {name: of_set(claim, row, rules) for name, row in rows.items()}
    moving = np.array([member.p_predicted for member in members])
    best = members[int(np.nanargmin(moving))] if np.isfinite(moving).any() else Conclusion()
    still = [_equivalence(row, claim.threshold) for row in rows.values()]
    rivals = [single[name].p_towards(claim.direction) for name in claim.rivals if name in single]
    return replace(
        best,
        ci90=(
            float(np.min([one.ci90[0] for one in single.values()])),
            float(np.max([one.ci90[1] for one in single.values()])),
        ),
        p_predicted=largest(partial_conjunction(moving, claim.at_least), *still),
        p_opposite=min(1.0, len(rivals) * float(np.min(rivals))) if rivals else NAN,
        mde=largest(*(one.mde for one in single.values())),
        n_genes=min(one.n_genes or 0 for one in single.values()),
        share_detected=float(np.min([one.share_detected for one in single.values()])),
        controls=tuple(Control(name, one.effect, one.ci90, rival=name in claim.rivals) for name, one in single.items()),
    )


def _equivalence(row: Row | None, margin: float) -> float:
    """Test that an effect lies within a margin by two one-sided tests (Schuirmann 1987)."""
    return NAN if row is None else largest(_beyond(row, -margin, 1), _beyond(row, margin, -1))
