"""NCBI's E-utilities: pages, pace and secrets."""

import json
import logging
import time
from itertools import pairwise
from pathlib import Path

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.archive import Archives
from claimcheck.sourcing.http import get_text, open_session
from claimcheck.sourcing.runs import require_agreement
from support import tiny
from support.archive import Archive, serve

KEY, EMAIL = "0123456789abcdef", "reader@example.org"
CLOSED = {"ena": None, "biosamples": None, "browser": None}


@pytest.fixture
def archive() -> Archive:
    return tiny.tiny_archive()


def ask(archive: Archive, folder: Path) -> Archives:
    ncbi = Address(f"{archive.address}/ncbi", None)
    return Archives(CLOSED | {"ncbi": ncbi}, folder, open_session(timeout=2, pause=0.01))


def many_runs(number: int, *, runs_each: int = 1) -> Archive:
    archive = Archive()
    for run in range(number * runs_each):
        archive.add_run(tiny.PROJECT, f"SRR{run:07d}", [b"x"], experiment_accession=f"SRX{run // runs_each:07d}")
    return archive


def test_accession_in_place_of_an_id_is_rejected(archive: Archive) -> None:
    query = {"db": "sra", "id": tiny.PROJECT, "rettype": "runinfo", "retmode": "text"}
    with serve(archive), pytest.raises(StudyError, match=r"status 400.*Cannot process ID list"):
        address = Address(f"{archive.address}/ncbi/efetch.fcgi", None)
        get_text(address, parameters=query, session=open_session(timeout=2, pause=0.01))


@pytest.mark.parametrize(("experiments", "runs_each", "pages"), [(200, 1, 2), (100, 2, 1), (101, 2, 2), (1, 3, 1)])
def test_list_in_pages(experiments: int, runs_each: int, pages: int, tmp_path: Path) -> None:
    archive = many_runs(experiments, runs_each=runs_each)
    with serve(archive):
        archives = ask(archive, tmp_path)
        runs = archives.fetch_runs(tiny.PROJECT)
    assert list(runs["run_accession"]) == [f"SRR{run:07d}" for run in range(experiments * runs_each)]
    assert len(archive.requests) == 1 + pages
    assert set(archives.kept) == {path.name for path in tmp_path.iterdir()}


def test_both_archives_agree_on_a_project_of_two_pages(tmp_path: Path) -> None:
    archive = many_runs(200)
    with serve(archive):
        addresses = {name: Address(f"{archive.address}/{name}", None) for name in ("ena", "ncbi")}
        runs = Archives(CLOSED | addresses, tmp_path, open_session(timeout=2, pause=0.01)).fetch_runs(tiny.PROJECT)
    assert set(runs["listed_by"]) == {"ENA;NCBI"}
    require_agreement(runs)


def test_list_that_breaks_off_ends(tmp_path: Path) -> None:
    archive = many_runs(3)
    search = archive.esearch
    archive.esearch = lambda query: (200, search(query)[1].replace('"3"', '"1000000000"'))  # type: ignore[method-assign]
    with serve(archive):
        assert len(ask(archive, tmp_path).fetch_runs(tiny.PROJECT)) == 3


@pytest.mark.parametrize(
    "reply", ["", "<html>", "{}", "[]", '{"esearchresult": {"count": "7"}}', '{"error": "API rate limit"}']
)
def test_search_without_a_result_is_said(reply: str, archive: Archive, tmp_path: Path) -> None:
    archive.esearch = lambda query: (200, reply)  # type: ignore[method-assign]
    with serve(archive), pytest.raises(StudyError, match="NCBI did not answer a search"):
        ask(archive, tmp_path).fetch_runs(tiny.PROJECT)


@pytest.mark.parametrize(("key", "pause"), [("", 0.33), (KEY, 0.1)])
def test_pace(key: str, pause: float, archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NCBI_API_KEY", key)
    times: list[float] = []
    search = archive.esearch

    def timed(query: dict[str, list[str]]) -> tuple[int, str]:
        times.append(time.monotonic())
        return search(query)

    archive.esearch = timed  # type: ignore[method-assign]
    with serve(archive):
        ask(archive, tmp_path).fetch_attributes(["SAMN1", "SAMN2", "SAMN3"], tax_id=10090)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) == 2
    assert pause - 0.05 < min(gaps) < pause + 0.2


@pytest.mark.parametrize("fault", [[], ["400"], ["reset", "429"], ["stall"] * 9])
def test_key_and_address_are_sent_and_never_written(
    fault: list[str],
    archive: Archive,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    monkeypatch.setenv("NCBI_EMAIL", EMAIL)
    caplog.set_level(logging.DEBUG)
    search = archive.esearch

    def repeating(query: dict[str, list[str]]) -> tuple[int, str]:
        said = json.loads(search(query)[1])
        return 200, json.dumps(said | {"api-key": query["api_key"][0], "email": query["email"][0]})

    archive.esearch = repeating  # type: ignore[method-assign]
    archive.faults["/ncbi/esearch.fcgi"] = fault
    said = ""
    with serve(archive):
        archives = ask(archive, tmp_path)
        archives.session.timeout = 0.2
        try:
            archives.fetch_runs(tiny.PROJECT)
        except StudyError as error:
            said = str(error)
    assert "api_key=0123456789abcdef&email=reader%40example.org" in archive.forms[0]
    assert "tool=claimcheck" in archive.forms[0]
    written = [path.read_text() for path in tmp_path.iterdir()]
    for text in [said, caplog.text, str(archives.kept), *archive.requests, *written]:
        assert KEY not in text
        assert "example.org" not in text


def test_key_that_ncbi_refuses_is_struck_out(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    archive.esearch = lambda query: (400, f'{{"error":"API key invalid","api-key":"{KEY}"}}')  # type: ignore[method-assign]
    with serve(archive), pytest.raises(StudyError, match="API key invalid") as error:
        ask(archive, tmp_path).fetch_runs(tiny.PROJECT)
    assert KEY not in str(error.value)
    assert KEY not in caplog.text
    assert "***" in str(error.value)
