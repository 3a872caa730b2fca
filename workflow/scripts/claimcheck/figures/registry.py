"""Which figures a study has, and what each is drawn from: the entries of report/figures.yaml, filled by a configuration."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from claimcheck.core.contracts import OWN_LOADER

REGISTER_READER = "claims_input.open_register"
_NEEDS = frozenset({"register", "transcripts", "gene_sets"})


def module_of(function: str) -> str:
    """Return the path below workflow/scripts of the module of a function, `<module>.<function>`."""
    return f"claimcheck/figures/{function.partition('.')[0]}.py"


OF_GROUPS = ("quality", "power")
"""Sections whose figures compare the groups as they are, also where an interaction is tested."""


@dataclass(frozen=True)
class Entry:
    """What is said of a figure, or of one for each key of a part of the configuration; the head of the file explains every part."""

    name: str
    section: str
    place: str
    draw: str
    words: str | Mapping[str, str]
    tables: Mapping[str, str | Mapping[str, Any]]
    category: str
    labels: Mapping[str, str]
    caption: str
    subcategory: str | None = None
    needs: Sequence[str] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    when: Sequence[str] = ()
    repeat: Mapping[str, str] = field(default_factory=dict)
    order: int = 0

    def __post_init__(self) -> None:
        """Refuse what nothing would heed."""
        worded = isinstance(self.words, str) or set(self.words) == {"alternative", "caption"}
        if not worded or not set(self.needs) <= _NEEDS or len(self.repeat) > 1 or self.draw.count(".") != 1:
            raise ValueError(
                f"figures.yaml, {self.name}: words, needs, repeat or draw is not what the head of the file allows"
            )

    @property
    def rule(self) -> str:
        """Name of the rule that draws it."""
        return f"draw_{self.section}"

    @property
    def module(self) -> str:
        """Path below workflow/scripts of the module that draws it."""
        return module_of(self.draw)


@dataclass(frozen=True)
class Figure:
    """A figure of a study.

    Attributes:
        name: of its files.
        entry: what is said of it.
        key: by the argument of `repeat`, what sets it apart from the other figures of its entry; nothing where it is the only one.
        tables: by argument, the file of each, and whether the study has it.
        options: by argument, what the configuration says.
    """

    name: str
    entry: Entry
    key: Mapping[str, str]
    tables: Mapping[str, tuple[str, bool]]
    options: Mapping[str, Any]

    @property
    def labels(self) -> dict[str, str]:
        """Labels in Snakemake's report."""
        return {label: words.format_map(self.key) for label, words in self.entry.labels.items()}

    @property
    def shown(self) -> dict[str, Any]:
        """Category, subcategory (where it has one) and labels in Snakemake's report."""
        subcategory = {"subcategory": self.entry.subcategory} if self.entry.subcategory else {}
        return {"category": self.entry.category, "labels": self.labels, **subcategory}

    def file(self, ending: str) -> str:
        """Return the path of its drawing (svg or pdf), or of the table of what it shows (tsv)."""
        return f"results/figures/{self.name}.{ending}"

    @property
    def params(self) -> dict[str, Any]:
        """What the job that draws it is told, besides the files of `needs`."""
        return {
            "draw": self.entry.draw,
            "tables": dict(self.tables),
            "needs": list(self.entry.needs),
            "options": dict(self.options),
            "key": dict(self.key),
        }


@dataclass(frozen=True)
class Section:
    """The figures that one job draws."""

    name: str
    figures: Sequence[Figure]

    @property
    def tables(self) -> list[str]:
        """Every table that one of them is drawn from, once."""
        tables = (table for figure in self.figures for table in figure.tables.values())
        return list(dict.fromkeys(file for file, is_there in tables if is_there))

    @property
    def needs(self) -> set[str]:
        """What one of them needs that is no result."""
        return {need for figure in self.figures for need in figure.entry.needs}

    @property
    def modules(self) -> set[str]:
        """Modules that the job imports by their names in the entries, paths below workflow/scripts."""
        functions = {figure.entry.draw for figure in self.figures}
        functions |= {REGISTER_READER} if "register" in self.needs else set()
        return {module_of(function) for function in functions}

    @property
    def params(self) -> dict[str, dict[str, Any]]:
        """What the job is told, by figure."""
        return {figure.name: figure.params for figure in self.figures}


