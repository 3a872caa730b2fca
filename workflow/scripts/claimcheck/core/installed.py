"""Whether the packages that steps compute with are those of envs/pins.txt, imported from where they were installed."""

import os
import re
import site
import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from claimcheck.core.errors import StudyError, first_of
from claimcheck.core.machines import this_machine, way_out

ENVS = Path(__file__).resolve().parents[4] / "envs"
"""The folder with the pins of the whole (pins.txt) and the conda environment of each family of steps."""

_STANDARD = Path(sysconfig.get_path("stdlib"))
_INSTALL = "`uv sync`, or `pip install --no-deps --require-hashes -r envs/requirements.txt`"


class Foreign(NamedTuple):
    """A package that is not the pinned one: what is wrong, and the folder that it comes from; None where there is none."""

    what: str
    folder: Path | None


class _Distribution(NamedTuple):
    """An installed package: its version, the folder it is in, and the modules at the top level that can be imported from it.

    Modules that Python has itself are left out: `rocrate` installs its tests as `test`.
    """

    version: str
    home: Path
    modules: tuple[str, ...]


@cache
def pinned_packages(envs: Path = ENVS) -> dict[str, str]:
    """Collect the packages that the steps compute with: what a family's environment and the pins of the whole both have.

    Returns:
        Pinned versions by name, sorted.
    """
    whole = set((envs / "pins.txt").read_text(encoding="utf-8").split())
    found: set[str] = set()
    for path in envs.glob("*.yaml"):
        found |= set(re.findall(r"^ +- (\S+==\S+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    return dict(pin.split("==") for pin in sorted(found & whole))


def require_machine(*, by_conda: bool) -> None:
    """Check before anything that computes is imported that this machine and its packages are those that results are known of.

    Args:
        by_conda: whether each family of steps has an environment of its own; then each step looks at its packages itself.

    Raises:
        StudyError: the system cannot run the steps, or a package is missing, of another version or imported from elsewhere.
    """
    machine = this_machine()
    if machine.system == "Windows":
        raise StudyError(
            "the steps do not run on Windows itself",
            where=str(machine),
            expected="Linux, macOS, or the Linux in Windows",
            remedy=way_out(machine),
        )
    if not by_conda:
        require_pinned(pinned_packages())


def require_pinned(pinned: Mapping[str, str], *, loaded: bool = False) -> None:
    """Check that packages are the pinned ones, by version and by the folder that they are imported from.

    Args:
        pinned: versions by name, from `pinned_packages`.
        loaded: look at what this process has imported, rather than at what it would import.

    Raises:
        StudyError: one of them is not, with the variable or folder that brings it in.
    """
    foreign = [one for name, version in pinned.items() for one in _look_at(name, version, loaded=loaded)]
    if not foreign:
        return
    absent = [one for one in foreign if one.folder is None]
    remedies = dict.fromkeys(_remedy(one.folder) for one in foreign if one.folder is not None)
    if absent:
        remedies[" or ".join(filter(None, (_INSTALL, way_out(this_machine()))))] = None
    path = os.environ.get("PYTHONPATH")
    raise StudyError(
        "the packages that steps compute with are not those that results are known of",
        details=first_of([one.what for one in foreign]),
        where=f"{sys.executable}{f', PYTHONPATH={path}' if path else ''}",
        expected="the versions of envs/pins.txt, imported from where they are installed",
        remedy=f"{'; '.join(remedies)}; then start again",
    )


def loaded_packages(pinned: Mapping[str, str]) -> dict[str, str]:
    """Return the versions of the pinned packages that this process has imported."""
    found = ((name, _find(name)) for name in pinned)
    return {name: one.version for name, one in found if one and any(module in sys.modules for module in one.modules)}


def installed_version(name: str) -> str:
    """Return the version of a package that would be imported, or that it is not installed."""
    found = _find(name)
    return found.version if found else "not installed"


def _look_at(name: str, version: str, *, loaded: bool) -> list[Foreign]:
    found = _find(name)
    if found is None:
        return [] if loaded else [Foreign(f"{name} is not installed, {version} is expected", None)]
    modules = [module for module in found.modules if not loaded or module in sys.modules]
    if loaded and not modules:
        return []
    home = found.home
    if found.version != version:
        return [Foreign(f"{name} is {found.version} in {home}, {version} is expected", home)]
    for module in modules:
        folder = _folder_of(module)
        if folder != home:
            said = f"{folder / module}" if folder else "nowhere"
            return [Foreign(f"{name} is imported from {said}; {version} is in {home}", folder)]
        says = vars(sys.modules[module]).get("__version__") if loaded else None
        if isinstance(says, str) and says.removeprefix("v") != version:
            return [Foreign(f"{name} in {home} says that it is {says}, {version} is expected", home)]
    return []


@cache
def _find(name: str) -> _Distribution | None:
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None
    record = found.read_text("RECORD") or ""
    modules = dict.fromkeys(re.findall(r"^(\w+)(?:/__init__)?\.py,", record, re.MULTILINE))
    own = (module for module in modules if not any((_STANDARD / f"{module}{end}").exists() for end in ("", ".py")))
    return _Distribution(found.version, Path(str(found.locate_file(""))).resolve(), tuple(own))


def _folder_of(module: str) -> Path | None:
    """Return the folder from which a module at the top level is, or would be, imported; None where there is none."""
    try:
        spec = find_spec(module)
    except ValueError:  # imported, by something that does not say from where
        spec = None
    origin = (spec and spec.origin) or getattr(sys.modules.get(module), "__file__", None)
    if not origin or not Path(origin).is_absolute():
        return None
    path = Path(origin)
    # a link to a file, as uv may install them, stands where it stands
    return (path.parent.parent if path.name.startswith("__init__.") else path.parent).resolve()


def _remedy(folder: Path) -> str:
    """Say how to be rid of packages of a folder that stands before those that were installed."""
    on_path = [Path(part).resolve() for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]
    if folder in on_path:
        return "`unset PYTHONPATH`"
    if site.ENABLE_USER_SITE and folder == Path(site.getusersitepackages()).resolve():
        return "`export PYTHONNOUSERSITE=1`"
    if folder == Path.cwd():
        return f"rename what hides the packages in {folder}"
    return _INSTALL
