"""What a killed run left: outputs that Snakemake has marked as begun and never as finished."""

import os
from base64 import urlsafe_b64decode
from pathlib import Path, PurePosixPath

OUTPUTS = ("results", "resources")
"""Folders of a study that steps write to."""


def age_unfinished(study: Path) -> list[Path]:
    """Make the outputs of steps that a killed run did not finish older than all inputs, so that they are made again.

    Snakemake looks for its marks before a checkpoint says what steps there are, and takes what the steps behind one left for
    finished. Each file is whole, but nothing says how it was made: that a setting of its step changes would go unseen. Links,
    which are as old as what they point to, are removed.

    Args:
        study: its folder; nothing is done while a run holds Snakemake's lock on it.

    Returns:
        The files that were found, relative to the folder.
    """
    state = study / ".snakemake"
    if any(path.is_file() for path in (state / "locks").glob("*")):
        return []
    marks = state / "incomplete"
    found = []
    for mark in sorted(path for path in marks.rglob("*") if path.is_file()):
        # a long name goes on in folders whose names begin with @
        coded = "".join(part.removeprefix("@") for part in mark.relative_to(marks).parts)
        try:
            output = PurePosixPath(urlsafe_b64decode(coded).decode())
        except ValueError:
            continue
        if not output.parts or output.parts[0] not in OUTPUTS or ".." in output.parts:
            continue
        path = study / output
        if path.is_symlink():
            path.unlink()
        elif path.is_file():
            os.utime(path, (1, 1))  # 0 counts as unknown
        else:
            continue
        found.append(Path(output))
    return found
