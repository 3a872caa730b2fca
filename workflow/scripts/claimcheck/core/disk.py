"""A full disk, said in one clear message wherever it is met."""

import errno
import re
import shutil
from pathlib import Path

from claimcheck.core.errors import StudyError

_FULL = (errno.ENOSPC, errno.EDQUOT)
_ROOM = 1 << 20
"""Free bytes below which a tool that failed to write is taken to have met the end of the disk."""

_SAID = re.compile(r"no space left on device|disk quota exceeded", re.IGNORECASE)


def is_full(error: OSError) -> bool:
    """Whether an error of the system means that the disk, or the user's share of it, is full."""
    return error.errno in _FULL


def disk_full(path: Path | None) -> StudyError:
    """Say that a file could not be written because the disk is full; None where it is not known which."""
    folder = (path or Path("file")).absolute().parent
    free = shutil.disk_usage(folder).free if folder.is_dir() else 0
    return StudyError(
        f"the disk is full: {path or 'a file'} could not be written",
        where=f"{folder}, {free / 1e6:.1f} MB free",
        expected="room for the results and for what is fetched",
        remedy="free some space and start again with the same command: what is finished is kept, nothing incomplete is",
    )


def check_disk(path: Path, said: str = "") -> None:
    """Look whether a tool failed to write `path` because the disk is full, which few tools say and some end well on.

    Args:
        path: what it was to write; the folder exists.
        said: the tool's own words.

    Raises:
        StudyError: the disk is full.
    """
    if shutil.disk_usage(path.parent).free < _ROOM or _SAID.search(said):
        raise disk_full(path)
