"""What a study of an earlier version is told, and that the version stands everywhere alike."""

import copy
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from claimcheck import __version__
from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import FORMER, check, load_schema, load_yaml

ROOT = Path(__file__).resolve().parents[2]
FILES = {"config": "config/config.yaml", "claims": "config/claims.yaml"}


def former_keys(rule, path=()):
    """Yield the path of every key of an earlier version, and what stands in its place; `<name>` is any name."""
    for name, successor in rule.get(FORMER, {}).items():
        yield (*path, name), successor
    for name, part in rule.get("properties", {}).items():
        yield from former_keys(part, (*path, name))
    if isinstance(rule.get("additionalProperties"), dict):
        yield from former_keys(rule["additionalProperties"], (*path, "<name>"))


CASES = [(name, *found) for name in FILES for found in former_keys(load_schema(f"{name}.schema.yaml"))]


@pytest.mark.parametrize(("name", "path", "successor"), CASES, ids=[".".join(path) for _, path, _ in CASES])
def test_a_key_of_an_earlier_version_is_told_what_stands_in_its_place(name, path, successor):
    study = copy.deepcopy(load_yaml(ROOT / FILES[name], name="file", missing=""))
    group = study
    for part in path[:-1]:
        group = group[next(reversed(group))] if part == "<name>" else group.setdefault(part, {})
    group[path[-1]] = 1
    with pytest.raises(StudyError) as caught:
        check(study, load_schema(f"{name}.schema.yaml") | {"required": []}, where=FILES[name])
    message = str(caught.value)
    assert f"`{path[-1]}` is a key of an earlier version" in message
    assert f"in its place {successor}" in message
    assert "docs/upgrading.md" in message


def test_there_are_keys_of_earlier_versions():
    assert len(CASES) >= 9
    assert not [successor for _, _, successor in CASES if not successor]


def test_the_version_stands_alike_in_all_files():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    version, day = re.search(r"(?m)^## \[(.+)\] - (.+)$", (ROOT / "CHANGELOG.md").read_text()).groups()
    assert {project["version"], citation["version"], __version__} == {version}
    assert str(citation["date-released"]) == day
