"""Rotation, CAMERA and the moderated t agree with R's limma on a simulated study with a covariate."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from claimcheck.gene_sets.tests.limma import fit_genes
from claimcheck.gene_sets.tests.weights import weigh_sets
from support.defaults import camera, rotation_test, score_tests

FOLDER = Path(__file__).parents[1] / "reference"
ROTATIONS = 99_999


def read(name):
    return pd.read_csv(FOLDER / f"limma_{name}.tsv", sep="\t")


@pytest.fixture(scope="module")
def study():
    """Return the values, the design matrix with the condition last, the sets and the fits."""
    values = read("values").set_index("gene_id")
    samples = read("samples")
    assert list(values.columns) == list(samples["sample"])
    columns = (np.ones(len(samples)), samples["sex"] == "M", samples["condition"] == "knockout")
    design = np.column_stack(columns).astype(float)
    members = read("sets")
    sets = weigh_sets(members, list(members["set"].unique()), list(values.index))
    return values.to_numpy(), design, sets, fit_genes(values.to_numpy(), design)


def test_genes_agree_to_the_digits_that_were_written(study):
    fits, expected, prior = study[3], read("genes"), read("prior").loc[0]
    assert fits.prior_variance == pytest.approx(prior["prior_variance"], rel=1e-7)
    assert fits.prior_df == pytest.approx(prior["prior_df"], rel=1e-7)
    np.testing.assert_allclose(fits.log2_fold_change, expected["log2_fold_change"], rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(fits.moderated_variance, expected["moderated_variance"], rtol=1e-6)
    np.testing.assert_allclose(fits.moderated_t, expected["moderated_t"], rtol=1e-6, atol=1e-8)


def test_rotation_agrees_with_roast_up_to_the_chance_of_its_rotations(study):
    found, expected = rotation_test(study[3], study[2], seed=1, n_rotations=ROTATIONS), read("roast")
    assert found["set"].to_list() == expected["set"].to_list()
    assert found["n_genes"].to_list() == expected["n_genes"].to_list()
    for ours, theirs in (("up", "p_up"), ("down", "p_down"), ("two_sided", "p_two_sided")):
        p, reference = found[f"p_rotation_{ours}"], expected[theirs]
        assert np.corrcoef(np.log10(p), np.log10(reference))[0, 1] > 0.99
        # Five standard errors of the difference of two drawn shares, and a thousandth for Bailey's approximation of z in limma
        error = np.sqrt(2 * reference * (1 - reference) / ROTATIONS + 2 / ROTATIONS**2)
        assert (np.abs(p - reference) < 5 * error + 0.001 * reference).all()
    assert ((found["mean_z"] > 0) == (expected["p_up"] < expected["p_down"])).all()


def test_camera_agrees_with_limma(study):
    expected = read("camera").set_index("set")
    found = camera(study[3], study[2], min_correlation=0.0).set_index("set").loc[expected.index]
    np.testing.assert_allclose(found["inter_gene_correlation"], expected["inter_gene_correlation"], atol=1e-7)
    # limma takes z from t by Hill's approximation
    np.testing.assert_allclose(np.log10(found["p_camera"]), np.log10(expected["p_two_sided"]), atol=1e-6)
    up = found["p_camera_up"] < found["p_camera_down"]
    assert (up == (expected["direction"] == "Up")).all()


def test_a_floor_for_the_correlation_never_makes_a_set_more_significant(study):
    expected = read("camera").set_index("set")
    found = camera(study[3], study[2]).set_index("set").loc[expected.index]
    raised = expected["inter_gene_correlation"] < 0.01
    assert 0 < raised.sum() < len(raised)
    assert (found["p_camera"][raised] > expected["p_two_sided"][raised]).all()
    np.testing.assert_allclose(found["p_camera"][~raised], expected["p_two_sided"][~raised], rtol=0.01)


def test_scores_are_means_of_limmas_fold_changes(study):
    values, design, sets, _ = study
    expected = sets.mean(read("genes")["log2_fold_change"].to_numpy())
    np.testing.assert_allclose(score_tests(values, sets, design)["effect"], expected, rtol=1e-6, atol=1e-8)
