"""Where kallisto is: the binary that the kb-python wheel carries, if this machine can run it, or one on PATH."""

import re
import shutil
import subprocess
from collections.abc import Collection
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from claimcheck.core.errors import StudyError
from claimcheck.core.machines import Machine, kallisto_by_conda, this_machine, way_out

_KNOWN = re.compile(r"0\.5[0-2]\.[0-9]+")
_EXPECTED = "kallisto 0.50, 0.51 or 0.52"
_CARRIED = {("Linux", "x86_64"): "linux", ("Darwin", "x86_64"): "darwin", ("Darwin", "arm64"): "darwin/m1"}
"""Folder of the wheel that holds the binary of a system and processor."""

ASKING = ("all", "quality")
"""Targets of the workflow that quantify reads."""


def quantifies(targets: Collection[str]) -> bool:
    """Whether targets named on the command line, none for the default one, surely quantify reads."""
    return not targets or not set(targets).isdisjoint(ASKING)


def find_kallisto() -> str:
    """Return the path of the kallisto binary: the pinned one of the kb-python wheel, else the one on PATH.

    Raises:
        StudyError: there is none that this machine can run, or the one on PATH is of a version that is not known to work.
    """
    machine = this_machine()
    carried = _carried(machine)
    if carried and version_of(carried):
        return carried
    found = shutil.which("kallisto")
    version = version_of(found) if found else ""
    if found and _KNOWN.fullmatch(version):
        return found
    remedy = "install one of these so that it comes first on PATH"
    by_conda = kallisto_by_conda(machine)
    ways = [f"{remedy}: {by_conda}" if by_conda else remedy, way_out(machine)]
    if found:
        what, where = f"kallisto {version or 'without a version'} is not a version that is known to work", found
    else:
        state = "does not run here" if carried else "has none for this machine"
        what, where = "kallisto was not found", f"PATH, and the kb-python package, which {state} ({machine})"
    raise StudyError(what, where=where, expected=_EXPECTED, remedy="; or ".join(filter(None, ways)))


def _carried(machine: Machine) -> str:
    """Return the binary that the kb-python wheel has for a machine, "" if there is none."""
    spec = find_spec("kb_python")
    folder = _CARRIED.get((machine.system, machine.processor))
    if not folder or not spec or not spec.submodule_search_locations:
        return ""
    binary = Path(spec.submodule_search_locations[0]) / "bins" / folder / "kallisto" / "kallisto"
    return str(binary) if binary.is_file() else ""


@cache
def version_of(binary: str) -> str:
    """Ask kallisto for its version, such as 0.52.0; "" where the file is no program of this machine, or does not say."""
    try:
        said = subprocess.run([binary, "version"], capture_output=True, text=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return ""
    return said.stdout.strip().rpartition(" ")[2]
