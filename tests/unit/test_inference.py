"""The vectorised core gives what PyDESeq2's own gives, gene by gene, or a better optimum, or what R's DESeq2 gives."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from pydeseq2 import utils
from pydeseq2.dds import DeseqDataSet
from pydeseq2.default_inference import DefaultInference
from pydeseq2.ds import DeseqStats
from scipy.stats import nbinom, norm
from threadpoolctl import threadpool_limits

from claimcheck.deseq2.dataset import DataSet
from claimcheck.deseq2.dispersions import fit_trend
from claimcheck.deseq2.inference import VectorisedInference
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data

REFERENCE = Path(__file__).parents[1] / "reference"
DEFAULT = DefaultInference(n_cpus=1)
OURS = VectorisedInference()
MIN_MU, BOUNDS = 0.5, (1e-8, 12.0)

HARD = {
    "zero in one group": [0] * 6 + [40, 55, 38, 61, 47, 52],
    "nearly zero in one group": [0, 0, 1, 0, 0, 0, 900, 1100, 870, 1300, 940, 1010],
    "one outlier": [20, 25, 18, 30, 22, 26, 21, 24, 5000, 19, 28, 23],
    "one count": [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0],
    "tiny mean": [0, 1, 0, 0, 2, 0, 0, 0, 1, 0, 0, 1],
    "huge counts": [1_000_000, 950_000, 1_100_000, 990_000, 1_020_000, 970_000] * 2,
    "huge difference": [3, 1, 2, 5, 0, 2, 900_000, 1_200_000, 1_000_000, 850_000, 990_000, 1_050_000],
    "no scatter": [50] * 12,
    "two clusters": [1, 400, 2, 380, 1, 500, 420, 3, 390, 2, 450, 1],
}
SHAPES = [
    pytest.param(["group"], id="two groups"),
    pytest.param(["group", "batch"], id="with a batch"),
    pytest.param(["group", "batch", "age"], id="with a batch and a number"),
]


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Compute as the workflow does; threads inside numerical libraries cost several times more than they bring."""
    with threadpool_limits(1):
        yield


def draw(genes=150, seed=3):
    """Draw counts of 12 samples (genes are columns), HARD ones first, with size factors and possible covariates."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(4, 2, genes)
    covariates = {
        "intercept": np.ones(12),
        "group": np.repeat([0.0, 1.0], 6),
        "batch": np.tile([0.0, 1.0], 6),
        "age": rng.normal(0, 1, 12),
    }
    size_factors = rng.uniform(0.5, 1.8, 12)
    log_mean = np.log(level) + np.outer(covariates["group"], rng.normal(0, 1, genes))
    log_mean += np.outer(covariates["batch"], rng.normal(0, 0.5, genes))
    dispersion = (0.03 + 2 / level) * rng.lognormal(0, 0.5, genes)
    mean = np.exp(log_mean) * size_factors[:, None]
    counts = rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, mean.shape))
    counts = counts[:, counts.any(axis=0)]
    return np.column_stack([np.array(list(HARD.values())).T, counts]), size_factors, covariates


def study(columns):
    """Fit one model with PyDESeq2's own core, and keep what each method is given."""
    counts, size_factors, covariates = draw()
    design = np.column_stack([covariates[name] for name in ["intercept", *columns]])
    normed = counts / size_factors[:, None]
    rough = utils.fit_rough_dispersions(normed, design)
    guess = np.clip(np.minimum(rough, utils.fit_moments_dispersions(normed, size_factors)), *BOUNDS)
    trend = 0.03 + 2 / normed.mean(axis=0)
    return SimpleNamespace(
        counts=counts, size_factors=size_factors, design=design, normed=normed, guess=guess, trend=trend
    )


@pytest.fixture(scope="module", params=SHAPES)
def given(request):
    return study(request.param)


def coefficients(inference, given, **options):
    options = {"min_mu": MIN_MU, "beta_tol": 1e-8} | options
    return inference.irls(given.counts, given.size_factors, given.design, given.trend, **options)


