"""What every step of the workflow does around its work: its arguments, a log, and one clear message when it fails."""

import inspect
import logging
import re
import sys
import time
import traceback
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import FunctionType, NoneType
from typing import Any, cast, get_args, get_type_hints

from claimcheck.core.disk import disk_full, is_full
from claimcheck.core.errors import StudyError
from claimcheck.core.installed import loaded_packages, pinned_packages, require_pinned
from claimcheck.core.ledger import read_inputs, record_outputs, times_again
from claimcheck.core.own_files import remove_link
from claimcheck.core.problems import add_problem

CODE = "code"
"""The param of every rule that changes when its step has to be made again; no argument."""
WAITED_FOR = "waited_for"
"""What in that param lists the inputs that the step waits for only: their content may change."""
_WILDCARD = re.compile(r"\{(\w+)[^{}]*\}")

logger = logging.getLogger("claimcheck")


def run(main: Callable[..., None]) -> None:
    """Run the `main` of a script with what its rule names, as a step; nothing is run where a test imports the script.

    See `arguments_of` for the arguments, `step` for what is done when it fails. What the step reads is held against what made it,
    and what it makes is recorded (`core.ledger`). The step may run on another machine than the one that planned it, or in an
    environment of its own: it looks at the packages that were loaded before its work, and after it at those that the work itself
    has loaded.
    """
    job = cast(FunctionType, main).__globals__.get("snakemake")
    if job is not None:
        with step(job.log[0]):
            pinned = pinned_packages()
            require_pinned(pinned, loaded=True)
            waited_for = job.params.get(CODE, {}).get(WAITED_FOR, ())
            inputs = read_inputs(path for path in job.input if path not in waited_for)
            main(**arguments_of(main, job))
            require_pinned(pinned, loaded=True)
            record_outputs(job.output, job.rule, inputs)
            logger.info("with %s", ", ".join(map(" ".join, loaded_packages(pinned).items())))


def reason_to_run(
    digest: str, outputs: Collection[str], waited_for: Collection[str], *, look: bool
) -> Callable[[Any], dict[str, Any]]:
    """Return a function of wildcards whose value changes when a step has to be made again, for the param CODE.

    Snakemake compares no param that asks for the outputs themselves.

    Args:
        digest: of the code of the step.
        outputs: patterns of its outputs.
        waited_for: patterns of the inputs that it waits for only.
        look: at the outputs; what another run has found holds while that writes them, and for single steps.
    """

    def reason(wildcards: Any) -> dict[str, Any]:
        paths, waited = (
            [_WILDCARD.sub(lambda found: str(getattr(wildcards, found[1])), pattern) for pattern in patterns]
            for patterns in (outputs, sorted(waited_for))
        )
        return {"digest": digest, "again": times_again(paths, look=look), WAITED_FOR: waited}

    return reason


def arguments_of(main: Callable[..., None], job: Any) -> dict[str, Any]:
    """Take the arguments of a step from its job by their names and types.

    An argument is the input, output or param of its name, or else the wildcard, the resource, or `threads`. All that the rule
    names is taken; an input without a name is waited for only, and a single output without a name is `output`.

    Args:
        main: the function of the step. Files are arguments of the type Path, Path | None (no file is None) or list[Path]; a
            dataclass is made from the param of its name, which holds its fields, or else from what the rule names as its fields,
            and is None, where it may be, if all of these are empty; anything else is taken as it is.
        job: what Snakemake tells a script: input, output, params, wildcards, resources and threads.

    Raises:
        TypeError: the rule names something twice, or something else than `main` takes, or not the kind of files.
    """
    outputs = dict(job.output.items())
    if not outputs and len(job.output) == 1:
        outputs = {"output": job.output[0]}
    named = [
        *job.input.items(),
        *outputs.items(),
        *((name, value) for name, value in job.params.items() if name != CODE),
    ]
    names = [name for name, _ in named]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise TypeError(f"the rule names {', '.join(twice)} twice among its input, output and params")
    beside = {**dict(job.resources.items()), **dict(job.wildcards.items()), "threads": job.threads}
    absent, unknown = compare_names(main, names, beside)
    if absent or unknown:
        raise TypeError(
            f"the rule does not name {', '.join(absent) or 'nothing'}, which the step takes, "
            f"and names {', '.join(unknown) or 'nothing'}, which it does not take"
        )
    return _filled(main, beside | dict(named))


def compare_names(
    main: Callable[..., None], named: Iterable[str], beside: Iterable[str]
) -> tuple[list[str], list[str]]:
    """List the arguments that a rule does not name, and what it names that is no argument; what is `beside` may be taken.

    A dataclass that the rule does not name counts as its fields.
    """
    named = set(named)
    needed, taken = _names(main, named)
    return sorted(needed - named - set(beside)), sorted(named - taken)


