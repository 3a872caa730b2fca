"""Measure what the counts say of the samples: composition, sex, similarity, size factors, principal components."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import step
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.differential import has_enough_counts
from claimcheck.deseq2.levels import log2_cpm_of_total
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.qc import gates, panels, similarity
from claimcheck.qc.composition import aligned_panels, compare_panels, composition_banner
from claimcheck.qc.projection import pca_covariates, project_variants, stabilise
from claimcheck.qc.sex import check_sex, sex_gates
from claimcheck.quantification.genes import Annotation, folder_of, read_annotation

CONFIGURATION = "config/config.yaml, "


def main(
    *,
    counts: Path,
    samples: Path,
    mapping: Path | None,
    annotation: Annotation,
    quality: dict[str, Any],
    identity: dict[str, Any],
    differential: dict[str, Any],
    design: Design,
    outputs: dict[str, Path],
) -> None:
    """Write all tables and the gates on them."""
    sheet = read_table(samples)
    counted = read_table(counts).set_index("gene_id")[list(sheet["sample"])]
    levels = log2_cpm_of_total(counted)
    tables: dict[str, pd.DataFrame] = {}

    groups = {name: _genes(group, annotation, f"quality.shares.{name}") for name, group in quality["shares"].items()}
    tables["shares"] = panels.count_shares(counted, groups)
    members = {
        name: _genes({"sets": [name]}, annotation, "quality.panels") or frozenset() for name in quality["panels"]
    }
    detected = panels.detected_genes(levels, members, sheet.set_index("sample")["condition"])
    scores = panels.score_panels(levels, detected)
    compared = compare_panels(scores, members, detected, sheet, design, **quality["composition"])
    tables |= {"composition": scores, "composition_groups": compared}
    tables["sex"] = check_sex(
        levels,
        dict(zip(sheet["sample"], sheet["sex"], strict=True)),
        female_genes=identity["female_genes"],
        male_genes=identity["male_genes"],
    )

    tested = counted[has_enough_counts(counted, sheet, min_count=differential["min_count"])]
    unused = _genes(differential["size_factors_without"], annotation, "differential.size_factors_without")
    tables["size_factors"] = estimate_size_factors(tested, unused or frozenset())
    values = stabilise(tested, tables["size_factors"].set_index("sample")["size_factor"])
    tables["pca"] = project_variants(values, frozenset().union(*members.values()))
    tables["pca_covariates"] = pca_covariates(tables["pca"], _known(sheet, design, scores, mapping, counted.sum()))
    first = tables["pca"][tables["pca"]["variant"] == "top_500"]
    tables["similarity"] = similarity.correlate(counted)
    tables["outliers"] = similarity.find_outliers(tables["similarity"], first)

    banner = composition_banner(aligned_panels(first, scores), compared)
    tables["gates"] = gates.as_table(
        [
            *sex_gates(tables["sex"]),
            *similarity.duplicate_gates(tables["similarity"], limit=quality["duplicate_correlation"]),
            *similarity.outlier_gates(tables["outliers"]),
            *_share_gates(tables["shares"], quality["shares"]),
            *_composition_gates(compared, banner),
            _size_factor_gate(tables["size_factors"], quality["size_factor_difference"]),
        ]
    )
    for name, table in tables.items():
        write_table(table, outputs[name])


def _genes(group: dict[str, Any], annotation: Annotation, key: str) -> frozenset[str] | None:
    return panels.select_genes(group, annotation.members, annotation.genes, where=CONFIGURATION + key)


def _known(
    sheet: pd.DataFrame, design: Design, scores: pd.DataFrame, mapping: Path | None, depth: pd.Series
) -> pd.DataFrame:
    """Put together what the components may go along with: group, sex, batch, reads, and the score of each panel."""
    table = sheet.set_index("sample")[["condition", "sex", "batch"]].copy()
    table["condition"] = pd.Categorical(table["condition"], categories=[design.reference, design.test])
    table["counts"] = depth
    if mapping:
        mapped = read_table(mapping).set_index("sample")
        table["share pseudoaligned"] = mapped["share_pseudoaligned"]
    for panel, part in scores.groupby("panel", sort=False):
        table[str(panel)] = part.set_index("sample")["score"]
    return table


def _share_gates(shares: pd.DataFrame, groups: dict[str, dict[str, Any]]) -> list[gates.Gate]:
    found: list[gates.Gate] = []
    for name, group in groups.items():
        if "warn" in group:
            of_group = shares[shares["group"] == name]
            values = dict(zip(of_group["sample"], of_group["share"], strict=True))
            found += gates.at_most(f"share_{name}", f"share of counts in {name} genes", values, warn=group["warn"])
    return found


def _composition_gates(compared: pd.DataFrame, banner: str) -> list[gates.Gate]:
    found = [
        gates.Gate("composition", row["panel"], "warn", row["log2_ratio"], "", row["reason"])
        for row in compared[compared["differs"]].to_dict("records")
    ]
    if banner:
        found.append(gates.Gate("composition", "PC1", "warn", "", "", banner))
    if len(compared) and not found:
        found.append(gates.Gate("composition", "study", "pass", "", "", "no panel differs between the groups"))
    return found


def _size_factor_gate(factors: pd.DataFrame, limit: float) -> gates.Gate:
    largest = factors.loc[factors["relative_difference"].abs().idxmax()]
    value = abs(float(largest["relative_difference"]))
    status = "pass" if value <= limit else "warn"
    reason = (
        "size factors with and without the genes that composition moves differ by at most "
        f"{100 * value:.1f} % ({largest['sample']})"
    )
    return gates.Gate("size_factors", "study", status, value, limit, reason)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            counts=Path(snakemake.input.counts),
            samples=Path(snakemake.input.samples),
            mapping=Path(snakemake.input.mapping) if snakemake.input.mapping else None,
            annotation=read_annotation(
                Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
                folder_of(snakemake.input.gene_sets),
            ),
            quality=snakemake.params.quality,
            identity=snakemake.params.identity,
            differential=snakemake.params.differential,
            design=Design(snakemake.params.test, snakemake.params.reference),
            outputs={name: Path(path) for name, path in snakemake.output.items()},
        )
