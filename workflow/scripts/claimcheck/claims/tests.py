"""All tests that the claims ask for, in one model of the counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from claimcheck.claims.model import CAMERA, DECIDING, MODERATED, ROTATION, SCORE, WALD, Claim, GeneTest, SetTest, Tests
from claimcheck.claims.specifications import Model, scores_of
from claimcheck.core.distributions import normal_cdf, normal_sf, student_cdf, student_sf
from claimcheck.core.errors import StudyError
from claimcheck.core.estimates import Estimate, estimate_columns, minimum_detectable, read_estimates
from claimcheck.core.standards import Levels
from claimcheck.deseq2.design import Design, by_cell, metadata_of, model_matrix
from claimcheck.deseq2.filtering import filter_genes, has_enough_counts
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.gene_sets.comparison import Comparison, groups_of, make_comparison, run_tests
from claimcheck.gene_sets.tests.limma import Floats
from claimcheck.gene_sets.tests.rotation import rotation_test
from claimcheck.gene_sets.tests.weights import weigh_sets

Key = tuple[str, str, str, str]
"""Claim, role, run and variant of a test of a set."""
KEYS = ["claim", "role", "run", "variant"]

SET_TESTS = {
    ROTATION: ("p_rotation_up", "p_rotation_down", "p_rotation_two_sided"),
    CAMERA: ("p_camera_up", "p_camera_down", "p_camera"),
    SCORE: ("p_score_up", "p_score_down", "p_score"),
}
"""Columns of p-values by test of a set: up, down, two-sided."""
GENE_TESTS = {WALD: ("p_up", "p_down"), MODERATED: ("p_t_up", "p_t_down")}
"""Columns of p-values by test of a gene: up, down; the moderated t-test may stand alone."""


@dataclass(frozen=True)
class Data:
    """What is measured, and what the claims look at.

    Attributes:
        counts: integers, all genes x samples.
        samples: the sample sheet as it is modelled.
        design: the groups and the primary covariates.
        composition_genes: gene ids that the primary size factors are estimated without.
        panels: scores, samples x panels.
        panel_levels: mean log2 levels, samples x panels, and THREE_PRIME_BIAS where it was measured.
        set_genes: gene ids of every set.
        reference: log2 changes of genes by gene id where another explanation alone holds, a column each; may be empty.
        planned: from `resolve.planned_sets`, and further runs.
        gene_ids: genes that are looked at one by one.
        tests: numbers of the tests, of the register.
        detected_counts: normalised counts from which a gene is expressed.
    """

    counts: pd.DataFrame
    samples: pd.DataFrame
    design: Design
    composition_genes: frozenset[str]
    panels: pd.DataFrame
    panel_levels: pd.DataFrame
    set_genes: Mapping[str, Sequence[str]]
    reference: pd.DataFrame
    planned: pd.DataFrame
    gene_ids: tuple[str, ...]
    tests: Tests
    detected_counts: float


@dataclass(frozen=True)
class Measured:
    """The tests of one model, sets by claim, role, run and variant, genes by id; what could not be tested is absent."""

    sets: Mapping[Key, Estimate]
    genes: Mapping[str, Estimate]

    def of_set(self, claim: Claim, test: SetTest, variant: str) -> Estimate | None:
        """Return a test of a set in a variant, named by the sets that it weighs."""
        found = self.sets.get((claim.id, test.role, test.run, variant))
        return found and replace(found, of=test.name)

    def of_gene(self, gene: GeneTest) -> Estimate | None:
        """Return the test of a gene, named by its symbol."""
        found = self.genes.get(gene.gene_id)
        return found and replace(found, of=gene.symbol)


def compare(data: Data, model: Model) -> Comparison:
    """Filter and normalise counts as a model says, and fit it to every gene.

    Raises:
        StudyError: the samples cannot carry the model, or too few genes are left.
    """
    kept = data.samples[~data.samples["sample"].isin(model.without)].reset_index(drop=True)
    names = list(kept["sample"])
    design = replace(data.design, covariates=model.covariates)
    filtered = filter_genes(
        data.counts[names], by_cell(kept, design), min_count=model.min_count, keep=set(data.gene_ids)
    )
    matrix = model_matrix(metadata_of(kept, design))
    scores = scores_of(data.panels.loc[names], model.panels)
    if scores is not None:
        centred = (scores - scores.mean()).to_numpy(dtype=float)
        matrix = np.column_stack([matrix[:, :-1], centred, matrix[:, -1]])
    n, p = matrix.shape
    if not np.isfinite(matrix).all() or np.linalg.matrix_rank(matrix) < p or n <= p:
        raise StudyError(
            f"{n} samples cannot carry a model with {p} coefficients",
            where="results/samples/samples.tsv",
            expected="scores that are known for every sample and can be told apart from the condition",
            remedy="leave them out",
        )
    unused = data.composition_genes if model.robust_size_factors else frozenset()
    enough = has_enough_counts(filtered, by_cell(kept, design), min_count=model.min_count)
    factors = estimate_size_factors(filtered[enough], unused)["size_factor"].to_numpy(dtype=float)
    return make_comparison(filtered, factors, matrix, groups_of(kept, design))


def measure_sets(data: Data, comparison: Comparison, *, refine: bool = False) -> pd.DataFrame:
    """Test every planned set.

    Args:
        data: what is measured.
        comparison: the groups.
        refine: draw more rotations for deciding sets with a small p-value, so that a seed cannot decide.

    Returns:
        One row a test: claim, role, run, variant, n_planned, share_detected (of the planned genes, in at least one group), and
        what `comparison.run_tests` returns.
    """
    weighed = data.planned[data.planned["weight"] != 0]
    names = weighed["claim"] + "\t" + weighed["role"] + "\t" + weighed["run"] + "\t" + weighed["variant"]
    order = names.drop_duplicates()
    members = weighed[["gene_id", "weight"]].assign(set=names)
    weights = weigh_sets(members, list(order), list(comparison.counts.index))
    tested = run_tests(
        comparison,
        weights,
        seed=data.tests.seed,
        n_rotations=data.tests.rotations,
        least_correlation=data.tests.least_correlation,
        levels=data.tests.levels,
    )
    if refine:
        rows = weighed.loc[order.index]
        decides = ((rows["role"] == DECIDING) & rows["primary"]).to_numpy(dtype=bool)
        smallest = tested[list(SET_TESTS[ROTATION][:2])].min(axis="columns").to_numpy(dtype=float)
        small = list(order[decides & (smallest <= data.tests.small_p)])
        if small:
            again = rotation_test(
                comparison.fits,
                weigh_sets(members, small, list(comparison.counts.index)),
                seed=data.tests.seed,
                n_rotations=data.tests.small_p_rotations,
            )
            place = pd.Index(order).get_indexer(pd.Index(small))
            for column in SET_TESTS[ROTATION]:
                tested.loc[place, column] = again[column].to_numpy()
    n_planned = names.value_counts().reindex(order).to_numpy()
    detected = (group_means(comparison) >= data.detected_counts).any(axis=1)
    share = abs(weights.matrix) @ detected.astype(float) / n_planned
    keys = weighed.loc[order.index, KEYS].reset_index(drop=True)
    return pd.concat(
        [keys.assign(n_planned=n_planned, share_detected=share), tested.drop(columns="set")], axis="columns"
    )


def group_means(comparison: Comparison) -> Floats:
    """Average the normalised counts of each gene in the reference and in the test group; genes x 2."""
    of_test = comparison.groups.of_test
    normalised = comparison.normalised_counts
    return np.column_stack([normalised[:, ~of_test].mean(axis=1), normalised[:, of_test].mean(axis=1)])


def read_genes(
    genes: pd.DataFrame, gene_ids: tuple[str, ...], comparison: Comparison, *, few_residual_df: int, levels: Levels
) -> pd.DataFrame:
    """Take the genes that claims look at from results/differential/genes.tsv, as `wald.wald_genes` returns them."""
    chosen = genes[genes["gene_id"].isin(gene_ids)].set_index("gene_id")
    mde = chosen["minimum_detectable_effect"]
    table = gene_table(
        chosen["log2_fold_change"], chosen["lfc_se"], mde, comparison, few_residual_df=few_residual_df, levels=levels
    )
    return table.assign(base_mean=chosen["base_mean"])


def moderated_genes(data: Data, comparison: Comparison) -> pd.DataFrame:
    """Test the genes that claims look at with the moderated t-test on log2 counts per million, as `wald_genes` returns them."""
    fits = comparison.fits
    index = comparison.counts.index
    chosen = index[index.isin(data.gene_ids)]
    se = pd.Series(np.sqrt(fits.moderated_variance) * fits.unscaled_se, index=index)[chosen]
    effect = pd.Series(fits.log2_fold_change, index=index)[chosen]
    df, levels = fits.df_total, data.tests.levels
    return pd.DataFrame({**estimate_columns(effect, se, df, levels), "mde": minimum_detectable(levels, df) * se})


def gene_table(
    effect: pd.Series, se: pd.Series, mde: pd.Series, comparison: Comparison, *, few_residual_df: int, levels: Levels
) -> pd.DataFrame:
    """Compute intervals and one-sided p-values of genes.

    With few residual degrees of freedom intervals, and tests against a limit, are those of the moderated t distribution, which is
    wider.

    Returns:
        Columns of `estimates.estimate_columns`, where p_up and p_down are the larger p-values of both tests; mde; and p_t_up and
        p_t_down of the moderated t-test, NaN where it does not count.
    """
    fits = comparison.fits
    few = fits.df_residual <= few_residual_df
    table = pd.DataFrame({**estimate_columns(effect, se, fits.df_total if few else np.inf, levels), "mde": mde})
    t = pd.Series(fits.moderated_t, index=comparison.counts.index).reindex(table.index)
    if not few:
        t[:] = np.nan
    for side, wald, moderated in (
        ("up", normal_sf(effect / se), student_sf(t, fits.df_total)),
        ("down", normal_cdf(effect / se), student_cdf(t, fits.df_total)),
    ):
        table[f"p_{side}"] = np.fmax(wald, moderated)
        table[f"p_t_{side}"] = moderated
    return table


def rows_of(sets: pd.DataFrame, genes: pd.DataFrame) -> Measured:
    """Index the estimates of both tables."""
    tested = sets[sets["n_genes"] > 0]
    keys = zip(*(tested[key].tolist() for key in KEYS), strict=True)
    return Measured(
        dict(zip(keys, read_estimates(tested, list(tested["run"]), SET_TESTS), strict=True)),
        dict(zip(map(str, genes.index), read_estimates(genes, [*map(str, genes.index)], GENE_TESTS), strict=True)),
    )
