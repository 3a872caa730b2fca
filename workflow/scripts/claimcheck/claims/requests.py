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
from claimcheck.gene_sets.curated import read_curated
from claimcheck.quantification.gene_naming import StudyGenes, study_genes

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
        explored: what exploratory claims look at, a group of genes a set: panel (the claim), part (the set, "" for genes named
            one by one), genes (symbols by id), left_out (ids that the claim's variant leaves out).
        publication: DOI of the paper that the claims are taken from, or "".
    """

    kept_genes: list[str]
    left_out: dict[str, list[str]]
    tests: dict[str, Any]
    sections: list[str]
    explored: list[dict[str, Any]]
    publication: str = ""


def requests_of_study(configuration: Mapping[str, Any], folder: Path = Path()) -> Requests:
    """Read the requests of a study from its completed configuration; see `read_requests`.

    Raises:
        StudyError: also where the parts of the study contradict each other; see `require_agreement`.
    """
    register, gene_sets = configuration["claims"], configuration["gene_sets"]
    reference = gene_sets["reference_expression"]
    counted = study_genes(configuration)
    parts = _read_parts(None if register == "none" else Path(register), gene_sets["curated"], counted)
    requests = _requests(
        parts,
        curated=gene_sets["curated"],
        reference_expression=None if reference == "none" else Path(reference),
        counted=counted,
    )
    require_agreement(configuration, folder, parts, counted)
    return requests


def read_requests(
    claims: Path | None, *, curated: str, reference_expression: Path | None, counted: StudyGenes | None = None
) -> Requests:
    """Read the curated sets and the register of a study, and what the latter asks for.

    Args:
        claims: the register; None where a study has none.
        curated: folder of the curated sets, or "none".
        reference_expression: the table that variants may leave genes out by, or None.
        counted: the genes of the table of counts that the study starts from, or None.

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
        return Requests([], {WHOLE: []}, standard_tests(), [], [])
    looked_at = {*planned_genes(register)["gene_id"], *readout_genes(register)}
    if counted:
        counted.require({parts.path: sorted(looked_at)} | places)
    reference = read_reference(register, reference_expression)
    by_set = {str(name): list(rows) for name, rows in members.groupby("set")["gene_id"]}
    return Requests(
        sorted(looked_at),
        {name: sorted(left_out_genes(register, name, by_set, reference)) for name in register.primary["variants"]},
        _tests_of_others(asdict(register.tests), register.primary["negative_controls"]["matching"]),
        sorted({key.partition(".")[0] for key in register.primary["configuration"]}),
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
