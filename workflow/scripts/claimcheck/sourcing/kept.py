"""What is kept beside a file from the network that has no announced checksum: which version of it began, and what came."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import requests

from claimcheck.core.ledger import digest_of
from claimcheck.core.own_files import open_own

if TYPE_CHECKING:
    from claimcheck.sourcing.download import Expected


@dataclass(frozen=True)
class Kept:
    """Facts of a file, in `<file>.json` beside it.

    Attributes:
        etag: a strong validator of the version that a transfer began with; "" where the server gave none.
        modified: its date, as the server wrote it.
        total: bytes of the whole, None where the server did not say.
        sha256: of a file that has come whole.
    """

    etag: str = ""
    modified: str = ""
    total: int | None = None
    sha256: str = ""

    @classmethod
    def read(cls, path: Path) -> "Kept":
        """Read the facts of a file; nothing is known where there are none or they cannot be read."""
        try:
            found = cls(**json.loads(_beside(path).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return cls()
        texts = (found.etag, found.modified, found.sha256)
        is_whole = all(isinstance(text, str) and text.isascii() and text.isprintable() for text in texts)
        return found if is_whole and isinstance(found.total, int | None) else cls()

    @classmethod
    def of(cls, reply: requests.Response, total: int | None) -> "Kept":
        """Take the facts from the headers of a reply."""
        etag = reply.headers.get("ETag", "")
        strong = etag if etag.startswith('"') and etag.isascii() and etag.isprintable() else ""
        modified = reply.headers.get("Last-Modified", "")
        return cls(strong, modified if modified.isascii() and modified.isprintable() else "", total)

    @property
    def validator(self) -> str:
        """What a server can tell by whether it still has the same file (RFC 9110, 13.1.5); "" if nothing."""
        return self.etag or self.modified

    def contradicts(self, other: "Kept") -> bool:
        """Whether two replies speak of different versions."""
        pairs = ((self.etag, other.etag), (self.modified, other.modified))
        return any(mine and theirs and mine != theirs for mine, theirs in pairs)

    def difference(self, path: Path, expected: "Expected") -> str:
        """Say how a whole file differs from what had come, where nobody announces a checksum; "" if it doesn't."""
        if expected.digest:
            return ""
        if not self.sha256:
            return "nothing is known of what had come"
        found = digest_of(path)
        return "" if found == self.sha256 else f"sha256 {found}, {self.sha256} had come"

    def write(self, path: Path) -> None:
        """Keep the facts of a file."""
        with open_own(_beside(path)) as stream:
            stream.write(json.dumps(asdict(self)).encode())


def discard(path: Path) -> None:
    """Remove a file with what is known of it; neither need be there."""
    path.unlink(missing_ok=True)
    forget(path)


def forget(path: Path) -> None:
    """Remove what is known of a file."""
    _beside(path).unlink(missing_ok=True)


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")
