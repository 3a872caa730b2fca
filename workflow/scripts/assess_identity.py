"""Look whether the gene is deleted, from its level, its exons and its junctions, and whether the tissue is the one named.

A swap that shows is a failed gate, which stops the study; nothing is relabelled.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design
from claimcheck.qc import gates as quality_gates
from claimcheck.qc.exons import join_profiles
from claimcheck.qc.identity import assess_knockout, read_exons
from claimcheck.qc.tissue import assess_tissue
from claimcheck.quantification.genes import read_annotation


def main(
    *,
    counts: Path,
    tpm: Path | None,
    samples: Path,
    size_factors: Path,
    composition: Path,
    profiles: list[Path],
    transcripts: Path | None,
    gene_sets: list[Path],
    identity: dict[str, Any],
    deleted_gene: str | None,
    deleted_gene_symbol: str | None,
    groups: Design,
    levels: Path,
    effects: Path,
    exons: Path,
    junctions: Path,
    carriers: Path,
    outcome: Path,
    gates: Path,
) -> None:
    """Write levels, effects, exons, junctions, carriers, outcomes and gates; tables of what is not asked are empty."""
    sheet = read_table(samples)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    annotation = read_annotation(transcripts, gene_sets, {deleted_gene: deleted_gene_symbol})
    by_sample = {path.stem: read_table(path) for path in profiles}
    exon_table, junction_table, calls = join_profiles(by_sample, sheet, identity["junction"])
    seen = read_exons(exon_table, calls, groups, depth_p=identity["depth_p"])
    gene = (deleted_gene, annotation.symbols_of([deleted_gene])[0]) if deleted_gene else None
    compared = read_table(composition)
    factors = read_table(size_factors).set_index("sample")["size_factor"]
    found = assess_knockout(
        counted,
        sheet,
        seen=seen,
        gene=gene,
        settings=identity,
        composition=compared,
        size_factors=factors,
        design=groups,
    )
    outcomes, raised = found.outcomes, found.gates
    if identity["tissue"]:
        levels_tpm = read_table(tpm).set_index("gene_id") if tpm else None
        judged, gate = assess_tissue(
            counted / factors[list(sheet["sample"])], levels_tpm, identity["tissue"], annotation
        )
        outcomes, raised = [*outcomes, judged], [*raised, gate]
    write_table(exon_table, exons)
    write_table(junction_table, junctions)
    write_table(calls, carriers)
    write_table(found.levels, levels)
    write_table(found.effects, effects)
    write_table(pd.DataFrame(outcomes, columns=["question", "outcome", "sentence"]), outcome)
    write_table(quality_gates.as_table(raised), gates)


run(main)
