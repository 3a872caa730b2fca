"""The messages of a run's failed steps: collected as they fail, and printed last, where they are read."""

import atexit
import sys
from contextlib import suppress
from pathlib import Path

from claimcheck.core.disk import check_disk
from claimcheck.core.errors import StudyError
from claimcheck.core.own_files import remove_link

PROBLEMS = Path("logs/problems.txt")
"""Every message of a run that ended in an error, in the order of failure."""


def add_problem(message: str) -> None:
    """Keep the message of a step that failed; one that is tried again says the same, which is kept once."""
    with suppress(OSError):  # a full disk takes no message, the terminal does
        PROBLEMS.parent.mkdir(parents=True, exist_ok=True)
        remove_link(PROBLEMS)
        said = PROBLEMS.read_text(encoding="utf-8") if PROBLEMS.is_file() else ""
        if f"{message}\n\n" not in said:
            with PROBLEMS.open("a", encoding="utf-8") as stream:
                stream.write(f"{message}\n\n")


def expect_problems() -> None:
    """Forget the messages of an earlier run; until this one has ended well, show its own even if Snakemake itself gives up."""
    PROBLEMS.unlink(missing_ok=True)
    atexit.register(show_problems, Path.cwd())


def expect_none() -> None:
    """Show nothing: the run has ended well."""
    atexit.unregister(show_problems)


def show_problems(study: Path = Path()) -> None:
    """Print the messages of the failed steps; a full disk is one even where it took no message.

    Args:
        study: its folder, which Snakemake has left when it ends by giving up.
    """
    expect_none()
    kept = study / PROBLEMS
    said = kept.read_text(encoding="utf-8").rstrip() if kept.exists() else ""
    try:
        check_disk(study / "results")
    except StudyError as error:
        said = said or str(error)
    if said:
        line = "=" * 78
        print(f"\n{line}\n{said}\n{line}", file=sys.stderr)
