"""A reader sorts, searches and exports the tables of a page in a real browser; nothing is asked of any server."""

import base64
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select
from test_report import ALWAYS

from claimcheck.page.tables import probability, two, whole
from support.browser import (
    PHONE,
    barriers,
    broken_links,
    complaints,
    read_through,
    requests_outside,
)
from support.hostile import DRAWN, GENES, HOSTILE, N_GENES
from support.waiting import wait_until


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
    link = genes.find_element(By.CSS_SELECTOR, "tbody a[target]")
    assert link.get_attribute("href") == "https://www.ensembl.org/id/ENSMUSG00000000123"
    assert link.get_attribute("target") == "_blank"
    assert "noopener" in link.get_attribute("rel")
    search(genes, "not/an?id")
    settles(lambda: column(opened, genes, "id"), ["not/an?id"])
    assert not genes.find_elements(By.CSS_SELECTOR, "tbody a[target]")
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
    np.testing.assert_allclose(table["95 % from"], ours["log2_fold_change"] - 1.959964 / 3, atol=1.1e-5)
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
        "return [...document.querySelectorAll('.scroll table:not(.dataTable, .counted, .explorer *)')]"
        ".map((table) => table.tBodies[0].rows.length)"
    )
    assert lengths
    assert max(lengths) <= 5


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
    assert opened.execute_script(shown, "figure img") == len(ALWAYS) + len(DRAWN)
    assert opened.execute_script(shown, ".twin img") == 2
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
    assert not browser.find_elements(By.CSS_SELECTOR, ".enhanced, .card svg")
    assert not any(part.is_displayed() for part in browser.find_elements(By.CSS_SELECTOR, ".interactive"))
    for fold in browser.find_elements(By.CSS_SELECTOR, "main > section > details.part > summary"):
        fold.click()
    tables = browser.find_elements(By.CSS_SELECTOR, "#genes table")
    assert any("ENSMUSG" in table.text for table in tables)
    assert len(browser.find_elements(By.CSS_SELECTOR, ".twin img")) == 2
    assert all(image.is_displayed() for image in browser.find_elements(By.CSS_SELECTOR, "figure img"))
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
