"""What cannot be done as planned is done otherwise, the same way by every step, and said: in a table, a gate and a sentence."""

import numpy as np
import pandas as pd
import pytest
from pydeseq2.dds import DeseqDataSet

from claimcheck.deseq2.design import Design
from claimcheck.deseq2.fallbacks import as_table, of_optimisers, of_shrinkage, of_size_factors, of_trend
from claimcheck.deseq2.heterogeneity import fit_heterogeneity
from claimcheck.deseq2.methods import MIN_CONTROL_GENES, POSCOUNTS, RATIO, TOTALS
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.qc.gates import size_factor_method_gate
from support.defaults import fit_given

DESIGN = Design("ko", "wt")
SAMPLES = pd.DataFrame({"sample": [f"s{n}" for n in range(8)], "condition": ["wt", "ko"] * 4})


def draw(*, genes=300, dispersion=0.05, level=(5, 1), seed=3):
    """Draw negative binomial counts without a difference; `dispersion` is a number, or of the mean."""
    rng = np.random.default_rng(seed)
    mean = rng.lognormal(*level, genes)[:, None] * rng.uniform(0.6, 1.6, 8)
    size = 1 / (dispersion(mean[:, :1]) if callable(dispersion) else np.full((genes, 1), dispersion))
    counts = rng.poisson(mean * rng.gamma(size, 1 / size, mean.shape))
    names = pd.Index([f"g{number:03d}" for number in range(genes)], name="gene_id")
    return pd.DataFrame(counts, index=names, columns=SAMPLES["sample"])


def with_zeros(counts, but=0):
    """Take the counts of every gene but some in one sample each, in turn."""
    counts = counts.copy()
    for number in range(but, len(counts)):
        counts.iat[number, number % counts.shape[1]] = 0
    return counts


def factors_of(counts):
    return estimate_size_factors(counts).set_index("sample")["size_factor"]


def whole(counts, **changes):
    return fit_given(counts, SAMPLES, DESIGN, alpha=0.05, **{"size_factors": factors_of(counts), **changes})


@pytest.mark.parametrize(
    ("but", "method", "usable"),
    [(300, RATIO, 300), (MIN_CONTROL_GENES, RATIO, 20), (19, POSCOUNTS, 19), (1, POSCOUNTS, 1), (0, POSCOUNTS, 0)],
)
def test_size_factors_say_how_they_were_estimated(but, method, usable):
    factors = estimate_size_factors(with_zeros(draw(), but))
    assert set(factors["method"]) == {method}
    assert set(factors["n_genes"]) == {usable}
    gate, found = size_factor_method_gate(factors), of_size_factors(factors, 300)
    assert gate.status == ("pass" if method == RATIO else "warn")
    assert [one.used for one in found] == ([] if method == RATIO else [method])
    assert f"{usable} gene{'s' * (usable != 1)}" in gate.reason


def test_without_a_gene_that_all_samples_have_they_are_those_of_poscounts():
    counts = with_zeros(draw())
    dataset = DeseqDataSet(counts=counts.T, metadata=SAMPLES.set_index("sample"), design="~condition", quiet=True)
    dataset.fit_size_factors(fit_type="poscounts")
    np.testing.assert_allclose(factors_of(counts), dataset.obs["size_factors"], rtol=1e-9)
    truth = factors_of(draw())
    assert np.abs(np.log(factors_of(counts) / truth)).max() < 0.25


def test_a_sample_without_counts_leaves_totals():
    counts = draw().assign(s3=0)
    factors = estimate_size_factors(counts)
    assert set(factors["method"]) == {TOTALS}
    assert np.isfinite(factors["size_factor"]).all()


def test_unused_genes_are_left_out_of_other_methods_too():
    counts = with_zeros(draw())
    blood = set(counts.index[:140])
    counts.loc[sorted(blood), SAMPLES.loc[SAMPLES["condition"] == "ko", "sample"]] *= 8
    robust = estimate_size_factors(counts, blood).set_index("sample")
    assert (robust["size_factor"] / factors_of(counts) - 1).abs().max() > 0.1
    np.testing.assert_allclose(robust["size_factor_all_genes"], factors_of(counts))


