"""Starting Snakemake without its imports, which take longer than most of what tests ask of it.

A process of its own imports Snakemake and the libraries that the workflow uses, and nothing of the workflow; every run is a fork of
it, with the folder, the environment and the arguments that it would have been started with. So is the process that its steps are
forks of (`claimcheck.core.forks`).
"""

import atexit
import functools
import gc
import importlib
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

IMPORTED = (
    "snakemake.api",
    "snakemake.cli",
    "pandas",
    "jsonschema",
    "scipy.stats",
    "matplotlib.pyplot",
    "pydeseq2.dds",
)


class Starter:
    """The process that is forked; it ends with the process that started it, since its orders end then."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # no threads that a fork would lack
        )
        atexit.register(self.close)

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()

    def run(
        self, arguments: list[str], *, folder: Path, environment: dict[str, str], timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run Snakemake; for the arguments see `subprocess.run`."""
        assert self.process.stdin is not None
        with tempfile.TemporaryDirectory() as scratch:
            files = {name: f"{scratch}/{name}" for name in ("out", "err")}
            order = {"arguments": arguments, "folder": str(folder), "environment": environment, **files}
            self.process.stdin.write(json.dumps(order).encode() + b"\n")
            pid = int(self._answer(timeout))
            try:
                code = int(self._answer(timeout))
            except TimeoutError:
                os.killpg(pid, signal.SIGKILL)
                self._answer(60)
                raise subprocess.TimeoutExpired(arguments, timeout) from None
            said = [Path(file).read_text() for file in files.values()]
        return subprocess.CompletedProcess(["snakemake", *arguments], code, *said)

    def _answer(self, timeout: float) -> bytes:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], timeout)[0]:
            raise TimeoutError
        return self.process.stdout.readline()


def start_snakemake(arguments: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Snakemake as a fork of the one process that this process keeps; see `Starter.run`."""
    return _starter().run(arguments, **options)


@functools.cache
def _starter() -> Starter:
    return Starter()


def _take_orders() -> None:
    """Fork for every order on standard input, and answer with the fork's number and then with its end; return in forks."""
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if not pid:
            _become(order)
            return
        print(pid, flush=True)
        _, status = os.waitpid(pid, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)
    raise SystemExit


def _become(order: dict[str, Any]) -> None:
    """Take over what a process is started with."""
    os.setsid()
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    sys.path[0] = order["folder"]
    sys.argv[1:] = order["arguments"]
    with Path(os.devnull).open() as nothing, Path(order["out"]).open("w") as out, Path(order["err"]).open("w") as err:
        for number, file in enumerate((nothing, out, err)):
            os.dup2(file.fileno(), number)


def _keep_parent_of_steps() -> None:
    """Fork the process whose forks the steps are, as long as there are no threads: the run will have it in place of a new one."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kept = [os.fork()]
    if not kept[0]:
        ours.close()
        _become_parent_of_steps(theirs)
    theirs.close()
    start = subprocess.Popen._execute_child  # type: ignore[attr-defined]

    def start_or_take(process: Any, command: Any, *options: Any) -> None:
        is_parent = isinstance(command, list) and re.search(r"fork_on_order\(.*fileno=(\d+)", command[-1])
        if not (is_parent and kept):
            start(process, command, *options)
            return
        told = {
            "code": command[-1],
            "orders": int(is_parent[1]),
            "folder": str(Path.cwd()),
            "environment": {**os.environ},
        }
        socket.send_fds(ours, [json.dumps(told).encode()], [told["orders"]])
        process.pid, process._child_created = kept.pop(), True

    subprocess.Popen._execute_child = start_or_take  # type: ignore[attr-defined]


def _become_parent_of_steps(run: socket.socket) -> None:
    """Wait until the run needs this process, and be what it would have started with `python -P -c`; or end with the run."""
    told, orders, *_ = socket.recv_fds(run, 1 << 20, 1)
    if told:
        order = json.loads(told)
        os.dup2(orders[0], order["orders"])
        for number in {orders[0], run.detach()} - {order["orders"]}:
            os.close(number)
        os.chdir(order["folder"])
        os.environ.clear()
        os.environ.update(order["environment"])
        sys.path.pop(0)
        sys.argv[:] = ["-c"]
        exec(order["code"], {"__name__": "__main__"})
    os._exit(0)


if __name__ == "__main__":
    for name in IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # forks have no use for looking at it again, and would copy it
    _take_orders()
    _keep_parent_of_steps()
    sys.modules["snakemake.cli"].main(sys.argv[1:])