def _names(function: Callable[..., Any], named: Collection[str]) -> tuple[set[str], set[str]]:
    """Return the arguments of a function that it needs, and all that it takes."""
    types = get_type_hints(function)
    needed: set[str] = set()
    taken: set[str] = set()
    for name, parameter in inspect.signature(function).parameters.items():
        parts = None if name in named or _is_named_itself(function, parameter) else _dataclass_of(types[name])
        if parts:
            of_parts = _names(parts, named)
            needed |= of_parts[0]
            taken |= of_parts[1]
        else:
            needed |= {name} if parameter.default is parameter.empty else set()
            taken.add(name)
    return needed, taken


def _is_named_itself(function: Callable[..., Any], parameter: inspect.Parameter) -> bool:
    """Whether a part of a dataclass, which may be left out, is what the rule names so, and not made from its fields."""
    return is_dataclass(function) and parameter.default is not parameter.empty


def _filled(function: Callable[..., Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Take the arguments of a function from values by name."""
    types = get_type_hints(function)
    filled = {}
    for name, parameter in inspect.signature(function).parameters.items():
        parts = _dataclass_of(types[name])
        if name in values:
            filled[name] = _typed(name, values[name], types[name])
        elif parts and not _is_named_itself(function, parameter):
            is_absent = parts is not types[name] and not any(values.get(field.name) for field in fields(parts))
            filled[name] = None if is_absent else parts(**_filled(parts, values))
    return filled


def _dataclass_of(kind: Any) -> Any:
    """Return the dataclass that a type is, or may be besides None; else None."""
    found = [one for one in (get_args(kind) or (kind,)) if isinstance(one, type) and is_dataclass(one)]
    return found[0] if len(found) == 1 and set(get_args(kind)) <= {found[0], NoneType} else None


def _typed(name: str, value: Any, kind: Any) -> Any:
    """Return a value of a job as an argument of a type."""
    if kind == list[Path]:
        return [Path(value)] if isinstance(value, str) else [Path(path) for path in value]
    if kind in (Path, Path | None):
        if kind != Path and not value:
            return None
        if not isinstance(value, str):
            raise TypeError(f"`{name}` is {len(value)} files, and the step takes one")
        return Path(value)
    parts = _dataclass_of(kind)
    return parts(**value) if parts else value


@contextmanager
def step(log: str) -> Iterator[None]:
    """Run a step: log to `log`, and on failure say once what is wrong and end the process with status 1.

    Records of the logger `claimcheck.progress` are shown on the terminal as well.

    A StudyError is its own message, and so is a full disk, or a file that cannot be used. Anything else is a defect of this
    software: its traceback goes to the log, and the message names the log.
    """
    path = Path(log)
    handler = _open_log(path)
    logging.captureWarnings(True)
    logging.getLogger().addHandler(handler)
    logger.setLevel(logging.INFO)
    terminal = logging.StreamHandler(sys.stderr)
    logging.getLogger("claimcheck.progress").addHandler(terminal)
    started = time.monotonic()
    try:
        yield
    except StudyError as error:
        logger.error("%s", error)
        _fail(str(error))
    except Exception as error:
        if isinstance(error, OSError) and is_full(error):
            _fail(str(disk_full(Path(str(error.filename)) if error.filename else None)))
        logger.error("%s", traceback.format_exc())
        if isinstance(error, OSError) and error.filename:
            _fail(str(_unusable(error)))
        _fail(
            f"this step met an error that it does not know: {type(error).__name__}: {error}\n"
            f"  where:    {path} has the details\n"
            "  expected: the step to end, or to say what it needs\n"
            "  remedy:   please report it with that log; it is a defect of the workflow, not of the study"
        )
    else:
        logger.info("done in %.1f s", time.monotonic() - started)
    finally:
        with suppress(OSError):
            handler.close()


def _unusable(error: OSError) -> StudyError:
    """Say which file the system does not let a step read or write: a folder in its place, no permission, too long a name."""
    name = str(error.filename2 or error.filename)[:200]
    return StudyError(
        f"{name} cannot be read or written: {error.strerror}",
        where=str(Path(name).absolute().parent),
        expected="files and folders that this account may read and write, and nothing else in their places",
        remedy="move away what stands there, or change its permissions, and start again: what is finished is kept",
    )


def _open_log(path: Path) -> logging.Handler:
    """Open the log of a step; on a full disk there is none, but the message of the step is still said."""
    logging.raiseExceptions = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_link(path)
        handler: logging.Handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    except OSError as error:
        if not is_full(error):
            raise
        return logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return handler


def _fail(message: str) -> None:
    add_problem(message)
    print(f"\nStopped: {message}\n", file=sys.stderr, flush=True)
    sys.exit(1)
