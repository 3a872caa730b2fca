"""Test every set by rotation, CAMERA and scores, and describe where its genes stand in the ranking of all genes."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.claims.requests import WHOLE
from claimcheck.core.standards import Levels
from claimcheck.core.steps import run
from claimcheck.core.tables import columns_of, read_table, write_table
from claimcheck.deseq2.design import Design, read_model
from claimcheck.gene_sets.comparison import read_comparison, run_tests
from claimcheck.gene_sets.curated import map_sets, read_collection
from claimcheck.gene_sets.published.map import join_released
from claimcheck.gene_sets.tests.false_discovery import benjamini_hochberg
from claimcheck.gene_sets.tests.prerank import prerank, rank_genes
from claimcheck.gene_sets.tests.weights import weigh_sets
from claimcheck.quantification.genes import read_annotation


def main(
    *,
    genes: Path,
    counts: Path,
    model: Path,
    steps: Path,
    size_factors: Path,
    transcripts: Path | None,
    left_out: dict[str, list[str]],
    downloaded_sets: Path,
    downloaded_members: Path,
    groups: Design,
    gene_sets: dict[str, Any],
    least_correlation: float,
    levels: Levels,
    deleted_gene: str | None,
    sets: Path,
    tests: Path,
    running_sums: Path,
) -> None:
    """Write the manifest of the sets, their tests in every variant, and the running sums of the full sets."""
    table = read_table(genes)
    annotated = read_annotation(transcripts, gene_sets["curated"]).genes
    ranking = rank_genes(
        table,
        biotypes=annotated.set_index("gene_id")["biotype"],
        ranked_biotypes=gene_sets["ranked_biotypes"],
    )
    counted = read_table(counts).set_index("gene_id")
    released = read_table(downloaded_sets), read_table(downloaded_members)
    described, members = join_released(read_collection(Path(gene_sets["curated"])), released)
    members = members[members["yielded_to"] == ""].drop(columns="yielded_to")
    comparison = read_comparison(table["gene_id"], counted, *read_model(model, steps, groups), size_factors)
    sizes = {"min_size": gene_sets["min_size"], "max_size": gene_sets["max_size"]}
    parts = []
    for variant, lost in left_out.items():
        mapped, in_ranking = map_sets(
            described,
            members[~members["gene_id"].isin(lost)],
            counted=counted.index,
            ranked=ranking["gene_id"],
            families=gene_sets["families"],
            excluded=[deleted_gene] if deleted_gene else [],
            **sizes,
        )
        ranked, corners = prerank(ranking, in_ranking, mapped, seed=gene_sets["seed"], **sizes)
        weights = weigh_sets(in_ranking, list(ranked["set"]), list(comparison.counts.index))
        tested = run_tests(
            comparison,
            weights,
            seed=gene_sets["seed"],
            n_rotations=gene_sets["rotations"],
            least_correlation=least_correlation,
            levels=levels,
        )
        described_only = ranked.drop(columns=["effect", "n_genes", "variant"])
        merged = described_only.merge(tested, on="set", validate="1:1").assign(variant=variant)
        merged["p_max"] = merged[["p_rotation_two_sided", "p_camera"]].max(axis="columns", skipna=False)
        merged["p_max_adjusted"] = benjamini_hochberg(merged["p_max"])
        parts.append(merged)
        if variant == WHOLE:
            write_table(mapped, sets)
            write_table(corners, running_sums)
    write_table(pd.concat(parts, ignore_index=True)[columns_of(tests)], tests)


run(main)
