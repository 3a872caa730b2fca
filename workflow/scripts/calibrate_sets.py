"""Run the tests of sets where nothing is to be found: on the sets under shuffled labels, and on random sets like them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.claims.random_sets import Matching, draw_sets, make_pool, nearest_strength, weights_of
from claimcheck.core.standards import Levels
from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design
from claimcheck.gene_sets.calibration import (
    CALIBRATION_COLUMNS,
    p_values,
    p_values_under_labellings,
    without_mirror_images,
)
from claimcheck.gene_sets.comparison import Comparison, ModelFiles, read_modelled
from claimcheck.gene_sets.labellings import balanced_labellings
from claimcheck.gene_sets.tests.camera import inter_gene_correlation
from claimcheck.gene_sets.tests.weights import SetWeights, weigh_sets

_ALL = 10**6
"""More labellings than are ever listed."""


def main(
    *,
    files: ModelFiles,
    running_sums: Path,
    groups: Design,
    seed: int,
    draws: dict[str, int],
    least_correlation: float,
    levels: Levels,
    matching: Matching,
    calibration: Path,
) -> None:
    """Write the p-values of every draw; no row where there is no tested set, or no other way to label the samples."""
    modelled = read_modelled(files, groups)
    comparison, tested = modelled.comparison, list(modelled.genes["gene_id"])
    members = read_table(running_sums)
    weights = weigh_sets(members[["set", "gene_id"]], list(dict.fromkeys(members["set"])), tested)
    parts = [pd.DataFrame(columns=list(CALIBRATION_COLUMNS))]
    if weights.sets:
        labellings = other_labellings(modelled.sheet, modelled.design, seed, most=draws["labellings"])
        settings: dict[str, Any] = {
            "seed": seed,
            "n_rotations": draws["rotations"],
            "least_correlation": least_correlation,
            "levels": levels,
        }
        parts = [
            p_values_under_labellings(comparison, weights, labellings, **settings),
            p_values_of_random_sets(comparison, weights, matching, n=draws["random_sets"], **settings),
        ]
    filled = [part for part in parts if len(part)]
    write_table(pd.concat(filled, ignore_index=True) if filled else parts[0], calibration)


def other_labellings(sheet: pd.DataFrame, design: Design, seed: int, *, most: int) -> np.ndarray:
    """Draw labellings of the samples that mix the groups as evenly as can be within the covariates, at most `most`."""
    labels = (sheet["condition"] == design.test).to_numpy()
    strata = np.zeros(len(labels), dtype=np.intp)
    if design.strata:
        strata += sheet.groupby(list(design.strata)).ngroup().to_numpy()
    every = without_mirror_images(balanced_labellings(labels, strata, most=_ALL, seed=seed))
    picked = np.random.default_rng(seed).choice(len(every), min(most, len(every)), replace=False)
    return every[np.sort(picked)]


def p_values_of_random_sets(
    comparison: Comparison, weights: SetWeights, matching: Matching, *, n: int, seed: int, **settings: Any
) -> pd.DataFrame:
    """Test sets of genes that are in no tested set, matched to each tested set on size, expression and roughly on correlation.

    There are `n` of them in all, as many like each tested set.
    """
    used = np.unique(weights.matrix.indices)
    unused = ~np.isin(np.arange(len(comparison.counts)), used)
    pool = make_pool(comparison.values, comparison.fits, unused, matching)
    if len(pool.genes) < matching.nearest_genes:
        return pd.DataFrame(columns=list(CALIBRATION_COLUMNS))
    levels = comparison.values.mean(axis=1)
    correlation = inter_gene_correlation(comparison.fits, weights)
    rng = np.random.default_rng(seed)
    drawn, like = [], []
    n_each = max(1, n // len(weights.sets))
    for number, name in enumerate(weights.sets):
        positions = weights.matrix.indices[weights.matrix.indptr[number] : weights.matrix.indptr[number + 1]]
        of_set = levels[positions], np.ones(len(positions))
        strength = nearest_strength(pool, comparison.fits, *of_set, target=correlation[number], rng=rng)
        drawn += draw_sets(pool, *of_set, strength=strength, n=n_each, rng=rng)
        like += [name] * n_each
    found = p_values(comparison, weights_of(drawn, len(levels)), seed=seed, **settings)
    draws = found["set"].astype(int) % n_each
    return found.assign(null="random sets", draw=draws, set=like)[list(CALIBRATION_COLUMNS)]


run(main)
