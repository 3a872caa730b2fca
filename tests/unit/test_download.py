"""Fetching through a server with every fault of a real one: the right bytes, or no file with its final name."""

import gzip
import hashlib
import multiprocessing
import random
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import ClassVar

import pytest
import requests

from claimcheck.core.errors import StudyError
from claimcheck.sourcing import download
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.download import Expected, link, obtain
from claimcheck.sourcing.http import open_session
from support.archive import Archive, serve, serve_handler

NAME = "SRR0000001_1.fastq.gz"
PATH = f"vol1/fastq/{NAME}"
CONTENT = gzip.compress(random.Random(1).randbytes(3_000_000), 1, mtime=0)
EXPECTED = Expected(len(CONTENT), "md5", hashlib.md5(CONTENT).hexdigest())


def fetch(archive: Archive, folder: Path, expected: Expected = EXPECTED) -> Path:
    session = open_session(timeout=1.0, pause=0.01)
    return obtain(Address(f"{archive.address}/{PATH}", None), folder / NAME, expected, session=session, pause=0.01)


@pytest.mark.parametrize(
    "faults",
    [
        [],
        ["reset"],
        ["truncate"],
        ["stall"],
        ["wrong"],
        ["html"],
        ["short"],
        ["redirect"],
        ["429", "429"],
        ["500", "503"],
        ["reset", "500", "truncate", "stall"],
        ["truncate"] * 12,
    ],
    ids="-".join,
)
def test_survives(faults: list[str], tmp_path: Path) -> None:
    with serve(Archive(files={PATH: CONTENT}, faults={f"/{PATH}": list(faults)})) as archive:
        assert fetch(archive, tmp_path).read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


@pytest.mark.parametrize(
    ("faults", "complaint"),
    [
        (["wrong"] * 9, "arrives with wrong content: md5"),
        (["html"] * 9, "a web page in place of the file"),
        (["404"] * 9, "status 404"),
        (["500"] * 99, "status 500"),
    ],
)
def test_stops(faults: list[str], complaint: str, tmp_path: Path) -> None:
    archive = Archive(files={PATH: CONTENT}, faults={f"/{PATH}": list(faults)})
    with serve(archive), pytest.raises(StudyError) as caught:
        fetch(archive, tmp_path)
    assert complaint in caught.value.what
    assert NAME in f"{caught.value}"
    assert not (tmp_path / NAME).exists()


def test_more_bytes_than_announced(tmp_path: Path) -> None:
    with serve(Archive(files={PATH: CONTENT + b"more"})) as archive, pytest.raises(StudyError, match="were announced"):
        fetch(archive, tmp_path)
    assert not (tmp_path / NAME).exists()


def test_interruption_costs_only_what_was_not_received(tmp_path: Path) -> None:
    with serve(Archive(files={PATH: CONTENT}, faults={f"/{PATH}": ["truncate"]})) as archive:
        fetch(archive, tmp_path)
        assert archive.sent <= len(CONTENT) + 600_000


def test_verified_file_is_not_fetched_again(tmp_path: Path) -> None:
    with serve(Archive(files={PATH: CONTENT})) as archive:
        fetch(archive, tmp_path)
        fetch(archive, tmp_path)
        assert len(archive.requests) == 1


def test_file_that_the_source_now_announces_differently_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(CONTENT[:-1])
    with serve(Archive(files={PATH: CONTENT})) as archive:
        assert fetch(archive, tmp_path).read_bytes() == CONTENT


def test_spoilt_part_of_an_earlier_run_is_replaced(tmp_path: Path) -> None:
    (tmp_path / f"{NAME}.part").write_bytes(b"<html>" * 1000)
    with serve(Archive(files={PATH: CONTENT})) as archive:
        assert fetch(archive, tmp_path).read_bytes() == CONTENT


def test_size_and_checksum_may_be_unknown(tmp_path: Path) -> None:
    with serve(Archive(files={PATH: CONTENT}, faults={f"/{PATH}": ["truncate"]})) as archive:
        assert fetch(archive, tmp_path, Expected()).read_bytes() == CONTENT


# splices: nothing but the server's own words says what file this is

OLD, NEW = b"old " * 50_000, b"new!" * 50_000
TEXT = "transcripts.fa"


