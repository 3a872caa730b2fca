"""The power map is decided as verdicts are, grows with animals and effect, and holds the level where nothing is true."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection

import measure_power
import print_power
from claimcheck.claims import power
from claimcheck.claims.evidence import Verdict
from claimcheck.claims.model import CONTROL, DECIDING, NOT_KNOWN
from claimcheck.claims.procedure import adjust_claims
from claimcheck.claims.resolve import planned_sets, read_reference
from claimcheck.claims.specifications import Model
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table, write_table
from claimcheck.figures.power import draw_power, draw_samples_needed
from claimcheck.figures.style import house_style
from claimcheck.gene_sets.curated import list_tables
from claimcheck.gene_sets.variation import read_variation
from claimcheck.page.power import PowerResults, view_power
from support.own import CONFIGURATION as CONFIG
from support.own import CURATED, MEMBERS, REGISTER, SETS

ROOT = Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "benchmarks"
PLANNED = planned_sets(REGISTER, SETS, MEMBERS, read_reference(REGISTER, CURATED / "reference/bone_expression.tsv"))
GENES = read_variation(CURATED / "reference/bone_animals.tsv")
PLAN = measure_power.make_plan(
    REGISTER,
    PLANNED,
    GENES,
    MEMBERS,
    panels=CONFIG["quality"]["panels"],
    composition=CONFIG["quality"]["composition"],
    differential=CONFIG["differential"],
)
CHANGES = [name for name in REGISTER.confirmatory if REGISTER.claims[name].margins is None]
MODEL = Model((), CONFIG["differential"]["min_count"])


def settings(**changes) -> power.Settings:
    return power.Settings(**CONFIG["power"] | {"rotations": 499} | changes)


@pytest.fixture(scope="module")
def mapped() -> pd.DataFrame:
    return power.map_power(PLAN, settings(animals=[3, 8], multiples=[3], draws=20))


def support(mapped: pd.DataFrame, n: int, multiple: float, claims=CHANGES) -> float:
    """Sum up the shares of support over claims."""
    cell = mapped[(mapped["n"] == n) & (mapped["multiple"] == multiple) & mapped["claim"].isin(claims)]
    return float(cell["supported"].sum())


def test_every_claim_has_the_planted_effect_and_controls_stay() -> None:
    changes = power.planted_changes(REGISTER, PLAN.planned, GENES)
    looked_at = 0
    for name in REGISTER.confirmatory:
        claim = REGISTER.claims[name]
        runs = [(role, weights) for role in (DECIDING, CONTROL) for weights in power._runs(claim, PLAN.planned, role)]
        for role, weights in runs if claim.kind != "multi_source" else []:
            known = weights[weights.index.isin(GENES.index)]
            found = changes.loc[known.index].mul(known, axis=0).mean()
            size = 0.0 if role == CONTROL else claim.direction * claim.threshold or claim.threshold
            of_change, of_none = (0.0, -size) if claim.margins else (size, 0.0)
            assert found["claimed"] == pytest.approx(of_change, abs=1e-5), name
            assert found["excluded"] == pytest.approx(of_none, abs=1e-5), name
            looked_at += 1
    assert looked_at > 10
    one_by_one = {gene.symbol: changes.loc[gene.gene_id] for claim in CHANGES for gene in REGISTER.claims[claim].genes}
    assert one_by_one["Dkk1"]["claimed"] == one_by_one["Sost"]["claimed"] == -0.585
    assert one_by_one["Tfrc"]["claimed"] == 0.32  # of the first of two models that disagree on it
    assert changes.loc["ENSMUSG00000022199", "excluded"] == 0.585  # Slc22a17, which is to stay


def test_power_grows_with_animals_and_with_the_effect(mapped: pd.DataFrame) -> None:
    assert support(mapped, 8, 3) > support(mapped, 3, 3) + 2
    assert support(mapped, 3, 3) > support(mapped, 3, 0) + 2
    kept = [name for name in REGISTER.confirmatory if name not in CHANGES]
    assert support(mapped, 8, 0, kept) > support(mapped, 3, 0, kept) + 0.5


def test_where_nothing_is_true_the_level_holds(mapped: pd.DataFrame) -> None:
    draws = mapped["draws"].iloc[0]
    alpha = REGISTER.rules.alpha
    most = alpha + 3 * np.sqrt(alpha * (1 - alpha) / draws)
    kept = [name for name in REGISTER.confirmatory if name not in CHANGES]
    for n in (3, 8):
        assert support(mapped, n, 0) <= most
        assert support(mapped, n, 3, kept) <= most
    assert mapped.loc[mapped["claim"].isin(CHANGES), "contradicted"].max() <= most


def test_shares_are_of_all_draws_and_have_an_error(mapped: pd.DataFrame) -> None:
    assert np.allclose(mapped[list(power.VERDICTS)].sum(axis=1), 1)
    assert len(mapped) == len(REGISTER.confirmatory) * 4
    assert (mapped["standard_error"] > 0).all()
    half = mapped[mapped["supported"] == 0.5]
    assert np.allclose(half["standard_error"], np.sqrt(0.25 / 20))
    untestable = mapped.loc[mapped["not_testable"] == 1, "claim"].unique()
    assert list(untestable) == ["C03"]  # its sources are fetched with the data


def test_the_same_seed_gives_the_same_map() -> None:
    few = settings(animals=[3], multiples=[2], draws=1)
    pd.testing.assert_frame_equal(power.map_power(PLAN, few), power.map_power(PLAN, few))
    other = replace(PLAN, register=replace(REGISTER, tests=replace(REGISTER.tests, seed=1)))
    changes = power.planted_changes(REGISTER, PLAN.planned, GENES)
    drawn = [
        next(iter(power._draw(PLAN, few, changes, np.random.default_rng([one.register.tests.seed, 0]))))[2]
        for one in (PLAN, other)
    ]
    assert not drawn[0].equals(drawn[1])


def test_drawn_studies_are_decided_as_real_ones_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    card, worlds = (__import__(name) for name in ("card", "worlds"))
    study = worlds.draw_study("paper, strong", 3, 3)
    card.decide(study, tmp_path)
    table = read_table(tmp_path / "results/claims/verdicts.tsv").set_index("claim")
    order = [
        *study.samples.query("condition == 'control'")["sample"],
        *study.samples.query("condition == 'knockout'")["sample"],
    ]
    names = [*power._names(power.REFERENCE, 3), *power._names(power.TEST, 3)]
    counts = study.counts[order].set_axis(names, axis="columns")
    data = power._data(PLAN, counts, 3, replace(REGISTER.tests, rotations=card.ROTATIONS))
    found = power.conclude_draw(REGISTER, data, MODEL)
    by_sets = [
        name for name in REGISTER.confirmatory if REGISTER.claims[name].kind in ("set", "signed_set", "noninferiority")
    ]
    assert len(by_sets) > 8
    for name in by_sets:
        assert found[name].judged.effect == pytest.approx(table.loc[name, "effect"], abs=1e-9), name
        assert found[name].p_predicted == pytest.approx(table.loc[name, "p_value"], abs=1e-9), name
    for name in ("C11", "C12"):  # by another test of the gene
        assert found[name].judged.effect == pytest.approx(table.loc[name, "effect"], abs=0.15), name
    decided = power.decide_draw(REGISTER, data, MODEL)
    assert decided["C11"] is decided["C12"] is Verdict.SUPPORTED
    allowed = card.plain(table.loc["C02", "verdict"]).startswith(("supported", "weakly", "inconclusive"))
    assert decided["C02"] is Verdict.SUPPORTED and allowed


def test_support_is_corrected_for_all_claims() -> None:
    few = settings(animals=[4], multiples=[2])
    changes = power.planted_changes(REGISTER, PLAN.planned, GENES)
    spared = 0
    for seed in range(4):
        _, _, counts = list(power._draw(PLAN, few, changes, np.random.default_rng(seed)))[1]
        data = power._data(PLAN, counts, 4, replace(REGISTER.tests, rotations=999))
        found, decided = power.conclude_draw(REGISTER, data, MODEL), power.decide_draw(REGISTER, data, MODEL)
        family = adjust_claims(REGISTER, found)
        for name in CHANGES:
            p, adjusted = found[name].p_predicted, family[name].p_predicted
            supported = decided[name] is Verdict.SUPPORTED
            assert not supported or adjusted <= REGISTER.rules.alpha, name
            large = abs(found[name].judged.effect) >= REGISTER.claims[name].threshold
            spared += bool(p <= REGISTER.rules.alpha < adjusted and large and not supported)
    assert spared > 4  # which would be supported one by one


def some_map(**supported: list[float]) -> pd.DataFrame:
    rows = [
        (name, n, multiple, 0.2, share, 0.0, 0.0, 0.0, 1 - share, 0.0, 0.01, 100)
        for name, shares in supported.items()
        for multiple in (0, 1)
        for n, share in zip((3, 6, 12), shares, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(power.POWER_COLUMNS))


def test_animals_are_enough_from_a_size_on() -> None:
    table = some_map(
        C11=[0.9, 0.7, 0.8], C14=[0.1, 0.8, 0.9], C15=[0.1, 0.2, 0.3], C01=[0.8, 0.9, 1.0], C03=[0.0, 0.0, 0.0]
    )
    table.loc[table["claim"] == "C03", ["inconclusive", "not_testable"]] = 0.0, 1.0
    needed = power.animals_needed(table, REGISTER).set_index("claim")
    assert needed["animals"].to_dict() == {
        "C11": "12",
        "C14": "6",
        "C15": "more than 12",
        "C01": "3",
        "C03": "not known",
    }
    assert needed["multiple"].to_dict() == {"C11": 1, "C14": 1, "C15": 1, "C01": 0, "C03": 1}


def arguments(tmp_path: Path, **changes) -> dict:
    return {
        "claims": ROOT / "config/claims.yaml",
        "gene_sets": [Path(path) for path in list_tables(str(CURATED))],
        "reference_expression": CURATED / "reference/bone_expression.tsv",
        "reference_variation": CURATED / "reference/bone_animals.tsv",
        "settings": settings(animals=[3], multiples=[3], draws=1),
        "panels": CONFIG["quality"]["panels"],
        "composition": CONFIG["quality"]["composition"],
        "differential": CONFIG["differential"],
        **{name: tmp_path / f"results/power/{name}.tsv" for name in ("power", "animals", "inputs")},
    } | changes


@pytest.mark.parametrize(
    ("missing", "remedy"),
    [
        ("reference_variation", "set gene_sets.reference_variation to its path"),
        ("claims", "set claims to the path of one"),
    ],
)
def test_without_register_or_reference_the_remedy_is_said(missing: str, remedy: str, tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=remedy):
        measure_power.main(**arguments(tmp_path, **{missing: None}))


def test_a_claim_whose_genes_the_reference_lacks_is_not_known() -> None:
    assert power.unknown_claims(PLAN) == {"C03"}  # its sources are fetched with the data
    lacking = replace(PLAN, genes=GENES[GENES["symbol"] != "Dkk1"])
    assert power.unknown_claims(lacking) == {"C03", "C11", "C13"}
    changes = power.planted_changes(REGISTER, lacking.planned, lacking.genes)
    assert changes.loc[GENES.index[GENES["symbol"] == "Sost"], "claimed"].item() == -0.585
    half = power._runs(REGISTER.claims["C15"], PLAN.planned, DECIDING)[0].index[::2]
    assert "C15" in power.unknown_claims(replace(PLAN, genes=GENES.drop(half)))


def test_a_register_without_such_claims_has_an_empty_map(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    none = replace(REGISTER, claims={name: claim for name, claim in REGISTER.claims.items() if not claim.confirmatory})
    empty = power.map_power(replace(PLAN, register=none), settings(animals=[3], multiples=[1], draws=1))
    assert empty.empty
    files = {"power": empty, "animals": power.animals_needed(empty, none).assign(statement="")}
    for name, table in files.items():
        write_table(table, tmp_path / f"{name}.tsv")
    print_power.main(**{name: tmp_path / f"{name}.tsv" for name in files})
    assert "No claim" in capsys.readouterr().out
    with house_style():
        assert draw_power(empty, none, simulated=False)[1].empty


def test_what_the_map_was_made_from_is_kept_and_the_map_is_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = arguments(tmp_path)
    measure_power.main(**files)
    inputs = read_table(files["inputs"]).set_index("key")["value"]
    assert inputs["register"] == REGISTER.digest
    assert set(inputs.index) == {"register", "planned", "reference_variation"}
    print_power.main(power=files["power"], animals=files["animals"])
    shown = capsys.readouterr().out
    assert "C11  The transcript of Dkk1 falls." in shown
    assert "C03  The ferroptosis pathway" in shown and "3 x: not known" in shown
    assert "An upper bound" in shown


def results_of(table: pd.DataFrame, register_digest: str = REGISTER.digest) -> PowerResults:
    needed = power.animals_needed(table, REGISTER)
    inputs = pd.DataFrame({"key": ["register"], "value": [register_digest], "note": [""]})
    return PowerResults(table, needed, inputs)


def verdicts_of(n_test: int, n_reference: int) -> pd.DataFrame:
    names = ["C11", "C14", "C01"]
    statements = [REGISTER.claims[name].statement for name in names]
    return pd.DataFrame(
        {"claim": names, "statement": statements, "verdict": ["supported", "inconclusive", "inconclusive"]}
    ).assign(n_test=n_test, n_reference=n_reference)


MAP = some_map(C11=[0.9, 0.95, 1.0], C14=[0.1, 0.8, 0.9], C01=[0.2, 0.9, 1.0])


@pytest.mark.parametrize(("animals", "size", "share"), [((2, 2), 3, "10"), ((4, 7), 3, "10"), ((6, 7), 6, "80")])
def test_the_page_shows_the_map_of_the_smaller_group_beside_the_verdict(animals, size, share) -> None:
    view = view_power(results_of(MAP), verdicts_of(*animals), REGISTER, "animals")
    assert view.registered
    assert f"with {size} animals in each group" in view.table.caption
    rows = {row[0].text: [cell.text for cell in row] for row in view.table.rows}
    assert list(rows) == ["C11", "C14", "C01"]  # the one that leads first
    assert rows["C14"][2:] == [share, share, "6", "inconclusive"]
    assert rows["C01"][4] == "6"
    several = power.animals_needed(MAP, REGISTER).assign(
        multiple=lambda table: table["multiple"] * 2, animals="more than 12"
    )
    more = replace(results_of(MAP), animals=pd.concat([power.animals_needed(MAP, REGISTER), several]))
    shown = {
        row[0].text: row[4].text for row in view_power(more, verdicts_of(*animals), REGISTER, "animals").table.rows
    }
    assert shown["C14"] == "1 ×: 6; 2 ×: more than 12"


def test_the_page_knows_a_map_of_another_register() -> None:
    assert not view_power(results_of(MAP, "0" * 64), verdicts_of(3, 3), REGISTER, "animals").registered


def test_the_figure_draws_what_the_table_holds() -> None:
    with house_style():
        figure, drawn = draw_power(MAP, REGISTER, simulated=False)
    assert len(figure.axes) == 4  # two true effects of claims that something changes, and of those that nothing does
    written = [text.get_text() for text in figure.axes[1].texts]
    assert written == ["90", "95", "100", "10", "80", "90"]
    bold = [text.get_text() for text in figure.axes[1].texts if text.get_fontweight() == "bold"]
    assert bold == ["90", "95", "100", "80", "90"]
    assert len(drawn) == 18
    unknown = MAP.assign(not_testable=(MAP["claim"] == "C14").astype(float))
    with house_style():
        assert len(draw_power(unknown, REGISTER, simulated=True)[0].axes[1].texts) == 3


def test_a_reference_without_genes_is_named(tmp_path: Path) -> None:
    path = tmp_path / "animals.tsv"
    path.write_text((CURATED / "reference/bone_animals.tsv").read_text().partition("\n")[0] + "\n")
    with pytest.raises(StudyError, match="has no gene") as caught:
        read_variation(path)
    assert str(path) in caught.value.where


def test_the_animals_that_each_claim_takes_are_drawn_where_they_are():
    rows = [("C11", 2.0, "3"), ("C11", 3.0, "8"), ("C12", 2.0, "more than 8"), ("C12", 3.0, NOT_KNOWN)]
    needed = pd.DataFrame(rows, columns=["claim", "multiple", "animals"]).assign(
        statement="It falls.", true_effect=-1.0
    )
    with house_style():
        figure, drawn = draw_samples_needed(needed, pd.DataFrame({"n": [3, 8, 3, 8]}), REGISTER, simulated=False)
    assert drawn.set_index(["claim", "multiple"])["place"].fillna(-1).to_dict() == {
        ("C11", 2.0): 0,
        ("C11", 3.0): 1,
        ("C12", 2.0): 2,
        ("C12", 3.0): -1,
    }
    [axes] = figure.axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["3", "8", "more than 8"]
    marks = [marks.get_offsets() for marks in axes.collections if isinstance(marks, PathCollection)]
    assert sorted(np.ma.concatenate(marks)[:, 0].compressed()) == [0, 1, 2]
