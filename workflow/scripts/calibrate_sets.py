"""Run the tests of sets where nothing is to be found: on the sets under shuffled labels, and on random sets like them."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.claims.random_sets import WINDOW, draw_sets, make_pool, nearest_strength, weights_of
from claimcheck.claims.shuffled_labels import balanced_labellings
from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.design import Design, read_model
from claimcheck.gene_sets.calibration import (
    CALIBRATION_COLUMNS,
    p_values,
    p_values_under_labellings,
    without_mirror_images,
)
from claimcheck.gene_sets.comparison import Comparison, read_comparison
from claimcheck.gene_sets.tests.camera import inter_gene_correlation
from claimcheck.gene_sets.tests.weights import SetWeights, weigh_sets

ROTATIONS = 1999
LABELLINGS = 20
RANDOM_SETS = 300
"""Random sets in all, the same number like each tested set."""
_ALL = 10**6


def main(
    *,
    genes: Path,
    counts: Path,
    model: Path,
    steps: Path,
    size_factors: Path,
    running_sums: Path,
    groups: Design,
    seed: int,
    least_correlation: float,
    calibration: Path,
) -> None:
    """Write the p-values of every draw; no row where there is no tested set, or no other way to label the samples."""
    counted = read_table(counts).set_index("gene_id")
    sheet, design = read_model(model, steps, groups)
    tested = read_table(genes)["gene_id"]
    comparison = read_comparison(tested, counted, sheet, design, size_factors)
    members = read_table(running_sums)
    weights = weigh_sets(members[["set", "gene_id"]], list(dict.fromkeys(members["set"])), list(tested))
    parts = [pd.DataFrame(columns=list(CALIBRATION_COLUMNS))]
    if weights.sets:
        labellings = other_labellings(sheet, design, seed)
        settings = {"seed": seed, "n_rotations": ROTATIONS, "least_correlation": least_correlation}
        parts = [
            p_values_under_labellings(comparison, weights, labellings, **settings),
            p_values_of_random_sets(comparison, weights, **settings),
        ]
    filled = [part for part in parts if len(part)]
    write_table(pd.concat(filled, ignore_index=True) if filled else parts[0], calibration)


def other_labellings(sheet: pd.DataFrame, design: Design, seed: int) -> np.ndarray:
    """Draw labellings of the samples that mix the groups as evenly as can be within the covariates, at most LABELLINGS."""
    labels = (sheet["condition"] == design.test).to_numpy()
    strata = np.zeros(len(labels), dtype=np.intp)
    if design.covariates:
        strata += sheet.groupby(list(design.covariates)).ngroup().to_numpy()
    every = without_mirror_images(balanced_labellings(labels, strata, most=_ALL, seed=seed))
    picked = np.random.default_rng(seed).choice(len(every), min(LABELLINGS, len(every)), replace=False)
    return every[np.sort(picked)]


def p_values_of_random_sets(comparison: Comparison, weights: SetWeights, *, seed: int, **settings: Any) -> pd.DataFrame:
    """Test sets of genes that are in no tested set, matched to each tested set on size, expression and roughly on correlation."""
    used = np.unique(weights.matrix.indices)
    pool = make_pool(comparison.values, comparison.fits, ~np.isin(np.arange(len(comparison.counts)), used))
    if len(pool.genes) < WINDOW:
        return pd.DataFrame(columns=list(CALIBRATION_COLUMNS))
    levels = comparison.values.mean(axis=1)
    correlation = inter_gene_correlation(comparison.fits, weights)
    rng = np.random.default_rng(seed)
    drawn, like = [], []
    n_each = max(1, RANDOM_SETS // len(weights.sets))
    for number, name in enumerate(weights.sets):
        positions = weights.matrix.indices[weights.matrix.indptr[number] : weights.matrix.indptr[number + 1]]
        of_set = levels[positions], np.ones(len(positions))
        strength = nearest_strength(pool, comparison.fits, *of_set, target=correlation[number], rng=rng)
        drawn += draw_sets(pool, *of_set, strength=strength, n=n_each, rng=rng)
        like += [name] * n_each
    genes = list(comparison.counts.index)
    found = p_values(comparison, weights_of(drawn, genes), seed=seed, **settings)
    draws = found["set"].astype(int) % n_each
    return found.assign(null="random sets", draw=draws, set=like)[list(CALIBRATION_COLUMNS)]


run(main)
