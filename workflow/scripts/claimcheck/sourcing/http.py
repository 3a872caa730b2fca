"""HTTP as this workflow allows it: https, or http on this machine; retries with pauses; no endless waits."""

import os
import re
import time
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from urllib3.util import Retry

from claimcheck.core.errors import StudyError
from claimcheck.core.plain import is_file
from claimcheck.core.text import NotTextError, unpack
from claimcheck.sourcing.addresses import Address, is_loopback
from claimcheck.sourcing.connections import Reach, ReachingAdapter, kind_of_address, led_astray

LONGEST_REPLY = 1 << 26
"""Bytes of a reply that is kept in memory; the list of the runs of the largest projects has some 20 MB."""
LONGEST_WAIT = 600.0
"""Seconds that such a reply may take, however steadily it drips."""
_PIECE = 1 << 16
LOST = (requests.RequestException, urllib3.exceptions.HTTPError, HTTPException, ConnectionError, TimeoutError)
"""What is raised while a reply is asked for and read, where that cannot be had."""


class _LoopbackOnly(ReachingAdapter):
    """Refuses plain http to any other machine, at the first request and at every redirect."""

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        if not is_loopback(urlsplit(request.url or "").hostname):
            raise StudyError(
                f"the server leads to {request.url}, which is not encrypted",
                where="a redirect",
                expected="https, or http on this machine",
                remedy="use another address for this source",
            )
        return super().send(request, *args, **options)


class NotHeldError(StudyError):
    """The server answers, and does not hold what was asked for."""


class RejectedError(StudyError):
    """The server does not understand the question, and says why."""