class Changing(BaseHTTPRequestHandler):
    """A server of one file that changes after the first, broken transfer, and answers a resume as a test says."""

    protocol_version = "HTTP/1.1"
    asked: ClassVar[list[dict[str, str]]]
    resumed: ClassVar[Callable[["Changing", int], None]]
    first: ClassVar[dict[str, str]]

    def do_GET(self) -> None:
        self.asked.append(dict(self.headers))
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        if len(self.asked) == 1:
            self.send(200, OLD[: len(OLD) // 2], self.first | {"Content-Length": str(len(OLD))})
            self.close_connection = True
        elif start:
            type(self).resumed(self, start)
        else:
            self.whole()

    def whole(self) -> None:
        self.send(200, NEW, {"Content-Length": str(len(NEW)), "ETag": '"new"'})

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not any(name.lower() in ("content-length", "transfer-encoding") for name in headers):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def part_of(
    content: bytes, *, shift: int = 0, short: int = 0, total: str = "", says: str = "", **headers: str
) -> Callable[[Changing, int], None]:
    """Answer a resume with a part; not quite the one that was asked for."""

    def answer(server: Changing, start: int) -> None:
        first, end = start + shift, len(content) - short
        said = says or f"bytes {first}-{end - 1}/{total or len(content)}"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        server.send(206, content[first:end], {"Content-Range": said} | named)

    return answer


def ignored(server: Changing, start: int) -> None:
    """Answer with the whole file, as If-Range asks for where it has changed."""
    server.whole()


ETAG, DATE = {"ETag": '"old"'}, {"Last-Modified": "Sat, 01 Jan 2000 00:00:00 GMT"}
SPLICES = {
    "the whole, since it changed": (ETAG, ignored, NEW),
    "the rest, since it did not": (ETAG, part_of(OLD, ETag='"old"'), OLD),
    "the rest by date": (DATE, part_of(OLD, **DATE), OLD),
    "the rest of another version": (ETAG, part_of(NEW, ETag='"new"'), NEW),
    "the rest of another date": (DATE, part_of(NEW, Last_Modified="Sun, 02 Jan 2000 00:00:00 GMT"), NEW),
    "no validator": ({}, part_of(NEW), NEW),
    "a weak validator": ({"ETag": 'W/"old"'}, part_of(NEW), NEW),
    "a later start": (ETAG, part_of(OLD, shift=7), NEW),
    "an earlier start": (ETAG, part_of(OLD, shift=-7), NEW),
    "an earlier end": (ETAG, part_of(OLD, short=9), NEW),
    "another total": (ETAG, part_of(OLD, total="999999"), NEW),
    "a total unknown": (ETAG, part_of(OLD, total="*"), NEW),
    "no range": (ETAG, part_of(OLD, says="bytes"), NEW),
    "a range of another unit": (ETAG, part_of(OLD, says="lines 0-1/2"), NEW),
    "a range of 5,000 digits": (ETAG, part_of(OLD, says=f"bytes {'1' * 5000}-2/3"), NEW),
    "another length": (ETAG, part_of(OLD, Content_Length="5"), NEW),
    "416": (ETAG, lambda server, start: server.send(416, b"", {}), NEW),
}


@pytest.mark.parametrize("name", SPLICES)
def test_no_file_is_joined_of_two(name: str, tmp_path: Path) -> None:
    first, resumed, content = SPLICES[name]
    handler = type("Handler", (Changing,), {"asked": [], "first": first, "resumed": staticmethod(resumed)})
    with serve_handler(handler) as address, open_session(timeout=2.0, pause=0.01) as session:
        found = obtain(Address(f"{address}/x", None), tmp_path / TEXT, Expected(), session=session, pause=0.01)
        assert found.read_bytes() == content
        if first in (ETAG, DATE):
            assert handler.asked[1]["If-Range"] == next(iter(first.values()))
        else:
            assert "Range" not in handler.asked[1]
        asked = len(handler.asked)
        obtain(Address(f"{address}/x", None), tmp_path / TEXT, Expected(), session=session)
        assert len(handler.asked) == asked  # it is here, and what had come
        found.write_bytes(content[:-1] + b"?")
        obtain(Address(f"{address}/x", None), tmp_path / TEXT, Expected(), session=session)
        assert found.read_bytes() == NEW
    assert sorted(path.name for path in tmp_path.iterdir()) == [TEXT, f"{TEXT}.json"]


class Dripping(Changing):
    """Sends a byte now and then."""

    def do_GET(self) -> None:
        self.send(200, b"x", {"Content-Length": "100000", "ETag": '"old"'})
        with suppress(OSError):
            while True:
                time.sleep(0.02)
                self.wfile.write(b"x")


@pytest.mark.parametrize("expected", [Expected(), Expected(size=100_000), Expected(100_000, digest="0" * 32)], ids=str)
def test_a_file_that_drips_is_given_up_and_what_came_is_kept(
    expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "WINDOW", 0.2)
    started = time.monotonic()
    session = open_session(timeout=2.0, pause=0.01)
    with serve_handler(Dripping) as address, session, pytest.raises(StudyError, match="bytes in 0 s"):
        obtain(Address(f"{address}/x", None), tmp_path / TEXT, expected, session=session, pause=0.01)
    assert time.monotonic() - started < 20
    assert (tmp_path / f"{TEXT}.part").stat().st_size > 0
    assert not (tmp_path / TEXT).exists()


@pytest.mark.parametrize("name", [NAME, f"{NAME}.part", f"{NAME}.json", f"{NAME}.part.json"])
def test_no_link_is_followed_out_of_the_study(name: str, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(CONTENT[:1000])
    study = tmp_path / "study"
    study.mkdir()
    with serve(Archive(files={PATH: CONTENT})) as archive:
        for expected in (EXPECTED, Expected()):
            for path in study.iterdir():
                path.unlink()
            (study / name).symlink_to(outside)
            assert fetch(archive, study, expected).read_bytes() == CONTENT
            assert outside.read_bytes() == CONTENT[:1000]


def test_disk_that_is_too_small_is_said_before_the_start(tmp_path: Path) -> None:
    with serve(Archive()) as archive, pytest.raises(StudyError, match="GB free"):
        fetch(archive, tmp_path, Expected(size=10**18))
    assert not archive.requests


def test_redirect_away_from_https_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="not encrypted"):
        obtain(Address("http://example.org/file.gz", None), tmp_path / NAME, EXPECTED, session=open_session())


def test_local_file_is_verified_where_it_stands(tmp_path: Path) -> None:
    source = tmp_path / "mirror.gz"
    source.write_bytes(CONTENT)
    assert obtain(Address("", source), tmp_path / NAME, EXPECTED, session=requests.Session()) == source
    source.write_bytes(CONTENT[:-1])
    with pytest.raises(StudyError, match="were announced"):
        obtain(Address("", source), tmp_path / NAME, EXPECTED, session=requests.Session())


def test_link_survives_a_move_of_the_study(tmp_path: Path) -> None:
    target = tmp_path / "study/resources/downloads/file"
    target.parent.mkdir(parents=True)
    target.write_text("reads")
    link(target, tmp_path / "study/resources/reads/file")
    (tmp_path / "study").rename(tmp_path / "moved")
    assert (tmp_path / "moved/resources/reads/file").read_text() == "reads"


class Versions(Changing):
    """A server of one file that may change between two requests, and answers If-Range as it should."""

    contents: ClassVar[list[bytes]]
    now: ClassVar[list[int]]
    sent: ClassVar[list[int]]
    pause: ClassVar[list[float]]

    def do_GET(self) -> None:
        content, tag = self.contents[self.now[0]], f'"{self.now[0]}"'
        start = int(self.headers.get("Range", "bytes=0-")[6:-1])
        start = start if self.headers.get("If-Range") == tag and start < len(content) else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", tag)
        self.end_headers()
        with suppress(OSError):  # the client was killed
            for place in range(start, len(content), 1 << 14):
                self.wfile.write(content[place : place + (1 << 14)])
                self.sent[0] += 1 << 14
                time.sleep(self.pause[0])


def test_killed_twenty_times_while_the_file_changes(tmp_path: Path) -> None:
    draw = random.Random(3)
    contents = [draw.randbytes(3_000_000), draw.randbytes(3_000_100)]
    state = {"contents": contents, "now": [0], "sent": [0], "pause": [0.002]}
    with serve_handler(type("Handler", (Versions,), state)) as address:
        store = tmp_path / TEXT
        changes = 0

        def fetch_it() -> None:
            obtain(Address(f"{address}/x", None), store, Expected(), session=open_session())

        for _ in range(20):
            moment = state["sent"][0] + draw.randrange(1, 600_000)
            client = multiprocessing.get_context("fork").Process(target=fetch_it)
            client.start()
            while state["sent"][0] < moment and client.is_alive():
                time.sleep(0.001)
            client.kill()  # SIGKILL
            client.join()
            assert not store.exists() or store.read_bytes() in contents
            if draw.random() < 0.4:
                state["now"][0] = 1 - state["now"][0]
                changes += 1
                store.unlink(missing_ok=True)
        assert changes > 3
        state["pause"][0] = 0.0
        fetch_it()
        assert store.read_bytes() == contents[state["now"][0]]
        assert state["sent"][0] < (changes + 2) * len(contents[1]) + 20 * 600_000
