"""The page over several comparisons: what each found, why one stopped, and claims side by side."""

import re
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.tables import columns_of
from claimcheck.page.comparisons import write_index

TEMPLATE = Path(__file__).resolve().parents[2] / "workflow/report/comparisons.html.j2"
FINISHED = {"outcome": "finished", "problem": "", "formula": "~ condition", "groups": "3 wt, 3 ko"}
NUMBERS = {"n_test": 3, "n_reference": 3, "n_genes": 9000, "n_up": 12, "n_down": 3, "n_warnings": 0}


def comparison(name: str, **said: object) -> dict[str, object]:
    common = {"comparison": name, "title": f"The <i>{name}</i>", "test": "ko", "reference": "wt"}
    return common | {"interaction": "", "samples": "", "manifest_sha256": ""} | said


def verdict(name: str, claim: str, rule: int, words: str, **said: object) -> dict[str, object]:
    common = {"comparison": name, "claim": claim, "statement": f"{claim} holds.", "kind": "gene", "effect": -1.5}
    return common | {"ci95_low": -2.0, "ci95_high": -1.0, "verdict": words, "rule": rule, "reason": "r"} | said


@pytest.fixture(scope="module")
def page() -> str:
    comparisons = pd.DataFrame(
        [
            comparison("males", **FINISHED, **NUMBERS),
            comparison("both", **FINISHED, **NUMBERS) | {"interaction": "sex: male against female"},
            comparison(
                "females", outcome="stopped", problem="a <b>gate</b> failed |   where:    x", samples="sex: female"
            ),
        ]
    ).reindex(columns=columns_of(Path("results/comparisons/comparisons.tsv")))
    comparisons[["formula", "groups"]] = comparisons[["formula", "groups"]].fillna("")
    verdicts = pd.DataFrame(
        [
            verdict("males", "C1", 6, "supported"),
            verdict("males", "C2", 2, "not testable", effect=None, ci95_low=None, ci95_high=None),
            verdict("both", "C1", 11, "inconclusive"),
        ]
    )
    return write_index(comparisons, verdicts, title="A <study>", accession="PRJNA1", template=TEMPLATE)


def text_of(page: str) -> str:
    body = re.sub(r"<style.*?</style>", "", page, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_every_text_of_the_study_is_escaped(page: str) -> None:
    for raw in ("<study>", "<i>", "<b>gate"):
        assert raw not in page
    assert "A &lt;study&gt;" in page
    assert "default-src 'none'" in page


def test_one_that_stopped_says_why_and_has_no_page(page: str) -> None:
    assert "a &lt;b&gt;gate&lt;/b&gt; failed\n  where:    x" in page
    assert "comparisons/males/results/report/index.html" in page
    assert "comparisons/females/" not in page
    assert "1 supported, 1 not testable" in text_of(page)


def test_claims_stand_side_by_side_and_what_a_register_lacks_is_empty(page: str) -> None:
    table = page.partition("Claims across comparisons</h2>")[2]
    rows = [re.findall(r"<td.*?</td>", row, re.S) for row in table.split("<tr>")[2:]]
    cells = [[text_of(cell).strip() for cell in row] for row in rows if row]
    assert cells == [
        ["● supported −1.50 (−2.00 to −1.00)", "○ inconclusive −1.50 (−2.00 to −1.00)"],
        ["– not testable", ""],
    ]


def test_an_interaction_is_said_to_be_a_difference_of_differences(page: str) -> None:
    said = text_of(page)
    assert "effect of ko against wt: difference between levels of sex, male against female" in said
    assert "12 more, 3 less, of 9,000 tested" in said
    assert "12 higher, 3 lower, of 9,000 tested" in said
    assert said.count("difference of effects") == 1
