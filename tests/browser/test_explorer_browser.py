"""A reader finds any gene, by search, map, table, set or address, and sees it in every animal; without a mouse too."""

import csv
import io
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from claimcheck.page.tables import probability, two, whole
from support.browser import PHONE, barriers, complaints
from support.hostile import FACTORS, GENE_TABLES, GENES, HOSTILE, SAMPLES
from support.packed import packed_in, unpack
from support.waiting import wait_until

RANKED = GENES.sort_values("p_value").reset_index(drop=True)
OF = GENES.set_index("symbol")
COUNTS = GENE_TABLES.counts.set_index("gene_id")
DARK = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}


def name(opened: webdriver.Chrome) -> str:
    return opened.execute_script("return document.getElementById('gene-name').innerText")


def card(opened: webdriver.Chrome):
    return opened.find_element(By.ID, "gene-card")


def search(opened: webdriver.Chrome, words: str, *keys: str) -> list[str]:
    field = opened.find_element(By.ID, "gene-search")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys(words)
    found = [item.text for item in opened.find_elements(By.CSS_SELECTOR, "#gene-matches li")]
    if keys:
        field.send_keys(*keys)
    return found


def go(opened: webdriver.Chrome, words: str) -> None:
    opened.execute_script(
        "history.replaceState(null, '', '#'); document.activeElement.blur(); location.hash = arguments[0]",
        f"gene={quote(words, safe='')}",
    )
    wait_until(lambda: opened.execute_script("return document.activeElement.id") == "gene-name")


def spot_of(opened: webdriver.Chrome, x: float, y: float, ends: tuple[float, float, float, float]) -> tuple[int, int]:
    """Where a point of the map lies in the window, by the edges around it and the ends of its scales."""
    surface = opened.find_element(By.CSS_SELECTOR, ".explorer .surface")
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", surface)
    sides = (
        "const { left, top, width, height } = arguments[0].getBoundingClientRect(); return [left, top, width, height]"
    )
    left, top, width, height = opened.execute_script(sides, surface)
    across = (x - ends[0]) / (ends[1] - ends[0])
    up = (y - ends[2]) / (ends[3] - ends[2])
    return round(left + 58 + across * (width - 58 - 12)), round(top + 12 + (1 - up) * (height - 12 - 46))


def volcano_ends(opened: webdriver.Chrome) -> tuple[float, float, float, float]:
    words, _ = unpack(packed_in(Path(opened.current_url.partition("#")[0].removeprefix("file://")).read_text()))
    change, evidence = words["limits"]["change"], words["limits"]["evidence"]
    return -1.06 * change, 1.06 * change, 0, 1.12 * evidence


@pytest.mark.parametrize(
    ("asked", "symbol"),
    [
        ("Gene123", "Gene123"),
        ("gene123", "Gene123"),
        ("ENSMUSG00000000123", "Gene123"),
        ("ensmusg00000000123", "Gene123"),
        ("ENSMUSG00000000123.7", "Gene123"),
        ("not/an?id", "Twin"),
        ("oldname", "Gene77"),
        ("<i>former</i>", "Gene78"),
        *((symbol, symbol) for symbol in HOSTILE),
    ],
)
def test_a_gene_is_found_by_symbol_former_symbol_or_id(opened, asked: str, symbol: str) -> None:
    search(opened, asked, Keys.ENTER)
    assert name(opened) == symbol
    assert opened.execute_script("return window.hacked") is None
    assert opened.find_element(By.ID, "gene-search").get_attribute("aria-expanded") == "false"


def test_suggestions_are_walked_by_keys_and_the_best_stand_first(opened) -> None:
    found = search(opened, "gene12")
    others = [symbol for symbol in RANKED["symbol"] if symbol.startswith("Gene12") and symbol != "Gene12"]
    assert [words.split()[0] for words in found] == ["Gene12", *others]
    field = opened.find_element(By.ID, "gene-search")
    field.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    active = opened.find_element(By.ID, field.get_attribute("aria-activedescendant"))
    assert active.get_attribute("aria-selected") == "true"
    assert active.text == found[1]
    field.send_keys(Keys.ARROW_UP, Keys.ARROW_UP, Keys.ENTER)
    assert name(opened) == found[-1].split()[0]
    found = search(opened, "oldn", Keys.ESCAPE)
    assert "formerly Oldname" in found[0]
    assert not opened.find_element(By.ID, "gene-matches").is_displayed()


