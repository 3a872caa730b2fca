"""Steps as forks of one process that has loaded their libraries: loading them anew takes longer than the work of most steps.

The run sends the script of each step to that process, which imports what the script imports, unless an earlier one did, and forks.
It ends with the run, since nothing more can be sent to it then.
"""

import atexit
import gc
import json
import logging
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import traceback
from contextlib import nullcontext, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from claimcheck.core.installed import loaded_packages, pinned_packages
from claimcheck.core.processes import plain_executable

_LIBRARY = Path(__file__).resolve().parents[2]
_CODE = """
import socket, sys
sys.path.append({library!r})
from claimcheck.core.forks import fork_on_order
fork_on_order(socket.socket(fileno={orders}))
"""
_OF_EVERY_SCRIPT = ("snakemake.iocontainers", "snakemake.logging")
"""What Snakemake has every script import, beside what the script imports itself."""
_LONGEST_ORDER = 65536


def fork_steps(scripts: Path) -> None:
    """Let this run of Snakemake start some Python scripts as forks; on Linux alone, since elsewhere forking is not safe.

    Other scripts, and steps in an environment of their own, are started as Snakemake would.

    Args:
        scripts: folder of the scripts that do nothing where they are imported.
    """
    if sys.platform != "linux":
        return
    python_script = import_module("snakemake.script").PythonScript
    run_by_command = python_script.execute_script
    parent = _Parent()
    atexit.register(parent.close)

    def execute_script(script: Any, name: str, edit: bool = False) -> None:
        is_own = script.is_local and Path(script.local_path).resolve().is_relative_to(scripts.resolve())
        if is_own and not (script.conda_env or script.container_img or script.env_modules):
            parent.run(name, script.local_path, script.resources.get("tmpdir"), script.bench_record)
        else:
            run_by_command(script, name, edit)

    python_script.execute_script = execute_script


class _Parent:
    """The process that is forked, as the run sees it; it starts with the first step."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None

    def run(self, script: str, source: str, tmpdir: str | None, benchmark: Any) -> None:
        """Run a step to its end.

        Args:
            script: what is run, written by Snakemake.
            source: the script of the rule, without what Snakemake adds to it.
            tmpdir: folder for temporary files.
            benchmark: Snakemake's record of the time and memory that it takes; None where nobody asks.

        Raises:
            subprocess.CalledProcessError: it ended with another status than 0, or was killed.
        """
        order = json.dumps({"script": script, "source": source, "tmpdir": tmpdir}).encode()
        ours, theirs = socket.socketpair()
        with ours:
            with theirs, suppress(BrokenPipeError):  # that process was killed, and with it this step
                socket.send_fds(self._started(), [order], [theirs.fileno()])
            number = int.from_bytes(ours.recv(4), sys.byteorder)
            measured = import_module("snakemake.benchmark").benchmarked
            with measured(number, benchmark) if benchmark and number else nullcontext():
                answer = ours.recv(1)
        status = answer[0] if answer else -signal.SIGKILL
        if status:
            raise subprocess.CalledProcessError(status, f"python {script}")

    def _started(self) -> socket.socket:
        with self._starting:
            if self._orders is None:
                self._orders, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
                with theirs:
                    code = _CODE.format(library=str(_LIBRARY), orders=theirs.fileno())
                    self._process = subprocess.Popen([plain_executable(), "-P", "-c", code], pass_fds=[theirs.fileno()])
            return self._orders

    def close(self) -> None:
        """Wait for its end."""
        if self._process is not None and self._orders is not None:
            self._orders.close()
            self._process.wait()


def fork_on_order(orders: socket.socket) -> None:
    """Fork for each order until there can be no more; each fork answers with its number, and in the end with its status."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in _OF_EVERY_SCRIPT:
        import_module(name)
    loaded_packages(pinned_packages())  # looked up once for all forks, which ask for them again
    imported: set[str] = set()
    while True:
        order, sockets, *_ = socket.recv_fds(orders, _LONGEST_ORDER, 1)
        if not order:
            break
        told = json.loads(order)
        if told["source"] not in imported:
            imported.add(told["source"])
            with suppress(Exception):  # the step itself will meet it again
                runpy.run_path(told["source"])
            gc.freeze()
        with socket.socket(fileno=sockets[0]) as run:
            if not os.fork():
                orders.close()
                _be_step(told, run)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _be_step(told: dict[str, Any], run: socket.socket) -> None:
    """Run the script in this process, as the main module, and end."""
    run.send(os.getpid().to_bytes(4, sys.byteorder))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    Path("/proc/self/comm").write_text(Path(told["source"]).stem)  # as `top` shows it
    if told["tmpdir"]:
        os.environ.update(dict.fromkeys(("TMPDIR", "TMP", "TEMPDIR", "TEMP"), told["tmpdir"]))
    status = 1
    try:
        runpy.run_path(told["script"], run_name="__main__")
        status = 0
    except SystemExit as end:
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
    try:
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        run.send(bytes([status % 256]))
    finally:
        os._exit(status)
