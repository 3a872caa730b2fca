"""Fold changes are test / reference, recover what was planted, and agree with R's DESeq2 on real counts."""

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from claimcheck.core.errors import StudyError
from claimcheck.deseq2.accounting import (
    DISPERSION_COLUMNS,
    counts_to_look_at,
    list_dispersions,
    share_of_true_nulls,
    summarise,
)
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.differential import GENE_COLUMNS
from claimcheck.deseq2.filtering import filter_genes
from claimcheck.deseq2.heterogeneity import fit_heterogeneity
from claimcheck.deseq2.size_factors import estimate_size_factors, require_control_genes
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data
from support.defaults import count_outlier_genes, fit, guard_shrinkage, minimum_detectable_effect

PLANTED = {"up": 1.5, "down": -1.5, "deleted": -4.0}
DESIGN = Design("ko", "wt")


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Compute as the workflow does; threads inside numerical libraries cost several times more than they bring."""
    with threadpool_limits(1):
        yield


def sheet(groups, **covariates):
    names = [f"s{number}" for number in range(len(groups))]
    return pd.DataFrame({"sample": names, "condition": list(groups), **covariates})


SAMPLES = sheet(["wt", "ko"] * 4, batch=["a", "a", "b", "b"] * 2)


def draw(samples, *, test="ko", planted=PLANTED, batch_log2=0.0, genes=300, seed=5):
    """Draw negative binomial counts with dispersion 0.02 and uneven libraries; `planted` are the first genes."""
    rng = np.random.default_rng(seed)
    names = [*planted, *(f"g{number:03d}" for number in range(genes - len(planted)))]
    level = rng.lognormal(6, 1, genes)
    level[: len(planted)] = 800 if len(planted) < 10 else 400
    effect = np.zeros(genes)
    effect[: len(planted)] = list(planted.values())
    is_test = (samples["condition"] == test).to_numpy()
    in_batch = (samples.get("batch", pd.Series("a", samples.index)) == "b").to_numpy()
    log2 = np.outer(effect, is_test) + np.outer(rng.normal(0, 1, genes) * batch_log2, in_batch)
    mean = level[:, None] * 2.0**log2 * rng.uniform(0.6, 1.6, len(samples))
    counts = rng.poisson(mean * rng.gamma(50, 1 / 50, mean.shape))
    return pd.DataFrame(counts, index=pd.Index(names, name="gene_id"), columns=samples["sample"])


@pytest.fixture(scope="module")
def counts():
    return draw(SAMPLES)


@pytest.fixture(scope="module")
def fitted(counts):
    return fit(counts, SAMPLES, DESIGN, alpha=0.05)[0]


def test_more_counts_in_the_test_group_is_positive(counts, fitted):
    table = fitted.set_index("gene_id")
    normalised = counts / counts.sum()
    for gene in ("up", "down", "deleted"):
        by_group = normalised.loc[gene].groupby(SAMPLES["condition"].to_numpy()).mean()
        assert np.sign(table.loc[gene, "log2_fold_change"]) == np.sign(by_group["ko"] - by_group["wt"])
        assert np.sign(table.loc[gene, "stat"]) == np.sign(table.loc[gene, "log2_fold_change_shrunken"])
    assert table.loc["up", "log2_fold_change"] > 0 > table.loc["down", "log2_fold_change"]


def test_what_was_planted_is_recovered(fitted):
    table = fitted.set_index("gene_id")
    for gene, planted in PLANTED.items():
        row = table.loc[gene]
        assert abs(row["log2_fold_change"] - planted) < 3 * row["lfc_se"]
        assert row["p_adjusted"] < 0.01
    null = table.drop(index=list(PLANTED))
    assert (null["p_value"] < 0.05).mean() < 0.12


def test_rows_follow_the_counts_and_hold_the_named_columns(counts, fitted):
    assert list(fitted["gene_id"]) == list(counts.index)
    assert set(fitted) == set(GENE_COLUMNS) - {"symbol"}
    np.testing.assert_allclose(fitted["stat"], fitted["log2_fold_change"] / fitted["lfc_se"], rtol=1e-6)


@pytest.mark.parametrize(("test", "reference"), [("a_mutant", "z_control"), ("z_mutant", "a_control"), ("2", "10")])
def test_the_reference_is_the_reference_whatever_the_alphabet(test, reference):
    samples = sheet([test, reference] * 3)
    counts = draw(samples, test=test, genes=120)
    table = fit(counts, samples, Design(test, reference), alpha=0.05)[0].set_index("gene_id")
    assert table.loc["up", "log2_fold_change"] > 1
    assert table.loc["deleted", "log2_fold_change"] < -3


def test_swapping_the_groups_turns_every_sign(counts, fitted):
    swapped = fit(counts, SAMPLES, Design("wt", "ko"), alpha=0.05)[0]
    np.testing.assert_allclose(swapped["log2_fold_change"], -fitted["log2_fold_change"], atol=1e-3)


def test_order_of_genes_and_samples_changes_nothing(counts, fitted):
    rng = np.random.default_rng(1)
    genes, order = rng.permutation(counts.index), rng.permutation(len(SAMPLES))
    turned = fit(counts.loc[genes].iloc[:, order], SAMPLES.iloc[order], DESIGN, alpha=0.05)[0]
    turned = turned.set_index("gene_id").loc[list(fitted["gene_id"])].reset_index()
    pd.testing.assert_frame_equal(turned, fitted, rtol=1e-3, atol=1e-4)


def test_the_same_counts_give_the_same_table(counts, fitted):
    pd.testing.assert_frame_equal(fit(counts, SAMPLES, DESIGN, alpha=0.05)[0], fitted, check_exact=True)


def test_a_covariate_takes_its_part_of_the_variation():
    # three of four knockouts are in batch b, one of four controls: the batch leaks into the plain comparison
    samples = sheet(["wt", "wt", "wt", "wt", "ko", "ko", "ko", "ko"], batch=list("aaabbbba"))
    counts = draw(samples, batch_log2=1.5)
    plain = fit(counts, samples, DESIGN, alpha=0.05)[0].set_index("gene_id")
    adjusted = fit(counts, samples, Design("ko", "wt", ("batch",)), alpha=0.05)[0].set_index("gene_id")
    null = plain.index.difference(list(PLANTED))
    assert adjusted.loc[null, "log2_fold_change"].std() < 0.6 * plain.loc[null, "log2_fold_change"].std()
    for gene, planted in PLANTED.items():
        assert abs(adjusted.loc[gene, "log2_fold_change"] - planted) < 3 * adjusted.loc[gene, "lfc_se"]


def test_genes_are_kept_by_the_smaller_group_or_by_name():
    samples = sheet(["wt", "wt", "wt", "ko", "ko"])
    rows = {
        "two_of_five": [10, 10, 0, 0, 0],
        "one_of_five": [99, 0, 0, 0, 0],
        "just_below": [9, 9, 9, 9, 9],
        "named": [0, 0, 1, 0, 0],
        "named_zero": [0, 0, 0, 0, 0],
    } | {f"g{number}": [50] * 5 for number in range(50)}
    counts = pd.DataFrame(rows, index=samples["sample"]).T
    kept = filter_genes(counts, samples, min_count=10, keep={"named", "named_zero", "absent"})
    assert list(kept.index) == ["two_of_five", "named", *(f"g{number}" for number in range(50))]
    with pytest.raises(StudyError, match="only 49 genes"):
        filter_genes(counts.iloc[6:], samples, min_count=10, keep=set())


def test_a_flipped_or_enlarged_fold_change_is_replaced_alone():
    mle = pd.Series(np.linspace(-3, 3, 4000))
    shrunken = mle * 0.8
    spoilt = shrunken.copy()
    spoilt.iloc[0], spoilt.iloc[-1] = 2.0, 9.0
    base_mean = pd.Series(np.random.default_rng(1).permutation(4000))
    guarded = guard_shrinkage(mle, spoilt, base_mean)
    assert guarded.iloc[0] == mle.iloc[0]
    assert guarded.iloc[-1] == mle.iloc[-1]
    pd.testing.assert_series_equal(guarded.iloc[1:-1], shrunken.iloc[1:-1])


def test_shrinkage_that_fails_for_many_genes_is_not_used():
    mle = pd.Series(np.linspace(-3, 3, 1000))
    base_mean = pd.Series(np.arange(1000.0))
    pd.testing.assert_series_equal(guard_shrinkage(mle, -mle, base_mean), mle)
    to_nothing = guard_shrinkage(mle, mle * 0, base_mean)
    assert (to_nothing == 0).all(), "shrinkage of everything to zero is a result, not a failure"


def test_the_summary_adds_up(counts, fitted):
    low = pd.DataFrame(1, index=["low_1", "low_2"], columns=counts.columns)
    everything = pd.concat([counts, counts.iloc[:5].rename(index="zero_{}".format) * 0, low])
    fitted = fitted.assign(missing="")
    fitted.loc[10:12, ["p_value", "p_adjusted", "missing"]] = [np.nan, np.nan, "outlier sample s1 (Cook's distance)"]
    fitted.loc[20:23, ["p_adjusted", "missing"]] = [np.nan, "too few counts to be worth correcting for"]
    fitted.loc[30, ["p_value", "p_adjusted", "missing"]] = [np.nan, np.nan, "the model could not be fitted"]
    summary = summarise(fitted, everything, SAMPLES, DESIGN, alpha=0.05, threshold=2.0).set_index("quantity")["value"]
    number = summary.drop(["alpha", "share_of_true_nulls"]).astype(int)
    assert (number["n_test"], number["n_reference"]) == (4, 4)
    assert (number["n_genes_counted"], number["n_genes_all_zero"], number["n_genes_low"]) == (307, 5, 2)
    assert (number["n_outlier"], number["n_filtered"], number["n_not_fitted"]) == (3, 4, 1)
    significant = fitted[fitted["p_adjusted"] < 0.05]
    assert number["n_significant_up"] == (significant["log2_fold_change"] > 0).sum() >= 1
    assert number["n_significant_up"] + number["n_significant_down"] == len(significant)
    assert summary["alpha"] == "0.05"
    assert number["n_below_0.05"] == len(significant)
    assert number["n_below_0.05_large"] == (significant["log2_fold_change"].abs() >= 2).sum() == 1
    assert number["n_below_0.05"] <= number["n_below_0.1"] == (fitted["p_adjusted"] < 0.1).sum()
    assert 0.5 < float(summary["share_of_true_nulls"]) <= 1


def test_the_share_of_true_nulls_is_that_of_a_mixture():
    rng = np.random.default_rng(2)
    p_values = pd.Series([*rng.uniform(size=7_000), *rng.beta(0.05, 8, size=3_000), np.nan])
    assert share_of_true_nulls(p_values) == pytest.approx(0.7, abs=0.02)
    assert share_of_true_nulls(pd.Series(np.linspace(0.2, 1, 99))) == 1
    assert np.isnan(share_of_true_nulls(pd.Series([np.nan])))


def test_dispersions_lie_between_the_gene_and_the_trend_but_far_above_it(counts):
    spread = counts.copy()
    spread.loc["g050"] = [100, 9000, 120, 100, 8000, 110, 7500, 90]
    table, dataset = fit(spread, SAMPLES, DESIGN, alpha=0.05)
    found = list_dispersions(dataset, pd.Series({"g050": "Wild"})).set_index("gene_id")
    assert ["gene_id", *found] == list(DISPERSION_COLUMNS)
    assert found.at["g050", "symbol"] == "Wild"
    assert found.index[found["above_trend"]].tolist() == ["g050"]
    assert found.at["g050", "final"] == found.at["g050", "gene_wise"] > 10 * found.at["g050", "trend"]
    others = found[~found["above_trend"]]
    assert (others["final"] == others["posterior"]).all()
    between = others["posterior"].between(
        0.999 * others[["gene_wise", "trend"]].min(axis=1), 1.001 * others[["gene_wise", "trend"]].max(axis=1)
    )
    assert between.mean() > 0.98
    np.testing.assert_array_equal(found["final"], table["dispersion"])
    assert found["final"].median() == pytest.approx(0.02, rel=0.25)


@pytest.fixture(scope="module")
def wild():
    """Three against three, where one animal has a hundred times the counts of a gene that does not differ."""
    samples = sheet(["wt", "wt", "wt", "ko", "ko", "ko"])
    counts = draw(samples, seed=8)
    counts.loc["g007"] = [100, 110, 95, 105, 98, 20_000]
    return samples, counts, *fit(counts, samples, DESIGN, alpha=0.05)


def test_an_outlier_is_shown_with_its_sample_and_not_hidden(wild):
    samples, _, table, dataset = wild
    row = table.set_index("gene_id").loc["g007"]
    assert np.isnan(row["p_value"])
    assert row["missing"] == "outlier sample s5 (Cook's distance)"
    assert row["log2_fold_change"] > 4
    assert 0 < row["p_value_unfiltered"] < 1
    shown = counts_to_look_at(table.assign(symbol=table["gene_id"]), dataset, samples, {"deleted"})
    assert shown["gene_id"].iloc[0] == "deleted"
    of_gene = shown[shown["gene_id"] == "g007"].set_index("sample")
    assert set(of_gene["reason"]) == {row["missing"]}
    assert of_gene.at["s5", "normalised_count"] > 100 * of_gene.at["s4", "normalised_count"]
    assert list(of_gene.index) == list(samples["sample"])


def test_every_missing_value_has_its_reason(wild, fitted):
    for table in (wild[2], fitted):
        missing = table["p_value"].isna() | table["p_adjusted"].isna()
        assert ((table["missing"] != "") == missing).all()
        present = table["p_value"].notna()
        np.testing.assert_allclose(table.loc[present, "p_value_unfiltered"], table.loc[present, "p_value"], rtol=1e-6)


def test_the_least_effect_shrinks_with_animals_and_counts():
    """With mean 50, dispersion 0.1 and 3 + 3 animals, SE = sqrt(2/3 (0.02 + 0.1)) / ln 2 = 0.408 and 2.8 SE = 1.143."""
    mean, dispersion = pd.Series([50.0, 5000.0, 0.0]), pd.Series([0.1, 0.1, 0.1])
    three = minimum_detectable_effect(mean, dispersion, pd.Series({"wt": 3, "ko": 3}))
    six = minimum_detectable_effect(mean, dispersion, pd.Series({"wt": 6, "ko": 6}))
    assert three[0] == pytest.approx(1.143, abs=2e-3)
    assert three[1] < three[0]
    assert np.isnan(three[2])
    np.testing.assert_allclose(six[:2], three[:2] / np.sqrt(2))


def test_the_least_effect_is_found_four_times_in_five():
    samples = sheet(["wt", "ko"] * 4)
    effect = minimum_detectable_effect(pd.Series([400.0]), pd.Series([0.02]), samples["condition"].value_counts())[0]
    planted = {f"planted{number}": effect * (-1) ** number for number in range(100)}
    counts = draw(samples, planted=planted, genes=400)
    table = fit(counts, samples, DESIGN, alpha=0.05)[0].set_index("gene_id")
    assert 0.65 < (table.loc[list(planted), "p_value_unfiltered"] < 0.05).mean() < 0.95


def test_size_factors_leave_out_what_composition_moves():
    """A third of the genes, those of blood, are fourfold in all knockouts: all genes together hide the rest."""
    samples = sheet(["wt", "ko"] * 4)
    blood = {f"blood{number}": 2.0 for number in range(180)}
    counts = draw(samples, planted=blood, genes=300)
    rest = counts.index.difference(list(blood))
    plain = fit(counts, samples, DESIGN, alpha=0.05)[0].set_index("gene_id")
    robust = fit(counts, samples, DESIGN, alpha=0.05, unused_for_size_factors=set(blood))[0].set_index("gene_id")
    assert plain.loc[rest, "log2_fold_change"].median() < -1.5
    assert abs(robust.loc[rest, "log2_fold_change"].median()) < 0.1
    assert (robust.loc[list(blood), "log2_fold_change"] - 2).abs().median() < 0.2
    factors = estimate_size_factors(counts, set(blood))
    assert (factors["relative_difference"].abs() > 0.5).any()
    assert (estimate_size_factors(counts)["relative_difference"].abs() < 1e-12).all()


def test_an_effect_in_one_sex_alone_is_heterogeneous():
    samples = sheet(["wt"] * 6 + ["ko"] * 6, sex=["female", "male"] * 6)
    counts = draw(samples)
    knocked_out_males = ((samples["condition"] == "ko") & (samples["sex"] == "male")).to_numpy()
    counts.loc["g050"] = np.where(knocked_out_males, counts.loc["g050"] * 6, counts.loc["g050"])
    design = Design("ko", "wt", ("sex",))
    factors = estimate_size_factors(counts).set_index("sample")["size_factor"]
    table = fit_heterogeneity(counts, samples, design, size_factors=factors)[0].set_index("gene_id")
    assert table.at["g050", "difference"] == pytest.approx(np.log2(6), abs=0.6)
    assert table.at["g050", "p_adjusted"] < 0.01
    others = table.drop(index="g050")
    assert (others["p_value"] < 0.05).mean() < 0.12
    assert abs(table.at["up", "difference"]) < 0.6, "an effect in both sexes is none"
    assert fit_heterogeneity(counts, samples, DESIGN, size_factors=factors)[0].empty
    assert fit_heterogeneity(counts.iloc[:, 3:9], samples.iloc[3:9], design, size_factors=factors)[0].empty


def test_a_sample_that_is_the_outlier_of_many_genes_is_flagged():
    outliers = ["s1"] * 12 + ["s0", "s2", "s3"] * 2
    missing = [f"outlier sample {name} (Cook's distance)" for name in outliers] + ["", "too few counts"]
    table = count_outlier_genes(pd.DataFrame({"missing": missing}), sheet(["wt", "ko"] * 3))
    assert table["n_outlier_genes"].tolist() == [2, 12, 2, 2, 0, 0]
    assert table.loc[table["flagged"], "sample"].tolist() == ["s1"]


def test_too_few_genes_for_size_factors_stop():
    counts = draw(SAMPLES)
    with pytest.raises(StudyError, match="19 genes with counts in every sample are left"):
        require_control_genes(counts, set(counts.index[19:]))


def test_fold_changes_agree_with_deseq2_in_r():
    """The file of R's results is day 7 / day 0, positive = higher at day 7: Reg3b rises from 200 to 7,000 counts.

    Every tenth gene is fitted, since all take a minute. That shifts the size factors a little, and with them all fold
    changes alike.
    """
    folder = shared_data("counts/colitis_DSS")
    published = pd.read_csv(folder / "dge_results.csv", index_col=0)
    counts = read_count_table(folder / "gene_counts.csv").counts
    chosen = counts[(np.arange(len(counts)) % 10 == 0) | (counts.index == "Reg3b")]
    samples = pd.DataFrame({"sample": counts.columns, "condition": [name[3:6] for name in counts]})
    ours = fit(chosen, samples, Design("d07", "d00"), alpha=0.05)[0].set_index("gene_id")
    shared = published.index.intersection(ours.index)
    assert len(shared) > 1000
    fold_changes = ours.loc[shared, "log2_fold_change"]
    assert np.corrcoef(fold_changes, published.loc[shared, "log2FoldChange"])[0, 1] > 0.99999
    assert abs((fold_changes - published.loc[shared, "log2FoldChange"]).median()) < 0.05
    assert ours.loc["Reg3b", "log2_fold_change"] == pytest.approx(5.0728, abs=0.05)
