"""Figures of claims show what the tables hold, for no claim, one and many, and say so where there is nothing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Text

from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.graph import make_graph
from claimcheck.claims.model import Register
from claimcheck.claims.procedure import list_procedure
from claimcheck.claims.reasons import VERDICT_COLUMNS
from claimcheck.core.tables import read_table, write_table
from claimcheck.figures.claims import MARKS, draw_claims, in_reading_order, kind_of
from claimcheck.figures.controls import draw_controls
from claimcheck.figures.pattern import NOTHING, OBSERVED, draw_pattern
from claimcheck.figures.procedure import draw_procedure
from claimcheck.figures.robustness import ALL_SAMPLES, draw_leave_one_out, draw_specifications
from claimcheck.figures.style import house_style
from support.figures import draw_entry
from support.own import CURATED, REGISTER

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {"test": "knockout", "reference": "control"}
NAN = float("nan")


@pytest.fixture(autouse=True)
def style():
    with house_style():
        yield


def some_verdicts(register: Register = REGISTER) -> pd.DataFrame:
    """Every claim of a register: confirmatory ones are all inconclusive, at -0.3 (-0.5 to -0.1)."""
    rows = []
    for claim in register.claims.values():
        numbers = (-0.3, -0.5, -0.1, 0.01, 0.2, 0.25) if claim.confirmatory else (NAN,) * 6
        verdict = {"not_testable": ("not testable", 1), "exploratory": ("no verdict", 0), "quality": ("supported", 6)}
        word, row = verdict.get(claim.kind, ("inconclusive", 11))
        k = 0.75 if claim.confirmatory else NAN
        shown = (
            claim.id,
            claim.statement,
            claim.kind,
            *numbers,
            4,
            4,
            k,
            word,
            claim.why or "no change that holds after correction",
        )
        rows.append((*shown, claim.label, row, "a sentence", "an object"))
    table = pd.DataFrame(rows, columns=list(VERDICT_COLUMNS))
    n_genes = [NAN if claim.kind == "gene" else 12 for claim in register.claims.values()]
    return table.assign(n_genes=n_genes, ci90_low=table["ci95_low"] + 0.05, ci90_high=table["ci95_high"] - 0.05)


def some_robustness(claims=("C11",), effects=(-0.2, -0.6, 0.1)) -> pd.DataFrame:
    rows = [
        (claim, axis, name, effect, effect - 0.1, effect + 0.1, 0.02, axis == "primary", counted, agrees, "one")
        for claim in claims
        for axis, name, effect, counted in [
            ("primary", "as registered", -0.3, False),
            *[("covariates", f"way {number}", effect, True) for number, effect in enumerate(effects)],
            ("gene_test", "moderated t", -0.9, False),
        ]
        for agrees in [None if np.isnan(effect) else effect < -0.15]
    ]
    columns = ["claim", "axis", "specification", "effect", "ci95_low", "ci95_high", "p_value", "primary", "counted"]
    return pd.DataFrame(rows, columns=[*columns, "agrees", "of"])


def some_procedure(register: Register = REGISTER) -> pd.DataFrame:
    """The procedure where C11, then C02 are established, and C12 could not be tested."""
    p = {name: Conclusion(p_predicted=0.5) for name in register.confirmatory if name != "C12"}
    p |= {"C02": Conclusion(p_predicted=0.01), "C11": Conclusion(p_predicted=0.001)}
    return list_procedure(register, {name: one for name, one in p.items() if name in register.claims})


def some_runs(claims=("C11",)) -> pd.DataFrame:
    rows = [
        (claim, sample, effect, effect - 0.2, effect + 0.2, p_value, "one")
        for claim in claims
        for sample, effect, p_value in [("a1", -0.3, 0.1), ("a2", -0.3, 0.11), ("a3", 0.1, 0.01)]
    ]
    return pd.DataFrame(rows, columns=["claim", "sample", "effect", "ci95_low", "ci95_high", "p_value", "of"])


def some_controls() -> tuple[pd.DataFrame, pd.DataFrame]:
    controls = pd.DataFrame(
        {
            "control": ["random sets", "shuffled labels", "housekeeping genes"],
            "claim": ["C14", "C14", ""],
            "n_draws": [100, 16, 1],
            "share_supported": [0.07, 0.0, NAN],
            "effect": [NAN, NAN, 0.02],
            "ci95_low": [NAN, NAN, -0.1],
            "ci95_high": [NAN, NAN, 0.14],
            "p_value": [NAN, NAN, 0.7],
            "note": ["matched", "mixed", "HOUSEKEEPING"],
        }
    )
    p_values = np.arange(1, 101) / 100
    calibration = pd.DataFrame(
        {
            "control": "random sets",
            "claim": "C14",
            "run": "deciding",
            "draw": range(100),
            "effect": 0.0,
            "p_rotation": p_values,
            "p_camera": p_values / 2,
            "p_score": NAN,
        }
    )
    return controls, calibration


def sharing_alike(claims: dict) -> Register:
    """A register of these claims, which share the level as Holm's procedure does."""
    own = [claim.id for claim in claims.values() if claim.confirmatory]
    others = {one: {other: 1 / (len(own) - 1) for other in own if other != one} for one in own}
    graph = make_graph({one: 1 / len(own) for one in own}, others if len(own) > 1 else {})
    return replace(REGISTER, claims=claims, lead=(), procedure=graph)


