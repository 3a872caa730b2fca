"""Measure what the counts say of the samples: composition, sex, similarity, size factors, principal components."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.steps import run
from claimcheck.core.tables import listed, read_table, write_table
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.filtering import filter_genes
from claimcheck.deseq2.levels import log2_cpm
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.qc import composition, gates, panels, projection, sex, similarity
from claimcheck.quantification.genes import Annotation, read_annotation


@dataclass(frozen=True)
class Outputs:
    """Where the tables are written."""

    shares: Path
    composition: Path
    composition_groups: Path
    sex: Path
    similarity: Path
    outliers: Path
    size_factors: Path
    pca: Path
    pca_covariates: Path
    gates: Path


def main(
    *,
    counts: Path,
    first_gates: list[Path],
    samples: Path,
    mapping: Path | None,
    transcripts: Path | None,
    gene_sets: list[Path],
    quality: dict[str, Any],
    identity: dict[str, Any],
    differential: dict[str, Any],
    groups: Design,
    outputs: Outputs,
) -> None:
    """Write all tables and the gates on them."""
    sheet = read_table(samples)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    annotation = read_annotation(transcripts, gene_sets)
    tested = _comparable(counted, sheet, differential["min_count"], first_gates, quality["accepted"])
    unused = _genes(differential["size_factors_without"], annotation, "differential.size_factors_without")
    factors = estimate_size_factors(tested, unused or frozenset())
    factors["library_size"] = factors["sample"].map(counted.sum())
    of_samples = factors.set_index("sample")["size_factor"]
    levels = log2_cpm(counted, of_samples)

    shown = {name: _genes(group, annotation, f"quality.shares.{name}") for name, group in quality["shares"].items()}
    shares = panels.count_shares(counted, shown)
    members = {
        name: _genes({"sets": [name]}, annotation, "quality.panels") or frozenset() for name in quality["panels"]
    }
    rule = quality["composition"]
    conditions = sheet.set_index("sample")["condition"]
    detected = panels.detected_genes(levels, members, conditions, min_level=rule["min_level"])
    scores = panels.score_panels(levels, detected, min_genes=rule["min_genes"])
    differing = {key: rule[key] for key in ("min_genes", "standardised_difference", "log2_ratio")}
    compared = composition.compare_panels(scores, members, detected, sheet, groups, **differing)
    stated = dict(zip(sheet["sample"], sheet["sex"], strict=True))
    genes_of_sex = {name: identity[name] for name in ("female_genes", "male_genes")}
    called = sex.check_sex(levels, stated, **genes_of_sex, thresholds=sex.SexThresholds(**identity["sex"]))

    values, is_stabilised = projection.stabilise(tested, of_samples)
    pca = projection.project_variants(values, frozenset().union(*members.values()))
    mapped = read_table(mapping) if mapping else None
    known = projection.gather_covariates(sheet, groups, scores, mapped, counted.sum())
    first = pca[pca["variant"] == "top_500"]
    alike = similarity.correlate(counted, **quality["similarity"])
    outliers = similarity.find_outliers(alike, first, sheet, **quality["outliers"])

    aligned = composition.aligned_panels(first, scores, min_correlation=rule["component_correlation"])
    banner = composition.composition_banner(aligned, compared)
    found = [
        *sex.sex_gates(called),
        *similarity.duplicate_gates(alike, limit=quality["duplicate_correlation"]),
        *similarity.outlier_gates(outliers, sheet),
        *panels.share_gates(shares, quality["shares"]),
        *composition.composition_gates(compared, banner),
        gates.size_factor_gate(factors, quality["size_factor_difference"]),
        gates.size_factor_method_gate(factors),
        gates.component_gate(is_stabilised),
    ]
    write_table(shares, outputs.shares)
    write_table(scores, outputs.composition)
    write_table(compared, outputs.composition_groups)
    write_table(called, outputs.sex)
    write_table(alike, outputs.similarity)
    write_table(outliers, outputs.outliers)
    write_table(factors, outputs.size_factors)
    write_table(pca, outputs.pca)
    write_table(projection.pca_covariates(pca, known), outputs.pca_covariates)
    write_table(gates.as_table(found), outputs.gates)


def _comparable(
    counts: pd.DataFrame, sheet: pd.DataFrame, min_count: int, first_gates: list[Path], accepted: list[dict[str, str]]
) -> pd.DataFrame:
    """Keep the genes with enough counts; where too few are left, the gates on what was counted say why, if they failed."""
    try:
        tested = filter_genes(counts, sheet, min_count=min_count, keep=frozenset())
        without = [sample for sample, total in tested.sum().items() if total == 0]
        if without:
            raise StudyError(
                f"{listed(without)}: not one count of the {len(tested):,} genes that can be compared",
                where="results/counts/gene_counts.tsv",
                expected="counts in every sample",
                remedy="leave the sample out by stating the others in the sample sheet",
            )
    except StudyError:
        found = pd.concat([read_table(path) for path in first_gates])
        named = [entry for entry in accepted if entry["gate"] in set(found["gate"])]
        gates.require_passed(gates.mark_accepted(found, named), where="results/quality/gates")
        raise
    return tested


def _genes(group: dict[str, Any], annotation: Annotation, key: str) -> frozenset[str] | None:
    return panels.select_genes(group, annotation.members, annotation.genes, where=f"config/config.yaml, {key}")


run(main)
