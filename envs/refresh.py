"""Resolve the dependency groups of pyproject.toml into the pins under envs/: `python envs/refresh.py` (needs uv).

Written are pins.txt (the closure, exact versions), requirements.txt (the same with hashes, for pip) and one conda
environment a family of steps, whose closure is installed from the same pins. None of them carries an address.
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


def compile_group(group: str, output: Path, *options: str) -> list[str]:
    """Resolve one dependency group to a file and return its pins, one `name==version` a line."""
    command = ["uv", "pip", "compile", "--quiet", "--no-header", "--no-annotate", "--python-version", "3.11"]
    command += ["--group", f"{ROOT / 'pyproject.toml'}:{group}", "--output-file", str(output), *options]
    subprocess.run(command, check=True, cwd=ROOT)
    return output.read_text().splitlines()


def main() -> None:
    """Write every file; the families are constrained to the pins of the whole."""
    upgrade = sys.argv[1:]
    pins = ENVS / "pins.txt"
    compile_group("development", pins, *upgrade)
    compile_group("development", ENVS / "requirements.txt", "--generate-hashes", "--constraints", str(pins))
    for family in FAMILIES:
        output = ENVS / f".{family}.txt"
        # conda's pip knows no overrides: without the configuration, what uv leaves out is pinned here as well
        lines = compile_group(family, output, "--no-config", "--constraints", str(pins))
        output.unlink()
        listed = "\n".join(f"      - {line}" for line in lines)
        (ENVS / f"{family}.yaml").write_text(CONDA.format(tools=TOOLS.get(family, ""), pins=listed))


if __name__ == "__main__":
    main()
