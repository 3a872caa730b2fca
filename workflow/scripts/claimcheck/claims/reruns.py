"""Does an effect hold when composition is accounted for: the reruns that vetoes ask for."""

from dataclasses import replace

import pandas as pd

from claimcheck.claims.estimates import Conclusion, of_set
from claimcheck.claims.evidence import Rerun
from claimcheck.claims.measurements import Conclusions, Measurements, tests_sets
from claimcheck.claims.model import SENSITIVITY, Claim
from claimcheck.claims.specifications import Specification, veto_model

RERUN_COLUMNS = ("claim", "veto", "rerun", "effect", "ci90_low", "ci90_high", "reason")


def veto_reruns(measurements: Measurements, primary: Specification) -> pd.DataFrame:
    """Make every rerun that a veto of a claim asks for, whether it fires or not.

    Returns:
        Columns RERUN_COLUMNS; numbers are NaN where it could not be made, and reason says why.
    """
    register = measurements.register
    adjusted: dict[str, tuple[Conclusions | None, str]] = {}
    for name in register.vetoes:
        model, reason = veto_model(
            register,
            name,
            primary.model,
            measurements.data.samples,
            measurements.data.panels,
            animals=register.rules.veto_animals,
        )
        found = None if model is None else measurements.analyse(replace(primary, model=model))
        adjusted[name] = (found, reason)
    rows = []
    for claim in (register.claims[name] for name in register.confirmatory):
        for veto in claim.vetoes:
            for rerun in register.vetoes[veto].reruns:
                one, reason = _rerun(measurements, claim, rerun, primary, adjusted[veto])
                if one is not None:
                    rows.append((claim.id, veto, rerun, one.effect, *one.ci90, reason))
    return pd.DataFrame(rows, columns=list(RERUN_COLUMNS))


def reruns_of(table: pd.DataFrame, claim: str, veto: str) -> tuple[Rerun, ...]:
    """Return the reruns of one claim and veto."""
    part = table[(table["claim"] == claim) & (table["veto"] == veto)]
    return tuple(
        Rerun(name, effect, (low, high))
        for name, effect, low, high in part[["rerun", "effect", "ci90_low", "ci90_high"]].itertuples(
            index=False, name=None
        )
    )


def _rerun(
    measurements: Measurements,
    claim: Claim,
    rerun: str,
    primary: Specification,
    adjusted: tuple[Conclusions | None, str],
) -> tuple[Conclusion | None, str]:
    """Make one rerun; None where it is not meant for the claim: a thinned set says nothing of a gene."""
    if rerun == "covariate":
        found, reason = adjusted
        return (found[claim.id] if found else Conclusion()), reason
    variants = list(measurements.register.primary["variants"])
    if rerun in variants:
        if not tests_sets(claim):
            return None, ""
        thinner = variants[max(variants.index(rerun), variants.index(claim.variant))]
        return measurements.analyse(replace(primary, variant=thinner, genes=False))[claim.id], f"variant {thinner}"
    measured = measurements.measure(primary.model, True)
    row = measured.sets.get((claim.id, SENSITIVITY, rerun, claim.variant)) if measured else None
    return of_set(claim, row, measurements.register.rules), "sensitivity run" if row else "the claim has no such run"
