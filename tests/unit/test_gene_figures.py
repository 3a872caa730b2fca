"""Figures of single genes show what the tables hold, grey out what is not expressed, and fit on the paper."""

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.markers import MarkerStyle
from matplotlib.text import Text

from claimcheck.core.tables import read_table, write_table
from claimcheck.figures.butterfly import Wing, draw_butterfly, zero_weights
from claimcheck.figures.exploratory import NO_VERDICT, draw_exploratory
from claimcheck.figures.forest import MOST_ROWS, split_evenly
from claimcheck.figures.gene_forest import draw_gene_forest
from claimcheck.figures.gene_heatmap import draw_gene_heatmap
from claimcheck.figures.gene_pair import draw_pair
from claimcheck.figures.named import Standards, genes_of_figure, standards_of
from claimcheck.figures.style import house_style
from claimcheck.page.captions import describe_figure
from claimcheck.page.study_words import Calls, Study
from support.figures import ENTRIES, draw_entry
from support.own import REGISTER

ROOT = Path(__file__).resolve().parents[2]
GROUPS: dict[str, Any] = {"test": "knockout", "reference": "control", "simulated": False}
TFRC, SOST = "ENSMUSG00000022797", "ENSMUSG00000001494"
NAN = float("nan")


@pytest.fixture(autouse=True)
def style():
    with house_style():
        yield


def some_genes(figure: str, panels: dict[str, list[str]], part: str = "") -> pd.DataFrame:
    """Genes with falling fold changes; `rare` is tested below detection, `absent` and `unseen` are not tested."""
    rows = []
    for panel, symbols in panels.items():
        for place, symbol in enumerate(symbols):
            state = {"absent": "not counted", "unseen": "too few counts"}.get(symbol, "tested")
            effect = 1.0 - 0.1 * place if state == "tested" else NAN
            count = {"absent": NAN, "unseen": 1.0, "rare": 4.0}.get(symbol, 100.0)
            half = 6.0 if symbol == "rare" else 0.4
            rows.append(
                {
                    "figure": figure,
                    "panel": panel,
                    "part": part,
                    "gene_id": f"id_{symbol}",
                    "left_out": symbol.startswith("marrow"),
                    "symbol": symbol,
                    "state": state,
                    "mean_count": count,
                    "mean_reference": count,
                    "mean_test": count,
                    "log2_fold_change": effect,
                    "ci95_low": effect - half,
                    "ci95_high": effect + half,
                    "minimum_detectable_effect": 0.5 if state == "tested" else NAN,
                    "log2_fold_change_shrunken": effect / 2,
                }
            )
    return pd.DataFrame(rows)


def named(table: pd.DataFrame, folder: Path, standards: Standards = Standards(10.0, 0.585)) -> pd.DataFrame:  # noqa: B008
    path = folder / "results/differential/named_genes.tsv"
    write_table(table, path)
    return genes_of_figure(read_table(path), table["figure"].iloc[0], standards)


def animals(n: int = 2, sexes: tuple[str, ...] = ("male", "female")) -> pd.DataFrame:
    names = [f"{group[0]}{number}" for number in range(1, n + 1) for group in ("knockout", "control")]
    conditions = ["knockout", "control"] * n
    return pd.DataFrame(
        {"sample": names, "condition": conditions, "sex": [sexes[i % len(sexes)] for i in range(2 * n)]}
    )


def some_levels(genes: pd.DataFrame, samples: pd.DataFrame) -> pd.DataFrame:
    counted = genes.loc[genes["state"] != "not counted", "gene_id"].drop_duplicates()
    rows = [
        (gene, sample, float(number + place), float(place) - 1)
        for number, gene in enumerate(counted)
        for place, sample in enumerate(samples["sample"])
    ]
    return pd.DataFrame(rows, columns=["gene_id", "sample", "log2_cpm", "z"])


