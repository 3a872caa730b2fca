"""Every figure is what its entry says: its function takes what the entry names, it stands on the page, and it has words."""

import inspect
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import pandas as pd
import pytest

from claimcheck.core.contracts import contracts
from claimcheck.core.study import read_configuration
from claimcheck.core.tables import write_table
from claimcheck.figures.registry import (
    Entry,
    Figure,
    entry_of,
    figures_of_study,
    read_entries,
    sections_of,
    write_captions,
)
from claimcheck.figures.sections import Sources, draw, function_of
from claimcheck.page.captions import describe_figure
from claimcheck.page.study_words import Calls, Study
from support.figures import ENTRIES
from support.studies import COUNTS_STUDY, ROOT

REPORT = ROOT / "workflow/report"
GIVEN = {"test", "reference", "simulated", "figure"}
WIDE: dict[str, Any] = {
    "study": {
        "title": "all figures",
        "deleted_gene": "g1",
        "deleted_gene_symbol": "G1",
        "published_results": {"file": "config/published.tsv"},
    },
    "quality": {"panels": ["P"], "shares": {"muscle": {"genes": ["g1"], "warn": 0.1}}},
    "identity": {"female_genes": ["g1"]},
    "report": {
        "gene_forest": [{"title": "some", "genes": ["g1"]}],
        "heatmaps": {"bone": {"groups": [{"title": "some", "genes": ["g1"]}]}},
        "butterflies": {"iron": {"left": {"title": "l", "set": "A"}, "right": {"title": "r", "set": "B"}}},
        "gene_pairs": {"two": ["g1", "g2"]},
    },
}


def completed(folder: Path, **more: Any) -> dict[str, Any]:
    for name in ("counts.tsv", "sheet.tsv"):
        (folder / "config").mkdir(exist_ok=True)
        (folder / "config" / name).write_text("")
    return read_configuration(COUNTS_STUDY | more, folder=folder)


@pytest.fixture
def figures(tmp_path: Path) -> list[Figure]:
    """All figures that there can be, of two families."""
    configuration = completed(tmp_path, **WIDE)
    configuration["gene_sets"]["families"] = ["wnt", "iron"]
    configuration["report"]["set_effects"] = {"wnt": {"groups": {"up": ["A"]}, "confounders": ["B"]}}
    configuration["claims"] = "config/claims.yaml"
    configuration["gene_sets"]["reference_variation"] = "config/variation.tsv"
    return figures_of_study(ENTRIES, configuration, {"archive": True, "mapping": True, "explored": True})


def test_a_study_has_the_figures_whose_conditions_hold(figures: list[Figure], tmp_path: Path) -> None:
    names = [figure.name for figure in figures]
    assert {figure.entry.name for figure in figures} == set(ENTRIES)
    for name in (
        "heatmap_bone",
        "butterfly_iron",
        "pair_two",
        "set_effects_wnt",
        "set_effects_iron",
        "enrichment_iron",
    ):
        assert name in names
    fewest = figures_of_study(ENTRIES, completed(tmp_path), {"archive": False, "mapping": False, "explored": False})
    assert [figure.name for figure in fewest] == [
        "similarity",
        "pca",
        "pca_covariates",
        "ma",
        "volcano",
        "p_values",
        "dispersions",
        "gene_counts",
    ]
    assert [section.name for section in sections_of(fewest)] == ["quality", "differential"]


def test_options_come_from_the_configuration_or_their_default(figures: list[Figure]) -> None:
    of = {figure.name: figure for figure in figures}
    assert of["set_effects_wnt"].options == {"groups": {"up": ["A"]}, "beside": ["B"]}
    assert of["set_effects_iron"].options == {"groups": {}, "beside": []}
    assert of["pair_two"].labels == {"figure": "two genes", "genes": "two"}
    assert of["pair_two"].shown["labels"] == of["pair_two"].labels
    assert of["pair_two"].file("svg") == "results/figures/pair_two.svg"
    assert {figure.name for figure in figures if "subcategory" in figure.shown} == {
        figure.name for figure in figures if figure.entry.subcategory
    }
    assert of["ma"].options["alpha"] == 0.05


def test_a_table_that_a_study_does_not_have_is_no_input(tmp_path: Path) -> None:
    figures = figures_of_study(
        ENTRIES, completed(tmp_path, **WIDE), {"archive": False, "mapping": False, "explored": False}
    )
    [genes] = [section for section in sections_of(figures) if section.name == "genes"]
    assert genes.params["butterfly_iron"]["tables"]["set_tests"] == ("results/gene_sets/tests.tsv", False)
    assert not [table for table in genes.tables if "gene_sets" in table]


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=list(ENTRIES))
def test_the_drawing_function_takes_what_the_entry_names(entry: Entry) -> None:
    parameters = inspect.signature(function_of(entry.draw)).parameters
    named = [*entry.tables, *entry.needs, *entry.options]
    assert len(named) == len(set(named))
    assert set(named) <= set(parameters)
    needed = {name for name, parameter in parameters.items() if parameter.default is parameter.empty}
    assert needed <= {*named, *GIVEN, *entry.repeat}
    tables = {table if isinstance(table, str) else table["table"] for table in entry.tables.values()}
    assert tables <= set(contracts())


