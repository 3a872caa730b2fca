"""Resolve the dependency groups of pyproject.toml into the pins under envs/: `python envs/refresh.py` (needs uv).

Written are pins.txt (the closure, exact versions), requirements.txt (the same with hashes, for pip) and one conda
environment a family of steps, whose closure is installed from the same pins. slurm.txt and requirements-slurm.txt hold
what a cluster needs beside these. None of them carries an address.
"""

import subprocess
import sys
from pathlib import Path

FAMILIES = ("sourcing", "quantification", "expression", "sets", "figures")
ENVS = Path(__file__).resolve().parent
ROOT = ENVS.parent

CONDA = """\
# Made by envs/refresh.py. The steps of this family need nothing else.
channels:
  - conda-forge
  - bioconda
  - nodefaults
dependencies:
  - python=3.11
  - pip
{tools}  - pip:
{pins}
"""

TOOLS = {"sourcing": "  - sra-tools=3.1.1\n"}
"""What a family needs beside Python packages; everybody else installs it if a step asks for it."""


def compile_pins(output: Path, *options: str) -> list[str]:
    """Resolve what the options name to a file and return its pins, one `name==version` a line."""
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python-version", "3.11"]
    subprocess.run([*command, "--output-file", str(output), *options], check=True, cwd=ROOT)
    return output.read_text().splitlines()


def compile_group(group: str, output: Path, *options: str) -> list[str]:
    """Resolve one dependency group to a file and return its pins."""
    return compile_pins(output, "--group", f"{ROOT / 'pyproject.toml'}:{group}", *options)


def write_extra(name: str, pins: Path, *options: str) -> None:
    """Write what the group `name` adds to the pins, without and with hashes."""
    output = ENVS / f"{name}.txt"
    known = pins.read_text().splitlines()
    added = [line for line in compile_group(name, output, "--constraints", str(pins), *options) if line not in known]
    output.write_text("".join(f"{line}\n" for line in added))
    compile_pins(ENVS / f"requirements-{name}.txt", "--generate-hashes", "--no-deps", str(output))


def main() -> None:
    """Write every file; the families are constrained to the pins of the whole."""
    upgrade = sys.argv[1:]
    pins = ENVS / "pins.txt"
    compile_group("development", pins, *upgrade)
    compile_group("development", ENVS / "requirements.txt", "--generate-hashes", "--constraints", str(pins))
    write_extra("slurm", pins, *upgrade)
    for family in FAMILIES:
        output = ENVS / f".{family}.txt"
        # conda's pip knows no overrides: without the configuration, what uv leaves out is pinned here as well
        lines = compile_group(family, output, "--no-config", "--constraints", str(pins))
        output.unlink()
        listed = "\n".join(f"      - {line}" for line in lines)
        (ENVS / f"{family}.yaml").write_text(CONDA.format(tools=TOOLS.get(family, ""), pins=listed))


if __name__ == "__main__":
    main()
