"""What the claims ask of other steps: genes to keep whatever their counts, how variants thin sets out, numbers of the tests.

They stay the same when a number of the verdicts changes, so that nothing but the verdicts is made again.
Every call of Snakemake reads them: nothing here imports the libraries that compute, which take seconds to load.
"""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from claimcheck.claims.agreement import Parts, require_agreement
from claimcheck.claims.model import Register
from claimcheck.claims.register import read_register
from claimcheck.claims.resolve import left_out_genes, planned_genes, planned_sets, read_reference, readout_genes
from claimcheck.core.gene_lists import list_files, read_gene_lists
from claimcheck.core.schemas import load_schema
from claimcheck.core.standards import Levels
from claimcheck.core.study import Gathered, complete_configuration
from claimcheck.gene_sets.curated import read_curated
from claimcheck.quantification.count_files import CountFiles
from claimcheck.quantification.study_genes import StudyGenes, configured_genes, study_genes

WHOLE = "full"
"""The variant in which sets are tested where there is no register."""

_ASKED = ("few_residual_df", "least_correlation")


class Requests(NamedTuple):
    """What the claims ask for.

    Attributes:
        kept_genes: ids of the genes that claims look at one by one, sorted.
        left_out: ids of the genes that each variant of sets leaves out, sorted.
        tests: few_residual_df, least_correlation, levels (attributes of `Levels`) and matching (of `Matching`) of the tests that
            other steps make as well.
        sections: sections of the configuration that the primary analysis is registered with, sorted.
        wanted: ids of the genes that the study names, by where, of which its data must have some; empty for gene sets that have
            none.
        explored: what exploratory claims look at, a group of genes a set: panel (the claim), part (the set, "" for genes named
            one by one), genes (symbols by id), left_out (ids that the claim's variant leaves out).
        publication: DOI of the paper that the claims are taken from, or "".
    """

    kept_genes: list[str]
    left_out: dict[str, list[str]]
    tests: dict[str, Any]
    sections: list[str]
    wanted: dict[str, list[str]]
    explored: list[dict[str, Any]]
    publication: str = ""


class Study(NamedTuple):
    """A study as every call of Snakemake reads it.

    Attributes:
        configuration: complete; genes have ids where the data say which.
        symbols: those that the configuration says, by id.
        count_files: of the samples, where a study starts from counts in a file for each.
        requests: what the claims ask for.
    """

    configuration: dict[str, Any]
    symbols: dict[str, str]
    count_files: CountFiles | None
    requests: Requests


def read_whole_study(gathered: Gathered, *, folder: Path) -> Study:
    """Read the configuration of a study, what it names, and the genes of its data, and hold them against each other.

    Args:
        gathered: the configuration.
        folder: the study folder, to which paths are relative.

    Raises:
        StudyError: see `complete_configuration`, `study_genes`, `read_requests` and `require_agreement`.
    """
    configuration, symbols = complete_configuration(gathered, folder=folder), gathered.symbols
    counted = study_genes(configuration, symbols)
    configuration = counted.configuration if counted else configuration
    register, gene_sets = configuration["claims"], configuration["gene_sets"]
    reference = gene_sets["reference_expression"]
    parts = _read_parts(None if register == "none" else Path(register), gene_sets["curated"], counted)
    requests = _requests(
        parts,
        curated=gene_sets["curated"],
        reference_expression=None if reference == "none" else Path(reference),
        counted=counted,
    )
    require_agreement(configuration, folder, parts, counted)
    wanted = requests.wanted | configured_genes(configuration)
    return Study(configuration, symbols, counted.files if counted else None, requests._replace(wanted=wanted))


def read_requests(
    claims: Path | None, *, curated: str, reference_expression: Path | None, counted: StudyGenes | None = None
) -> Requests:
    """Read the curated sets and the register of a study, and what the latter asks for.

    Args:
        claims: the register; None where a study has none.
        curated: folder of the curated sets, or "none".
        reference_expression: the table that variants may leave genes out by, or None.
        counted: the genes of the data that the study starts from, or None where the reference will tell.

    Raises:
        StudyError: the sets or the register are wrong, or it lacks what it needs.
    """
    parts = _read_parts(claims, curated, counted)
    return _requests(parts, curated=curated, reference_expression=reference_expression, counted=counted)


