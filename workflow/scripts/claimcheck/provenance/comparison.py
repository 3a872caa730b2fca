"""Whether a finished study is the one that a manifest describes; every difference in words."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from claimcheck.core.ledger import broken_links, digest_of
from claimcheck.core.plain import is_file
from claimcheck.provenance.manifest import Manifest, list_results

_ABSENT = "absent"
_SHORT = 12


def compare_results(manifest: Manifest) -> list[str]:
    """Compare the files of `results` with those of a manifest."""
    outputs = manifest["study"]["outputs"]
    differences = []
    for name, stated in outputs.items():
        maker = f"{name} (rule {stated['rule']})"
        path = Path(name)
        if not is_file(path):
            differences.append(f"missing: {maker}")
        else:
            differences += _changed(maker, path, "sha256", stated["sha256"], stated["size"])
    extra = [path.as_posix() for path in list_results() if path.as_posix() not in outputs]
    return differences + [f"extra: {name} is not in the manifest" for name in extra]


def compare_inputs(manifest: Manifest) -> tuple[list[str], list[str]]:
    """Compare the inputs that are here with those of a manifest.

    Returns:
        The differences, and which inputs are not here any more: a study may be kept without its reads.
    """
    differences: list[str] = []
    absent: list[str] = []
    for name, stated in manifest["study"]["inputs"].items():
        path = Path(name)
        if not is_file(path):
            absent.append(name)
        else:
            differences += _changed(f"the input {name}", path, stated["algorithm"], stated["digest"], stated["size"])
    return differences, absent


def compare_chain(manifest: Manifest, said: Sequence[str]) -> list[str]:
    """Follow the records of the steps back from the results of a manifest; of a file that was `said` to differ nothing is added."""
    broken = broken_links(manifest["study"]["outputs"])
    return [words for path, words in broken.items() if not any(path in line for line in said)]


def compare_configuration(manifest: Manifest, configuration: Any) -> list[str]:
    """Compare the merged configuration key by key."""
    was, now = (dict(_flat(part)) for part in (manifest["study"]["configuration"], configuration))
    return [
        f"configuration: {key} was {was.get(key, _ABSENT)!r}, is {now.get(key, _ABSENT)!r}"
        for key in sorted(was.keys() | now.keys())
        if was.get(key, _ABSENT) != now.get(key, _ABSENT)
    ]


def compare_software(manifest: Manifest, versions: Mapping[str, str]) -> list[str]:
    """Compare versions with those that are installed here."""
    stated = manifest["study"]["software"]
    return [
        f"another version: {name} was {stated.get(name, _ABSENT)}, is {versions.get(name, _ABSENT)}"
        for name in sorted(stated.keys() | versions.keys())
        if stated.get(name) != versions.get(name)
    ]


def compare_claims(manifest: Manifest, claims: Path | None) -> list[str]:
    """Compare the claims register with the manifest's checksum."""
    was = manifest["study"]["claims_sha256"]
    now = digest_of(claims, "sha256") if claims and is_file(claims) else None
    if was == now:
        return []
    shown = [digest[:_SHORT] if digest else _ABSENT for digest in (was, now)]
    return [f"the claims register {claims or ''} changed: sha256 was {shown[0]}, is {shown[1]}"]


def _changed(what: str, path: Path, algorithm: str, digest: str, size: int) -> Iterator[str]:
    found = path.stat().st_size
    sizes = f"; {size:,} bytes, now {found:,}" if found != size else ""
    now = digest_of(path, algorithm)
    if now != digest:
        yield f"changed: {what}: {algorithm} was {digest[:_SHORT]}, is {now[:_SHORT]}{sizes}"


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the keys of nested groups, joined by dots, with what they hold."""
    if isinstance(value, dict) and value:
        for name, part in value.items():
            yield from _flat(part, f"{key}.{name}" if key else str(name))
    else:
        yield key, value
