"""What a claim's verdict depends on: each condition of support with what it asks for and what was found."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.claims.model import Claim, Register
from claimcheck.core.tables import listed
from claimcheck.figures.claims import kind_of
from claimcheck.page.tables import interval_text, probability, two

NEVER_TESTED = (0, 1, 2, 3, 4)
"""Rows of the table of verdicts before any test."""

FULL_SUPPORT = 6
"""Row of the table of verdicts that supports without a shortfall, in whatever words the register has for it."""


@dataclass(frozen=True)
class Condition:
    """One condition of support: what it is about, what is asked for, what was found, and whether that is enough."""

    what: str
    asked: str
    found: str
    met: bool


def conditions_of(
    row: dict[str, Any], register: Register, verdicts: pd.DataFrame, left_out: pd.DataFrame, vetoes: pd.DataFrame
) -> list[Condition]:
    """List the conditions of support of a claim: one that is lost would take the verdict, one that is not met stands in its way.

    What the register asks for besides is said by the verdict's reason, where all that is listed is met and support is not full.

    Args:
        row: of results/claims/verdicts.tsv.
        register: the claims register.
        verdicts: results/claims/verdicts.tsv by claim.
        left_out: rows of results/claims/leave_one_out.tsv of this claim.
        vetoes: rows of results/claims/vetoes.tsv of this claim, panels only.

    Returns:
        None where nothing was tested.
    """
    if register.claims[str(row["claim"])].kind == "quality" or int(row["rule"]) in NEVER_TESTED:
        return []
    found = _conditions(row, register, verdicts, left_out, vetoes)
    if int(row["rule"]) != FULL_SUPPORT and all(one.met for one in found):
        found.append(Condition("what the register asks for besides", "as registered", str(row["reason"]), met=False))
    return found


def _conditions(
    row: dict[str, Any], register: Register, verdicts: pd.DataFrame, left_out: pd.DataFrame, vetoes: pd.DataFrame
) -> list[Condition]:
    claim, rules = register.claims[str(row["claim"])], register.rules
    adjusted = Condition(
        "p of the claim's test, adjusted over all claims",
        f"{rules.alpha:g} or less",
        probability(float(row["p_adjusted"])),
        bool(row["p_adjusted"] <= rules.alpha),
    )
    if claim.members:
        own = [adjusted] if claim.kind == "specificity" and pd.notna(row["p_adjusted"]) else []
        return own + [
            Condition(
                f"{member} {register.claims[member].statement}",
                "supported",
                str(verdicts.at[member, "verdict"]),
                bool(verdicts.at[member, "rule"] == FULL_SUPPORT),
            )
            for member in claim.members
        ]
    found = [
        adjusted,
        *_against(row, rules.alpha),
        _size(row, claim),
        Condition(
            "k, share of other analyses that agree",
            f"{two(rules.k_supported)} or more; {two(rules.k_weak)} for weak support",
            two(row["agreement"]),
            bool(row["agreement"] >= rules.k_supported),
        ),
    ]
    if claim.sets and pd.notna(row.get("p_camera")):
        other_genes = Condition(
            "p of CAMERA: do other genes move as much",
            f"{rules.camera_p:g} or less",
            probability(row["p_camera"]),
            bool(row["p_camera"] <= rules.camera_p),
        )
        found += [] if claim.margins else [other_genes]
    if len(left_out) and not claim.margins:
        found.append(_left_out(left_out, float(row["effect"]), rules.leave_one_out_p))
    if len(vetoes):
        fallen = vetoes.loc[vetoes["stands"].eq(False), "veto"].drop_duplicates()
        found.append(
            Condition(
                "what is left beside other explanations",
                "enough to carry the verdict",
                f"not beside {', '.join(fallen)}"
                if len(fallen)
                else f"enough beside all {len(vetoes)} that were measured",
                not len(fallen),
            )
        )
    return found


def _against(row: dict[str, Any], alpha: float) -> list[Condition]:
    """Give the test that spoke against a claim, where one did."""
    tests = {
        "contradicted": ("p of the opposite, adjusted over all claims", "p_adjusted_opposite"),
        "not supported": ("p of a change smaller than claimed, adjusted over all claims", "p_adjusted_smaller"),
    }
    what, column = tests.get(kind_of(int(row["rule"])), ("", ""))
    p = float(row.get(column, np.nan))
    return [] if np.isnan(p) else [Condition(what, f"above {alpha:g}", probability(p), p > alpha)]


def _size(row: dict[str, Any], claim: Claim) -> Condition:
    if claim.margins:
        low, high = claim.margins
        within = bool(row["ci90_low"] >= low and row["ci90_high"] <= high)
        if np.isfinite(low) and np.isfinite(high):
            asked = f"within {low:g} to {high:g}".replace("-", "−")
        else:
            asked = (f"above {low:g}" if np.isfinite(low) else f"below {high:g}").replace("-", "−")
        return Condition("90 % interval of the effect", asked, interval_text(row["ci90_low"], row["ci90_high"]), within)
    limit = f"{claim.threshold:g}"
    side = {1: f"{limit} or more", -1: f"−{limit} or less"}
    asked = side.get(claim.direction, f"{limit} or more, either way")
    towards = row["effect"] * claim.direction if claim.direction else abs(row["effect"])
    what = f"effect (log2) of {row['of']}" if row["of"] else "effect (log2)"
    return Condition(what, asked, two(row["effect"]), bool(towards >= claim.threshold))


def _left_out(rows: pd.DataFrame, effect: float, limit: float) -> Condition:
    what, asked = "p without any one sample, not adjusted", f"{limit:g} or less, and the same sign"
    untested = rows.loc[rows["p_value"].isna(), "sample"]
    if len(untested) == len(rows):
        return Condition(what, asked, "not tested", met=False)
    if len(untested):
        return Condition(what, asked, f"not tested without {listed(untested)}", met=False)
    turned = rows.loc[~(rows["effect"] * effect > 0), "sample"]
    if len(turned):
        return Condition(what, asked, f"another sign without {listed(turned)}", met=False)
    worst = rows.loc[rows["p_value"].idxmax()]
    told = f"at most {probability(float(worst['p_value']))}, without {worst['sample']}"
    return Condition(what, asked, told, bool(worst["p_value"] <= limit))
