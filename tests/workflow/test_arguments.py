"""Every rule names the files and params that its step takes, whatever the study."""

import importlib.util
import json
from pathlib import Path

import pytest

from claimcheck.core.steps import CODE, compare_names
from support.studies import A_FEW_COUNTS, COUNTS_STUDY, ROOT, run_workflow, write_study

SCRIPTS = ROOT / "workflow/scripts"
NAMES = f"""
import json
include: {str(ROOT / "workflow/Snakefile")!r}
workflow.default_target = "all"

def names_of(step):
    outputs = step.output.keys() or ["output"] * len(step.output)
    return [*step.input.keys(), *outputs, *step.params.keys()]

print("NAMES", json.dumps([
    (step.name, Path(step.script).name, names_of(step), [*step.wildcard_names, *step.resources, "threads"])
    for step in workflow.rules if step.script
]))
"""


@pytest.fixture(scope="module")
def counts_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sheet = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"
    return write_study(tmp_path_factory.mktemp("counts"), COUNTS_STUDY, counts__tsv=A_FEW_COUNTS, sheet__tsv=sheet)


@pytest.mark.parametrize("study", ["the real one", "the simulated one", "counts"])
def test_rules_name_what_their_steps_take(study: str, counts_study: Path, tmp_path: Path) -> None:
    folder = {"the real one": ROOT, "the simulated one": ROOT / "demo", "counts": counts_study}[study]
    (tmp_path / "Snakefile").write_text(NAMES)
    completed = run_workflow(folder, "-n", "--snakefile", str(tmp_path / "Snakefile"))
    [line] = [line for line in completed.stdout.splitlines() if line.startswith("NAMES ")]
    rules = json.loads(line.removeprefix("NAMES "))
    assert len(rules) > 10
    assert [script for _, script, *_ in rules if not (SCRIPTS / script).read_text().endswith("\n\n\nrun(main)\n")] == []
    assert [rule for rule in rules if CODE not in rule[2]] == []
    wrong = {}
    for rule, script, named, beside in rules:
        spec = importlib.util.spec_from_file_location(script.removesuffix(".py"), SCRIPTS / script)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        names = [name for name in named if name != CODE]
        absent, unknown = compare_names(module.main, names, beside)
        if absent or unknown or len(set(names)) < len(names):
            wrong[rule] = {"absent": absent, "unknown": unknown}
    assert wrong == {}
