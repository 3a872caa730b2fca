"""Redirects lead to public machines only, by the address that they resolve to; and every connection comes to an end."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.sourcing import connections, http
from claimcheck.sourcing.addresses import Address, check_sample_names, parse_address
from claimcheck.sourcing.connections import LINK_LOCAL, PRIVATE, THIS_MACHINE, Reach, kind_of_address
from claimcheck.sourcing.download import Expected, obtain
from claimcheck.sourcing.runs import decide_layout, parse_filereport

KINDS = {
    THIS_MACHINE: "localhost LOCALHOST. a.localhost 127.0.0.1 127.1 127.255.0.9 0x7f.1 0177.0.0.1 2130706433 0x7f000001 ::1 [::1] "
    "::ffff:127.0.0.1 [::ffff:7f00:1] 0.0.0.0 0 :: 2002:7f00:1::",
    LINK_LOCAL: "169.254.169.254 0xa9fea9fe fe80::1 fe80::1%eth0 ::ffff:169.254.1.1",
    PRIVATE: "10.0.0.1 172.16.3.4 192.168.1.1 10.1 fd00::1 100.64.0.1 224.0.0.1 255.255.255.255 240.0.0.1",
    "": "example.org 8.8.8.8 134744072 2001:4860:4860::8888 127.0.0.1.example.org notlocalhost",
}


@pytest.mark.parametrize(("kind", "host"), [(kind, host) for kind, hosts in KINDS.items() for host in hosts.split()])
def test_kinds_of_addresses(kind: str, host: str) -> None:
    assert kind_of_address(host) == kind


def test_a_connection_is_judged_by_its_peer_and_by_what_was_asked_for() -> None:
    reach = Reach()
    reach.asked.add("archive.example.org")
    reach.require("archive.example.org", "8.8.8.8")
    reach.require("mirror.example.org", "8.8.4.4")
    for peer in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "::ffff:10.0.0.1"):
        with pytest.raises(StudyError, match=r"leads to mirror.example.org \("):
            reach.require("mirror.example.org", peer)
    reach.asked.add("mirror.corp")
    reach.require("mirror.corp", "10.0.0.1")
    reach.require("store.corp", "10.0.0.2")  # a mirror of one's own may lead on within its network
    with pytest.raises(StudyError, match="this machine"):
        reach.require("store.corp", "127.0.0.1")


Answer = Callable[[socket.socket], None]


@contextmanager
def answering(answer: Answer) -> Iterator[str]:
    """Serve every connection with a function of its socket, after the head of the request."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer_one, args=(connection,), daemon=True).start()

        def answer_one(connection: socket.socket) -> None:
            with connection:
                try:
                    connection.recv(1 << 16)
                    answer(connection)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x"
        server.shutdown(socket.SHUT_RDWR)


def endlessly(piece: bytes, start: bytes = b"") -> Answer:
    """Send a start, and then a piece again and again, slowly."""

    def answer(connection: socket.socket) -> None:
        connection.sendall(start)
        while True:
            connection.sendall(piece)
            time.sleep(0.02)

    return answer


def reply(head: str, body: bytes = b"x") -> Answer:
    """Send one reply and close."""
    return lambda connection: connection.sendall(head.replace("\n", "\r\n").encode() + b"\r\n\r\n" + body)


def ask(address: str, **options: float) -> str:
    with http.open_session(timeout=2, pause=0.01, **options) as session:
        return http.get_text(Address(address, None), parameters={}, session=session)


