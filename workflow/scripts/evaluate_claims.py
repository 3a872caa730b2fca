"""Decide every claim of the register, from counts, gates, composition and identity."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.claims.artefacts import add_readouts
from claimcheck.claims.decide import EarlierResults
from claimcheck.claims.evaluate import evaluate
from claimcheck.claims.model import THREE_PRIME_BIAS
from claimcheck.claims.register import describe_register, read_register
from claimcheck.claims.resolve import planned_genes, planned_sets, read_reference, readout_genes
from claimcheck.claims.tests import Data
from claimcheck.core.gene_lists import read_gene_lists
from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design, read_model
from claimcheck.gene_sets.published.map import read_all_sets
from claimcheck.gene_sets.variation import read_variation
from claimcheck.qc.panels import select_genes
from claimcheck.quantification.genes import read_annotation


@dataclass(frozen=True)
class Outputs:
    """Where the tables are written."""

    verdicts: Path
    robustness: Path
    specifications: Path
    leave_one_out: Path
    vetoes: Path
    procedure: Path
    artefacts: Path
    pattern: Path
    pattern_readouts: Path
    controls: Path
    calibration: Path
    members: Path
    levels: Path
    set_tests: Path
    gene_tests: Path
    register: Path


def main(
    *,
    claims: Path,
    gene_sets: list[Path],
    reference_expression: Path | None,
    reference_variation: Path | None,
    transcripts: Path | None,
    complete_reference: bool,
    counts: Path,
    tpm: Path | None,
    model: Path,
    steps: Path,
    genes: Path,
    gates: Path,
    composition: Path,
    libraries: Path | None,
    outcomes: Path,
    outliers: Path,
    downloaded_sets: Path,
    downloaded_members: Path,
    groups: Design,
    configuration: dict[str, Any],
    outputs: Outputs,
) -> None:
    """Read the results of the phases before, evaluate the register, and write its tables."""
    sets, members = read_all_sets(gene_sets, downloaded_sets, downloaded_members)
    annotation = read_annotation(transcripts, gene_sets)
    symbols = dict(zip(annotation.genes["gene_id"], annotation.genes["symbol"], strict=True))
    register = read_register(
        claims,
        sets=sets,
        members=members,
        known=read_gene_lists(gene_sets).known,
        annotation=symbols if complete_reference else None,
    )
    sheet, design = read_model(model, steps, groups)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    reference = read_reference(register, reference_expression)
    composed = read_table(composition)
    panel_levels = composed.pivot(index="sample", columns="panel", values="level")
    if libraries:
        panel_levels[THREE_PRIME_BIAS] = read_table(libraries).set_index("sample")[THREE_PRIME_BIAS]
    housekeeping = register.primary["negative_controls"].get("housekeeping")
    planned = planned_sets(register, sets, members, reference)
    looked_at = planned_genes(register)
    scores = composed.pivot(index="sample", columns="panel", values="score")
    differential = configuration["differential"]
    data = Data(
        counts=counted,
        samples=sheet,
        design=design,
        composition_genes=select_genes(
            differential["size_factors_without"],
            annotation.members,
            annotation.genes,
            where="config/config.yaml, differential.size_factors_without",
        )
        or frozenset(),
        panels=scores.reindex(sheet["sample"]),
        panel_levels=panel_levels.reindex(sheet["sample"]),
        set_genes={str(name): tuple(rows) for name, rows in members.groupby("set")["gene_id"]},
        reference=pd.DataFrame() if reference is None else reference.set_index("gene_id"),
        planned=add_readouts(planned, register, members, (housekeeping,) if housekeeping else ()),
        gene_ids=tuple(dict.fromkeys([*looked_at["gene_id"], *readout_genes(register)])),
        tests=register.tests,
        detected_counts=register.rules.detected_counts,
    )
    flagged = read_table(outliers)
    study = EarlierResults(
        genes=read_table(genes),
        tpm=read_table(tpm).set_index("gene_id") if tpm else None,
        gates=read_table(gates),
        outcomes=read_table(outcomes),
        outliers=tuple(flagged.loc[flagged["flagged"], "sample"]),
        min_count=differential["min_count"],
        min_residual_df=configuration["design"]["min_residual_df"],
        available=tuple(sets["set"]),
        variation=read_variation(reference_variation) if reference_variation else None,
    )
    tables = evaluate(register, data, study)
    tables["register"] = describe_register(register, configuration)
    for name, path in vars(outputs).items():
        write_table(tables[name], path)


run(main)
