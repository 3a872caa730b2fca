"""Whether the parts of a study agree with each other, as far as that is known before there are any data.

Configuration, claims register, gene sets, reference tables and sample sheet name each other's sets, genes, groups and columns.
What does not fit would otherwise stop the study once the reads are fetched and counted. Every call of Snakemake looks: nothing
here imports the libraries that compute.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from claimcheck.claims.model import THREE_PRIME_BIAS, Register
from claimcheck.claims.resolve import planned_genes, readout_genes
from claimcheck.claims.sheets import require_sheet
from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import SPECIES, common_kind, kind_of, species_of_kind
from claimcheck.core.schemas import load_schema, replace_titled
from claimcheck.core.tables import listed
from claimcheck.gene_sets.published.sources import read_published
from claimcheck.gene_sets.variation import read_variation
from claimcheck.qc.panels import select_genes
from claimcheck.quantification.study_genes import StudyGenes
from claimcheck.sourcing.samples import compile_patterns
from claimcheck.sourcing.surroundings import may_add

_CONFIG = "config/config.yaml"


class Parts(NamedTuple):
    """The claims register and its path (None and "" where a study has none), and the curated sets and their members."""

    register: Register | None
    path: str
    sets: pd.DataFrame
    members: pd.DataFrame


def require_agreement(
    configuration: Mapping[str, Any], folder: Path, parts: Parts, counted: StudyGenes | None = None
) -> None:
    """Check all that the parts of a study say of each other.

    Args:
        configuration: from `read_configuration`.
        folder: the study folder.
        parts: its register and curated sets.
        counted: the genes of the data that the study starts from, or None.

    Raises:
        StudyError: a set, panel, column, group or name is nowhere to be found, or genes are those of another species.
    """
    _require_sets(configuration, parts.members)
    _require_published(configuration, parts)
    _require_panels(configuration, parts)
    variation = _variation(configuration, folder)
    if variation is not None:
        _require_slopes(parts, variation)
    _require_groups(configuration)
    _require_species(configuration, parts, variation, counted)
    sheet = require_sheet(configuration, folder, counted)
    if parts.register and sheet is not None:
        from_archive = configuration["start_from"] == "archive"
        _require_alternatives(parts.register, parts.path, list(sheet.columns), from_archive=from_archive)


def _require_sets(configuration: Mapping[str, Any], members: pd.DataFrame) -> None:
    """Check the curated sets, and the patterns of symbols, that checks of the samples name."""
    nothing = pd.DataFrame(columns=["gene_id", "symbol"])
    for key, group in _groups(configuration):
        select_genes({**group, "biotypes": ()}, members, nothing, where=f"{_CONFIG}, {key}")


def _groups(configuration: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """List the groups of genes that the configuration names, as `select_genes` takes them, with their keys."""
    quality, differential = configuration["quality"], configuration["differential"]
    yield "quality.panels", {"sets": quality["panels"]}
    yield from ((f"quality.shares.{name}", group) for name, group in quality["shares"].items())
    yield "differential.size_factors_without", differential["size_factors_without"] or {}
    tissue = configuration["identity"]["tissue"] or {}
    yield "identity.tissue.panel", {"sets": list(filter(None, [tissue.get("panel")]))}
    for name, layout in configuration["report"]["set_effects"].items():
        yield f"report.set_effects.{name}.confounders", {"sets": layout.get("confounders", ())}


def _require_published(configuration: Mapping[str, Any], parts: Parts) -> None:
    """Check the published sets: their names and addresses, and that figures name sets that there may be.

    Without collections nobody knows their names, and figures leave out what there is not.
    """
    published = read_published(configuration["collections"])
    names = {one.name for collection in published for one in collection.sets}
    twice = sorted(names & set(parts.sets["set"]))
    if twice:
        raise StudyError(
            f"a published set has the name of a curated one: {listed(twice)}",
            where=f"{_CONFIG}, collections.sources",
            expected="every set named once",
            remedy="rename the published set",
        )
    possible = names | set(parts.sets["set"]) | set(parts.register.primary["optional_sets"] if parts.register else ())
    for name, layout in configuration["report"]["set_effects"].items():
        unknown = sorted(set(chain.from_iterable(layout.get("groups", {}).values())) - possible)
        if unknown and published:
            raise StudyError(
                f"no gene set is called {listed(unknown)}",
                where=f"{_CONFIG}, report.set_effects.{name}.groups",
                expected="curated or published sets of the family",
                remedy="correct the name, or add the set",
            )


def _require_panels(configuration: Mapping[str, Any], parts: Parts) -> None:
    """Check that the panels of vetoes are measured."""
    measured = {*configuration["quality"]["panels"], THREE_PRIME_BIAS}
    for veto in parts.register.vetoes.values() if parts.register else ():
        for name in veto.panels:
            if name not in measured:
                raise StudyError(
                    f"the veto {veto.name} looks at {name}, which is not measured",
                    where=f"{parts.path}, vetoes.{veto.name}",
                    expected=f"panels among quality.panels: {listed(configuration['quality']['panels'], most=20)}",
                    remedy=f"add {name} to quality.panels in {_CONFIG}, or take it out of the veto",
                )


def _variation(configuration: Mapping[str, Any], folder: Path) -> pd.DataFrame | None:
    path = configuration["gene_sets"]["reference_variation"]
    return None if path == "none" else read_variation(folder / path)


def _require_slopes(parts: Parts, variation: pd.DataFrame) -> None:
    """Check that readouts are slopes on columns of numbers that the reference animals have."""
    readouts = parts.register.artefacts.get("readouts", {}) if parts.register else {}
    for name, readout in readouts.items():
        column = readout.get("slope")
        if column and (column not in variation or not pd.api.types.is_numeric_dtype(variation[column])):
            raise StudyError(
                f"the readout {name} is a slope on {column}, which is no column of numbers of the reference samples",
                where=f"{parts.path}, artefacts.readouts.{name}.slope",
                expected=f"a column of gene_sets.reference_variation: {listed(map(str, variation.columns), most=12)}",
                remedy="correct `slope`, or add the column to the table",
            )


def _require_groups(configuration: Mapping[str, Any]) -> None:
    """Check that the descriptions of samples can be read as the two groups, and as the gene that the study deletes."""
    samples, design = configuration["samples"], configuration["design"]
    compile_patterns(samples["patterns"])
    absent = [design[key] for key in ("reference", "test") if design[key] not in samples["patterns"]]
    if samples["patterns"] and absent:
        raise StudyError(
            f"no pattern calls the group {listed(absent)}",
            where=f"{_CONFIG}, samples.patterns: {listed(samples['patterns'], most=10)}",
            expected=f"patterns of {design['reference']} and {design['test']} (design.reference and design.test)",
            remedy="correct the names of the groups, here or in design",
        )
    names = samples.get("conditional_knockout", {}).get("gene", [])
    symbol = configuration["study"]["deleted_gene_symbol"]
    if names and symbol and _bare(symbol) not in map(_bare, names):
        raise StudyError(
            f"the study deletes {symbol}, and its samples are read as those of {listed(names)}",
            where=f"{_CONFIG}, study.deleted_gene and samples.conditional_knockout.gene",
            expected="one gene; its symbol among its names",
            remedy=f"add {symbol} to samples.conditional_knockout.gene, or correct study.deleted_gene",
        )


def _bare(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower())


def _require_species(
    configuration: Mapping[str, Any], parts: Parts, variation: pd.DataFrame | None, counted: StudyGenes | None
) -> None:
    """Check that all genes that the study names are those of one species; ids that tell none are passed over."""
    places = list(_places(configuration, parts, variation))
    own, source = _kind_of_study(configuration, counted, places)
    for place, genes in places:
        foreign = [gene for gene in genes if kind_of(gene) not in ("", own)] if own else []
        if foreign:
            raise StudyError(
                f"{place} names genes of {species_of_kind(kind_of(foreign[0]))}, and {source} is {species_of_kind(own)}",
                where=f"{place}: {listed(foreign, most=5)}",
                expected=f"gene ids that begin with {own}",
                remedy="name the genes of the organism that was sequenced, or correct what says which it is",
            )


def _kind_of_study(
    configuration: Mapping[str, Any], counted: StudyGenes | None, places: list[tuple[str, list[str]]]
) -> tuple[str, str]:
    """Return what the ids of the study's genes begin with, "" if nothing tells, and what tells it."""
    if counted:
        return common_kind(counted.ids), counted.source.name
    tax_id = configuration["study"]["tax_id"]
    of_tax_id = next((kind for kind, (_, number) in SPECIES.items() if number == tax_id), "")
    if configuration["start_from"] == "archive" and of_tax_id:
        return of_tax_id, f"study.tax_id {tax_id}"
    votes = Counter(filter(None, (common_kind(genes) for _, genes in places)))
    return (votes.most_common(1)[0][0] if votes else ""), "what most others name"