def only(*names: str) -> Register:
    return sharing_alike({name: REGISTER.claims[name] for name in names})


def many(n: int) -> Register:
    return sharing_alike({f"G{number}": replace(REGISTER.claims["C11"], id=f"G{number}") for number in range(n)})


def all_text(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(Text)).replace("\n", " ")


def forest(verdicts: pd.DataFrame, register: Register = REGISTER) -> tuple[Figure, pd.DataFrame]:
    return draw_claims(verdicts, register, **GROUPS, simulated=False)


def test_the_claims_that_lead_come_first_and_the_others_keep_the_order_of_the_register() -> None:
    order = list(in_reading_order(some_verdicts(), REGISTER.lead)["claim"])
    assert order[:3] == ["C11", "C12", "C13"]
    assert order[3:6] == ["Q01", "Q02", "C01"]


def test_every_kind_of_verdict_has_a_mark_of_its_own_and_a_grade_keeps_that_of_support() -> None:
    assert len(set(MARKS.values())) == len(MARKS)
    assert [kind_of(row) for row in (1, 2, 3)] == ["not testable"] * 3
    assert [kind_of(row) for row in (4, 5, 10, 11)] == ["inconclusive"] * 4
    assert [kind_of(row) for row in (0, 6, 7, 8, 9)] == [
        "no verdict",
        "supported",
        "weakly supported",
        "contradicted",
        "not supported",
    ]


def test_genes_and_sets_are_drawn_apart_with_threshold_verdict_and_detectable_effect() -> None:
    figure, drawn = forest(some_verdicts())
    by_claim = drawn.set_index("claim")
    assert list(by_claim.index[by_claim["panel"] == "gene"]) == ["C11", "C12", "C13", "C01", "C05"]
    assert by_claim.loc["C14", "panel"] == "set"
    assert by_claim.loc["C18", "panel"] == "set"
    assert by_claim.loc["C11", "threshold"] == 0.585
    assert list(by_claim.loc[["C11", "C13", "C14", "C01", "C17", "C08"], "mde_side"]) == [-1, -1, 1, 0, 0, -1]
    assert list(by_claim.index[by_claim["by_model"]]) == ["C05"]
    shown = all_text(figure)
    assert shown.count("an object") == 4  # what several tests decide: C03, C05, C13 and C18
    assert "log2 knockout / control" in shown
    assert shown.count("○ inconclusive") == len(drawn) == 18
    assert len(figure.axes) == 2


def test_what_is_hardly_expressed_is_grey_and_what_has_no_effect_says_so() -> None:
    verdicts = some_verdicts(only("C11", "C12"))
    verdicts.loc[0, ["verdict", "rule"]] = ["not testable (expression)", 3]
    verdicts.loc[1, ["effect", "ci95_low", "ci95_high", "mde"]] = NAN
    figure, drawn = forest(verdicts, only("C11", "C12"))
    assert list(drawn["detected"]) == [False, True]
    assert "no effect computed" in all_text(figure)
    assert "– not testable (expression)" in all_text(figure)


@pytest.mark.parametrize("n", [0, 1, 20])
def test_no_claim_one_and_twenty_give_whole_figures(n: int) -> None:
    register, names = many(n), [f"G{number}" for number in range(n)]
    verdicts, common = some_verdicts(register), {**GROUPS, "simulated": True}
    figures = [
        draw_claims(verdicts, register, **common),
        draw_specifications(verdicts, some_robustness(names), register, **common),
        draw_leave_one_out(verdicts, some_runs(names), register, **common),
    ]
    for figure, drawn in figures:
        figure.draw_without_rendering()
        assert drawn["claim"].nunique() == n
        assert "simulated data" in all_text(figure)
        assert ("no confirmatory claim has been evaluated" in all_text(figure)) is (n == 0)


