"""Every step finds what it imports in the conda environment of its rule, and says what it needs of a cluster."""

import ast
import re
import shutil
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml

from claimcheck.core.dependencies import files_of_steps
from claimcheck.figures.registry import Figure, Section, read_entries

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "workflow/scripts"
DISTRIBUTIONS = packages_distributions()
PROFILES = {name: yaml.safe_load((ROOT / f"profiles/{name}/config.yaml").read_text()) for name in ("default", "slurm")}


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def rules():
    """Yield (name, text) of every rule."""
    for path in [ROOT / "workflow/Snakefile", *sorted((ROOT / "workflow/rules").glob("*.smk"))]:
        for part in re.split(r"(?m)^(?= *(?:rule|checkpoint)(?: \w+)?:$)", path.read_text())[1:]:
            yield re.match(r' *\w+ (\w+):| *rule:\s+name:\s+f"(\w+|{\w+})_\{', part).expand(r"\1\2"), part


RULES = dict(rules())
STEPS = {
    name: (re.search(r'"\.\./scripts/(\w+\.py)"', text)[1], re.search(r'"\.\./\.\./envs/(\w+)\.yaml"', text)[1])
    for name, text in RULES.items()
    if "script:" in text
}


ENTRIES = read_entries(ROOT / "workflow/report/figures.yaml").values()
DRAWING = Section("all", [Figure(entry.name, entry, {}, {}, entry.options) for entry in ENTRIES]).modules
FILES = files_of_steps(
    SCRIPTS,
    {
        path.name: [path.name, *(DRAWING if path.name == "draw_section.py" else ())]
        for path in sorted(SCRIPTS.glob("*.py"))
    },
)


def imported_by(path):
    """Return the packages that a file imports itself."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def third_party(*files):
    """Return the packages of others that files import, by their canonical names."""
    packages = set().union(*(imported_by(path) for path in files if path.suffix == ".py"))
    return {canonical(DISTRIBUTIONS[name][0]) for name in packages - {"claimcheck", *sys.stdlib_module_names}}


def pinned(family):
    environment = yaml.safe_load((ROOT / f"envs/{family}.yaml").read_text())
    pip = next(part["pip"] for part in environment["dependencies"] if isinstance(part, dict))
    return {canonical(line.split("==")[0]) for line in pip}


@pytest.mark.parametrize("step", STEPS)
def test_an_environment_holds_what_its_step_imports(step):
    script, family = STEPS[step]
    needed = third_party(*FILES[script])
    assert needed
    assert not needed - pinned(family), f"{script} runs in envs/{family}.yaml"


def test_imports_are_followed_through_the_library():
    assert "scipy" not in imported_by(SCRIPTS / "evaluate_claims.py")
    assert {"numpy", "pandas", "scipy", "pydeseq2"} <= third_party(*FILES["evaluate_claims.py"])


def test_reading_the_workflow_loads_nothing_heavy(tmp_path):
    """Every job of a cluster reads it twice."""
    text = "".join((ROOT / f"workflow/rules/{name}.smk").read_text() for name in ("common", "figures"))
    imports = re.findall(r"(?m)^from claimcheck\.\S+ import (?:\([^)]+\)|.+)", text)
    assert len(imports) >= 4
    shutil.copytree(SCRIPTS / "claimcheck", tmp_path / "claimcheck")
    (tmp_path / "common.py").write_text("\n".join(imports))
    [files] = files_of_steps(tmp_path, {"common": ["common.py"]}).values()
    assert third_party(*files) <= {"pandas", "numpy", "jsonschema", "referencing", "pyyaml"}


def local_rules():
    text = "\n".join(
        path.read_text() for path in [ROOT / "workflow/Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
    )
    blocks = re.findall(r"(?m)^ *localrules:\n((?: +\w+,\n)+)", text)
    return set(re.findall(r"\w+", " ".join(blocks))) | {
        name for name, part in RULES.items() if "localrule: True" in part
    }


@pytest.mark.parametrize("rule", RULES)
def test_a_step_stays_on_the_submitting_host_or_states_its_memory_and_time(rule):
    states = [f"{resource}=growing(" in RULES[rule] for resource in ("mem_mb", "runtime")]
    assert states == [rule not in local_rules()] * 2


def test_steps_that_take_minutes_are_submitted():
    of_reads = {"index_transcripts", "quantify_sample", "scan_reads", "import_abundances", "import_transcripts"}
    of_sets = {"map_collections", "rank_sets", "score_sets", "calibrate_sets"}
    of_genes = {"assess_samples", "compare_groups", "measure_named_genes", "evaluate_claims", "measure_power"}
    of_files = {"simulate_archive", "record_inputs", "export_results"}
    assert set(RULES) - local_rules() == of_reads | of_sets | of_genes | of_files


def test_what_asks_the_network_stays_on_the_submitting_host():
    fetching = {rule for rule in RULES if rule.startswith("fetch")}
    assert {"fetch_metadata", "fetch_paired_reads", "fetch_transcripts", "fetch_collections"} <= fetching
    assert fetching | {"fetch_single_reads", "fetch_annotation"} <= local_rules()


def test_the_profile_for_a_cluster_changes_nothing_that_decides_what_is_made():
    default = PROFILES["default"]
    assert default
    assert {key: PROFILES["slurm"].get(key) for key in default} == default
