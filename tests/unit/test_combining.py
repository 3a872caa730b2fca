"""Several sources, or several models of single genes, come down to one p-value, and to the object that it is of."""

from dataclasses import replace

import numpy as np
import pytest

from claimcheck.claims.combining import combine_models, combine_sources, partial_conjunction
from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.model import GeneTest
from claimcheck.core.estimates import NAN, Estimate, Sides


def test_a_partial_conjunction_is_not_the_smallest_p():
    assert partial_conjunction([0.001, 0.5, 0.6, 0.7], 2) == 1.0
    assert partial_conjunction([0.001, 0.002, 0.6, 0.7], 2) == pytest.approx(0.006)
    assert partial_conjunction([0.001, 0.002], 2) == pytest.approx(0.002)
    assert np.isnan(partial_conjunction([0.001, NAN, NAN], 2))


def sources(*effects, p_up=0.001):
    """Sources with these effects, NaN = not tested; those that rise have `p_up`, others one minus that."""

    def source(name, effect):
        up = p_up if effect > 0 else 1 - p_up
        one = Estimate(name, effect, ci90=(effect - 0.08, effect + 0.08), mde=0.2)
        return Conclusion() if np.isnan(effect) else Conclusion(one, one, one.ci90, p=Sides(up, 1 - up))

    return [source(f"S{i}", effect) for i, effect in enumerate(effects)]


def with_p(source, up):
    return replace(source, p=Sides(up, 1 - up))


def test_a_change_is_excluded_by_several_sources_only_if_every_one_excludes_it():
    every = [replace(one, p_smaller=p) for one, p in zip(sources(0.1, 0.05, 0.0), (0.01, 0.03, 0.02), strict=True)]
    assert combine_sources(every, at_least=2, direction=1).p_smaller == 0.03
    missing = [*every, Conclusion()]
    assert np.isnan(combine_sources(missing, at_least=2, direction=1).p_smaller)


def test_two_of_four_sources_carry_a_claim_and_one_does_not():
    found = combine_sources(sources(0.5, 0.05, 0.3, -0.2), at_least=2, direction=0)
    assert (found.judged.effect, found.judged.of, found.estimate) == (0.3, "S2", found.judged)
    assert found.p_predicted == pytest.approx(2 * 3 * 0.001)
    assert found.bounds == pytest.approx((-0.28, 0.58))
    assert (found.estimate.ci90, found.mde) == (pytest.approx((0.22, 0.38)), 0.2)
    alone = combine_sources(sources(0.5, -0.01, -0.01, -0.01), at_least=2, direction=0)
    assert abs(alone.judged.effect) < 0.2
    down = combine_sources(sources(-0.5, -0.3, 0.1), at_least=2, direction=0)
    assert (down.judged.effect, down.judged.of) == (-0.3, "S1")


@pytest.mark.parametrize("direction", [0, 1])
def test_the_source_that_stands_for_several_is_the_one_whose_p_value_counts(direction):
    first, second, third = sources(0.5, 0.4, 0.3)
    several = [with_p(first, 0.01), with_p(second, 0.03), with_p(third, 0.02)]
    found = combine_sources(several, at_least=2, direction=direction)
    assert (found.judged.of, found.estimate) == ("S1", third.estimate)
    assert found.p.up == pytest.approx(2 * 0.02)
    mirrored = [
        replace(one, judged=one.judged.turned(-1), estimate=one.estimate.turned(-1), p=Sides(one.p.down, one.p.up))
        for one in several
    ]
    turned = combine_sources(mirrored, at_least=2, direction=-direction).estimate
    assert (turned.of, turned.effect) == ("S2", -0.3)


def test_sources_that_are_missing_cannot_pass_nor_be_equivalent():
    found = combine_sources(sources(0.5, NAN, NAN, NAN), at_least=2, direction=0)
    assert np.isnan([found.judged.effect, found.p_predicted, found.estimate.effect, *found.bounds]).all()
    assert found.estimate.of == ""
    both = combine_sources(sources(0.5, 0.4, NAN, NAN), at_least=2, direction=0)
    assert both.judged.effect == 0.4
    assert both.p_predicted == pytest.approx(0.002)
    assert np.isnan(both.bounds).all()


def test_sources_with_a_direction_leave_the_other_to_the_opposite():
    found = combine_sources(sources(-0.5, -0.3, -0.4), at_least=2, direction=1)
    assert found.judged.effect == -0.4
    assert (found.p_predicted, found.p_opposite) == (1.0, pytest.approx(0.002))


def models(effects, p):
    names = [model for model, values in effects.items() for _ in values]
    every = [value for values in effects.values() for value in values]
    found = []
    for model, effect, p_value in zip(names, every, p, strict=True):
        sign = 1 if model == "up" else -1
        sides = Sides(p_value, NAN) if sign > 0 else Sides(NAN, p_value)
        intervals = {"ci95": (effect - 0.2, effect + 0.2), "ci90": (effect - 0.1, effect + 0.1)}
        estimate = Estimate("", effect, **intervals, p={"Wald": sides})
        found.append((GeneTest("", f"gene {effect}", "deciding", sign, model), estimate))
    return found


def test_a_model_is_as_good_as_its_weakest_gene_and_the_better_model_counts():
    given = models({"up": [0.5, 0.4], "down": [-0.9, -0.6, -0.7]}, [0.01, 0.03, 0.001, 0.004, 0.002])
    found = combine_models(given, "Wald")
    assert (found.model, found.judged.effect, found.p_predicted) == ("down", 0.6, 0.008)
    assert (found.estimate.of, found.estimate.effect) == ("gene -0.6 (down)", 0.6)
    assert found.estimate.ci95 == pytest.approx((0.4, 0.8))
    assert found.estimate.ci90 == pytest.approx((0.5, 0.7))
    assert found.bounds == pytest.approx((-1.0, 0.6))


def test_the_gene_that_stands_for_a_model_is_the_one_whose_p_value_counts():
    found = combine_models(models({"down": [-0.9, -0.6, -0.7]}, [0.004, 0.001, 0.002]), "Wald")
    assert (found.judged.of, found.estimate.of) == ("gene -0.6 (down)", "gene -0.9 (down)")
    assert (found.estimate.effect, found.p_predicted) == (0.9, 0.004)


def test_a_model_with_an_untested_gene_does_not_count():
    given = models({"up": [0.5, 0.4], "down": [-0.9, np.nan]}, [0.01, 0.03, 0.001, np.nan])
    assert combine_models(given, "Wald").model == "up"
    untested = combine_models(models({"up": [np.nan]}, [np.nan]), "Wald")
    assert np.isnan(untested.p_predicted)
    assert untested.estimate.of == ""
