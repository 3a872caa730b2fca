"""What code a step depends on: its script, what that imports, and the schemas and templates that these name."""

import ast
import re
from hashlib import sha256
from pathlib import Path


def digests_of_steps(scripts: Path) -> dict[str, str]:
    """Return a digest of the code of every step, by the name of its script.

    Args:
        scripts: the folder of the scripts and of the packages that they import.
    """
    return {script.name: _digest(files, scripts.parent) for script, files in files_of_steps(scripts).items()}


def files_of_steps(scripts: Path) -> dict[Path, frozenset[Path]]:
    """Find the files that every step depends on.

    Imports are followed wherever they stand, in functions too. A file of `schemas/` or `report/`, beside `scripts`, counts where
    a module has its name as a text, or where another such file names it.

    Args:
        scripts: the folder of the scripts and of the packages that they import.

    Returns:
        By script, itself and all others.
    """
    others = {path.name: path for folder in ("schemas", "report") for path in (scripts.parent / folder).glob("*.*")}
    named = {path: _named_by_module(path, scripts, others) for path in scripts.rglob("*.py")}
    named |= {path: _named_by_text(path, others) for path in others.values()}
    return {script: _reached(script, named) for script in sorted(scripts.glob("*.py"))}


def _named_by_module(path: Path, scripts: Path, others: dict[str, Path]) -> set[Path]:
    package = path.relative_to(scripts).parent.parts
    names: set[str] = set()
    files: set[Path] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *([node.module] if node.module else [])])
            names.update(f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in others:
            files.add(others[node.value])
    for name in names:
        parts = name.split(".")
        for depth in range(1, len(parts) + 1):
            module = scripts.joinpath(*parts[:depth])
            files.update(file for file in (module.with_suffix(".py"), module / "__init__.py") if file.is_file())
    return files


def _named_by_text(path: Path, others: dict[str, Path]) -> set[Path]:
    return {others[name] for name in re.findall(r"[\w.-]+", path.read_text(encoding="utf-8")) if name in others}


def _reached(start: Path, named: dict[Path, set[Path]]) -> frozenset[Path]:
    found = {start}
    waiting = [start]
    while waiting:
        new = named[waiting.pop()] - found
        found |= new
        waiting += new
    return frozenset(found)


def _digest(files: frozenset[Path], folder: Path) -> str:
    parts = [f"{file.relative_to(folder).as_posix()} {sha256(file.read_bytes()).hexdigest()}" for file in sorted(files)]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]
