"""Starting Snakemake without its imports, which take longer than most of what tests ask of it.

A process of its own imports Snakemake and what the workflow reads tables and schemas with, and nothing of the workflow; every run is a
fork of it, with the folder, the environment and the arguments that it would have been started with.
"""

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO, Any

_PARENT: "Starter | None" = None


class Starter:
    """The process that is forked; it ends with the process that started it, since its orders end then."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
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
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
            files = {name: f"/proc/{os.getpid()}/fd/{file.fileno()}" for name, file in (("out", out), ("err", err))}
            order = {"arguments": arguments, "folder": str(folder), "environment": environment, **files}
            self.process.stdin.write(json.dumps(order) + "\n")
            self.process.stdin.flush()
            pid = int(self._answer(60))
            try:
                code = int(self._answer(timeout))
            except TimeoutError:
                os.killpg(pid, signal.SIGKILL)
                self._answer(60)
                raise subprocess.TimeoutExpired(arguments, timeout) from None
            said = [_text_of(file) for file in (out, err)]
        return subprocess.CompletedProcess(["snakemake", *arguments], code, *said)

    def _answer(self, timeout: float) -> str:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], timeout)[0]:
            raise TimeoutError
        return self.process.stdout.readline()


def start_snakemake(arguments: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Snakemake as a fork of the one process that this process keeps; see `Starter.run`."""
    global _PARENT  # noqa: PLW0603
    _PARENT = _PARENT or Starter()
    return _PARENT.run(arguments, **options)


def _text_of(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


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


if __name__ == "__main__":
    import jsonschema  # imported before any order comes
    import pandas
    import snakemake.api
    import snakemake.cli

    _take_orders()
    snakemake.cli.main(sys.argv[1:])
