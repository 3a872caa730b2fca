"""Fetching files so that a file with its final name is always whole and verified, however often a run is killed."""

import errno
import logging
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import requests
import tenacity
from tqdm import tqdm

from claimcheck.core.errors import StudyError
from claimcheck.core.ledger import digest_of
from claimcheck.core.own_files import open_own, remove_link
from claimcheck.core.plain import is_file
from claimcheck.core.text import GZIP_MAGIC
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.http import LOST, has_end, length_of, refused, unreachable
from claimcheck.sourcing.kept import Kept, discard, forget

logger = logging.getLogger("claimcheck.sourcing.download")
progress = logging.getLogger("claimcheck.progress")

CHUNK = 1 << 18
PROGRESS_SECONDS = 10.0
IDLE_ATTEMPTS = 5
"""Attempts in a row that may bring nothing new; one that brings something starts the count again."""

SLOWEST = 2000
"""Bytes a second below which a transfer counts as lost, over WINDOW seconds: a file of 4 GB would take weeks."""
WINDOW = 120.0

LONGEST_PAUSE = 120.0

SPOILT_ATTEMPTS = 2
"""Whole files with wrong content are fetched again once: a third copy would be the same."""


@dataclass(frozen=True)
class Expected:
    """What is known of a file before it is fetched.

    Attributes:
        size: bytes, or None where the source does not say.
        algorithm: name of the checksum, "md5" or "sha256".
        digest: the checksum in hexadecimal, or "" where the source gives none.
        most: bytes beyond which a transfer of unknown size is given up.
    """

    size: int | None = None
    algorithm: str = "md5"
    digest: str = ""
    most: int = 1 << 40


class _Interrupted(Exception):
    """A transfer that ended early and can go on."""


class _Spoilt(Exception):
    """Content that is not the file; what was received is gone."""