class PatientSession(requests.Session):
    """The one opener of addresses: no request waits for ever, none is led into a network that it was not asked to.

    Args:
        timeout: seconds without a byte after which a request counts as lost.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self.timeout = timeout
        self.reach = Reach()

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **options: Any) -> requests.Response:
        """Send a request, with the session's timeout unless another one is given.

        Raises:
            requests.RequestException: no reply, or one whose headers cannot be understood.
            StudyError: it leads where it must not.
        """
        options.setdefault("timeout", (min(10.0, self.timeout), self.timeout))
        try:
            self.reach.asked.add((urlsplit(str(url)).hostname or "").lower())
            return super().request(method, url, *args, **options)
        except (ValueError, LookupError, HTTPException) as error:
            if isinstance(error, requests.RequestException):
                raise
            raise requests.exceptions.InvalidURL(f"a header of the reply makes no sense: {error}") from error

    def get_redirect_target(self, reply: requests.Response) -> str | None:
        """Return where a reply leads to; another machine must not lead to this one, nor into a private network."""
        target = super().get_redirect_target(reply)
        if target:
            kind = kind_of_address(urlsplit(urljoin(reply.url, target)).hostname or "")
            if kind and kind != kind_of_address(urlsplit(reply.url).hostname or ""):
                raise led_astray(target, kind, reply.url)
            # requests would read the body, which need not end
            reply._content, reply._content_consumed = b"", True  # type: ignore[attr-defined]
            if reply.raw is not None:
                reply.raw.close()
        return target


def open_session(*, timeout: float = 60.0, pause: float = 1.0) -> requests.Session:
    """Open a session that retries lost connections, 429 (after the server's Retry-After) and 5xx replies.

    Args:
        timeout: seconds without a byte after which a request counts as lost.
        pause: seconds before the second retry; doubled for each further one.
    """
    retry = Retry(
        total=4,
        connect=2,
        backoff_factor=pause,
        backoff_max=60,
        retry_after_max=300,
        status_forcelist=(429, 500, 502, 503, 504),
        allowed_methods=None,  # a POST only asks here, too
        raise_on_status=False,
    )
    session = PatientSession(timeout)
    # requests knows REQUESTS_CA_BUNDLE alone; other programs of a machine are told by SSL_CERT_FILE
    session.verify = os.environ.get("SSL_CERT_FILE") or True
    session.mount("https://", ReachingAdapter(session.reach, max_retries=retry))
    session.mount("http://", _LoopbackOnly(session.reach, max_retries=retry))
    session.headers.update({"User-Agent": "claimcheck", "Accept-Encoding": "gzip"})
    return session


def unreachable(address: Address | str, error: Exception) -> StudyError:
    """Say that a server could not be reached, and what can be done without it."""
    host = urlsplit(str(address)).hostname or str(address)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return StudyError(
            f"the certificate of {host} is not trusted: {_root_cause(error)}",
            where=str(address),
            expected="a certificate signed by an authority that this machine knows",
            remedy=(
                "where a company's proxy opens connections, set REQUESTS_CA_BUNDLE (or SSL_CERT_FILE) to the file with the "
                "certificates of its authority (PEM), and start again: what was fetched is kept"
            ),
        )
    return StudyError(
        f"no answer from {host}: {_root_cause(error)}",
        where=str(address),
        expected="the archive's reply over the network",
        remedy=(
            "check the network of this machine (or its proxy settings) and start again: what was fetched is kept. "
            "To see the whole workflow without the archive, run the simulated study: "
            "snakemake --cores 2 --directory demo"
        ),
    )


def refused(
    address: Address | str, reply: requests.Response, secrets: Mapping[str, str] = MappingProxyType({})
) -> StudyError:
    """Say that a server answered with a status that means no; `secrets` as in `get_text`."""
    said = "" if "html" in reply.headers.get("Content-Type", "") else _struck(_beginning(reply), secrets)[:600]
    return StudyError(
        f"{urlsplit(str(address)).hostname} answers with status {reply.status_code} ({reply.reason}){': ' + said if said else ''}",
        where=str(address),
        expected="the archive's reply",
        remedy="try again later: what was fetched is kept; if it stays, the address in config/config.yaml (archive) has moved",
    )


def _beginning(reply: requests.Response) -> str:
    """Return the first words of a body, of which no more is read."""
    try:
        start = reply.raw.read1(1024)
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, HTTPException, ValueError):
        return ""
    return " ".join(start.decode("utf-8", errors="replace").split())


def _root_cause(error: Exception) -> str:
    """Return the innermost reason, which says more than the layers of wrapping around it."""
    reason: BaseException = error
    while True:
        inner = getattr(reason, "reason", None) or reason.__cause__ or (reason.args[0] if reason.args else None)
        if not isinstance(inner, BaseException) or inner is reason:
            return str(reason).rpartition(": ")[2] or type(reason).__name__
        reason = inner


def get_text(
    address: Address,
    *,
    parameters: Mapping[str, str],
    session: requests.Session,
    accept: str = "*/*",
    secrets: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """Fetch a small text reply.

    Args:
        address: where to ask; a local address is a file.
        parameters: the query.
        session: from `open_session`.
        accept: media type to ask for, where the server has several.
        secrets: further parameters, which must not be read anywhere: with them the query is the body of a POST, since logs and
            errors quote addresses; in the reply and in messages their values are struck out.

    Raises:
        StudyError: no answer, one with a status that is not 2xx, or one without end.
    """
    if address.path is not None:
        return read_local(address.path).decode("utf-8", errors="replace")
    query = {"data": {**parameters, **secrets}} if secrets else {"params": parameters}
    method = "POST" if secrets else "GET"
    try:
        with session.request(method, address.url, headers={"Accept": accept}, stream=True, **query) as reply:
            if reply.status_code != 200:
                kinds = {204: NotHeldError, 400: RejectedError, 404: NotHeldError, 410: NotHeldError}
                raise kinds.get(reply.status_code, StudyError)(**vars(refused(address, reply, secrets)))
            return _struck(_read_whole(reply, address).decode("utf-8", errors="replace"), secrets)
    except LOST as error:
        raise unreachable(address, error) from error


def length_of(reply: requests.Response) -> int | None:
    """Return the length of a body that its headers announce; None where they don't.

    Raises:
        requests.exceptions.InvalidHeader: what they announce is no length.
    """
    text = reply.headers.get("Content-Length")
    if text is None or "chunked" in reply.headers.get("Transfer-Encoding", "").lower():
        return None
    if not re.fullmatch(r"[0-9]{1,15}", text.strip()):
        raise requests.exceptions.InvalidHeader(f"a Content-Length of {text[:40]!r}")
    return int(text)


def has_end(reply: requests.Response) -> bool:
    """Whether the end of a body can be told from a connection that was lost."""
    return length_of(reply) is not None or "chunked" in reply.headers.get("Transfer-Encoding", "").lower()


def _struck(text: str, secrets: Mapping[str, str]) -> str:
    """Strike out what nobody should read: servers repeat the keys that they refuse."""
    for secret in secrets.values():
        text = text.replace(secret, "***")
    return text


def _read_whole(reply: requests.Response, address: Address) -> bytes:
    """Read a body to its end, and unpack it."""
    body = bytearray()
    started = time.monotonic()
    announced = length_of(reply)
    # read1 hands on what has arrived, so that the clock is looked at however slowly it comes
    while piece := reply.raw.read1(_PIECE):
        body += piece
        if len(body) > LONGEST_REPLY or time.monotonic() - started > LONGEST_WAIT:
            raise _endless(address, len(body), time.monotonic() - started)
    if announced not in (None, len(body)) or not has_end(reply):
        raise requests.exceptions.ContentDecodingError(
            f"the reply ends after {len(body)} bytes, {announced} were announced"
            if announced is not None
            else "the reply does not say where it ends"
        )
    packed = reply.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in ("identity", "", "gzip", "x-gzip"):
        raise requests.exceptions.ContentDecodingError(
            f"the reply is packed as {packed[:40]!r}, which was not asked for"
        )
    if "gzip" not in packed:
        return bytes(body)
    try:
        return unpack(bytes(body), LONGEST_REPLY)
    except NotTextError as error:
        if "holds more" in error.reason:
            raise _endless(address, LONGEST_REPLY, time.monotonic() - started) from error
        raise requests.exceptions.ContentDecodingError(error.reason) from error


def _endless(address: Address, size: int, seconds: float) -> StudyError:
    return StudyError(
        f"the reply of {urlsplit(str(address)).hostname} does not end: {size / 1e6:.0f} MB in {seconds:.0f} s",
        where=str(address),
        expected=f"at most {LONGEST_REPLY >> 20} MB within {LONGEST_WAIT:.0f} s",
        remedy="try again later; if it stays, use another address for this source",
    )


def read_local(path: Path) -> bytes:
    """Read a file of a local mirror.

    Raises:
        StudyError: there is no such file.
    """
    if not is_file(path):
        raise NotHeldError(
            "the local mirror lacks a file",
            where=str(path),
            expected="a file with the archive's reply",
            remedy="correct the mirror, or the address in config/config.yaml",
        )
    return path.read_bytes()
