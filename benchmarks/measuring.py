"""What a command costs: processor time and memory of it and its children, and the disk that a folder grows to meanwhile."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Libraries that start threads of their own cost more processor time on a busy machine than on an idle one."""


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
    watch = threading.Thread(target=_watch, args=(watched, sizes, ended), daemon=True)
    started = time.perf_counter()
    with log.open("w", encoding="utf-8") as stream:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env={**os.environ, **ONE_THREAD, **(environment or {})},
        )
        if watched:
            watch.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.terminate()
            raise
        finally:
            ended.set()
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        last = "\n".join(log.read_text(encoding="utf-8").splitlines()[-20:])
        raise SystemExit(
            f"{' '.join(map(str, command))} ended with status {process.returncode}; {log} ends so:\n{last}"
        )
    seconds = time.perf_counter() - started
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there
    memory = usage.ru_maxrss * scale / 1e6
    return Cost(usage.ru_utime + usage.ru_stime, seconds, memory, max(sizes) / 1e6)


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