def obtain(source: Address, store: Path, expected: Expected, *, session: requests.Session, pause: float = 2.0) -> Path:
    """Fetch a file, or verify a local one where it stands.

    A transfer goes to `<store>.part`, goes on from there after an interruption if the source still has the same file, and gets its
    final name only after size and checksum are right; where the source gives no checksum, the one of what came is kept beside
    it. A file in `store` is verified again and not fetched again, unless the source now announces another.

    Args:
        source: what to fetch.
        store: final path of a fetched file.
        expected: size and checksum.
        session: from `http.open_session`.
        pause: seconds before another attempt, doubled for each one in a row that brought nothing.

    Returns:
        `store`, or the path of the local source.

    Raises:
        StudyError: the source is missing, or every attempt ended early or with wrong content.
    """
    if source.path is not None:
        return _verify_local(source.path, expected)
    remove_link(store)
    kept = Kept.read(store)
    if store.exists():
        problem = _difference(store, expected) or kept.difference(store, expected)
        if not problem:
            logger.info("%s is here and verified", store)
            return store
        progress.info("%s is fetched again: %s", store.name, problem)
        store.unlink()
    part = store.with_name(f"{store.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    remove_link(part)
    _require_space(part, expected)
    transfer = _Transfer(source, part, expected, session)
    retrying = tenacity.Retrying(
        stop=transfer.is_hopeless,
        wait=lambda state: min(pause * 2**transfer.idle, LONGEST_PAUSE),
        retry=tenacity.retry_if_exception_type((_Interrupted, _Spoilt)),
        before_sleep=_say_again,
        reraise=True,
    )
    try:
        retrying(transfer.attempt)
    except _Interrupted as error:
        raise unreachable(source, error) from error
    except _Spoilt as error:
        raise StudyError(
            f"{store.name} arrives with wrong content: {error}",
            where=str(source),
            expected="the size and checksum that the archive itself announces",
            remedy="try again later; nothing of it was kept",
        ) from error
    except OSError as error:
        raise _disk(part, error) from error
    part.replace(store)
    forget(part)
    if not expected.digest:
        Kept(sha256=digest_of(store)).write(store)
    else:
        forget(store)
    return store


def link(target: Path, output: Path) -> None:
    """Make `output` a relative symbolic link to `target`: the workflow may delete its output, the bytes stay."""
    output.parent.mkdir(parents=True, exist_ok=True)
    output.unlink(missing_ok=True)
    output.symlink_to(os.path.relpath(target.absolute(), output.parent.resolve()))


def _verify_local(path: Path, expected: Expected) -> Path:
    if not is_file(path):
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


def _say_again(state: tenacity.RetryCallState) -> None:
    reason = state.outcome.exception() if state.outcome else None
    progress.info("trying again: %s", reason)


def _disk(part: Path, error: OSError) -> StudyError:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return StudyError(
        f"{part.name} cannot be written: {error.strerror}",
        where=str(part.parent),
        expected="a disk with room for the whole file",
        remedy=(
            "free some space and start again: what was fetched is kept"
            if full
            else "check the disk and its permissions"
        ),
    )


class _Transfer:
    """The attempts at one file: each goes on where the last one ended, or begins anew after wrong content."""

    def __init__(self, source: Address, part: Path, expected: Expected, session: requests.Session) -> None:
        self.source = source
        self.part = part
        self.expected = expected
        self.session = session
        self.idle = 0
        self.spoilt = 0

    def is_hopeless(self, state: tenacity.RetryCallState) -> bool:
        """Whether another attempt would not help: several brought nothing, or the content was wrong again."""
        return self.idle >= IDLE_ATTEMPTS or self.spoilt >= SPOILT_ATTEMPTS

    def attempt(self) -> None:
        """Transfer what is missing and verify the whole."""
        before, started = self._done(), time.monotonic()
        try:
            self._transfer(before)
            problem = _difference(self.part, self.expected)
            if self.expected.size is not None and self._done() < self.expected.size:
                raise _Interrupted(f"{self.part.stem}: {problem}")
            if problem:
                raise _Spoilt(problem)
        except _Interrupted:
            enough = SLOWEST * max(0.0, time.monotonic() - started - WINDOW)
            self.idle = 0 if self._done() > before + enough else self.idle + 1
            raise
        except _Spoilt:
            self.spoilt += 1
            discard(self.part)
            raise

    def _done(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _transfer(self, done: int) -> None:
        if self.expected.size is not None and done >= self.expected.size:
            return
        kept = Kept.read(self.part)
        if done and not (kept.validator or self.expected.digest):
            done = 0  # nothing says that what is here is of the same file
        headers = {"Accept-Encoding": "identity"}
        if done:
            headers |= {"Range": f"bytes={done}-"} | ({"If-Range": kept.validator} if kept.validator else {})
        try:
            with self.session.get(self.source.url, headers=headers, stream=True) as reply:
                self._require_file(reply)
                resumed = reply.status_code == 206
                total = _total_after(reply, done, kept, self.expected) if resumed else length_of(reply)
                if total is None and self.expected.size is None and not self.expected.digest and not has_end(reply):
                    raise _Interrupted(f"{self.part.stem}: the reply does not say where it ends")
                if not resumed:
                    self.part.unlink(missing_ok=True)
                    Kept.of(reply, total).write(self.part)
                _save(reply, self.part, done if resumed else 0, self.expected, total)
        except LOST as error:
            raise _Interrupted(f"{self.part.stem}: {error}") from error
        if self.expected.size is None and total is not None and self._done() != total:
            if self._done() > total:
                raise _Spoilt(f"{self._done()} bytes where {total} were announced")
            raise _Interrupted(f"{self.part.stem}: {self._done()} of {total} bytes")

    def _require_file(self, reply: requests.Response) -> None:
        """Stop at a reply that is not the file, or the rest of it."""
        if reply.status_code == 416:
            raise _Spoilt("the part that is here is longer than the file")
        if reply.status_code == 429 or reply.status_code >= 500:
            raise _Interrupted(f"{self.part.stem}: status {reply.status_code} ({reply.reason})")
        if reply.status_code not in (200, 206):
            raise refused(self.source, reply)
        if "html" in reply.headers.get("Content-Type", ""):
            raise _Spoilt("a web page in place of the file")
        packed = reply.headers.get("Content-Encoding", "identity").lower()
        if packed != "identity" and not self.part.name.endswith(".gz.part"):
            raise _Spoilt(f"packed as {packed[:40]!r}, which was not asked for")


def _total_after(reply: requests.Response, done: int, kept: "Kept", expected: Expected) -> int:
    """Return the length of the whole file from a reply with its rest.

    Raises:
        _Spoilt: it is not the rest that was asked for, or that of another file than what is here began.
    """
    stated = reply.headers.get("Content-Range", "")
    found = re.fullmatch(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})", stated.strip())
    if not done or not found:
        raise _Spoilt(
            "a part where the whole was asked for" if not done else f"a part that says {stated[:60]!r} of itself"
        )
    start, end, total = map(int, found.groups())
    length = length_of(reply)
    if start != done or end != total - 1 or length not in (None, total - done):
        raise _Spoilt(f"another part of the file than was asked for: {stated}")
    if expected.size not in (None, total) or kept.total not in (None, total):
        raise _Spoilt(f"the rest of a file of {total} bytes, where one of {expected.size or kept.total} began")
    if Kept.of(reply, total).contradicts(kept):
        raise _Spoilt("the rest of another version of the file")
    return total


def _save(reply: requests.Response, part: Path, done: int, expected: Expected, total: int | None) -> None:
    """Append the body of a reply to what is done, or begin anew; show rate and time left, and stop where it should have ended."""
    most = expected.most if expected.size is None else expected.size
    started = shown = since = time.monotonic()
    received = before = 0
    with open_own(part, append=bool(done)) as stream:
        # read1 hands on what has arrived, so that a lost connection costs nothing that was received
        while chunk := reply.raw.read1(CHUNK):
            if (
                not done + received
                and part.name.endswith(".gz.part")
                and not chunk.startswith(GZIP_MAGIC[: len(chunk)])
            ):
                raise _Spoilt("no gzip file")
            stream.write(chunk)
            received += len(chunk)
            if done + received > most:
                raise _Spoilt(f"more than the {most} bytes that were announced or may come")
            now = time.monotonic()
            if now - since >= WINDOW:
                if received - before < SLOWEST * (now - since):
                    raise _Interrupted(f"{part.stem}: {received - before} bytes in {now - since:.0f} s")
                since, before = now, received
            if now - shown >= PROGRESS_SECONDS:
                shown = now
                progress.info(
                    tqdm.format_meter(
                        done + received,
                        expected.size or total or 0,
                        now - started,
                        initial=done,
                        prefix=part.stem,
                        unit="B",
                        unit_scale=True,
                        ncols=100,
                    )
                )
    progress.info("%s: %.1f MB in %.0f s", part.stem, received / 1e6, time.monotonic() - started)
