"""The environments agree with each other, carry no address, and the documents follow from the schemas."""

import importlib.util
import re
import tomllib
from pathlib import Path

import pytest
import yaml

from claimcheck.core.schemas import complete, load_schema
from claimcheck.core.study import CONFIG, load_configuration, read_study

ROOT = Path(__file__).resolve().parents[2]
ENVS = ROOT / "envs"
FAMILIES = ("sourcing", "quantification", "expression", "sets", "figures")


def pins_of(lines):
    return dict(line.split("==") for line in lines)


PINS = pins_of((ENVS / "pins.txt").read_text().split())


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


@pytest.fixture(scope="module")
def refresh():
    spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs/refresh.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_documents_are_what_the_schemas_say(refresh):
    for document, template in refresh.DOCUMENTS.items():
        assert (ROOT / document).read_text() == refresh.written(template), f"{document}: run python docs/refresh.py"


def test_every_key_is_documented_with_what_it_means(refresh):
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \| (.*) \|$", refresh.all_keys(), re.MULTILINE)
    keys = {key: (default, meaning) for key, default, meaning in rows}
    assert [key for key, (_, meaning) in keys.items() if not meaning] == []
    assert keys["differential.alpha"][0] == "0.05"
    assert keys["study.title"][0] == "required"
    assert {"files", "samples.conditional_knockout.gene", "collections.sources.<name>.files.<name>.sha256"} <= set(keys)
    assert "`experiment`" in keys["samples.unit"][1]


@pytest.mark.parametrize("folder", [ROOT, ROOT / "demo"], ids=["root", "demo"])
def test_the_studies_are_valid(folder):
    study = read_study(folder)
    assert study["design"]["test"] != study["design"]["reference"]
    assert study["files"] == []
    assert study["study"]["deleted_gene_symbol"] == "Lcn2"
    assert "ENSMUSG00000024868" in study["report"]["label_genes"]


@pytest.mark.parametrize("folder", [ROOT, ROOT / "demo"], ids=["root", "demo"])
def test_the_studies_repeat_no_default(folder):
    given, defaults = load_configuration(folder / CONFIG), complete({}, load_schema("config.schema.yaml"))
    repeated = [
        f"{section}.{key}"
        for section, part in given.items()
        for key, value in (part.items() if isinstance(part, dict) else ())
        if (defaults.get(section) or {}).get(key) == value
    ]
    assert repeated == []
