"""The rotation test keeps its error rate when genes are correlated, has a direction, and says what its plain formula says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.special import polygamma

from claimcheck.core.errors import StudyError
from claimcheck.deseq2.levels import log2_cpm_normalised
from claimcheck.gene_sets.tests.limma import GeneFits, fit_genes, inverse_trigamma, variance_prior, z_from_t
from claimcheck.gene_sets.tests.rotation import ROTATION_COLUMNS, detectable_change, draw_directions
from claimcheck.gene_sets.tests.weights import weigh_sets
from support.defaults import LEVELS, rotation_test

CONDITION = np.repeat([0.0, 1.0], [3, 4])
SEX = np.array([0.0, 1, 1, 0, 0, 1, 1])
PLAIN = np.column_stack([np.ones(7), CONDITION])
ADJUSTED = np.column_stack([np.ones(7), SEX, CONDITION])
P = list(ROTATION_COLUMNS[3:-1])


def draw(rng, genes=60, design=PLAIN, loading=0.0, prior_df=5.0):
    """Draw log2 values; the first half of the genes share a factor."""
    shared = np.outer(np.arange(genes) < genes / 2, loading * rng.normal(size=len(design)))
    deviation = np.sqrt(prior_df / rng.chisquare(prior_df, genes))[:, None]
    return deviation * (rng.normal(size=(genes, len(design))) + shared)


def sets_of(lists, genes=60):
    """Weigh sets given as gene numbers; a negative number -n - 1 is gene n with weight -1."""
    rows = [
        (name, f"g{gene if gene >= 0 else -gene - 1}", 1 if gene >= 0 else -1) for name in lists for gene in lists[name]
    ]
    members = pd.DataFrame(rows, columns=["set", "gene_id", "weight"])
    return weigh_sets(members, list(lists), [f"g{number}" for number in range(genes)])


LISTS = {"half": range(30), "few": [1, 4, 40, 44, 59], "signed": [0, 1, 2, -31, -32, -33, -34], "one": [7]}
SETS = sets_of(LISTS)


def written_out(values, design, weight, *, n_rotations, seed, prior_variance, prior_df):
    """The test as a loop over rotations with exact quantiles, for one set."""
    n, p = design.shape
    q, r = np.linalg.qr(design, mode="complete")
    effects = values @ q[:, p - 1 :]
    effects[:, 0] *= np.sign(r[p - 1, p - 1])
    d = n - p

    def statistic(u):
        variance = np.maximum((effects**2).sum(axis=1) - u**2, 1e-12) / d
        variance = (prior_df * prior_variance + d * variance) / (prior_df + d)
        t = u / np.sqrt(variance)
        z = stats.norm.isf(np.clip(stats.t.sf(np.abs(t), d + prior_df), 1e-300, 1)) * np.sign(t)
        return (weight * z).sum() / np.abs(weight).sum()

    observed = statistic(effects[:, 0])
    directions = np.random.default_rng(seed).normal(size=(n_rotations, d + 1))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rotated = np.array([statistic(effects @ direction) for direction in directions])
    counts = (rotated >= observed).sum(), (rotated <= observed).sum(), (np.abs(rotated) >= abs(observed)).sum()
    return observed, *[(count + 1) / (n_rotations + 1) for count in counts]


@pytest.mark.parametrize("design", [PLAIN, ADJUSTED], ids=["plain", "adjusted"])
@pytest.mark.parametrize("prior_df", [0.0, 4.3, 500.0])
def test_all_sets_at_once_give_what_a_loop_gives_on_the_same_rotations(design, prior_df):
    values = draw(np.random.default_rng(2), loading=0.5, design=design) + 0.4 * np.outer(np.arange(60) < 20, CONDITION)
    fits = replace(fit_genes(values, design), prior_variance=0.9, prior_df=prior_df)
    found = rotation_test(fits, SETS, seed=3, n_rotations=499)
    for row, weight in zip(found.itertuples(), SETS.matrix.toarray(), strict=True):
        prior = {"prior_variance": 0.9, "prior_df": prior_df}
        expected = written_out(values, design, weight, n_rotations=499, seed=3, **prior)
        np.testing.assert_allclose(row[3:-1], expected, atol=2e-6)


@pytest.mark.parametrize(
    ("design", "loading", "members"),
    [(PLAIN, 0.0, "half"), (PLAIN, 2.0, "half"), (ADJUSTED, 2.0, "half"), (PLAIN, 2.0, "signed")],
)
def test_p_values_are_uniform_if_there_is_no_effect(design, loading, members):
    rng = np.random.default_rng(11)
    sets = sets_of({members: LISTS[members]})
    p = []
    for seed in range(320):
        values = draw(rng, loading=loading, design=design) + np.outer(rng.normal(size=60), SEX) * (design is ADJUSTED)
        found = rotation_test(fit_genes(values, design), sets, seed=seed, n_rotations=499)
        p.append(found.loc[0, P].astype(float))
    table = pd.DataFrame(p)
    for column in P:
        assert stats.kstest(table[column], "uniform").pvalue > 0.01
        assert 0.02 < (table[column] <= 0.05).mean() < 0.08


def test_a_planted_shift_is_up_and_with_swapped_groups_down():
    values = draw(np.random.default_rng(4), loading=0.3)
    values[:30] += 2 * CONDITION
    swapped = np.column_stack([np.ones(7), 1 - CONDITION])
    up = rotation_test(fit_genes(values, PLAIN), SETS, seed=1).set_index("set").loc["half"]
    down = rotation_test(fit_genes(values, swapped), SETS, seed=1).set_index("set").loc["half"]
    assert up["mean_z"] > 1
    assert down["mean_z"] == pytest.approx(-up["mean_z"])
    assert up["p_rotation_up"] == pytest.approx(0, abs=0.01)
    assert up["p_rotation_down"] == pytest.approx(1, abs=0.01)
    assert down["p_rotation_up"] == pytest.approx(1, abs=0.01)
    assert down["p_rotation_down"] == pytest.approx(0, abs=0.01)
    assert up["p_rotation_two_sided"] == pytest.approx(up["p_rotation_up"] + (1 - up["p_rotation_down"]), abs=0.01)


def test_a_signed_set_is_up_if_its_arms_move_apart():
    values = draw(np.random.default_rng(5))
    values[:10] += 2 * CONDITION
    values[10:20] -= 2 * CONDITION
    genes = [f"g{number}" for number in range(60)]
    members = pd.DataFrame({"set": "signed", "gene_id": genes[:20], "weight": np.repeat([1, -1], 10)})
    members = pd.concat([members, members.assign(set="unsigned", weight=1)])
    names = ["signed", "unsigned"]
    found = rotation_test(fit_genes(values, PLAIN), weigh_sets(members, names, genes), seed=1).set_index("set")
    assert found.loc["signed", "p_rotation_up"] < 0.01
    assert found.loc["unsigned", "p_rotation_two_sided"] > 0.1
    assert found["n_genes"].to_list() == [20, 20]


def test_a_difference_between_the_sexes_leaves_no_trace_once_it_is_adjusted_for():
    uneven = np.array([0.0, 1, 1, 0, 0, 1, 1])[::-1]
    plain = np.column_stack([np.ones(7), uneven])
    adjusted = np.column_stack([np.ones(7), SEX, uneven])
    reordered = np.column_stack([SEX, np.ones(7), uneven])
    values = draw(np.random.default_rng(6))
    shifted = values + np.outer(np.random.default_rng(7).normal(3, 1, 60), SEX)
    expected = rotation_test(fit_genes(values, adjusted), SETS, seed=1)
    for design in (adjusted, reordered):
        found = rotation_test(fit_genes(shifted, design), SETS, seed=1)
        np.testing.assert_allclose(found["mean_z"], expected["mean_z"], atol=1e-9)
    blurred = rotation_test(fit_genes(shifted, plain), SETS, seed=1)
    assert not np.allclose(blurred["mean_z"], expected["mean_z"], atol=0.1)


def test_the_order_of_genes_and_sets_and_the_size_of_blocks_change_nothing():
    values = draw(np.random.default_rng(7), loading=0.5)
    first = rotation_test(fit_genes(values, PLAIN), SETS, seed=8, n_rotations=999)
    for block_values in (1, 60, 1_000, 10**7):
        blocked = rotation_test(fit_genes(values, PLAIN), SETS, seed=8, n_rotations=999, block_values=block_values)
        pd.testing.assert_frame_equal(first, blocked)
    order = np.random.default_rng(9).permutation(60)
    place = np.argsort(order)
    names = list(reversed(LISTS))
    moved = {name: [place[g] if g >= 0 else -place[-g - 1] - 1 for g in LISTS[name]] for name in names}
    shuffled = rotation_test(fit_genes(values[order], PLAIN), sets_of(moved), seed=8, n_rotations=999)
    shuffled = shuffled.set_index("set").loc[list(LISTS)].reset_index()
    pd.testing.assert_frame_equal(first, shuffled)


def test_genes_without_variation_count_as_no_difference():
    values = draw(np.random.default_rng(10))
    values[:5] = 3.0
    fits = fit_genes(values, PLAIN)
    for prior_df in (0.0, fits.prior_df, np.inf):
        found = rotation_test(replace(fits, prior_df=prior_df), sets_of({"flat": range(5)}), seed=1, n_rotations=99)
        assert found.loc[0, "mean_z"] == pytest.approx(0, abs=1e-6)


def test_a_set_without_measured_genes_has_no_p_value():
    members = pd.DataFrame({"set": ["none", "some"], "gene_id": ["elsewhere", "g1"]})
    sets = weigh_sets(members, ["none", "some"], [f"g{number}" for number in range(60)])
    found = rotation_test(fit_genes(draw(np.random.default_rng(1)), PLAIN), sets, seed=1, n_rotations=99)
    assert found["n_genes"].to_list() == [0, 1]
    assert found.loc[0, ["mean_z", *P]].isna().all()
    assert found.loc[1, ["mean_z", *P]].notna().all()


def test_a_weight_that_is_no_sign_stops():
    members = pd.DataFrame({"set": "s", "gene_id": ["g1", "g2"], "weight": [1, 0.5]})
    with pytest.raises(StudyError, match=r"the weight of g2 is 0\.5"):
        weigh_sets(members, ["s"], ["g1", "g2"])


def test_directions_are_uniform_on_the_sphere():
    drawn = draw_directions(20_000, 4, seed=1)
    np.testing.assert_allclose(np.linalg.norm(drawn, axis=1), 1)
    np.testing.assert_allclose(drawn.T @ drawn / len(drawn), np.eye(4) / 4, atol=0.01)
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.02)


def test_the_prior_of_variances_is_recovered():
    rng = np.random.default_rng(12)
    true = 0.3 * 8 / rng.chisquare(8, 20_000)
    variance, df = variance_prior(true * rng.chisquare(5, 20_000) / 5, 5)
    assert variance == pytest.approx(0.3, rel=0.03)
    assert df == pytest.approx(8, rel=0.08)


def test_variances_that_differ_by_chance_alone_have_an_infinite_prior():
    variances = np.full(100, 2.0)
    assert variance_prior(variances, 5) == (pytest.approx(2.0), np.inf)
    fits = GeneFits(np.array([[3.0, 1.0, 1.0], [-1.0, 9.0, 2.0]]), 0.5, 2, 4.0, np.inf)
    np.testing.assert_allclose(fits.z, [1.5, -0.5])
    np.testing.assert_allclose(fits.log2_fold_change, [1.5, -0.5])
    found = rotation_test(fits, sets_of({"both": [0, -2]}, genes=2), seed=1, n_rotations=99)
    assert found.loc[0, "mean_z"] == pytest.approx(1.0)


@pytest.mark.parametrize("y", [1e-9, 0.01, 0.5, 3.0, 1e4, 1e8])
def test_trigamma_is_inverted(y):
    assert inverse_trigamma(float(polygamma(1, y))) == pytest.approx(y, rel=1e-6)


def test_normal_deviates_have_the_tail_of_t_and_stay_finite():
    t = np.array([-2.0, 0.0, 2.0, 1e200])
    z = z_from_t(t, 3)
    np.testing.assert_allclose(stats.norm.sf(z[:3]), stats.t.sf(t[:3], 3))
    assert 8 < z[3] < 38
    assert np.isfinite(z_from_t(np.array([1e6]), np.inf)).all()


def test_log2_cpm_follows_edger_with_the_prior_in_proportion_to_depth():
    counts = np.array([[0, 0], [10, 40], [90, 360]])
    values = log2_cpm_normalised(counts, np.array([1.0, 4.0]))
    library, prior = np.array([100.0, 400.0]), 2 * np.array([100.0, 400.0]) / 250
    np.testing.assert_allclose(values, np.log2((counts + prior) / (library + 2 * prior) * 1e6))
    np.testing.assert_allclose(values[:, 0], values[:, 1])
    np.testing.assert_allclose(values, log2_cpm_normalised(counts, np.array([10.0, 40.0])))


@pytest.mark.parametrize("loading", [0.0, 0.7])
def test_the_detectable_change_is_found_with_the_power_asked_for(loading):
    rng = np.random.default_rng(5)
    sets, changes, found = sets_of({"half": LISTS["half"]}), [], []
    values = [draw(rng, loading=loading) for _ in range(200)]
    for one in values:
        fits = fit_genes(one, PLAIN)
        spread = rotation_test(fits, sets, seed=1, n_rotations=199)["spread"].to_numpy()
        changes.append(detectable_change(fits, sets, spread, LEVELS)[0])
    change = np.mean(changes)
    for one in values:
        one[:30] += change * CONDITION
        found.append(rotation_test(fit_genes(one, PLAIN), sets, seed=1, n_rotations=199).at[0, "p_rotation_two_sided"])
    assert 0.6 < np.mean(np.array(found) <= 0.05) < 0.95
