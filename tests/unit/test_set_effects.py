"""The figure of a family's effects shows every set, variant and animal, and names what it cannot show."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from claimcheck.figures.dispersions import LEAST_DRAWN, draw_dispersions
from claimcheck.figures.set_effects import CONFOUNDERS, OTHERS, arrange, draw_set_effects
from claimcheck.figures.style import house_style, settle
from claimcheck.page.captions import describe_figure
from claimcheck.page.study_words import Calls, Study
from support.figures import ENTRIES

GROUPS = {"test": "knockout", "reference": "control"}


def effects_of(rows):
    table = pd.DataFrame(rows, columns=["set", "variant", "n_genes", "effect"])
    return table.assign(
        family="wnt",
        ci95_low=table["effect"] - 0.2,
        ci95_high=table["effect"] + 0.2,
        p_rotation_two_sided=0.0123,
        p_camera=0.045,
    )


TESTS = effects_of(
    [("TARGETS", "full", 12, 0.5), ("LIGANDS", "full", 30, -0.1), ("TARGETS", "strip_blood", 9, 0.4)],
)
SETS = pd.DataFrame(
    {"set": ["TARGETS", "TINY", "LIGANDS"], "family": "wnt", "n_ranked": [12, 3, 30], "tested": [True, False, True]}
)
SAMPLES = pd.DataFrame(
    {
        "sample": ["k1", "k2", "c1", "c2"],
        "condition": ["knockout", "knockout", "control", "control"],
        "sex": ["female", "male", "female", ""],
    }
)
SCORES = pd.DataFrame(
    [(name, sample, 5 + shift) for name in ("TARGETS", "LIGANDS", "MUSCLE") for sample, shift in
     {"k1": 0.9, "k2": 0.7, "c1": 0.3, "c2": 0.1}.items()],
    columns=["set", "sample", "score"],
)  # fmt: skip
MUSCLE = effects_of([("MUSCLE", "full", 18, 3.0), ("SILENT", "full", 0, np.nan)]).drop(columns=["family", "variant"])


def drawing(tests=TESTS, groups=None, beside=("MUSCLE", "SILENT"), samples=SAMPLES, sets=SETS):
    with house_style():
        figure, drawn = draw_set_effects(
            tests,
            MUSCLE,
            SCORES,
            samples,
            sets,
            family="wnt",
            groups=groups or {},
            beside=beside,
            simulated=False,
            **GROUPS,
        )
        settle(figure)
    return figure, drawn, "\n".join(text.get_text() for text in figure.findobj(Text))


def test_every_variant_and_every_animal_of_a_set_is_drawn():
    _, drawn, words = drawing()
    effects = drawn[drawn["panel"] == "effect"].set_index(["set", "variant"])
    assert effects["x"].to_dict() == {
        ("TARGETS", "full"): 0.5,
        ("TARGETS", "strip_blood"): 0.4,
        ("LIGANDS", "full"): -0.1,
        ("MUSCLE", "full"): 3.0,
    }
    animals = drawn[(drawn["panel"] == "samples") & (drawn["set"] == "TARGETS")].set_index("sample")["x"]
    assert animals.to_dict() == pytest.approx({"c1": 0.1, "c2": -0.1, "k1": 0.7, "k2": 0.5})
    assert "12/9" in words
    assert "30/–" in words
    assert "0.012" in words and "0.045" in words
    assert "positive = higher in knockout" in words
    assert "control (n = 2)" in words and "sex not known" in words


def test_what_is_not_drawn_is_named_with_its_reason():
    _, _, words = drawing(groups={"axis": ["TARGETS", "ELSEWHERE"]})
    assert "Not tested for their number of genes (n): TINY (3)." in words
    assert "Too few genes left in strip blood: LIGANDS." in words
    assert "Not among the sets of this study: ELSEWHERE." in words
    assert "No gene measured: SILENT." in words


def test_sets_stand_below_their_headings_and_the_others_after_them():
    assert arrange(TESTS, {"axis": ["LIGANDS", "ELSEWHERE"]}) == [("axis", "LIGANDS"), (OTHERS, "TARGETS")]
    assert arrange(TESTS, {}) == [("", "TARGETS"), ("", "LIGANDS")]
    _, drawn, _ = drawing(groups={"one": ["LIGANDS"], "two": ["LIGANDS", "TARGETS"]})
    placed = drawn[["heading", "set"]].drop_duplicates().to_numpy().tolist()
    assert placed == [["one", "LIGANDS"], ["two", "LIGANDS"], ["two", "TARGETS"], [CONFOUNDERS, "MUSCLE"]]


def test_a_large_confounder_does_not_squeeze_the_sets():
    figure, _, _ = drawing()
    reach = [axes.get_xlim()[1] for axes in figure.axes if axes.get_title(loc="left") == "effects, 95 % intervals"]
    assert reach == [pytest.approx(0.77)]
    assert max(axes.get_xlim()[1] for axes in figure.axes) > 3


def test_no_words_of_the_columns_overlap():
    long = effects_of([("A_SET_WITH_A_VERY_LONG_NAME_INDEED", variant, 499, 0.5) for variant in ("full", "a", "b")])
    long = long.assign(n_genes=[499, 488, 477], p_rotation_two_sided=0.00012, p_camera=1.2e-09)
    figure, _, _ = drawing(long, beside=())
    texts = [*figure.axes[0].get_yticklabels(), *figure.axes[1].texts, figure.axes[0].title, figure.axes[2].title]
    texts = [text for text in texts if text.get_text()]
    boxes = [Text.get_window_extent(text) for text in texts]
    assert len(boxes) >= 7
    assert not any(a.overlaps(b) for number, a in enumerate(boxes) for b in boxes[:number])


def test_a_family_without_a_tested_set_says_so_and_names_its_sets():
    none = TESTS.iloc[:0]
    _, drawn, words = drawing(none, beside=(), sets=SETS.assign(tested=False))
    assert drawn.empty
    assert "no set of the family wnt could be tested" in words
    assert "TARGETS (12), TINY (3), LIGANDS (30)" in words
    _, drawn, _ = drawing(none)
    assert set(drawn["set"]) == {"MUSCLE"}


def test_one_animal_a_group_and_no_sex_are_drawn():
    alone = SAMPLES.iloc[[0, 2]].drop(columns="sex")
    _, drawn, words = drawing(TESTS.assign(ci95_low=np.nan, ci95_high=np.nan), samples=alone)
    assert (drawn["panel"] == "samples").sum() == 6
    assert "not known" not in words


def test_every_figure_says_what_it_shows_of_which_animals():
    study = Study("A study", "", False, "counts", "knockout", "control", 0.05)
    calls = Calls(100, 0, 0, 1, 2, 4, 5)
    for name in ("set_effects_wnt", "enrichment_wnt", "null_calibration", "dispersions"):
        alternative, caption = describe_figure(name, study, calls, ENTRIES)
        assert "4 knockout and 5 control animals" in alternative + caption
        assert ("family wnt" in alternative) == name.endswith("_wnt")


def test_dispersions_beyond_the_scale_lie_at_its_end_and_are_counted():
    genes = pd.DataFrame(
        {
            "gene_id": ["g1", "g2", "g3", "g4"],
            "symbol": "",
            "base_mean": [10.0, 20.0, 30.0, 0.0],
            "gene_wise": [1e-8, 0.1, 3.0, np.nan],
            "trend": [0.2, 0.15, 0.1, np.nan],
            "posterior": [0.1, 0.1, 0.4, np.nan],
            "final": [0.1, 0.1, 3.0, np.nan],
            "above_trend": [False, False, True, False],
        }
    )
    figure, drawn = draw_dispersions(genes, simulated=True)
    assert list(drawn["drawn_gene_wise"]) == [LEAST_DRAWN, 0.1, 3.0]
    words = "\n".join(text.get_text() for text in figure.findobj(Text))
    assert "1 genes below 0.0001 lie at the frame" in words
    assert "simulated data" in words
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert "far above the trend, used as it is (1)" in labels
    figure, drawn = draw_dispersions(genes.iloc[3:], simulated=False)
    assert drawn.empty
