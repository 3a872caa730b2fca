"""A reader sorts, searches, exports and points at genes in a real browser; nothing is asked of any server."""

import base64
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from test_claims_figures import REGISTER
from test_claims_page import FIGURES, some_claims
from test_report import ALWAYS, STUDY, page_of, results

from claimcheck.page.tables import probability, two, whole
from support.browser import (
    PHONE,
    barriers,
    broken_links,
    complaints,
    read_through,
    requests_outside,
    start_browser,
    wait_until,
)

N_GENES = 300
HOSTILE = [
    "<script>window.hacked = 1</script>",
    "</script><script>window.hacked = 2</script>",
    '"><img src=x onerror="window.hacked = 3">&amp;',
    '<a href="javascript:window.hacked = 4">x</a>',
    "<!--<script>",
    "=HYPERLINK(1)",
    "%{x} & co",
]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="400pt" height="300pt"></svg>'


def many_genes() -> pd.DataFrame:
    draw = np.random.default_rng(1)
    change = draw.normal(size=N_GENES)
    stat = change * 3
    p_value = np.exp(-(stat**2) / 2)
    p_value[-5:] = np.nan
    return pd.DataFrame(
        {
            "gene_id": [f"ENSMUSG{number:011d}" for number in range(N_GENES - 1)] + ["not/an?id"],
            "symbol": [*HOSTILE, *[f"Gene{number}" for number in range(len(HOSTILE), N_GENES)]],
            "base_mean": draw.lognormal(5, 2, size=N_GENES),
            "log2_fold_change": change,
            "lfc_se": 1 / 3,
            "stat": stat,
            "p_value": p_value,
            "p_adjusted": np.where(np.arange(N_GENES) % 7, np.minimum(4 * p_value, 1), np.nan),
            "log2_fold_change_shrunken": change * 0.7,
        }
    )