def all_text(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def fits(figure: Figure) -> bool:
    """Tell whether all words lie on the paper and no two row names of a panel cover each other."""
    figure.set_dpi(72)
    for _ in range(2):  # ticks depend on the layout, and the layout on ticks
        figure.draw_without_rendering()
    drawn, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    inside = drawn.x0 > -0.02 and drawn.y0 > -0.02 and drawn.x1 < width + 0.02 and drawn.y1 < height + 0.02
    for axes in figure.axes:
        rows = [label.get_window_extent() for label in axes.get_yticklabels() if label.get_text()]
        apart = all(first.y0 >= second.y1 - 1 for first, second in itertools.pairwise(rows))
        inside = inside and (apart or not axes.yaxis_inverted())
    return inside


# forest


def test_the_forest_shows_each_gene_once_and_says_why_one_has_no_estimate(tmp_path: Path) -> None:
    table = some_genes("gene_forest", {"first": ["a", "rare", "unseen"], "second": ["a", "absent", "b"]})
    figure, drawn = draw_gene_forest(named(table, tmp_path), **GROUPS)
    assert list(drawn["label"]) == ["a", "rare", "unseen", "absent", "b"]
    assert list(drawn["panel"]) == ["first"] * 3 + ["second"] * 2
    assert drawn.set_index("label")["detected"].to_dict() == {
        "a": True,
        "rare": False,
        "unseen": False,
        "absent": False,
        "b": True,
    }
    text = all_text(figure)
    for words in ("too few counts", "not counted", "first", "second", "log2 fold change, knockout / control"):
        assert words in text
    assert drawn.loc[drawn["label"] == "b", "effect"].item() == pytest.approx(0.8)
    assert fits(figure)


def test_the_scale_follows_expressed_genes_and_cuts_the_interval_of_one_that_is_not(tmp_path: Path) -> None:
    table = some_genes("gene_forest", {"one": ["a", "rare"]})
    figure, _ = draw_gene_forest(named(table, tmp_path), **GROUPS)
    axes = figure.axes[0]
    reach = axes.get_xlim()[1]
    assert 1.4 < reach < 2
    heads = {
        head: float(x)
        for head in "<>"
        for marks in axes.collections
        if isinstance(marks, PathCollection) and _is_drawn_as(marks, head)
        for x, _ in np.asarray(marks.get_offsets())
    }
    assert heads == {"<": -reach, ">": reach}


def _is_drawn_as(marks: PathCollection, marker: str) -> bool:
    style = MarkerStyle(marker)
    path = style.get_path().transformed(style.get_transform())
    return np.array_equal(marks.get_paths()[0].vertices, path.vertices)


@pytest.mark.parametrize("with_register", [True, False])
def test_the_band_is_the_registers_and_absent_without_one(tmp_path: Path, with_register: bool) -> None:
    standards = standards_of(REGISTER if with_register else None, 10.0)
    table = some_genes("gene_forest", {"one": ["a", "b", "c"]}).assign(gene_id=[TFRC, SOST, "other"])
    figure, drawn = draw_gene_forest(named(table, tmp_path, standards), **GROUPS)
    widths = sorted(bar.get_width() for bar in figure.axes[0].patches)
    if with_register:
        assert list(drawn["threshold"]) == [0.32, 0.585, 0.585]
        assert widths == pytest.approx([0.64, 1.17, 1.17])
    else:
        assert drawn["threshold"].isna().all()
        assert widths == []
        assert "smallest effect of interest" not in all_text(figure)


@pytest.mark.parametrize(("n_groups", "n_columns"), [(1, 1), (6, 2), (12, 3)])
def test_long_forests_stand_in_columns(tmp_path: Path, n_groups: int, n_columns: int) -> None:
    panels = {f"group {number}": [f"g{number}_{gene}" for gene in range(10)] for number in range(n_groups)}
    figure, drawn = draw_gene_forest(named(some_genes("gene_forest", panels), tmp_path), **GROUPS)
    assert len(figure.axes) == n_columns
    assert len(drawn) == 10 * n_groups
    assert fits(figure)


def test_of_a_large_set_the_first_genes_are_drawn_and_the_figures_say_so(tmp_path: Path) -> None:
    genes = named(some_genes("gene_forest", {"one": [f"g{number}" for number in range(MOST_ROWS + 5)]}), tmp_path)
    forest, rows = draw_gene_forest(genes, **GROUPS)
    samples = animals()
    heatmap, cells = draw_gene_heatmap(samples, genes, some_levels(genes, samples), some_scores(samples), {}, **GROUPS)
    assert len(rows) == cells["row"].nunique() == MOST_ROWS
    assert f"the first {MOST_ROWS} of {MOST_ROWS + 5} genes" in all_text(forest)
    assert f"one ({MOST_ROWS} of {MOST_ROWS + 5} genes)" in all_text(heatmap)


def test_sections_are_split_where_the_tallest_column_is_lowest() -> None:
    assert split_evenly([5, 1, 1, 1, 2], 2) == [[0], [1, 2, 3, 4]]
    assert split_evenly([1, 1, 1, 9], 3) == [[0], [1, 2], [3]]
    assert split_evenly([3], 1) == [[0]]


# exploratory


def some_set_tests(n_genes: int) -> pd.DataFrame:
    rows = [
        ("X1", "shown", "EXP_GLIAL_REACTIVE", variant, n, effect, effect - 0.1, effect + 0.1)
        for variant, n, effect in [("full", n_genes, 0.3), ("strip_marrow", n_genes - 1, 0.2), ("other", n_genes, 0.9)]
    ]
    return pd.DataFrame(rows, columns=["claim", "role", "run", "variant", "n_genes", "effect", "ci95_low", "ci95_high"])


def test_exploratory_panels_carry_no_verdict_and_no_p(tmp_path: Path) -> None:
    table = some_genes("exploratory", {"X1": ["a", "marrow_gene", "unseen"]}, part="EXP_GLIAL_REACTIVE")
    table = pd.concat([table, some_genes("exploratory", {"X5": ["c"]})])
    figure, drawn = draw_exploratory(named(table, tmp_path), some_set_tests(12), REGISTER, **GROUPS)
    text = all_text(figure)
    assert NO_VERDICT in text
    assert REGISTER.claims["X1"].statement.split()[0] in text
    assert not [column for column in drawn if column.startswith("p")]
    assert list(drawn["label"]) == ["all (12)", "without ○ (11)", "a", "marrow_gene", "unseen", "c"]
    assert list(drawn.loc[drawn["kind"] == "set", "effect"]) == [0.3, 0.2]
    assert list(drawn.loc[drawn["left_out"], "label"]) == ["marrow_gene"]
    assert "below detection" in text
    assert fits(figure)


def test_a_set_too_small_for_a_verdict_is_shown_gene_by_gene(tmp_path: Path) -> None:
    table = some_genes("exploratory", {"X1": ["a"]}, part="EXP_GLIAL_REACTIVE")
    _, drawn = draw_exploratory(
        named(table, tmp_path), some_set_tests(REGISTER.rules.min_set_genes), REGISTER, **GROUPS
    )
    assert list(drawn["kind"]) == ["set", "gene"]


# butterfly

WINGS = (Wing("suppressors", "FERRO_SUPPRESSOR_CORE"), Wing("drivers", "FERRO_DRIVER_CORE"))


def wing_tests() -> pd.DataFrame:
    rows = [(wing.set, variant, -0.2, -0.3, -0.1) for wing in WINGS for variant in ("full", "strip_marrow")]
    return pd.DataFrame(rows, columns=["set", "variant", "effect", "ci95_low", "ci95_high"])


def test_weight_zero_is_what_the_signed_claim_says() -> None:
    claim, unweighed = zero_weights(REGISTER, *(wing.set for wing in WINGS))
    assert claim == "C02"
    assert len(unweighed) == 19
    assert TFRC in unweighed
    assert zero_weights(REGISTER, "OSTEOBLAST", "PLR") == ("", frozenset())
    assert zero_weights(None, *(wing.set for wing in WINGS)) == ("", frozenset())


def test_the_butterfly_ranks_genes_and_leaves_out_what_the_variant_does(tmp_path: Path) -> None:
    table = some_genes("butterfly_x", {"suppressors": ["a", "unseen", "b"], "drivers": ["marrow_gene", "c"]})
    table.loc[table["symbol"] == "a", "log2_fold_change"] = -2
    figure, drawn = draw_butterfly(
        named(table, tmp_path),
        wing_tests(),
        WINGS,
        beside="strip_marrow",
        weighed=("C02", frozenset({"id_b"})),
        **GROUPS,
    )
    assert list(drawn["label"]) == ["b", "a", "unseen", "marrow_gene", "c"]
    assert list(drawn.loc[drawn["zero_weight"], "label"]) == ["b"]
    assert (drawn["set_effect_beside"] == -0.2).all()
    assert [axes.get_title(loc="left").replace("\n", " ") for axes in figure.axes] == [
        "suppressors all genes",
        "suppressors strip_marrow",
        "drivers strip_marrow",
        "drivers all genes",
    ]
    left_out = [text.get_text() for text in figure.axes[2].texts]
    assert left_out == ["left out"]
    assert "weight 0 in C02" in all_text(figure)
    assert fits(figure)


def test_without_variant_register_and_tests_the_butterfly_has_two_panels(tmp_path: Path) -> None:
    table = some_genes("butterfly_x", {"suppressors": ["a"], "drivers": ["unseen"]})
    figure, drawn = draw_butterfly(
        named(table, tmp_path), wing_tests().head(0), WINGS, beside="full", weighed=("", frozenset()), **GROUPS
    )
    assert len(figure.axes) == 2
    assert drawn["set_effect"].isna().all()
    assert "weight 0" not in all_text(figure)
    assert fits(figure)


# heatmap


def some_scores(samples: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"panel": "QC_X", "sample": samples["sample"], "score": np.linspace(-1, 1, len(samples))})


