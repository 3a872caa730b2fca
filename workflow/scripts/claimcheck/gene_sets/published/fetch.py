"""Fetching published files: what cannot be had is reported and missed, what has changed is an error."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import requests

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import LONGEST_FILE
from claimcheck.core.ledger import digest_of
from claimcheck.core.plain import is_file
from claimcheck.gene_sets.published.lock import Entry
from claimcheck.gene_sets.published.sources import PublishedFile
from claimcheck.sourcing.addresses import Address, parse_address
from claimcheck.sourcing.download import Expected, obtain
from claimcheck.sourcing.http import LOST, get_text, refused, unreachable
from claimcheck.sourcing.kept import discard


@dataclass(frozen=True)
class Fetched:
    """A file that is here.

    Attributes:
        path: where it is.
        release: of the file, which is not the wanted one where that is gone.
        address: where it came from.
        message: what is worth saying about it, "" for nothing.
    """

    path: Path
    release: str
    address: str
    sha256: str
    bytes: int
    message: str


class NotFetched(Exception):
    """A file that cannot be had; its text says why."""


@dataclass
class Fetcher:
    """Fetches published files, and asks no machine again that did not answer once.

    Attributes:
        store: folder that keeps what was fetched.
        session: from `sourcing.http.open_session`.
        pause: seconds before another attempt at a transfer.
    """

    store: Path
    session: requests.Session
    pause: float = 2.0
    silent: dict[str, str] = field(default_factory=dict)

    def fetch(self, file: PublishedFile, entry: Entry | None, check: Callable[[Path], None]) -> Fetched:
        """Fetch a file from the first of its addresses that has it.

        A file in the lock, or whose checksum is configured, is sought at all addresses until one has that very content. The newest
        release of the listing stands in only for a release that was never used.

        Args:
            file: what is wanted.
            entry: what the lock says of it; None before the first use.
            check: reads a file that has arrived, and raises StudyError if it is not what its format says.

        Returns:
            The file. If the lock knows another content than all addresses have, one that differs: `lock.require_same` says how.

        Raises:
            NotFetched: no address has it.
            StudyError: what the addresses have is not what the configured checksum says.
        """
        wanted = file.sha256 or (entry.sha256 if entry else "")
        reasons: list[str] = []
        other: Fetched | None = None
        for address, release in self._addresses(file, entry, reasons):
            try:
                found = self._fetch_one(file, address, release, wanted, check)
            except NotFetched as problem:
                reasons.append(str(problem))
                continue
            if not wanted or found.sha256 == wanted:
                return replace(found, message="; ".join(dict.fromkeys(reasons)))
            other = other or found
        if other and file.sha256:
            raise StudyError(
                f"the published file {file.collection} {file.name} is not the one that the configuration names",
                where=other.address,
                expected=f"sha256 {file.sha256}; found {other.sha256} ({other.bytes} bytes)",
                remedy=f"correct the address, or {file.key}.sha256",
            )
        if other:
            return other
        raise NotFetched("; ".join(dict.fromkeys(reasons)))

    def _addresses(self, file: PublishedFile, entry: Entry | None, reasons: list[str]) -> Iterator[tuple[Address, str]]:
        if entry and entry.obtained != file.release:
            yield parse_address(entry.address, key=file.key), entry.obtained
        for text in file.addresses:
            yield parse_address(text, key=file.key), file.release
        if file.listing and not entry and not file.sha256:
            listing = parse_address(file.listing, key=file.key)
            try:
                name, release = self._newest(listing, Path(file.addresses[0]).name, file.release)
            except NotFetched as problem:
                reasons.append(str(problem))
            else:
                reasons.append(f"release {file.release} is gone, {release} stands in")
                yield listing.join(name), release

    def _fetch_one(
        self, file: PublishedFile, address: Address, release: str, wanted: str, check: Callable[[Path], None]
    ) -> Fetched:
        """Fetch a file from one address; `wanted` is its checksum, where that is known."""
        place = sha256(str(address).encode()).hexdigest()[:8]
        store = self.store / file.collection / release / f"{file.name}-{place}-{Path(str(address)).name}"
        is_here = store.exists() and wanted in ("", digest_of(store, "sha256"))
        if address.is_local or not is_here:
            self._ask(address)
            # what is left of an earlier run may be of another content
            discard(store.with_name(f"{store.name}.part"))
            discard(store)
        try:
            path = obtain(address, store, Expected(most=LONGEST_FILE), session=self.session, pause=self.pause)
        except StudyError as error:
            raise NotFetched(f"{address}: {error.what}") from error
        try:
            check(path)
        except StudyError as error:
            discard(store)
            raise NotFetched(f"{address}: {error.what}") from error
        return Fetched(path, release, str(address), digest_of(path, "sha256"), path.stat().st_size, "")

    def _ask(self, address: Address) -> None:
        """Ask for a file without transferring it, so that an absent one, or a machine without network, costs seconds."""
        if address.path is not None:
            if not is_file(address.path):
                raise NotFetched(f"{address}: there is no such file")
            return
        host = urlsplit(address.url).netloc
        if host in self.silent:
            raise NotFetched(self.silent[host])
        try:
            with self.session.get(address.url, stream=True) as reply:
                if reply.status_code != HTTPStatus.OK:
                    raise NotFetched(f"{address}: {refused(address, reply).what}")
        except LOST as error:
            self.silent[host] = unreachable(address, error).what
            raise NotFetched(self.silent[host]) from error
        except StudyError as error:
            raise NotFetched(f"{address}: {error.what}") from error

    def _newest(self, listing: Address, name: str, release: str) -> tuple[str, str]:
        """Find the newest release of a file in a listing; returns its name there and its release."""
        if listing.path is None and urlsplit(listing.url).netloc in self.silent:
            raise NotFetched(self.silent[urlsplit(listing.url).netloc])
        if listing.path is not None:
            text = "\n".join(path.name for path in listing.path.glob("*"))
        else:
            try:
                text = get_text(listing, parameters={}, session=self.session)
            except StudyError as error:
                raise NotFetched(f"{listing}: {error.what}") from error
        pattern = re.escape(name).replace(re.escape(release), r"([0-9][0-9.-]*)", 1)
        found = {match.group(1): match.group(0) for match in re.finditer(pattern, text) if match.groups()}
        if not found:
            raise NotFetched(f"{listing}: no release of {name} is listed")
        newest = max(found)
        return found[newest], newest
