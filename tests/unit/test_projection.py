"""Principal components find the difference that was planted, with signs and order that are fixed."""

import numpy as np
import pandas as pd
import pytest
from pydeseq2.dds import DeseqDataSet
from threadpoolctl import threadpool_limits

from claimcheck.expression.projection import project, stabilise


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
    assert table.loc[table["component"] == 1, "variance_share"].iloc[0] > 0.8


def test_scores_and_shares_are_those_of_the_covariance():
    values = planted()
    table = project(values, n_genes=200)
    eigenvalues = np.linalg.eigvalsh(np.cov(values.T))[::-1]
    by_component = table.groupby("component")
    np.testing.assert_allclose(by_component["score"].var(), eigenvalues[:5], rtol=1e-8)
    np.testing.assert_allclose(by_component["variance_share"].first(), eigenvalues[:5] / eigenvalues.sum(), rtol=1e-8)
    np.testing.assert_allclose(by_component["score"].mean(), 0, atol=1e-10)


def test_the_largest_score_of_each_component_is_positive():
    for _, part in project(planted(), n_genes=100).groupby("component"):
        assert part["score"].abs().max() == part["score"].max()


@pytest.mark.parametrize(("samples", "components"), [(2, 1), (4, 3), (6, 5), (12, 5)])
def test_there_are_at_most_five_components(samples, components):
    table = project(planted(samples), n_genes=100)
    assert sorted(table["component"].unique()) == list(range(1, components + 1))
    assert len(table) == samples * components
    assert table.groupby("component")["variance_share"].first().sum() <= 1 + 1e-9


def test_only_the_genes_that_vary_most_count():
    values = planted()
    dull = pd.DataFrame(5.0, index=values.index, columns=[f"dull{number}" for number in range(100)])
    with_dull_genes = pd.concat([values, dull], axis="columns")
    pd.testing.assert_frame_equal(project(with_dull_genes, n_genes=50), project(values, n_genes=50))
    assert (
        project(values, n_genes=50)["variance_share"].iloc[0] > project(values, n_genes=200)["variance_share"].iloc[0]
    )


def test_of_genes_that_vary_alike_the_smaller_id_is_taken_whatever_the_order():
    values = pd.DataFrame({"a": [0, 0, 2, 4], "b": [4, 2, 0, 0], "c": [1, 1, 1, 1]}, index=list("wxyz"))
    expected = project(values[["a"]], n_genes=1)
    for order in ("abc", "bca", "cba"):
        pd.testing.assert_frame_equal(project(values[list(order)], n_genes=1), expected)


def test_samples_without_any_difference_have_no_variance():
    values = pd.DataFrame(1.0, index=list("abc"), columns=list("xyz"))
    table = project(values, n_genes=3)
    assert (table[["score", "variance_share"]].to_numpy() == 0).all()


def test_stabilised_counts_follow_log2_and_depth_is_taken_out():
    rng = np.random.default_rng(4)
    level = rng.lognormal(6, 1.5, 150)
    depth = np.array([1, 3, 1, 3, 1, 3])
    counts = rng.poisson(np.outer(depth, level) * rng.gamma(50, 1 / 50, (6, 150)))
    names = [f"s{number}" for number in range(6)]
    frame = pd.DataFrame(counts, index=names, columns=[f"g{number}" for number in range(150)])
    metadata = pd.DataFrame({"condition": list("aabbaa")}, index=names)
    dataset = DeseqDataSet(counts=frame, metadata=metadata, design="~ condition", quiet=True)
    dataset.deseq2()
    values = stabilise(dataset)
    assert values.shape == (6, 150)
    assert list(values.index) == names
    assert np.isfinite(values.to_numpy()).all()
    high = level > 500
    np.testing.assert_allclose(values.mean().to_numpy()[high] - np.log2(level[high]), np.log2(np.sqrt(3)), atol=0.5)
    assert abs(values.iloc[0].mean() - values.iloc[1].mean()) < 0.1