GENES = many_genes()


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a page with claims, simulated as a whole, with names that mean harm."""
    folder = tmp_path_factory.mktemp("page")
    drawings = {name: folder / f"{name}.svg" for name in (*ALWAYS, *FIGURES, "composition", "sex", "shares")}
    for path in drawings.values():
        path.write_text(SVG)
    study = replace(
        STUDY,
        title=HOSTILE[1],
        simulated=True,
        gene_link="https://www.ensembl.org/id/{gene_id}",
        label_genes=list(GENES["gene_id"][:8]),
    )
    samples = pd.DataFrame({"sample": [f"s{n}" for n in range(8)], "condition": ["control", "knockout"] * 4})
    factors = pd.DataFrame({"sample": samples["sample"], "size_factor": np.linspace(0.9, 1.1, 8), "library_size": 900})
    tables = replace(results(), genes=GENES, samples=samples, size_factors=factors, claims=some_claims(REGISTER))
    path = folder / "index.html"
    path.write_text(page_of(study, tables, drawings, *FIGURES, "composition", "sex", "shares"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def browser(downloads: Path) -> Iterator[webdriver.Chrome]:
    with start_browser(downloads) as started:
        yield started


@pytest.fixture(scope="module")
def opened(browser: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    read_through(browser, page)
    return browser


def table_of(opened: webdriver.Chrome, caption: str) -> str:
    """Return the number of the enhanced table whose region is called so."""
    return opened.execute_script(
        "return [...document.querySelectorAll('.enhanced')].findIndex((e) => e.querySelector('.scroll')"
        ".getAttribute('aria-label').startsWith(arguments[0]))",
        caption,
    )


def enhanced(opened: webdriver.Chrome, caption: str):
    return opened.find_elements(By.CSS_SELECTOR, ".enhanced")[table_of(opened, caption)]


def settles(look: Callable[[], object], expected: object) -> None:
    """Assert what is seen in the end: tables answer after the event that they answer to."""
    end = time.monotonic() + 20
    while (seen := look()) != expected and time.monotonic() < end:
        time.sleep(0.05)
    assert seen == expected


def search(container, words: str) -> None:
    field = container.find_element(By.CSS_SELECTOR, "input[type=search]")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(words or Keys.DELETE)


def column(opened: webdriver.Chrome, container, heading: str) -> list[str]:
    return opened.execute_script(
        "const [box, name] = arguments; const heads = [...box.querySelectorAll('thead th')];"
        "const at = heads.findIndex((head) => head.textContent.trim() === name);"
        "return [...box.querySelectorAll('tbody tr')].map((row) => row.cells[at].textContent)",
        container,
        heading,
    )


def sort_by(opened: webdriver.Chrome, container, heading: str) -> None:
    heads = container.find_elements(By.CSS_SELECTOR, "thead th")
    head = next(head for head in heads if head.text.strip() == heading)
    opened.execute_script("arguments[0].scrollIntoView({block: 'center', inline: 'center'})", head)
    head.click()


def exported(opened: webdriver.Chrome, container, name: str, downloads: Path) -> pd.DataFrame:
    button = next(b for b in container.find_elements(By.CSS_SELECTOR, ".dt-button") if b.text == name)
    before = set(downloads.glob("*.?sv"))
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    wait_until(lambda: set(downloads.glob("*.?sv")) - before)
    (path,) = set(downloads.glob("*.?sv")) - before
    wait_until(lambda: path.stat().st_size > 0)
    return pd.read_csv(path, sep="," if name == "CSV" else "\t")


def test_nothing_is_complained_of_and_nothing_asked_of_a_server(opened) -> None:
    assert complaints(opened) == []
    assert requests_outside(opened) == []


def test_names_that_mean_harm_are_words(opened) -> None:
    assert opened.execute_script("return window.hacked") is None
    genes = enhanced(opened, "All genes")
    for symbol in HOSTILE:
        search(genes, GENES.loc[GENES["symbol"] == symbol, "gene_id"].item())
        settles(lambda: column(opened, genes, "gene"), [symbol])
    search(genes, "")
    assert opened.execute_script("return window.hacked") is None


def test_no_other_script_runs(opened) -> None:
    opened.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.added = 1'; document.body.append(s);"
        'document.body.insertAdjacentHTML(\'beforeend\', \'<img class="added" src="data:," onerror="window.added = 2">\')'
    )
    time.sleep(0.2)
    assert opened.execute_script("return window.added") is None
    assert sum("Content Security Policy" in message for message in complaints(opened)) == 2
    opened.execute_script("document.querySelector('img.added').remove()")


def test_all_genes_are_written_as_the_other_tables_write_them(opened) -> None:
    genes = enhanced(opened, "All genes")
    first = GENES.sort_values("p_value").head(100)
    length = Select(genes.find_element(By.CSS_SELECTOR, "select"))
    length.select_by_value("100")
    settles(lambda: column(opened, genes, "gene"), list(first["symbol"]))
    for heading, name, notation in (
        ("mean count", "base_mean", whole),
        ("log2 fold change", "log2_fold_change", two),
        ("p", "p_value", probability),
        ("adjusted p", "p_adjusted", probability),
    ):
        assert column(opened, genes, heading) == [notation(value) for value in first[name]]
    length.select_by_value("25")
    settles(lambda: len(column(opened, genes, "gene")), 25)


def test_a_written_table_sorts_by_the_numbers_behind_its_cells(opened) -> None:
    top = enhanced(opened, "The 25 genes")
    written = GENES.dropna(subset=["p_value"]).sort_values(["p_value", "gene_id"]).head(25)
    assert column(opened, top, "id") == list(written["gene_id"])
    for heading, name in (("mean count", "base_mean"), ("95 % interval", "log2_fold_change")):
        for ascending in (True, False):
            sort_by(opened, top, heading)
            ordered = written.sort_values(name, ascending=ascending)
            settles(lambda: column(opened, top, "id"), list(ordered["gene_id"]))


def test_missing_numbers_come_last_either_way(opened) -> None:
    genes = enhanced(opened, "All genes")
    for ascending in (True, False):
        sort_by(opened, genes, "adjusted p")
        first = GENES["p_adjusted"].min() if ascending else GENES["p_adjusted"].max()
        settles(lambda: column(opened, genes, "adjusted p")[0], probability(first))
        opened.execute_script("arguments[0].querySelector('.dt-paging-button.last').click()", genes)
        settles(lambda: column(opened, genes, "adjusted p")[-1], "–")
        opened.execute_script("arguments[0].querySelector('.dt-paging-button.first').click()", genes)
        settles(lambda: "–" in column(opened, genes, "adjusted p"), False)


def test_search_finds_a_gene_and_its_id_leads_to_its_page(opened) -> None:
    genes = enhanced(opened, "All genes")
    search(genes, "gene123")
    settles(lambda: column(opened, genes, "gene"), ["Gene123"])
    assert "1 gene (filtered from 300 total genes)" in genes.text
    link = genes.find_element(By.CSS_SELECTOR, "tbody a")
    assert link.get_attribute("href") == "https://www.ensembl.org/id/ENSMUSG00000000123"
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in link.get_attribute("rel")
    search(genes, "not/an?id")
    settles(lambda: column(opened, genes, "id"), ["not/an?id"])
    assert not genes.find_elements(By.CSS_SELECTOR, "tbody a")
    search(genes, "no such gene")
    settles(lambda: "No matching records found" in genes.text, True)
    search(genes, "")


@pytest.mark.parametrize("name", ["CSV", "TSV"])
def test_export_gives_every_gene_with_its_numbers(opened, downloads: Path, name: str) -> None:
    table = exported(opened, enhanced(opened, "All genes"), name, downloads).set_index("id")
    assert len(table) == N_GENES
    ours = GENES.set_index("gene_id").loc[table.index]
    for heading, column_name in (
        ("log2 fold change", "log2_fold_change"),
        ("p", "p_value"),
        ("adjusted p", "p_adjusted"),
    ):
        np.testing.assert_allclose(table[heading], ours[column_name], rtol=1e-5)
    np.testing.assert_allclose(table["95 % from"], ours["log2_fold_change"] - 1.959964 / 3, rtol=1e-4)
    harmless = ours["symbol"].where(~ours["symbol"].str.startswith("="), "'" + ours["symbol"])
    assert list(table["gene"]) == list(harmless)


def test_export_of_a_written_table_has_numbers_not_notation(opened, downloads: Path) -> None:
    table = exported(opened, enhanced(opened, "The 25 genes"), "CSV", downloads).set_index("id")
    ours = GENES.set_index("gene_id").loc[table.index]
    np.testing.assert_allclose(table["mean count"], ours["base_mean"])
    np.testing.assert_allclose(table["p"], ours["p_value"])


def test_links_and_ids_resolve(opened) -> None:
    assert broken_links(opened) == []


def test_small_tables_are_left_plain(opened) -> None:
    lengths = opened.execute_script(
        "return [...document.querySelectorAll('.scroll table:not(.dataTable, .counted)')].map((t) => t.tBodies[0].rows.length)"
    )
    assert lengths
    assert max(lengths) <= 5


def test_pointing_at_a_gene_names_it_and_a_click_opens_its_page(opened) -> None:
    place = opened.find_element(By.ID, "evidence")
    opened.execute_script(
        "arguments[0].scrollIntoView({block: 'center'}); window.open = (...how) => { window.asked = how }", place
    )
    assert "simulated data" in place.text
    first = GENES.sort_values("p_value").iloc[0]
    drawn = opened.execute_script("return arguments[0].data.map((trace) => trace.customdata)", place)
    assert sum(map(len, drawn)) == GENES["p_value"].notna().sum()
    spot = opened.execute_script(
        "const [place, x, y] = arguments; const { xaxis, yaxis } = place._fullLayout; const box = place.getBoundingClientRect();"
        "return [box.left + xaxis._offset + xaxis.l2p(x), box.top + yaxis._offset + yaxis.l2p(y)].map(Math.round)",
        place,
        first["log2_fold_change"],
        -np.log10(first["p_value"]),
    )
    ActionChains(opened).move_by_offset(*spot).perform()
    wait_until(lambda: opened.find_elements(By.CSS_SELECTOR, "#evidence .hovertext"))
    words = opened.find_element(By.CSS_SELECTOR, "#evidence .hovertext").text
    for part in (first["symbol"], first["gene_id"], "mean count", "log2 fold change", "adjusted p"):
        assert part in words
    ActionChains(opened).click().perform()
    wait_until(lambda: opened.execute_script("return window.asked"))
    address, target, features = opened.execute_script("return window.asked")
    assert address == f"https://www.ensembl.org/id/{first['gene_id']}"
    assert target == "_blank"
    assert "noopener" in features
    ActionChains(opened).move_by_offset(-spot[0], -spot[1]).perform()


def test_names_in_the_figures_are_words_too(opened) -> None:
    texts = opened.execute_script("return document.getElementById('expression').data.flatMap((trace) => trace.text)")
    assert len(texts) == N_GENES
    assert not any("<script" in text or "<a " in text or "<img" in text for text in texts)
    assert not opened.find_elements(By.CSS_SELECTOR, ".plot a[href], .plot image")


def test_no_button_of_the_figures_leads_outside(opened) -> None:
    titles = opened.execute_script("return [...document.querySelectorAll('.modebar-btn')].map((b) => b.dataset.title)")
    assert len(titles) == 12
    assert not any(word in title.lower() for title in titles for word in ("plotly", "share", "cloud", "edit"))


def test_figures_download_as_they_are(opened, downloads: Path) -> None:
    button = opened.find_element(By.CSS_SELECTOR, "#evidence .modebar-btn[data-title*=Download]")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    wait_until(lambda: list(downloads.glob("evidence.svg")))
    assert "simulated data" in (downloads / "evidence.svg").read_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_nobody_is_kept_out(opened, width: int) -> None:
    opened.set_window_size(width, 1000)
    opened.execute_script("for (const fold of document.querySelectorAll('details')) fold.open = true; scrollTo(0, 0)")
    assert barriers(opened) == []
    opened.set_window_size(1280, 1000)


def test_paper_shows_the_drawn_figures_and_no_controls(opened) -> None:
    pdf = base64.b64decode(opened.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert pdf.startswith(b"%PDF")
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = "return [...document.querySelectorAll(arguments[0])].filter((e) => e.getClientRects().length).length"
    for selector in (".interactive", ".dt-search", ".dt-buttons", ".dt-column-order", "nav"):
        assert opened.execute_script("return document.querySelectorAll(arguments[0]).length", selector)
        assert opened.execute_script(shown, selector) == 0, selector
    assert opened.execute_script(shown, "figure img") == len(ALWAYS) + len(FIGURES) + 3
    assert opened.execute_script(shown, "#genes .dataTable tbody tr") == 25 + 8
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_a_phone_need_not_be_scrolled_sideways(browser, page: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    read_through(browser, page)
    assert browser.execute_script("return innerWidth") == PHONE["width"]
    assert browser.execute_script("return document.documentElement.scrollWidth") == PHONE["width"]
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_the_page_is_whole_without_script(browser, page: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(page.as_uri())
    assert not browser.find_elements(By.CSS_SELECTOR, ".enhanced, .main-svg")
    assert not any(part.is_displayed() for part in browser.find_elements(By.CSS_SELECTOR, ".interactive"))
    tables = browser.find_elements(By.CSS_SELECTOR, "#genes table")
    assert any("ENSMUSG" in table.text for table in tables)
    assert all(image.is_displayed() for image in browser.find_elements(By.CSS_SELECTOR, "figure img"))
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
