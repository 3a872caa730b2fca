"""What a step depends on: its script, what that imports, the schemas and templates that these name, and the tables it handles."""

import re
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from types import CodeType, FunctionType

from claimcheck.core.contracts import TABLES, contract_of

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\((?:[^()#]|#[^\n]*)*\)|[^(\n]+)|import[ \t]+([^\n]+))",
    re.MULTILINE,
)
"""A statement that imports, wherever it stands; what looks like one within a text is followed too, which costs nothing but time."""
_COMMENT = re.compile(r"#[^\n]*")
_TEXT = re.compile(r"""["']([\w.-]+)["']""")


def digests_of_steps(scripts: Path, starts: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return a digest of the code of every step, by its name; for the arguments see `files_of_steps`."""
    found = files_of_steps(scripts, starts)
    sums = {file: sha256(file.read_bytes()).hexdigest() for file in frozenset().union(*found.values())}
    return {step: _digest({file: sums[file] for file in files}, scripts.parent) for step, files in found.items()}


def digest_of_tables(*files: object) -> str:
    """Return a digest of what schemas/tables.yaml says of the columns of tables that a step reads and writes.

    Args:
        files: inputs and outputs of the step's rule: paths in which wildcards may stand, or functions, whose tables are those that
            they name.
    """
    found = {contract.path: contract.columns for name in _names_in(files) if (contract := contract_of(name))}
    said = [(path, [(column.name, column.type, column.missing) for column in found[path]]) for path in sorted(found)]
    return sha256(repr(said).encode()).hexdigest()[:16]


def _names_in(item: object) -> Iterator[str]:
    """Yield the texts in a path, a function or a collection of these; of functions their constants, and what they close over."""
    if isinstance(item, str):
        yield item
    elif isinstance(item, FunctionType):
        yield from _names_in((item.__code__, *(cell.cell_contents for cell in item.__closure__ or ())))
    elif isinstance(item, CodeType):
        yield from _names_in(item.co_consts)
    elif isinstance(item, tuple | list):
        for part in item:
            yield from _names_in(part)


def files_of_steps(scripts: Path, starts: Mapping[str, Collection[str]]) -> dict[str, frozenset[Path]]:
    """Find the files that every step depends on.

    Imports are followed wherever they stand, in functions too. A file of `schemas/` or `report/`, beside `scripts`, counts where
    a module has its name as a text, or where another such file names it; tables.yaml does not, of which each step needs a part.

    Args:
        scripts: the folder of the scripts and of the packages that they import.
        starts: by the name of a step, its script and the modules that it imports by names which it is told; paths below `scripts`.

    Returns:
        By step, these files and all that they need.

    Raises:
        KeyError: a step starts from a file that there is not.
    """
    folders = [scripts.parent / name for name in ("schemas", "report")]
    others = {path.name: path for folder in folders for path in folder.glob("*.*") if path.name != TABLES.name}
    modules = {_parts_of(path, scripts): path for path in scripts.rglob("*.py")}
    named = {path: _named_by_module(path, name, modules, others) for name, path in modules.items()}
    named |= {path: _named_by_text(path, others) for path in others.values()}
    return {
        step: _reached([path for file in files for path in _with_packages(scripts, file)], named)
        for step, files in starts.items()
    }


def _parts_of(path: Path, scripts: Path) -> tuple[str, ...]:
    """Split the name by which a module is imported; that of a package is its folder's."""
    parts = path.relative_to(scripts).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def _named_by_module(
    path: Path, name: tuple[str, ...], modules: Mapping[tuple[str, ...], Path], others: Mapping[str, Path]
) -> set[Path]:
    package = name if path.name == "__init__.py" else name[:-1]
    source = path.read_text(encoding="utf-8")
    names: set[str] = set()
    for dots, base, members, whole in _IMPORT.findall(source):
        above = package[: len(package) - len(dots) + 1] if dots else ()
        start = ".".join([*above, *filter(None, [base])])
        imported = (part.split() for part in _COMMENT.sub("", members or whole).strip("()").split(","))
        names.update(".".join(filter(None, [start, words[0]])) for words in imported if words)
    files = {others[text] for text in _TEXT.findall(source) if text in others}
    for one in names:
        parts = tuple(one.split("."))
        prefixes = (parts[:depth] for depth in range(1, len(parts) + 1))
        files.update(modules[prefix] for prefix in prefixes if prefix in modules)
    return files


def _named_by_text(path: Path, others: dict[str, Path]) -> set[Path]:
    return {others[name] for name in re.findall(r"[\w.-]+", path.read_text(encoding="utf-8")) if name in others}


def _with_packages(scripts: Path, file: str) -> list[Path]:
    """List a file below `scripts`, and what Python runs of the packages around it."""
    inside = (scripts / folder / "__init__.py" for folder in Path(file).parents if folder != Path())
    return [scripts / file, *inside]


def _reached(starts: Collection[Path], named: dict[Path, set[Path]]) -> frozenset[Path]:
    found = set(starts)
    waiting = list(starts)
    while waiting:
        new = named[waiting.pop()] - found
        found |= new
        waiting += new
    return frozenset(found)


def _digest(sums: Mapping[Path, str], folder: Path) -> str:
    parts = [f"{file.relative_to(folder).as_posix()} {sums[file]}" for file in sorted(sums)]
    return sha256("\n".join(parts).encode()).hexdigest()[:16]
