"""The page's scripts are the only ones that may run, its genes are those of the table, and no name can break out of them."""

import base64
import hashlib
import html
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from test_report import ALWAYS, N_SCRIPTS, STUDY, page_of, results

from claimcheck.core.errors import StudyError
from claimcheck.core.study import read_configuration
from claimcheck.page.interactive import ANY_ID, ENSEMBL, ENSEMBL_ID, choose_points, gene_data, named_globally
from claimcheck.page.tables import Column, as_table, short, together, two, words

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = ["</script><script>alert(1)</script>", "<!--<script>", "&lt;b&gt;", "\u2028'\"\\", "{{ 7 * 7 }}"]


@pytest.fixture
def drawings(tmp_path: Path) -> dict[str, Path]:
    paths = {name: tmp_path / f"{name}.svg" for name in ALWAYS}
    for path in paths.values():
        path.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="400pt" height="300pt"></svg>')
    return paths


def some_genes(n: int) -> pd.DataFrame:
    draw = np.random.default_rng(7)
    stat, error = draw.normal(size=n), draw.uniform(0.1, 1, size=n)
    return pd.DataFrame(
        {
            "gene_id": [f"ENSMUSG{number:011d}" for number in range(n)],
            "symbol": [f"Gene{number}" for number in range(n)],
            "base_mean": draw.lognormal(5, 2, size=n),
            "log2_fold_change": stat * error,
            "lfc_se": error,
            "stat": stat,
            "p_value": np.exp(-(stat**2) / 2),
            "p_adjusted": 1.0,
            "log2_fold_change_shrunken": stat * error / 2,
        }
    )


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
    (data,) = [text for kind, text in scripts_of(page) if kind == "application/json"]
    assert not set("<>&") & set(data)
    assert sorted(json.loads(data)["columns"]["symbol"]) == sorted(HOSTILE)


def test_no_script_holds_what_html_reads_as_its_end(drawings: dict[str, Path]) -> None:
    for _, text in scripts_of(page_of(STUDY, results(), drawings)):
        assert not re.search(r"<!--|</?script", text, flags=re.IGNORECASE)
        assert not {"\r", "\0"} & set(text)


def test_twenty_thousand_genes_make_a_page_below_fifteen_megabytes_and_the_same_each_time(
    drawings: dict[str, Path],
) -> None:
    tables = replace(results(), genes=some_genes(20_000))
    page = page_of(STUDY, tables, drawings)
    drawn = 5_000_000  # bytes of the figures of a study with claims
    assert 5_000_000 < len(page.encode()) < 15_000_000 - drawn
    shuffled = replace(tables, genes=tables.genes.sample(frac=1, random_state=1))
    assert page_of(STUDY, shuffled, drawings) == page


def test_genes_are_those_of_the_table() -> None:
    genes = results().genes
    data = gene_data(genes, STUDY)
    columns = data["columns"]
    assert columns["gene_id"] == ["g1", "g2", "g3", "g4"]
    assert columns["call"] == [1, -1, 0, 0]
    assert columns["p_value"] == [1e-5, 0.02, 0.8, None]
    assert columns["ci95_low"][0] == pytest.approx(2 - 1.959964 * 0.5, rel=1e-5)
    assert data["plots"]["evidence"]["drawn"] == [1, 1, 1, 0]
    assert data["plots"]["expression"]["drawn"] == [1, 1, 1, 1]
    assert [words for _, _, words in data["plots"]["expression"]["legend"]] == [
        "not called: 2",
        "higher in control: 1",
        "higher in knockout: 1",
    ]


def test_a_gene_is_called_by_the_p_of_the_table_not_by_the_shortened_one() -> None:
    genes = results().genes.assign(p_adjusted=[0.0499999999, 0.05, 0.8, 1])
    columns = gene_data(genes, STUDY)["columns"]
    assert columns["p_adjusted"][:2] == [0.05, 0.05]
    assert columns["call"] == [1, 0, 0, 0]


def test_of_thousands_of_genes_one_stands_for_those_it_would_cover() -> None:
    genes = some_genes(20_000).assign(p_adjusted=lambda genes: np.where(genes["stat"].abs() > 3, 0.01, 1.0))
    data = gene_data(genes, STUDY)
    plot, call = data["plots"]["evidence"], np.array(data["columns"]["call"])
    drawn = np.array(plot["drawn"], dtype=bool)
    assert drawn[call != 0].all()
    assert 1_000 < drawn.sum() < 10_000
    places = np.column_stack(
        [data["columns"]["log2_fold_change"], -np.log10(np.array(data["columns"]["p_value"], dtype=float))]
    )
    places /= np.ptp(places, axis=0)
    some_left_out = places[~drawn][::50]
    gaps = np.abs(some_left_out[:, None, :] - places[drawn][None, :, :]).max(axis=2).min(axis=1)
    assert gaps.max() < 1 / 300
    n = int((call == 0).sum())
    assert plot["legend"][0][2] == f"not called: {n:,} ({int(drawn[call == 0].sum()):,} spots)"


def test_up_to_five_thousand_genes_are_all_drawn() -> None:
    x = pd.Series([0.0, 0.0, np.nan, 1.0] * 1250)
    drawn = choose_points(x, x, pd.Series(False, index=x.index))
    assert drawn.sum() == 3750
    more = pd.concat([x, x], ignore_index=True)
    assert choose_points(more, more, pd.Series(False, index=more.index)).sum() == 2


@pytest.mark.parametrize(
    ("link", "linked"),
    [(ENSEMBL, ENSEMBL_ID), ("https://flybase.org/reports/{gene_id}", ANY_ID)],
)
def test_ids_are_linked_by_the_address_of_the_configuration(link: str, linked: str) -> None:
    data = gene_data(results().genes, replace(STUDY, gene_link=link))
    assert (data["link"], data["linked"]) == (link, linked)
    assert gene_data(results().genes, replace(STUDY, gene_link="none"))["link"] == ""


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
