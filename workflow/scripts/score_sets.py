"""Score every tested set in every animal, and test the sets that may explain what others show in the same way."""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.standards import Levels
from claimcheck.core.steps import run
from claimcheck.core.tables import columns_of, listed, read_table, write_table
from claimcheck.deseq2.design import Design, read_model
from claimcheck.gene_sets.comparison import read_comparison, run_tests
from claimcheck.gene_sets.curated import read_collection
from claimcheck.gene_sets.tests.scores import sample_scores
from claimcheck.gene_sets.tests.weights import weigh_sets


def main(
    *,
    genes: Path,
    counts: Path,
    model: Path,
    steps: Path,
    size_factors: Path,
    running_sums: Path,
    groups: Design,
    gene_sets: dict[str, Any],
    confounders: list[str],
    least_correlation: float,
    levels: Levels,
    deleted_gene: str | None,
    scores: Path,
    tests: Path,
) -> None:
    """Write the scores of the full sets and of the confounders, and the tests of the confounders."""
    counted = read_table(counts).set_index("gene_id")
    sheet, design = read_model(model, steps, groups)
    tested = read_table(genes)["gene_id"]
    comparison = read_comparison(tested, counted, sheet, design, size_factors)
    members = read_table(running_sums)
    sets, beside = select_confounders(Path(gene_sets["curated"]), confounders, deleted_gene)

    both = pd.concat([members[["set", "gene_id"]], beside[["set", "gene_id"]]]).drop_duplicates()
    family = dict(zip(members["set"], members["family"], strict=True)) | dict(
        zip(sets["set"], sets["family"], strict=True)
    )
    weights = weigh_sets(both, list(family), list(tested))
    table = sample_scores(comparison.values, weights, comparison.design_matrix, list(sheet["sample"]))
    table = table.assign(family=table["set"].map(family)).dropna(subset=["score"])
    write_table(table[columns_of(scores)], scores)

    found = run_tests(
        comparison,
        weigh_sets(beside, list(sets["set"]), list(tested)),
        seed=gene_sets["seed"],
        n_rotations=gene_sets["rotations"],
        least_correlation=least_correlation,
        levels=levels,
    )
    described = sets[["set", "family", "description"]].merge(found, on="set", validate="1:1")
    write_table(described[columns_of(tests)], tests)


def select_confounders(folder: Path, names: list[str], deleted_gene: str | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take the named sets and their members from the curated ones, without the deleted gene.

    Raises:
        StudyError: there is no such set.
    """
    sets, members = read_collection(folder)
    unknown = sorted(set(names) - set(sets["set"]))
    if unknown:
        raise StudyError(
            f"no gene set is called {listed(unknown)}",
            where="config/config.yaml, report.set_effects.<family>.confounders",
            expected=f"sets of gene_sets.curated: {listed(sorted(sets['set']), most=12)}",
            remedy="correct the name, or add the set to the folder gene_sets.curated",
        )
    chosen = sets.set_index("set").loc[names].reset_index()
    return chosen, members[members["set"].isin(names) & (members["gene_id"] != deleted_gene)]


run(main)
