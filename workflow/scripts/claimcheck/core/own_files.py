"""Opening files that are ours to write: a link in their place, which leads elsewhere, is removed and never followed."""

import os
from pathlib import Path
from typing import BinaryIO


def remove_link(path: Path) -> None:
    """Remove a link that stands where a file or folder of ours goes."""
    if path.is_symlink():
        path.unlink()


def open_own(path: Path, *, append: bool = False) -> BinaryIO:
    """Open a file for writing, in bytes; what stands there is replaced, or with `append` continued.

    Raises:
        OSError: it cannot be written, or a link was put there meanwhile.
    """
    remove_link(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | (os.O_APPEND if append else os.O_TRUNC)
    return os.fdopen(os.open(path, flags, 0o666), "ab" if append else "wb")
