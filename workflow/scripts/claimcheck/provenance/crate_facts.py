"""What an RO-Crate states of the files and programs of a study, and whether that is what its manifest says."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from claimcheck.core.errors import StudyError
from claimcheck.core.ledger import digest_of
from claimcheck.core.plain import is_file
from claimcheck.provenance.manifest import CRATE, CRATE_FOLDER, MANIFEST, RESULTS, Manifest, read_manifest

SNAKEFILE = CRATE_FOLDER / "Snakefile"
REGISTER = CRATE_FOLDER / "claims.yaml"
_WORKFLOW = "workflow"
"""The name in the manifest's software whose version is the digest of the workflow's code."""
_NO_PYTHON_PACKAGES = frozenset({"kallisto", "python", "salmon"})
_COMPARED = ("File", "SoftwareApplication")
_SHOWN = 20

Facts = dict[str, dict[str, str]]
"""Checksum and size of a file, or version of a program, by the `@id` of its entity."""


def id_of_result(path: Path) -> str:
    """Return the `@id` of a file below `results`, the root of the crate."""
    return quote(path.relative_to(RESULTS).as_posix())


def id_of_input(path: str) -> str:
    """Return the `@id` of a file that is not in the crate; `path` is relative to the study folder."""
    return f"#{quote(path)}"


def id_of_software(name: str, version: str) -> str:
    """Return the `@id` of a program: its package URL (https://github.com/package-url/purl-spec)."""
    kind = "generic" if name in _NO_PYTHON_PACKAGES else "pypi"
    return f"pkg:{kind}/{quote(name)}@{quote(version)}"


def facts_of_file(path: Path) -> dict[str, str]:
    """Read a file to its end for what a crate states of it."""
    return {"sha256": digest_of(path), "contentSize": str(path.stat().st_size)}


def facts_of_manifest(manifest: Manifest) -> Facts:
    """Collect what a crate has to state of the results, the inputs and the software of a manifest."""
    study = manifest["study"]
    results = {
        id_of_result(Path(name)): {"sha256": stated["sha256"], "contentSize": str(stated["size"])}
        for name, stated in study["outputs"].items()
    }
    inputs = {
        id_of_input(name): {stated["algorithm"]: stated["digest"], "contentSize": str(stated["size"])}
        for name, stated in study["inputs"].items()
    }
    software = {
        id_of_software(name, version): {"version": version}
        for name, version in study["software"].items()
        if name != _WORKFLOW
    }
    return results | inputs | software


def workflow_version(manifest: Manifest) -> str:
    """Return the digest of the workflow's code that a manifest states; "" if none."""
    return str(manifest["study"]["software"].get(_WORKFLOW, ""))


def compare_crate() -> list[str]:
    """Hold the crate of the study that is here against its manifest, and its own files against what it states of them.

    Returns:
        Every difference in words. No file is looked for because the crate names it.
    """
    if not is_file(CRATE):
        return [f"missing: {CRATE} (rule write_crate)"]
    try:
        manifest = read_manifest(MANIFEST)
    except StudyError as error:
        return [f"{CRATE} has nothing to be compared with: {error.what}"]
    try:
        stated = _read_facts(CRATE)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return [f"changed: {CRATE} (rule write_crate) is no crate that can be read: {str(error)[:100]}"]
    expected = facts_of_manifest(manifest)
    differences = list(_differences(stated, expected, "the manifest"))
    own = [MANIFEST, SNAKEFILE, *([REGISTER] if manifest["study"]["claims_sha256"] else [])]
    absent = [path for path in own if not is_file(path)]
    differences += [f"missing: {path} (rule write_crate)" for path in absent if path != MANIFEST]
    files = {id_of_result(path): facts_of_file(path) for path in own if path not in absent}
    differences += _differences(stated, files, "the file")
    said = {"version": stated.get(id_of_result(SNAKEFILE), {}).get("version", "")}
    version = {"version": workflow_version(manifest)}
    differences += _differences({_WORKFLOW: said}, {_WORKFLOW: version}, "the manifest")
    register = files.get(id_of_result(REGISTER))
    if register and register["sha256"] != manifest["study"]["claims_sha256"]:
        differences.append(f"{REGISTER} is not the claims register of the manifest")
    unknown = sorted(stated.keys() - expected.keys() - {id_of_result(path) for path in own})
    return differences + [f"the crate lists {name[:200]}, which the manifest does not know" for name in unknown]


def _read_facts(path: Path) -> dict[str, Mapping[str, Any]]:
    """Read the entities of a crate that are files or programs, by `@id`."""
    graph = json.loads(path.read_text(encoding="utf-8"))["@graph"]
    return {str(entity["@id"]): entity for entity in graph if _is_compared(entity)}


def _is_compared(entity: Mapping[str, Any]) -> bool:
    kinds = entity["@type"]
    return any(kind in _COMPARED for kind in (kinds if isinstance(kinds, list) else [kinds]))


def _differences(stated: Mapping[str, Mapping[str, Any]], expected: Facts, whose: str) -> Iterator[str]:
    for name, facts in expected.items():
        if name not in stated:
            yield f"the crate does not list {name}"
            continue
        for key, value in facts.items():
            said = str(stated[name].get(key, "nothing"))
            if said != value:
                yield f"the crate states of {name}: {key} {said[:_SHOWN]}; {whose}: {value[:_SHOWN]}"
