"""How much of an effect can something else explain: other cells, age or region, handling, degradation.

A panel tells of the other explanation. Its difference between the groups, times the slope with which the claim's genes follow it,
is what it explains; the effect without that is what is left. As far as chance makes the difference, the slope is that between the
animals within the groups, drawn towards what was expected before (an analysis of covariance with a normal prior on the slope;
Gelman et al., Bayesian Data Analysis, 3rd ed., section 14.8). What goes beyond chance has a cause that is not seen within the
groups, so that their slope says nothing of it: there the slope is as uncertain as it was before the data.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from claimcheck.claims.evidence import Conclusion, Decision, Evidence, Explanation
from claimcheck.claims.model import CONTROL, DECIDING, THREE_PRIME_BIAS, Claim, Register, Veto
from claimcheck.claims.tests import SET_TESTS, Data
from claimcheck.claims.verdicts import TAKEN, stands
from claimcheck.core.distributions import student_sf
from claimcheck.core.errors import StudyError
from claimcheck.core.estimates import NAN, Estimate, Sides, read_estimates
from claimcheck.gene_sets.comparison import Comparison, make_comparison, run_tests
from claimcheck.gene_sets.tests.limma import Floats, project
from claimcheck.gene_sets.tests.weights import weigh_sets

CHANCE_DRAWS = 2000
"""Of differences between groups that are alike."""
_DOUBLING = 1.0
"""log2 change of a panel in the reference from which on it tells how much of the other tissue there is."""
_LEAST_DIFFERENCE = 1e-3
"""log2; the slope at no difference is taken at this one."""

Object = tuple[Estimate, Sides, "pd.Series[float]"]
"""An effect, its p-values by the test that decides, and the signed weights of the genes whose mean it is of, by gene id."""


@dataclass(frozen=True, eq=False)
class Mover:
    """What may move along with genes: a panel, or a set.

    Attributes:
        name: of the panel or set.
        difference: of its log2 level, test - reference, covariates apart.
        within: float64, (residual df,), what varies within the groups, in the coordinates of `limma.project`.
        p_value: of the difference, two-sided t-test.
    """

    name: str
    difference: float
    within: Floats
    p_value: float


def make_mover(name: str, level: Floats, design_matrix: Floats) -> Mover:
    """Take a level (samples,) apart into its difference between the groups and its variation within them."""
    effects, scale = project(level[None, :], design_matrix)
    own, within = float(effects[0, 0]), effects[0, 1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = own / np.sqrt(np.mean(within**2))
    return Mover(name, own * scale, within, float(2 * student_sf(abs(t), len(within))))


def explain(
    effect: Estimate,
    p: Sides,
    values: Floats,
    mover: Mover,
    design_matrix: Floats,
    *,
    veto: str,
    prior: tuple[float, float],
) -> Explanation:
    """Learn how what an effect is of follows a mover.

    Args:
        effect: the estimate.
        p: of the effect, by the test that decides.
        values: float64, (samples,), what it is the effect of.
        mover: the panel or set.
        design_matrix: samples x coefficients, the condition last.
        veto: name of the explanation.
        prior: mean and standard deviation of the slope before the data, which a difference beyond those within the groups keeps.
    """
    projected, scale = project(values[None, :], design_matrix)
    own, along = projected[0, 1:], mover.within
    mean, sd = prior
    xx, xy, yy = float(along @ along), float(along @ own), float(own @ own)
    df = len(own) - 1
    slope, slope_se = mean, sd
    if df > 0 and xx > 0 and yy > 0:
        squares = yy - xy**2 / xx
        for _ in range(2):  # the variance that is left depends on the slope, which depends little on it
            share = squares / df / (yy / len(own))
            variance = max(share * (effect.se / scale) ** 2, float(np.finfo(float).tiny))
            precision = 1 / sd**2 + xx / variance
            slope, slope_se = (mean / sd**2 + xy / variance) / precision, precision**-0.5
            squares = max(yy - 2 * slope * xy + slope**2 * xx, 0.0)
    return Explanation(
        veto, mover.name, mover.difference, mover.p_value, effect, p, slope, slope_se, mean, sd, along, scale
    )


def mixed(ratio: Floats, of_panel: float, difference: float) -> Floats:
    """Give the log2 change of genes where another tissue alone makes a panel differ.

    The group in which the panel is lower is taken to be as free of the other tissue as the reference's. The other one is a mixture:
    where its panel is 2^|difference| times as high, the share of the other tissue follows, and with it the level of every gene.

    Args:
        ratio: float64, (genes,), log2 of the level with the other tissue over that without it.
        of_panel: the same of the panel.
        difference: log2, of the panel between the groups.
    """
    share = min((2 ** abs(difference) - 1) / (2**of_panel - 1), 1.0)
    return np.asarray(np.sign(difference) * np.log2(1 + share * (2**ratio - 1)))


@dataclass(frozen=True)
class Explainer:
    """Asks the panels of vetoes what they explain in the primary model; a panel that was not measured is absent."""

    register: Register
    data: Data
    comparison: Comparison
    panels: Mapping[str, Mover]

    def explanations(self, claim: Claim, found: Conclusion) -> tuple[Explanation, ...]:
        """Ask every panel of every veto of a claim about the effects that the claim rests on."""
        return tuple(
            self._explain(veto.name, self.panels[name], one, self._prior(veto, self.panels[name], one))
            for veto in (self.register.vetoes[name] for name in claim.vetoes)
            for name in veto.panels
            if name in self.panels and name not in claim.covariate
            for one in rests_on(claim, found, self.data.planned, self.comparison.counts.index)
        )

    def beyond(self, claim: Claim, found: Conclusion) -> tuple[Estimate, ...]:
        """Estimate the claim's set beside the one that moves along, and that one beside it; nothing without measured genes.

        The score of the other set is a covariate of the model, and the rotation test is made in it.
        """
        if not claim.beyond:
            return ()
        for effect, _, weights in rests_on(claim, found, self.data.planned, self.comparison.counts.index):
            genes = self._measured(self.data.set_genes[claim.beyond.of_set]).difference(weights.index)
            if len(genes):
                one, other = (effect.of, weights), (claim.beyond.of_set, pd.Series(1.0, genes))
                return tuple(self._beside(*pair) for pair in ((one, other), (other, one)))
        return ()

    def _beside(self, one: tuple[str, "pd.Series[float]"], other: tuple[str, "pd.Series[float]"]) -> Estimate:
        matrix, tests = self.comparison.design_matrix, self.data.tests
        score = self._level(other[1])
        beside = np.column_stack([matrix[:, :-1], score - score.mean(), matrix[:, -1]])
        if np.linalg.matrix_rank(beside) < beside.shape[1] or len(beside) <= beside.shape[1]:
            return Estimate(one[0])
        comparison = make_comparison(
            self.comparison.counts, self.comparison.size_factors, beside, self.comparison.groups
        )
        members = one[1].rename_axis("gene_id").rename("weight").reset_index().assign(set=one[0])
        tested = run_tests(
            comparison,
            weigh_sets(members, [one[0]], list(comparison.counts.index)),
            seed=tests.seed,
            n_rotations=tests.rotations,
            least_correlation=tests.least_correlation,
            levels=tests.levels,
        )
        return read_estimates(tested, [one[0]], SET_TESTS)[0]

    def _explain(self, veto: str, mover: Mover, one: Object, prior: tuple[float, float]) -> Explanation:
        effect, p, weights = one
        return explain(effect, p, self._level(weights), mover, self.comparison.design_matrix, veto=veto, prior=prior)

    def _prior(self, veto: Veto, mover: Mover, one: Object) -> tuple[float, float]:
        """Give the mean and standard deviation of a slope before the data."""
        genes = one[2].index
        sd = veto.slope_gene if len(genes) == 1 else veto.slope_signed_set if (one[2] < 0).any() else veto.slope_set
        if not veto.reference or veto.reference not in self.data.reference:
            return 0.0, sd
        ratio = self.data.reference[veto.reference]
        of_panel = float(ratio.reindex(list(self.data.set_genes[mover.name])).mean())
        own = ratio.reindex(genes)
        if not of_panel >= _DOUBLING or own.isna().all():
            return 0.0, sd
        difference = mover.difference if abs(mover.difference) > _LEAST_DIFFERENCE else _LEAST_DIFFERENCE
        change = pd.Series(mixed(own.to_numpy(dtype=float), of_panel, difference), genes)
        return float((change * one[2]).mean()) / difference, sd

    def _measured(self, genes: Iterable[str]) -> "pd.Index[str]":
        index = self.comparison.counts.index
        return index[index.isin(list(genes))]

    def _level(self, weights: "pd.Series[float]") -> Floats:
        """Average the signed log2 levels of genes; (samples,)."""
        values = self.comparison.values[self.comparison.counts.index.get_indexer(weights.index)]
        return np.asarray(weights.to_numpy() @ values / len(weights))


def make_explainer(register: Register, data: Data, comparison: Comparison) -> Explainer:
    """Measure the panels of all vetoes in a model.

    Raises:
        StudyError: a panel is not among those of the study.
    """
    panels = {}
    for veto in register.vetoes.values():
        for name in veto.panels:
            if name not in data.panel_levels and name != THREE_PRIME_BIAS:
                raise StudyError(
                    f"the veto {veto.name} looks at {name}, whose level was not measured",
                    where="results/quality/composition.tsv",
                    expected="a row for every panel of a veto",
                    remedy=f"add {name} to quality.panels in config/config.yaml",
                )
            level = data.panel_levels.get(name)
            if level is not None and level.notna().all() and level.nunique() > 1:
                of_samples = level.loc[comparison.counts.columns].to_numpy(dtype=float)
                panels[name] = make_mover(name, of_samples, comparison.design_matrix)
    return Explainer(register, data, comparison, panels)


def chance_of_loss(evidence: Evidence, decision: Decision, register: Register) -> float:
    """Compute in how many studies like this, with groups alike in every panel, the vetoes of a claim would take its verdict.

    Differences of the panels are drawn from their variation and correlation within the groups, the effect and the slopes are as
    they are found.

    Returns:
        0 to 1; NaN of a verdict that no veto can take.
    """
    explanations = evidence.explanations
    if not explanations or decision.verdict not in TAKEN:
        return NAN
    df = len(explanations[0].within)
    drawn = np.random.default_rng(register.tests.seed).normal(0, df**-0.5, (CHANCE_DRAWS, df))
    lost = np.zeros(CHANCE_DRAWS, dtype=bool)
    for one in explanations:
        difference = one.unscaled_se * (drawn @ one.within)
        lost |= ~stands(evidence.claim, decision, one, register.rules, difference)
    return float(lost.mean())


def rests_on(claim: Claim, found: Conclusion, planned: pd.DataFrame, measured: "pd.Index[str]") -> Iterator[Object]:
    """List the effects that a conclusion rests on: of controls each, else the one that is judged; of members none of its own.

    Args:
        claim: from the register.
        found: what is concluded of it.
        planned: from `resolve.planned_sets`.
        measured: gene ids of the comparison; others have no weight.
    """
    for estimate in found.controls or (found.judged,):
        weights = _weights(claim, estimate.of, planned)
        weights = weights[weights.index.isin(measured)]
        if len(weights) and not np.isnan(estimate.effect):
            yield estimate, found.p, weights


def _weights(claim: Claim, of: str, planned: pd.DataFrame) -> "pd.Series[float]":
    """Weigh the genes of the test of a claim that an estimate names."""
    genes = {gene.symbol: (gene.gene_id, 1) for gene in claim.genes if gene.role == DECIDING and not gene.model}
    genes |= {gene.of_model: (gene.gene_id, gene.direction) for gene in claim.genes if gene.model}
    if of in genes:
        gene, sign = genes[of]
        return pd.Series({gene: float(sign)})
    runs = {test.name: test for test in claim.sets if test.role in (DECIDING, CONTROL)}
    if of not in runs:
        return pd.Series(dtype=float)
    test = runs[of]
    own = planned[planned["claim"] == claim.id]
    own = own[
        (own["role"] == test.role) & (own["run"] == test.run) & (own["variant"] == claim.variant) & (own["weight"] != 0)
    ]
    return own.set_index("gene_id")["weight"].astype(float)
