"""Study folders, and running the workflow on them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from support.starter import start_snakemake

ROOT = Path(__file__).resolve().parents[2]
COUNTS_STUDY = {
    "study": {"title": "counts"},
    "start_from": "counts",
    "counts": {"table": "config/counts.tsv", "samples": "config/sheet.tsv"},
    "design": {"test": "y", "reference": "x"},
}

A_FEW_COUNTS = "gene\ta\tb\tc\td\nG1\t1\t2\t3\t4\nG2\t5\t6\t7\t8\n"


def write_study(folder: Path, configuration: dict[str, Any], **tables: str) -> Path:
    """Write a study folder; `tables` are further files of its config/ by name, `__` for the dot."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    (folder / "config" / "config.yaml").write_text(yaml.safe_dump(configuration))
    for name, text in tables.items():
        (folder / "config" / name.replace("__", ".")).write_text(text)
    return folder


def copy_workflow(folder: Path) -> Path:
    """Copy what a clone of the repository runs from, without its study."""
    for name in ("Snakefile", "workflow", "envs", "profiles"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
        folder.mkdir(parents=True, exist_ok=True)
        copy(ROOT / name, folder / name)
    return folder


_READ_AT_START = ("HOME", "LD_", "MPL", "PATH", "PYTHON", "XDG_")


def _environment() -> dict[str, str]:
    """Return what Python and libraries read of the environment when they start."""
    return {name: value for name, value in os.environ.items() if name.startswith(_READ_AT_START)}


_AT_FIRST = _environment()


def run_workflow(
    folder: Path,
    *arguments: str,
    clone: Path = ROOT,
    python: str = sys.executable,
    anew: bool = False,
    cores: int = 2,
    timeout: int = 600,
) -> subprocess.CompletedProcess[str]:
    """Run Snakemake as a reader would, in a clone of the repository with another study folder.

    Args:
        folder: of the study.
        arguments: of Snakemake.
        clone: the folder to start it in.
        python: what it is started with.
        anew: start from nothing, as is done with another Python or in another environment too; else it is a fork of a process that
            has imported Snakemake.
        cores: how many it may use.
        timeout: seconds.
    """
    command = ["--cores", str(cores), "--directory", str(folder), *arguments]
    environment = {**os.environ, "COLUMNS": "200"}
    if not anew and python == sys.executable and _environment() == _AT_FIRST:
        return start_snakemake(command, folder=clone, environment=environment, timeout=timeout)
    return subprocess.run(
        [python, "-m", "snakemake", *command],
        cwd=clone,
        capture_output=True,
        check=False,
        text=True,
        timeout=timeout,
        env=environment,
    )


def planned_rules(clone: Path, study: Path, *targets: str) -> set[str]:
    """Return the rules that a dry run would run."""
    completed = run_workflow(study, "-n", *targets, clone=clone)
    said = completed.stdout + completed.stderr
    assert completed.returncode == 0, said[-3000:]
    rules = {rule for rule, _ in re.findall(r"^(\w+) +([0-9]+)$", said, re.MULTILINE)} - {"total"}
    assert rules or "Nothing to be done" in said
    return rules


def last_words(completed: subprocess.CompletedProcess[str]) -> str:
    """Return what a failed run says last, between its two lines."""
    parts = completed.stderr.split("=" * 78)
    assert len(parts) >= 3, completed.stderr[-3000:]
    return parts[-2]