def _read_parts(claims: Path | None, curated: str, counted: StudyGenes | None) -> Parts:
    files = [] if curated == "none" else list_files(Path(curated))
    symbols = counted.symbols if counted else {}
    sets, members = read_curated(files, symbols)
    if claims is None:
        return Parts(None, "", sets, members)
    register = read_register(
        claims,
        sets=sets,
        members=members,
        known=read_gene_lists(files, symbols).known,
        counted=counted.ids if counted else frozenset(),
    )
    return Parts(register, str(claims), sets, members)


def _requests(parts: Parts, *, curated: str, reference_expression: Path | None, counted: StudyGenes | None) -> Requests:
    register, _, sets, members = parts
    places = {f"gene sets of {curated}": sorted(set(members["gene_id"]))}
    if register is None:
        if counted:
            counted.require(places)
        return Requests([], {WHOLE: []}, standard_tests(), [], places, [])
    looked_at = {*planned_genes(register)["gene_id"], *readout_genes(register)}
    places = {parts.path: sorted(looked_at)} | places
    if counted:
        counted.require(places)
    reference = read_reference(register, reference_expression)
    by_set = {str(name): list(rows) for name, rows in members.groupby("set")["gene_id"]}
    return Requests(
        sorted(looked_at),
        {name: sorted(left_out_genes(register, name, by_set, reference)) for name in register.primary["variants"]},
        _tests_of_others(asdict(register.tests), register.primary["negative_controls"]["matching"]),
        sorted({key.partition(".")[0] for key in register.primary["configuration"]}),
        places,
        _explored(register, sets, members, reference),
        register.publication,
    )


def standard_tests() -> dict[str, Any]:
    """Return the numbers of tests where there is no register, and no verdict: the defaults of its schema."""
    primary = load_schema("claims.schema.yaml")["properties"]["primary"]["properties"]
    matching = primary["negative_controls"]["properties"]["matching"]
    tests, of_matching = (
        {name: rule["default"] for name, rule in part["properties"].items() if "default" in rule}
        for part in (primary["tests"], matching)
    )
    return _tests_of_others(tests, of_matching)


def _tests_of_others(tests: Mapping[str, Any], matching: Mapping[str, Any]) -> dict[str, Any]:
    levels = {level.name: tests[level.name] for level in fields(Levels)}
    return {name: tests[name] for name in _ASKED} | {"levels": levels, "matching": dict(matching)}


def _explored(
    register: Register, sets: pd.DataFrame, members: pd.DataFrame, reference: pd.DataFrame | None
) -> list[dict[str, Any]]:
    """List the genes of the exploratory claims, set by set, whole and as the claim's variant thins them out."""
    only = {name: claim for name, claim in register.claims.items() if claim.kind == "exploratory"}
    planned = planned_sets(replace(register, claims=only), sets, members, reference)
    groups = []
    for claim in only.values():
        own = planned[planned["claim"] == claim.id]
        for run in dict.fromkeys(own["run"]):
            # The variants differ in what they leave out, so the whole set is their union.
            whole = own[own["run"] == run].drop_duplicates("gene_id")
            kept = set(own.loc[(own["run"] == run) & own["primary"], "gene_id"])
            symbols = dict(zip(whole["gene_id"], whole["symbol"], strict=True))
            groups.append(_group(claim.id, run, symbols, [gene for gene in symbols if gene not in kept]))
        if claim.genes:
            groups.append(_group(claim.id, "", {gene.gene_id: gene.symbol for gene in claim.genes}, []))
    return groups


def _group(panel: str, part: str, genes: dict[str, str], left_out: list[str]) -> dict[str, Any]:
    return {"panel": panel, "part": part, "genes": genes, "left_out": left_out}
