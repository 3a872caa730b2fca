"""Worlds with a known truth get the verdicts that they deserve, from counts to the table."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest

from claimcheck.claims.decide import MORE_VERDICT_COLUMNS, VETO_COLUMNS, judge, presence_of
from claimcheck.claims.evaluate import find_out
from claimcheck.claims.procedure import PROCEDURE_COLUMNS
from claimcheck.claims.reasons import VERDICT_COLUMNS
from claimcheck.page.conditions import conditions_of
from support.worlds import NOTHING, PAPER, plant

KEPT = {"C01", "C07", "C08"}
"""Claims that nothing changes, or falls: where nothing is planted they hold."""
SUPPORT = ("supported", "weakly supported", "transcripts consistent", "consistent with")


@cache
def found(world):
    effects, animals, carry_over, seed = {
        "paper": (PAPER, 3, {}, 3),
        "nothing": (NOTHING, 2, {}, 11),
        "cleaner": (NOTHING, 2, {"marrow": -2.0}, 12),
        "two a group": (PAPER, 1, {}, 13),
    }[world]
    planted = plant(effects, animals=animals, carry_over=carry_over, seed=seed, rotations=999)
    controls = planted.register.primary["negative_controls"] | {"random_sets": 20, "labellings": 2}
    # Where support is what must not come out, fewer specifications stand in its way.
    every = planted.register.primary["alternatives"]
    few = every if world == "paper" else {"set_variant": every["set_variant"]}
    primary = {**planted.register.primary, "negative_controls": controls, "alternatives": few}
    register = replace(planted.register, primary=primary)
    return find_out(register, planted.data, planted.study)


@cache
def judged(world):
    return judge(found(world)[0])


def verdicts(world, **changes):
    of_claims = judge(replace(found(world)[0], **changes))[0] if changes else judged(world)[0]
    return of_claims.set_index("claim")


def vetoes(world):
    return judged(world)[1].copy()


def without_vetoes(findings):
    """An explainer that no panel was measured for."""
    return replace(findings.explainer, panels={})


def with_study(world, **changes):
    return replace(found(world)[0].study, **changes)


def supported(table):
    is_supported = table["verdict"].str.startswith(SUPPORT) & table.index.str.startswith("C")
    return set(table.index[is_supported])


def outcomes(**answers):
    rows = [(question, answer, f"{answer}: so it was planted") for question, answer in answers.items()]
    return pd.DataFrame(rows, columns=["question", "outcome", "sentence"])


# planted worlds


def test_what_is_planted_far_above_the_detectable_effect_is_supported():
    table = verdicts("paper")
    assert {"C02", "C11", "C12", "C13", "C14", "C15", "C16"} <= supported(table)
    assert table.at["C13", "verdict"] == "supported"
    assert table.at["C16", "verdict"] == "transcripts consistent"
    strong = table.loc[["C02", "C11", "C12", "C14", "C15", "C16"]]
    assert (strong["effect"].abs() > strong["mde"]).all()


def test_estimated_effects_are_those_that_were_planted():
    table = verdicts("paper")
    planted = {"C11": -1.6, "C12": -1.6, "C14": 1.0, "C15": 1.0, "C16": 0.8}
    for claim, effect in planted.items():
        assert table.at[claim, "ci95_low"] - 0.1 < effect < table.at[claim, "ci95_high"] + 0.1


def test_where_nothing_is_planted_nothing_that_changes_is_supported():
    table = verdicts("nothing")
    assert supported(table) <= KEPT
    assert not table["verdict"].str.startswith("contradicted").any()


def test_cleaner_knockouts_do_not_support_the_claims_that_they_imitate():
    table = verdicts("cleaner")
    assert table.at["C14", "effect"] > 0
    assert table.at["C15", "effect"] > 0
    assert supported(table) <= KEPT
    marrow = vetoes("cleaner").query("panel == 'QC_ERYTHROID'")
    assert (marrow["p_value"] < 0.05).all()
    assert marrow["differs"].any()
    assert (marrow["difference"] < 0).all()
    alone = verdicts("cleaner", explainer=without_vetoes(found("cleaner")[0]))
    assert supported(verdicts("cleaner")) <= supported(alone)


def test_two_animals_a_group_decide_nothing():
    table = verdicts("two a group")
    tested = table.index.str.startswith("C")
    assert (table.loc[tested, "verdict"] == "inconclusive (n)").all()


# design and premises


def test_a_premise_that_is_contradicted_leaves_what_needs_it_untested():
    swapped = verdicts(
        "paper", study=with_study("paper", outcomes=outcomes(knockout="contradicted", tissue="confirmed"))
    )
    assert set(swapped.loc[swapped.index.str.startswith("C"), "verdict"]) == {"not testable (design)"}
    assert swapped.at["Q01", "verdict"].startswith("contradicted")
    elsewhere = verdicts(
        "paper", study=with_study("paper", outcomes=outcomes(knockout="confirmed", tissue="contradicted"))
    )
    register = found("paper")[0].register
    for claim in register.claims.values():
        if claim.confirmatory:
            blocked = elsewhere.at[claim.id, "verdict"] == "not testable (design)"
            assert blocked == ("Q02" in claim.needs)


def test_an_open_premise_blocks_nothing_and_one_that_nobody_looked_at_blocks():
    undecided = outcomes(knockout="unconfirmed", tissue="confirmed")
    assert supported(verdicts("paper", study=with_study("paper", outcomes=undecided))) == supported(verdicts("paper"))
    unseen = verdicts("paper", study=with_study("paper", outcomes=outcomes(tissue="confirmed")))
    assert set(unseen.loc[unseen.index.str.startswith("C"), "verdict"]) == {"not testable (design)"}
    assert unseen.at["Q01", "verdict"] == "inconclusive"


def test_a_confounded_design_answers_nothing_even_where_it_was_accepted():
    gate = pd.DataFrame([("confounded_design", "sex", "fail", "sex differs wherever the condition does")])
    gates = gate.set_axis(["gate", "scope", "status", "reason"], axis="columns")
    table = verdicts("paper", study=with_study("paper", gates=gates))
    assert set(table.loc[table.index.str.startswith("C"), "verdict"]) == {"not testable (design)"}
    assert "sex differs" in table.at["C11", "reason"]


def test_a_column_nested_in_the_condition_leaves_every_claim_open():
    gate = pd.DataFrame([("confounded_design", "cage", "warn", "cage differs wherever the condition does")])
    gates = gate.set_axis(["gate", "scope", "status", "reason"], axis="columns")
    table = verdicts("paper", study=with_study("paper", gates=gates))
    claims = table[table.index.str.startswith("C")]
    assert claims["verdict"].str.startswith(("inconclusive", "not testable")).all()
    assert table.at["C11", "verdict"] == "inconclusive (confounded: cage)"


def test_presence_needs_transcripts_per_million():
    findings, _ = found("paper")
    claim = findings.register.claims["C01"]
    gene = claim.genes[0].gene_id
    reference = ["a", "b", "c", "d", "e"]

    def presence(*values):
        return presence_of(claim, pd.DataFrame([values], index=[gene], columns=reference), reference)

    assert presence(1, 2, 3, 4, 0) == "present"
    assert presence(1, 2, 3, 0.6, 0.6) == "uncertain"
    assert presence(0, 0, 0.4, 5, 5) == "absent"
    assert presence_of(claim, None, reference) == "uncertain"
    assert presence_of(claim, pd.DataFrame(columns=reference, dtype=float), reference) == "absent"
    table = verdicts("paper", study=with_study("paper", tpm=None))
    assert table.at["C01", "verdict"].startswith("inconclusive")


# what can only weaken


def moved_by(findings, panel, difference):
    """An explainer to which a panel differs so much."""
    explainer = findings.explainer
    mover = replace(explainer.panels[panel], difference=difference, p_value=1e-6)
    return replace(explainer, panels={**explainer.panels, panel: mover})


def test_nothing_beside_the_primary_analysis_makes_a_verdict_better():
    findings, _ = found("nothing")
    ideal = dict.fromkeys(findings.k, 1.0)
    for changes in ({"k": ideal}, {"explainer": without_vetoes(findings)}, {"stripped": findings.primary}):
        assert supported(verdicts("nothing", **changes)) <= KEPT


def test_specifications_that_disagree_and_missing_runs_take_support_away():
    findings, _ = found("paper")
    assert "C14" in supported(verdicts("paper"))
    worse = [
        {"k": {**findings.k, "C14": 0.4}},
        {"left_out": {**findings.left_out, "C14": dict([*findings.left_out["C14"].items()][1:])}},
        {"edges": {}},
        {"explainer": moved_by(findings, "QC_ERYTHROID", 40.0)},
    ]
    for changes in worse:
        assert "C14" not in supported(verdicts("paper", **changes))


def test_a_companion_that_stays_takes_support_away():
    findings, _ = found("paper")
    claim = findings.register.claims["C04"]
    quiet = {
        key: replace(one, effect=0.0) if key[:2] == ("C04", "companion") else one
        for key, one in findings.measured.sets.items()
    }
    calm = {"explainer": without_vetoes(findings)}
    assert "C04" in supported(verdicts("paper", **calm))
    table = verdicts("paper", measured=replace(findings.measured, sets=quiet), **calm)
    assert "C04" not in supported(table)
    assert f"{claim.companions_at_least} needed" in table.at["C04", "reason"]


def test_a_false_support_rate_above_the_limit_is_said_beside_the_verdict():
    table = verdicts("paper", false_support={"C14": 0.12, "C15": 0.04})
    assert "12 % of the negative controls" in table.at["C14", "reason"]
    assert "negative controls" not in table.at["C15", "reason"]


# tables


def test_tables_have_their_columns_and_every_claim_its_row():
    table, of_vetoes, procedure = judged("paper")
    findings, tables = found("paper")
    assert tuple(table) == (*VERDICT_COLUMNS, *MORE_VERDICT_COLUMNS)
    assert tuple(of_vetoes) == VETO_COLUMNS
    assert tuple(procedure) == PROCEDURE_COLUMNS
    assert tuple(procedure["node"]) == findings.register.procedure.nodes
    assert list(table["claim"]) == list(findings.register.claims)
    stable = ["claim", "axis", "specification", "effect", "ci95_low", "ci95_high", "p_value", "primary"]
    assert list(tables["robustness"])[: len(stable)] == stable
    primary = tables["robustness"][tables["robustness"]["primary"]].set_index("claim")["effect"]
    tested = table.set_index("claim").loc[primary.index, "effect"]
    np.testing.assert_allclose(primary, tested)
    assert set(tables) == {
        "robustness",
        "specifications",
        "leave_one_out",
        "artefacts",
        "pattern",
        "pattern_readouts",
        "controls",
        "calibration",
        "members",
        "levels",
        "set_tests",
        "gene_tests",
    }


@pytest.mark.parametrize("world", ["paper", "nothing"])
def test_the_page_lists_an_unmet_condition_of_every_claim_that_is_not_supported(world):
    findings, tables = found(world)
    verdicts, of_vetoes, _ = judged(world)
    register, by_claim = findings.register, verdicts.set_index("claim", drop=False)
    n_supported = 0
    for row in verdicts.to_dict("records"):
        left_out, vetoes = (table[table["claim"] == row["claim"]] for table in (tables["leave_one_out"], of_vetoes))
        own = conditions_of(row, register, by_claim, left_out, vetoes[vetoes["veto"].isin(register.vetoes)])
        unmet = [one.what for one in own if not one.met]
        if own and row["rule"] == 6:
            n_supported += 1
            assert not unmet, (row["claim"], unmet)
        elif own:
            assert unmet, row["claim"]
    assert (n_supported > 3) == (world == "paper")


def test_the_levels_of_claims_differ_by_their_effects():
    """Of genes the effect is that of counts, and the difference of logarithms near it."""
    findings, tables = found("paper")
    levels = tables["levels"].merge(findings.data.samples[["sample", "condition"]], on="sample")
    verdicts = judged("paper")[0].set_index("claim")
    means = levels.groupby(["claim", "of", "condition"])["level_adjusted"].mean().unstack()
    difference = means[findings.data.design.test] - means[findings.data.design.reference]
    compared = 0
    for (claim, of), value in difference.items():
        if verdicts.at[claim, "of"] != of or not np.isfinite(verdicts.at[claim, "effect"]):
            continue
        compared += 1
        is_set = bool(findings.register.claims[claim].sets)
        assert value == pytest.approx(verdicts.at[claim, "effect"], abs=1e-6 if is_set else 0.15), claim
    assert compared >= 8


def test_artefacts_are_held_against_what_is_observed():
    _, tables = found("paper")
    table = tables["artefacts"].set_index(["world", "readout"])
    assert table.loc[("cleaner knockout bones", "Dkk1"), ["predicted", "observed", "fits"]].tolist() == [
        "up",
        "down",
        False,
    ]
    assert table.loc[("the paper's model", "osteoblast"), "fits"]
    assert table.loc[("younger bone or nearer the growth plate", "Dkk1"), "fits"]
    assert table.loc[("younger bone or nearer the growth plate", "cartilage"), "fits"] is not True


def test_adjusted_p_values_and_the_sources_that_are_missing_are_said():
    table = verdicts("paper")
    assert "KEGG_MMU04216" in table.at["C03", "reason"]
    family = table[table["p_value"].notna()]
    assert (family["p_adjusted"] >= family["p_value"] - 1e-12).all()
    assert (family["p_adjusted_opposite"].dropna() >= family["p_opposite"].dropna() - 1e-12).all()
    assert table.at["C13", "p_adjusted"] == table.loc[["C11", "C12"], "p_adjusted"].max()
    assert table.at["C05", "p_adjusted"] == table.at["C05", "p_value"]
    of_sets = table.loc[["C02", "C14", "C15", "C16"]]
    assert (of_sets["p_camera"] <= 0.05).all()
    assert table.loc[["C11", "C12"], "p_camera"].isna().all()
    assert table["lost_by_chance"].dropna().between(0, 1).all()
    assert table.loc[["C11", "C14"], "lost_by_chance"].notna().all()


def test_every_panel_of_a_claim_has_a_row_that_adds_up_and_says_whether_the_verdict_stands():
    table, every = verdicts("paper"), vetoes("paper")
    register = found("paper")[0].register
    panels = every[~every["veto"].str.startswith("beyond")]
    assert panels["left"].to_numpy() == pytest.approx((panels["effect"] - panels["explained"]).to_numpy())
    assert ((panels["ci90_low"] <= panels["left"]) & (panels["left"] <= panels["ci90_high"])).all()
    for claim in ("C11", "C14", "C15"):
        vetoes_of = dict.fromkeys(panels.loc[panels["claim"] == claim, "veto"])
        assert list(vetoes_of) == [name for name in register.claims[claim].vetoes if name != "degradation"]
    taken = table.index[table["rule"] == 5]
    assert not panels[panels["claim"].isin(table.index[table["rule"] == 6])]["stands"].eq(False).any()
    assert set(taken) <= set(panels.loc[panels["stands"].eq(False), "claim"])
    beyond = every[every["veto"].str.startswith("beyond")]
    assert beyond[["claim", "veto", "of"]].to_numpy().tolist() == [
        ["C14", "beyond OSTEOBLAST", "WNT_TARGETS_T1"],
        ["C14", "beyond WNT_TARGETS_T1", "OSTEOBLAST"],
    ]


def test_a_panel_that_differs_is_a_remark_where_the_verdict_stands():
    findings, _ = found("paper")
    table = verdicts("paper", explainer=moved_by(findings, "QC_MUSCLE", 0.01))
    assert table.at["C11", "verdict"] == "supported"
    assert "QC_MUSCLE differs between the groups (p = 1e-06), which makes" in table.at["C11", "reason"]
    taken = verdicts("paper", explainer=moved_by(findings, "QC_MUSCLE", 40.0))
    assert taken.at["C11", "verdict"] == "inconclusive (confounded: muscle)"