def read_entries(path: Path) -> dict[str, Entry]:
    """Read the entries of figures, in the order of the file.

    Raises:
        TypeError: an entry lacks a part, or has one that there is not.
    """
    found = yaml.load(path.read_text(encoding="utf-8"), Loader=OWN_LOADER)
    return {name: Entry(name=name, **parts) for name, parts in found.items()}


def entry_of(name: str, entries: Mapping[str, Entry]) -> tuple[Entry, dict[str, str]]:
    """Find the entry of a figure by its name, and by the argument of `repeat` what sets it apart.

    Raises:
        KeyError: no entry makes a figure of that name.
    """
    if name in entries and not entries[name].repeat:
        return entries[name], {}
    for entry in entries.values():
        for argument in entry.repeat:
            if name.startswith(f"{entry.name}_"):
                return entry, {argument: name.removeprefix(f"{entry.name}_")}
    raise KeyError(f"figures.yaml has no figure {name}")


def figures_of_study(
    entries: Mapping[str, Entry], configuration: Mapping[str, Any], facts: Mapping[str, bool]
) -> list[Figure]:
    """List the figures that a study has.

    Args:
        entries: from `read_entries`.
        configuration: completed with defaults.
        facts: what `when` may ask besides the configuration.

    Raises:
        KeyError: an entry names a key that the configuration does not have.
        ValueError: two figures have one name.
    """
    figures = [figure for entry in entries.values() for figure in _figures(entry, configuration, facts)]
    names = [figure.name for figure in figures]
    if len(set(names)) < len(names):
        raise ValueError(
            f"figures.yaml names figures twice: {', '.join(sorted({n for n in names if names.count(n) > 1}))}"
        )
    return figures


def sections_of(figures: Sequence[Figure]) -> list[Section]:
    """Group figures by the job that draws them."""
    names = dict.fromkeys(figure.entry.section for figure in figures)
    return [Section(name, [figure for figure in figures if figure.entry.section == name]) for name in names]


def write_captions(figures: Collection[Figure], folder: Path) -> dict[str, Path]:
    """Write the captions of figures for Snakemake's report, which takes each from a file, and fills it with what the job was told.

    Returns:
        The files by figure.
    """
    files = {}
    for figure in figures:
        known = {"test": "snakemake.params.test", "reference": "snakemake.params.reference"}
        told = f"snakemake.params.figures['{figure.name}']"
        known |= {"options": f"{told}.options"} | {argument: f"{told}.key.{argument}" for argument in figure.key}
        said = [f"{{% set {name} = {value} %}}" for name, value in known.items()]
        stamp = "{% if snakemake.params.simulated %}**Simulated data.** {% endif %}"
        files[figure.name] = folder / f"{figure.name}.rst"
        files[figure.name].write_text("".join([*said, stamp, figure.entry.caption, "\n"]), encoding="utf-8")
    return files


def _figures(entry: Entry, configuration: Mapping[str, Any], facts: Mapping[str, bool]) -> Iterator[Figure]:
    if not _holds(entry.when, configuration, facts):
        return
    tables = {argument: _table(asked, configuration, facts) for argument, asked in entry.tables.items()}
    keys: list[dict[str, str]] = [{}]
    for argument, part in entry.repeat.items():
        keys = [{argument: key} for key in _look_up(part, configuration)]
    for key in keys:
        options = {argument: _option(asked, key, configuration) for argument, asked in entry.options.items()}
        yield Figure("_".join([entry.name, *key.values()]), entry, key, tables, options)


def _table(
    asked: str | Mapping[str, Any], configuration: Mapping[str, Any], facts: Mapping[str, bool]
) -> tuple[str, bool]:
    name, when = (asked, ()) if isinstance(asked, str) else (asked["table"], asked["when"])
    return f"results/{name}.tsv", _holds(when, configuration, facts)


def _holds(conditions: Sequence[str], configuration: Mapping[str, Any], facts: Mapping[str, bool]) -> bool:
    def one(name: str) -> bool:
        value = facts[name] if name in facts else _look_up(name, configuration)
        return bool(value) and value != "none"

    return all(any(one(name) for name in condition.split(" or ")) for condition in conditions)


def _option(asked: str | Mapping[str, Any], key: Mapping[str, str], configuration: Mapping[str, Any]) -> Any:
    if isinstance(asked, str):
        return _look_up(asked.format_map(key), configuration)
    try:
        return _look_up(asked["from"].format_map(key), configuration)
    except KeyError:
        return asked["default"]


def _look_up(path: str, configuration: Mapping[str, Any]) -> Any:
    found: Any = configuration
    for part in path.split("."):
        found = found[part]
    return found
