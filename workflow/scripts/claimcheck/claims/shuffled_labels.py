"""The analysis under other labels of the samples, where nothing is to be found."""

from dataclasses import replace

import numpy as np

from claimcheck.claims.false_support import Draws, claims_change, decide_alone, deciding_runs
from claimcheck.claims.measurements import Measurements
from claimcheck.claims.model import DECIDING, Register
from claimcheck.claims.specifications import PRIMARY, Model, Specification
from claimcheck.claims.tests import Data
from claimcheck.deseq2.design import amounts
from claimcheck.gene_sets.labellings import balanced_labellings


def shuffle_labels(register: Register, data: Data, model: Model) -> Draws:
    """Decide all claims under balanced labellings, where any verdict that something changes is false.

    Single genes are tested by the moderated t-test, which takes no fit of dispersions.

    Args:
        register: the claims register.
        data: what is measured.
        model: of the primary analysis.
    """
    draws = Draws("shuffled labels", "each group as evenly mixed as can be; single genes by the moderated t-test")
    settings = register.primary["negative_controls"]
    labels = (data.samples["condition"] == data.design.test).to_numpy()
    strata = np.zeros(len(labels), dtype=np.intp)
    known = replace(data.design, covariates=model.covariates).strata
    kinds = [name for name in known if amounts(data.samples[name]) is None]
    if kinds:
        strata += data.samples.groupby(kinds).ngroup().to_numpy()
    claims = [register.claims[name] for name in register.confirmatory]
    runs = {claim.id: [run for run, _ in deciding_runs(data, claim)] for claim in claims}
    for draw, labelling in enumerate(
        balanced_labellings(labels, strata, most=settings["labellings"], seed=data.tests.seed)
    ):
        condition = np.where(labelling, data.design.test, data.design.reference)
        other = replace(
            data,
            samples=data.samples.assign(condition=condition),
            planned=data.planned[data.planned["primary"]],
            tests=replace(data.tests, rotations=settings["rotations"]),
        )
        measurements = Measurements(register, other, moderated=True)
        found, measured = measurements.analyse(Specification(PRIMARY, "", model)), measurements.measure(model, True)
        decided = decide_alone(register, found)
        for claim in claims:
            draws.supported.setdefault(claim.id, []).append(claims_change(claim, decided[claim.id]))
            for run in runs[claim.id]:
                estimate = measured.sets.get((claim.id, DECIDING, run, claim.variant)) if measured else None
                if estimate:
                    draws.add_row(claim, run, draw, estimate)
    return draws
