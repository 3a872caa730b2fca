"""Random sets that look like the tested ones: as large, as strongly expressed, and roughly as correlated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from claimcheck.claims.conclusions import conclude
from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.false_support import Draws, deciding_runs, is_supported
from claimcheck.claims.model import DECIDING, Claim, Register
from claimcheck.claims.procedure import levels_alone
from claimcheck.claims.tests import SET_TESTS, Data, Key, Measured
from claimcheck.core.estimates import Estimate, read_estimates
from claimcheck.gene_sets.comparison import Comparison, run_tests
from claimcheck.gene_sets.tests.camera import inter_gene_correlation
from claimcheck.gene_sets.tests.limma import Floats, GeneFits
from claimcheck.gene_sets.tests.weights import SetWeights


@dataclass(frozen=True)
class Matching:
    """How random sets are made like a tested one.

    Attributes:
        nearest_genes: genes of nearest expression that a random member is drawn from.
        strengths: how much more likely genes are drawn that vary like one random gene, in log odds; the one that comes nearest in
            correlation is taken.
        trials: random sets that each strength is tried with.
    """

    nearest_genes: int
    strengths: Sequence[float]
    trials: int


@dataclass(frozen=True)
class Pool:
    """Genes that may be drawn, in the order of their mean expression.

    Args:
        genes: positions among all genes.
        levels: their mean log2 expression, rising.
        residuals: standardised, genes x residual degrees of freedom.
        matching: how sets are drawn from them.
    """

    genes: NDArray[np.intp]
    levels: Floats
    residuals: Floats
    matching: Matching


def make_pool(values: Floats, fits: GeneFits, allowed: NDArray[np.bool_], matching: Matching) -> Pool:
    """Collect the genes that may be drawn.

    Args:
        values: log2 expression, genes x samples.
        fits: of the same genes.
        allowed: of each gene.
        matching: how sets are drawn.
    """
    levels = values.mean(axis=1)
    genes = np.flatnonzero(allowed)
    genes = genes[np.argsort(levels[genes], kind="stable")]
    residuals = fits.effects[genes, 1:]
    norm = np.linalg.norm(residuals, axis=1, keepdims=True)
    return Pool(genes, levels[genes], residuals / np.where(norm > 0, norm, 1), matching)


def draw_sets(
    pool: Pool, levels: Floats, signs: Floats, *, strength: float, n: int, rng: np.random.Generator
) -> list[tuple[NDArray[np.intp], Floats]]:
    """Draw sets whose members are each as strongly expressed as one of the given members.

    Args:
        pool: genes to draw from.
        levels, signs: mean log2 expression and weight of the members.
        strength: log odds of a gene whose residuals are those of the set's random gene, against one without correlation.
        n: number of sets.
        rng: generator.

    Returns:
        Positions among all genes, each once in a set, and their weights.
    """
    width = min(pool.matching.nearest_genes, len(pool.genes))
    start = np.searchsorted(pool.levels, levels) - width // 2
    windows = np.clip(start, 0, len(pool.genes) - width)[:, None] + np.arange(width)
    drawn = []
    for _ in range(n):
        seed = pool.residuals[rng.integers(len(pool.genes))]
        alike = strength * signs[:, None] * (pool.residuals[windows] @ seed) if strength else 0.0
        gumbel = -np.log(-np.log(1 - rng.random(windows.shape)))  # as rng.gumbel, which takes three times as long
        picked = np.argmax(alike + gumbel, axis=1)
        chosen = windows[np.arange(len(levels)), picked]
        chosen, first = np.unique(chosen, return_index=True)
        drawn.append((pool.genes[chosen], signs[first]))
    return drawn


def nearest_strength(
    pool: Pool, fits: GeneFits, levels: Floats, signs: Floats, *, target: float, rng: np.random.Generator
) -> float:
    """Choose the strength whose random sets have the mean correlation nearest to a target."""
    distances = []
    for strength in pool.matching.strengths:
        drawn = draw_sets(pool, levels, signs, strength=strength, n=pool.matching.trials, rng=rng)
        correlation = inter_gene_correlation(fits, weights_of(drawn, len(fits.effects)))
        distances.append(abs(float(np.nanmean(correlation)) - target))
    return pool.matching.strengths[int(np.argmin(distances))]


def weights_of(drawn: list[tuple[NDArray[np.intp], Floats]], n_genes: int) -> SetWeights:
    """Lay out drawn sets over all genes, numbered in the order in which they were drawn."""
    positions, signs = (np.concatenate(parts) for parts in zip(*drawn, strict=True))
    ends = np.cumsum([0, *(len(genes) for genes, _ in drawn)])
    matrix = csr_array((signs, positions, ends), shape=(len(drawn), n_genes))
    matrix.sort_indices()
    return SetWeights(tuple(map(str, range(len(drawn)))), matrix)


def draw_random_sets(
    register: Register, data: Data, comparison: Comparison, primary: Mapping[str, Conclusion]
) -> Draws:
    """Decide the claims on sets with random sets in place of theirs; genes that any claim looks at are never drawn.

    Args:
        register: the claims register.
        data: what is measured.
        comparison: of the primary analysis.
        primary: its conclusions.
    """
    settings = register.primary["negative_controls"]
    n, rotations = settings["random_sets"], settings["rotations"]
    draws = Draws("random sets", "matched on size, expression and roughly on correlation")
    allowed = ~comparison.counts.index.isin(data.planned["gene_id"].unique())
    pool = make_pool(comparison.values, comparison.fits, allowed, Matching(**settings["matching"]))
    if n == 0 or len(pool.genes) < pool.matching.nearest_genes:
        return draws
    levels = levels_alone(register, primary)
    for number, name in enumerate(register.confirmatory):
        claim = register.claims[name]
        if claim.kind not in ("set", "signed_set", "multi_source"):
            continue
        rng = np.random.default_rng([data.tests.seed, number])
        measured: list[dict[Key, Estimate]] = [{} for _ in range(n)]
        correlations = []
        for run, rows in deciding_runs(data, claim):
            tests, target = _draw_like(rows, data, comparison, pool=pool, n=n, rotations=rotations, rng=rng)
            for draw, estimate in enumerate(read_estimates(tests, [run] * len(tests), SET_TESTS)):
                measured[draw][name, DECIDING, run, claim.variant] = estimate
                draws.add_row(claim, run, draw, estimate)
            if len(tests):
                correlations.append((target, float(np.nanmean(tests["inter_gene_correlation"].to_numpy()))))
        if correlations:
            target, reached = (float(value) for value in np.mean(correlations, axis=0))
            draws.correlations[name] = (target, reached)
            draws.supported[name] = _supported(register, claim, measured, levels.get(name, 0.0))
    return draws


def _draw_like(
    rows: pd.DataFrame,
    data: Data,
    comparison: Comparison,
    *,
    pool: Pool,
    n: int,
    rotations: int,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, float]:
    """Draw and test sets like one run; also its correlation. Nothing for a run without a measured gene."""
    n_genes = len(comparison.counts)
    positions = comparison.counts.index.get_indexer(pd.Index(rows["gene_id"]))
    signs = rows["weight"].to_numpy(dtype=float)[positions >= 0]
    positions = positions[positions >= 0]
    if not len(positions):
        return pd.DataFrame(), np.nan
    levels = comparison.values.mean(axis=1)[positions]
    target = float(inter_gene_correlation(comparison.fits, weights_of([(positions, signs)], n_genes))[0])
    strength = nearest_strength(pool, comparison.fits, levels, signs, target=target, rng=rng)
    tests = run_tests(
        comparison,
        weights_of(draw_sets(pool, levels, signs, strength=strength, n=n, rng=rng), n_genes),
        seed=data.tests.seed,
        n_rotations=rotations,
        least_correlation=data.tests.least_correlation,
        levels=data.tests.levels,
    )
    return tests.assign(share_detected=1.0), target


def _supported(register: Register, claim: Claim, measured: list[dict[Key, Estimate]], level: float) -> list[bool]:
    """Say which draws are supported at the level that the claim is tested at beside the other claims, as they were found."""
    alone = replace(register, claims={claim.id: claim})
    found = [conclude(alone, Measured(rows, {}))[claim.id] for rows in measured]
    return [is_supported(register, claim, one, level) for one in found]
