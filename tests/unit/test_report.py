"""The page is whole and honest whatever the study holds, and asks nothing of any server."""

import html
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
import yaml

from claimcheck.deseq2.fallbacks import as_table as as_fallbacks
from claimcheck.deseq2.fallbacks import of_optimisers, of_size_factors, of_trend
from claimcheck.deseq2.methods import POSCOUNTS, RATIO
from claimcheck.deseq2.published import compare_published, read_published
from claimcheck.page.drawings import data_address, shorten
from claimcheck.page.explorer import GeneTables
from claimcheck.page.page import Results, prepare_page
from claimcheck.page.study_words import Study
from claimcheck.page.tables import probability, spaced, two
from support import own

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "workflow" / "report" / "index.html.j2"
CONFIGURATION = yaml.safe_dump(own.CONFIGURATION)
ALWAYS = ("similarity", "pca", "pca_covariates", "ma", "volcano", "p_values", "gene_counts", "dispersions")
N_SCRIPTS = 3
SOMETIMES = ("mapping", "library", "shares", "composition", "sex", "knockout")
STUDY = Study(
    title="A study",
    accession="",
    simulated=False,
    start_from="counts",
    test="knockout",
    reference="control",
    alpha=0.05,
    label_genes=["g3", "absent1"],
)


def gene_tables() -> GeneTables:
    counts = pd.DataFrame({"gene_id": ["g1", "g2", "g3", "g4"]})
    for place, sample in enumerate(["c1", "c2", "k1", "k2"]):
        counts[sample] = [100 + place, 50, 20, place]
    return GeneTables(
        counts=counts,
        sets=pd.DataFrame(
            [("UP_SET", "wnt", "what rises"), ("NONE", "wnt", "nothing counted")],
            columns=["set", "family", "description"],
        ),
        members=pd.DataFrame([("UP_SET", "g4"), ("UP_SET", "g1"), ("NONE", "g9")], columns=["set", "gene_id"]),
        aliases={"Old3": "Gene3", "Gene4": "Gene3", "Several": ""},
    )


def results() -> Results:
    return Results(
        published=None,
        samples=pd.DataFrame(
            {
                "sample": ["c1", "c2", "k1", "k2"],
                "condition": ["control"] * 2 + ["knockout"] * 2,
                "sex": ["", "", "", ""],
                "evidence": ["title: <i>fl/fl</i>"] * 4,
            }
        ),
        gates=pd.DataFrame(
            {
                "gate": ["size", "mapping"],
                "scope": "study",
                "status": ["pass", "fail"],
                "value": ["1", "0.2"],
                "threshold": ["2", "0.5"],
                "reason": ["alike", "few fragments were assigned"],
                "accepted": ["", "the authors sequenced <little>"],
            }
        ),
        outcomes=pd.DataFrame(
            {
                "question": ["knockout"],
                "outcome": ["unconfirmed"],
                "sentence": ["unconfirmed: <b>Gone</b> cannot be read here"],
            }
        ),
        composition=pd.DataFrame(
            {
                "panel": ["MUSCLE", "BLOOD"],
                "n_genes": [9, 9],
                "n_detected": [9, 8],
                "log2_ratio": [1.2, 0.1],
                "standardised_difference": [3.0, 0.2],
                "p_t": [0.01, 0.7],
                "p_permutation": [0.03, 0.8],
                "differs": [True, False],
            }
        ),
        design=pd.DataFrame(
            {
                "covariate": ["sex", "none"],
                "formula": ["~ sex + condition", "~ condition"],
                "residual_df": [float("nan"), 2],
                "chosen": [False, True],
                "reason": ["sex is not known for every sample", "no covariate can be adjusted for"],
            }
        ),
        heterogeneity=pd.DataFrame(columns=["symbol", "difference", "p_adjusted"]),
        fallbacks=as_fallbacks({}),
        outlier_genes=pd.DataFrame({"sample": ["c1", "k1"], "n_outlier_genes": [0, 40], "flagged": [False, True]}),
        genes=pd.DataFrame(
            {
                "gene_id": ["g1", "g2", "g3", "g4"],
                "symbol": ["<script>alert(1)</script>", "a&b", "Gene3", "Gene4"],
                "base_mean": [100.0, 50.0, 20.0, 5.0],
                "log2_fold_change": [2.0, -1.0, 0.1, 0.0],
                "lfc_se": [0.5, 0.5, 0.5, 0.5],
                "stat": [4.0, -2.0, 0.2, 0.0],
                "p_value": [1e-5, 0.02, 0.8, float("nan")],
                "p_adjusted": [3e-5, 0.03, 0.8, float("nan")],
                "log2_fold_change_shrunken": [1.9, -0.8, 0.0, float("nan")],
                "missing": ["", "", "", "outlier sample k2 (Cook's distance)"],
            }
        ),
        summary=pd.DataFrame({"quantity": ["n_genes_tested"], "value": ["3"], "meaning": ["genes tested"]}),
        size_factors=pd.DataFrame(
            {"sample": ["c1", "c2", "k1", "k2"], "size_factor": [0.9, 1.0, 1.1, 1.0], "library_size": 1000}
            | {"method": RATIO, "n_genes": 900}
        ),
        mapping=None,
        extra=None,
        reads=None,
        set_tests=None,
        sets=None,
        publication={"doi": "10.1000/<x>", "title": "A <b>paper</b>"},
        configuration=f"{CONFIGURATION}# <b>bold</b>\n",
        provenance=pd.DataFrame(
            [
                ("reference", "resources/<a>.fa", "sha256", "ab12", 12),
                ("software", "pydeseq2", "version", "9.8.7", float("nan")),
            ],
            columns=["kind", "name", "algorithm", "value", "size"],
        ),
        gene_tables=gene_tables(),
    )