def test_the_heatmap_orders_animals_by_group_and_genes_by_shrunken_fold_change(tmp_path: Path) -> None:
    table = some_genes("heatmap_x", {"one": ["rare", "low", "high", "absent"], "two": ["high"]})
    table.loc[table["symbol"] == "high", "log2_fold_change_shrunken"] = 3
    genes, samples = named(table, tmp_path), animals(3)
    figure, drawn = draw_gene_heatmap(
        samples, genes, some_levels(genes, samples), some_scores(samples), {"two": ["QC_X", "QC_ABSENT"]}, **GROUPS
    )
    one = drawn[drawn["panel"] == "one"]
    assert list(dict.fromkeys(one["row"])) == ["high", "low", "rare", "absent"]
    assert list(one["sample"].head(6)) == ["c1", "c2", "c3", "k1", "k2", "k3"]
    assert one.loc[one["row"].isin(["rare", "absent"]), "z"].isna().all()
    assert one.loc[one["row"] == "low", "z"].notna().all()
    two = drawn[drawn["panel"] == "two"]
    assert list(dict.fromkeys(two["row"])) == ["high", "QC_X", "QC_ABSENT"]
    assert two.loc[(two["row"] == "QC_X") & (two["sample"] == samples["sample"].iloc[-1]), "z"].item() == 1
    assert "grey: below detection" in all_text(figure)
    assert fits(figure)