def test_the_procedure_shows_shares_arrows_and_the_order_in_which_claims_were_established() -> None:
    figure, drawn = draw_procedure(some_procedure(), REGISTER, simulated=False)
    figure.draw_without_rendering()
    by_node = drawn.set_index("node")
    assert list(by_node.index) == list(REGISTER.procedure.nodes)
    assert by_node["step"].dropna().to_dict() == {"C11": 1, "C02": 2}
    assert by_node.at["C11", "level"] == pytest.approx(0.05 * (0.15 + 0.5 * 0.15))
    assert list(by_node.index[~by_node["tested"]]) == ["C12", "C08_changed"]
    assert by_node.at["C08_changed", "label"] == "C08 higher"
    shown = all_text(figure)
    assert "C11  15 % 1. at 0.011" in shown
    assert "C02  25 % 2. at 0.013" in shown
    assert "C08 higher  –" in shown
    arrows = [arrow for arrow in figure.findobj(FancyArrowPatch) if arrow.get_zorder() == 1]
    assert len(arrows) == np.count_nonzero(REGISTER.procedure.edges)


def test_a_graph_of_all_claims_alike_and_one_of_none_are_drawn_too() -> None:
    alike = many(12)
    figure, drawn = draw_procedure(list_procedure(alike, {"G0": Conclusion(p_predicted=0.001)}), alike, simulated=False)
    figure.draw_without_rendering()
    assert len(drawn) == 12
    assert "0.091" not in all_text(figure)  # so many shares are not written
    empty, drawn = draw_procedure(list_procedure(only("N03"), {}), only("N03"), simulated=True)
    assert drawn.empty
    assert "no claim has a share of the level" in all_text(empty)


def test_a_curve_is_sorted_marks_the_primary_analysis_and_prints_k_of_the_verdict() -> None:
    register = only("C11")
    figure, drawn = draw_specifications(some_verdicts(register), some_robustness(), register, **GROUPS, simulated=False)
    assert list(drawn["effect"]) == [-0.6, -0.3, -0.2, 0.1]
    assert list(drawn["primary"]) == [False, True, False, False]
    assert "moderated t" not in set(drawn["specification"])
    assert "k = 0.75" in all_text(figure)
    assert "2 of 3 agree" in all_text(figure)


def test_a_specification_without_effect_is_counted_in_words() -> None:
    register = only("C11")
    robustness = some_robustness(effects=(-0.2, NAN))
    figure, drawn = draw_specifications(some_verdicts(register), robustness, register, **GROUPS, simulated=False)
    assert "1 of 1 agree; 1 could not be run" in all_text(figure)
    assert drawn["effect"].isna().sum() == 1
    figure, _ = draw_specifications(
        some_verdicts(register), robustness.assign(effect=NAN), register, **GROUPS, simulated=False
    )
    assert "no specification gave an effect" in all_text(figure)


def test_a_run_without_an_animal_holds_up_to_the_limit_of_the_register_and_with_the_same_sign() -> None:
    register = only("C11")
    figure, drawn = draw_leave_one_out(some_verdicts(register), some_runs(), register, **GROUPS, simulated=False)
    assert list(drawn["sample"]) == [ALL_SAMPLES, "a1", "a2", "a3"]
    assert list(drawn["holds"]) == [True, True, False, False]
    assert "same sign, p ≤ 0.1" in all_text(figure)


def test_claims_without_runs_are_drawn_with_all_animals_alone() -> None:
    register = only("C11", "C14")
    figure, drawn = draw_leave_one_out(some_verdicts(register), some_runs(()), register, **GROUPS, simulated=False)
    figure.draw_without_rendering()
    assert list(drawn["sample"]) == [ALL_SAMPLES] * 2


def test_false_support_has_the_interval_of_a_share_and_p_values_their_distribution() -> None:
    figure, drawn = draw_controls(*some_controls(), REGISTER, **GROUPS, simulated=False)
    rates = drawn[drawn["panel"] == "false support"].set_index("control")
    assert rates.loc["shuffled labels", "low"] == 0
    assert rates.loc["shuffled labels", "high"] == pytest.approx(0.1936, abs=1e-4)  # 1.96² / (16 + 1.96²)
    assert rates.loc["random sets", ["low", "high"]].to_list() == pytest.approx([0.0343, 0.1375], abs=1e-4)
    rotation = drawn[drawn["panel"] == "rotation"].set_index("x")["y"]
    assert rotation[0.05] == pytest.approx(0.05)
    assert drawn[drawn["panel"] == "CAMERA"].set_index("x")["y"][0.05] == pytest.approx(0.10)
    assert "score" not in set(drawn["panel"])
    assert drawn.loc[drawn["panel"] == "effect", ["x", "low", "high"]].to_numpy().tolist() == [[0.02, -0.1, 0.14]]
    assert "warning above 5 %" in all_text(figure)


