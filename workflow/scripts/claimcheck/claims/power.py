"""What a study can show before it has data: how often each verdict is given where what is claimed has been planted.

Animals are drawn from a table of how animals of one group vary, a change is added to those of the test group, and the counts go
through the primary analysis of the register, two groups without covariates; single genes by the moderated t-test, which takes
no fit of dispersions and is a little stricter than the Wald test. That enough genes are expressed is supposed. Vetoes,
companions, leading edges, other specifications and gates are left out: all of them can only weaken a verdict, so that the share
of support is an upper bound of power.
"""

import itertools
import logging
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from claimcheck.claims.evidence import Verdict
from claimcheck.claims.false_support import decide_alone
from claimcheck.claims.measurements import Conclusions, Measurements
from claimcheck.claims.model import CONTROL, DECIDING, NAN, NOT_KNOWN, Claim, Register, Tests
from claimcheck.claims.specifications import PRIMARY, Model, Specification
from claimcheck.claims.tests import Data
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.filtering import filter_genes
from claimcheck.deseq2.levels import log2_cpm
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.gene_sets.variation import draw_counts, draw_deviations
from claimcheck.qc.panels import detected_genes, score_panels

progress = logging.getLogger("claimcheck.progress")

VERDICTS = {
    "supported": Verdict.SUPPORTED,
    "weakly_supported": Verdict.WEAK,
    "not_supported": Verdict.NOT_SUPPORTED,
    "contradicted": Verdict.CONTRADICTED,
    "inconclusive": Verdict.INCONCLUSIVE,
    "not_testable": Verdict.NOT_TESTABLE,
}
"""Columns of the map by verdict."""
POWER_COLUMNS = ("claim", "n", "multiple", "true_effect", *VERDICTS, "standard_error", "draws")
NEEDED_COLUMNS = ("claim", "multiple", "true_effect", "animals")
TEST, REFERENCE = "test", "reference"
_SECONDS = 10
"""Between two words of progress."""


@dataclass(frozen=True)
class Settings:
    """Section `power` of the configuration, whose schema explains each number."""

    animals: list[int]
    multiples: list[float]
    draws: int
    rotations: int
    million_counts: float
    library_log2_sd: float

    @property
    def effects(self) -> list[float]:
        """Multiples that are planted: none, and those asked for, in ascending order."""
        return sorted([0.0, *self.multiples])


@dataclass(frozen=True)
class Plan:
    """What is asked of a study, and of which animals.

    Attributes:
        register: the claims register.
        planned: from `resolve.planned_sets`, of the runs that decide or control.
        genes: from `variation.read_variation`.
        gene_ids: genes that claims look at one by one.
        composition_genes: gene ids that size factors are estimated without.
        panels: gene ids of the panels that claims adjust for.
        min_level, min_genes: of panel scores, as of `quality.composition`.
        min_count: filter of the primary analysis.
    """

    register: Register
    planned: pd.DataFrame
    genes: pd.DataFrame
    gene_ids: tuple[str, ...]
    composition_genes: frozenset[str]
    panels: Mapping[str, frozenset[str]]
    min_level: float
    min_genes: int
    min_count: int


def map_power(plan: Plan, settings: Settings) -> pd.DataFrame:
    """Draw studies and decide them: how often each verdict is given, by animals and true effect.

    The effects of all claims are planted together, since a correction for many claims depends on how many are true. Claims that
    something changes have a multiple of their smallest effect of interest, claims that nothing changes that of their margin, the
    other way: the most where the others have the least, so that the two agree with the publication most where the changes are
    largest and nothing else moves.

    Args:
        plan: what is asked.
        settings: how much is drawn.

    Returns:
        A row a confirmatory claim, n (animals in each group) and multiple, columns POWER_COLUMNS: true_effect is log2 test /
        reference, NaN where other claims or several sources decide; then the share of draws with each verdict; standard_error is
        that of `supported`, had one more draw been supported and one more not, so that it is never 0.
    """
    register = plan.register
    multiples = settings.effects
    changes = planted_changes(register, plan.planned, plan.genes)
    tests = replace(register.tests, rotations=settings.rotations)
    keys = itertools.product(register.confirmatory, sorted(settings.animals), multiples)
    counted = {key: dict.fromkeys(VERDICTS.values(), 0) for key in keys}
    unknown = unknown_claims(plan)
    started = said = time.monotonic()
    for draw in range(settings.draws):
        for true, untrue, counts in _draw(plan, settings, changes, np.random.default_rng([tests.seed, draw])):
            for n in settings.animals:
                data = _data(plan, counts, n, tests)
                for name, verdict in decide_draw(register, data, Model((), plan.min_count)).items():
                    multiple = untrue if register.claims[name].margins else true
                    counted[name, n, multiple][Verdict.NOT_TESTABLE if name in unknown else verdict] += 1
        now = time.monotonic()
        if now - said > _SECONDS:
            said, left = now, (now - started) * (settings.draws - draw - 1) / (draw + 1)
            progress.info("power: %d of %d studies of each kind, %.0f s left", draw + 1, settings.draws, left)
    rows = [
        (
            name,
            n,
            multiple,
            _true_effect(register.claims[name], multiple),
            *(counts[verdict] / settings.draws for verdict in VERDICTS.values()),
            _standard_error(counts[Verdict.SUPPORTED], settings.draws),
            settings.draws,
        )
        for (name, n, multiple), counts in counted.items()
    ]
    return pd.DataFrame(rows, columns=list(POWER_COLUMNS))


