"""Test every set by rotation, CAMERA and scores, and describe where its genes stand in the ranking of all genes."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.claims.requests import WHOLE
from claimcheck.core.standards import Levels
from claimcheck.core.steps import run
from claimcheck.core.tables import columns_of, write_table
from claimcheck.deseq2.design import Design
from claimcheck.gene_sets.comparison import ModelFiles, read_modelled
from claimcheck.gene_sets.published.map import read_all_sets
from claimcheck.gene_sets.rank import rank_variant
from claimcheck.gene_sets.ranking import rank_genes
from claimcheck.quantification.genes import read_annotation


def main(
    *,
    files: ModelFiles,
    transcripts: Path | None,
    gene_sets: list[Path],
    downloaded_sets: Path,
    downloaded_members: Path,
    groups: Design,
    settings: dict[str, Any],
    left_out: dict[str, list[str]],
    least_correlation: float,
    levels: Levels,
    deleted_gene: str | None,
    sets: Path,
    tests: Path,
    running_sums: Path,
) -> None:
    """Write the manifest of the sets, their tests in every variant, and the running sums of the full sets."""
    modelled = read_modelled(files, groups)
    biotypes = read_annotation(transcripts, gene_sets).genes.set_index("gene_id")["biotype"]
    ranking = rank_genes(modelled.genes, biotypes=biotypes, ranked_biotypes=settings["ranked_biotypes"])
    described, members = read_all_sets(gene_sets, downloaded_sets, downloaded_members)
    parts = []
    for variant, lost in left_out.items():
        mapped, tested, corners = rank_variant(
            modelled,
            ranking,
            described,
            members[~members["gene_id"].isin(lost)],
            variant=variant,
            settings=settings,
            excluded=[deleted_gene] if deleted_gene else [],
            least_correlation=least_correlation,
            levels=levels,
        )
        parts.append(tested)
        if variant == WHOLE:
            write_table(mapped, sets)
            write_table(corners, running_sums)
    write_table(pd.concat(parts, ignore_index=True)[columns_of(tests)], tests)


run(main)
