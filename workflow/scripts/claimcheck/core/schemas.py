"""Checking configurations and sheets against the JSON schemas of the workflow, with messages in plain words."""

import copy
import difflib
import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import referencing
import yaml
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from referencing.jsonschema import DRAFT202012

from claimcheck.core.contracts import OWN_LOADER
from claimcheck.core.errors import StudyError
from claimcheck.core.plain import LARGEST, complaints, is_file, number_of, odd_letter
from claimcheck.core.tables import listed
from claimcheck.core.text import NotTextError, decode

SCHEMAS = Path(__file__).resolve().parents[3] / "schemas"
_URN = "urn:claimcheck:"

_TYPES = {
    "object": "a group of keys",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "empty",
}


FORMER = "former"
"""Keyword of our schemas: by the name of a key of an earlier version, what stands in its place."""
_LONGEST_QUOTED = 40
MOST_NODES = 100_000
"""Keys and values of a file after its aliases are followed; the largest real one has some 3,000."""


class _Plain(yaml.constructor.SafeConstructor):
    """Makes plain data alone: no key twice in a mapping, of which the second would win, and no number or date in disguise."""

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        text = self.construct_scalar(node)
        number = number_of(text)
        if number is None:
            said = text if len(text) < _LONGEST_QUOTED else f"{text[:20]}…"
            raise yaml.constructor.ConstructorError(
                None,
                None,
                f"{said!r} is no plain decimal number that is finite and at most {LARGEST:g}",
                node.start_mark,
            )
        return int(text) if text.lstrip("+-").isdecimal() else number

    def refuse_date(self, node: yaml.ScalarNode) -> None:
        raise yaml.constructor.ConstructorError(
            None, None, f"{node.value!r} is read as a date; write it in quotes", node.start_mark
        )

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise yaml.constructor.ConstructorError(None, None, f"the key `{twice[0]}` stands twice", node.start_mark)
        return super().construct_mapping(node, deep=deep)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> str:
        text = str(super().construct_scalar(node))
        letter = odd_letter(text)
        if letter:
            raise yaml.constructor.ConstructorError(None, None, f"a text holds {letter}", node.start_mark)
        return text

    def construct_document(self, node: yaml.Node) -> Any:
        _count_nodes(node, {})
        return super().construct_document(node)


_Plain.yaml_constructors = {
    tag: make
    for tag, make in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.rpartition(":")[2] in ("null", "bool", "str", "seq", "map")
}
_Plain.yaml_constructors |= {
    "tag:yaml.org,2002:int": _Plain.construct_number,
    "tag:yaml.org,2002:float": _Plain.construct_number,
    "tag:yaml.org,2002:timestamp": _Plain.refuse_date,
}


class _Fast(_Plain, OWN_LOADER):  # type: ignore[misc] # OWN_LOADER is what PyYAML was built with
    """With the parser in C, many times as fast, where PyYAML has it."""


class _Careful(_Plain, yaml.SafeLoader):
    """With the parser that says more of a mistake."""


def _parse(text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Fast)
    except yaml.YAMLError:
        return yaml.load(text, Loader=_Careful)


def load_yaml(path: Path, *, name: str, missing: str) -> Any:
    """Read a YAML file of plain data in which no key is repeated.

    Args:
        path: the file.
        name: what it is, for messages.
        missing: what to do where there is no such file.

    Raises:
        StudyError: there is no such file, it is empty, no UTF-8 text, no YAML, would make objects, or grows beyond MOST_NODES.
    """
    expected = "YAML in UTF-8, each key once in its group"
    if not is_file(path):
        raise StudyError(f"the {name} {path} does not exist", where=str(path), expected=expected, remedy=missing)
    where, remedy = str(path), "correct the line"
    try:
        content = _parse(decode(path.read_bytes()))
    except NotTextError as error:
        reason, remedy = error.reason, error.remedy
    except RecursionError:
        reason = "it is nested too deeply"
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
    ) as error:  # of PyYAML, for what its own checks let pass
        reason = f"it is no plain data ({error})"
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}, line {mark.line + 1}" if mark else str(path)
        reason = str(getattr(error, "problem", None) or error)
        if "is read as a date" in reason or "plain decimal number" in reason:
            remedy = "write a plain decimal number, or put what is a word in quotes"
        if "'\\t'" in reason:
            reason, remedy = "a line begins with a tab", "indent with spaces"
    else:
        if content is not None:
            return content
        reason, remedy = "it is empty", "fill it; config/README.md explains every key"
    raise StudyError(f"the {name} cannot be read: {reason}", where=where, expected=expected, remedy=remedy)


