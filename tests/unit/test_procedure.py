"""Claims share the level as the register says, and all together err in at most that share of studies."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.graph import adjust, make_graph
from claimcheck.claims.model import change_of
from claimcheck.claims.procedure import adjust_claims, levels_alone
from claimcheck.claims.register import equal_shares
from support.own import REGISTER, REGISTER_AS_DATA

NAN = float("nan")
GRAPH = REGISTER.procedure


def found(register=REGISTER, **p):
    """What is concluded of every claim: p-values of 1, or those given in the predicted direction."""
    every = {name: Conclusion(p_predicted=1.0, p_opposite=1.0, p_smaller=1.0) for name in register.confirmatory}
    return every | {name: replace(every[name], p_predicted=value) for name, value in p.items()}


def adjusted(register=REGISTER, **p):
    return adjust_claims(register, found(register, **p))


def test_a_claim_with_members_has_the_larger_of_their_adjusted_p_values():
    both = adjusted(C11=1e-4, C12=2e-3)
    assert both["C13"].p_predicted == max(both["C11"].p_predicted, both["C12"].p_predicted)
    assert both["C13"].p_predicted < 0.05
    assert not both["C13"].outside
    missing = found(C11=1e-4)
    del missing["C12"]
    assert np.isnan(adjust_claims(REGISTER, missing)["C13"].p_predicted)


def test_only_a_claim_without_a_node_lies_outside_and_keeps_its_p_value():
    every = adjusted(C05=0.03)
    assert {name for name, one in every.items() if one.outside} == {"C05"}
    assert every["C05"].p_predicted == 0.03


def test_a_first_claim_is_tested_at_its_weight_and_one_that_is_not_tested_passes_its_share_on():
    assert adjusted(C12=0.006)["C12"].p_predicted == pytest.approx(0.006 / 0.15)
    untested = found(C12=0.006)
    del untested["C11"]
    passed_on = 0.15 + 0.5 * 0.15
    assert adjust_claims(REGISTER, untested)["C12"].p_predicted == pytest.approx(0.006 / passed_on)
    assert adjusted(C12=0.006, C11=NAN)["C12"].p_predicted == pytest.approx(0.006 / passed_on)


def test_an_established_claim_passes_its_share_along_its_edges():
    assert adjusted(C14=1e-6, C15=0.004)["C15"].p_predicted == pytest.approx(0.004 / (0.5 * 0.20))
    assert adjusted(C14=0.9, C15=0.004)["C15"].p_predicted == 1.0


def test_a_change_beyond_what_is_kept_is_tested_only_after_the_claim_itself():
    def changes(p, p_changed, c02):
        given = found(C02=c02, C08=p)
        given["C08"] = replace(given["C08"], p_changed=p_changed)
        return adjust_claims(REGISTER, given)["C08"]

    assert changes(0.9, 1e-9, 1e-9).p_changed == 1.0
    reached = changes(1e-4, 1e-3, 1e-9)  # C02 leaves a tenth of a quarter, of which half goes on
    assert reached.p_predicted == pytest.approx(1e-4 / 0.025)
    assert reached.p_changed == pytest.approx(1e-3 / 0.0125)
    assert changes(1e-4, NAN, 1e-9).p_changed != changes(1e-4, NAN, 1e-9).p_changed  # NaN
    rng = np.random.default_rng(4)
    for _ in range(50):
        c02, p, p_changed = rng.uniform(0, 0.02, 3) ** 2
        one = changes(p, p_changed, c02)
        assert one.p_changed >= one.p_predicted


def test_what_speaks_against_claims_has_a_level_of_its_own():
    given = found(C11=1e-9)
    given["C12"] = replace(given["C12"], p_opposite=0.006, p_smaller=0.003)
    one = adjust_claims(REGISTER, given)["C12"]
    assert one.p_opposite == pytest.approx(0.006 / 0.15)
    assert one.p_smaller == pytest.approx(0.003 / 0.15)


@pytest.mark.parametrize("seed", range(3))
def test_a_claim_is_established_if_its_p_value_lies_within_the_level_that_it_is_tested_at(seed):
    rng = np.random.default_rng(seed)
    p = dict(zip(REGISTER.confirmatory, rng.uniform(0, 0.2, len(REGISTER.confirmatory)) ** 2, strict=True))
    given = found(**p)
    levels, every = levels_alone(REGISTER, given), adjust_claims(REGISTER, given)
    assert set(levels) == set(GRAPH.nodes) - {change_of("C08")}
    for name, level in levels.items():
        assert (p[name] <= level) == (every[name].p_predicted <= REGISTER.rules.alpha)


def test_a_register_without_a_procedure_has_holm_s():
    graph = make_graph(*equal_shares(REGISTER_AS_DATA["claims"]).values())
    holm = replace(REGISTER, procedure=graph)
    n = len(graph.nodes) - 1  # without the change of C08
    every = adjusted(holm, C11=0.001, C12=0.002)
    assert every["C11"].p_predicted == pytest.approx(0.001 * n)
    assert every["C12"].p_predicted == pytest.approx(0.002 * (n - 1))
    assert not every["C05"].outside
    assert equal_shares([REGISTER_AS_DATA["claims"][2]]) == {"weights": {"C01": 1.0}, "edges": {}}


def test_without_a_procedure_a_change_beyond_what_is_kept_is_tested_after_that():
    claims = REGISTER_AS_DATA["claims"]
    holm = replace(REGISTER, procedure=make_graph(*equal_shares(claims).values()))
    n = len(holm.procedure.nodes) - 1

    def asked(p, changed):
        given = found(holm, C08=p)
        return adjust_claims(holm, given | {"C08": replace(given["C08"], p_changed=changed)})["C08"]

    kept, lost = asked(0.001, 0.002), asked(0.2, 0.002)
    assert (kept.p_predicted, kept.p_changed) == (pytest.approx(0.001 * n), pytest.approx(0.004 * n))
    assert lost.p_changed >= lost.p_predicted == 1
    alone = next(claim for claim in claims if claim["id"] == "C08")
    assert equal_shares([alone]) == {
        "weights": {"C08": 1.0, "C08_changed": 0.0},
        "edges": {"C08": {"C08_changed": 1.0}},
    }


@pytest.mark.parametrize(
    "true",
    [
        pytest.param((), id="nothing"),
        pytest.param(("C11", "C12", "C14"), id="Wnt"),
        pytest.param(("C02", "C04", "C08"), id="ferroptosis"),
        pytest.param(tuple(node for node in GRAPH.nodes if node != "C17"), id="all but one"),
    ],
)
def test_whatever_is_true_a_false_claim_is_established_in_at_most_one_study_in_twenty(true):
    rng = np.random.default_rng(len(true))
    n = 1000
    shared = rng.standard_normal((n, 1)) * np.sqrt(0.5)
    z = shared + rng.standard_normal((n, len(GRAPH.nodes))) * np.sqrt(0.5)
    z += np.where(np.isin(GRAPH.nodes, true), 3.0, 0.0)
    wrong = [bool((adjust(GRAPH, p)[~np.isin(GRAPH.nodes, true)] <= 0.05).any()) for p in norm.sf(z)]
    assert np.mean(wrong) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / n)
