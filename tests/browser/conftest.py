"""One page with names that mean harm, and a browser for each module of tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from support.browser import read_through, start_browser


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from support.hostile import write_page  # noqa: PLC0415 - takes seconds, for which every run of pytest would wait

    return write_page(tmp_path_factory.mktemp("page"))


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
