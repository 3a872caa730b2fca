"""Planted worlds at the level of counts, taken through composition and differential expression to what claims are decided from."""

from copy import deepcopy
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.claims.artefacts import add_readouts
from claimcheck.claims.decide import EarlierResults
from claimcheck.claims.model import Register, Tests
from claimcheck.claims.resolve import planned_genes, planned_sets, read_reference, readout_genes
from claimcheck.claims.tests import Data
from claimcheck.core.gene_lists import MEMBER_COLUMNS
from claimcheck.core.study import read_study
from claimcheck.core.tables import read_table
from claimcheck.deseq2.covariates import choose_covariates
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.filtering import filter_genes, has_enough_counts
from claimcheck.deseq2.levels import log2_cpm
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.gene_sets.curated import SET_COLUMNS
from claimcheck.qc import panels
from claimcheck.quantification.genes import read_annotation
from claimcheck.simulation.world import World, build_world, draw_counts
from support.defaults import detected_genes, fit, score_panels
from support.own import MEMBERS, REGISTER, SETS

ROOT = Path(__file__).resolve().parents[2]
GENE_SETS = ROOT / "config/gene_sets"
REFERENCE = GENE_SETS / "reference/bone_expression.tsv"
DEMO = read_study(ROOT / "demo")

NO_SETS = pd.DataFrame(columns=[*SET_COLUMNS, "version", "sha256"])
NO_MEMBERS = pd.DataFrame(columns=[*MEMBER_COLUMNS, "yielded_to"])
"""The tables of published sets of a study that fetches none."""

OTHER_TISSUES = {"marrow": "admixed", "muscle": "adhering"}
"""What clings to bone, and what the simulation calls it."""

PAPER = {
    "sets": {
        "WNT_TARGETS_T1": 1.0,
        "OSTEOBLAST": 1.0,
        "DENDRICITY_LCN": 0.8,
        "FERRO_MARKERS": -1.0,
        "ATF4_STRESS": -1.0,
        "FERRO_DRIVER_CORE": -0.6,
        "WNT_ANTAGONISTS": -0.6,
    },
    # Atf3 is one of the genes that tell of handling.
    "genes": {"Dkk1": -1.6, "Sost": -1.6, "Atf3": 0.0},
}
"""What the demo plants, far above what six animals a group can detect."""
NOTHING: dict[str, dict[str, float]] = {"sets": {}, "genes": {}}


@dataclass(frozen=True)
class Planted:
    """A world, and what is known of it."""

    world: World
    register: Register
    data: Data
    study: EarlierResults


def plant(
    effects: dict[str, dict[str, float]],
    *,
    animals: int | dict[str, int] = 3,
    carry_over: dict[str, float] | None = None,
    fillers: int | None = None,
    fragments: int = 2_000_000,
    seed: int = 1,
    outcomes: dict[str, str] | None = None,
    **changes: Any,
) -> Planted:
    """Plant a world and take its counts through the phases before the claims.

    Args:
        effects: log2 fold changes, knockout / control, of sets and genes.
        animals: of each sex in each group, or by sex.
        carry_over: log2 change in knockouts of OTHER_TISSUES.
        fillers: genes in no set.
        fragments: counts an animal.
        seed: of everything.
        outcomes: of the quality questions, confirmed where absent.
        changes: of `Data` and its `tests`.
    """
    settings = deepcopy(DEMO["simulation"]["world"])
    settings["effects"] = deepcopy(effects)
    of_each = animals if isinstance(animals, dict) else dict.fromkeys(("female", "male"), animals)
    settings["animals"] = {group: dict(of_each) for group in ("control", "knockout")}
    settings["filler"]["genes"] = fillers or settings["filler"]["genes"]
    for tissue, shift in (carry_over or {}).items():
        settings["carry_over"][OTHER_TISSUES[tissue]]["knockout_shift"] = shift
    world = build_world(settings, MEMBERS, read_table(REFERENCE), seed)
    counts = draw_counts(world, fragments, seed).rename_axis(columns=None)
    sheet = world.samples[["animal", "condition", "sex"]].rename(columns={"animal": "sample"})
    design, _ = choose_covariates(sheet, Design("knockout", "control"), min_residual_df=4, min_cell=2)

    annotation = read_annotation(None, list(GENE_SETS.glob("*.tsv")))
    unused = panels.select_genes(
        DEMO["differential"]["size_factors_without"], annotation.members, annotation.genes, where=""
    )
    tested = counts[has_enough_counts(counts, sheet, min_count=10)]
    factors = estimate_size_factors(tested, unused or frozenset()).set_index("sample")["size_factor"]
    levels = log2_cpm(counts, factors)
    genes_of = {name: set(MEMBERS.loc[MEMBERS["set"] == name, "gene_id"]) for name in DEMO["quality"]["panels"]}
    detected = detected_genes(levels, genes_of, sheet.set_index("sample")["condition"])
    scores = score_panels(levels, detected)

    claims = REGISTER
    gene_ids = tuple(dict.fromkeys([*planned_genes(claims)["gene_id"], *readout_genes(claims)]))
    filtered = filter_genes(counts, sheet, min_count=10, keep=set(gene_ids))
    table, _ = fit(filtered, sheet, design, alpha=0.05, unused_for_size_factors=unused or frozenset())
    reference = read_reference(claims, REFERENCE)
    planned = planned_sets(claims, SETS, MEMBERS, reference)
    of_tests = {field.name: changes.pop(field.name) for field in fields(Tests) if field.name in changes}
    known: dict[str, Any] = {
        "counts": counts,
        "samples": sheet,
        "design": design,
        "composition_genes": unused or frozenset(),
        "panels": scores.pivot(index="sample", columns="panel", values="score").reindex(sheet["sample"]),
        "panel_levels": scores.pivot(index="sample", columns="panel", values="level").reindex(sheet["sample"]),
        "set_genes": {str(name): tuple(rows) for name, rows in MEMBERS.groupby("set")["gene_id"]},
        "reference": pd.DataFrame() if reference is None else reference.set_index("gene_id"),
        "planned": add_readouts(planned, claims, MEMBERS, ("HOUSEKEEPING_NEG",)),
        "gene_ids": gene_ids,
        "tests": replace(claims.tests, **of_tests),
        "detected_counts": claims.rules.detected_counts,
    }
    answers = {"knockout": "confirmed", "tissue": "confirmed"} | (outcomes or {})
    study = EarlierResults(
        genes=table,
        tpm=counts / counts.sum() * 1e6,
        gates=pd.DataFrame(columns=["gate", "scope", "status", "reason"]),
        outcomes=pd.DataFrame([(key, value, f"{value}: as planted") for key, value in answers.items()]).set_axis(
            ["question", "outcome", "sentence"], axis="columns"
        ),
        outliers=(),
        min_count=10,
        min_residual_df=4,
        available=tuple(SETS["set"]),
    )
    return Planted(world, claims, Data(**(known | changes)), study)
