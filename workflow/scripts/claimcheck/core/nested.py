"""Running a comparison of a study as a study of its own: Snakemake in its folder, started by a step of the whole study."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from claimcheck.core.comparisons import FOLDER
from claimcheck.core.errors import StudyError
from claimcheck.core.ledger import digest_of, is_locked
from claimcheck.core.problems import PROBLEMS
from claimcheck.core.processes import plain_executable

SNAKEFILE = Path(__file__).resolve().parents[4] / "Snakefile"
OPTIONS = "CLAIMCHECK_COMPARISONS"
"""Variable of the environment in which the call of Snakemake tells its steps how to start it again."""
FINISHED, STOPPED = "finished", "stopped"
_HANDED_ON = {
    "--profile": "--profile",
    "--workflow-profile": "--workflow-profile",
    "--executor": "--executor",
    "-e": "--executor",
    "--jobs": "--jobs",
    "-j": "--jobs",
    "--local-cores": "--local-cores",
    "--latency-wait": "--latency-wait",
    "--conda-frontend": "--conda-frontend",
}
"""Options of the call that hold for comparisons as well; those of deployment are asked of Snakemake itself."""
_PAUSE = 0.5
"""Seconds between looks at the lock of the whole study."""
_LINES = 12
"""Last lines of a run that says nothing else of why it failed."""


def outcome_of(name: str) -> Path:
    """Name the file that says how the run of a comparison ended."""
    return Path("results/comparisons") / f"{name}.json"


def options_of_call(arguments: Sequence[str], *, deployment: Iterable[str], conda_prefix: str | None) -> str:
    """Write down how Snakemake was called, for the steps that start it again.

    Args:
        arguments: of the call, without the program.
        deployment: methods of software deployment.
        conda_prefix: where conda environments are kept, or None.

    Returns:
        JSON: the interpreter, and the options to hand on.
    """
    options = [word for name, value in _given(arguments) for word in (name, _found(name, value))]
    methods = sorted(deployment)
    options += ["--software-deployment-method", *methods] if methods else []
    options += ["--conda-prefix", str(Path(conda_prefix).absolute())] if conda_prefix else []
    return json.dumps({"python": plain_executable(), "options": options})


def _given(arguments: Sequence[str]) -> list[tuple[str, str]]:
    """List the options of a call that are handed on, with their values."""
    found = []
    for place, word in enumerate(arguments):
        name, equals, value = word.partition("=")
        if name in _HANDED_ON and (equals or place + 1 < len(arguments)):
            found.append((_HANDED_ON[name], value if equals else arguments[place + 1]))
    return found


def _found(name: str, value: str) -> str:
    """Return a profile as it is found from any folder: Snakemake has left the one that it was started in."""
    started = Path(os.environ.get("PWD", "."))
    path = started / value
    return str(path) if name.endswith("profile") and path.exists() else value


def command(name: str, arguments: Iterable[str]) -> list[str]:
    """Return the command that runs Snakemake on a comparison."""
    call = json.loads(os.environ.get(OPTIONS, "{}"))
    python, options = call.get("python", sys.executable), call.get("options", [])
    folder = Path(FOLDER, name).absolute()
    return [python, "-m", "snakemake", "--snakefile", str(SNAKEFILE), "--directory", str(folder), *options, *arguments]


def run_nested(name: str, log: Path, arguments: Iterable[str]) -> str:
    """Run Snakemake on a comparison; what it prints is added to the log.

    Returns:
        Why it stopped, in the words of the steps that failed, or else in its own last lines; "" where it ended well.

    Raises:
        StudyError: it was killed.
    """
    problems = Path(FOLDER, name) / PROBLEMS
    problems.unlink(missing_ok=True)
    with log.open("ab") as stream:
        before = stream.tell()
        # in the clone, since Snakemake takes profiles of the folder that it is started in; no session of its own, for Ctrl-C
        process = subprocess.Popen(
            command(name, arguments),
            cwd=SNAKEFILE.parent,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        code = _ended(process)
    if code < 0:
        raise StudyError(
            f"the run of the comparison {name} was killed (signal {-code})",
            where=str(log),
            expected="a run that ends by itself",
            remedy="start again with the same command: what is finished is kept; if Snakemake asks for it, with --unlock first",
        )
    if code == 0:
        return ""
    said = problems.read_text(encoding="utf-8").strip() if problems.is_file() else ""
    with log.open("rb") as stream:
        stream.seek(before)
        last = stream.read().decode("utf-8", "replace").strip().splitlines()[-_LINES:]
    return said or "\n".join(last)


def _ended(process: "subprocess.Popen[bytes]") -> int:
    """Wait for the end of a process, and return its code.

    A run that outlives the one that started it, which was killed, ends when the lock of the whole study is removed: another run
    would write to the same folder.
    """
    was_locked = is_locked()
    while True:
        try:
            return process.wait(timeout=_PAUSE)
        except subprocess.TimeoutExpired:
            if was_locked and not is_locked():
                process.terminate()


def write_outcome(name: str, problem: str, again: int) -> str:
    """Say in JSON how the run of a comparison ended; `again` is from `times_again_of`, before it began."""
    outcome = {
        "comparison": name,
        "outcome": STOPPED if problem else FINISHED,
        "problem": problem,
        "again": again + bool(problem),
        "manifest_sha256": "" if problem else json.loads(_manifest(name).read_text(encoding="utf-8"))["sha256"],
    }
    return json.dumps(outcome, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def times_again_of(name: str) -> int:
    """Return a number that changes when a comparison has to be run again, for the params of its rule.

    It has to be if it stopped, or if of its results one is gone or of another size; what else is wrong with them its own run sees.
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        outcome = json.loads(outcome_of(name).read_text(encoding="utf-8"))
        return int(outcome["again"]) + (outcome["outcome"] == FINISHED and not _is_whole(name))
    return 0


def _is_whole(name: str) -> bool:
    """Whether the results of a comparison are there, by its manifest."""
    try:
        stated = json.loads(_manifest(name).read_text(encoding="utf-8"))["study"]["outputs"]
        return all(Path(FOLDER, name, path).stat().st_size == one["size"] for path, one in stated.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _manifest(name: str) -> Path:
    return Path(FOLDER, name) / "results/provenance.json"


def version_of(workflow: Path) -> str:
    """Return a checksum of all that a comparison is made with: rules, steps, schemas and what the page is made of."""
    files = [path for path in workflow.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    parts = [f"{path.relative_to(workflow).as_posix()} {digest_of(path)}" for path in sorted(files)]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]


def unlock(names: Iterable[str]) -> None:
    """Remove the locks that killed runs left on comparisons, as `--unlock` does for the whole study."""
    for name in names:
        for lock in Path(FOLDER, name).glob(".snakemake/locks/*"):
            lock.unlink(missing_ok=True)
