"""The machines that the workflow runs on, and the way out on others."""

import platform
import re
from typing import NamedTuple

GLIBC = (2, 28)
"""Oldest GNU C library that the pinned packages have wheels for (manylinux_2_28)."""

_CONDA_PLATFORMS = {
    ("Linux", "x86_64"): "linux-64",
    ("Linux", "aarch64"): "linux-aarch64",
    ("Darwin", "x86_64"): "osx-64",
    ("Darwin", "arm64"): "osx-arm64",
}
"""What bioconda has kallisto 0.52 for."""
_SPELLINGS = {"amd64": "x86_64", "arm64": "aarch64"}
_CONTAINER = "run it in a Linux container for x86-64 (docs/installation.md)"


class Machine(NamedTuple):
    """A machine: `system` as `uname -s` says, `processor` as `uname -m`; `libc` with its version, "" if none is known."""

    system: str
    processor: str
    libc: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, (f"{self.system} {self.processor}", self.libc)))


def this_machine() -> Machine:
    """Describe the machine that this runs on; a Linux without the GNU C library has no known one."""
    system, processor = platform.system(), platform.machine()
    processor = _SPELLINGS.get(processor.lower(), processor) if system != "Darwin" else processor
    return Machine(system, processor, " ".join(platform.libc_ver()).strip() if system == "Linux" else "")


def way_out(machine: Machine) -> str:
    """Say how the workflow can be run on a machine that it is not made for; "" for x86-64 Linux and Apple Silicon."""
    if machine.system == "Windows":
        return f"run it in WSL 2, the Linux in Windows (`wsl --install`), or {_CONTAINER}"
    if (machine.system, machine.processor) == ("Darwin", "arm64"):
        return ""
    if (machine.system, machine.processor) == ("Darwin", "x86_64"):
        return (
            f"install a C compiler (`xcode-select --install`) and Rust, which build dnaio and gseapy, or {_CONTAINER}"
        )
    if machine.system == "Linux" and machine.processor in ("x86_64", "aarch64") and _is_new_glibc(machine.libc):
        if machine.processor == "x86_64":
            return ""
        return f"install a C compiler, which builds dnaio, and kallisto as below, or {_CONTAINER}"
    return _CONTAINER


def kallisto_by_conda(machine: Machine) -> str:
    """Say how conda installs kallisto, "" on machines that bioconda has none for."""
    if (machine.system, machine.processor) not in _CONDA_PLATFORMS or _is_other_libc(machine):
        return ""
    return "`conda create -n kallisto -c conda-forge -c bioconda kallisto=0.52.0`, and put its bin folder on PATH"


def _is_other_libc(machine: Machine) -> bool:
    return machine.system == "Linux" and not machine.libc.startswith("glibc")


def _is_new_glibc(libc: str) -> bool:
    version = re.fullmatch(r"glibc (\d+)\.(\d+).*", libc)
    return version is not None and (int(version[1]), int(version[2])) >= GLIBC
