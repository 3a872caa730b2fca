"""The worlds of the false-verdict card are what they say, every claim has a truth in each, and false verdicts are counted."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from claimcheck.gene_sets.variation import FACTORS
from support.worlds import MEMBERS

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
LARGE = 100
"""Animals a group, for standard deviations with an error of a twentieth."""


@pytest.fixture(scope="module")
def worlds():
    return _import("worlds")


@pytest.fixture(scope="module")
def card():
    return _import("card")


def _import(name):
    sys.path.insert(0, str(BENCHMARKS))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(BENCHMARKS))


def levels(worlds, world, n=LARGE, seed=1):
    """Give log2 counts per million of genes with 50 counts, by the size factors of the genes that no world shifts."""
    counts = worlds.draw_study(world, n, seed).counts
    counts = counts[(counts >= 50).mean(axis=1) > 0.9]
    log2 = np.log2(counts + 0.5)
    fillers = counts.index[worlds.animals().loc[counts.index, "symbol"] == ""]
    return log2 - (log2.loc[fillers].median() - worlds.animals().loc[fillers, "log2_cpm"].median())


def score(table, name):
    return table.loc[table.index.isin(MEMBERS.loc[MEMBERS["set"] == name, "gene_id"])].mean()


def implied(worlds, table, name):
    """Give the SD of the mean over a set's genes that the reference's factors and dispersions imply."""
    rows = worlds.animals().loc[table.index[table.index.isin(MEMBERS.loc[MEMBERS["set"] == name, "gene_id"])]]
    own = (rows["dispersion"] / np.log(2) ** 2).mean() / len(rows)
    return float(np.sqrt((rows[FACTORS].mean() ** 2).sum() + own))


@pytest.fixture(scope="module")
def nothing(worlds):
    return levels(worlds, "nothing")


def test_levels_and_variation_of_genes_are_those_of_the_reference(worlds, nothing):
    rows = worlds.animals().loc[nothing.index]
    assert (nothing.mean(axis=1) - rows["log2_cpm"]).abs().quantile(0.95) < 0.2
    of_reference = np.sqrt((rows[FACTORS] ** 2).sum(axis=1) + rows["dispersion"] / np.log(2) ** 2)
    wide = of_reference > 0.3  # where counting adds little
    ratio = nothing.std(axis=1)[wide] / of_reference[wide]
    assert 0.85 < ratio.median() < 1.15
    assert ratio.quantile(0.05) > 0.7
    assert ratio.quantile(0.95) < 1.4


@pytest.mark.parametrize("name", ["OSTEOBLAST", "WNT_TARGETS_T1", "OXPHOS_NUC_UBIQ", "QC_MUSCLE", "QC_ERYTHROID"])
def test_sets_vary_between_animals_as_in_the_reference(worlds, nothing, name):
    assert score(nothing, name).std() == pytest.approx(implied(worlds, nothing, name), rel=0.25)


def test_targets_of_wnt_go_along_with_osteoblast_genes_as_in_real_bone(nothing):
    """In the five bones the correlation is 0.92."""
    assert np.corrcoef(score(nothing, "WNT_TARGETS_T1"), score(nothing, "OSTEOBLAST"))[0, 1] > 0.75


def test_what_a_world_shifts_is_shifted_and_what_the_deletion_does_is_not_in_artefacts(worlds, nothing):
    table = levels(worlds, "metaphysis")
    for name, change in worlds.settings()["worlds"]["metaphysis"]["shift"]["sets"].items():
        moved = score(table, name) - score(nothing.loc[nothing.index.intersection(table.index)], name)
        assert moved[LARGE:].mean() - moved[:LARGE].mean() == pytest.approx(change, abs=0.15)
    assert not worlds.genotype_change("metaphysis", worlds.animals()).any()


def test_marrow_muscle_and_length_move_what_they_should(worlds):
    genes = worlds.animals()
    change = {
        name: pd.Series(worlds.tissue_change(name, genes), index=genes.index) for name in worlds.settings()["worlds"]
    }
    assert (
        score(change["cleaner knockout"], "QC_NEUTROPHIL") < -1 < 0.3 < score(change["cleaner knockout"], "OSTEOBLAST")
    )
    assert (
        score(change["dirtier knockout"], "OSTEOBLAST")
        < -0.5
        < 0.7
        < score(change["dirtier knockout"], "QC_NEUTROPHIL")
    )
    assert score(change["degradation"], "OXPHOS_NUC_UBIQ") > 0.2
    assert score(change["dilution"], "WNT_TARGETS_T1") == pytest.approx(np.log2(0.8 + 0.2 * 2), abs=0.05)
    deleted = worlds.settings()["deletion"]["gene"]
    assert change["nothing"][deleted] == -1
    assert change["no deletion, quarter of the marrow"][deleted] == pytest.approx(
        change["cleaner knockout"][deleted] + 1
    )


def test_the_same_seed_gives_the_same_counts_and_another_gives_others(worlds):
    one, same, other = (worlds.draw_study("litters", 4, seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.counts, same.counts)
    assert (one.counts != other.counts).to_numpy().mean() > 0.5


def test_sheets_say_what_the_worlds_say(worlds):
    sexes = worlds.draw_study("sex 3 to 1", 4, 1).samples
    assert pd.crosstab(sexes["condition"], sexes["sex"]).loc[["control", "knockout"], "male"].tolist() == [1, 3]
    litters = worlds.draw_study("litters", 3, 1).samples
    assert (litters.groupby("litter")["condition"].nunique() == 1).all()
    assert litters["litter"].nunique() == 4
    true, swapped = (worlds.draw_study(world, 3, 1) for world in ("paper, strong", "labels swapped"))
    pd.testing.assert_frame_equal(true.counts, swapped.counts)
    assert (true.samples["condition"] != swapped.samples["condition"]).sum() == 2
    deep = worlds.draw_study("depth 5 times", 6, 1).counts.sum()
    assert deep[6:].mean() > 3 * deep[:6].mean()


# truth


def test_every_claim_has_a_truth_in_every_world(worlds, card):
    for world in worlds.settings()["worlds"]:
        holds = worlds.truth(world)
        assert set(holds) == set(card.judged())
        for name in card.judged():
            assert worlds.forbidden(worlds.register().claims[name].kind, holds[name])


def test_truth_follows_what_the_deletion_does_and_nothing_else(worlds):
    paper, nothing = worlds.truth("paper, strong"), worlds.truth("nothing")
    assert {paper[name] for name in ("Q01", "C02", "C04", "C07", "C11", "C12", "C13", "C14", "C15", "C16")} == {"true"}
    changes = [
        name for name, claim in worlds.register().claims.items() if claim.kind in ("gene", "set", "intersection")
    ]
    assert {nothing[name] for name in changes if name in nothing} == {"false"}
    for world in ("metaphysis", "cleaner knockout", "muscle", "degradation", "outlier", "depth 5 times"):
        assert worlds.truth(world) == nothing
    assert worlds.truth("no deletion, quarter of the marrow") == nothing | {"Q01": "false"}
    assert worlds.truth("labels swapped")["Q01"] == "false"
    assert worlds.truth("key genes")["C14"] == "true"
    assert worlds.truth("paper, weak")["C10"] == "smaller than claimed"


def test_false_verdicts_are_counted_by_what_the_truth_forbids(card):
    names = card.judged()
    verdicts = dict.fromkeys(names, "inconclusive")
    kept = verdicts | {"C08": "supported (kept)", "C11": "not supported"}
    false = verdicts | {"C08": "supported (higher)", "C11": "contradicted", "C16": "transcripts consistent"}
    weak = verdicts | {"C16": "transcripts consistent (weakly)"}
    rows = [{"world": "nothing", "n": 3, "seed": seed, **row} for seed, row in enumerate((kept, false, weak, verdicts))]
    rows += [{"world": "paper, strong", "n": 4, "seed": 1, **row} for row in (kept,)]
    table, power = card.tabulate(pd.DataFrame(rows))
    nothing = table.set_index("world").loc["nothing"]
    assert nothing[["C08", "C11", "C16", "any"]].tolist() == [25, 25, 25, 25]
    assert nothing[["C14", "Q01"]].tolist() == [0, 0]
    assert table.set_index("world").loc["paper, strong", ["C11", "C08", "any"]].tolist() == [100, 0, 100]
    powers = power.set_index("world")
    assert powers.loc["paper, strong", ["C08", "C11"]].tolist() == [100, 0]
    assert powers.loc["nothing", "C08"] == 50
    assert np.isnan(powers.loc["nothing", "C11"])


def test_a_study_goes_from_counts_to_a_verdict_on_every_claim(worlds, card, tmp_path):
    genes = worlds.animals()
    fewer = genes[(genes["symbol"] != "") | (np.arange(len(genes)) % 4 == 0)]
    table = card.decide(worlds.draw_study("paper, strong", 3, 1, reference=fewer), tmp_path)
    verdicts = table.set_index("claim")["verdict"]
    assert list(verdicts.index) == list(worlds.register().claims)
    assert card.plain(verdicts["C12"]) in ("supported", "weakly supported")


def test_a_study_that_a_gate_stops_says_nothing_of_its_claims(worlds, card, tmp_path):
    study = worlds.draw_study("nothing", 3, 1)
    of_one_batch_each = study.samples.assign(batch=study.samples["condition"])
    verdicts = card.decide(worlds.Study(study.counts, of_one_batch_each), tmp_path).set_index("claim")["verdict"]
    assert set(verdicts.drop(["Q01", "Q02"])) == {card.STOPPED}
    assert verdicts["Q02"] == "supported"


def test_groups_of_the_command_are_two_equal_numbers(card):
    assert card._jobs(["nothing"], ["3+3"], 2, {("nothing", 3, 1)}) == [("nothing", 3, 2)]
    with pytest.raises(SystemExit, match=r"expected two equal groups"):
        card._jobs(["nothing"], ["3+4"], 1, set())


def test_studies_of_another_register_are_not_counted(card, tmp_path, monkeypatch):
    (tmp_path / "studies.tsv").write_text("world\tn\tseed\tseconds\tC99\n")
    monkeypatch.setattr(sys, "argv", ["card.py", "--table", "--cache", str(tmp_path / "studies.tsv")])
    with pytest.raises(SystemExit, match="another --cache"):
        card.main()
