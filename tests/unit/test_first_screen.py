"""The first screen, a claim's card and what programs read say what the tables say."""

import json
import re
import zipfile
from itertools import pairwise

import pandas as pd
import pytest
from test_claims_figures import some_verdicts

from claimcheck.page.bundle import write_bundle
from claimcheck.page.forest import Scale, draw_axis, draw_row, scale_of
from claimcheck.page.headline import make_headline
from claimcheck.page.reviews import as_json, review_claims
from claimcheck.page.set_names import SetNames, link_claims, true_minus
from claimcheck.page.strips import draw_strip
from claimcheck.page.study_words import Study
from support.own import REGISTER

STUDY = Study("A study", "PRJNA1", False, "archive", "knockout", "control", 0.05)
ROW = {"effect": -1.0, "ci95_low": -1.5, "ci95_high": -0.5, "threshold": 0.5, "mde": 0.75, "mde_sides": (-1,)}


GROUPS = {"control": "reference", "knockout": "test"}


def numbers(drawing: str, pattern: str) -> list[float]:
    return [float(number) for number in re.findall(pattern, drawing)]


def test_a_row_is_drawn_to_scale():
    drawing = draw_row(ROW, Scale(2.0))
    assert numbers(drawing, r'<circle cx="([\d.]+)%') == [25.0]
    assert numbers(drawing, r'class="interval" x1="([\d.]+)%') == [12.5]
    assert numbers(drawing, r'class="interval".*?x2="([\d.]+)%') == [37.5]
    assert numbers(drawing, r'<rect class="band" x="([\d.]+)%') == [37.5]
    assert numbers(drawing, r'<rect.*?width="([\d.]+)%') == [25.0]
    assert numbers(drawing, r'class="mde" x1="([\d.]+)%') == [31.25]


def test_without_an_effect_nothing_is_drawn():
    assert draw_row(ROW | {"effect": float("nan")}, Scale(2.0)) == ""


@pytest.mark.parametrize(
    ("reach", "ticks"), [(0.35, ["−0.3", "0", "0.3"]), (2.0, ["−2", "0", "2"]), (31.0, ["−30", "0", "30"])]
)
def test_the_axis_names_round_numbers(reach, ticks):
    drawn = re.findall(r">([^<]+)</text>", draw_axis(Scale(reach)))
    assert set(ticks) <= set(drawn)
    assert len(drawn) <= 9


def test_the_scale_holds_all_that_is_drawn():
    rows = pd.DataFrame([ROW, ROW | {"ci95_high": 3.0, "mde": float("nan")}])
    assert scale_of(rows).reach == pytest.approx(3.15)
    assert Scale(1.0).at(5.0) == "100.00%"


def test_every_sample_stands_at_its_level():
    levels = pd.DataFrame(
        {
            "sample": ["<a>", "b", "c", "d"],
            "group": ["control", "control", "knockout", "knockout"],
            "sex": ["female", "male", "", "female"],
            "value": [4.0, 3.0, 2.0, 2.5],
        }
    )
    drawing = str(draw_strip(levels, "Gene <1>", GROUPS).drawing)
    assert re.findall(r"<title>(.*?)</title>", drawing) == [
        "&lt;a&gt;, female: 4.00",
        "b, male: 3.00",
        "d, female: 2.50",
        "c, sex unknown: 2.00",
    ]
    assert "control (2)" in drawing
    assert "knockout (2)" in drawing
    assert "Gene &lt;1&gt; in every sample" in drawing
    (highest,) = numbers(drawing, r'<circle cx="66" cy="([\d.]+)"')
    (lowest,) = numbers(drawing, r'<rect x="212" y="([\d.]+)"')
    assert highest < lowest


def test_names_of_samples_do_not_cover_each_other():
    levels = pd.DataFrame({"sample": [f"s{n}" for n in range(12)], "group": "control", "sex": "", "value": 1.0})
    drawing = str(draw_strip(levels, "G", GROUPS).drawing)
    places = sorted(numbers(drawing, r'class="name" x="84" y="([\d.]+)"'))
    assert len(places) == 12
    assert min(later - earlier for earlier, later in pairwise(places)) >= 9.9


def test_the_four_groups_of_an_interaction_stand_apart():
    groups = {"wt mock": "reference", "wt IR": "test", "null mock": "reference", "null IR": "test"}
    values = [1.0, 5.0, 1.1, 1.2]
    levels = pd.DataFrame({"sample": list("abcd"), "group": list(groups), "sex": "", "value": values})
    drawing = str(draw_strip(levels, "G", groups).drawing)
    assert numbers(drawing, r'<rect x="([\d.]+)"') == [62, 212, 362, 512]
    assert re.findall(r">([a-z]+ [a-zA-Z]+) \(1\)</text>", drawing) == list(groups)
    assert "G in every sample: wt mock, then wt IR, then null mock, then null IR" in drawing


SAMPLES = pd.DataFrame(
    {
        "condition": ["knockout"] * 3 + ["control"] * 2,
        "sex": ["female", "male", "male", "", "female"],
        "tissue": ["femur", "femur", "", "femur", "tibia"],
    }
)


