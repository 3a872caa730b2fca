"""Where things may be fetched from: https, http on this machine, or a local folder; and what their names may be."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from claimcheck.core.errors import StudyError

PROJECT = re.compile(r"PRJ[EDN][A-Z][0-9]{1,12}")
RUN = re.compile(r"[ESD]RR[0-9]{6,12}")
SAMPLE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{number}" for port in ("COM", "LPT") for number in range(10))}
"""Names that Windows has for devices, with any ending."""
_NAME = "[A-Za-z0-9_][A-Za-z0-9._+-]*"
_PATH = re.compile(rf"/?{_NAME}(?:/{_NAME})*")


@dataclass(frozen=True)
class Address:
    """A place to fetch from: either an URL or a path on this machine, never both.

    Attributes:
        url: https URL, or http URL on loopback; "" for a local path.
        path: local file or folder, relative to the study folder unless absolute; None for an URL.
    """

    url: str
    path: Path | None

    @property
    def is_local(self) -> bool:
        """Whether the address is a path on this machine."""
        return self.path is not None

    def __str__(self) -> str:
        return self.url or str(self.path)

    def join(self, part: str) -> "Address":
        """Append a path from the network, which may hold plain names only.

        Raises:
            StudyError: the part could leave the folder, or holds anything but letters, digits and `._+-`.
        """
        if not _PATH.fullmatch(part):
            raise StudyError(
                f"the file path {part!r} is not one that an archive uses",
                where=f"a reply of {self}",
                expected="names of letters, digits and . _ + - joined by single slashes",
                remedy="don't use this source; report the reply to the archive if it comes from there",
            )
        part = part.lstrip("/")
        if self.path is not None:
            return Address("", self.path / part)
        return Address(f"{self.url.rstrip('/')}/{part}", None)


def is_loopback(host: str | None) -> bool:
    """Whether a host name or address is this machine."""
    if host is None:
        return False
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def parse_address(text: str, *, key: str) -> Address:
    """Read an address of the configuration.

    Args:
        text: https URL, http URL on loopback, or local path.
        key: the configuration key, for the message.

    Raises:
        StudyError: any other scheme, or a URL that names no host.
    """
    if "://" not in text:
        return Address("", Path(text))
    if not _is_url(text):
        raise StudyError(
            f"the address {text!r} is not one to fetch from",
            where=f"config/config.yaml, {key}",
            expected="an https URL, an http URL on this machine, or a local path",
            remedy=f"correct `{key}`",
        )
    return Address(text, None)


def _is_url(text: str) -> bool:
    """Whether a text is an URL to fetch from, of which every part makes sense."""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
        host.encode("idna")
    except ValueError:  # brackets, ports and labels that there cannot be
        return False
    allowed = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    named = re.fullmatch(r"[^\s/\\?#@<>\"{}|^`%]+", host)
    return bool(allowed and named and parts.username is None and port != 0 and text.isprintable() and " " not in text)


def check_name(name: str, pattern: re.Pattern[str], *, kind: str, where: str) -> str:
    """Return a name that becomes part of a path, or refuse it.

    Raises:
        StudyError: the whole name does not match the pattern.
    """
    if not pattern.fullmatch(name):
        raise StudyError(
            f"{name!r} is not a {kind}",
            where=where,
            expected=f"a {kind} that matches {pattern.pattern}",
            remedy=f"correct the {kind}; it becomes part of file names",
        )
    return name


def check_sample_names(names: Iterable[str], *, where: str) -> None:
    """Check names that become names of files, on other systems too: shared disks and archives are opened there.

    Raises:
        StudyError: one is no name, is reserved on Windows, ends with a dot, or differs from another by upper and lower case only.
    """
    seen: dict[str, str] = {}
    for name in names:
        check_name(name, SAMPLE_NAME, kind="sample name", where=where)
        other = seen.setdefault(name.lower(), name)
        wrong = ""
        if other != name:
            wrong = f"the sample names {other} and {name} differ by upper and lower case only"
        elif name.endswith(".") or name.partition(".")[0].upper() in _RESERVED:
            wrong = f"{name} can be no name of a file on some systems, and is a sample name"
        if wrong:
            raise StudyError(
                wrong,
                where=where,
                expected="names that differ in lower case too, none of CON, PRN, AUX, NUL, COM1 or LPT1, no dot at the end",
                remedy="give the sample another name",
            )


def parse_optional_address(text: str, *, key: str) -> Address | None:
    """Read an address of the configuration that may be `none`; raises as `parse_address`."""
    return None if text == "none" else parse_address(text, key=key)


def local_paths(*addresses: str | None) -> list[str]:
    """Keep the addresses that are paths on this machine, each once, sorted; None and `none` are no address."""
    return sorted({address for address in addresses if address not in (None, "none") and "://" not in address})


def file_or_none(path: str) -> str | list[str]:
    """Return a path of the configuration that may be `none` as an input of a rule, which has no file then."""
    return [] if path == "none" else path
