"""Does an effect hold when composition is accounted for: the reruns that vetoes ask for."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from claimcheck.claims.conclusions import of_set
from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.measurements import Conclusions, Measurements, tests_sets
from claimcheck.claims.model import SENSITIVITY, Claim
from claimcheck.claims.specifications import Specification, veto_model


@dataclass(frozen=True)
class Rerun:
    """What a claim's rerun for a veto concludes; nothing where it could not be made, and `reason` says why."""

    claim: str
    veto: str
    name: str
    found: Conclusion
    reason: str


def veto_reruns(measurements: Measurements, primary: Specification) -> Iterator[Rerun]:
    """Make every rerun that a veto of a claim asks for, whether it fires or not."""
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
    for claim in (register.claims[name] for name in register.confirmatory):
        for veto in claim.vetoes:
            for rerun in register.vetoes[veto].reruns:
                one, reason = _rerun(measurements, claim, rerun, primary, adjusted[veto])
                if one is not None:
                    yield Rerun(claim.id, veto, rerun, one, reason)


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
    runs = [test for test in claim.sets if test.role == SENSITIVITY and test.run == rerun]
    tested = measured.of_set(claim, runs[0], claim.variant) if measured and runs else None
    return of_set(
        claim, tested, measurements.register.rules
    ), "sensitivity run" if tested else "the claim has no such run"