def set_results(p_adjusted: float) -> Results:
    tests = pd.DataFrame(
        {
            "set": ["UP_SET"],
            "family": ["wnt"],
            "n_genes": [12],
            "effect": [0.4],
            "nes": [1.7],
            "p_prerank": [0.001],
            "p_prerank_adjusted": [0.01],
            "p_max": [p_adjusted / 2],
            "p_max_adjusted": [p_adjusted],
            "leading_edge": ["A;B"],
        }
    )
    sets = pd.DataFrame(
        {
            "set": ["UP_SET"],
            "family": ["wnt"],
            "source": ["a book"],
            "n_listed": [14],
            "n_ranked": [12],
            "lost": ["C;D"],
        }
    )
    return replace(results(), set_tests=tests, sets=sets)


@pytest.fixture
def drawings(tmp_path: Path) -> dict[str, Path]:
    names = [*ALWAYS, *SOMETIMES, "set_effects_wnt", "set_effects_iron"]
    paths = {name: tmp_path / f"{name}.svg" for name in names}
    for path in paths.values():
        path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="400pt" height="300pt"></svg>')
    return paths


def page_of(study: Study, tables: Results, drawings: dict[str, Path], *names: str) -> str:
    figures = [drawings[name] for name in (*ALWAYS, *names)]
    return prepare_page(study, tables, figures, TEMPLATE)(False)


@pytest.mark.parametrize(("sign", "opposed"), [(1, False), (-1, True)])
def test_published_fold_changes_of_the_other_direction_are_a_caution(drawings, sign: int, opposed: bool) -> None:
    own = results().genes.dropna(subset=["log2_fold_change"])
    table = "gene\tlogFC\tpadj\n" + "".join(
        f"{gene}\t{sign * change}\t0.001\n"
        for gene, change in own[["gene_id", "log2_fold_change"]].itertuples(index=False)
    )
    path = drawings["volcano"].parent / "published.tsv"
    path.write_text(table)
    published = read_published(path, {"gene": "auto", "log2_fold_change": "auto", "adjusted_p": "auto"})
    compared = compare_published(published, results().genes, reversed_groups=False)
    configuration = yaml.safe_load(results().configuration)
    configuration["study"] |= {"published_results": {"source": "Table <S1>"}}
    tables = replace(results(), published=compared, configuration=yaml.safe_dump(configuration))
    page = page_of(STUDY, tables, drawings)
    assert "Table &lt;S1&gt; has" in page
    assert ("The paper’s own fold changes have the opposite sign of these" in page) == opposed
    assert ('href="#published"' in page) == opposed