def animals_needed(power: pd.DataFrame, register: Register) -> pd.DataFrame:
    """Look up how many animals in each group it takes to support what is true with the power of the register.

    Args:
        power: from `map_power`.
        register: the claims register.

    Returns:
        A row a claim and multiple that makes it true, columns NEEDED_COLUMNS; animals is the smallest number of the map from which
        on every larger one has that power, or says that there is none.
    """
    rows = []
    for (name, multiple), part in power.groupby(["claim", "multiple"], sort=False):
        if (multiple == 0) != (register.claims[str(name)].margins is not None):
            continue
        largest_first = part.sort_values("n", ascending=False)
        enough = largest_first[(largest_first["supported"] >= register.tests.power).cummin()]
        animals = str(enough["n"].min()) if len(enough) else f"more than {part['n'].max()}"
        rows.append(
            (name, multiple, part["true_effect"].iloc[0], NOT_KNOWN if part["not_testable"].eq(1).all() else animals)
        )
    return pd.DataFrame(rows, columns=list(NEEDED_COLUMNS))


def decide_draw(register: Register, data: Data, model: Model) -> dict[str, Verdict]:
    """Give the verdict of the primary analysis alone on every confirmatory claim; arguments are those of `conclude_draw`."""
    decided = decide_alone(register, conclude_draw(register, data, model))
    return {name: decision.verdict for name, decision in decided.items()}


def conclude_draw(register: Register, data: Data, model: Model) -> Conclusions:
    """Say what the primary analysis finds for every confirmatory claim; single genes by the moderated t-test.

    Args:
        register: the claims register.
        data: a drawn study; `planned` holds the runs that decide or control.
        model: of the primary analysis.
    """
    return Measurements(register, data, moderated=True).analyse(Specification(PRIMARY, "", model))


def planted_changes(register: Register, planned: pd.DataFrame, genes: pd.DataFrame) -> pd.DataFrame:
    """Spread the effects of claims over their genes: the smallest changes (least squares) by which each has its size.

    Of alternative models of single genes the first is planted; of claims without a direction, a rise. Controls of a claim stay.

    Args:
        register, planned, genes: as in `Plan`.

    Returns:
        By gene id, log2 changes of one multiple: `claimed` of claims that something changes, `excluded` of those that nothing does.
    """
    rows: list[tuple[pd.Series, float, float]] = []
    for name in register.confirmatory:
        claim = register.claims[name]
        size = (-claim.direction if claim.margins else claim.direction) or 1
        claimed, excluded = (0.0, claim.threshold * size) if claim.margins else (claim.threshold * size, 0.0)
        runs = _runs(claim, planned, DECIDING)
        if len(runs) >= claim.at_least:
            rows += [(weights, claimed, excluded) for weights in runs]
        rows += [(weights, 0.0, 0.0) for weights in _runs(claim, planned, CONTROL)]
        own = [gene for gene in claim.genes if gene.role == DECIDING]
        for gene in own:
            if gene.model == own[0].model:
                turn = gene.direction if gene.model else 1
                rows.append((pd.Series({gene.gene_id: 1.0}), turn * claimed, excluded))
    matrix = np.zeros((len(rows), len(genes)))
    for row, (weights, _, _) in enumerate(rows):
        known = weights[weights.index.isin(genes.index)]
        matrix[row, genes.index.get_indexer(known.index)] = known / max(1, len(known))
    found = np.round(np.linalg.lstsq(matrix, np.array([sizes for _, *sizes in rows]).reshape(-1, 2), rcond=None)[0], 6)
    return pd.DataFrame(found, index=genes.index, columns=["claimed", "excluded"])


def decided_runs(planned: pd.DataFrame) -> pd.DataFrame:
    """Keep of `resolve.planned_sets` the runs that decide a claim or control for it, in the claim's variant."""
    return planned[planned["role"].isin([DECIDING, CONTROL]) & planned["primary"] & (planned["weight"] != 0)]


