"""The differential-expression step agrees with R's DESeq2 1.38.3, of which tests/reference holds the results.

Size factors, base means and fold changes are the same. Standard errors and p-values are close, since both follow from the
dispersions. Where the two are known to differ (PyDESeq2 0.5.4):

- Gene-wise dispersions. R keeps its first guess (of moments) where the likelihood gains less than a millionth, which is
  common at high counts. PyDESeq2 finds the maximum, which for one gene of twelve here lies 3 to 33 % off R's value; what
  follows from all genes, the trend and the scatter about it, shifts by 1 to 2 % and by 4 %.
- Dispersion trend. PyDESeq2's first curve includes the dispersions of zero, which R leaves out, and genes far above that
  curve never come back. That makes no difference here, but lowers the trend by 6 % in real counts of 5 + 5 samples, and
  by up to 19 % with two residual degrees of freedom.
- Genes whose dispersion is far above the trend are not shrunken to it. For a gene next to that border one keeps its own
  dispersion and the other does not, and its standard error differs by up to 40 %.
- Where PyDESeq2's search for the shrunken dispersion fails (two genes of very high counts here), it falls back on the
  unshrunken one.
- Fitted means below half a count count as half in R, but not in PyDESeq2's standard errors nor, with covariates, in its
  dispersions. The standard error of a gene that one group does not express is 1.6 times R's: less significant, never more.
- Fold changes that iteration does not find (weak genes with several covariates): another optimiser takes over in each.
- Cook's outliers. R spares a gene with three counts above the outlier only if the condition is the whole model, PyDESeq2
  always. g079, silent in the knockouts but for one, is such a gene.

Bounds, not equalities, are asserted of these: an implementation nearer to R's passes as well.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from claimcheck.deseq2.design import Design
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.quantification.counts import read_count_table
from support.defaults import fit

REFERENCE = Path(__file__).resolve().parents[1] / "reference"
DESIGNS = {
    "condition": ("twelve", ()),
    "sex_condition": ("twelve", ("sex",)),
    "sex_batch_condition": ("twelve", ("sex", "batch")),
    "six_condition": ("six", ()),
}
ALPHA = 0.05
OUTLIERS = {
    "condition": {"g078"},
    "sex_condition": {"g077", "g078"},
    "sex_batch_condition": {"g077"},
    "six_condition": set(),
}
"""Genes spoilt in one sample that has two others of its kind; with seven of a kind the sample is replaced instead."""
DEBATABLE_OUTLIER = {"g079"}


@dataclass(frozen=True)
class Comparison:
    """Ours and R's results of one design, genes in the same order, and the data set fitted here."""

    name: str
    ours: pd.DataFrame
    theirs: pd.DataFrame
    dataset: Any
    silent: pd.Series
    """Genes with counts in one group only."""


def read_reference(name, index):
    return pd.read_csv(REFERENCE / f"{name}.tsv", sep="\t", index_col=index)


def study(name):
    counts = read_count_table(REFERENCE / f"counts_{name}.tsv").counts
    return counts, pd.read_csv(REFERENCE / f"samples_{name}.tsv", sep="\t", dtype=str)


def compare(name):
    study_name, covariates = DESIGNS[name]
    counts, samples = study(study_name)
    table, dataset = fit(counts, samples, Design("knockout", "control", covariates), alpha=ALPHA)
    in_test = (samples["condition"] == "knockout").to_numpy()
    expressed = [counts.loc[:, group].sum(axis=1) > 0 for group in (in_test, ~in_test)]
    theirs = read_reference(f"deseq2_{name}", "gene_id")
    return Comparison(name, table.set_index("gene_id"), theirs, dataset, expressed[0] ^ expressed[1])


@pytest.fixture(scope="module")
def comparisons():
    with threadpool_limits(1):
        return {name: compare(name) for name in DESIGNS}


@pytest.fixture(params=list(DESIGNS))
def compared(request, comparisons):
    return comparisons[request.param]


def called(adjusted):
    return set(adjusted.index[adjusted < ALPHA])


@pytest.mark.parametrize("name", ["condition", "six_condition"])
def test_size_factors_are_r_s(comparisons, name):
    theirs = read_reference("deseq2_size_factors", "study").loc[DESIGNS[name][0]].set_index("sample")
    ours = pd.Series(np.asarray(comparisons[name].dataset.obs["size_factors"]), comparisons[name].dataset.obs_names)
    pd.testing.assert_series_equal(ours, theirs["size_factor"], rtol=1e-6, check_names=False)


@pytest.mark.parametrize("name", ["twelve", "six"])
def test_size_factors_of_every_second_gene_are_r_s(name):
    counts, _ = study(name)
    theirs = read_reference("deseq2_size_factors", "study").loc[name].set_index("sample")
    ours = estimate_size_factors(counts, set(counts.index[::2])).set_index("sample")
    np.testing.assert_allclose(ours["size_factor"], theirs["size_factor_control_genes"], rtol=1e-6)
    np.testing.assert_allclose(ours["size_factor_all_genes"], theirs["size_factor"], rtol=1e-6)
    assert abs(theirs["size_factor"] / theirs["size_factor_control_genes"] - 1).max() > 0.01


