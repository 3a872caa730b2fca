"""Map what a study can show before it has data, from its register and from how reference animals vary."""

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.claims.power import Plan, Settings, animals_needed, decided_runs, map_power
from claimcheck.claims.register import read_register
from claimcheck.claims.resolve import planned_genes, planned_sets, read_reference
from claimcheck.core.errors import StudyError
from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.gene_sets.curated import read_curated
from claimcheck.gene_sets.variation import read_variation
from claimcheck.qc.panels import select_genes


def main(
    *,
    claims: Path | None,
    gene_sets: list[Path],
    reference_expression: Path | None,
    reference_variation: Path | None,
    settings: Settings,
    panels: list[str],
    composition: dict[str, Any],
    differential: dict[str, Any],
    power: Path,
    animals: Path,
    inputs: Path,
) -> None:
    """Read the register and the reference, draw and decide, and write the map with what it was made from."""
    if claims is None:
        raise StudyError(
            "there is no register whose claims could be supported",
            where="config/config.yaml, claims",
            expected="a claims register",
            remedy="set claims to the path of one",
        )
    if reference_variation is None:
        raise StudyError(
            "it is not known how animals of one group vary, so that the power of the study cannot be known before its data",
            where="config/config.yaml, gene_sets.reference_variation",
            expected="a table of such animals of the same tissue; config/gene_sets/README.md has its columns",
            remedy="set gene_sets.reference_variation to its path",
        )
    sets, members = read_curated(gene_sets)
    register = read_register(claims, sets=sets, members=members)
    planned = planned_sets(register, sets, members, read_reference(register, reference_expression))
    genes = read_variation(reference_variation)
    plan = make_plan(
        register, planned, genes, members, panels=panels, composition=composition, differential=differential
    )
    table = map_power(plan, settings)
    needed = animals_needed(table, register)
    needed.insert(1, "statement", [register.claims[name].statement for name in needed["claim"]])
    write_table(table, power)
    write_table(needed, animals)
    write_table(describe_inputs(register, planned, reference_variation), inputs)


def make_plan(
    register: Register,
    planned: pd.DataFrame,
    genes: pd.DataFrame,
    members: pd.DataFrame,
    *,
    panels: list[str],
    composition: dict[str, Any],
    differential: dict[str, Any],
) -> Plan:
    """Put together what is drawn; the last three are sections of the configuration."""

    def of_group(group: dict[str, Any], key: str) -> frozenset[str]:
        return select_genes(group, members, genes.reset_index(), where=f"config/config.yaml, {key}") or frozenset()

    adjusting = {panel for claim in register.claims.values() for panel in claim.covariate}
    return Plan(
        register,
        decided_runs(planned),
        genes,
        gene_ids=tuple(planned_genes(register)["gene_id"].unique()),
        composition_genes=of_group(differential["size_factors_without"], "differential.size_factors_without"),
        panels={name: of_group({"sets": [name]}, "quality.panels") for name in panels if name in adjusting},
        min_level=composition["min_level"],
        min_genes=composition["min_genes"],
        min_count=differential["min_count"],
    )


def describe_inputs(register: Register, planned: pd.DataFrame, reference_variation: Path) -> pd.DataFrame:
    """List the checksums of what the map is made from; key, value, note."""
    resolved = planned.to_csv(sep="\t", index=False, lineterminator="\n").encode()
    rows = [
        ("register", register.digest, "SHA-256 of the content of the claims register"),
        (
            "planned",
            hashlib.sha256(resolved).hexdigest(),
            "SHA-256 of the tests of sets that it asks for, gene by gene",
        ),
        (
            "reference_variation",
            hashlib.sha256(reference_variation.read_bytes()).hexdigest(),
            "SHA-256 of the table of reference animals",
        ),
    ]
    return pd.DataFrame(rows, columns=["key", "value", "note"])


run(main)
