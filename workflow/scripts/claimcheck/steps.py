"""What every step of the workflow does around its work: a log, and one clear message when it fails."""

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from claimcheck.disk import disk_full, is_full
from claimcheck.errors import StudyError

PROBLEMS = Path("logs/problems.txt")
"""Every message of a run that ended in an error, in the order of failure; the workflow prints it last."""

logger = logging.getLogger("claimcheck")


@contextmanager
def step(log: str) -> Iterator[None]:
    """Run a step: log to `log`, and on failure say once what is wrong and end the process with status 1.

    Records of the logger `claimcheck.progress` are shown on the terminal as well.

    A StudyError is its own message, and so is a full disk. Anything else is a defect of this software: its traceback goes to
    the log, and the message names the log.
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


def _open_log(path: Path) -> logging.Handler:
    """Open the log of a step; on a full disk there is none, but the message of the step is still said."""
    logging.raiseExceptions = False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler: logging.Handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    except OSError as error:
        if not is_full(error):
            raise
        return logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return handler


def _fail(message: str) -> None:
    with suppress(OSError):  # a full disk takes no message, the terminal does
        PROBLEMS.parent.mkdir(parents=True, exist_ok=True)
        said = PROBLEMS.read_text(encoding="utf-8") if PROBLEMS.is_file() else ""
        if f"{message}\n\n" not in said:  # a step that is tried again says the same
            with PROBLEMS.open("a", encoding="utf-8") as stream:
                stream.write(f"{message}\n\n")
    print(f"\nStopped: {message}\n", file=sys.stderr, flush=True)
    sys.exit(1)
