"""A page in a real browser: headless Chromium that asks for nothing but the page."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests/browser/node_modules/axe-core/axe.min.js"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
HERE = ("file:", "data:", "blob:", "about:")
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True}


@contextmanager
def start_browser(folder: Path) -> Iterator[webdriver.Chrome]:
    """Start Chromium with a fresh profile; what it downloads goes to `folder`.

    Args:
        folder: an empty folder.
    """
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        pytest.skip("chromium and chromedriver (Debian's chromium-driver) are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={folder / 'profile'}", "--window-size=1280,1000"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    browser = webdriver.Chrome(options=options, service=Service(driver))
    browser.set_script_timeout(60)
    try:
        downloads = {"behavior": "allow", "downloadPath": str(folder)}
        browser.execute_cdp_cmd("Browser.setDownloadBehavior", downloads)
        yield browser
    finally:
        browser.quit()


def read_through(browser: webdriver.Chrome, page: Path) -> None:
    """Open a page and what is folded in it, and scroll to its end, so that all of it is made."""
    browser.get("about:blank")
    for log in ("browser", "performance"):  # what the browser's own first page asked for
        browser.get_log(log)
    browser.get(page.as_uri())
    browser.execute_script("for (const fold of document.querySelectorAll('details.part')) fold.open = true")
    for identifier, content in (("explore", "svg"), ("all-genes", "tbody tr")):
        wait_until(lambda identifier=identifier: browser.find_element("id", identifier).is_displayed())
        made = (
            f"document.getElementById('{identifier}').scrollIntoView();"
            f"return Boolean(document.querySelector('#{identifier} {content}'))"
        )
        wait_until(lambda made=made: browser.execute_script(made))


def complaints(browser: webdriver.Chrome) -> list[str]:
    """List what the console says."""
    return [entry["message"] for entry in browser.get_log("browser")]


def requests_outside(browser: webdriver.Chrome) -> list[str]:
    """List the addresses that were asked for and are not of this machine's files."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [entry["params"]["request"]["url"] for entry in messages if entry["method"] == "Network.requestWillBeSent"]
    assert asked, "no request was recorded, not even for the page"
    return [address for address in asked if not address.startswith(HERE)]


def broken_links(browser: webdriver.Chrome) -> list[str]:
    """List the links to places of the page that do not exist, and ids that exist twice; `#gene=` is a gene, no place."""
    return browser.execute_script(
        """
        const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
        const wanted = [...document.querySelectorAll('a[href^="#"]')].map((link) => link.getAttribute("href").slice(1))
            .filter((name) => !name.startsWith("gene="));
        const named = [...document.querySelectorAll("[aria-describedby], [aria-labelledby], [aria-controls]")]
            .flatMap((e) => ["aria-describedby", "aria-labelledby", "aria-controls"].map((name) => e.getAttribute(name)))
            .flatMap((names) => (names ? names.split(" ") : []));
        const lost = [...wanted, ...named].filter((id) => !document.getElementById(id)).map((id) => `#${id} is nowhere`);
        return lost.concat(ids.filter((id, place) => ids.indexOf(id) !== place).map((id) => `#${id} is there twice`));
        """
    )


def barriers(browser: webdriver.Chrome) -> list[str]:
    """List what axe-core finds that keeps people out: impact serious or critical, with the elements concerned."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: npm ci --prefix tests/browser")
    browser.execute_script(AXE.read_text(encoding="utf-8"))
    found = browser.execute_async_script("axe.run(document, {resultTypes: ['violations']}).then(arguments[0])")
    assert found["passes"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