def test_no_control_is_said() -> None:
    controls, calibration = some_controls()
    figure, drawn = draw_controls(controls.iloc[:0], calibration.iloc[:0], REGISTER, **GROUPS, simulated=False)
    assert "no negative control was run" in all_text(figure)
    assert drawn.empty


def test_entries_draw_what_the_phase_of_the_claims_writes_and_twice_the_same_bytes(tmp_path: Path) -> None:
    names = ["C11", "C14"]
    controls, calibration = some_controls()
    hostile = some_verdicts(only(*names)).assign(statement="$x<b> & \\frac", verdict="inconclusive (n)")
    tables = {
        "verdicts": hostile,
        "robustness": some_robustness(names),
        "left_out": some_runs(names),
        "procedure": some_procedure(),
        "controls": controls,
        "calibration": calibration,
    }
    paths = {name: tmp_path / f"{name}.tsv" for name in tables}
    for name, table in tables.items():
        write_table(table, paths[name])
    written = []
    for run in ("first", "second"):
        for figure, inputs in (
            ("claims", ["verdicts"]),
            ("procedure", ["procedure"]),
            ("specifications", ["verdicts", "robustness"]),
            ("leave_one_out", ["verdicts", "left_out"]),
            ("controls", ["controls", "calibration"]),
        ):
            files = draw_entry(
                figure,
                {name: paths[name] for name in inputs},
                tmp_path / run,
                claims=ROOT / "config/claims.yaml",
                gene_sets=sorted(CURATED.glob("*.tsv")),
            )
            written.append([path.read_bytes() for path in files])
    assert written[:5] == written[5:]
    assert len(read_table(tmp_path / "first/claims.tsv")) == 2


def some_explanations(n: int = 10) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Explanations of falling probability, the last of which is claimed and the second without a direction."""
    names = [f"explanation {number}" for number in range(n)]
    pattern = pd.DataFrame(
        {
            "explanation": names,
            "claimed": [name == names[-1] for name in names],
            "prior": 1 / n,
            "log10_bayes_factor": 0.0,
            "posterior": [0.996, 0.003, *[0.001 / (n - 2)] * (n - 2)],
            "best_size": 1.0,
            "best_size_of_other": NAN,
        }
    )
    rows = [
        (name, readout, readout.upper(), effect, se, NAN if name == names[1] else effect / 2)
        for name in names
        for readout, effect, se in (("Dkk1", -1.0, 0.2), ("long_transcripts", 0.01, 0.01))
    ]
    columns = ["explanation", "readout", "looked_at", "effect", "se", "predicted"]
    return pattern, pd.DataFrame(rows, columns=columns)


def test_the_pattern_shows_what_is_observed_above_the_likeliest_explanations_and_the_claimed_one() -> None:
    figure, drawn = draw_pattern(*some_explanations(), **GROUPS, simulated=False)
    rows = list(drawn["explanation"].drop_duplicates())
    assert rows == [OBSERVED, *(f"explanation {number}" for number in range(8)), "explanation 9"]
    observed = drawn[drawn["explanation"] == OBSERVED]
    assert observed["log2_change"].tolist() == [-1.0, 0.01]
    assert observed["in_standard_errors"].to_numpy() == pytest.approx([-5, 1])
    assert observed["posterior"].isna().all()
    words = [text.get_text() for text in figure.findobj(Text)]
    assert {"−1.00", "−0.50", "·", "> 0.99", "< 0.01", "long transcripts"} <= set(words)


def test_where_nothing_was_weighed_the_figure_of_the_pattern_says_so() -> None:
    pattern, readouts = some_explanations()
    figure, drawn = draw_pattern(pattern.iloc[:0], readouts.iloc[:0], **GROUPS, simulated=False)
    assert drawn.empty
    assert NOTHING in [text.get_text() for text in figure.findobj(Text)]


def test_the_figure_of_the_pattern_is_written_from_its_tables(tmp_path: Path) -> None:
    tables = {}
    for name, table in zip(("pattern", "readouts"), some_explanations(), strict=True):
        tables[name] = tmp_path / f"{name}.tsv"
        table.to_csv(tables[name], sep="\t", index=False, na_rep="NA")
    files = draw_entry("pattern", tables, tmp_path)
    assert all(path.stat().st_size > 0 for path in files)
