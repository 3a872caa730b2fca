"""The configuration of a study: gathered from its files, checked against the schema and for sense, and completed."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from claimcheck.core.contradictions import contradictions
from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import list_files, read_gene_lists
from claimcheck.core.identifiers import strip_version
from claimcheck.core.schemas import check, complete, load_schema, load_yaml, replace_titled
from claimcheck.core.tables import listed

CONFIG = "config/config.yaml"
SHEET = "config/samples.tsv"
"""The sample sheet by which a study from the archive states its groups, or freezes them."""
_NO_STUDY = "start in the study's folder, or name that with --directory"


class NamedGene(NamedTuple):
    """A gene that a configuration names with its symbol, and where."""

    gene_id: str
    symbol: str
    where: str


class Gathered(NamedTuple):
    """A configuration that is joined with the files that it names; genes are ids, and there are no defaults.

    Attributes:
        joined: all of it.
        parts: what each file says, by its name.
        named: the genes that are written as `id: symbol`.
    """

    joined: dict[str, Any]
    parts: dict[str, dict[str, Any]]
    named: list[NamedGene]

    @property
    def symbols(self) -> dict[str, str]:
        """The symbols of genes that are written with one, by id."""
        return {gene.gene_id: gene.symbol for gene in self.named}


def read_study(folder: Path) -> dict[str, Any]:
    """Read the configuration of the study in a folder, complete."""
    return read_configuration(load_configuration(folder / CONFIG), folder=folder)


def load_configuration(path: Path, *, missing: str = _NO_STUDY) -> dict[str, Any]:
    """Read a configuration file as plain data, before Snakemake does, which would run what is written in it as Python.

    Args:
        path: the file.
        missing: what to do where there is no such file.

    Raises:
        StudyError: it is missing, no YAML, not a group of keys, or asks to be run (`__use_yte__`).
    """
    content = load_yaml(path, name="configuration", missing=missing)
    if isinstance(content, dict) and "__use_yte__" not in content:
        return content
    is_program = isinstance(content, dict)
    raise StudyError(
        "the configuration asks to be run as a template" if is_program else "the configuration is not a group of keys",
        where=f"{path}, __use_yte__" if is_program else str(path),
        expected="data, and no program" if is_program else "keys at the beginning of their lines, such as `study: …`",
        remedy="write the values themselves" if is_program else "correct the file; config/README.md explains every key",
    )


def read_configuration(configuration: dict[str, Any], *, folder: Path) -> dict[str, Any]:
    """Gather and complete a configuration, as read from `config/config.yaml`.

    Args, returns, raises: see `gather_configuration` and `complete_configuration`.
    """
    return complete_configuration(gather_configuration(configuration, folder=folder), folder=folder)


def complete_configuration(gathered: Gathered, *, folder: Path) -> dict[str, Any]:
    """Check a configuration as a whole, and fill in the defaults.

    Args:
        gathered: the configuration.
        folder: the study folder, to which local paths are relative.

    Returns:
        A new dict in which every key of the schema has a value; genes are lists of ids, `files` is empty, since what these say
        stands in it, and absolute paths are relative to the study folder, so that no result tells where this machine keeps things.

    Raises:
        StudyError: a key is missing, keys contradict each other, or a gene has another symbol than in the curated sets.
    """
    schema = load_schema("config.schema.yaml")
    joined, parts, named = gathered
    check(joined, schema, where=CONFIG)
    study: dict[str, Any] = complete(_without_machine(joined, folder), schema)
    if "comparisons" in study["design"]:  # what they don't say is that of `design`, and no default
        study["design"]["comparisons"] = joined["design"]["comparisons"]
    for key, wrong, expected in contradictions(study, folder):
        if wrong:
            where = f"{_files_with(key, parts)}, {key}"
            raise StudyError(wrong, where=where, expected=expected, remedy=f"correct `{key}`")
    _check_symbols(named, study["gene_sets"]["curated"], folder)
    return study


def gather_configuration(configuration: dict[str, Any], *, folder: Path) -> Gathered:
    """Check a configuration, and join it with the files that it names.

    Args:
        configuration: as it was written.
        folder: the study folder, to which local paths are relative.

    Raises:
        StudyError: a key is unknown or has a wrong value, a file is missing, or two files set the same key.
    """
    schema = load_schema("config.schema.yaml")
    # A section may be shared out between files: what is missing is only known of all together.
    any_part = schema | {"required": []}
    check(configuration, any_part, where=CONFIG)
    given, named = _with_ids(configuration, schema, CONFIG)
    parts: dict[str, dict[str, Any]] = {}
    for name in given.pop("files", []):
        part = load_configuration(
            folder / name, missing=f"correct `files` in {CONFIG}; paths are relative to the study folder"
        )
        check(part, any_part | {"properties": _without(schema["properties"], "files")}, where=name)
        parts[name], more = _with_ids(part, schema, name)
        named += more
    joined = _over(_joined(parts), given)
    return Gathered(joined, {CONFIG: given, **parts}, named)


def _without_machine(part: Any, folder: Path) -> Any:
    """Return a configuration in which absolute paths of what is there are relative to the study folder."""
    if isinstance(part, dict):
        return {key: _without_machine(inner, folder) for key, inner in part.items()}
    if isinstance(part, list):
        return [_without_machine(inner, folder) for inner in part]
    if isinstance(part, str) and part.startswith("/") and part.strip("/") and os.path.exists(part):  # noqa: PTH110 - of any length
        return os.path.relpath(part, folder.resolve())
    return part


def _without(keys: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if key not in names}


def _with_ids(part: dict[str, Any], schema: dict[str, Any], where: str) -> tuple[dict[str, Any], list[NamedGene]]:
    """Return a checked configuration in which genes are ids alone, and the genes that it gives a symbol to."""
    named: list[NamedGene] = []

    def ids_of(key: str, genes: Any) -> list[str]:
        pairs = genes.items() if isinstance(genes, dict) else ()
        named.extend(NamedGene(strip_version(gene), symbol, f"{where}, {key}") for gene, symbol in pairs)
        return [strip_version(gene) for gene in genes]

    plain: dict[str, Any] = replace_titled(part, schema, "genes", ids_of)
    study = plain.get("study", {})
    if isinstance(study.get("deleted_gene"), dict):
        ((study["deleted_gene"], symbol),) = study["deleted_gene"].items()
        named.append(NamedGene(strip_version(study["deleted_gene"]), symbol, f"{where}, study.deleted_gene"))
        study.setdefault("deleted_gene_symbol", symbol)
    if study.get("deleted_gene"):
        study["deleted_gene"] = strip_version(study["deleted_gene"])
    if study.get("deleted_gene") and study.get("deleted_gene_symbol"):
        named.append(
            NamedGene(study["deleted_gene"], study["deleted_gene_symbol"], f"{where}, study.deleted_gene_symbol")
        )
    return plain, named


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Join two groups of keys, and groups in both; of all else the second wins."""
    both = {
        key: _over(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
        for key, value in above.items()
    }
    return below | both


def _joined(parts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Join the files of a configuration, by their names; none may say again what another says."""
    joined: dict[str, Any] = {}
    said: dict[str, str] = {}
    for name, part in parts.items():
        for key in _leaves(part):
            if key in said:
                raise StudyError(
                    f"two files say `{key}`",
                    where=f"{said[key]} and {name}",
                    expected=f"each key in one of the files of {CONFIG}, files; what stands in {CONFIG} itself wins over them",
                    remedy="remove it from one of them",
                )
            said[key] = name
        joined = _over(joined, part)
    return joined


def _leaves(part: dict[str, Any], prefix: str = "") -> list[str]:
    """List the keys that hold no group of keys, with dots."""
    inner = ((f"{prefix}{key}", value) for key, value in part.items())
    return [
        name
        for key, value in inner
        for name in (_leaves(value, f"{key}.") if isinstance(value, dict) and value else [key])
    ]


def _files_with(key: str, files: dict[str, dict[str, Any]]) -> str:
    """Name the files that say something of a key, of which the first wins; config.yaml where none does, and a default holds."""
    found = []
    for name, content in files.items():
        part: Any = content
        for step in key.split("."):
            part = part.get(step) if isinstance(part, dict) else None
        if part is not None:
            found.append(name)
            if not isinstance(part, dict):
                break
    return listed(found, most=len(found)) or CONFIG


def _check_symbols(named: Sequence[NamedGene], curated: str, folder: Path) -> None:
    """Check that ids and symbols fit each other, in the configuration and in the curated sets, which know many of them.

    Raises:
        StudyError: an id has another symbol there, or a symbol another id.
    """
    if not named:
        return
    symbols: dict[str, set[str]] = {}
    ids: dict[str, set[str]] = {}
    lists = read_gene_lists([] if curated == "none" else list_files(folder / curated))
    members = zip(lists.members["gene_id"], lists.members["symbol"], strict=True)
    for gene_id, symbol in [*members, *lists.known.symbols.items()]:
        symbols.setdefault(gene_id, set()).add(symbol)
        ids.setdefault(symbol, set()).add(gene_id)
    wrong: dict[str, str] = {}
    for gene in named:
        if gene.gene_id != gene.symbol and (gene.gene_id in ids or gene.symbol in symbols):
            wrong.setdefault(f"{gene.gene_id}: {gene.symbol}, the symbol before the id", gene.where)
        elif gene.symbol not in symbols.setdefault(gene.gene_id, {gene.symbol}):
            pair = f"{gene.gene_id}: {gene.symbol}, elsewhere {listed(sorted(symbols[gene.gene_id]))}"
            wrong.setdefault(pair, gene.where)
        elif gene.gene_id not in ids.setdefault(gene.symbol, {gene.gene_id}):
            pair = f"{gene.gene_id}: {gene.symbol}, which elsewhere is {listed(sorted(ids[gene.symbol]))}"
            wrong.setdefault(pair, gene.where)
    if wrong:
        raise StudyError(
            "the id and the symbol are those of different genes",
            details=[f"{pair} ({where})" for pair, where in wrong.items()],
            where=next(iter(wrong.values())),
            expected=f"ids and symbols as in the tables of {curated}, and the same ones everywhere in the configuration",
            remedy="correct the id or the symbol",
        )