def test_a_name_that_is_no_tested_gene_is_said(opened) -> None:
    before = name(opened)
    assert search(opened, "no such gene", Keys.ENTER) == ["no tested gene has this name"]
    assert name(opened) == before
    assert "no such gene" in opened.find_element(By.ID, "gene-news").get_attribute("textContent")
    go(opened, "<b>none</b>")
    assert name(opened) == "<b>none</b>"
    assert "was tested" in card(opened).text
    assert not opened.find_elements(By.CSS_SELECTOR, "#gene-card b")


def test_a_card_says_what_the_tables_say(opened) -> None:
    go(opened, "Gene50")
    gene = OF.loc["Gene50"]
    half = 1.959964 * gene["lfc_se"]
    low, high = gene["log2_fold_change"] - half, gene["log2_fold_change"] + half
    text = card(opened).text
    assert f"{two(gene['log2_fold_change'])} (95 % interval {two(low)} to {two(high)})" in text
    numbers = [cell.text for cell in opened.find_elements(By.CSS_SELECTOR, "#gene-card dd")]
    expected = [two(gene["log2_fold_change_shrunken"]), probability(gene["p_value"]), probability(gene["p_adjusted"])]
    assert numbers[1:] == [*expected, whole(gene["base_mean"])]
    assert "what rises" in text
    link = opened.find_element(By.CSS_SELECTOR, "#gene-card .ids a[target]")
    assert link.get_attribute("href") == f"https://www.ensembl.org/id/{gene['gene_id']}"
    assert "noopener" in link.get_attribute("rel")


def test_every_animal_stands_where_its_count_is_and_is_named(opened) -> None:
    go(opened, "Gene50")
    counts = COUNTS.loc[OF.at["Gene50", "gene_id"]]
    points = opened.find_elements(By.CSS_SELECTOR, "#gene-card .sample")
    assert len(points) == len(SAMPLES)
    places = {}
    for point in points:
        opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", point)
        ActionChains(opened).move_to_element(point).perform()
        told = opened.find_element(By.CSS_SELECTOR, "#gene-card .readout").text
        (animal,) = [row for row in SAMPLES.itertuples() if told.startswith(f"{row.sample}: ")]
        level = counts[animal.sample] / FACTORS[animal.Index]
        assert (
            f"{level:,.0f} normalised ({counts[animal.sample]:,} counted), {animal.condition}, sex {animal.sex}" in told
        )
        places[level] = float(point.get_attribute("transform").split()[1].rstrip(")"))
    levels = sorted(places)
    assert np.corrcoef(np.log(np.array(levels) + 0.5), [places[level] for level in levels])[0, 1] < -0.9999


def test_shapes_tell_animals_apart_by_the_chosen_covariate(opened) -> None:
    go(opened, "Gene50")
    for mark in ("batch", "sex"):
        Select(opened.find_element(By.CSS_SELECTOR, "#gene-card .key select")).select_by_value(mark)
        for point in opened.find_elements(By.CSS_SELECTOR, "#gene-card .sample"):
            value = SAMPLES.set_index("sample").at[_name_of(opened, point), mark]
            shape = point.find_elements(By.CSS_SELECTOR, ":scope > :not(text)")[1].tag_name
            assert shape == ("circle" if value == sorted(SAMPLES[mark].unique())[0] else "polygon")
        assert "<b>b2</b>" in card(opened).text or mark == "sex"


def _name_of(opened: webdriver.Chrome, point) -> str:
    number = int(point.get_attribute("data-sample"))
    return opened.execute_script(
        "return document.querySelectorAll('#gene-card tbody th')[arguments[0]].textContent", number
    )


