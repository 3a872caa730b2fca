"""What a command costs: processor time and memory of it and its children, and the disk that a folder grows to meanwhile."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Libraries that start threads of their own cost more processor time on a busy machine than on an idle one."""

_LAUNCHER = """
import json, os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as stream:
    json.dump([usage.ru_utime + usage.ru_stime, usage.ru_maxrss], stream)
sys.exit(min(abs(os.waitstatus_to_exitcode(status)), 255))
"""
"""Starts a command from a small process: what starts it counts as the command's own memory until it is running."""


@dataclass(frozen=True)
class Cost:
    """What a command and all children that it waited for took.

    Attributes:
        cpu_seconds: processor time, user and system.
        seconds: time on the clock; on a shared machine mostly that of others.
        peak_memory_mb: the most that any one of the processes held, 10^6 bytes.
        peak_disk_mb: the most that the watched folder held, 10^6 bytes; 0 where none was watched.
    """

    cpu_seconds: float
    seconds: float
    peak_memory_mb: float
    peak_disk_mb: float = 0.0


def measure(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path = ROOT,
    watched: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Cost:
    """Run a command to its end and say what it took.

    Args:
        command: program and arguments.
        log: file for all that it says.
        cwd: folder to run it in.
        watched: folder whose size is taken every second.
        environment: variables beside those that are set.

    Raises:
        SystemExit: it failed; the end of its log is the message.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    sizes = [0]
    if watched:
        threading.Thread(target=_watch, args=(watched, sizes, ended), daemon=True).start()
    started = time.perf_counter()
    with log.open("w", encoding="utf-8") as stream, tempfile.NamedTemporaryFile("r", suffix=".json") as usage:
        process = subprocess.Popen(
            [sys.executable, "-S", "-c", _LAUNCHER, usage.name, *map(str, command)],
            cwd=cwd,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, **ONE_THREAD, **(environment or {})},
            start_new_session=True,
        )
        try:
            process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGTERM)
            raise
        finally:
            ended.set()
        taken = usage.read()
    if process.returncode:
        last = "\n".join(log.read_text(encoding="utf-8").splitlines()[-20:])
        raise SystemExit(
            f"{' '.join(map(str, command))} ended with status {process.returncode}; {log} ends so:\n{last}"
        )
    seconds = time.perf_counter() - started
    cpu_seconds, memory = json.loads(taken)
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there
    return Cost(cpu_seconds, seconds, memory * scale / 1e6, max(sizes) / 1e6)


def disk_usage(folder: Path) -> int:
    """Return the bytes that a folder's files take on disk; links count as themselves."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(place, name)).st_blocks * 512  # noqa: PTH118 # thousands of files a second
            except FileNotFoundError:
                continue  # removed meanwhile
    return total


def snakemake(folder: Path, cores: int, *arguments: str | Path) -> list[str | Path]:
    """Return the command that runs the workflow on a study."""
    return [sys.executable, "-m", "snakemake", "--cores", str(cores), "--directory", folder, *arguments]


def _watch(folder: Path, sizes: list[int], ended: threading.Event) -> None:
    while not ended.wait(1):
        sizes.append(disk_usage(folder))
