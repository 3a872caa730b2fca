"""The environments agree with each other, carry no address, and the configuration is documented."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from claimcheck.schemas import load_schema
from claimcheck.study import read_configuration

ROOT = Path(__file__).resolve().parents[2]
ENVS = ROOT / "envs"
FAMILIES = ("sourcing", "quantification", "expression", "sets", "figures")
STUDIES = {"config/config.yaml": ROOT, "demo/config/config.yaml": ROOT / "demo"}


def pins_of(lines):
    return dict(line.split("==") for line in lines)


PINS = pins_of((ENVS / "pins.txt").read_text().split())
DOCUMENTATION = (ROOT / "config/README.md").read_text()


def family_pins(family):
    environment = yaml.safe_load((ENVS / f"{family}.yaml").read_text())
    pip = next(part["pip"] for part in environment["dependencies"] if isinstance(part, dict))
    return pins_of(pip)


# environments


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_the_pinned_versions(family):
    pins = family_pins(family)
    different = {name: version for name, version in pins.items() if name in PINS and PINS[name] != version}
    assert not different
    assert set(pins) <= set(PINS) or family == "quantification", sorted(set(pins) - set(PINS))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_all_that_its_dependency_group_names(family):
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    named = {re.match(r"[a-z0-9-]+", entry)[0] for entry in groups["core"] + groups[family] if isinstance(entry, str)}
    assert named <= set(family_pins(family))


def test_what_only_quantification_has_is_what_the_overrides_take_away():
    overridden = set(re.findall(r'"([a-z0-9-]+) ; sys_platform', (ROOT / "pyproject.toml").read_text()))
    assert overridden
    assert overridden.isdisjoint(PINS)
    assert overridden <= set(family_pins("quantification"))


@pytest.mark.parametrize(("pins", "requirements"), [("pins", "requirements"), ("slurm", "requirements-slurm")])
def test_requirements_are_the_pins_with_hashes(pins, requirements):
    text = (ENVS / f"{requirements}.txt").read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert pins_of(entry.split()[0] for entry in entries) == pins_of((ENVS / f"{pins}.txt").read_text().split())
    for entry in entries:
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry.split()[0]


def test_a_cluster_needs_its_executor_beside_the_pins_and_nobody_else_does():
    added = pins_of((ENVS / "slurm.txt").read_text().split())
    assert "snakemake-executor-plugin-slurm" in added
    assert set(added).isdisjoint(PINS)


BROWSER = [ROOT / "tests/browser" / name for name in ("package.json", "package-lock.json")]


@pytest.mark.parametrize(
    "path", [*sorted(ENVS.glob("*.*")), ROOT / "pyproject.toml", *BROWSER], ids=lambda path: path.name
)
def test_no_address_is_carried(path):
    found = re.findall(r".*(?:://|index-url|find-links|extra-index|trusted-host).*", path.read_text())
    assert not found


# configuration


def keys_of(schema, prefix=""):
    """List (key, rule) of all keys of a schema that have no keys below them; two sections have tables of their own."""
    for name, rule in schema.get("properties", {}).items():
        key = f"{prefix}{name}"
        if key in ("simulation", "samples.conditional_knockout") or "properties" not in rule:
            yield key, rule
        else:
            yield from keys_of(rule, f"{key}.")


KEYS = dict(keys_of(load_schema("config.schema.yaml")))


def rows_of(text):
    """Read the table of keys: key -> default text; `.b` after `a.x` stands for `a.b`, warn and fail for their group."""
    rows = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == 3 and cells[0].startswith("`"):
            names = re.findall(r"`([^`]+)`", cells[0])
            section = names[0].rpartition(".")[0]
            for position, name in enumerate(names):
                rows[f"{section}{name}" if name.startswith(".") else name] = (cells[1], position, len(names))
    return rows


ROWS = rows_of(DOCUMENTATION.partition("\n## ")[0])


def row_of(key):
    group, _, last = key.rpartition(".")
    return ROWS.get(group if last in ("warn", "fail") else key)


@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_the_schema_is_documented(key):
    assert row_of(key), f"config/README.md has no row for {key}"


@pytest.mark.parametrize("key", load_schema("conditional_knockout.schema.yaml")["properties"])
def test_a_key_of_the_notation_is_documented(key):
    assert re.search(rf"`{key}[`.]", DOCUMENTATION)


@pytest.mark.parametrize("key", ROWS)
def test_a_documented_key_is_in_the_schema(key):
    assert any(name == key or name.startswith(f"{key}.") for name in KEYS)


NUMBERS = [key for key, rule in KEYS.items() if type(rule.get("default")) in (int, float)]


@pytest.mark.parametrize("key", NUMBERS)
def test_a_numeric_default_is_documented(key):
    text, position, together = row_of(key)
    cell = text.replace(",", "") if together == 1 else text.split(", ")[position]
    last = key.rpartition(".")[2]
    found = re.search(rf"{last} ([0-9.]+)" if last in ("warn", "fail") else r"^([0-9.]+)$", cell)
    assert found, f"{key}: no default in {text!r}"
    assert float(found[1]) == KEYS[key]["default"]


EMPTY = [key for key, rule in KEYS.items() if "default" in rule and rule["default"] in (None, "", [], {}, "none")]


@pytest.mark.parametrize("key", EMPTY)
def test_an_empty_default_is_documented_as_such(key):
    assert row_of(key)[0].strip("`") in ("empty", "none", "absent")


@pytest.mark.parametrize("path", STUDIES)
def test_the_studies_are_valid(path):
    configuration = yaml.safe_load((ROOT / path).read_text())
    study = read_configuration(configuration, folder=STUDIES[path])
    assert study["design"]["test"] != study["design"]["reference"]


@pytest.mark.parametrize("path", STUDIES)
def test_every_key_of_the_studies_is_in_the_schema(path):
    configuration = yaml.safe_load((ROOT / path).read_text())
    configuration.pop("simulation", None)
    used = {
        f"{name}.{key}" if isinstance(part, dict) else name
        for name, part in configuration.items()
        for key in part or ()
    }
    for key in used:
        assert any(name == key or name.startswith(f"{key}.") for name in KEYS), key
