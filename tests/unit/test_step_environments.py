"""Every step finds what it imports in the conda environment of its rule, and says what it needs of a cluster."""

import ast
import re
import sys
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "workflow/scripts"
DISTRIBUTIONS = packages_distributions()
PROFILES = {name: yaml.safe_load((ROOT / f"profiles/{name}/config.yaml").read_text()) for name in ("default", "slurm")}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def rules():
    """Yield (name, text) of every rule."""
    for path in [ROOT / "Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]:
        for part in re.split(r"(?m)^(?= *(?:rule|checkpoint) \w+:$)", path.read_text())[1:]:
            yield re.match(r" *\w+ (\w+):", part)[1], part


RULES = dict(rules())
STEPS = {
    name: (re.search(r'"\.\./scripts/(\w+\.py)"', text)[1], re.search(r'"\.\./\.\./envs/(\w+)\.yaml"', text)[1])
    for name, text in RULES.items()
    if "script:" in text
}


def module_file(module):
    """Return the file of a module of the library, None for all others."""
    path = SCRIPTS.joinpath(*module.split("."))
    found = [file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()]
    return found[0] if found else None


@cache
def imported_by(path):
    """Return the names that a file imports, modules and what is taken from them."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def third_party(*files):
    """Return the packages that files import themselves and through the library, by their canonical names."""
    waiting, seen, packages = list(files), set(), set()
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        for name in imported_by(path):
            parents = [".".join(name.split(".")[:depth]) for depth in range(1, name.count(".") + 2)]
            waiting += [file for module in parents if (file := module_file(module))]
            if not module_file(parents[0]) and parents[0] not in sys.stdlib_module_names:
                packages.add(parents[0])
    return {canonical(DISTRIBUTIONS[package][0]) for package in packages}


def pinned(family):
    environment = yaml.safe_load((ROOT / f"envs/{family}.yaml").read_text())
    pip = next(part["pip"] for part in environment["dependencies"] if isinstance(part, dict))
    return {canonical(line.split("==")[0]) for line in pip}


@pytest.mark.parametrize("step", STEPS)
def test_an_environment_holds_what_its_step_imports(step):
    script, family = STEPS[step]
    needed = third_party(SCRIPTS / script)
    assert needed
    assert not needed - pinned(family), f"{script} runs in envs/{family}.yaml"


def test_imports_are_followed_through_the_library():
    assert "scipy" not in imported_by(SCRIPTS / "evaluate_claims.py")
    assert {"numpy", "pandas", "scipy", "pydeseq2"} <= third_party(SCRIPTS / "evaluate_claims.py")


def test_reading_the_workflow_loads_nothing_heavy():
    """Every job of a cluster reads it twice."""
    modules = re.findall(r"(?m)^from (claimcheck\.\S+) import", (ROOT / "workflow/rules/common.smk").read_text())
    assert len(modules) >= 4
    assert third_party(*map(module_file, modules)) <= {"pandas", "jsonschema", "pyyaml"}


def local_rules():
    text = "\n".join(path.read_text() for path in [ROOT / "Snakefile", *(ROOT / "workflow/rules").glob("*.smk")])
    blocks = re.findall(r"(?m)^ *localrules:\n((?: +\w+,\n)+)", text)
    return set(re.findall(r"\w+", " ".join(blocks)))


@pytest.mark.parametrize("rule", RULES)
def test_a_step_stays_on_the_submitting_host_or_states_its_memory_and_time(rule):
    states = [f"{resource}=growing(" in RULES[rule] for resource in ("mem_mb", "runtime")]
    assert states == [rule not in local_rules()] * 2


def test_what_asks_the_network_stays_on_the_submitting_host():
    fetching = {rule for rule in RULES if rule.startswith("fetch")}
    assert {"fetch_metadata", "fetch_paired_reads", "fetch_transcripts", "fetch_collections"} <= fetching
    assert fetching | {"fetch_single_reads", "fetch_annotation"} <= local_rules()


def test_the_profile_for_a_cluster_changes_nothing_that_decides_what_is_made():
    default = PROFILES["default"]
    assert default
    assert {key: PROFILES["slurm"].get(key) for key in default} == default
