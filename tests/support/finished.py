"""Finished studies that several tests look at, each made once for all processes of a run, and changed in copies alone."""

import fcntl
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from support import tiny
from support.archive import Archive, serve
from support.fly import fly_archive, write_fly_study
from support.studies import run_workflow, write_study

HOSTILE = "<img src=x onerror=alert(1)></td><script>alert(2)</script>"
FORMULA = "=HYPERLINK(A1)"
TITLE = f"A tiny study {HOSTILE} {{7*7}} {{{{7*7}}}} {{0.__class__}} $(touch MARK)"
GROUPS = "sample\tcondition\tbatch\truns\ttissue\tage\n" + "".join(
    f"animal{number}\t{condition}\tb{number % 2}\t{run}\t{HOSTILE}\t{FORMULA}\n"
    for number, (run, condition) in enumerate(tiny.RUNS.items())
)
SWAPPED = GROUPS.replace("animal1\tcontrol", "animal1\tknockout").replace("animal3\tknockout", "animal3\tcontrol")
"""The sheet with the conditions of two animals exchanged."""


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """Return a folder that the first process that asks for it makes, while others wait.

    Args:
        factory: of this process.
        name: of the folder.
        make: writes the folder.
    """
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done = shared / name, shared / f"{name}.done"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # of a process that failed to make it
            make(folder)
            done.touch()
    return folder


def copy_study(study: Path, folder: Path) -> Path:
    """Copy a finished study with the times of its files, so that nothing has to be made again; return the copy."""
    return shutil.copytree(study, folder, symlinks=True)


def hostile_reference() -> str:
    """Give the genes symbols that a page would run, and one that a spreadsheet would."""
    named = re.sub(r"\|Sim(\d+)\|600", r"|<script>alert(\1)</script>|600", tiny.fasta(tiny.transcripts()))
    return named.replace("<script>alert(7)</script>", FORMULA)


def write_tiny_study(folder: Path, archive: Archive) -> Path:
    """Write the tiny study with a title, a sheet and genes that mean harm."""
    return write_study(
        folder,
        tiny.tiny_configuration(archive) | {"study": {"title": TITLE, "bioproject": tiny.PROJECT}},
        transcripts__fa=hostile_reference(),
        samples__tsv=GROUPS,
    )


def finish_tiny_study(folder: Path) -> None:
    """Run the tiny study with two cores, from the archive to the page."""
    with serve(tiny.tiny_archive()) as archive:
        _finish(write_tiny_study(folder, archive))


def port_of(study: Path) -> int:
    """Return where the archive of a study was served: its address is part of the configuration, and of all that is compared."""
    configuration = yaml.safe_load((study / "config/config.yaml").read_text())
    return int(re.search(r":(\d+)/", configuration["archive"]["ena"])[1])


def compare_fly_study(folder: Path) -> None:
    """Run the study of four real fly samples, from the archive to the genes that differ."""
    with serve(fly_archive()) as archive:
        _finish(write_fly_study(folder, archive), "results/differential/genes.tsv")


def _finish(study: Path, *targets: str) -> None:
    completed = run_workflow(study, *targets)
    assert completed.returncode == 0, completed.stderr[-4000:]
