"""Every model of the counts is measured once, however many specifications need it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import pandas as pd

from claimcheck.claims.conclusions import conclude
from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.model import CONTROL, DECIDING, Claim, Register
from claimcheck.claims.specifications import Model, Specification
from claimcheck.claims.tests import (
    KEYS,
    Data,
    Measured,
    compare,
    measure_sets,
    moderated_genes,
    rows_of,
)
from claimcheck.claims.wald import wald_genes
from claimcheck.core.errors import StudyError
from claimcheck.deseq2.design import cells_of

Conclusions = Mapping[str, Conclusion]


@dataclass
class Measurements:
    """Measures models and concludes on the claims.

    Attributes:
        register: the claims register.
        data: what is measured; of the planned sets those that decide the claims, or are their controls.
        moderated: single genes by the moderated t-test in place of PyDESeq2's Wald test, which takes longer.
        known: models that have been measured, with whether single genes were as well; None where the samples cannot carry it.
        alone: measurements of nothing but one claim, by the claim.
    """

    register: Register
    data: Data
    moderated: bool = False
    known: dict[tuple[Model, bool], Measured | None] = field(default_factory=dict)
    alone: dict[str, "Measurements"] = field(default_factory=dict)

    def measure(self, model: Model, genes: bool) -> Measured | None:
        """Return the tests of a model, with those of single genes or without."""
        if (model, genes) not in self.known:
            self.known[model, genes] = self._measure(model, genes)
        return self.known[model, genes]

    def analyse(self, specification: Specification) -> Conclusions:
        """Conclude on every claim; a claim that adjusts for panels of its own does so in every specification without others."""
        model = specification.model
        found = self._conclude(specification)
        if model.panels:
            return found
        for claim in self.register.claims.values():
            if claim.covariate and not claim.members and claim.id in found:
                known = self._smaller >= self.register.tests.score_animals and set(claim.covariate) <= set(
                    self.data.panels
                )
                own = replace(specification, model=replace(model, panels=claim.covariate))
                adjusted = self._of_claim(claim)._conclude(own) if known else {}
                found[claim.id] = adjusted.get(claim.id, Conclusion(n_genes=0 if claim.sets else None))
        return found

    @cached_property
    def _smaller(self) -> int:
        """The animals of the smaller group."""
        return int(cells_of(self.data.samples, self.data.design).value_counts().min())

    def _of_claim(self, claim: Claim) -> "Measurements":
        if claim.id not in self.alone:
            register = replace(self.register, claims={claim.id: claim})
            self.alone[claim.id] = Measurements(register, self.data, self.moderated)
        return self.alone[claim.id]

    def _conclude(self, specification: Specification) -> dict[str, Conclusion]:
        measured = self.measure(specification.model, specification.genes) or Measured({}, {})
        return conclude(self.register, measured, variant=specification.variant)

    def _measure(self, model: Model, genes: bool) -> Measured | None:
        other = self.known.get((model, not genes))
        if other and not genes:
            return Measured(other.sets, {})
        claims, planned = self.register.claims, self.data.planned
        needed = planned["role"].isin([DECIDING, CONTROL]) & planned["claim"].isin(list(claims))
        data = replace(self.data, planned=planned[needed])
        genes = genes and any(claim.genes for claim in claims.values())
        if not genes and data.planned.empty:
            return Measured({}, {})
        try:
            comparison = compare(data, model)
        except StudyError:
            return None
        table = pd.DataFrame()
        if genes:
            table = moderated_genes(data, comparison) if self.moderated else wald_genes(data, comparison, model)
        sets = pd.DataFrame(columns=[*KEYS, "n_genes"]) if other else measure_sets(data, comparison)
        found = rows_of(sets, table)
        return Measured(other.sets, found.genes) if other else found


def tests_sets(claim: Claim) -> bool:
    """Say whether sets decide a claim, so that thinning them out means something for it."""
    return any(test.role in (DECIDING, CONTROL) for test in claim.sets)
