"""Every model of the counts is measured once, however many specifications need it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
        data: what is measured.
        moderated: single genes by the moderated t-test in place of PyDESeq2's Wald test, which takes longer.
        known: models that have been measured, with whether single genes were as well; None where the samples cannot carry it.
    """

    register: Register
    data: Data
    moderated: bool = False
    known: dict[tuple[Model, bool], Measured | None] = field(default_factory=dict)

    def measure(self, model: Model, genes: bool) -> Measured | None:
        """Return the tests of a model, with those of single genes or without."""
        if (model, genes) not in self.known:
            self.known[model, genes] = self._measure(model, genes)
        return self.known[model, genes]

    def analyse(self, specification: Specification) -> Conclusions:
        """Conclude on every claim; a claim that adjusts for panels of its own does so in every specification without others."""
        model, variant, genes = specification.model, specification.variant, specification.genes
        found = dict(self._conclude(self.register, model, genes, variant))
        if model.panels:
            return found
        for claim in self.register.claims.values():
            if claim.covariate and not claim.members and claim.id in found:
                known = self._smaller() >= self.register.tests.score_animals and set(claim.covariate) <= set(
                    self.data.panels
                )
                alone = replace(self.register, claims={claim.id: claim})
                adjusted = (
                    self._conclude(alone, replace(model, panels=claim.covariate), genes, variant) if known else {}
                )
                found[claim.id] = adjusted.get(claim.id, Conclusion(n_genes=0 if claim.sets else None))
        return found

    def _smaller(self) -> int:
        return int(cells_of(self.data.samples, self.data.design).value_counts().min())

    def _conclude(self, register: Register, model: Model, genes: bool, variant: str) -> Conclusions:
        measured = self.measure(model, genes)
        if measured is None:
            measured = Measured({}, {})
        return conclude(register, measured, variant=variant)

    def _measure(self, model: Model, genes: bool) -> Measured | None:
        try:
            comparison = compare(self.data, model)
        except StudyError:
            return None
        without = self.known.get((model, False))
        table = pd.DataFrame()
        if genes:
            data = self.data
            table = moderated_genes(data, comparison) if self.moderated else wald_genes(data, comparison, model)
        sets = pd.DataFrame(columns=[*KEYS, "n_genes"]) if without else measure_sets(self.data, comparison)
        found = rows_of(sets, table)
        return Measured(without.sets, found.genes) if without else found


def tests_sets(claim: Claim) -> bool:
    """Say whether sets decide a claim, so that thinning them out means something for it."""
    return any(test.role in (DECIDING, CONTROL) for test in claim.sets)
