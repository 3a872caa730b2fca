"""HTTP as this workflow allows it: https, or http on this machine; retries with pauses; no endless waits."""

import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.addresses import Address, is_loopback

LONGEST_REPLY = 1 << 26
"""Bytes of a reply that is kept in memory; the list of the runs of the largest projects has some 20 MB."""
LONGEST_WAIT = 600.0
"""Seconds that such a reply may take, however steadily it drips."""
_PIECE = 1 << 16


class _LoopbackOnly(HTTPAdapter):
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
    """A session in which no request waits for ever.

    Args:
        timeout: seconds without a byte after which a request counts as lost.
    """

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self.timeout = timeout

    def request(self, *args: Any, **options: Any) -> requests.Response:
        """Send a request, with the session's timeout unless another one is given."""
        options.setdefault("timeout", (min(10.0, self.timeout), self.timeout))
        return super().request(*args, **options)

    def get_redirect_target(self, reply: requests.Response) -> str | None:
        """Return where a reply leads to; another machine must not lead to this one."""
        target = super().get_redirect_target(reply)
        if target:
            leads_home = is_loopback(urlsplit(urljoin(reply.url, target)).hostname)
            if leads_home and not is_loopback(urlsplit(reply.url).hostname):
                raise StudyError(
                    f"the server leads to {target}, which is this machine",
                    where=reply.url,
                    expected="the archive's own reply",
                    remedy="use another address for this source",
                )
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
    session.mount("https://", HTTPAdapter(max_retries=retry))
    session.mount("http://", _LoopbackOnly(max_retries=retry))
    session.headers["User-Agent"] = "claimcheck"
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
        start = next(reply.iter_content(1024), b"")
    except (requests.RequestException, urllib3.exceptions.HTTPError):
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
            if not reply.ok:
                kinds = {400: RejectedError, 404: NotHeldError, 410: NotHeldError}
                raise kinds.get(reply.status_code, StudyError)(**vars(refused(address, reply, secrets)))
            return _struck(_read_whole(reply, address).decode("utf-8", errors="replace"), secrets)
    except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
        raise unreachable(address, error) from error


def _struck(text: str, secrets: Mapping[str, str]) -> str:
    """Strike out what nobody should read: servers repeat the keys that they refuse."""
    for secret in secrets.values():
        text = text.replace(secret, "***")
    return text


def _read_whole(reply: requests.Response, address: Address) -> bytes:
    """Read a body, unpacked, to its end."""
    body = bytearray()
    started = time.monotonic()
    # read1 hands on what has arrived, so that the clock is looked at however slowly it comes
    while piece := reply.raw.read1(_PIECE, decode_content=True):
        body += piece
        if len(body) > LONGEST_REPLY or time.monotonic() - started > LONGEST_WAIT:
            raise StudyError(
                f"the reply of {urlsplit(str(address)).hostname} does not end: "
                f"{len(body) / 1e6:.0f} MB in {time.monotonic() - started:.0f} s",
                where=str(address),
                expected=f"at most {LONGEST_REPLY >> 20} MB within {LONGEST_WAIT:.0f} s",
                remedy="try again later; if it stays, use another address for this source",
            )
    return bytes(body)


def read_local(path: Path) -> bytes:
    """Read a file of a local mirror.

    Raises:
        StudyError: there is no such file.
    """
    if not path.is_file():
        raise NotHeldError(
            "the local mirror lacks a file",
            where=str(path),
            expected="a file with the archive's reply",
            remedy="correct the mirror, or the address in config/config.yaml",
        )
    return path.read_bytes()