def test_every_figure_has_words_that_say_how_many(figures: list[Figure]) -> None:
    study = Study("a study", "", False, "counts", "knockout", "control", 0.05)
    texts = [describe_figure(figure.name, study, Calls(10, 0, 0, 1, 2, 4, 5), ENTRIES) for figure in figures]
    assert len(set(texts)) == len(figures)
    assert all("4 knockout and 5 control animals" in alternative + caption for alternative, caption in texts)


def test_every_figure_stands_in_a_place_that_the_page_has(figures: list[Figure]) -> None:
    templates = "".join(path.read_text() for path in REPORT.glob("*.j2"))
    # The place of sets is split by family, see page.py; what has the place of files is not on the page.
    assert {figure.entry.place for figure in figures} == {*re.findall(r'at\("(\w+)"\)', templates), "sets", "files"}


def test_captions_are_written_for_snakemakes_report(figures: list[Figure], tmp_path: Path) -> None:
    files = write_captions(figures, tmp_path)
    assert set(files) == {figure.name for figure in figures}
    params = {"test": "knockout", "reference": "control", "simulated": True}
    params["figures"] = {figure.name: figure.params for figure in figures}
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=True)
    said = {
        name: environment.from_string(path.read_text()).render(snakemake={"params": params})
        for name, path in files.items()
    }
    assert all(words.startswith("**Simulated data.** ") for words in said.values())
    assert "the family wnt along all genes" in said["enrichment_wnt"]
    assert not [name for name, words in said.items() if "{" in words]


def test_a_name_leads_back_to_its_entry(figures: list[Figure]) -> None:
    for figure in figures:
        assert entry_of(figure.name, ENTRIES) == (figure.entry, dict(figure.key))
    with pytest.raises(KeyError, match="has no figure heatmaps"):
        entry_of("heatmaps", ENTRIES)


@pytest.mark.parametrize(
    ("part", "error"),
    [
        ("colour: red", TypeError),
        ("needs: [reads]", ValueError),
        ("draw: draw_pca", ValueError),
        ("words: {alt: a}", ValueError),
    ],
)
def test_an_entry_with_something_that_nothing_heeds_is_refused(
    part: str, error: type[Exception], tmp_path: Path
) -> None:
    path = tmp_path / "figures.yaml"
    head = "a:\n  section: s\n  place: p\n  words: ma\n  tables: {}\n  category: c\n  labels: {}\n  caption: c\n"
    path.write_text(f"{head}  draw: m.draw_a\n")
    assert list(read_entries(path)) == ["a"]
    lines = [line for line in path.read_text().splitlines() if not line.startswith(f"  {part.partition(':')[0]}:")]
    path.write_text("\n".join([*lines, f"  {part}", ""]))
    with pytest.raises(error):
        read_entries(path)


def test_two_figures_of_one_name_and_a_key_that_there_is_not_are_refused(tmp_path: Path) -> None:
    configuration = completed(tmp_path, **WIDE)
    facts = {"archive": False, "mapping": False, "explored": False}
    twin = replace(ENTRIES["ma"], name="pair_two")
    with pytest.raises(ValueError, match="pair_two"):
        figures_of_study({"pair": ENTRIES["pair"], "pair_two": twin}, configuration, facts)
    with pytest.raises(KeyError):
        figures_of_study({"ma": replace(ENTRIES["ma"], options={"alpha": "differential.alfa"})}, configuration, facts)
    with pytest.raises(KeyError):
        figures_of_study({"ma": replace(ENTRIES["ma"], when=["differential.alfa"])}, configuration, facts)


def test_what_is_no_input_of_the_section_or_no_argument_is_not_drawn(tmp_path: Path) -> None:
    table = pd.DataFrame({"gene_id": ["g"], "symbol": ["s"]})
    write_table(table, tmp_path / "dispersions.tsv")
    read = (str(tmp_path / "dispersions.tsv"), True)
    asked = {
        "draw": "dispersions.draw_dispersions",
        "tables": {"dispersions": read},
        "needs": [],
        "options": {},
        "key": {},
    }
    files = [tmp_path / f"x.{ending}" for ending in ("svg", "pdf", "tsv")]
    sources = Sources([], None, [], None, {"simulated": False})
    with pytest.raises(ValueError, match="no input of this section"):
        draw("x", asked, sources, files)
    sources = replace(sources, tables=[tmp_path / "dispersions.tsv"])
    with pytest.raises(TypeError, match="shades") as caught:
        draw("x", asked | {"options": {"shades": 3}}, sources, files)
    assert caught.value.__notes__ == ["while the figure x was drawn"]
    assert not any(file.exists() for file in files)
