"""What else explains an effect is computed with its uncertainty, and a verdict falls only if what is left does not carry it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, ttest_ind

from claimcheck.claims.conclusions import conclude
from claimcheck.claims.evidence import Decision, Verdict
from claimcheck.claims.model import THREE_PRIME_BIAS
from claimcheck.claims.specifications import Model
from claimcheck.claims.tests import compare, measure_sets, moderated_genes, rows_of
from claimcheck.claims.verdicts import decide, differs, stands
from claimcheck.claims.vetoes import chance_of_loss, explain, make_explainer, make_mover, mixed
from claimcheck.core.errors import StudyError
from claimcheck.core.estimates import NAN, Estimate, Sides
from support.evidence import REGISTER, RULES, control, evidence, explanation, members, runs
from support.worlds import NOTHING, plant

SUPPORTED = Decision(Verdict.SUPPORTED, 6, "")


def groups(n):
    """The design matrix of n animals a group."""
    return np.column_stack([np.ones(2 * n), np.repeat([0.0, 1.0], n)])


def compared(values, n):
    """Compare two groups as a t-test does: the estimate, and its p-values."""
    effect = values[n:].mean() - values[:n].mean()
    se = np.sqrt((values[:n].var(ddof=1) + values[n:].var(ddof=1)) / n)
    up = float(ttest_ind(values[n:], values[:n], alternative="greater").pvalue)
    return Estimate("one", effect, se, 2 * n - 2), Sides(up, 1 - up, 2 * min(up, 1 - up))


def explained_by(level, values, n, *, prior=(0.0, 0.25), veto="marrow"):
    matrix = groups(n)
    mover = make_mover(f"QC_{veto}", level, matrix)
    return explain(*compared(values, n), values, mover, matrix, veto=veto, prior=prior)


# how a panel differs, and how genes follow it


def test_a_panel_differs_as_the_t_test_says():
    rng = np.random.default_rng(1)
    level = rng.normal(size=9)
    mover = make_mover("PANEL", level, groups(4)[np.r_[0:4, 4:8, 7]])
    assert mover.difference == pytest.approx(level[4:].mean() - level[:4].mean())
    assert mover.p_value == pytest.approx(ttest_ind(level[4:], level[:4]).pvalue)
    within = np.r_[level[:4] - level[:4].mean(), level[4:] - level[4:].mean()]
    assert mover.within @ mover.within == pytest.approx(within @ within)


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 0.25), (0.4, 0.1), (-0.3, 2.0)])
@pytest.mark.parametrize("n", [3, 6])
def test_the_slope_is_the_posterior_of_the_normal_model(mean, sd, n):
    rng = np.random.default_rng(n)
    level = rng.normal(0, 0.8, 2 * n)
    values = 0.3 * level + rng.normal(0, 0.3, 2 * n)
    one = explained_by(level, values, n, prior=(mean, sd))
    matrix = groups(n)
    x, y = (v - matrix @ np.linalg.lstsq(matrix, v, rcond=None)[0] for v in (level, values))
    variance = (x @ x) / (one.slope_se**-2 - sd**-2)
    assert variance == pytest.approx(np.sum((y - one.slope * x) ** 2) / (2 * n - 3), rel=0.05)
    slopes = np.linspace(mean - 12 * sd, mean + 12 * sd, 200_001)
    log_density = norm.logpdf(slopes, mean, sd)
    for along, own in zip(x, y, strict=True):
        log_density += norm.logpdf(own, slopes * along, np.sqrt(variance))
    density = np.exp(log_density - log_density.max())
    density /= density.sum()
    posterior = density @ slopes
    assert one.slope == pytest.approx(posterior, abs=1e-4)
    assert one.slope_se == pytest.approx(np.sqrt(density @ (slopes - posterior) ** 2), rel=1e-3)


def test_without_variation_within_the_groups_the_slope_stays_what_it_was():
    one = explained_by(np.repeat([0.0, 1.0], 4), np.arange(8.0), 4, prior=(0.2, 0.3))
    assert (one.slope, one.slope_se) == pytest.approx((0.2, 0.3))


def test_what_chance_makes_follows_the_slope_within_the_groups_and_the_rest_what_is_expected():
    one = replace(
        explanation(0.5, 0.0),
        slope=0.4,
        slope_se=0.1,
        expected=-0.2,
        expected_se=0.3,
        within=np.full(6, 0.5),
        unscaled_se=0.7,
    )
    by_chance = 0.7 * 0.5
    explained, se = one.explains(np.array([0.0, by_chance, -by_chance, 100.0]))
    assert explained == pytest.approx([0, 0.4 * by_chance, -0.4 * by_chance, -20.0], abs=0.01)
    assert se == pytest.approx([0, 0.1 * by_chance, 0.1 * by_chance, 30.0], abs=0.01)


@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_genes_change_as_in_a_mixture_of_two_tissues(share):
    bone, marrow = np.array([100.0, 50, 8, 300]), np.array([100.0, 400, 1, 30])
    panel_in_bone, panel_in_marrow = 2.0, 64.0
    mixture = (1 - share) * bone + share * marrow
    difference = np.log2(((1 - share) * panel_in_bone + share * panel_in_marrow) / panel_in_bone)
    found = mixed(np.log2(marrow / bone), np.log2(panel_in_marrow / panel_in_bone), difference)
    assert found == pytest.approx(np.log2(mixture / bone))


def test_the_groups_are_alike_but_for_the_sign_and_no_gene_moves_beyond_the_other_tissue():
    ratio = np.array([0.0, 3.0, 5.0, -2.0])
    assert mixed(ratio, 3.0, -1.0) == pytest.approx(-mixed(ratio, 3.0, 1.0))
    assert mixed(ratio, 3.0, 9.0) == pytest.approx(ratio)
    assert mixed(ratio, 3.0, -9.0) == pytest.approx(-ratio)


# what is left


@pytest.mark.parametrize("p", [1e-6, 0.01, 0.0499, 0.2])
def test_a_panel_that_does_not_differ_leaves_the_deciding_p_value_as_it_is(p):
    for effect in (0.8, -0.8):
        one = explanation(effect, 0.0, p=p, sd=0.0)
        sign = int(np.sign(effect))
        assert one.left_beyond(0.0, sign, p)[0] == pytest.approx(p)
        assert one.left == effect
        level = replace(one, difference=0.0, expected_se=9.0)
        assert level.left_beyond(0.0, sign, p)[0] == pytest.approx(p)


def test_what_is_explained_and_its_uncertainty_raise_the_p_value():
    exact, vague, all_of_it = (explanation(0.8, part, p=1e-4, sd=sd) for part, sd in ((0.2, 0), (0.2, 0.3), (0.8, 0)))
    p = [one.left_beyond(0.0, 1, 1e-4)[0] for one in (exact, vague, all_of_it)]
    assert p[0] == pytest.approx(norm.sf(0.75 * norm.isf(1e-4)))
    assert 1e-4 < p[0] < p[1] < p[2]
    assert p[2] == pytest.approx(0.5)
    assert np.isnan(exact.left_beyond(0.0, 1, NAN)[0])
    assert exact.left_beyond(0.0, 1, 0.7)[0] == 1.0


@pytest.mark.parametrize(
    ("explained", "rule"), [(0.0, 6), (-0.4387, 6), (-0.4388, 5), (-0.9, 5), (-1.8, 5), (0.5, 6), (NAN, 5)]
)
def test_half_of_a_change_must_be_left(explained, rule):
    found = decide(evidence(effect=-0.8775, explanations=(explanation(-0.8775, explained),)), RULES)
    assert found.rule == rule


@pytest.mark.parametrize(("p", "rule"), [(0.0337, 6), (0.0340, 5)])
def test_what_is_left_of_a_change_must_be_significant(p, rule):
    one = explanation(-0.9, -0.09, p=p)  # nine tenths are left: the deviate must be 1.645 / 0.9
    assert decide(evidence(effect=-0.9, explanations=(one,)), RULES).rule == rule


@pytest.mark.parametrize(
    ("p_values", "text"),
    [
        ([0.1], "inconclusive (confounded: muscle)"),
        ([0.1001], "inconclusive (does not hold beside muscle)"),
        ([0.05, 0.9], "inconclusive (confounded: muscle)"),
        ([0.0501, 0.9], "inconclusive (does not hold beside muscle)"),
    ],
)
def test_a_verdict_is_confounded_if_a_panel_differs_beyond_chance_all_panels_together(p_values, text):
    first, *others = p_values
    rest = (replace(explanation(-0.9, 0.0, p_value=p), panel="QC_OTHER", veto="handling") for p in others)
    given = evidence(explanations=(explanation(-0.9, -0.9, p_value=first), *rest))
    assert decide(given, RULES).text == text
    assert [differs(one, given, RULES) for one in given.explanations][1:] == [False] * len(others)


def test_every_explanation_that_takes_the_verdict_is_named_those_that_differ_before_the_others():
    takes = {
        veto: explanation(-0.9, -0.9, veto=veto, p_value=p)
        for veto, p in {"marrow": 0.9, "muscle": 0.001, "age": 0.002, "handling": 0.5}.items()
    }
    three = tuple(takes[name] for name in ("marrow", "muscle", "age"))
    found = decide(evidence(explanations=three), RULES)
    assert found.text == "inconclusive (confounded: muscle, age)"
    assert "it would be supported, but what is left does not carry that" in found.reason
    assert "QC_muscle differs by +1.00 (p = 0.001), which can make -0.90 of -0.90 in one" in found.reason
    both = decide(evidence(explanations=(takes["marrow"], takes["handling"])), RULES)
    assert both.text == "inconclusive (does not hold beside marrow, handling)"


def test_an_explanation_keeps_contradiction_away_too_and_leaves_open_claims_as_they_are():
    other_way = {"effect": 0.9, "p_predicted": 1.0, "p_opposite": 0.01}
    assert decide(evidence(**other_way, explanations=(explanation(0.9, 0.9),)), RULES).rule == 5
    assert decide(evidence(**other_way, explanations=(explanation(0.9, 0.1),)), RULES).rule == 8
    still_open = decide(evidence(p_predicted=0.5, explanations=(explanation(-0.9, -0.9),)), RULES)
    assert (still_open.text, still_open.rule) == ("inconclusive", 11)


WITHIN = {"se": 0.08, "df": 6.0}


@pytest.mark.parametrize(
    ("explained", "text"),
    [
        (0.0, "supported"),
        (0.3, "supported"),
        (-0.55, "inconclusive (does not hold beside muscle)"),
        (0.65, "inconclusive (does not hold beside muscle)"),
    ],
)
def test_a_level_that_is_kept_must_be_kept_beside_the_other_explanation(explained, text):
    one = explanation(0.05, explained, **WITHIN)
    given = evidence("C01", effect=0.05, n_genes=None, presence="present", explanations=(one,))
    assert decide(given, RULES).text == text


@pytest.mark.parametrize(
    ("effect", "explained", "text"),
    [
        (0.02, 0.0, "supported (kept)"),
        (0.02, 0.2, "inconclusive (does not hold beside muscle)"),
        (0.02, -0.5, "supported (kept)"),  # higher still without the panel
        (0.4, 0.1, "supported (higher)"),
        (0.4, 0.39, "inconclusive (does not hold beside muscle)"),
    ],
)
def test_a_programme_that_is_higher_must_stay_higher_and_one_that_is_kept_must_stay_kept(effect, explained, text):
    one = explanation(effect, explained, se=0.04, p=1e-4)
    given = evidence("C08", effect=effect, p_changed=0.01, leave_one_out=runs(0.2), explanations=(one,))
    assert decide(given, RULES).text == text


def test_what_is_not_supported_must_stay_too_small_beside_the_other_explanation():
    small = {"effect": -0.05, "p_predicted": 0.4, "p_smaller": 0.001}
    for explained, text in ((0.0, "not supported"), (0.6, "inconclusive (does not hold beside muscle)")):
        one = explanation(-0.05, explained, **WITHIN)  # a change that the panel hides
        assert decide(evidence(**small, explanations=(one,)), RULES).text == text


def test_a_fall_beyond_the_margin_must_stay_beyond_it():
    fall = {"effect": -0.6, "alone": 0.9, "p_predicted": 0.9, "p_opposite": 0.001, "leave_one_out": runs(-0.6)}
    for explained, rule in ((-0.1, 8), (-0.35, 5)):
        given = evidence("C08", **fall, explanations=(explanation(-0.6, explained, se=0.1),))
        assert decide(given, RULES).rule == rule


def test_controls_that_stay_must_stay_beside_the_other_explanation():
    calm = {"members": members(Verdict.SUPPORTED, Verdict.SUPPORTED), "controls": (control("A", 0.0, (-0.1, 0.1)),)}
    for explained, rule in ((0.05, 6), (0.25, 5)):
        given = evidence("C18", **calm, explanations=(explanation(0.01, explained, se=0.05),))
        assert decide(given, RULES).rule == rule


# planted animals


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_artefact_takes_the_verdict_and_a_true_effect_stands(seed):
    rng = np.random.default_rng(seed)
    n = 5
    marrow = rng.normal(0, 0.5, 2 * n)
    noise = rng.normal(0, 0.08, 2 * n)
    cleaner = marrow - 2 * np.repeat([0.0, 1.0], n)
    artefact = explained_by(cleaner, -0.4 * cleaner + noise, n)
    true = explained_by(marrow, 0.8 * np.repeat([0.0, 1.0], n) + noise - 0.1 * marrow, n)
    for one, text in ((artefact, "inconclusive (confounded: marrow)"), (true, "supported")):
        given = evidence("C14", effect=one.effect.effect, explanations=(one,))
        assert decide(given, RULES).text == text


def test_a_reference_that_knows_what_the_artefact_does_explains_it_all():
    rng = np.random.default_rng(2)
    n = 5
    level = rng.normal(0, 0.2, 2 * n) - 2 * np.repeat([0.0, 1.0], n)
    one = explained_by(level, -0.4 * level + rng.normal(0, 0.05, 2 * n), n, prior=(-0.4, 0.1))
    assert one.effect.effect > 0.6
    assert abs(one.left) < 0.1


@pytest.mark.parametrize("expected_se", [0.1, 0.5])
def test_the_chance_to_lose_a_verdict_is_that_of_studies_with_groups_alike(expected_se):
    within = np.array([0.6, -0.9, 0.4, 0.8, -0.2, 0.5])
    one = replace(
        explanation(-0.9, 0.0, p=0.03),
        slope=0.5,
        slope_se=0.4,
        expected_se=expected_se,
        within=within,
        unscaled_se=0.7,
    )
    given = evidence(explanations=(one,))
    rng = np.random.default_rng(5)
    drawn = rng.normal(0, 0.7 * np.sqrt(np.mean(within**2)), 100_000)
    lost = ~stands(given.claim, SUPPORTED, one, RULES, drawn)
    assert 0.02 < lost.mean() < 0.98
    found = chance_of_loss(given, SUPPORTED, REGISTER)
    assert found == pytest.approx(lost.mean(), abs=0.035)
    twice = replace(given, explanations=(one, one))
    assert chance_of_loss(twice, SUPPORTED, REGISTER) == found
    apart = replace(one, within=np.array([0.9, 0.6, 0.0, 0.0, 0.5, 0.2]) * np.linalg.norm(within) / np.sqrt(1.46))
    more = chance_of_loss(replace(given, explanations=(one, apart)), SUPPORTED, REGISTER)
    assert found < more <= 2 * found + 0.05


def test_no_chance_is_stated_of_a_verdict_that_no_veto_can_take():
    one = explanation(-0.9, -0.9)
    assert np.isnan(chance_of_loss(evidence(), SUPPORTED, REGISTER))
    open_claim = Decision(Verdict.INCONCLUSIVE, 11, "")
    assert np.isnan(chance_of_loss(evidence(explanations=(one,)), open_claim, REGISTER))


# a study


@cache
def study():
    planted = plant(NOTHING, animals=2, rotations=99)
    comparison = compare(planted.data, Model((), 10))
    measured = rows_of(measure_sets(planted.data, comparison), moderated_genes(planted.data, comparison))
    return planted.data, comparison, conclude(REGISTER, measured)


def asked(claim, data=None, register=REGISTER):
    known, comparison, found = study()
    return make_explainer(register, data or known, comparison).explanations(register.claims[claim], found[claim])


def test_every_panel_of_every_veto_is_asked_about_what_the_claim_rests_on():
    of_gene = asked("C11")
    panels = [panel for veto in REGISTER.claims["C11"].vetoes for panel in REGISTER.vetoes[veto].panels]
    assert [one.panel for one in of_gene] == panels
    assert {one.effect.of for one in of_gene} == {"Dkk1"}
    data, comparison, _ = study()
    level = data.panel_levels["QC_MUSCLE"].loc[comparison.counts.columns].to_numpy()
    of_test = comparison.design_matrix[:, -1] == 1
    muscle = next(one for one in of_gene if one.panel == "QC_MUSCLE")
    assert muscle.difference == pytest.approx(level[of_test].mean() - level[~of_test].mean())
    assert (muscle.expected, muscle.expected_se) == (0.0, REGISTER.vetoes["muscle"].slope_gene)


def test_a_set_of_both_signs_follows_panels_by_a_slope_of_its_own():
    veto = REGISTER.vetoes["marrow"]
    of_both, of_one = ({one.expected_se for one in asked(claim) if one.veto == "marrow"} for claim in ("C02", "C15"))
    assert (of_both, of_one) == ({veto.slope_signed_set}, {veto.slope_set})
    assert veto.slope_signed_set < veto.slope_set


def test_genes_that_were_not_measured_have_no_weight():
    data, _, _ = study()
    own = data.planned[(data.planned["claim"] == "C14") & (data.planned["role"] == "deciding")]
    more = own.drop_duplicates(["run", "variant"]).assign(gene_id="ENSMUSG99999999999", weight=-1)
    beside = replace(data, planned=pd.concat([data.planned, more], ignore_index=True))
    slopes = [[(one.panel, one.slope, one.expected_se) for one in asked("C14", given)] for given in (data, beside)]
    assert slopes[0] == slopes[1]


def test_controls_are_asked_about_each_and_a_panel_that_a_claim_adjusts_for_is_not():
    assert {one.effect.of for one in asked("C18")} == {"APOPTOSIS_CTRL", "NECROPTOSIS_PYROPTOSIS_CTRL"}
    assert {one.panel for one in asked("C05")} == {"QC_NEUTROPHIL"}
    assert asked("C13") == ()


def test_a_reference_says_which_slope_is_expected():
    data, _, _ = study()
    marrow = next(one for one in asked("C11") if one.panel == "QC_NEUTROPHIL")
    ratio = data.reference["log2_marrow_over_clean"]
    of_panel = ratio.reindex(list(data.set_genes["QC_NEUTROPHIL"])).mean()
    gene = REGISTER.claims["C11"].genes[0].gene_id
    change = mixed(ratio.loc[[gene]].to_numpy(), of_panel, marrow.difference)[0]
    assert change != 0
    assert marrow.expected * marrow.difference == pytest.approx(change)


def test_the_bias_of_coverage_is_a_panel_where_it_was_measured_and_else_passed_over():
    data, _, _ = study()
    assert THREE_PRIME_BIAS not in {one.panel for one in asked("C14")}
    bias = pd.Series(np.linspace(0, 1, len(data.panel_levels)), data.panel_levels.index)
    measured = replace(data, panel_levels=data.panel_levels.assign(**{THREE_PRIME_BIAS: bias}))
    assert [one.veto for one in asked("C14", measured) if one.panel == THREE_PRIME_BIAS] == ["degradation"]


def test_a_panel_that_was_not_measured_in_every_animal_or_does_not_vary_is_passed_over():
    data, _, _ = study()
    levels = data.panel_levels.copy()
    levels.loc[levels.index[0], "QC_MUSCLE"] = NAN
    levels["QC_PROLIF"] = 5.0
    lost = {one.panel for one in asked("C11")} - {one.panel for one in asked("C11", replace(data, panel_levels=levels))}
    assert lost == {"QC_MUSCLE", "QC_PROLIF"}


def test_a_panel_that_the_study_does_not_measure_is_one_message():
    data, comparison, _ = study()
    fewer = replace(data, panel_levels=data.panel_levels.drop(columns="QC_MUSCLE"))
    with pytest.raises(StudyError, match="the veto muscle looks at QC_MUSCLE, whose level was not measured") as caught:
        make_explainer(REGISTER, fewer, comparison)
    assert "quality.panels" in caught.value.remedy


def test_a_set_is_estimated_beside_the_one_that_moves_along_and_the_other_way_round():
    data, comparison, found = study()
    explainer = make_explainer(REGISTER, data, comparison)
    own, other = explainer.beyond(REGISTER.claims["C14"], found["C14"])
    assert (own.of, other.of) == ("WNT_TARGETS_T1", "OSTEOBLAST")
    assert np.isfinite([own.effect, own.se, own.p["rotation"].up, other.effect]).all()
    assert explainer.beyond(REGISTER.claims["C15"], found["C15"]) == ()
    without = {name: genes for name, genes in data.set_genes.items() if name != "OSTEOBLAST"} | {"OSTEOBLAST": ()}
    alone = make_explainer(REGISTER, replace(data, set_genes=without), comparison)
    assert alone.beyond(REGISTER.claims["C14"], found["C14"]) == ()
