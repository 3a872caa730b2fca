"""Every key of the configuration is read: its section by a rule, and itself by name in the code."""

import ast
import re
from pathlib import Path

import pytest

from claimcheck.core.schemas import load_schema

WORKFLOW = Path(__file__).resolve().parents[2] / "workflow"
RULES = "\n".join(path.read_text() for path in sorted(WORKFLOW.glob("rules/*.smk")))


def named_in(tree):
    """List what code names: strings, attributes, arguments of functions, fields."""
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.Attribute(attr=name) | ast.arg(arg=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield name


NAMED = {name for path in WORKFLOW.glob("scripts/**/*.py") for name in named_in(ast.parse(path.read_text()))}
NAMED |= set(re.findall(r"[\"'](\w+)[\"']", RULES))
PRINTED = {
    place for path in WORKFLOW.glob("report/*.j2") for place in re.findall(r"settings\.([\w.]+)", path.read_text())
}
"""What the page's templates read of the configuration."""


def resolved(schema, definitions):
    while "$ref" in schema:
        schema = {**definitions[schema["$ref"].rpartition("/")[2]], **{k: v for k, v in schema.items() if k != "$ref"}}
    return schema


def leaves(schema, definitions, place=()):
    """List the places of all leaves: of lists and of names that a study chooses, `*`."""
    schema = resolved(schema, schema.get("$defs", definitions))
    definitions = schema.get("$defs", definitions)
    named, items = schema.get("additionalProperties"), schema.get("items")
    if "properties" in schema:
        for key, part in schema["properties"].items():
            yield from leaves(part, definitions, (*place, key))
    elif isinstance(named, dict):
        yield from leaves(named, definitions, (*place, "*"))
    elif isinstance(items, dict) and "properties" in resolved(items, definitions):
        yield from leaves(items, definitions, (*place, "*"))
    else:
        yield place


PLACES = [place for place in leaves(load_schema("config.schema.yaml"), {}) if place != ("files",)]
"""All places but `files`, which is gone when the files are joined."""


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_every_key_is_read(place):
    if ".".join(place) in PRINTED:
        return
    section, key = place[0], next(part for part in reversed(place) if part != "*")
    assert f'config["{section}"]' in RULES or f'"{section}" in config' in RULES, f"no rule reads {section}"
    if not re.search(rf'config\["{section}"\](?!\[)', RULES):
        assert f'config["{section}"]["{place[1]}"]' in RULES, f"no rule reads {'.'.join(place)}"
    # Some keys are put together: f"{sex}_set" names female_set.
    assert key in NAMED or f"_{key.partition('_')[2]}" in NAMED, f"nothing reads {'.'.join(place)}"