def _count_nodes(node: yaml.Node, sizes: dict[int, int]) -> int:
    """Return how many nodes a node holds when every alias in it is written out."""
    if id(node) not in sizes:
        sizes[id(node)] = MOST_NODES  # what holds itself never ends
        parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
        inner = parts if isinstance(node, yaml.CollectionNode) else []
        sizes[id(node)] = 1 + sum(_count_nodes(part, sizes) for part in inner)
    if sizes[id(node)] >= MOST_NODES:
        raise yaml.constructor.ConstructorError(None, None, "its aliases make it endless", node.start_mark)
    return sizes[id(node)]


@functools.cache
def load_schema(name: str) -> dict[str, Any]:
    """Read a file of `workflow/schemas`; a property or definition `$ref: <other file>`, at any depth, is replaced by that schema.

    What stands beside the reference, such as a default, is kept.

    Each file has an `$id` of its own, so that references within it stay within it. It is read once, and not to be changed.
    """
    schema: dict[str, Any] = yaml.load((SCHEMAS / name).read_text(encoding="utf-8"), Loader=OWN_LOADER)
    schema["$id"] = f"{_URN}{name}"
    return _joined(schema)


def _joined(schema: dict[str, Any]) -> dict[str, Any]:
    """Replace the references to other schema files among a schema's properties and definitions."""
    for parts in (schema.get("properties", {}), schema.get("$defs", {})):
        for key, part in parts.items():
            other = part.get("$ref", "#")
            beside = {name: rule for name, rule in part.items() if name != "$ref"}
            parts[key] = _joined(part) if other.startswith("#") else load_schema(other) | beside
    return schema


