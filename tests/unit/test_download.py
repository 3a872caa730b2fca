"""Fetching through a server with every fault of a real one: the right bytes, or no file with its final name."""

import gzip
import hashlib
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.download import Expected, link, obtain
from claimcheck.sourcing.http import open_session
from support.archive import Archive, serve
from support.studies import ROOT

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


CLIENT = """
import sys
sys.path.insert(0, {scripts!r})
from pathlib import Path
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.download import Expected, obtain
from claimcheck.sourcing.http import open_session
obtain(Address({url!r}, None), Path({store!r}), Expected({size}, "md5", {md5!r}), session=open_session())
"""


def test_killed_twenty_times(tmp_path: Path) -> None:
    content = gzip.compress(random.Random(2).randbytes(24_000_000), 1, mtime=0)
    moments = random.Random(3)
    with serve(Archive(files={PATH: content}, rate=4e6)) as archive:
        code = CLIENT.format(
            scripts=str(ROOT / "workflow/scripts"),
            url=f"{archive.address}/{PATH}",
            store=str(tmp_path / NAME),
            size=len(content),
            md5=hashlib.md5(content).hexdigest(),
        )
        for _ in range(20):
            client = subprocess.Popen([sys.executable, "-c", code])
            time.sleep(moments.uniform(0.2, 1.2))
            client.send_signal(signal.SIGKILL)
            client.wait()
            assert not (tmp_path / NAME).exists() or (tmp_path / NAME).read_bytes() == content
        archive.rate = float("inf")
        subprocess.run([sys.executable, "-c", code], check=True)
        assert (tmp_path / NAME).read_bytes() == content
        assert archive.sent < 2 * len(content)