@pytest.mark.parametrize(
    ("symbol", "words"),
    [
        ("Gene296", f"Without a p-value: outlier sample {HOSTILE[0]}."),
        ("Gene7", "Without an adjusted p: too few counts."),
        ("Gene50", "Not significant after correction, which does not show that it is unchanged."),
        (RANKED.at[1, "symbol"], "significant at a false discovery rate of 5 %"),
    ],
)
def test_a_card_says_what_the_test_gave_or_why_nothing(opened, symbol: str, words: str) -> None:
    go(opened, symbol)
    assert words in card(opened).text


def test_of_genes_with_one_symbol_each_has_an_address(opened) -> None:
    twins = RANKED[RANKED["symbol"] == "Twin"]
    assert len(twins) == 2
    for gene in twins["gene_id"]:
        go(opened, gene)
        assert name(opened) == "Twin"
        link = opened.find_element(By.CSS_SELECTOR, "#gene-card .ids a:last-of-type")
        assert link.get_attribute("href").endswith(f"#gene={quote(gene, safe='')}")
    go(opened, "Twin")
    assert twins["gene_id"].iloc[0] in card(opened).text


def test_samples_are_called_what_they_come_from(opened) -> None:
    go(opened, "Gene50")
    shown = opened.find_element(By.ID, "explore").get_attribute("outerHTML")
    assert "8 donors" in shown
    assert "animal" not in shown.lower()


def test_a_gene_without_counts_in_any_animal_is_drawn(opened) -> None:
    go(opened, "Gene20")
    heights = {
        point.get_attribute("transform").split()[1]
        for point in opened.find_elements(By.CSS_SELECTOR, "#gene-card .sample")
    }
    assert len(heights) == 1
    assert complaints(opened) == []


def test_counts_are_exported_as_a_table_that_no_spreadsheet_runs(opened, downloads: Path) -> None:
    go(opened, HOSTILE[5])
    saved = _saved(opened, downloads, "CSV")
    rows = list(csv.DictReader(io.StringIO(saved.read_text())))
    counts = COUNTS.loc[OF.at[HOSTILE[5], "gene_id"]]
    assert len(rows) == len(SAMPLES)
    for row in rows:
        animal = row["donor"].removeprefix("'")
        assert row["donor"].startswith("=") is False
        assert row["gene"] == f"'{HOSTILE[5]}"
        assert int(row["count"]) == counts[animal]
        factor = FACTORS[list(SAMPLES["sample"]).index(animal)]
        assert float(row["normalised count"]) == pytest.approx(counts[animal] / factor, rel=1e-5)


def test_the_plot_of_a_gene_is_saved_as_a_drawing(opened, downloads: Path) -> None:
    go(opened, HOSTILE[0])
    root = ET.parse(_saved(opened, downloads, "SVG")).getroot()
    assert len([part for part in root.iter() if str(part.get("class", "")).startswith("sample")]) == len(SAMPLES)
    assert f"{HOSTILE[0]}, simulated data" in root.itertext()
    assert not list(root.iter("{http://www.w3.org/2000/svg}script"))


def _saved(opened: webdriver.Chrome, downloads: Path, words: str) -> Path:
    opened.execute_script("document.querySelector('#gene-card details').open = true")
    button = next(b for b in opened.find_elements(By.CSS_SELECTOR, "#gene-card .keys button") if b.text == words)
    before = _files(downloads)
    opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
    button.click()
    wait_until(lambda: _files(downloads) - before)
    (path,) = _files(downloads) - before
    wait_until(lambda: path.stat().st_size > 0)
    assert not set(path.name) & set("<>/=")
    return path


def _files(folder: Path) -> set[Path]:
    return {path for ending in ("csv", "svg") for path in folder.glob(f"*.{ending}")}