def dispersions(inference, given, mu, *, prior=None):
    guess = given.guess if prior is None else given.trend
    return inference.alpha_mle(
        given.counts, given.design, mu, guess, *BOUNDS, prior_disp_var=prior, prior_reg=prior is not None
    )


def shrunken(inference, given, *, scale, dispersion=None, index=1):
    dispersion = given.trend if dispersion is None else dispersion
    return inference.lfc_shrink_nbinom_glm(
        given.design, given.counts, 1 / dispersion, np.log(given.size_factors), 15, scale, "L-BFGS-B", index
    )


def dispersion_loss(given, mu, log_dispersion, *, prior=None):
    """Compute the negative log-likelihood with the Cox-Reid term and the prior, by scipy's distribution."""
    size = np.exp(-log_dispersion)
    weights = mu / (1 + mu / size)
    _, log_det = np.linalg.slogdet(np.einsum("sg,si,sj->gij", weights, given.design, given.design))
    loss = 0.5 * log_det - nbinom.logpmf(given.counts, size, size / (size + mu)).sum(axis=0)
    return loss if prior is None else loss + (log_dispersion - np.log(given.trend)) ** 2 / (2 * prior)


def test_coefficients_means_and_leverages_are_those_of_pydeseq2(given):
    ours, theirs = coefficients(OURS, given), coefficients(DEFAULT, given)
    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-7)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-6)
    np.testing.assert_allclose(ours[2], theirs[2], atol=1e-7)
    assert (ours[3] == theirs[3]).all()


@pytest.mark.parametrize(
    "options", [{"maxiter": 3}, {"max_beta": 4.0, "min_beta": -4.0}], ids=["slow", "out of bounds"]
)
def test_genes_that_do_not_converge_together_are_fitted_as_pydeseq2_fits_them(options):
    given = study(["group", "batch"])
    ours, theirs = coefficients(OURS, given, **options), coefficients(DEFAULT, given, **options)
    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-7)
    assert (ours[3] == theirs[3]).all()
    assert not np.allclose(ours[0], coefficients(OURS, given)[0], atol=1e-3), "the option gives no gene trouble"


def test_means_of_a_linear_model_are_those_of_pydeseq2():
    given = study(["group"])
    arguments = given.counts, given.size_factors, given.design, MIN_MU
    np.testing.assert_allclose(OURS.lin_reg_mu(*arguments), DEFAULT.lin_reg_mu(*arguments), rtol=1e-9)


def test_first_guesses_of_dispersions_are_those_of_pydeseq2(given):
    rough = OURS.fit_rough_dispersions(given.normed, given.design)
    np.testing.assert_allclose(rough, DEFAULT.fit_rough_dispersions(given.normed, given.design), rtol=1e-8, atol=1e-12)
    moments = OURS.fit_moments_dispersions(given.normed, pd.Series(given.size_factors))
    np.testing.assert_allclose(moments, DEFAULT.fit_moments_dispersions(given.normed, given.size_factors), rtol=1e-12)


def test_a_design_without_replicates_has_no_dispersion():
    with pytest.raises(ValueError, match="no replicates"):
        OURS.fit_rough_dispersions(np.ones((2, 3)), np.array([[1, 0], [1, 1]]))


@pytest.mark.parametrize("prior", [None, 0.8], ids=["likelihood", "posterior"])
def test_dispersions_are_those_of_pydeseq2_or_likelier(given, prior):
    mu = np.maximum(coefficients(OURS, given)[1], MIN_MU)
    ours, converged = dispersions(OURS, given, mu, prior=prior)
    theirs, _ = dispersions(DEFAULT, given, mu, prior=prior)
    assert converged.all()
    free = (given.guess > BOUNDS[0]) | (prior is not None)
    gain = dispersion_loss(given, mu, np.log(theirs), prior=prior) - dispersion_loss(
        given, mu, np.log(ours), prior=prior
    )
    assert gain[free].min() > -1e-6
    same = np.abs(np.log(ours / theirs)) < 1e-3
    interior = (ours > 1e-5) & free
    assert same[interior].mean() > 0.9
    assert (same | (gain > 0))[interior].all()


