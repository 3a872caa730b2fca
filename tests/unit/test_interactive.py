"""The page's scripts are the only ones that may run, its genes are those of the table, and no name can break out of them."""

import base64
import hashlib
import html
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from test_explorer import some_genes, some_tables
from test_report import ALWAYS, N_SCRIPTS, STUDY, page_of, results

from claimcheck.core.errors import StudyError
from claimcheck.core.study import read_configuration
from claimcheck.deseq2.size_factors import RATIO
from claimcheck.page.explorer import ANY_ID, ENSEMBL_ID
from claimcheck.page.interactive import named_globally
from claimcheck.page.tables import Column, as_table, short, together, two, words
from support.packed import packed_in, unpack

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ["</script><script>alert(1)</script>", "<!--<script>", "&lt;b&gt;", "\u2028'\"\\", "{{ 7 * 7 }}"]


@pytest.fixture
def drawings(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / f"{name}.svg" for name in ALWAYS}
    for path in paths.values():
        path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="400pt" height="300pt"></svg>')
    return paths


def scripts_of(page: str) -> list[tuple[str, str]]:
    return re.findall(r'<script type="([^"]+)"[^>]*>(.*?)</script>', page, flags=re.DOTALL)


def test_policy_names_the_scripts_of_the_page_and_allows_nothing_else(drawings: dict[str, Path]) -> None:
    page = page_of(STUDY, results(), drawings)
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])
    rules = {name: words for name, _, words in (rule.strip().partition(" ") for rule in policy.split(";"))}
    run = [text for kind, text in scripts_of(page) if kind != "application/json"]
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in run]
    assert len(run) == N_SCRIPTS - 1
    assert rules.pop("script-src").split() == hashes
    nothing = dict.fromkeys(("default-src", "connect-src", "base-uri", "form-action"), "'none'")
    assert rules == {**nothing, "img-src": "data:", "style-src": "'unsafe-inline'"}
    assert policy.index("default-src") == 0


def test_no_name_breaks_out_of_the_data(drawings: dict[str, Path]) -> None:
    tables = results()
    hostile = pd.concat([tables.genes.iloc[[0]].assign(symbol=name, gene_id=name) for name in HOSTILE])
    study = replace(STUDY, test=HOSTILE[0], reference=HOSTILE[1])
    page = page_of(study, replace(tables, genes=hostile), drawings)
    assert page.count("<script") == page.count("</script") == N_SCRIPTS
    words, _ = unpack(packed_in(page))
    assert sorted(words["symbol"]) == sorted(HOSTILE)
    assert (words["test"], words["reference"]) == tuple(HOSTILE[:2])


def test_no_script_holds_what_html_reads_as_its_end(drawings: dict[str, Path]) -> None:
    for _, text in scripts_of(page_of(STUDY, results(), drawings)):
        assert not re.search(r"<!--|</?script", text, flags=re.IGNORECASE)
        assert not {"\r", "\0"} & set(text)


def test_fifty_thousand_genes_make_a_page_below_eight_megabytes_and_the_same_each_time(
    drawings: dict[str, Path],
) -> None:
    genes = some_genes(50_000)
    samples = pd.DataFrame({"sample": [f"a{n}" for n in range(12)], "condition": ["control", "knockout"] * 6})
    tables = replace(
        results(),
        genes=genes,
        samples=samples,
        size_factors=samples.assign(size_factor=1.0, library_size=1000, method=RATIO, n_genes=900),
        gene_tables=some_tables(genes, list(samples["sample"]), sets=50),
    )
    page = page_of(STUDY, tables, drawings)
    drawn = 4_000_000  # bytes of the figures of a study with claims
    assert len(page.encode()) < 8_000_000 - drawn
    shuffled = replace(tables, genes=tables.genes.sample(frac=1, random_state=1))
    assert page_of(STUDY, shuffled, drawings) == page


def test_only_ids_of_the_kind_are_linked() -> None:
    for name in ("ENSMUSG00000001494", "ENSG00000167941", "ENSDARG00000000001"):
        assert re.search(ENSEMBL_ID, name)
    for name in ("FBgn0000001", "ENSMUST00000001494", "ENSMUSG00000001494.5", "ENSMUSG1/../x"):
        assert not re.search(ENSEMBL_ID, name)
    for name in ("", "../x", "a b", "<a>", "javascript:1"):
        assert not re.search(ANY_ID, name)


@pytest.mark.parametrize(
    ("link", "allowed"),
    [
        ("none", True),
        ("https://flybase.org/reports/{gene_id}", True),
        ("https://example.org/g?id={gene_id}&x=1", True),
        ("http://flybase.org/reports/{gene_id}", False),
        ("https://flybase.org/reports/", False),
        ("javascript:alert({gene_id})", False),
        ('https://x.org/"{gene_id}', False),
    ],
)
def test_a_link_is_an_https_address_with_a_place_for_the_id(tmp_path: Path, link: str, allowed: bool) -> None:
    configuration = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    configuration["report"] = {"gene_link": link}
    if allowed:
        assert read_configuration(configuration, folder=ROOT)["report"]["gene_link"] == link
    else:
        with pytest.raises(StudyError, match="gene_link"):
            read_configuration(configuration, folder=ROOT)


def test_a_module_that_exports_otherwise_is_refused() -> None:
    assert named_globally("var a=1,b=2;export{a as x,b as default};", "Name") == "var a=1,b=2;globalThis.Name=b;"
    for text in ("var a=1;", "export{a as x};", "export{a as default};export{b as default};"):
        with pytest.raises(ValueError, match="Name"):
            named_globally(text, "Name")


def test_cells_keep_the_raw_values_behind_their_notation() -> None:
    frame = pd.DataFrame(
        {"name": ["a", "b"], "effect": [-0.123456, np.nan], "interval": ["−1 to 1", ""], "low": [-1.0, np.nan]}
    ).assign(mixed=["0.1234567", "several"])
    columns = [
        Column("name", "name", words),
        Column("effect", "effect", two),
        Column("interval", "interval", together, "low"),
        Column("mixed", "mixed", short),
    ]
    first, second = as_table(frame, columns, "A table.").rows
    assert [(cell.text, cell.order) for cell in first] == [
        ("a", None),
        ("−0.12", "-0.123456"),
        ("−1 to 1", "-1"),
        ("0.123", "0.1234567"),
    ]
    assert [(cell.text, cell.order) for cell in second] == [("b", None), ("–", ""), ("–", ""), ("several", "several")]
