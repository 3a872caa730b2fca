"""The manifest of a study: one JSON file that says what it was made from and what it made, byte by byte."""

import json
import platform
import re
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from claimcheck.core.errors import StudyError
from claimcheck.core.ledger import digest_of
from claimcheck.core.plain import is_file
from claimcheck.core.schemas import check, load_schema
from claimcheck.core.unfinished import OUTPUTS

RESULTS = Path("results")
MANIFEST = RESULTS / "provenance.json"
CRATE = RESULTS / "ro-crate-metadata.json"
CRATE_FOLDER = RESULTS / "ro-crate"
"""What the crate carries besides the results."""
_NO_RESULTS = frozenset(
    {
        "results/README.md",
        "results/provenance.json",
        "results/provenance_inputs.tsv",  # the manifest holds its rows
        "results/ro-crate-metadata.json",  # made from the manifest
        "results/samples/samples.template.tsv",
    }
)
_FORMAT = 1

Manifest = dict[str, Any]


def list_results() -> list[Path]:
    """List the files below `results`, sorted; left out are hidden ones, what is no result, the manifest and the crate."""
    found = [
        path
        for path in RESULTS.rglob("*")
        if path.is_file()
        and path.as_posix() not in _NO_RESULTS
        and CRATE_FOLDER not in path.parents
        and not any(part.startswith(".") for part in path.parts)
    ]
    return sorted(found)


def in_places_of(patterns: Collection[str]) -> list[Path]:
    """List the files and folders of a study that are where its rules put their outputs, sorted.

    Args:
        patterns: regular expressions of outputs.
    """
    whole = [re.compile(pattern) for pattern in patterns]
    found = (path for folder in OUTPUTS for path in Path(folder).rglob("*"))
    return sorted(path for path in found if any(pattern.fullmatch(path.as_posix()) for pattern in whole))


def made_by(
    paths: Collection[Path], makers: Mapping[str, str], names: Mapping[str, Collection[str]]
) -> dict[Path, str]:
    """Find the rule that made each file; what no rule of this study makes is left out.

    Args:
        paths: files, relative to the study folder.
        makers: name of the rule by the regular expression of an output, with a named group a wildcard.
        names: the values of each wildcard in this study, such as its samples: others are of an earlier configuration.
    """
    patterns = [(re.compile(pattern), rule) for pattern, rule in makers.items()]
    found = {}
    for path in paths:
        for pattern, rule in patterns:
            match = pattern.fullmatch(path.as_posix())
            if match and all(value in names.get(name, ()) for name, value in match.groupdict().items()):
                found[path] = rule
                break
    return found


def plain(configuration: Any) -> Any:
    """Return a configuration as JSON holds it."""
    return json.loads(json.dumps(configuration, default=str, sort_keys=True))


def write_manifest(configuration: Path, inputs: pd.DataFrame, outputs: Mapping[Path, str]) -> str:
    """Write the manifest of a finished study.

    Args:
        configuration: the merged configuration, YAML.
        inputs: one row an input, version or checksum, INPUT_COLUMNS.
        outputs: the rule that made each result.

    Returns:
        JSON with sorted keys: `study`, which does not depend on machine, folder or day; its `sha256`; `platform`.
    """
    raw = configuration.read_bytes()
    claims = list(inputs.loc[inputs["kind"] == "claims", "value"])
    software = inputs[inputs["kind"] == "software"]
    files = inputs[~inputs["kind"].isin(["software", "configuration", "claims"])].astype({"size": int})
    study = {
        "configuration": plain(yaml.safe_load(raw)),
        "configuration_sha256": sha256(raw).hexdigest(),
        "claims_sha256": claims[0] if claims else None,
        "software": dict(zip(software["name"], software["value"], strict=True)),
        "inputs": {
            row.name: {
                "algorithm": row.algorithm,
                "digest": row.value,
                "size": int(str(row.size)),
                "rule": row.rule or None,
            }
            for row in files.itertuples(index=False)
        },
        "outputs": {
            path.as_posix(): {"sha256": digest_of(path, "sha256"), "size": path.stat().st_size, "rule": rule}
            for path, rule in outputs.items()
        },
    }
    manifest = {
        "format": _FORMAT,
        "study": study,
        "sha256": _digest(study),
        "platform": {
            "implementation": platform.python_implementation(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "system": platform.system(),
        },
    }
    return json.dumps(manifest, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_manifest(path: Path) -> Manifest:
    """Read a manifest that this or another run has written.

    Raises:
        StudyError: it is missing, no manifest, of another format, or does not fit its own checksum.
    """
    if not is_file(path):
        raise StudyError(
            f"there is no manifest {path}",
            where=str(path.absolute()),
            expected="the provenance.json of a finished study; paths are relative to the study folder",
            remedy="finish the study first, or name the manifest with --config manifest=path/to/provenance.json",
        )
    try:
        manifest: Manifest = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise _no_manifest(path, str(error)) from error
    check(manifest, load_schema("provenance.schema.yaml"), where=str(path))
    if _digest(manifest["study"]) != manifest["sha256"]:
        raise _no_manifest(path, "it was changed after it was written, since its own checksum does not fit")
    return manifest


def _digest(study: Mapping[str, Any]) -> str:
    return sha256(json.dumps(study, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _no_manifest(path: Path, reason: str) -> StudyError:
    return StudyError(
        f"{path} is no manifest to compare with: {reason}",
        where=str(path.absolute()),
        expected="provenance.json as a finished study wrote it",
        remedy="take a whole copy of the file",
    )