def test_pointing_at_a_gene_names_it_and_a_click_shows_it(opened) -> None:
    opened.find_element(By.CSS_SELECTOR, "input[value=evidence]").click()
    first = RANKED.iloc[1]
    x, y = spot_of(opened, first["log2_fold_change"], -np.log10(first["p_value"]), volcano_ends(opened))
    actions = ActionChains(opened)
    actions.w3c_actions.pointer_action.move_to_location(x, y)
    actions.perform()
    tip = opened.find_element(By.CSS_SELECTOR, ".explorer .tip")
    wait_until(tip.is_displayed)
    for part in (first["symbol"], first["gene_id"], "mean count", "log2 fold change", "adjusted p"):
        assert part in tip.text
    ActionChains(opened).click().perform()
    wait_until(lambda: name(opened) == first["symbol"])
    assert opened.execute_script("return location.hash") == f"#gene={quote(first['symbol'], safe='!()*~' + chr(39))}"


def test_a_map_is_enlarged_by_keys_and_by_dragging_and_comes_back(opened) -> None:
    def picture() -> str:
        return opened.execute_script("return document.querySelector('.explorer canvas').toDataURL()")

    go(opened, "Gene50")
    opened.find_element(By.CSS_SELECTOR, "[data-zoom=all]").click()
    whole_map = picture()
    opened.find_element(By.CSS_SELECTOR, "[data-zoom=in]").click()
    assert picture() != whole_map
    opened.find_element(By.CSS_SELECTOR, "[data-zoom=out]").click()
    assert picture() == whole_map
    x, y = spot_of(opened, 0, 1, volcano_ends(opened))
    drag = ActionChains(opened)
    drag.w3c_actions.pointer_action.move_to_location(x, y).pointer_down().move_to_location(x + 90, y + 60).pointer_up()
    drag.perform()
    wait_until(lambda: picture() != whole_map)
    assert name(opened) == "Gene50"
    opened.find_element(By.CSS_SELECTOR, "[data-zoom=all]").click()
    assert picture() == whole_map


def test_both_views_name_what_they_show(opened) -> None:
    for view, words in (
        ("expression", "against mean of normalised counts"),
        ("evidence", "−log10 p (Wald test) against"),
    ):
        opened.find_element(By.CSS_SELECTOR, f"input[value={view}]").click()
        told = opened.find_element(By.CSS_SELECTOR, "canvas[role=img]").get_attribute("aria-label")
        assert words in told
        n_up = int(((GENES["p_adjusted"] < 0.05) & (GENES["log2_fold_change"] > 0)).sum())
        assert f"{n_up} higher in knockout" in told


def test_a_set_is_highlighted_and_its_genes_lead_to_their_cards(opened) -> None:
    for chosen, size, words in (("A_SET", 50, "what rises"), (HOSTILE[0], 9, HOSTILE[2])):
        choice = Select(opened.find_element(By.ID, "gene-set"))
        option = next(option for option in choice.options if option.text == f"{words} ({chosen})")
        choice.select_by_value(option.get_attribute("value"))
        members = opened.find_element(By.CSS_SELECTOR, ".explorer .members")
        assert members.text == f"{size} genes: {words} ({chosen})"
        members.find_element(By.TAG_NAME, "summary").click()
        link = members.find_elements(By.TAG_NAME, "a")[-1]
        symbol = link.text
        opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", link)
        link.click()
        wait_until(lambda symbol=symbol: name(opened) == symbol)
        assert chosen in card(opened).text
        members.find_element(By.TAG_NAME, "summary").click()
    choice.select_by_value("")
    assert not opened.find_element(By.CSS_SELECTOR, ".explorer .members").is_displayed()
    assert opened.execute_script("return window.hacked") is None


def test_genes_in_tables_lead_to_their_cards(opened) -> None:
    links = opened.find_elements(By.CSS_SELECTOR, "td.gene a")
    assert {link.get_attribute("textContent") for link in links} >= set(RANKED["symbol"].head(25))
    for link in (links[0], opened.find_elements(By.CSS_SELECTOR, "#all-genes tbody a[href^='#gene=']")[3]):
        symbol = link.get_attribute("textContent")
        opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", link)
        link.click()
        wait_until(lambda symbol=symbol: name(opened) == symbol)
        assert _in_view(opened)
        opened.execute_script("scrollTo(0, 0); arguments[0].click()", link)  # the address is the same
        wait_until(lambda: _in_view(opened))