def test_dispersions_are_stationary_or_at_a_bound(given):
    mu = np.maximum(coefficients(OURS, given)[1], MIN_MU)
    found = np.log(dispersions(OURS, given, mu)[0])
    inside = (found > np.log(1e-5)) & (found < np.log(BOUNDS[1]))
    assert inside.sum() > 80
    for step in (-0.01, 0.01):
        worse = dispersion_loss(given, mu, found + step) - dispersion_loss(given, mu, found)
        assert worse[inside].min() > 0


def test_a_gene_with_no_more_than_poisson_scatter_stays_at_the_lower_bound(given):
    mu = np.maximum(coefficients(OURS, given)[1], MIN_MU)
    found, _ = dispersions(OURS, given, mu)
    at_bound = given.guess == BOUNDS[0]
    assert at_bound.any()
    np.testing.assert_allclose(found[at_bound], BOUNDS[0])


@pytest.mark.parametrize("alternative", [None, "greaterAbs"])
def test_wald_tests_are_those_of_pydeseq2_where_all_means_exceed_the_least_one(given, alternative):
    beta, mu, _, _ = coefficients(OURS, given)
    contrast = pd.Series(np.arange(given.design.shape[1]) == 1).astype(float)
    null = 0.0 if alternative is None else 0.4
    arguments = given.design, given.trend, beta, np.maximum(mu, MIN_MU), np.eye(len(contrast)) * 1e-6
    ours = OURS.wald_test(*arguments, contrast, null, alternative)
    theirs = DEFAULT.wald_test(*arguments, contrast.to_numpy(), null, alternative)
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-8, atol=1e-300)


