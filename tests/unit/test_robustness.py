"""Every specification is run once and counted once, what cannot be run is said and never faked, and controls find nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from claimcheck.claims.conclusions import conclude, of_gene, of_set
from claimcheck.claims.evidence import Conclusion, Decision, Verdict
from claimcheck.claims.false_support import claims_change, is_supported
from claimcheck.claims.measurements import Measurements
from claimcheck.claims.model import CAMERA, MODERATED, ROTATION, WALD
from claimcheck.claims.procedure import levels_alone
from claimcheck.claims.random_sets import draw_random_sets, draw_sets, make_pool, nearest_strength, weights_of
from claimcheck.claims.resolve import read_reference
from claimcheck.claims.robustness import BESIDE, agree, applies, beside_rows, leave_one_out, shares, tabulate, was_run
from claimcheck.claims.shuffled_labels import shuffle_labels
from claimcheck.claims.specifications import (
    CROSS,
    LEFT_OUT,
    PRIMARY,
    SAMPLES,
    SIZE_FACTORS,
    Model,
    Specification,
    specify,
    veto_model,
)
from claimcheck.claims.tests import Measured, compare, measure_sets, moderated_genes, read_genes, rows_of
from claimcheck.claims.wald import wald_genes
from claimcheck.core.errors import StudyError
from claimcheck.core.estimates import NAN, Estimate, Sides
from claimcheck.core.schemas import load_schema
from claimcheck.gene_sets.comparison import leading_edge
from claimcheck.gene_sets.labellings import balanced_labellings
from claimcheck.gene_sets.tests.camera import inter_gene_correlation
from support.defaults import MATCHING
from support.evidence import RULES, concluded, evidence
from support.worlds import NOTHING, PAPER, REFERENCE, SETS, plant

FEW = {"rotations": 199}
ALTERNATIVES = load_schema("claims.schema.yaml")["properties"]["primary"]["properties"]["alternatives"]["properties"]


@cache
def paper():
    return plant(PAPER, animals=2, **FEW)


@cache
def measurements():
    planted = paper()
    return Measurements(planted.register, planted.data, moderated=True)


def specified(planted=None, **changes):
    planted = planted or paper()
    arguments = {
        "min_count": planted.study.min_count,
        "min_residual_df": planted.study.min_residual_df,
        "panels": planted.data.panels,
        "outliers": (),
        "robust": True,
    } | changes
    return specify(planted.register, planted.data.samples, planted.data.design, **arguments)


@cache
def results():
    found, _ = specified()
    return found, [measurements().analyse(one) for one in found]


@cache
def robustness():
    found, concluded = results()
    register, measured = paper().register, measurements().measure(found[0].model, True)
    return tabulate(register, found, concluded, beside_rows(register, measured, {}, measured))


# specifications


def test_the_primary_specification_comes_first_and_no_two_are_the_same():
    found, _ = specified()
    assert found[0].axis == PRIMARY
    assert len({(one.model, one.variant) for one in found}) == len(found)


def test_one_change_belongs_to_its_axis_and_several_to_the_crossing():
    found, _ = specified()
    primary = found[0].model
    for one in found:
        model = one.model
        changes = sum(
            (
                (model.covariates, model.panels) != (primary.covariates, primary.panels),
                model.min_count != primary.min_count,
                model.robust_size_factors != primary.robust_size_factors,
                model.without != (),
                one.variant != "",
            )
        )
        assert (changes > 1) == (one.axis == CROSS)
        assert (changes == 0) == (one.axis == PRIMARY)


def test_what_is_not_run_is_listed_with_the_reason():
    for changes in ({}, {"robust": False, "min_count": 20}):
        found, listing = specified(**changes)
        assert set(listing.loc[listing["axis"] == "low_count_filter", "specification"]) == {"5", "20"}
        not_run = listing[~listing["run"]]
        assert (not_run["reason"] != "").all()
        run = {(one.axis, one.name) for one in found}
        assert not run & set(not_run[["axis", "specification"]].itertuples(index=False, name=None))
    assert {"low_count_filter", "size_factors"} <= set(not_run["axis"])


def test_a_covariate_that_is_nowhere_is_refused():
    planted = paper()
    alternatives = {"alternatives": {"covariates": ["none", "sxe"]}}
    other = replace(planted, register=replace(planted.register, primary=planted.register.primary | alternatives))
    with pytest.raises(StudyError, match="the covariate sxe is neither") as caught:
        specified(other)
    assert "primary.alternatives.covariates" in caught.value.where


@pytest.mark.parametrize("axis", list(ALTERNATIVES))
def test_the_schema_allows_the_alternatives_that_the_code_makes(axis):
    rule = ALTERNATIVES[axis]["items"]
    made = {"size_factors": SIZE_FACTORS, "samples": SAMPLES} | BESIDE
    assert rule.get("enum") == (list(made[axis]) if axis in made else None)


def test_a_score_of_composition_needs_as_many_animals_in_each_group_as_it_is_told():
    planted = paper()
    three = planted.data.samples.groupby("condition").head(3).reset_index(drop=True)
    asked = (planted.register, "marrow", Model((), 10), three, planted.data.panels)
    assert veto_model(*asked, animals=3)[0] is not None
    found, reason = veto_model(*asked, animals=4)
    assert found is None
    assert "3 samples" in reason


def test_flagged_outliers_are_left_out_together():
    samples = tuple(paper().data.samples["sample"][:2])
    found, _ = specified(outliers=samples)
    assert [one.model.without for one in found if one.axis == "outliers"] == [samples]
    assert not [one for one in specified()[0] if one.axis == "outliers"]


def test_size_factors_have_no_alternative_where_none_leave_genes_out():
    assert not [one for one in specified(robust=False)[0] if not one.model.robust_size_factors]


def test_variants_by_a_reference_need_the_reference():
    with pytest.raises(StudyError, match="leaves out genes by log2_marrow_over_clean"):
        read_reference(paper().register, None)
    assert len(read_reference(paper().register, REFERENCE)) > 500


# tests of one model


def test_genes_are_those_of_the_differential_expression():
    planted = paper()
    comparison = compare(planted.data, Model(planted.data.design.covariates, 10))
    ours = wald_genes(planted.data, comparison, Model(planted.data.design.covariates, 10))
    tests = planted.data.tests
    table = read_genes(
        planted.study.genes,
        planted.data.gene_ids,
        comparison,
        few_residual_df=tests.few_residual_df,
        levels=tests.levels,
    ).loc[ours.index]
    assert len(ours) > 20
    for column in ("effect", "se", "ci95_low", "p_up", "p_down", "mde"):
        np.testing.assert_allclose(ours[column], table[column], rtol=1e-3, atol=1e-6)


def test_a_gene_is_tested_alike_whichever_genes_are_looked_at():
    planted = paper()
    model = Model(planted.data.design.covariates, 10)
    comparison = compare(planted.data, model)

    def tested(*genes):
        return wald_genes(replace(planted.data, gene_ids=genes), comparison, model)

    some = comparison.counts.index[::40]
    pd.testing.assert_frame_equal(tested(*some), tested(*comparison.counts.index).loc[some])
    assert tested("not measured").empty


def test_effects_of_genes_and_sets_have_the_sign_of_the_counts():
    planted = paper()
    comparison = compare(planted.data, Model((), 10))
    tests = moderated_genes(planted.data, comparison)
    counts = comparison.normalised_counts
    of_test = (planted.data.samples["condition"] == "knockout").to_numpy()
    ratio = pd.Series(np.log2(counts[:, of_test].mean(1) / counts[:, ~of_test].mean(1)), index=comparison.counts.index)
    strong = tests[tests["p_up"].clip(upper=1 - tests["p_up"]) < 1e-3].index
    assert len(strong) > 3
    assert (np.sign(tests.loc[strong, "effect"]) == np.sign(ratio[strong])).all()


def test_the_share_of_detected_genes_counts_genes_that_are_not_in_the_table():
    planted = paper()
    data = planted.data
    lost = data.planned.loc[(data.planned["claim"] == "C14") & (data.planned["run"] == "deciding"), "gene_id"].unique()
    fewer = replace(data, counts=data.counts.drop(index=lost[:6]))
    share = [
        measure_sets(one, compare(one, Model((), 10))).set_index(["claim", "role", "run", "variant"])["share_detected"]
        for one in (data, fewer)
    ]
    key = ("C14", "deciding", "deciding", "full")
    assert share[1][key] == pytest.approx(share[0][key] - 6 / len(lost))


def test_with_few_degrees_of_freedom_the_larger_p_of_both_tests_of_a_gene_counts():
    planted = paper()
    comparison = compare(planted.data, Model((), 10))
    ids, levels = planted.data.gene_ids, planted.data.tests.levels
    df = comparison.fits.df_residual
    few, many = (
        read_genes(planted.study.genes, ids, comparison, few_residual_df=most, levels=levels) for most in (df, df - 1)
    )
    wald = many["p_down"]
    assert many["p_t_down"].isna().all()
    assert few["p_t_down"].notna().all()
    pd.testing.assert_series_equal(few["p_down"], np.maximum(wald, few["p_t_down"]), check_names=False)
    assert 0 < (few["p_down"] > wald).mean() < 1
    assert (few["ci95_high"] > many["ci95_high"]).all()


def test_a_gene_claim_names_the_tests_that_its_p_value_is_the_larger_of():
    claim, rules = paper().register.claims["C11"], paper().register.rules
    estimate = Estimate("Dkk1", -1.0, 0.3, np.inf, (-1.6, -0.4), (-1.5, -0.5), 0.8, p={WALD: Sides(0.9995, 5e-4, 1e-3)})
    both = replace(estimate, p={**estimate.p, MODERATED: Sides(0.98, 0.02, 0.04)})
    assert [of_gene(claim, one, rules).test for one in (estimate, both)] == ["Wald", "Wald and moderated t"]
    found = of_gene(claim, estimate, rules)
    assert (found.p_predicted, found.p_opposite) == (5e-4, 0.9995)
    assert found.p_smaller == pytest.approx(norm.sf((-1.0 + 0.585) / 0.3))


def test_rotation_decides_a_set_and_camera_objects_where_other_genes_move_as_much():
    claim, rules = paper().register.claims["C14"], paper().register.rules
    measured = measurements().measure(results()[0][0].model, True)
    row = measured.of_set(claim, claim.sets[0], "full")
    assert row.of == "WNT_TARGETS_T1"

    def found(effect, camera_up):
        camera = Sides(camera_up, 1 - camera_up, 2 * min(camera_up, 1 - camera_up))
        return of_set(claim, replace(row, effect=effect, p={ROTATION: Sides(0.01, 0.99, 0.02), CAMERA: camera}), rules)

    assert (found(0.5, 0.2).p_predicted, found(0.5, 0.2).p_opposite) == (0.01, 0.99)
    assert found(0.5, 0.2).objection == "other genes of the genome move as much (CAMERA p = 0.2)"
    assert found(0.5, 0.05).objection == ""
    assert "CAMERA p = 0.051" in found(0.5, 0.051).objection
    assert found(-0.5, 0.97).objection == ""  # asked on the side of the effect
    assert "CAMERA p = 0.97" in found(-0.5, 0.03).objection


def test_a_model_that_the_samples_cannot_carry_says_nothing_of_any_claim():
    planted = paper()
    caged = replace(planted.data, samples=planted.data.samples.assign(cage=planted.data.samples["sample"]))
    one_each = Specification("covariates", "cage", Model(("cage",), 10))
    found = Measurements(planted.register, caged, moderated=True).analyse(one_each)
    assert set(found) == set(planted.register.confirmatory)
    assert all(np.isnan(one.judged.effect) for one in found.values())


def test_a_source_with_too_few_genes_counts_as_not_tested():
    planted = paper()
    claim = planted.register.claims["C03"]
    row = measurements().measure(results()[0][0].model, True).sets["C03", "deciding", "WP4313_MOUSE", claim.variant]
    runs = [test.run for test in claim.sets if test.role == "deciding"]

    def concluded(n_genes):
        rows = {
            ("C03", "deciding", run, claim.variant): replace(row, n_genes=n)
            for run, n in zip(runs, n_genes, strict=True)
        }
        alone = replace(planted.register, claims={"C03": claim})
        return conclude(alone, Measured(rows, {}))["C03"]

    assert np.isfinite(concluded([30, 30, 30, 30]).judged.effect)
    two = concluded([30, 30, 5, 5])
    assert np.isfinite(two.judged.effect)
    assert np.isnan(two.bounds[0])
    assert two.estimate.of in runs[:2]
    assert np.isfinite(two.estimate.ci90[0])
    assert np.isnan(concluded([30, 5, 5, 5]).judged.effect)


# claims that several tests decide together


def members_and_controls(moving, still):
    """Conclude on C18 from the p-values of its members, and effects and standard errors of its controls."""
    register = paper().register
    claim = register.claims["C18"]
    p = dict(zip(claim.members, moving, strict=True))
    decided = {name: register.claims[name] for name in claim.members}

    def estimate(effect, se, up=0.5):
        sides = Sides(up, 1 - up, min(1.0, 2 * min(up, 1 - up)))
        ci90 = (effect - 2 * se, effect + 2 * se)
        return Estimate("", effect, se, 5, ci90, ci90, 3 * se, 12, 1.0, {ROTATION: sides, CAMERA: sides})

    sets = {
        (name, "deciding", "deciding", one.variant): estimate(-0.5, 0.1, 1 - p[name]) for name, one in decided.items()
    }
    controls = [test for test in claim.sets if test.role == "control"]
    sets |= {
        ("C18", "control", test.run, claim.variant): estimate(*numbers)
        for test, numbers in zip(controls, still, strict=True)
    }
    alone = replace(register, claims={**decided, "C18": claim})
    return conclude(alone, Measured(sets, {}))["C18"], [test.run for test in controls]


def test_of_members_that_move_and_controls_that_stay_the_weakest_test_stands_for_the_claim():
    found, (_, second) = members_and_controls((0.001, 0.2), [(0.0, 0.05), (0.05, 0.08)])
    assert (found.estimate.of, found.estimate.effect, found.estimate.mde) == (second, 0.05, pytest.approx(0.24))
    assert found.estimate.ci90 == pytest.approx((-0.11, 0.21))
    assert found.p_predicted == pytest.approx(found.estimate.beyond(0.20, -1))
    assert found.bounds == pytest.approx((-0.11, 0.21))
    found, _ = members_and_controls((0.2, 0.3), [(0.0, 0.01), (0.01, 0.02)])
    assert (found.estimate.of, found.p_predicted) == ("FERRO_DRIVER_CORE - FERRO_SUPPRESSOR_CORE", pytest.approx(0.4))
    assert found.bounds == pytest.approx((-0.03, 0.05))


def test_nothing_stands_for_a_claim_of_which_one_test_is_missing():
    found, _ = members_and_controls((NAN, NAN), [(0.0, 0.01), (0.01, 0.02)])
    assert (found.estimate.of, found.estimate.n_genes) == ("", None)
    assert np.isnan([found.p_predicted, found.estimate.effect, found.estimate.mde]).all()


def test_an_intersection_shows_the_member_whose_p_value_it_has():
    primary = results()[1][0]
    worse = max(("C11", "C12"), key=lambda name: primary[name].p_predicted)
    both = primary["C13"]
    assert (both.p_predicted, both.estimate) == (primary[worse].p_predicted, primary[worse].estimate)


def test_every_row_of_a_table_is_of_one_object_or_of_none():
    table = robustness()
    unnamed = table["of"] == ""
    numbers = ["effect", "ci95_low", "ci95_high", "ci90_low", "ci90_high"]
    assert table.loc[unnamed, numbers].isna().all(axis=None)
    assert (table.loc[~unnamed, "ci95_low"] <= table.loc[~unnamed, "ci90_low"]).all()
    assert (table.loc[~unnamed, "ci90_low"] <= table.loc[~unnamed, "effect"]).all()
    assert (table.loc[~unnamed, "effect"] <= table.loc[~unnamed, "ci90_high"]).all()


# k, runs without one animal


def test_k_counts_neither_the_primary_analysis_nor_single_tests_nor_the_claims_own_variant():
    table = robustness()
    assert not table.loc[table["primary"], "counted"].any()
    assert not table.loc[table["axis"].isin(["set_test", "gene_test"]), "counted"].any()
    own = {name: claim.variant for name, claim in paper().register.claims.items()}
    thinned = table[table["axis"] == "set_variant"]
    assert len(thinned)
    assert not (thinned["specification"] == thinned["claim"].map(own)).any()
    for name, k in shares(table).items():
        counted = table[(table["claim"] == name) & table["counted"] & table["agrees"].notna()]
        assert k == pytest.approx(counted["agrees"].sum() / len(counted))


def test_what_is_planted_far_above_the_threshold_holds_in_every_specification():
    k = shares(robustness())
    assert min(k[name] for name in ("C02", "C11", "C12", "C13", "C14", "C15")) == 1


def test_single_genes_are_not_run_in_crossings_and_own_adjustments_not_replaced():
    table, register = robustness(), paper().register
    assert set(table.loc[table["claim"] == "C11", "axis"]).isdisjoint({CROSS, "set_variant"})
    assert "marrow" not in set(table.loc[table["claim"] == "C05", "specification"])
    marrow = next(one for one in specified()[0] if one.name == "marrow")
    assert applies(marrow, register.claims["C11"])
    assert not applies(marrow, register.claims["C05"])


def test_each_animal_is_left_out_once_of_every_claim():
    found, concluded = results()
    runs, table = leave_one_out(found, concluded)
    samples = list(paper().data.samples["sample"])
    assert all(list(runs[name]) == samples for name in runs)
    assert len(table) == len(samples) * len(paper().register.confirmatory)
    down = table[table["claim"] == "C11"]
    assert (down["effect"] < 0).all()
    assert (down["p_value"] < 0.05).all()


def test_a_run_that_cannot_be_made_is_there_without_numbers():
    planted = paper()
    kept = planted.data.samples.groupby(["condition", "sex"], sort=False).head(1).reset_index(drop=True)
    data = replace(planted.data, samples=kept, panels=planted.data.panels.loc[kept["sample"]])
    found = [
        Specification(PRIMARY, "", Model((), 10)),
        *(Specification(LEFT_OUT, name, Model(("sex",), 10, without=(name,))) for name in kept["sample"]),
    ]
    small = Measurements(planted.register, data, moderated=True)
    runs, _ = leave_one_out(found, [small.analyse(one) for one in found])
    assert len(runs["C11"]) == len(kept)
    assert all(np.isnan(run.judged.effect) for run in runs["C11"].values())


def test_a_specification_agrees_with_the_sign_and_half_the_threshold():
    given = evidence("C11")
    found = [agree(given.claim, given.found, concluded(effect), RULES) for effect in (-0.2925, -0.29, -0.9, 0.9)]
    assert found == [True, False, True, False]


@pytest.mark.parametrize(
    ("claim", "direction", "expected"),
    [
        ("C01", 0, [True, True, False, False]),
        ("C08", 1, [True, False, True, False]),
        ("C08", -1, [True, True, False, False]),
    ],
)
def test_a_specification_of_equivalence_and_noninferiority_agrees_if_it_excludes_the_margin(claim, direction, expected):
    stated = replace(paper().register.claims[claim], direction=direction)
    intervals = [(-0.1, 0.1), (-0.3, 0.1), (-0.1, 0.9), (NAN, 0.1)]
    assert [agree(stated, Conclusion(), concluded(0.0, ci90), RULES) for ci90 in intervals] == expected


def test_a_specification_that_could_not_be_run_neither_agrees_nor_counts():
    register, (found, concluded_) = paper().register, results()
    unrun = {name: Conclusion() for name in concluded_[0]}
    assert not any(was_run(one) for one in unrun.values())
    nothing = pd.DataFrame(columns=["claim", "axis", "specification", "conclusion", "counted"])
    table = tabulate(register, found[:3], [concluded_[0], unrun, concluded_[2]], nothing)
    not_run = table[table["specification"] == found[1].name]
    assert len(not_run)
    assert not_run["agrees"].isna().all()
    alone = tabulate(register, [found[0], found[2]], [concluded_[0], concluded_[2]], nothing)
    assert shares(table) == shares(alone)
    only = tabulate(register, found[:2], [concluded_[0], unrun], nothing)
    assert shares(only) == {}


def test_nothing_agrees_with_a_claim_that_was_not_tested():
    register, (found, concluded_) = paper().register, results()
    primary = {**concluded_[0], "C14": Conclusion()}
    beside = pd.DataFrame(
        [("C14", "set_source", "another", concluded_[1]["C14"], True)],
        columns=["claim", "axis", "specification", "conclusion", "counted"],
    )
    own = tabulate(register, found[:2], [primary, concluded_[1]], beside).query("claim == 'C14'")
    assert list(own["specification"]) == [found[0].name, "another"]
    assert own["agrees"].isna().all()


# negative controls


def test_random_sets_stand_for_a_claim_at_the_level_that_it_is_tested_at():
    claim = paper().register.claims["C14"]
    given = replace(evidence("C14").found, p_predicted=0.004)
    assert is_supported(paper().register, claim, given, 0.004)
    assert not is_supported(paper().register, claim, given, 0.0039)
    assert not is_supported(paper().register, claim, given, 0.0)
    small = replace(given, judged=replace(given.judged, effect=0.1))
    assert not is_supported(paper().register, claim, small, 0.05)


@pytest.mark.parametrize(
    ("claim", "decision", "says_so"),
    [
        ("C14", Decision(Verdict.SUPPORTED, 6, ""), True),
        ("C14", Decision(Verdict.CONTRADICTED, 8, ""), True),
        ("C14", Decision(Verdict.NOT_SUPPORTED, 9, ""), False),
        ("C08", Decision(Verdict.SUPPORTED, 6, "", "kept"), False),
        ("C08", Decision(Verdict.SUPPORTED, 6, "", "higher"), True),
        ("C01", Decision(Verdict.SUPPORTED, 6, ""), False),
        ("C01", Decision(Verdict.CONTRADICTED, 8, ""), True),
    ],
)
def test_any_word_that_says_something_changes_is_false_under_shuffled_labels(claim, decision, says_so):
    assert claims_change(paper().register.claims[claim], decision) is says_so


@pytest.mark.parametrize(("n", "sexes"), [(3, 1), (4, 2), (5, 1), (10, 2)])
def test_labellings_keep_group_sizes_within_strata_and_mix_the_groups_evenly(n, sexes):
    labels = np.repeat([False, True], n)
    strata = np.tile(np.arange(n) % sexes, 2).astype(np.intp)
    found = balanced_labellings(labels, strata, most=30, seed=1)
    assert 0 < len(found) <= 30
    assert len(np.unique(found, axis=0)) == len(found)
    for labelling in found:
        assert (labelling != labels).any()
        for stratum in range(sexes):
            place = strata == stratum
            assert labelling[place].sum() == labels[place].sum()
            assert abs((labelling & labels)[place].sum() - labels[place].sum() / 2) <= 0.5
    assert (found == balanced_labellings(labels, strata, most=30, seed=1)).all()


def test_random_sets_are_as_large_and_as_strongly_expressed_and_hold_no_gene_of_a_claim():
    planted = paper()
    comparison = compare(planted.data, Model((), 10))
    allowed = ~comparison.counts.index.isin(planted.data.planned["gene_id"])
    pool = make_pool(comparison.values, comparison.fits, allowed, MATCHING)
    rng = np.random.default_rng(2)
    levels = np.quantile(pool.levels, [0.2, 0.4, 0.5, 0.6, 0.8] * 4)
    signs = np.tile([1.0, -1.0], 10)
    drawn = draw_sets(pool, levels, signs, strength=0.0, n=300, rng=rng)
    assert all(len(set(genes)) == len(genes) for genes, _ in drawn)
    assert all(allowed[genes].all() for genes, _ in drawn)
    assert np.mean([len(genes) for genes, _ in drawn]) > 19
    means = [comparison.values[genes].mean() for genes, _ in drawn]
    assert np.mean(means) == pytest.approx(levels.mean(), abs=0.05)


def test_random_sets_come_near_the_correlation_that_is_asked_for():
    planted = paper()
    comparison = compare(planted.data, Model((), 10))
    fits, everything = comparison.fits, np.ones(len(comparison.counts), bool)
    pool = make_pool(comparison.values, fits, everything, MATCHING)
    levels, signs = np.full(20, np.median(pool.levels)), np.ones(20)
    for target in (0.0, 0.2):
        rng = np.random.default_rng(3)
        strength = nearest_strength(pool, fits, levels, signs, target=target, rng=rng)
        drawn = draw_sets(pool, levels, signs, strength=strength, n=100, rng=rng)
        assert inter_gene_correlation(fits, weights_of(drawn, len(everything))).mean() == pytest.approx(target, abs=0.1)


def test_random_sets_and_shuffled_labels_support_no_claim_where_nothing_is_planted():
    planted = plant(NOTHING, animals=2, **FEW)
    model = Model(planted.data.design.covariates, 10)
    comparison = compare(planted.data, model)
    measured = rows_of(measure_sets(planted.data, comparison), moderated_genes(planted.data, comparison))
    primary = conclude(planted.register, measured)
    controls = planted.register.primary["negative_controls"] | {"random_sets": 60}
    few = replace(planted.register, primary=planted.register.primary | {"negative_controls": controls})
    random = draw_random_sets(few, planted.data, comparison, primary)
    assert set(random.supported) == {"C02", "C03", "C04", "C06", "C09", "C10", "C14", "C15", "C16", "C17"}
    levels = levels_alone(few, primary)
    for name, draws in random.supported.items():
        level = levels.get(name, 0.0)
        assert np.mean(draws) <= level + 3 * np.sqrt(level * (1 - level) / len(draws))
    share = np.mean([row[4] <= 0.05 for row in random.rows])
    assert 0.005 < share < 0.15
    labels = shuffle_labels(planted.register, planted.data, model)
    assert set(labels.supported) == set(planted.register.confirmatory)
    assert not any(any(draws) for draws in labels.supported.values())


@pytest.mark.parametrize(("verdict", "of_margins"), [(Verdict.CONTRADICTED, True), (Verdict.SUPPORTED, False)])
def test_every_word_of_a_change_under_shuffled_labels_is_counted(monkeypatch, verdict, of_margins):
    planted = plant(NOTHING, animals=2, rotations=99)
    register = planted.register
    settings = register.primary["negative_controls"] | {"labellings": 1, "rotations": 99}
    few = replace(register, primary=register.primary | {"negative_controls": settings})
    said = dict.fromkeys(register.confirmatory, Decision(verdict, 8, ""))
    monkeypatch.setattr("claimcheck.claims.shuffled_labels.decide_alone", lambda *_: said)
    counted = shuffle_labels(few, planted.data, Model((), 10)).supported
    for name, draws in counted.items():
        assert draws == [of_margins or register.claims[name].margins is None]


# leading edge


def test_the_leading_edge_ends_at_the_extreme_of_the_running_sum():
    statistics = pd.Series(np.linspace(3, -3, 61), index=[f"g{i:02d}" for i in range(61)])
    up = pd.Series(1, index=["g00", "g02", "g05", "g40"])
    assert leading_edge(statistics, up) == ["g00", "g02", "g05"]
    down = pd.Series(1, index=["g60", "g58", "g10"])
    assert leading_edge(statistics, down) == ["g60", "g58"]
    signed = pd.Series([1, -1], index=["g00", "g60"])
    assert set(leading_edge(statistics, signed)) == {"g00", "g60"}
    assert leading_edge(statistics, pd.Series(1, index=["absent"])) == []


def test_sets_of_the_collection_are_there_for_the_register():
    optional = {"KEGG_MMU04216", "FERRDB_V2", "GO_FERROPTOSIS"}
    runs = {test.run for test in paper().register.claims["C03"].sets if test.role == "deciding"}
    assert runs - set(SETS["set"]) == optional


@pytest.mark.parametrize(("apart", "separable"), [(1.36, True), (1.39, False)])
def test_groups_whose_composition_differs_beyond_chance_cannot_be_adjusted_for_it(apart, separable):
    samples = pd.DataFrame({"sample": list("abcdefgh"), "condition": ["control"] * 4 + ["knockout"] * 4})
    spread = np.array([-1.0, 1, -1, 1] * 2) * np.sqrt(6 / 8)  # pooled standard deviation 1
    score = spread + apart * np.repeat([0, 1], 4)
    panels = pd.DataFrame({"QC_MUSCLE": score}, index=samples["sample"])
    model, reason = veto_model(paper().register, "muscle", Model((), 10), samples, panels, animals=3)
    assert (model is not None) == separable  # t = apart * sqrt(2) with 6 degrees of freedom; p = 0.1 at t = 1.943
    assert separable or reason.startswith("the groups lie 1.4 standard deviations apart in QC_MUSCLE (p = 0.097)")
