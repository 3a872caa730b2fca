"""Where the processes of a run import from, and where what they install is kept."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from claimcheck.core.processes import prepare_processes


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a study folder; what is set up for its processes is taken back in the end."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "executable", sys.executable)
    for name in ("PYTHONSAFEPATH", "PYTHONPATH", "PATH", "MPLCONFIGDIR", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.setenv(name, os.environ.get(name, ""))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_relative_entries_of_search_paths_are_the_study_and_go(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", ":.:..:/usr/lib/x:sub")
    monkeypatch.setenv("PATH", "bin:/usr/bin::.:/bin")
    sys.path[:0] = ["", ".", str(study), str(study / "sub")]
    before = [part for part in sys.path if Path(part).is_absolute() and not Path(part).is_relative_to(study)]
    prepare_processes()
    assert (os.environ["PYTHONPATH"], os.environ["PATH"]) == ("/usr/lib/x", "/usr/bin:/bin")
    assert os.environ["PYTHONSAFEPATH"] == "1"
    assert sys.path == before


def test_a_clone_that_is_its_own_study_keeps_its_environment_and_library(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "prefix", str(study / ".venv"))
    packages = str(study / ".venv/lib/python3.11/site-packages")
    sys.path[:] = [packages, str(study / "workflow"), str(study)]
    prepare_processes()
    assert sys.path == [packages]


@pytest.mark.parametrize(("given", "kept"), [(None, "/caches/claimcheck/conda"), ("elsewhere", "elsewhere")])
def test_conda_environments_are_not_those_of_the_study(
    given: str | None, kept: str, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    settings = SimpleNamespace(conda_prefix=given and Path(given))
    prepare_processes(settings)
    assert settings.conda_prefix == Path(kept)


WAITING = """
from claimcheck.core.processes import wake_for_ended_jobs

rule all:
    input: expand("{number}.txt", number=range(3))

rule wait:
    output: touch("{number}.txt")
    shell: "sleep 1.5"

onstart:
    wake_for_ended_jobs(workflow)
"""


def test_waiting_jobs_are_looked_at_when_one_has_ended(tmp_path: Path) -> None:
    (tmp_path / "Snakefile").write_text(WAITING)
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", "--verbose", "--scheduler", "greedy"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2] / "workflow/scripts")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stderr.count("Ready jobs:") == 4
