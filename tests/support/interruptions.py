"""What can happen to a run from outside: it is killed, or its disk is full."""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from support.studies import ROOT, run_workflow

STEP = re.compile(r"^(\d+) of (\d+) steps")
JOB = re.compile(r"^Job \d+: (.+)")


def kill_and_resume(study: Path, *, kills: int, seed: int, cores: int = 4) -> list[str]:
    """Start a study, kill all its processes at random moments spread over the run, and start it again each time, to its end.

    The moments are a number of finished steps and a delay, so that they do not depend on the machine's speed: the first is among
    the first steps, the last among the last.

    Returns:
        A line a kill: after which step and delay, and what was said to run last.
    """
    draw = random.Random(seed)
    tally = []
    for number in range(kills):
        is_last = number == kills - 1
        steps = draw.randint(1, 4) if number == 0 else draw.randint(6, 10)
        left = draw.randint(3, 5) if is_last else 0
        delay = draw.uniform(0, 1)
        last = _run_and_kill(study, steps, left, delay, cores)
        if last is None:
            break
        tally.append(f"start {number + 1}, {delay:.1f} s after {last}")
        if number == 0:
            refused = run_workflow(study, cores=cores)
            assert refused.returncode != 0
            assert "--unlock" in refused.stderr
        unlocked = run_workflow(study, "--unlock")
        assert unlocked.returncode == 0, unlocked.stderr
    completed = run_workflow(study, cores=cores)
    assert completed.returncode == 0, (tally, completed.stderr[-3000:])
    return tally


def _run_and_kill(study: Path, steps: int, left: int, delay: float, cores: int) -> str | None:
    """Kill a run with SIGKILL after so many steps, or when so many are left; say what ran, or None if it ended before."""
    command = [sys.executable, "-m", "snakemake", "--cores", str(cores), "--directory", str(study)]
    running: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            job, step = JOB.match(line), STEP.match(line)
            if job:
                running.append(job[1])
            if step and (int(step[2]) - int(step[1]) <= left if left else int(step[1]) >= steps):
                time.sleep(delay)
                os.killpg(process.pid, signal.SIGKILL)
                break
        process.stdout.read()
    if process.returncode != -signal.SIGKILL:
        return None
    _wait_for_the_dead(study)
    return f"{line.strip()}: {' | '.join(running[-2:])}"


def _wait_for_the_dead(study: Path) -> None:
    """Make sure that no process of the run has outlived the kill."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        alive = [
            process.info["cmdline"]
            for process in psutil.process_iter(["cmdline", "cwd", "status"])
            if process.info["status"] != psutil.STATUS_ZOMBIE and process.info["cwd"] == str(study)
        ]
        if not alive:
            return
        time.sleep(0.1)
    raise AssertionError(f"still running: {alive}")


def leftovers(study: Path) -> list[str]:
    """List partial files and scratch folders of a study, and the outputs that Snakemake holds for incomplete."""
    found = [path for path in study.rglob("*") if path.name.endswith((".part", ".scratch"))]
    found += (study / ".snakemake/incomplete").glob("*")
    return sorted(str(path.relative_to(study)) for path in found)


def require_mount() -> list[str]:
    """Return the command under which a file system can be mounted for a test alone, or skip the test."""
    for command in (["unshare", "--mount"], ["unshare", "--mount", "--map-root-user"]):
        trial = [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        if shutil.which("unshare") and subprocess.run(trial, check=False, capture_output=True).returncode == 0:
            return command
    pytest.skip("this machine forbids mounting a file system")