def _in_view(opened: webdriver.Chrome) -> bool:
    return opened.execute_script(
        "const b = document.getElementById('gene-name').getBoundingClientRect(); return b.top >= 0 && b.bottom <= innerHeight"
    )


def test_genes_are_walked_by_p_without_a_mouse(opened) -> None:
    go(opened, RANKED.at[0, "symbol"])
    after = next(b for b in opened.find_elements(By.CSS_SELECTOR, "#gene-card .keys button") if b.text == "Next by p")
    after.send_keys(Keys.ENTER)
    assert name(opened) == RANKED.at[1, "symbol"]
    opened.switch_to.active_element.send_keys(Keys.ENTER)
    assert name(opened) == RANKED.at[2, "symbol"]
    said = opened.find_element(By.ID, "gene-news").get_attribute("textContent")
    assert RANKED.at[2, "symbol"] in said
    assert "adjusted p" in said


@pytest.mark.parametrize("symbol", ["Gene123", *HOSTILE])
def test_an_address_opens_at_its_gene(browser, page: Path, symbol: str) -> None:
    browser.get("about:blank")
    browser.get(f"{page.as_uri()}#gene={quote(symbol, safe='')}")
    wait_until(lambda: browser.find_elements(By.ID, "gene-name") and name(browser) == symbol)
    link = browser.find_element(By.CSS_SELECTOR, "#gene-card .ids a:not([target])")
    assert link.get_attribute("href").partition("#gene=")[2]
    assert _in_view(browser)
    assert browser.execute_script("return window.hacked") is None


def test_a_tap_on_a_phone_shows_a_gene_and_its_card(browser, page: Path) -> None:
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE | {"width": 360})
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    browser.get("about:blank")
    browser.get(page.as_uri())
    wait_until(lambda: browser.find_elements(By.ID, "gene-name"))
    first = RANKED.iloc[1]
    x, y = spot_of(browser, first["log2_fold_change"], -np.log10(first["p_value"]), volcano_ends(browser))
    for kind, points in (("touchStart", [{"x": x, "y": y}]), ("touchEnd", [])):
        browser.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    wait_until(lambda: name(browser) == first["symbol"])
    browser.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_a_drawing_that_the_map_stands_for_leads_to_the_map(browser, page: Path) -> None:
    browser.get("about:blank")
    browser.get(f"{page.as_uri()}#figure-ma")
    wait_until(lambda: browser.find_element(By.CSS_SELECTOR, "input[value=expression]").is_selected())
    assert not any(figure.is_displayed() for figure in browser.find_elements(By.CSS_SELECTOR, ".twin figure"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_nobody_is_kept_out(browser, page: Path, width: int, scheme: str) -> None:
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", DARK if scheme == "dark" else {"features": []})
    screen = PHONE | {"width": width, "mobile": width < 1000}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    browser.get("about:blank")
    browser.get(f"{page.as_uri()}#gene=Gene50")
    wait_until(lambda: browser.find_elements(By.ID, "gene-name"))
    browser.execute_script(
        "document.querySelector('#gene-card .sets button').click();"
        "for (const fold of document.querySelectorAll('details')) fold.open = true"
    )
    search(browser, "gene1")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    found = barriers(browser)
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert found == []


def test_a_browser_that_cannot_unpack_shows_the_drawings(browser, page: Path) -> None:
    source = {"source": "delete globalThis.DecompressionStream"}
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", source)
    browser.get("about:blank")
    browser.get(page.as_uri())
    wait_until(lambda: browser.find_elements(By.CSS_SELECTOR, ".enhanced"))
    assert not browser.find_element(By.ID, "explore").is_displayed()
    assert not browser.find_element(By.ID, "all-genes").is_displayed()
    assert all(image.is_displayed() for image in browser.find_elements(By.CSS_SELECTOR, ".twin img"))
    browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", {"identifier": script["identifier"]})


def test_nothing_is_complained_of(browser) -> None:
    assert complaints(browser) == []