def unknown_claims(plan: Plan) -> set[str]:
    """Name the claims that cannot be drawn: the collection lacks sources, which are fetched with the data, or the reference genes.

    It must have the share of a claim's genes, run by run, that a study must express.
    """
    register = plan.register
    unknown: set[str] = set()
    for name in sorted(register.confirmatory, key=lambda name: bool(register.claims[name].members)):
        claim = register.claims[name]
        runs = _runs(claim, plan.planned, DECIDING)
        own = [gene.gene_id for gene in claim.genes if gene.role == DECIDING]
        groups = [*runs, *_runs(claim, plan.planned, CONTROL), *([pd.Series(1.0, index=own)] if own else [])]
        there = all(run.index.isin(plan.genes.index).mean() >= register.rules.share_detected for run in groups)
        has_sources = len(runs) >= claim.at_least or claim.kind != "multi_source"
        if not (there and has_sources) or unknown & set(claim.members):
            unknown.add(name)
    return unknown


def _runs(claim: Claim, planned: pd.DataFrame, role: str) -> list[pd.Series]:
    """List the weights by gene of a claim's runs."""
    own = planned[(planned["claim"] == claim.id) & (planned["role"] == role)]
    return [run.set_index("gene_id")["weight"].astype(float) for _, run in own.groupby("run", sort=False)]


def _draw(
    plan: Plan, settings: Settings, changes: pd.DataFrame, rng: np.random.Generator
) -> Iterator[tuple[float, float, pd.DataFrame]]:
    """Draw the largest groups once, and give their counts at every multiple, of claims of change and of claims of none.

    Smaller groups are the first animals of these.
    """
    n = max(settings.animals)
    levels = plan.genes["log2_cpm"].to_numpy()[:, None] + draw_deviations(plan.genes, 2 * n, 1.0, rng)
    sizes = settings.million_counts * 1e6 * 2 ** rng.normal(0, settings.library_log2_sd, 2 * n)
    of_test = np.repeat([0.0, 1.0], n)
    multiples = settings.effects
    for true, untrue in zip(multiples, multiples[::-1], strict=True):
        change = true * changes["claimed"].to_numpy() + untrue * changes["excluded"].to_numpy()
        counts = draw_counts(levels + change[:, None] * of_test, sizes, rng)
        yield (
            true,
            untrue,
            pd.DataFrame(counts, index=plan.genes.index, columns=[*_names(REFERENCE, n), *_names(TEST, n)]),
        )


def _names(group: str, n: int) -> list[str]:
    return [f"{group} {number}" for number in range(n)]


def _data(plan: Plan, counts: pd.DataFrame, n: int, tests: Tests) -> Data:
    """Take the first animals of both groups, and score the panels where enough animals are there for a model to use them."""
    names = [*_names(REFERENCE, n), *_names(TEST, n)]
    samples = pd.DataFrame({"sample": names, "condition": [REFERENCE] * n + [TEST] * n})
    own = counts[names]
    scores = pd.DataFrame(index=names)
    if plan.panels and n >= plan.register.tests.score_animals:
        scores = _scores(plan, own, samples)
    return Data(
        counts=own,
        samples=samples,
        design=Design(TEST, REFERENCE),
        composition_genes=plan.composition_genes,
        panels=scores,
        panel_levels=pd.DataFrame(index=names),
        set_genes={},
        reference=pd.DataFrame(),
        planned=plan.planned,
        gene_ids=plan.gene_ids,
        tests=tests,
        detected_counts=plan.register.rules.detected_counts,
    )


def _scores(plan: Plan, counts: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    """Score the panels as the phase of quality does; samples x panels."""
    tested = filter_genes(counts, samples, min_count=plan.min_count, keep=set())
    factors = estimate_size_factors(tested, plan.composition_genes).set_index("sample")["size_factor"]
    shown = counts.loc[counts.index.isin(sorted(frozenset().union(*plan.panels.values())))]
    others = (counts.sum() - shown.sum()).to_frame("other genes").T  # whose sum alone counts
    levels = log2_cpm(pd.concat([shown, others]), factors).drop("other genes")
    conditions = samples.set_index("sample")["condition"]
    detected = detected_genes(levels, plan.panels, conditions, min_level=plan.min_level)
    scores = score_panels(levels, detected, min_genes=plan.min_genes)
    return scores.pivot(index="sample", columns="panel", values="score").reindex(samples["sample"])


def _true_effect(claim: Claim, multiple: float) -> float:
    """Give the planted effect in log2 test / reference; NaN where members or several sources decide."""
    if claim.members or claim.kind == "multi_source":
        return NAN
    size = (-claim.direction if claim.margins else claim.direction) or 1
    return size * claim.threshold * multiple + 0.0  # no minus before a zero


def _standard_error(found: int, draws: int) -> float:
    share = (found + 1) / (draws + 2)
    return float(np.sqrt(share * (1 - share) / draws))
