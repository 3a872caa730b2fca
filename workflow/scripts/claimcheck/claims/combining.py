"""One p-value a claim: several sources or models combined by their rule."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.model import GeneTest
from claimcheck.core.estimates import NAN, Estimate, Sides, hull


def partial_conjunction(p_values: ArrayLike, at_least: int) -> float:
    """Test that at least k of m hypotheses are false: (m - k + 1) times the k-th smallest p (Benjamini and Heller 2008).

    It holds under any dependence between the tests, as between sources that share genes.

    Args:
        p_values: (m,); NaN = not tested, left out of m.
        at_least: k.

    Returns:
        NaN if fewer than k were tested.
    """
    p = np.asarray(p_values, dtype=np.float64)
    p = np.sort(p[~np.isnan(p)])
    if len(p) < at_least:
        return NAN
    return float(min(1.0, (len(p) - at_least + 1) * p[at_least - 1]))


def largest(*p_values: float) -> float:
    """Return the largest of numbers, NaN if one is missing."""
    return float(np.max(p_values))


def combine_sources(sources: Sequence[Conclusion], *, at_least: int, direction: int) -> Conclusion:
    """Combine sets from several sources: at least k of m must move the same way.

    Args:
        sources: what each concludes; one of nothing could not be tested.
        at_least: k.
        direction: +1, -1, or 0 for either.

    Returns:
        Judged is the source with the k-th largest effect in the direction (of the two directions, that in which it is larger), so
        that k sources have at least this effect; the estimate is of the source with the k-th smallest p-value. Bounds span all m
        sources and are NaN if one could not be tested.
    """
    tested = [one for one in sources if not np.isnan([one.judged.effect, one.p.up, one.p.down]).any()]
    bounds = hull([one.bounds for one in sources])
    if len(tested) < at_least:
        return Conclusion(bounds=bounds)
    up, down = (partial_conjunction([one.p.towards(sign) for one in tested], at_least) for sign in (1, -1))

    def ranked(sign: int) -> list[Conclusion]:
        return sorted(tested, key=lambda one: -sign * one.judged.effect)

    kth_up, kth_down = (ranked(sign)[at_least - 1].judged.effect for sign in (1, -1))
    sign = direction or (1 if kth_up >= -kth_down else -1)
    judged = ranked(sign)[at_least - 1].judged
    shown = direction or (1 if up < down else -1 if down < up else sign)
    estimate = sorted(ranked(shown), key=lambda one: one.p.towards(shown))[at_least - 1].estimate
    p = Sides(up, down, min(1.0, 2 * min(up, down)))
    opposite = p.towards(-direction) if direction else NAN
    smaller = largest(*(one.p_smaller for one in sources))
    return Conclusion(estimate, judged, bounds, p.towards(direction), opposite, smaller, NAN, p, judged.mde)


def combine_models(genes: Sequence[tuple[GeneTest, Estimate]], test: str) -> Conclusion:
    """Combine alternative models: every gene of a model must move as it says, and the better model counts.

    Within a model the largest p-value counts (intersection-union test; Berger 1982, Technometrics 24:295), between models the
    smallest times their number.

    Args:
        genes: of all models, with what is estimated of each.
        test: whose p-values count.

    Returns:
        Of the better model, in its direction (positive = as the model says): judged is the gene that moves least, the estimate that
        of the gene with the largest p-value. Bounds span all genes as they were measured. A model with a gene that could not be
        tested does not count.
    """
    models: dict[str, list[Estimate]] = {}
    for gene, estimate in genes:
        named = replace(estimate, of=gene.of_model)
        models.setdefault(gene.model, []).append(named.turned(gene.direction))
    p_values = {name: largest(*(one.p[test].up for one in own)) for name, own in models.items()}
    complete = [name for name, p in p_values.items() if not np.isnan([p, *(one.effect for one in models[name])]).any()]
    found = Conclusion(
        bounds=hull([estimate.ci90 for _, estimate in genes]),
        mde=largest(*(estimate.mde for _, estimate in genes)),
        n_genes=None,
        share_detected=NAN,
        test=test,
    )
    if not complete:
        return found
    best = min(complete, key=p_values.__getitem__)
    own = sorted(models[best], key=lambda one: one.effect)
    p = min(1.0, len(models) * p_values[best])
    return replace(
        found,
        estimate=max(own, key=lambda one: one.p[test].up),
        judged=own[0],
        p_predicted=p,
        p=Sides(up=p),
        mde=largest(*(one.mde for one in own)),
        model=best,
    )
