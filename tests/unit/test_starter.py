"""A run that is forked from a process which has imported Snakemake is what a start from nothing would be."""

import subprocess
import sys

import pytest

from support.studies import ROOT, run_workflow

SNAKEFILE = """
import os, sys
print("RUN", os.getcwd(), sys.argv[1:], sys.path[0], sys.stdin.read(), sorted(os.environ), "claimcheck" in sys.modules)
rule all:
    shell: "echo said by a shell; exit {}"
"""


OF_STEPS = f"""
import sys
sys.path.append({str(ROOT / "workflow/scripts")!r})
from pathlib import Path
from claimcheck.core.forks import fork_steps

rule all:
    output: "said.txt"
    script: "scripts/step.py"

onstart:
    sys.path.remove({str(ROOT / "workflow/scripts")!r})
    os.environ["LATE"] = "set by the run"
    fork_steps(Path("scripts").absolute())
"""
STEP = """
import os, sys
if "snakemake" in globals():
    paths = sorted(path for path in sys.path if "source-cache" not in path)
    said = [paths, os.getcwd(), sorted(os.environ), os.environ["LATE"], "claimcheck.core.steps" in sys.modules]
    open("said.txt", "w").write(repr(said))
    open("warm.txt", "w").write(str("scipy.stats" in sys.modules))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="forks are used on Linux alone")
def test_so_is_the_process_that_steps_are_forks_of(tmp_path):
    said, warm = [], []
    for folder, anew in ((tmp_path / "a", False), (tmp_path / "b", True)):
        (folder / "scripts").mkdir(parents=True)
        (folder / "Snakefile").write_text(OF_STEPS)
        (folder / "scripts/step.py").write_text(STEP)
        run = run_workflow(folder, clone=folder, anew=anew, cores=1)
        assert run.returncode == 0, run.stderr
        said.append((folder / "said.txt").read_text().replace(str(folder), "folder"))
        warm.append((folder / "warm.txt").read_text())
    assert said[0] == said[1]
    assert warm == ["True", "False"]


@pytest.mark.parametrize("code", [0, 3])
def test_a_fork_runs_where_and_with_what_it_is_told_and_ends_alike(tmp_path, code):
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(code))
    forked, fresh = (
        run_workflow(tmp_path, "--config", "word=b", clone=tmp_path, anew=anew, cores=1) for anew in (False, True)
    )
    assert forked.returncode == fresh.returncode == min(code, 1)
    assert "said by a shell" in forked.stdout + forked.stderr
    [said], [told] = ([line for line in run.stdout.splitlines() if line.startswith("RUN")] for run in (forked, fresh))
    assert said == told
    assert said.endswith("False")


def test_a_changed_environment_is_met_from_the_start(tmp_path, monkeypatch):
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(0))
    (tmp_path / "yaml.py").write_text("raise SystemExit('another yaml was imported')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "another yaml was imported" in run_workflow(tmp_path, "-n", clone=tmp_path).stderr


def test_a_run_that_takes_too_long_is_ended(tmp_path):
    (tmp_path / "Snakefile").write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(subprocess.TimeoutExpired):
        run_workflow(tmp_path, clone=tmp_path, timeout=1)
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(0))
    assert run_workflow(tmp_path, "-n", clone=tmp_path).returncode == 0