@pytest.mark.parametrize("n", [2, 9, 14])
def test_heatmaps_of_few_and_many_animals_fit(tmp_path: Path, n: int) -> None:
    genes = named(some_genes("heatmap_x", {"one": ["a", "b"], "two": ["c"], "three": ["unseen"]}), tmp_path)
    samples = animals(n).assign(sample=lambda table: "Femur_of_animal_" + table["sample"])
    figure, drawn = draw_gene_heatmap(samples, genes, some_levels(genes, samples), some_scores(samples), {}, **GROUPS)
    assert len(drawn) == 4 * 2 * n
    assert fits(figure)


def test_the_heatmap_repeats_byte_for_byte(tmp_path: Path) -> None:
    table = some_genes("heatmap_x", {"one": ["a", "rare"]})
    samples = animals()
    write_table(table, tmp_path / "named.tsv")
    write_table(samples, tmp_path / "model.tsv")
    write_table(some_levels(table, samples), tmp_path / "levels.tsv")
    write_table(some_scores(samples), tmp_path / "scores.tsv")
    tables = {
        argument: tmp_path / f"{name}.tsv"
        for argument, name in {"genes": "named", "samples": "model", "levels": "levels", "scores": "scores"}.items()
    }
    options = {"groups": [{"title": "one"}], "detected_counts": 10}
    written = [
        [path.read_bytes() for path in draw_entry("heatmap_x", tables, tmp_path / run, options=options)]
        for run in ("first", "second")
    ]
    assert written[0] == written[1]


# two genes


def test_a_pair_shows_every_animal_with_its_sex_and_the_gene_that_was_named_first_across(tmp_path: Path) -> None:
    genes, samples = named(some_genes("pair_x", {"x": ["b", "a"]}), tmp_path), animals(3, ("male", "female", ""))
    levels = some_levels(genes, samples)
    figure, drawn = draw_pair(samples, genes, levels, **GROUPS)
    assert list(drawn["sample"]) == ["c1", "c2", "c3", "k1", "k2", "k3"]
    assert set(drawn["gene_x"]) == {"b"}
    of_b = levels[levels["gene_id"] == "id_b"].set_index("sample")["log2_cpm"]
    assert list(drawn["log2_cpm_x"]) == list(of_b[drawn["sample"]])
    text = all_text(figure)
    for words in ("male", "female", "sex not known", "b, log2(CPM + 1)", *drawn["sample"]):
        assert words in text
    assert fits(figure)


def test_a_pair_says_which_gene_is_not_there_or_not_expressed(tmp_path: Path) -> None:
    samples = animals()
    genes = named(some_genes("pair_x", {"x": ["absent", "a"]}), tmp_path)
    figure, drawn = draw_pair(samples, genes, some_levels(genes, samples), **GROUPS)
    assert drawn.empty
    assert "not in the table of counts: absent" in all_text(figure)
    genes = named(some_genes("pair_x", {"x": ["rare", "a"]}), tmp_path)
    figure, drawn = draw_pair(samples, genes, some_levels(genes, samples), **GROUPS)
    assert len(drawn) == 4
    assert "below detection in both groups: rare" in all_text(figure)


# words


def test_every_figure_of_genes_has_words_of_its_own() -> None:
    study = Study("a study", "", False, "counts", "knockout", "control", 0.05)
    calls = Calls(10, 0, 0, 0, 0, 4, 4)
    names = ["gene_forest", "exploratory", "heatmap_bone", "butterfly_ferroptosis", "pair_a_b"]
    texts = [describe_figure(name, study, calls, ENTRIES) for name in names]
    assert len({alternative for alternative, _ in texts}) == len({caption for _, caption in texts}) == len(names)
    assert "bone" in texts[2][0]
    assert "a and b" in texts[4][0]
    for alternative, caption in texts:
        assert "Running sums" not in alternative
        assert "4 knockout and 4 control animals" in caption
