"""Score every tested set in every animal, and test the sets that may explain what others show in the same way."""

from pathlib import Path

import pandas as pd

from claimcheck.core.standards import Levels
from claimcheck.core.steps import run
from claimcheck.core.tables import columns_of, read_table, write_table
from claimcheck.deseq2.design import Design
from claimcheck.gene_sets.comparison import ModelFiles, read_modelled, run_tests
from claimcheck.gene_sets.curated import select_confounders
from claimcheck.gene_sets.tests.scores import sample_scores
from claimcheck.gene_sets.tests.weights import weigh_sets


def main(
    *,
    files: ModelFiles,
    gene_sets: list[Path],
    running_sums: Path,
    groups: Design,
    seed: int,
    rotations: int,
    confounders: list[str],
    least_correlation: float,
    levels: Levels,
    deleted_gene: str | None,
    scores: Path,
    tests: Path,
) -> None:
    """Write the scores of the full sets and of the confounders, and the tests of the confounders."""
    modelled = read_modelled(files, groups)
    comparison, tested = modelled.comparison, list(modelled.genes["gene_id"])
    members = read_table(running_sums)
    sets, beside = select_confounders(gene_sets, confounders, deleted_gene)

    both = pd.concat([members[["set", "gene_id"]], beside[["set", "gene_id"]]]).drop_duplicates()
    family = dict(zip(members["set"], members["family"], strict=True)) | dict(
        zip(sets["set"], sets["family"], strict=True)
    )
    weights = weigh_sets(both, list(family), tested)
    table = sample_scores(comparison.values, weights, comparison.design_matrix, list(modelled.sheet["sample"]))
    table = table.assign(family=table["set"].map(family)).dropna(subset=["score"])
    write_table(table[columns_of(scores)], scores)

    found = run_tests(
        comparison,
        weigh_sets(beside, list(sets["set"]), tested),
        seed=seed,
        n_rotations=rotations,
        least_correlation=least_correlation,
        levels=levels,
    )
    described = sets[["set", "family", "description"]].merge(found, on="set", validate="1:1")
    write_table(described[columns_of(tests)], tests)


run(main)
