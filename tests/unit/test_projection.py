"""Principal components find the difference that was planted, with signs and order that are fixed."""

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.qc.gates import component_gate
from claimcheck.qc.projection import pca_covariates, project, project_variants, stabilise
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """Compute as the workflow does; threads inside numerical libraries cost several times more than they bring."""
    with threadpool_limits(1):
        yield


def planted(samples=6, genes=200, shift=3.0):
    """Two groups of samples that differ in the first 50 genes; noise in all."""
    rng = np.random.default_rng(2)
    values = rng.normal(8, 0.3, (samples, genes))
    values[samples // 2 :, :50] += shift
    names = [f"g{number:03d}" for number in range(genes)]
    return pd.DataFrame(values, index=[f"s{number}" for number in range(samples)], columns=names)


def test_the_first_component_separates_the_groups():
    table = project(planted(), n_genes=100)
    scores = table[table["component"] == 1].set_index("sample")["score"]
    first, second = scores.iloc[:3], scores.iloc[3:]
    assert first.max() < second.min() or second.max() < first.min()
    assert table.loc[table["component"] == 1, "share_variance"].iloc[0] > 0.8


def test_scores_and_shares_are_those_of_the_covariance():
    values = planted()
    table = project(values, n_genes=200)
    eigenvalues = np.linalg.eigvalsh(np.cov(values.T))[::-1]
    by_component = table.groupby("component")
    np.testing.assert_allclose(by_component["score"].var(), eigenvalues[:5], rtol=1e-8)
    np.testing.assert_allclose(by_component["share_variance"].first(), eigenvalues[:5] / eigenvalues.sum(), rtol=1e-8)
    np.testing.assert_allclose(by_component["score"].mean(), 0, atol=1e-10)


def test_the_largest_score_of_each_component_is_positive():
    for _, part in project(planted(), n_genes=100).groupby("component"):
        assert part["score"].abs().max() == part["score"].max()


@pytest.mark.parametrize(("samples", "components"), [(2, 1), (4, 3), (6, 5), (12, 5)])
def test_there_are_at_most_five_components(samples, components):
    table = project(planted(samples), n_genes=100)
    assert sorted(table["component"].unique()) == list(range(1, components + 1))
    assert len(table) == samples * components
    assert table.groupby("component")["share_variance"].first().sum() <= 1 + 1e-9


def test_only_the_genes_that_vary_most_count():
    values = planted()
    dull = pd.DataFrame(5.0, index=values.index, columns=[f"dull{number}" for number in range(100)])
    with_dull_genes = pd.concat([values, dull], axis="columns")
    pd.testing.assert_frame_equal(project(with_dull_genes, n_genes=50), project(values, n_genes=50))
    assert (
        project(values, n_genes=50)["share_variance"].iloc[0] > project(values, n_genes=200)["share_variance"].iloc[0]
    )


def test_of_genes_that_vary_alike_the_smaller_id_is_taken_whatever_the_order():
    values = pd.DataFrame({"a": [0, 0, 2, 4], "b": [4, 2, 0, 0], "c": [1, 1, 1, 1]}, index=list("wxyz"))
    expected = project(values[["a"]], n_genes=1)
    for order in ("abc", "bca", "cba"):
        pd.testing.assert_frame_equal(project(values[list(order)], n_genes=1), expected)


def test_samples_without_any_difference_have_no_variance():
    values = pd.DataFrame(1.0, index=list("abc"), columns=list("xyz"))
    table = project(values, n_genes=3)
    assert (table[["score", "share_variance"]].to_numpy() == 0).all()


TREND = (0.05, 3.0)
"""Dispersion at high counts, and how much it grows as 1 / mean, of `counted`."""


def counted(genes=3000, seed=4, depth=(1.0, 3, 1, 3, 0.5, 2)):
    """Draw negative binomial counts, genes x samples, whose dispersions follow TREND, and their size factors."""
    rng = np.random.default_rng(seed)
    level = rng.lognormal(5, 2, genes)
    size = 1 / (TREND[0] + TREND[1] / level)
    counts = rng.poisson(rng.gamma(size, 1 / size, (len(depth), genes)) * np.outer(depth, level)).T
    names = [f"s{number}" for number in range(len(depth))]
    factors = pd.Series(depth, index=names) / np.exp(np.log(depth).mean())
    return pd.DataFrame(counts, index=[f"g{number:04d}" for number in range(genes)], columns=names), factors


def test_the_transformation_follows_the_planted_dispersion():
    """Its slope is the reciprocal of the standard deviation at a count of q, so that all counts vary alike."""
    counts, factors = counted(depth=(0.5, 1.0, 2.0) * 8)
    values = stabilise(counts, factors)[0]
    q = (counts / factors).to_numpy().T.ravel()
    order = np.argsort(q)
    q, transformed = q[order], values.to_numpy().ravel()[order]
    within = (q > 20) & (q < 20_000)
    grid = np.geomspace(20, 20_000, 200)
    slope = np.gradient(np.interp(grid, q[within], transformed[within]), grid)
    deviation = np.sqrt(grid * (1 + TREND[1]) + TREND[0] * grid**2)
    constant = (slope * deviation)[5:-5]
    np.testing.assert_allclose(constant, np.sqrt(TREND[0]) / np.log(2), rtol=0.15)


def test_the_variance_does_not_depend_on_the_mean():
    counts, factors = counted(depth=(1.0,) * 12)
    values = stabilise(counts, factors)[0]
    means = counts.mean(axis=1)
    low, high = ((means > start) & (means < end) for start, end in ((10, 30), (1000, 1e5)))
    assert values.loc[:, low].std().median() == pytest.approx(values.loc[:, high].std().median(), rel=0.2)
    logged = np.log2(counts + 1).T
    assert logged.loc[:, low].std().median() > 1.5 * logged.loc[:, high].std().median()


def test_stabilised_counts_follow_log2_and_depth_is_taken_out():
    counts, factors = counted()
    values = stabilise(counts, factors)[0]
    assert values.shape == (6, 3000)
    assert list(values.index) == list(counts.columns)
    assert list(values.columns) == list(counts.index)
    high = (counts.T / factors.to_numpy()[:, None]).mean() > 2000
    np.testing.assert_allclose(values.loc[:, high], np.log2(counts[high] / factors).T, atol=0.2)
    assert values.mean(axis=1).std() < 0.05


def test_the_order_of_the_size_factors_does_not_matter():
    counts, factors = counted()
    pd.testing.assert_frame_equal(stabilise(counts, factors)[0], stabilise(counts, factors[::-1])[0])


@pytest.mark.parametrize(
    "counts",
    [
        counted()[0].iloc[:15],
        counted()[0][["s0"]],
        counted()[0].clip(upper=5),
        counted()[0][["s0"]].assign(s1=counted()[0]["s0"]),
    ],
    ids=["few genes", "one sample", "low counts", "no dispersion"],
)
def test_without_a_trend_it_is_the_logarithm_and_a_check_says_so(counts):
    factors = pd.Series(2.0, index=counts.columns)
    values, is_stabilised = stabilise(counts, factors)
    np.testing.assert_allclose(values.to_numpy(), np.log2(counts.to_numpy().T / 2 + 1))
    gate = component_gate(is_stabilised)
    assert (gate.status, "log2(normalised count + 1)" in gate.reason) == ("warn", True)


def test_a_trend_that_is_fitted_passes():
    assert component_gate(stabilise(*counted())[1]).status == "pass"


R_VST = {
    ("ENSMUSG00000001494", "Clean_1"): 12.8773,
    ("ENSMUSG00000001494", "Marrow_1"): 6.1610,
    ("ENSMUSG00000026822", "Clean_3"): 11.1607,
    ("ENSMUSG00000026822", "Marrow_5"): 12.6682,
    ("ENSMUSG00000031972", "Clean_2"): 11.7584,
}
"""`vst` of DESeq2 1.38.3 (R 4.2.2) on the genes with 10 counts in 5 samples, blind."""


def test_real_counts_are_stabilised_as_by_deseq2():
    folder = shared_data("counts/bone_marrow_EMTAB5533")
    counts = read_count_table(folder / "Osteocyte_enriched_RSEM_gene_counts.csv").counts
    kept = counts[(counts >= 10).sum(axis=1) >= 5]
    values = stabilise(kept, estimate_size_factors(kept).set_index("sample")["size_factor"])[0]
    for (gene, sample), expected in R_VST.items():
        assert values.at[sample, gene] == pytest.approx(expected, abs=0.02)
    scores = project(values, n_genes=500).query("component == 1").set_index("sample")["score"]
    clean, marrow = scores.filter(like="Clean"), scores.filter(like="Marrow")
    assert clean.max() < marrow.min() or marrow.max() < clean.min()


def test_the_variants_are_projections_of_their_genes():
    values = planted(genes=900)
    table = project_variants(values, {f"g{number:03d}" for number in range(50)} | {"absent"})
    assert list(table["variant"].unique()) == ["top_500", "top_2000", "without_composition_genes"]
    parts = dict(list(table.drop(columns="variant").groupby(table["variant"])))
    for variant, expected in {
        "top_500": project(values, n_genes=500),
        "top_2000": project(values, n_genes=900),
        "without_composition_genes": project(values.iloc[:, 50:], n_genes=500),
    }.items():
        pd.testing.assert_frame_equal(parts[variant].reset_index(drop=True), expected)
    first = {name: part.loc[part["component"] == 1, "share_variance"].iloc[0] for name, part in parts.items()}
    assert first["top_500"] > 0.7
    assert first["without_composition_genes"] < 0.5


SCORES = pd.DataFrame(
    [
        ("v", sample, component, score)
        for component in (1, 2)
        for sample, score in zip("abcd", [3, 1, -2, -2], strict=True)
    ],
    columns=["variant", "sample", "component", "score"],
)


def correlations(**covariates):
    table = pca_covariates(SCORES, pd.DataFrame(covariates, index=list("abcd")))
    return table[table["component"] == 1].set_index("covariate")


def test_a_number_is_correlated_as_it_is():
    table = correlations(depth=[4.0, 1, 2, 1])
    assert table.at["depth", "correlation"] == pytest.approx(np.corrcoef([3, 1, -2, -2], [4, 1, 2, 1])[0, 1])
    assert table.at["depth", "n"] == 4


def test_of_two_categories_the_last_is_one():
    expected = np.corrcoef([3, 1, -2, -2], [0, 1, 1, 1])[0, 1]
    by_name = correlations(sex=["female", "male", "male", "male"])
    assert by_name.at["sex", "correlation"] == pytest.approx(expected)
    stated = pd.Categorical(["wt", "ko", "ko", "ko"], categories=["wt", "ko"])
    assert correlations(condition=stated).at["condition", "correlation"] == pytest.approx(expected)
    assert correlations(flag=[False, True, True, True]).at["flag", "correlation"] == pytest.approx(expected)


def test_of_three_categories_each_is_a_covariate_of_its_own():
    table = correlations(batch=["x", "y", "y", "z"])
    assert list(table.index) == ["batch = x", "batch = y", "batch = z"]
    assert table.at["batch = y", "correlation"] == pytest.approx(np.corrcoef([3, 1, -2, -2], [0, 1, 1, 0])[0, 1])


def test_samples_without_a_value_do_not_count():
    table = correlations(rate=[1.0, np.nan, 2, 4], sex=["m", "", "f", "f"])
    assert table.at["rate", "n"] == 3
    assert table.at["rate", "correlation"] == pytest.approx(np.corrcoef([3, -2, -2], [1, 2, 4])[0, 1])
    assert table.at["sex", "correlation"] == pytest.approx(1)


def test_what_is_constant_or_all_different_or_hardly_known_is_left_out():
    table = correlations(
        constant=[1.0] * 4,
        same=["bone"] * 4,
        unknown=[""] * 4,
        names=["p", "q", "r", "s"],
        rare=[1.0, 2, np.nan, np.nan],
        kept=[1.0, 2, 3, 4],
    )
    assert list(table.index) == ["kept"]


def test_nothing_known_gives_an_empty_table():
    table = pca_covariates(SCORES, pd.DataFrame(index=list("abcd")))
    assert list(table.columns) == ["variant", "component", "covariate", "correlation", "n"]
    assert table.empty