class Reader(HTMLParser):
    """Collects what a browser would fetch, images without a description, and tags left open."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.alternatives: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.fetched += [str(values[name]) for name in ("src", "srcset", "data", "action") if name in values]
        if tag in {"link", "iframe", "object"}:
            self.fetched.append(tag)
        if tag == "img":
            self.alternatives.append(values.get("alt") or "")
        if tag not in {"meta", "img", "br", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def without_scripts(page: str) -> str:
    return re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)


def text_of(page: str) -> str:
    body = without_scripts(page).partition("<body>")[2]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_drawing_comes_back_from_its_address_whatever_it_says():
    drawing = """<svg xmlns="http://www.w3.org/2000/svg">
        <!-- 5 % --><g id="a#b" style="fill: url(#c)">50 % &lt; 'x' &amp; %41</g></svg>"""
    attribute = Reader()
    attribute.feed(f'<img src="{data_address(drawing)}" alt="">')
    found = ET.fromstring(unquote(attribute.fetched[0].partition(",")[2]))
    group = next(iter(found))
    assert (group.get("id"), group.get("style"), group.text) == ("a#b", "fill: url(#c)", "50 % < 'x' & %41")


def test_a_shortened_drawing_draws_the_same() -> None:
    drawing = """<?xml version="1.0"?><!DOCTYPE svg PUBLIC "a" "b">
        <svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="400pt">
        <metadata><date>today</date></metadata>
        <defs><path id="Some-41" d="M 1.23456 -0.001 L 10 2.5" transform="scale(0.015625)"/>
        <clipPath id="c1"><rect/></clipPath></defs>
        <g id="figure_1" clip-path="url(#c1)">
        <use xlink:href="#Some-41" transform="translate(63.623047 -0.004)"/>
        <use xlink:href="#Some-41" transform="translate(1.005 2) scale(0.085 -0.085)"/>
        </g></svg>"""
    short = shorten(drawing)
    root = ET.fromstring(short)
    space = "{http://www.w3.org/2000/svg}"
    path, clip = root.find(f".//{space}path"), root.find(f".//{space}clipPath")
    group = root.find(f"{space}g")
    first, second = group
    assert path.get("d") == "M 1.23 0 L 10 2.5"
    assert path.get("transform") == "scale(0.015625)"
    assert group.get("clip-path") == f"url(#{clip.get('id')})"
    assert group.get("id") is None
    assert first.get("href") == second.get("href") == f"#{path.get('id')}"
    assert (first.get("x"), first.get("y"), first.get("transform")) == ("63.62", "0", None)
    assert second.get("transform") in ("translate(1 2) scale(0.085 -0.085)", "translate(1.0 2) scale(0.085 -0.085)")
    assert "today" not in short


def test_page_fetches_nothing_and_describes_every_figure(drawings: dict[str, Path]) -> None:
    study = replace(STUDY, families=["wnt"], start_from="archive")
    reads = pd.DataFrame(
        {"run": ["r1"], "mate": [""], "n_reads": [1000], "n_sampled": [1000], "adapter": ["<b>Some</b>"]}
    )
    tables = replace(set_results(0.01), reads=reads)
    page = page_of(study, tables, drawings, *SOMETIMES, "set_effects_wnt")
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert len(reader.alternatives) == len(ALWAYS) + len(SOMETIMES) + 1
    assert all(len(alternative) > 20 for alternative in reader.alternatives)
    assert all(address.startswith("data:image/svg+xml") for address in reader.fetched)
    styles = re.search(r"<style>(.*?)</style>", page, flags=re.DOTALL)[1]
    assert all(start == "data:" for start in re.findall(r"url\([\"']?(.{5})", styles))
    assert "@import" not in styles
    assert "url(" not in without_scripts(page)


def test_text_of_the_study_is_escaped(drawings: dict[str, Path]) -> None:
    page = page_of(replace(STUDY, title='<img src="x"> & "co"'), results(), drawings)
    assert page.count("<script") == page.count("</script") == N_SCRIPTS
    assert '<img src="x"' not in page
    assert "<i>fl/fl</i>" not in page
    assert "<b>bold</b>" not in page
    assert "<script>alert(1)</script>" in text_of(page)


def test_counts_and_direction_are_those_of_the_table(drawings: dict[str, Path]) -> None:
    text = text_of(page_of(STUDY, results(), drawings))
    assert (
        "Of 3 genes with an adjusted p, 2 are called below 0.05: 1 higher in knockout and 1 higher in control" in text
    )
    assert "log2 fold change, knockout / control; positive = higher in knockout" in text
    assert "1.02 to 2.98" in text
    assert "−1.98 to −0.02" in text
    assert "g3" in text
    assert "hardly expressed: absent1." in text


def test_failed_gate_is_said_in_words_at_the_top(drawings: dict[str, Path]) -> None:
    text = text_of(page_of(STUDY, results(), drawings))
    assert "⚠ 1 of 2 quality checks failed and was accepted." in text
    assert text.index("FAIL mapping") < text.index("PASS size")


def test_nothing_called_is_a_result_with_its_numbers(drawings: dict[str, Path]) -> None:
    tables = results()
    tables = replace(tables, genes=tables.genes.assign(p_adjusted=[0.31, 0.4, 0.8, float("nan")]))
    text = text_of(page_of(STUDY, tables, drawings))
    assert "No gene is called: none of 3 genes with an adjusted p falls below 0.05; the smallest is 0.31" in text
    assert "With 2 knockout and 2 control animals this does not show that the groups are alike" in text


def test_no_p_value_at_all_gives_a_whole_page(drawings: dict[str, Path]) -> None:
    tables = results()
    nothing = dict.fromkeys(["stat", "p_value", "p_adjusted"], float("nan"))
    page = page_of(STUDY, replace(tables, genes=tables.genes.assign(**nothing)), drawings)
    assert "No gene has a p-value." in text_of(page)


def test_no_sets_and_no_reads_are_said(drawings: dict[str, Path]) -> None:
    text = text_of(page_of(STUDY, results(), drawings))
    assert "This study has no gene sets, so none was tested." in text
    assert "The study starts from counts" in text


def test_sequences_that_are_no_genes_are_reported_by_group(drawings: dict[str, Path]) -> None:
    samples = ["c1", "c2", "k1", "k2"]
    extra = pd.DataFrame({"sequence": "ERCC-00001", "length": 600, "sample": samples, "n_reads": [0, 3, 4, 5]})
    extra = extra.assign(condition=["control"] * 2 + ["knockout"] * 2, per_million=[0.0, 2.0, 3.0, 4.0])
    text = text_of(page_of(STUDY, replace(results(), extra=extra), drawings))
    assert "ERCC-00001 600 2 of 2 3.50 1 of 2 1.00" in text


@pytest.mark.parametrize(
    ("p_adjusted", "sentence"),
    [
        (0.01, "below 0.05). Higher in knockout: what rises. Ranking alone would name 1."),
        (0.6, "below 0.05). Ranking alone would name 1."),
    ],
)
def test_sets_are_named_by_tests_that_allow_for_correlation_not_by_rank(
    drawings: dict[str, Path], p_adjusted: float, sentence: str
) -> None:
    study = replace(STUDY, families=["wnt", "iron"])
    text = text_of(page_of(study, set_results(p_adjusted), drawings, "set_effects_wnt", "set_effects_iron"))
    assert sentence in text
    assert "Of 0 sets tested" in text
    assert "significantly enriched" not in text
    assert "no register of claims was evaluated" in text
    assert "C, D" in text


def test_simulated_data_are_called_so_on_page_and_figures(drawings: dict[str, Path]) -> None:
    page = page_of(replace(STUDY, simulated=True), results(), drawings)
    assert "(simulated data)</title>" in page
    assert "A study simulated data" in text_of(page)
    assert page.count('alt="Simulated data.') == len(ALWAYS)
    assert "imulated" not in without_scripts(page_of(STUDY, results(), drawings))


def test_notation_never_prints_a_p_of_zero_and_keeps_signs() -> None:
    assert probability(0.0) == "< 1e-300"
    assert probability(3.21e-8) == "3.2e-08"
    assert probability(float("nan")) == "–"
    assert two(-0.126) == "−0.13"
    assert spaced(";".join("ABCDEFGHIJKLMNOPQ")).endswith("O and 2 more")


def test_identity_composition_and_model_stand_at_the_head(drawings: dict[str, Path]) -> None:
    text = text_of(page_of(STUDY, results(), drawings, "composition"))
    head = text[: text.index("Differential expression")]
    assert "unconfirmed: <b>Gone</b> cannot be read here" in head
    assert "1 of 2 panels differ" in head
    assert "MUSCLE (log2 1.20)" in head
    assert "~ condition (2 residual degrees of freedom): no covariate can be adjusted for." in head
    assert "sex is not known for every sample" in text


def test_an_accepted_failure_is_printed_with_its_reason(drawings: dict[str, Path]) -> None:
    assert "the authors sequenced <little>" in text_of(page_of(STUDY, results(), drawings))


def test_passed_gates_of_a_kind_stand_together(drawings: dict[str, Path]) -> None:
    gates = pd.DataFrame(
        [("size", f"s{number}", "pass", str(1000.0 * number), "500", f"counts: {number}", "") for number in (1, 2)]
        + [
            ("sex", f"s{number}", "pass", sex, sex, f"stated {sex}", "") for number, sex in ((1, "male"), (2, "female"))
        ],
        columns=["gate", "scope", "status", "value", "threshold", "reason", "accepted"],
    )
    text = text_of(page_of(STUDY, replace(results(), gates=gates), drawings))
    assert "PASS size 2 passed 1,000 to 2,000 500 counts" in text
    assert "PASS sex 2 passed – – sex as stated" in text


def test_what_was_done_in_place_of_what_was_planned_is_a_sentence_and_a_check(drawings: dict[str, Path]) -> None:
    planned = text_of(page_of(STUDY, results(), drawings))
    assert "Size factors are medians of ratios" in planned
    assert "in place of" not in planned
    factors = results().size_factors.assign(method=POSCOUNTS, n_genes=0)
    found = [
        *of_size_factors(factors, 900),
        *of_trend({"disp_function_type": "mean", "mean_disp": 0.1}, 1e-8, 900),
        *of_optimisers({"coefficients": (3, 1)}),
    ]
    fallbacks = as_fallbacks({"comparison": found, "heterogeneity": found[1:2]})
    text = text_of(page_of(STUDY, replace(results(), size_factors=factors, fallbacks=fallbacks), drawings))
    assert f"Since no genes have counts in every sample, each size factor is the {POSCOUNTS}" in text
    assert "Size factors are medians" not in text
    assert (
        "Trend of dispersions (comparison, 900 genes): mean of all dispersions in place of a0 + a1 / mean, since"
        in text
    )
    assert "Trend of dispersions (heterogeneity, 900 genes)" in text
    assert "WARN planned_method trend of dispersions, comparison 900" in text
    assert "WARN planned_method coefficients, comparison 1 " in text
    assert text.count("WARN planned_method size factors") == 0  # it has a gate of its own


def test_heterogeneity_and_outlying_animals_are_said(drawings: dict[str, Path]) -> None:
    text = text_of(page_of(STUDY, results(), drawings))
    assert "The outlier of far more genes than other animals: k1." in text
    assert "The effect differs with" not in text
    differing = pd.DataFrame({"symbol": ["Aaa", "Bbb"], "difference": [1.0, 0.1], "p_adjusted": [0.01, 0.9]})
    text = text_of(page_of(STUDY, replace(results(), heterogeneity=differing), drawings))
    assert "The effect differs with none in 1 of 2 genes (interaction, adjusted p below 0.05): Aaa." in text