def test_threshold_tests_follow_from_fold_change_and_standard_error(given):
    beta, mu, _, _ = coefficients(OURS, given)
    size = given.design.shape[1]
    arguments = given.design, given.trend, beta, mu, np.eye(size) * 1e-6
    forward, backward = np.eye(size)[1], -np.eye(size)[1]
    results = {name: OURS.wald_test(*arguments, forward, 0.4, name) for name in ("greater", "less", "lessAbs")}
    effect, error = beta[:, 1], results["greater"][2]
    np.testing.assert_allclose(results["greater"][0], norm.sf((effect - 0.4) / error), rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(results["less"][0], norm.cdf((effect - 0.4) / error), rtol=1e-9, atol=1e-300)
    either = np.maximum(norm.cdf((effect - 0.4) / error), norm.sf((effect + 0.4) / error))
    np.testing.assert_allclose(results["lessAbs"][0], either, rtol=1e-9, atol=1e-300)
    reversed_ = OURS.wald_test(*arguments, backward, -0.4, "less")
    np.testing.assert_allclose(reversed_[0], results["greater"][0], rtol=1e-9, atol=1e-300)
    np.testing.assert_allclose(reversed_[1], -results["greater"][1], rtol=1e-9)
    with pytest.raises(ValueError, match="unknown alternative"):
        OURS.wald_test(*arguments, forward, 0.4, "two-sided")


def test_a_missing_gene_has_a_missing_test(given):
    beta, mu, _, _ = coefficients(OURS, given)
    beta[0], mu[:, 0] = np.nan, np.nan
    size = given.design.shape[1]
    p_values, _, _ = OURS.wald_test(given.design, given.trend, beta, mu, np.eye(size) * 1e-6, np.eye(size)[1], 0.0)
    assert np.isnan(p_values[0])
    assert np.isfinite(p_values[1:]).all()


def negative_log_posterior(given, beta, *, scale, dispersion=None, index=1):
    """Compute PyDESeq2's negative log posterior of each gene."""
    size = 1 / (given.trend if dispersion is None else dispersion)
    offset = np.log(given.size_factors)
    return np.array(
        [
            utils.nbinomFn(beta[g], given.design, given.counts[:, g], size[g], offset, 15, scale, index)
            for g in range(len(beta))
        ]
    )


@pytest.mark.parametrize("scale", [1.0, 0.05], ids=["wide prior", "narrow prior"])
def test_shrunken_fold_changes_are_those_of_pydeseq2_or_likelier(given, scale):
    ours, _, converged = shrunken(OURS, given, scale=scale)
    theirs, _, _ = shrunken(DEFAULT, given, scale=scale)
    assert converged.all()
    gain = negative_log_posterior(given, theirs, scale=scale) - negative_log_posterior(given, ours, scale=scale)
    assert gain.min() > -1e-6
    same = np.abs(ours - theirs)[:, 1] < 1e-3
    assert same.mean() > 0.85
    assert (same | (gain > 0)).all()


def test_the_inverse_hessian_of_a_shrunken_fold_change_is_that_of_its_posterior():
    given = study(["group", "batch"])
    beta, inverse, _ = shrunken(OURS, given, scale=0.3)
    step = 1e-3 * np.eye(3)
    hessian = np.array(
        [
            [
                sum(
                    a * b * negative_log_posterior(given, beta + a * step[i] + b * step[j], scale=0.3)
                    for a in (1, -1)
                    for b in (1, -1)
                )
                / 4e-6
                for j in range(3)
            ]
            for i in range(3)
        ]
    )
    scatter = given.counts.mean(axis=0) < 1e4  # differences of huge likelihoods have no digits left
    product = np.einsum("gij,jkg->gik", inverse, hessian)[scatter]
    np.testing.assert_allclose(product, np.tile(np.eye(3), (scatter.sum(), 1, 1)), atol=0.02)


def test_shrinkage_leaves_precise_effects_alone_and_takes_noise_to_zero():
    rng = np.random.default_rng(8)
    given = study(["group"])
    effect = np.repeat([2.0, -2.0, 0.0], 20)
    mean = 1e6 * np.exp(np.outer(given.design[:, 1], effect)) * given.size_factors[:, None]
    precise = rng.poisson(mean * rng.gamma(1e3, 1e-3, mean.shape))
    noisy = rng.poisson(5 * given.size_factors[:, None], (12, 40))
    given.counts = np.column_stack([precise, noisy])
    dispersion = np.repeat([1e-3, 0.5], [60, 40])
    beta, _, _ = shrunken(OURS, given, scale=0.2, dispersion=dispersion)
    np.testing.assert_allclose(beta[:60, 1], effect, atol=0.06)
    assert (np.abs(beta[60:, 1]) < 0.2).all()


def everything(inference, given):
    """Call each method whose genes are independent, and lay the results out with genes first."""
    mu = coefficients(inference, given)[1]
    size = given.design.shape[1]
    fits = [
        *coefficients(inference, given),
        *dispersions(inference, given, mu),
        *dispersions(inference, given, mu, prior=0.8),
        inference.lin_reg_mu(given.counts, given.size_factors, given.design, MIN_MU),
        inference.fit_rough_dispersions(given.normed, given.design),
        *inference.wald_test(
            given.design, given.trend, coefficients(inference, given)[0], mu, np.eye(size) * 1e-6, np.eye(size)[1], 0.0
        ),
        *shrunken(inference, given, scale=0.1),
    ]
    n_genes = given.counts.shape[1]
    return [fit if len(fit) == n_genes else fit.T for fit in fits]


def rearranged(given, order):
    """Return the genes in another order."""
    whole = {"size_factors": given.size_factors, "design": given.design}
    parts = {name: getattr(given, name)[..., order] for name in ("counts", "normed", "guess", "trend")}
    return SimpleNamespace(**whole, **parts)


def test_a_gene_has_the_same_result_to_the_last_bit_in_any_company(given):
    whole = everything(OURS, given)
    shuffled, few = np.random.default_rng(1).permutation(given.counts.shape[1]), np.arange(15)
    for block_size, genes in ((4096, shuffled), (50, shuffled), (7, few), (1, few)):
        other = everything(VectorisedInference(block_size), rearranged(given, genes))
        assert all((mine[genes] == theirs).all() for mine, theirs in zip(whole, other, strict=True))


def test_the_trend_is_that_of_r_given_the_dispersions_of_r():
    trends = pd.read_csv(REFERENCE / "deseq2_trends.tsv", sep="\t", index_col="design")
    for design in ("sex_condition", "sex_batch_condition", "six_condition"):
        genes = pd.read_csv(REFERENCE / f"deseq2_{design}.tsv", sep="\t").dropna(subset="dispGeneEst")
        covariates, targets = 1 / genes["baseMean"], genes["dispGeneEst"]
        found, fitted, converged = OURS.dispersion_trend_gamma_glm(covariates, targets)
        assert converged
        np.testing.assert_allclose(found, trends.loc[design, ["asymptDisp", "extraPois"]].astype(float), rtol=1e-6)
        np.testing.assert_allclose(fitted, found[0] + found[1] / genes["baseMean"])
        near = (targets / fitted).between(1e-4, 15)
        again, _, _ = OURS.dispersion_trend_gamma_glm(covariates[near], targets[near])
        np.testing.assert_allclose(again, found, rtol=1e-5)


@pytest.mark.parametrize(
    "dispersion", [[0.01, 0.1, 1, 3], [1e-8] * 4, [1e3] * 4], ids=["rising", "none above the least", "none near"]
)
def test_a_trend_that_cannot_be_fitted_says_so(dispersion):
    assert fit_trend(np.array([10.0, 100, 1000, 10000]), np.array(dispersion))[1] is False


def test_a_dispersion_of_a_millionth_or_less_takes_no_part_in_the_trend():
    means = np.geomspace(10, 1e5, 30)
    dispersion = (0.004 + 0.5 / means) * np.random.default_rng(4).lognormal(0, 0.4, 30)
    with_it, without = dispersion.copy(), np.arange(30) != 20
    with_it[20] = 9e-7
    np.testing.assert_allclose(
        fit_trend(means, with_it)[0], fit_trend(means[without], dispersion[without])[0], rtol=1e-12
    )


def analysed(inference, counts, samples, design, **options):
    """Run the whole of PyDESeq2; `counts` are genes x samples, conditions are control and knockout."""
    kind = DataSet if isinstance(inference, VectorisedInference) else DeseqDataSet
    dataset = kind(counts=counts.T, metadata=samples, design=design, inference=inference, quiet=True)
    dataset.deseq2()
    contrast = ["condition", *sorted(samples["condition"].unique(), reverse=True)]
    tested = DeseqStats(dataset, contrast=contrast, inference=inference, quiet=True, **options)
    tested.summary()
    return tested.results_df, dataset


@pytest.mark.parametrize("use_design", [True, False])
def test_the_data_set_fits_the_trend_that_pydeseq2_fits_gene_by_gene(use_design):
    counts, samples = simulated("twelve")
    counts = pd.concat([counts, pd.DataFrame(0, index=["silent"], columns=counts.columns)])
    alike = []
    for kind in (DataSet, DeseqDataSet):
        dataset = kind(
            counts=counts.T, metadata=samples, design="~ condition", inference=VectorisedInference(), quiet=True
        )
        dataset.deseq2()
        dataset.vst(use_design=use_design)
        alike.append(dataset)
    ours, theirs = alike
    # PyDESeq2 fits once more without the genes far from the curve, DESeq2 does not
    for name in ("trend_coeffs", "vst_trend_coeffs"):
        pd.testing.assert_series_equal(ours.uns[name], theirs.uns[name], rtol=1e-5)
    pd.testing.assert_frame_equal(ours.var, theirs.var, rtol=1e-5)
    np.testing.assert_allclose(ours.layers["vst_counts"], theirs.layers["vst_counts"], rtol=1e-5)


def test_where_no_trend_can_be_fitted_their_mean_is_used_as_pydeseq2_does():
    means = np.geomspace(20, 2000, 60)[:, None]
    size = 500 / means  # dispersions rise with the mean, where a trend falls
    counts = pd.DataFrame(
        np.random.default_rng(8).negative_binomial(size, size / (size + means), (60, 8)),
        index=[f"g{number}" for number in range(60)],
        columns=[f"s{number}" for number in range(8)],
    )
    samples = pd.DataFrame({"condition": ["a"] * 4 + ["b"] * 4}, index=counts.columns)
    alike = []
    for kind in (DataSet, DeseqDataSet):
        dataset = kind(
            counts=counts.T, metadata=samples, design="~ condition", inference=VectorisedInference(), quiet=True
        )
        with pytest.warns(UserWarning, match="did not converge") if kind is DeseqDataSet else nullcontext():
            dataset.fit_size_factors()
            dataset.fit_genewise_dispersions()
            dataset.fit_dispersion_trend()
        alike.append(dataset)
    assert [one.step for one in alike[0].fallbacks] == ["trend of dispersions"]
    ours, theirs = alike
    assert ours.uns["disp_function_type"] == theirs.uns["disp_function_type"] == "mean"
    pd.testing.assert_frame_equal(ours.var, theirs.var)


def simulated(name):
    counts, samples = (
        pd.read_csv(REFERENCE / f"{what}_{name}.tsv", sep="\t", index_col=0) for what in ("counts", "samples")
    )
    return counts, samples


@pytest.mark.parametrize(
    ("name", "table", "design"),
    [
        ("twelve", "condition", "~ condition"),
        ("twelve", "sex_condition", "~ sex + condition"),
        ("six", "six_condition", "~ condition"),
    ],
)
def test_a_whole_analysis_agrees_with_r_for_silent_and_replaced_genes_too(name, table, design):
    r = pd.read_csv(REFERENCE / f"deseq2_{table}.tsv", sep="\t", index_col=0)
    results, dataset = analysed(OURS, *simulated(name), design)
    both = r["pvalue"].notna() & results["pvalue"].notna()
    assert both.sum() >= r["pvalue"].notna().sum() - 1
    assert np.abs(results["log2FoldChange"] - r["log2FoldChange"])[both].max() < 5e-3
    assert np.abs(results["lfcSE"] / r["lfcSE"] - 1)[both].max() < 0.05
    assert np.abs(np.log(dataset.var["dispersions"] / r["dispersion"]))[both].quantile(0.99) < 0.03
    assert np.abs(results["pvalue"] - r["pvalue"])[both].max() < 0.02


def test_equivalence_tests_agree_with_r():
    r = pd.read_csv(REFERENCE / "deseq2_condition_less_abs.tsv", sep="\t", index_col=0)
    results, _ = analysed(OURS, *simulated("twelve"), "~ condition", lfc_null=0.585, alt_hypothesis="lessAbs")
    assert np.abs(results["pvalue"] - r["pvalue"]).max() < 0.005
    assert np.abs(results["stat"] - r["stat"]).max() < 0.02


def test_real_counts_agree_with_r():
    folder = shared_data("counts/bone_marrow_EMTAB5533")
    counts = read_count_table(folder / "Osteocyte_enriched_RSEM_gene_counts.csv").counts
    counts = counts[(counts >= 10).sum(axis=1) >= 5]
    groups = [name.partition("_")[0] for name in counts]
    samples = pd.DataFrame({"condition": groups}, index=counts.columns)
    results, dataset = analysed(OURS, counts, samples, "~ condition")
    trend_of_r, significant_in_r = [0.0154990037, 1.5648487095], 10829  # DESeq2 1.38.3, alpha 0.1
    np.testing.assert_allclose(dataset.uns["trend_coeffs"], trend_of_r, rtol=0.01)
    assert abs((results["padj"] < 0.05).sum() - significant_in_r) <= 10
