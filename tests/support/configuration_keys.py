"""What a key of the configuration changes in the rules of a study, as Snakemake reads them."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import snakemake.api
import snakemake.workflow
from snakemake.api import SnakemakeApi
from snakemake.exceptions import WorkflowError
from snakemake.settings.types import ConfigSettings, OutputSettings, Quietness, ResourceSettings

import claimcheck.claims.agreement
import claimcheck.claims.requests
import claimcheck.core.contradictions
import claimcheck.core.dependencies
import claimcheck.core.installed
import claimcheck.core.study
import claimcheck.figures.registry
import claimcheck.provenance.inputs
from support.studies import ROOT

Place = tuple[str, ...]
Seen = dict[tuple[str, str], Any]
"""What a rule says, by the rule and by the argument or the part of it."""
Reached = set[tuple[str, str, str]]
"""What a key has changed: the rule, its script, and the argument or the part of it."""

LEFT_OUT = {
    ("save_configuration", "configuration"),
    ("verify", "configuration"),
    ("verify", "workflow"),
    ("record_inputs", "workflow"),
}
"""Params that hold the whole configuration, or the state of the clone."""
_KEPT = (
    (claimcheck.core.installed, "require_machine"),
    (claimcheck.core.study, "load_configuration"),
    (claimcheck.core.study, "read_gene_lists"),
    (claimcheck.core.contradictions, "read_table"),
    (claimcheck.figures.registry, "read_entries"),
    (claimcheck.claims.requests, "_read_parts"),
    (claimcheck.claims.agreement, "read_variation"),
)
"""Functions that take time, and whose answer follows from their arguments and the folder."""


def prepare() -> None:
    """Let this process do once what takes time, and leave out the digests of code, which no key changes."""
    for module, name in _KEPT:
        setattr(module, name, _once(getattr(module, name), lambda *given, **named: (Path.cwd(), given, named)))
    by_file = _once(snakemake.workflow.parse, lambda file, _, rulecount, **__: (str(file), rulecount))
    snakemake.workflow.parse = by_file
    claimcheck.core.dependencies.digests_of_steps = lambda _, steps: dict.fromkeys(steps, "")
    claimcheck.core.dependencies.digest_of_tables = lambda *_: ""
    claimcheck.provenance.inputs.digest_of_code = lambda _: ""


def walk(
    folder: Path, base: dict[str, Any], configurations: list[tuple[Place, list[dict[str, Any]]]]
) -> dict[Place, Any]:
    """Read the rules of a study with each configuration in turn.

    Args:
        folder: of the study.
        base: its configuration.
        configurations: by the place of a key, others that are compared with it; the first counts that changes something.

    Returns:
        By place, what has changed; nothing where nothing did, and None where every other value is refused.
    """
    os.chdir(folder)
    before = rules_of(base)
    assert before is not None
    return {place: _first_change(before, others) for place, others in configurations}


def _once(function: Any, key_of: Any) -> Any:
    kept: dict[str, Any] = {}

    def call(*arguments: Any, **named: Any) -> Any:
        key = repr(key_of(*arguments, **named))
        if key not in kept:
            kept[key] = function(*arguments, **named)
        return kept[key]

    return call


def _first_change(before: Seen, others: list[dict[str, Any]]) -> Reached | None:
    reached: Reached | None = None
    for configuration in others:
        after = rules_of(configuration)
        if after is not None:
            scripts = {rule: script for (rule, said), script in (before | after).items() if said == "script"}
            changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
            reached = {(rule, scripts[rule], said) for rule, said in changed}
            if reached:
                return reached
    return reached


def rules_of(configuration: dict[str, Any]) -> Seen | None:
    """Read the rules of the study in this folder, None where its configuration is refused."""
    try:
        with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
            workflow = api.workflow(
                resource_settings=ResourceSettings(cores=1),
                config_settings=ConfigSettings(config=configuration),
                snakefile=ROOT / "Snakefile",
            )
            return {key: value for rule in workflow._workflow.rules for key, value in _said(rule)}
    except WorkflowError:
        return None


def _said(rule: Any) -> Iterator[tuple[tuple[str, str], Any]]:
    """List what a rule says, but for functions, which say it when it runs."""
    yield (rule.name, "script"), Path(rule.script).name if rule.script else ""
    of_script = {"message": rule.message}
    for part in ("input", "output", "resources", "params"):
        values = getattr(rule, part)
        named = values.items() if part == "resources" else values._allitems()
        of_script |= {f"{part} {name or number}": value for number, (name, value) in enumerate(named)}
    for said, value in of_script.items():
        if not callable(value) and (rule.name, said.removeprefix("params ")) not in LEFT_OUT:
            is_group = isinstance(value, dict) or (
                isinstance(value, list) and any(isinstance(one, dict) for one in value)
            )
            yield (rule.name, said.replace("params ", "group " if is_group else "params ")), repr(value)
