"""What every step of the workflow does around its work: a log, and one clear message when it fails."""

import logging
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from claimcheck.errors import StudyError

PROBLEMS = Path("logs/problems.txt")
"""Every message of a run that ended in an error, in the order of failure; the workflow prints it last."""

logger = logging.getLogger("claimcheck")


@contextmanager
def step(log: str) -> Iterator[None]:
    """Run a step: log to `log`, and on failure say once what is wrong and end the process with status 1.

    Records of the logger `claimcheck.progress` are shown on the terminal as well.

    A StudyError is its own message. Anything else is a defect of this software: its traceback goes to the log, and the
    message names the log.
    """
    path = Path(log)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, mode="w", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
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
        handler.close()


def _fail(message: str) -> None:
    PROBLEMS.parent.mkdir(parents=True, exist_ok=True)
    with PROBLEMS.open("a", encoding="utf-8") as stream:
        stream.write(f"{message}\n\n")
    print(f"\nStopped: {message}\n", file=sys.stderr, flush=True)
    sys.exit(1)