def followed(schema: dict[str, Any], root: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Follow a reference within a file of schemas; what stands beside the reference is kept.

    Args:
        schema: a part of a schema from `load_schema`.
        root: the schema of the file that the part stands in.

    Returns:
        The part without reference, and the schema of its file.
    """
    root = schema if "$id" in schema else root
    while "$ref" in schema:
        beside = {name: rule for name, rule in schema.items() if name != "$ref"}
        target: dict[str, Any] = root["$defs"][schema["$ref"].rpartition("/")[2]]
        root = target if "$id" in target else root
        schema = target | beside
    return schema, root


def _pattern(_: Validator, pattern: str, instance: Any, schema: dict[str, Any]) -> Iterator[ValidationError]:
    """Check a pattern of which `$` is the end of the text, and not the place before a last line end."""
    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$$", r"\\Z", pattern), instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_VALIDATOR: Any = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})  # type: ignore[no-untyped-call]


@functools.cache
def _files_within(identifier: str) -> Any:
    """Find the files within a schema of `load_schema` once, which each check would otherwise look for again."""
    schema = load_schema(identifier.removeprefix(_URN))
    return referencing.Registry().with_resource(identifier, DRAFT202012.create_resource(schema)).crawl()


def check(instance: Any, schema: dict[str, Any], *, where: str) -> None:
    """Check an instance against a schema.

    Raises:
        StudyError: naming the first problem in the order of the instance, and how many there are in all.
    """
    for path, what, expected in complaints(instance):
        key = ".".join(path)
        raise StudyError(
            f"`{key}` {what}" if key else what,
            where=f"{where}, {key or 'top level'}",
            expected=expected,
            remedy=f"correct `{key}`" if key else "correct the file",
        )
    files = {"registry": _files_within(schema["$id"])} if "$id" in schema else {}
    validator = _VALIDATOR(schema, **files)
    errors = sorted(_leaves(validator.iter_errors(instance)), key=lambda error: [str(part) for part in error.path])
    if not errors:
        return
    first = errors[0]
    parts = [*first.absolute_path, *_unknown(first)[:1]]
    key = ".".join(str(part) for part in parts)
    others = f" (and {len(errors) - 1} more problems)" if len(errors) > 1 else ""
    what, expected, remedy = _in_words(first, key)
    raise StudyError(what + others, where=f"{where}, {key or 'top level'}", expected=expected, remedy=remedy)


def complete(instance: Any, schema: dict[str, Any]) -> Any:
    """Return a copy of a checked instance in which absent keys hold the schema's defaults, at every level."""
    if isinstance(instance, list):
        return [complete(one, schema.get("items", {})) for one in instance]
    if not isinstance(instance, dict):
        return instance
    completed = dict(instance)
    for key, part in schema.get("properties", {}).items():
        if key not in completed and "default" in part:
            completed[key] = copy.deepcopy(part["default"])
    properties, others = schema.get("properties", {}), schema.get("additionalProperties")
    for key, inner in completed.items():
        completed[key] = complete(inner, properties.get(key, others if isinstance(others, dict) else {}))
    return completed


def replace_titled(instance: Any, schema: dict[str, Any], title: str, change: Callable[[str, Any], Any]) -> Any:
    """Return a copy of a checked instance in which everything that a schema of a certain title describes is replaced.

    Args:
        instance: as checked.
        schema: from `load_schema`.
        title: of the schema.
        change: from the key, with dots, and the value there to what replaces it.
    """

    def walk(part: Any, rule: dict[str, Any], root: dict[str, Any], key: str) -> Any:
        rule, root = followed(rule, root)
        if rule.get("title") == title:
            return change(key, part)
        if isinstance(part, dict):
            properties, others = rule.get("properties", {}), rule.get("additionalProperties")
            rules = {name: properties.get(name, others if isinstance(others, dict) else {}) for name in part}
            return {name: walk(inner, rules[name], root, f"{key}.{name}".lstrip(".")) for name, inner in part.items()}
        if isinstance(part, list):
            return [walk(inner, rule.get("items", {}), root, f"{key}.{place}") for place, inner in enumerate(part)]
        return part

    return walk(instance, schema, schema, "")


def _leaves(errors: Iterator[ValidationError]) -> Iterator[ValidationError]:
    """Of alternatives that all fail, keep the branch that fits best: the type is right, and the complaint lies deepest."""
    for error in errors:
        if error.validator in ("anyOf", "oneOf") and error.context:
            matching = [inner for inner in error.context if inner.validator != "type"]
            matching.sort(key=lambda inner: -len(inner.relative_path))
            yield from _leaves(iter(matching[:1] or [error.context[0]]))
        else:
            yield error


def _unknown(error: ValidationError) -> list[str]:
    """List the keys of a group that its schema does not know, where that is the complaint."""
    if error.validator != "additionalProperties":
        return []
    schema: Any = error.schema
    instance: Any = error.instance
    return sorted(str(name) for name in set(instance) - set(schema.get("properties", {})))


def _in_words(error: ValidationError, key: str) -> tuple[str, str, str]:
    """Say a schema's complaint as (what, expected, remedy)."""
    schema: dict[str, Any] = error.schema if isinstance(error.schema, dict) else {}
    rule: Any = error.validator_value
    about = " ".join(str(schema.get("description", "")).split())
    change = f"correct `{key}`" if key else "correct the file"
    instance: Any = error.instance
    named = f"`{key}`" if key else "the file"
    structure = "a list" if isinstance(instance, list) else "a group of keys"
    value = structure if isinstance(instance, dict | list) else repr(instance)
    match error.validator:
        case "additionalProperties":
            return _about_unknown(schema, _unknown(error))
        case "required":
            missing = [name for name in rule if name not in instance]
            part = schema.get("properties", {}).get(missing[0], {})
            return (
                f"the key `{missing[0]}` is missing",
                str(part.get("description", f"a value for `{missing[0]}`")),
                f"add `{missing[0]}`; config/README.md explains it",
            )
        case "type":
            wanted = rule if isinstance(rule, list) else [rule]
            words = " or ".join(_TYPES[name] for name in wanted)
            is_word = "string" in wanted and (instance is None or isinstance(instance, bool | int | float))
            quoted = f'if that is a word, put it in quotes, such as `{key.rpartition(".")[2]}: "no"`'
            return f"{named} is {value}", f"{words}{': ' + about if about else ''}", quoted if is_word else change
        case "enum":
            return f"{named} is {value}", f"one of {listed(rule, most=20)}", change
        case "minItems" | "minProperties":
            what = f"has {len(instance)} entries" if instance else "is empty"
            return f"`{key}` {what}", f"{about + ', ' if about else ''}at least {rule}", change
        case _:
            return f"{named} is {value}", about or f"{error.validator} {rule}", change


def _about_unknown(schema: dict[str, Any], unknown: list[str]) -> tuple[str, str, str]:
    """Say that keys are unknown to a group, or what stands in the place of the first one since an earlier version."""
    known, former = sorted(schema.get("properties", {})), schema.get(FORMER, {})
    if unknown[0] in former:
        return (
            f"`{unknown[0]}` is a key of an earlier version",
            f"in its place {former[unknown[0]]}",
            "change the key; docs/upgrading.md lists all that have changed",
        )
    near = difflib.get_close_matches(unknown[0], known, n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return (
        f"unknown key {listed(f'`{name}`' for name in unknown)}{hint}",
        f"only the keys {listed(known, most=20)}",
        "correct or remove the key; config/README.md explains every one",
    )