def _places(
    configuration: Mapping[str, Any], parts: Parts, variation: pd.DataFrame | None
) -> Iterator[tuple[str, list[str]]]:
    """List where a study names genes, and which: its configuration, register, sets and reference tables."""
    named: list[tuple[str, list[str]]] = []

    def remember(key: str, genes: list[str]) -> list[str]:
        named.append((f"{_CONFIG}, {key}", genes))
        return genes

    replace_titled(dict(configuration), load_schema("config.schema.yaml"), "genes", remember)
    yield from named
    if configuration["study"]["deleted_gene"]:
        yield f"{_CONFIG}, study.deleted_gene", [configuration["study"]["deleted_gene"]]
    if parts.register:
        for claim, rows in planned_genes(parts.register).groupby("claim", sort=False):
            yield f"{parts.path}, claim {claim}", list(rows["gene_id"])
        yield f"{parts.path}, artefacts", list(readout_genes(parts.register))
    curated = configuration["gene_sets"]["curated"]
    for name, rows in parts.members.groupby("set", sort=False):
        yield f"{curated}, set {name}", list(rows["gene_id"])
    if variation is not None:
        yield configuration["gene_sets"]["reference_variation"], list(map(str, variation.index))


def _require_alternatives(register: Register, path: str, columns: list[str], *, from_archive: bool) -> None:
    """Check that other specifications adjust for columns that the sheet has, or that an archive may still say."""
    for name in register.alternatives("covariates"):
        if name not in (*columns, *register.vetoes, "none") and not (from_archive and may_add(name)):
            raise StudyError(
                f"the covariate {name} is neither a column of the sample sheet nor a veto",
                where=f"{path}, primary.alternatives.covariates",
                expected=f"none, one of the vetoes, or one of {listed(columns, most=20)}",
                remedy="correct the name, or take it out",
            )