def test_base_means_are_r_s(compared):
    """Also of g077, whose outlier sample is replaced if the condition is the whole model: both have seven replicates."""
    np.testing.assert_allclose(compared.ours["base_mean"], compared.theirs["baseMean"], rtol=1e-6)


def test_fold_changes_are_r_s(compared):
    """Within 0.01, but for 2 % of genes, all with a mean below five counts: those within a fifth of a standard error."""
    difference = (compared.ours["log2_fold_change"] - compared.theirs["log2FoldChange"]).abs()
    assert (difference.isna() == (compared.theirs["baseMean"] == 0)).all()
    apart = difference[difference > 0.01]
    assert len(apart) < 0.02 * len(difference)
    assert (compared.theirs.loc[apart.index, "baseMean"] < 5).all()
    assert (apart < 0.2 * compared.theirs.loc[apart.index, "lfcSE"]).all()
    assert difference.median() < 1e-4


def test_dispersions_are_close(compared):
    """Within 5 % for 97 genes of 100; the rest are weak, or next to the border beyond which nothing is shrunken."""
    ratio = compared.dataset.var["dispersions"] / compared.theirs["dispersion"]
    off = np.log(ratio.dropna()).abs()
    assert off.median() < 0.01
    assert (off < 0.05).mean() > 0.97


def test_the_dispersion_trend_and_its_scatter_are_close(compared):
    theirs = read_reference("deseq2_trends", "design").loc[compared.name]
    np.testing.assert_allclose(compared.dataset.uns["trend_coeffs"], theirs[["asymptDisp", "extraPois"]], rtol=0.05)
    assert float(compared.dataset.uns["prior_disp_var"]) == pytest.approx(theirs["dispPriorVar"], rel=0.1)


def test_standard_errors_are_close(compared):
    ratio = (compared.ours["lfc_se"] / compared.theirs["lfcSE"])[~compared.silent].dropna()
    assert np.log(ratio).abs().median() < 0.005
    assert (np.log(ratio).abs() < 0.02).mean() > 0.95


def test_a_gene_that_one_group_does_not_express_is_never_more_significant_than_in_r(compared):
    strong = compared.silent & (compared.theirs["baseMean"] > 8)
    ours, theirs = compared.ours[strong], compared.theirs[strong]
    assert len(theirs) == 6
    assert (theirs["padj"] < 1e-4).all()
    assert (ours["p_adjusted"] < 0.01).all()
    assert (ours["lfc_se"] / theirs["lfcSE"]).between(0.99, 1.7).all()


def test_p_values_rank_the_genes_alike(compared):
    both = pd.concat([compared.ours["p_value"], compared.theirs["pvalue"]], axis=1).dropna()
    assert both.corr("spearman").iloc[0, 1] > 0.999
    expressed = both[~compared.silent.loc[both.index]]
    off = np.log10(expressed["p_value"] / expressed["pvalue"]).abs()
    assert off.median() < 0.002
    assert (off < 0.05).mean() > 0.95


def test_the_same_genes_are_called(compared):
    """But for debatable outliers, and for at most two genes whose adjusted p-value is 0.03 to 0.07 in R."""
    theirs = compared.theirs["padj"]
    apart = (called(compared.ours["p_adjusted"]) ^ called(theirs)) - DEBATABLE_OUTLIER
    assert len(apart) <= 2
    assert theirs[sorted(apart)].between(0.03, 0.07).all()
    assert len(called(theirs)) > 20


def test_independent_filtering_leaves_out_the_same_genes(compared):
    apart = compared.ours["p_adjusted"].isna() != compared.theirs["padj"].isna()
    assert apart.mean() < 0.03


def test_the_same_genes_are_cook_s_outliers(compared):
    """But for a debatable one, which R lets pass in fewer designs."""
    fitted = compared.theirs["baseMean"] > 0
    ours, theirs = (set(p.index[fitted & p.isna()]) for p in (compared.ours["p_value"], compared.theirs["pvalue"]))
    assert ours ^ theirs <= DEBATABLE_OUTLIER
    assert ours - DEBATABLE_OUTLIER == OUTLIERS[compared.name]
    assert compared.ours.loc[~fitted, "p_value"].isna().all()


def test_equivalence_p_values_follow_from_fold_change_and_standard_error(comparisons):
    """R's `lessAbs` test at 0.585 is the larger of two one-sided p-values."""
    ours = comparisons["condition"].ours
    larger = norm.sf((0.585 - ours["log2_fold_change"].abs()) / ours["lfc_se"])
    theirs = read_reference("deseq2_condition_less_abs", "gene_id")["pvalue"]
    tested = theirs.notna() & ~comparisons["condition"].silent
    off = abs(larger - theirs)[tested]
    assert off.median() < 5e-4
    assert (off < 0.01).mean() > 0.99
    assert (theirs < 0.05).sum() > 20
