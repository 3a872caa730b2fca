"""Write the documents that follow from the schemas: `python docs/refresh.py`, after a change of a schema or a template.

The templates are in docs/templates:
config/README.md = config.md, with a table of all keys of the configuration and the words that samples are read by;
results/README.md = results.md, with all tables of results and their columns;
docs/register.md = register.md, with a register to start from and the defaults of all registers;
docs/upgrading.md = upgrading.md, with the keys of earlier versions. Links are relative to the document.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "workflow/scripts"))

from claimcheck.core.contracts import Column, contracts  # noqa: E402
from claimcheck.core.schemas import FORMER, followed, load_schema  # noqa: E402
from claimcheck.sourcing.vocabulary import read_table  # noqa: E402

NOTE = "<!-- Made by docs/refresh.py from docs/templates/{template} and workflow/schemas: change these, then run it. -->\n\n"
HEADER = ("key", "default", "meaning")


Row = tuple[str, ...]


def table(header: Row, rows: list[Row]) -> str:
    """Write a table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (header, ("---",) * len(header), *rows))


def keys_below(rule: dict[str, Any], key: str, root: dict[str, Any]) -> Iterator[Row]:
    """Yield key, default and meaning of all keys below one; `<name>` stands for names of choice, `[]` for the items of a list."""
    rule, root = followed(rule, root)
    for name, part in rule.get("properties", {}).items():
        whole, _ = followed(part, root)
        is_group = "properties" in whole and whole.get("default") == {}
        default = "" if is_group else _default_of(whole, is_required=name in rule.get("required", ()))
        yield f"`{key}.{name}`", default, _meaning_of(whole)
        yield from keys_below(part, f"{key}.{name}", root)
    for suffix, inner in ((".<name>", rule.get("additionalProperties")), ("[]", rule.get("items"))):
        if isinstance(inner, dict):
            yield from keys_below(inner, key + suffix, root)


def _default_of(rule: dict[str, Any], *, is_required: bool) -> str:
    value = rule.get("default")
    if is_required:
        return "required"
    if isinstance(value, bool):
        return f"`{value}`".lower()
    if isinstance(value, int | float):
        return str(value)
    items = value if isinstance(value, list) else [value]
    return ", ".join(f"`{item}`" for item in items if item not in (None, "", {})) or "none"


def _meaning_of(rule: dict[str, Any]) -> str:
    meaning = " ".join(str(rule.get("description", "")).split())
    choices = [f"`{choice}`" for choice in rule.get("enum", ()) if choice and str(choice) not in meaning]
    if choices:
        meaning += f"; one of {', '.join(choices)}"
    when = " ".join(str(rule.get("when", "")).split())
    return (f"{meaning}. {when}" if when else meaning).replace("|", "\\|")


def all_keys() -> str:
    """Write the tables of all sections of the configuration, in the order of its schema."""
    schema = load_schema("config.schema.yaml")
    parts = []
    for section, rule in schema["properties"].items():
        whole, root = followed(rule, schema)
        head = _sentence(_meaning_of(whole))
        rows = list(keys_below(rule, section, root))
        rows = rows or [(f"`{section}`", _default_of(whole, is_required=False), _meaning_of(whole))]
        parts.append("\n\n".join([f"### `{section}`", *([head] if "properties" in whole else []), table(HEADER, rows)]))
    return "\n\n".join(parts)


def _sentence(clause: str) -> str:
    return clause[:1].upper() + clause[1:] + ("" if clause.endswith(".") else ".")


def former_keys() -> str:
    """Write the tables of the keys of earlier versions, by file."""
    parts = []
    for title, name in (("Configuration", "config"), ("Register of claims", "claims")):
        rows = list(_former_below(load_schema(f"{name}.schema.yaml"), ""))
        parts.append(f"### {title}\n\n{table(('key', 'in its place'), rows)}")
    return "\n\n".join(parts)


def _former_below(rule: dict[str, Any], key: str) -> Iterator[Row]:
    for name, successor in rule.get(FORMER, {}).items():
        yield f"`{key}{name}`", successor
    for name, part in rule.get("properties", {}).items():
        yield from _former_below(part, f"{key}{name}.")
    others = rule.get("additionalProperties")
    if isinstance(others, dict):
        yield from _former_below(others, f"{key}<name>.")


def example_of_a_register() -> str:
    """Quote the register of a study that others can start from."""
    return f"```yaml\n{(ROOT / EXAMPLE).read_text(encoding='utf-8')}```"


def defaults_of_a_register() -> str:
    """Write the table of the keys below `primary` of a register."""
    schema = load_schema("claims.schema.yaml")
    return table(HEADER, list(keys_below(schema["properties"]["primary"], "primary", schema)))


def words_of_descriptions() -> str:
    """Write the table of the words that descriptions are read by."""
    rows: list[Row] = [
        (meaning, value, ", ".join(words)) for what, meaning, value, words in read_table() if what == "word"
    ]
    return table(("meaning", "value", "words"), rows)


def names_of_fields() -> str:
    """Write the table of the names of fields and attributes, and what these tell."""
    rows: list[Row] = [(meaning, ", ".join(names)) for what, meaning, _, names in read_table() if what == "field"]
    return table(("meaning", "names"), rows)


def all_tables() -> str:
    """Write the tables of results with their columns, by folder, in the order of workflow/schemas/tables.yaml."""
    parts: list[str] = []
    folder = None
    for contract in contracts().values():
        path = contract.path.replace("{", "<").replace("}", ">")
        if path.partition("/")[0] != folder and "/" in path:
            folder = path.partition("/")[0]
            parts.append(f"## {folder}/")
        rows: list[Row] = [
            (
                f"`{column.name.replace('{', '<').replace('}', '>')}`",
                _cells_of(column),
                column.meaning.replace("|", "\\|"),
            )
            for column in contract.columns
        ]
        parts += [f"### {path}.tsv".replace("<", "\\<"), contract.meaning, table(("column", "cells", "meaning"), rows)]
    return "\n\n".join(parts)


def _cells_of(column: Column) -> str:
    kind = {"boolean": "True or False"}.get(column.type, column.type)
    return kind + (f" ({column.unit})" if column.unit else "") + (", may be empty" if column.missing else "")


EXAMPLE = "benchmarks/known/p53_null/config/claims.yaml"

MARKS: dict[str, Callable[[], str]] = {
    "<!-- example of a register -->": example_of_a_register,
    "<!-- defaults of a register -->": defaults_of_a_register,
    "<!-- former keys -->": former_keys,
    "<!-- all keys -->": all_keys,
    "<!-- words of descriptions -->": words_of_descriptions,
    "<!-- names of fields -->": names_of_fields,
    "<!-- all tables -->": all_tables,
}
"""Lines of a template, and what is put in their place."""

DOCUMENTS = {
    "config/README.md": "config.md",
    "results/README.md": "results.md",
    "docs/register.md": "register.md",
    "docs/upgrading.md": "upgrading.md",
}
"""The documents, and their templates in docs/templates."""


def written(template: str) -> str:
    """Return the document that a template describes."""
    text = (ROOT / "docs/templates" / template).read_text(encoding="utf-8")
    for mark, write in MARKS.items():
        if mark in text:
            text = text.replace(mark, write())
    return NOTE.format(template=template) + text


if __name__ == "__main__":
    for document, template in DOCUMENTS.items():
        (ROOT / document).write_text(written(template), encoding="utf-8")
