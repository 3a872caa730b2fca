"""Opening files that are ours to write: a link in their place, which leads elsewhere, is removed and never followed."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from claimcheck.core.errors import StudyError, first_of

FOLDERS = ("results", "resources", "logs", ".snakemake")
"""What a run writes to."""
MODULES = Path(".snakemake/pip-deployments")
"""Where Snakemake lets all processes of a run import from; it installs there on machines that share no disk."""
_NOT_WRITTEN = ("conda", "conda-archive", "singularity")


def require_own_folders(study: Path, below: Iterable[Path] = ()) -> None:
    """Stop where a run would write outside of the study folder, through a link in it.

    Links to files are replaced where a file of ours goes; below `resources` they may lead out, to what a user keeps elsewhere.

    Args:
        study: its folder.
        below: further folders that the run makes in it, each looked at itself; what runs there looks at the rest.

    Raises:
        StudyError: with the links.
    """
    home = study.resolve()
    links = [path for name in FOLDERS for path in _links(study / name)]
    links += [study / path for path in below if (study / path).is_symlink()]
    out = [path for path in links if not path.resolve().is_relative_to(home)]
    if out:
        shown = [f"{path.relative_to(study)} leads to {path.resolve()}" for path in out]
        raise StudyError(
            "a link leads out of the study folder, and what a run writes would go there",
            details=first_of(shown),
            where=str(out[0]),
            expected="folders of their own in the places of " + ", ".join(FOLDERS),
            remedy="remove the link; to work on another disk, put the whole study there (--directory)",
        )


def require_no_modules(study: Path) -> None:
    """Stop where a study folder has modules that Python would import, whoever put them there: in a folder, or in a zip file.

    Raises:
        StudyError: with the first of them.
    """
    place = study / MODULES
    found = sorted(place.iterdir()) if place.is_dir() else [place] if os.path.lexists(place) else []
    if found:
        raise StudyError(
            "the study folder holds modules that every step would import, and this workflow needs none",
            details=first_of([str(path.relative_to(study)) for path in found]),
            where=str(place),
            expected="no such folder, or an empty one",
            remedy="delete it; someone who sent the study may have put code there",
        )


def _links(path: Path) -> Iterator[Path]:
    """List the links to folders at and below a path, and those to files where programs write without looking."""
    if path.is_symlink():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = [name for name in folders if name not in _NOT_WRITTEN]
        names = folders if path.name in ("results", "resources") else [*folders, *files]
        yield from (Path(folder, name) for name in names if Path(folder, name).is_symlink())


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