ENDLESS = {
    "a status line": endlessly(b"H"),
    "a header": endlessly(b"y", b"HTTP/1.1 200 OK\r\nX: "),
    "headers": endlessly(b"X: y\r\n", b"HTTP/1.1 200 OK\r\n"),
    "100 Continue": endlessly(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": endlessly(b"x", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"),
    "chunks": endlessly(b"1\r\nx\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    "a packed body": endlessly(
        b"\0" * 64, b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: x\r\n\r\n"
    ),
    "the body of an error": endlessly(b"x" * 100_000, b"HTTP/1.1 503 No\r\n\r\n"),
    "the body of a redirect": endlessly(b"x" * 100_000, b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n"),
    "the body of a refusal": endlessly(b"x", b"HTTP/1.1 403 No\r\n\r\n"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_drips_for_ever_is_given_up(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "LONGEST_HEAD", 0.3)
    monkeypatch.setattr(http, "LONGEST_WAIT", 0.5)
    started = time.monotonic()
    with answering(ENDLESS[name]) as address, pytest.raises(StudyError):
        ask(address)
    assert time.monotonic() - started < 20


BROKEN = {
    "204": reply("HTTP/1.1 204 No Content", b""),
    "300": reply("HTTP/1.1 300 Many\nContent-Length: 1"),
    "304": reply("HTTP/1.1 304 Same", b""),
    "206": reply("HTTP/1.1 206 Part\nContent-Range: bytes 0-0/9\nContent-Length: 1"),
    "201": reply("HTTP/1.1 201 Made\nContent-Length: 1"),
    "no status": reply("HTTP/1.1 abc", b""),
    "a location without host": reply("HTTP/1.1 302 Found\nLocation: https://\nContent-Length: 0", b""),
    "a location with half a bracket": reply("HTTP/1.1 302 Found\nLocation: https://[::1/x\nContent-Length: 0", b""),
    "a location with a port of letters": reply("HTTP/1.1 302 Found\nLocation: https://a:b/\nContent-Length: 0", b""),
    "a location with a long label": reply(
        f"HTTP/1.1 302 Found\nLocation: https://{'a' * 300}.b/\nContent-Length: 0", b""
    ),
    "a location of bytes": reply("HTTP/1.1 302 Found\nLocation: \xff\xfe\nContent-Length: 0", b""),
    "a location of dots": reply("HTTP/1.1 302 Found\nLocation: https://a..b/\nContent-Length: 0", b""),
    "a location in circles": reply("HTTP/1.1 302 Found\nLocation: /x\nContent-Length: 0", b""),
    "into the metadata of a cloud": reply(
        "HTTP/1.1 302 Found\nLocation: https://169.254.169.254/\nContent-Length: 0", b""
    ),
    "a length of letters": reply("HTTP/1.1 200 OK\nContent-Length: x"),
    "a negative length": reply("HTTP/1.1 200 OK\nContent-Length: -1"),
    "two lengths": reply("HTTP/1.1 200 OK\nContent-Length: 1\nContent-Length: 2"),
    "a length of 5,000 digits": reply(f"HTTP/1.1 200 OK\nContent-Length: {'9' * 5000}"),
    "more than what came": reply("HTTP/1.1 200 OK\nContent-Length: 9"),
    "no end": reply("HTTP/1.1 200 OK"),
    "chunks that are none": reply("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"zz\r\nx"),
    "chunks without end": reply("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", b"1\r\nx\r\n"),
    "gzip that is none": reply("HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 2", b"\x1f\x8b"),
    "another packing": reply("HTTP/1.1 200 OK\nContent-Encoding: br\nContent-Length: 1"),
    "a header without end": reply("HTTP/1.1 200 OK\nX: " + "y" * 70_000),
    "many headers": reply("HTTP/1.1 200 OK" + "\nX: y" * 200),
    "nothing": lambda connection: None,
    "noise": lambda connection: connection.sendall(bytes(range(256))),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_reply_is_one_message(name: str, tmp_path: Path) -> None:
    with answering(BROKEN[name]) as address:
        with pytest.raises(StudyError) as caught:
            ask(address)
        assert len(str(caught.value)) < 1500
        with http.open_session(timeout=2, pause=0.01) as session, pytest.raises(StudyError):
            obtain(Address(address, None), tmp_path / "file", Expected(), session=session, pause=0.01)
    assert not (tmp_path / "file").exists()


NO_ADDRESSES = "https:// https:///x https://[::1 https://[::1]:x/ https://a:99999/ https://a:0/ ftp://a/ https://a..b/ "
NO_ADDRESSES += "https://u:p@a/ https://a\\b/ https://a\x00/ http://example.org/ file:///etc/passwd https://a/\u202e "
NO_ADDRESSES += "http://127.1/ https://%41/ ://x https://a|b/"


@pytest.mark.parametrize("text", [*NO_ADDRESSES.split(), "https://a b/", f"https://{'a' * 64}.org/"])
def test_an_address_that_is_none_is_a_message(text: str) -> None:
    with pytest.raises(StudyError, match=r"correct `archive.ena`|is not one to fetch from"):
        parse_address(text, key="archive.ena")


@pytest.mark.parametrize(
    "text", ["https://a.org", "https://a.org:8443/x?y=1", "http://127.0.0.1:9", "http://[::1]:9/x", "https://ü.org/"]
)
def test_addresses(text: str) -> None:
    assert parse_address(text, key="archive.ena").url == text


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["a", "b", "A"], "a and A differ by upper and lower case only"),
        (["con"], "con can be no name"),
        (["x", "NUL.1"], "NUL.1 can be no name"),
        (["com1"], "com1 can be no name"),
        (["a."], "a. can be no name"),
        (["a b"], "is not a sample name"),
    ],
)
def test_sample_names_are_names_of_files_on_every_system(names: list[str], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        check_sample_names(names, where="sheet")
    check_sample_names(["a", "b", "console", "com10", "a.b"], where="sheet")


@pytest.mark.parametrize(
    "size", ["x", "", "-1", "1.5", "1e3", "\u00b2", "\u0661", "0x10", " 1", "9" * 5000, "nan", "=1"]
)
def test_a_size_that_is_none_is_a_message(size: str) -> None:
    cells = {
        "run_accession": "SRR0000001",
        "library_layout": "PAIRED",
        "fastq_ftp": "example.org/SRR0000001_1.fastq.gz;example.org/SRR0000001_2.fastq.gz",
        "fastq_md5": ";".join(["0" * 32] * 2),
        "fastq_bytes": f"{size};100",
    }
    runs = parse_filereport("\t".join(cells) + "\n" + "\t".join(cells.values()) + "\n", where="ENA")
    with pytest.raises(StudyError, match="is malformed"):
        decide_layout(runs.iloc[0])