def test_the_headline_counts_samples_by_group_and_sex():
    found = make_headline(SAMPLES, None, None, STUDY)
    assert found.groups == "3 knockout (1 female, 2 male) and 2 control (1 female, 1 of unknown sex)"
    assert found.tissue == "femur, tibia"
    assert make_headline(SAMPLES[["condition"]], None, None, STUDY).groups == "3 knockout and 2 control"


def test_the_answer_counts_verdicts_and_names_those_that_lead():
    verdicts = some_verdicts()
    verdicts["verdict"] = "inconclusive"
    verdicts.loc[verdicts["claim"] == "C11", "verdict"] = "supported"
    verdicts.loc[verdicts["claim"] == "C12", "verdict"] = "contradicted"
    answer = make_headline(SAMPLES, verdicts, REGISTER, STUDY).answer
    assert answer[0] == "Of 18 claims, 1 is supported, 16 are inconclusive and 1 is contradicted."
    assert "the transcript of Dkk1 falls (supported); the transcript of Sost falls (contradicted)" in answer[1]
    assert answer[2] == "RNA cannot test 14 further statements of the abstract at all."


def test_reviews_say_the_verdicts_in_the_words_of_the_tables():
    verdicts = some_verdicts()
    verdicts.loc[verdicts["claim"] == "C11", ["verdict", "rule", "sentence"]] = ["supported", 6, "It falls </script>."]
    paper = {"doi": "10.1/x", "title": "A paper", "authors": "", "journal": "J", "year": "2026"}
    reviews = json.loads(
        as_json(review_claims(verdicts, REGISTER, title="A study", paper=paper, certificate="ab12", simulated=False))
    )
    by_claim = {review["@id"]: review for review in reviews}
    assert len(by_claim) == int((verdicts["kind"] != "exploratory").sum())
    own = by_claim["#C11"]
    assert own["claimReviewed"] == REGISTER.claims["C11"].statement
    assert own["reviewBody"] == "It falls </script>."
    rating = {"@type": "Rating", "alternateName": "supported", "ratingValue": 5, "bestRating": 5, "worstRating": 1}
    assert own["reviewRating"] == rating
    assert own["itemReviewed"]["appearance"] == {
        "@type": "ScholarlyArticle", "headline": "A paper", "isPartOf": "J", "datePublished": "2026", "sameAs": "https://doi.org/10.1/x",
    }  # fmt: skip
    assert "ratingValue" not in by_claim["#N03"]["reviewRating"]


def test_sets_are_named_by_what_they_hold():
    held = ["contamination or confounder panel: muscle", "osteoblasts"]
    names = SetNames(pd.DataFrame({"set": ["QC_MUSCLE", "OSTEOBLAST"], "description": held}))
    assert names.plain("QC_MUSCLE - OSTEOBLAST and UNKNOWN_SET") == "muscle - osteoblasts and UNKNOWN_SET"
    assert names.both("more of QC_MUSCLE.") == "more of muscle (QC_MUSCLE)."


def test_a_verdict_that_the_first_claims_share_is_said_once():
    verdicts = some_verdicts()
    verdicts["verdict"] = "inconclusive (confounded: marrow)"
    answer = make_headline(SAMPLES, verdicts, REGISTER, STUDY).answer
    assert answer[1].endswith("the transcripts of Dkk1 and Sost both fall (all inconclusive (confounded: marrow)).")
    assert answer[1].count("confounded") == 1


def test_ids_of_claims_that_are_on_the_page_are_links_and_all_else_is_text():
    linked = link_claims("protein is <N10>, see C02; C99 and SAMN00000001 are not", {"N10", "C02"})
    assert (
        linked == 'protein is &lt;<a href="#N10">N10</a>&gt;, see <a href="#C02">C02</a>; C99 and SAMN00000001 are not'
    )


def test_a_hyphen_is_a_minus_before_a_number_alone():
    assert true_minus("-0.63 (-1 to -0.2), cut-2, a - 3, 10-20") == "−0.63 (−1 to −0.2), cut-2, a - 3, 10-20"


def test_the_bundle_has_the_same_bytes_every_time(tmp_path):
    (tmp_path / "table.tsv").write_text("a\n1\n")
    files = {"results/page.html": "<p>", "results/a/table.tsv": tmp_path / "table.tsv"}
    for name in ("one.zip", "two.zip"):
        write_bundle(tmp_path / name, dict(reversed(files.items())) if name == "two.zip" else files)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        assert archive.namelist() == ["results/a/table.tsv", "results/page.html"]
        assert archive.read("results/a/table.tsv") == b"a\n1\n"


def test_reviews_of_simulated_data_name_no_paper():
    paper = {"doi": "10.1/x", "title": "A paper"}
    (first, *_) = review_claims(some_verdicts(), REGISTER, title="S", paper=paper, certificate="ab", simulated=True)
    assert first["reviewBody"].startswith("Simulated data: ")
    assert "10.1/x" not in str(first)
    assert "A paper" not in str(first)
