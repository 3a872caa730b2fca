"""Fetching files so that a file with its final name is always whole and verified, however often a run is killed."""

import hashlib
import logging
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import requests
import tenacity
from tqdm import tqdm

from claimcheck.errors import StudyError
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.http import TIMEOUT, unreachable

logger = logging.getLogger("claimcheck.sourcing.download")
progress = logging.getLogger("claimcheck.progress")

CHUNK = 1 << 20
PROGRESS_SECONDS = 10.0
ATTEMPTS = 5


@dataclass(frozen=True)
class Expected:
    """What is known of a file before it is fetched.

    Attributes:
        size: bytes, or None where the source does not say.
        algorithm: name of the checksum, "md5" or "sha256".
        digest: the checksum in hexadecimal, or "" where the source gives none.
    """

    size: int | None = None
    algorithm: str = "md5"
    digest: str = ""


class _Interrupted(Exception):
    """A transfer that ended early and can go on."""


class _Spoilt(Exception):
    """A whole file with the wrong content."""


def obtain(source: Address, store: Path, expected: Expected, *, session: requests.Session, pause: float = 2.0) -> Path:
    """Fetch a file, or verify a local one where it stands.

    A transfer goes to `<store>.part`, goes on from there after an interruption, and gets its final name only after size
    and checksum are right. A file in `store` is therefore never fetched again.

    Args:
        source: what to fetch.
        store: final path of a fetched file.
        expected: size and checksum.
        session: from `http.open_session`.
        pause: seconds before the second attempt, doubled for each further one.

    Returns:
        `store`, or the path of the local source.

    Raises:
        StudyError: the source is missing, or every attempt ended early or with wrong content.
    """
    if source.path is not None:
        return _verify_local(source.path, expected)
    if store.exists():
        logger.info("%s is here and was verified", store)
        return store
    part = store.with_name(f"{store.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    _require_space(part, expected)
    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=tenacity.wait_exponential(multiplier=pause, max=120),
        retry=tenacity.retry_if_exception_type((_Interrupted, _Spoilt)),
        before_sleep=lambda state: logger.warning(
            "%s: trying again: %s", source, state.outcome and state.outcome.exception()
        ),
        reraise=True,
    )
    try:
        retrying(_attempt, source, part, expected, session)
    except _Interrupted as error:
        raise unreachable(source, error.__cause__ if isinstance(error.__cause__, Exception) else str(error)) from error
    except _Spoilt as error:
        raise StudyError(
            f"{store.name} arrives with wrong content: {error}",
            where=str(source),
            expected="the size and checksum that the source itself announces",
            remedy=f"try again later; after {ATTEMPTS} attempts nothing was kept",
        ) from error
    part.replace(store)
    return store


def link(target: Path, output: Path) -> None:
    """Make `output` a relative symbolic link to `target`: the workflow may delete its output, the bytes stay."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    output.symlink_to(os.path.relpath(target.absolute(), output.parent.resolve()))


def digest_of(path: Path, algorithm: str) -> str:
    """Return the checksum of a file in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, algorithm).hexdigest()


def _verify_local(path: Path, expected: Expected) -> Path:
    if not path.is_file():
        raise StudyError(
            f"the file {path.name} does not exist",
            where=str(path),
            expected="a file that can be read, its path relative to the study folder or absolute",
            remedy="correct the address in config/config.yaml",
        )
    problem = _difference(path, expected)
    if problem:
        raise StudyError(
            f"the file {path.name} is not the expected one: {problem}",
            where=str(path),
            expected=f"{expected.algorithm} {expected.digest}",
            remedy="replace the file, or correct its checksum where it is stated",
        )
    return path


def _difference(path: Path, expected: Expected) -> str:
    """Say how a whole file differs from what was announced; "" if it doesn't."""
    size = path.stat().st_size
    if expected.size is not None and size != expected.size:
        return f"{size} bytes where {expected.size} were announced"
    if expected.digest:
        found = digest_of(path, expected.algorithm)
        if found != expected.digest:
            return f"{expected.algorithm} {found} where {expected.digest} was announced"
    return ""


def _require_space(part: Path, expected: Expected) -> None:
    if expected.size is None:
        return
    missing = expected.size - (part.stat().st_size if part.exists() else 0)
    free = shutil.disk_usage(part.parent).free
    if missing > free:
        raise StudyError(
            f"the disk has {free / 1e9:.1f} GB free, {missing / 1e9:.1f} GB are needed for {part.stem}",
            where=str(part.parent),
            expected="room for the whole file",
            remedy="free some space, or run the study on a larger disk with --directory",
        )


def _attempt(source: Address, part: Path, expected: Expected, session: requests.Session) -> None:
    """Transfer what is missing of a file into `part` and verify the whole."""
    _transfer(source, part, expected, session)
    size = part.stat().st_size
    if expected.size is not None and size < expected.size:
        raise _Interrupted(f"the transfer ended after {size} of {expected.size} bytes")
    problem = _difference(part, expected)
    if problem:
        part.unlink()
        raise _Spoilt(problem)


def _transfer(source: Address, part: Path, expected: Expected, session: requests.Session) -> None:
    done = part.stat().st_size if part.exists() else 0
    if expected.size is not None and done == expected.size:
        return
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={done}-"} if done else {})
    try:
        with session.get(source.url, headers=headers, stream=True, timeout=TIMEOUT) as reply:
            if reply.status_code == 416:
                part.unlink(missing_ok=True)
                raise _Spoilt("more bytes than the source has")
            if reply.status_code not in (200, 206):
                raise unreachable(source, f"status {reply.status_code} ({reply.reason})")
            resumed = reply.status_code == 206
            _save(reply, part, "ab" if resumed else "wb", done if resumed else 0, expected.size)
    except requests.RequestException as error:
        raise _Interrupted(f"{part.stem}: {error}") from error


def _save(reply: requests.Response, part: Path, mode: str, done: int, size: int | None) -> None:
    total = size or done + int(reply.headers.get("Content-Length") or 0)
    started = shown = time.monotonic()
    received = 0
    with part.open(mode) as stream:
        for chunk in reply.iter_content(CHUNK):
            stream.write(chunk)
            received += len(chunk)
            now = time.monotonic()
            if now - shown >= PROGRESS_SECONDS:
                shown = now
                progress.info(
                    tqdm.format_meter(
                        done + received,
                        total,
                        now - started,
                        initial=done,
                        prefix=part.stem,
                        unit="B",
                        unit_scale=True,
                        ncols=100,
                    )
                )
    progress.info("%s: %.1f MB in %.0f s", part.stem, received / 1e6, time.monotonic() - started)
