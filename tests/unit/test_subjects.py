"""A study of donors or cultures reads as one: the page has one word for what samples come from, and all else says samples."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from test_power import MAP, REGISTER, results_of, verdicts_of
from test_report import STUDY, TEMPLATE, results, text_of

from claimcheck.core.schemas import complete, load_schema
from claimcheck.figures.registry import read_entries
from claimcheck.page.captions import describe_figure
from claimcheck.page.page import prepare_page
from claimcheck.page.power import view_power
from claimcheck.page.provenance_card import make_card
from claimcheck.page.study_words import Calls, Study, subjects_of
from support.defaults import DEFAULTS

ROOT = Path(__file__).parents[2]
REPORT = ROOT / "workflow/report"
SCRIPTS = ROOT / "workflow/scripts"
WORDS = load_schema("config.schema.yaml")["properties"]["study"]["properties"]["subjects"]["enum"][1:]
MOUSE, HUMAN, YEAST = "ENSMUSG00000026822", "ENSG00000148346", "YAL001C"
# the page prints the configuration, a key of which is power.animals
KEYS = {key: value for key, value in DEFAULTS.items() if key != "power"}
STUDY_KEYS = complete({"study": {"title": "Of donors"}}, load_schema("config.schema.yaml"))["study"]
CONFIGURATION = yaml.safe_dump(KEYS | {"study": STUDY_KEYS, "start_from": "counts"})
ANIMAL = re.compile(r"\b(animals?|mouse|mice|murine)\b", re.IGNORECASE)


@pytest.mark.parametrize(
    ("stated", "tax_id", "genes", "expected"),
    [
        ("auto", 10090, [MOUSE], "animals"),
        ("auto", 9606, [HUMAN], "donors"),
        ("auto", 9606, ["LCN2"], "donors"),
        ("auto", 10090, [HUMAN, "LCN2"], "donors"),  # a study of counts that says nothing of its organism
        ("auto", 10090, [HUMAN, MOUSE], "animals"),
        ("auto", 4932, [YEAST], "animals"),
        ("auto", 10090, [], "animals"),
        ("cultures", 9606, [HUMAN], "cultures"),
        ("animals", 9606, [HUMAN], "animals"),
    ],
)
def test_the_word_is_the_stated_one_or_that_of_the_organism(stated, tax_id, genes, expected):
    samples = pd.DataFrame({"sample": ["a", "b"], "donor": ["D1", "D2"], "batch": ["1", "1"]})
    assert subjects_of(stated, tax_id, genes, samples) == expected


@pytest.mark.parametrize("column", ["donor", "Patient ID", "mouse"])
def test_several_samples_of_one_donor_are_called_samples(column):
    paired = pd.DataFrame({"sample": ["a", "b"], column: ["D1", "D1"]})
    assert subjects_of("auto", 9606, [HUMAN], paired) == "samples"
    assert subjects_of("donors", 9606, [HUMAN], paired) == "donors"
    assert subjects_of("auto", 9606, [HUMAN], paired.assign(**{column: ""})) == "donors"


def test_every_word_is_a_plural_whose_singular_takes_a():
    for word in WORDS:
        one = Study("", "", False, "counts", "ko", "wt", 0.05, subjects=word).subject
        assert one + "s" == word
        assert word == "animals" or one[0] not in "aeiou"


def text_of_ours(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield the texts that functions of a folder hold, but for documentation and single words, which name columns."""
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        statements = (node for node in ast.walk(tree) if isinstance(node, ast.Expr))
        documentation = {id(node.value) for node in statements if isinstance(node.value, ast.Constant)}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation
            if is_text and not node.value.isidentifier():
                yield f"{path.name}:{node.lineno}", node.value


@pytest.mark.parametrize("room", ["page", "figures", "claims", "qc", "deseq2"])
def test_no_text_that_reaches_a_page_names_a_kind_of_its_own(room):
    assert [text for text in text_of_ours(SCRIPTS / "claimcheck" / room) if ANIMAL.search(text[1])] == []


def test_neither_does_a_template_or_a_caption():
    written = [*sorted(REPORT.glob("*.j2")), REPORT / "figures.yaml", REPORT / "page.js", SCRIPTS / "choose_design.py"]
    assert len(written) > 15
    # the pointer, and the name of a table
    texts = {
        path.name: path.read_text(encoding="utf-8").replace('class="mouse"', "").replace("power/animals", "")
        for path in written
    }
    assert [name for name, text in texts.items() if ANIMAL.search(text)] == []


@pytest.mark.parametrize("word", WORDS)
def test_captions_and_pages_have_the_word(word, tmp_path):
    study = replace(STUDY, subjects=word)
    calls = Calls(900, 3, 5, 10, 12, 4, 5)
    entries = read_entries(REPORT / "figures.yaml")
    named = [name if not entry.repeat else f"{name}_x" for name, entry in entries.items()]
    texts = [" ".join(describe_figure(name, study, calls, entries)) for name in named]
    assert all(f"4 knockout and 5 control {word}" in text for text in texts if "knockout and" in text)
    assert sum(f"control {word}" in text for text in texts) > 20
    drawing = tmp_path / "ma.svg"
    drawing.write_text('<svg width="90pt"></svg>')
    page = text_of(prepare_page(study, replace(results(), configuration=CONFIGURATION), [drawing], TEMPLATE)(False))
    page += make_card(results().samples, "", results().provenance, study).cells.caption
    page += view_power(results_of(MAP), verdicts_of(3, 3), REGISTER, word).table.caption
    said = " ".join([*texts, page])
    assert f"2 knockout, 2 control {word}" in said or f"2 control {word}" in said
    assert (word == "animals") == bool(ANIMAL.search(said)), ANIMAL.findall(said)
    assert not re.search(r"\ba animal|\ban (?!animal)[^aeiou\W]", said)