@pytest.mark.parametrize("but", [300, 0])
def test_the_comparison_is_made_with_the_size_factors_that_it_is_given(but):
    counts = with_zeros(draw(), but)
    given = factors_of(counts)
    fitted = whole(counts)
    np.testing.assert_array_equal(fitted.dataset.obs["size_factors"], given)
    np.testing.assert_array_equal(fitted.dataset.layers["normed_counts"], counts.T / given.to_numpy()[:, None])
    other = whole(counts, size_factors=given * np.linspace(1, 2, 8))
    assert not np.allclose(other.genes["log2_fold_change"], fitted.genes["log2_fold_change"])


def trended(mean):
    return 0.01 + 2 / mean


def backwards(mean):
    return np.minimum(0.002 * mean, 3.0)


@pytest.mark.parametrize(("dispersion", "is_planned"), [(trended, True), (backwards, False)])
def test_a_trend_of_dispersions_that_cannot_be_fitted_is_said(dispersion, is_planned):
    fitted = whole(draw(dispersion=dispersion, level=(4, 1.5)))
    found = [one for one in fitted.fallbacks if one.step == "trend of dispersions"]
    trend = fitted.dataset.var["fitted_dispersions"]
    assert (found == [], trend.nunique() == 1) == (is_planned, not is_planned)
    assert [one.status for one in found] == ["warn"] * (not is_planned)


def test_the_trend_of_the_test_of_heterogeneity_is_said_as_well():
    samples = SAMPLES.assign(sex=["f", "f", "m", "m"] * 2)
    counts = draw(dispersion=backwards, level=(4, 1.5))
    table, found = fit_heterogeneity(counts, samples, Design("ko", "wt", ("sex",)), size_factors=factors_of(counts))
    assert len(table) == len(counts)
    assert [one.step for one in found if one.status == "warn"] == ["trend of dispersions"]


def test_counts_that_vary_less_than_by_chance_have_no_dispersion_and_results():
    counts = draw()
    counts[:] = np.tile(counts[["s0"]].to_numpy(), (1, 8))
    counts.loc["g000", ["s1", "s3", "s5", "s7"]] *= 2
    fitted = whole(counts)
    assert [(one.step, one.used) for one in fitted.fallbacks] == [("trend of dispersions", "no dispersion")]
    assert (fitted.dataset.var["dispersions"] < 1e-7).all()
    assert fitted.genes["p_value_unfiltered"].notna().all()
    assert fitted.genes.set_index("gene_id")["log2_fold_change"]["g000"] == pytest.approx(1, abs=0.02)


def test_genes_that_another_optimiser_fits_are_counted():
    """Many zeros among large counts break the iterations; what PyDESeq2's optimiser takes over is counted, converged or not."""
    rng = np.random.default_rng(1)
    counts = draw(dispersion=0.5)
    counts[:] = np.where(rng.random(counts.shape) < 0.5, 0, counts)
    counts = counts[(counts > 0).sum(axis=1) > 1]
    fitted = whole(counts)
    others, unsettled = fitted.dataset.inference.handed_over["coefficients"]
    assert others > unsettled >= 0
    (found,) = [one for one in fitted.fallbacks if one.step == "coefficients" and one.status == "pass"]
    assert found.n_genes == others - unsettled
    assert whole(draw(dispersion=trended)).fallbacks == []
    assert of_optimisers({"coefficients": (0, 0)}) == []
    taken, unsettled = of_optimisers({"dispersions": (5, 2)})
    assert (taken.n_genes, taken.status, unsettled.n_genes, unsettled.status) == (3, "pass", 2, "warn")


def test_shrinkage_that_is_not_believed_is_said():
    mle = pd.Series([1.0, -2.0, np.nan, 0.5])
    assert of_shrinkage(mle, mle / 2, mle / 2) == []
    (single,) = of_shrinkage(mle, mle / 2, (mle / 2).where(mle != -2, mle))
    assert (single.n_genes, single.status) == (1, "pass")
    (all_genes,) = of_shrinkage(mle, -mle, mle)
    assert (all_genes.n_genes, all_genes.status, "are not shrunken" in all_genes.reason) == (3, "warn", True)


def test_the_table_is_as_its_entry_says():
    counts = with_zeros(draw())
    fits = {"comparison": of_size_factors(estimate_size_factors(counts), 300), "heterogeneity": []}
    table = as_table(fits)
    assert table["fit"].tolist() == ["comparison"]
    assert as_table({}).columns.tolist() == table.columns.tolist()
    assert of_trend({"disp_function_type": "parametric"}, 1e-8, 3) == []
