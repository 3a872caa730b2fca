"""CAMERA compares a set with the other genes, and widens its error by the correlation that it finds between the members."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from claimcheck.gene_sets.tests.camera import inter_gene_correlation
from claimcheck.gene_sets.tests.limma import fit_genes
from claimcheck.gene_sets.tests.weights import weigh_sets
from support.defaults import camera

GENES = [f"g{number}" for number in range(200)]
CONDITION = np.repeat([0.0, 1.0], 8)
SEX = np.tile([0.0, 1.0], 8)
DESIGN = np.column_stack([np.ones(16), CONDITION])
ADJUSTED = np.column_stack([np.ones(16), SEX, CONDITION])


def draw(rng, *, loading=0.0, signs=1.0):
    """Draw log2 values of unit variance, the first 30 genes with a shared factor, those of sign -1 against it."""
    values = rng.normal(size=(200, 16))
    values[:30] += loading * np.outer(np.broadcast_to(signs, 30), rng.normal(size=16))
    values[:30] /= np.sqrt(1 + loading**2)
    return values


def sets_of(**weights):
    """Weigh sets given as weights of the first genes."""
    parts = [
        pd.DataFrame({"set": name, "gene_id": GENES[: len(weight)], "weight": weight})
        for name, weight in weights.items()
    ]
    return weigh_sets(pd.concat(parts), list(weights), GENES)


BLOCK = sets_of(block=np.ones(30))
SIGNS = np.tile([1.0, -1.0], 15)
SIGNED = sets_of(signed=SIGNS)


def test_without_correlation_it_is_a_two_sample_t_test_on_z():
    fits = fit_genes(draw(np.random.default_rng(1)), DESIGN)
    row = camera(fits, BLOCK, min_correlation=0.0).loc[0]
    if row["inter_gene_correlation"] > 0:
        pytest.fail("the seed must give a correlation below zero, which counts as none")
    expected = stats.ttest_ind(fits.z[:30], fits.z[30:])
    difference = row["camera_difference"]
    assert row["vif"] == 1
    assert difference == pytest.approx(fits.z[:30].mean() - fits.z[30:].mean())
    assert row["p_camera_up"] == pytest.approx(stats.t.sf(expected.statistic, 14))
    assert row["p_camera_down"] == pytest.approx(1 - row["p_camera_up"])
    assert row["p_camera"] == pytest.approx(2 * min(row["p_camera_up"], row["p_camera_down"]))


def test_the_correlation_is_that_of_the_residuals():
    values = draw(np.random.default_rng(2), loading=1.0)
    fits = fit_genes(values, ADJUSTED)
    residuals = values - values @ ADJUSTED @ np.linalg.inv(ADJUSTED.T @ ADJUSTED) @ ADJUSTED.T
    standard = residuals / np.sqrt((residuals**2).mean(axis=1, keepdims=True))
    pairs = (standard @ standard.T / 16)[:30, :30][np.triu_indices(30, 1)]
    assert inter_gene_correlation(fits, BLOCK)[0] == pytest.approx(pairs.mean())
    assert camera(fits, BLOCK).loc[0, "vif"] == pytest.approx(1 + 29 * pairs.mean())


def test_the_correlation_has_a_floor_and_one_gene_has_none():
    fits = fit_genes(draw(np.random.default_rng(1)), DESIGN)
    found = camera(fits, sets_of(block=np.ones(30), one=np.ones(1)), min_correlation=0.2)
    assert found.loc[0, "inter_gene_correlation"] < 0.2
    assert found.loc[0, "vif"] == pytest.approx(1 + 29 * 0.2)
    assert found.loc[1, "vif"] == 1
    assert np.isnan(found.loc[1, "inter_gene_correlation"])


SIGNS_OF = pytest.mark.parametrize(("sets", "signs"), [(BLOCK, 1.0), (SIGNED, SIGNS)], ids=["unsigned", "signed"])


def null_p(sets, signs, loading):
    rng = np.random.default_rng(3)
    tables = [camera(fit_genes(draw(rng, loading=loading, signs=signs), DESIGN), sets) for _ in range(400)]
    return pd.concat(tables)[["p_camera_up", "p_camera_down", "p_camera"]]


@SIGNS_OF
def test_p_values_are_uniform_if_correlated_genes_do_not_differ(sets, signs):
    for _, p in null_p(sets, signs, 1.0).items():
        assert stats.kstest(p, "uniform").pvalue > 0.01
        assert 0.02 < (p <= 0.05).mean() < 0.08


@SIGNS_OF
def test_p_values_are_rather_too_large_if_genes_are_independent_since_the_correlation_has_a_floor(sets, signs):
    for _, p in null_p(sets, signs, 0.0).items():
        assert (p <= 0.05).mean() < 0.05


def test_ignoring_the_correlation_would_not_keep_the_error_rate():
    rng = np.random.default_rng(3)
    p = []
    for _ in range(200):
        z = fit_genes(draw(rng, loading=1.0), DESIGN).z
        p.append(stats.ttest_ind(z[:30], z[30:]).pvalue)
    assert (np.array(p) <= 0.05).mean() > 0.3


def test_a_shift_of_all_genes_is_no_difference_and_a_shift_of_the_set_is():
    values = draw(np.random.default_rng(4))
    everywhere = values + 2 * CONDITION
    within = values.copy()
    within[:30] += 2 * CONDITION
    swapped = np.column_stack([np.ones(16), 1 - CONDITION])
    unequal = sets_of(block=np.ones(30), signed=np.repeat([1.0, -1.0], [25, 5]))
    assert (camera(fit_genes(everywhere, DESIGN), unequal)["p_camera"] > 0.05).all()
    assert camera(fit_genes(within, DESIGN), BLOCK).loc[0, "p_camera_up"] < 1e-3
    assert camera(fit_genes(within, swapped), BLOCK).loc[0, "p_camera_down"] < 1e-3


def test_a_signed_set_is_up_if_its_arms_move_apart():
    values = draw(np.random.default_rng(5))
    values[:30] += np.outer(SIGNS, CONDITION)
    fits = fit_genes(values, DESIGN)
    assert camera(fits, SIGNED).loc[0, "p_camera_up"] < 1e-3
    assert camera(fits, BLOCK).loc[0, "p_camera"] > 0.05


def test_a_signed_set_is_compared_with_its_mean_weight_times_the_other_genes():
    weight = np.repeat([1.0, -1.0], [20, 10])
    fits = fit_genes(draw(np.random.default_rng(9), loading=0.5, signs=weight) + CONDITION, DESIGN)
    row = camera(fits, sets_of(signed=weight)).loc[0]
    members, others = weight * fits.z[:30], fits.z[30:]
    pooled = (29 * members.var(ddof=1) + 169 * others.var(ddof=1)) / 198
    error = np.sqrt(pooled * (row["vif"] / 30 + (1 / 3) ** 2 / 170))
    difference = members.mean() - others.mean() / 3
    assert row["camera_difference"] == pytest.approx(difference)
    assert row["p_camera_up"] == pytest.approx(stats.t.sf(difference / error, 14))


def test_the_order_of_genes_changes_nothing():
    values = draw(np.random.default_rng(6), loading=0.5)
    order = np.random.default_rng(7).permutation(200)
    members = pd.DataFrame({"set": "signed", "gene_id": GENES[:30], "weight": SIGNS})
    shuffled = weigh_sets(members, ["signed"], [GENES[number] for number in order])
    pd.testing.assert_frame_equal(
        camera(fit_genes(values, DESIGN), SIGNED), camera(fit_genes(values[order], DESIGN), shuffled)
    )


def test_a_set_of_all_genes_or_of_none_has_no_p_value():
    members = pd.DataFrame({"set": ["all"] * 200 + ["none"], "gene_id": [*GENES, "elsewhere"]})
    found = camera(fit_genes(draw(np.random.default_rng(8)), DESIGN), weigh_sets(members, ["all", "none"], GENES))
    assert found[["p_camera_up", "p_camera_down", "p_camera"]].isna().all(axis=None)
