"""The interaction of the condition with a second factor: what is tested is the difference of two effects, everywhere."""

import numpy as np
import pandas as pd
import pytest
from pydeseq2.dds import DeseqDataSet
from pydeseq2.ds import DeseqStats

from claimcheck.core.effect_words import direction_of, reworded
from claimcheck.core.errors import StudyError
from claimcheck.deseq2.covariates import choose_covariates
from claimcheck.deseq2.design import Design, Interaction, metadata_of, model_matrix, require_covariates_that_vary
from claimcheck.deseq2.heterogeneity import fit_heterogeneity
from claimcheck.gene_sets.comparison import groups_of, make_comparison
from support.defaults import fit_given

SECOND = Interaction("sex", "male", "female")
DESIGN = Design("ko", "wt", interaction=SECOND)


def crossed(n: int = 3) -> pd.DataFrame:
    """Lay out n samples of each combination of sex and condition."""
    rows = [
        (f"{condition}_{sex}_{number}", condition, sex, f"b{number % 2}")
        for condition in ("wt", "ko")
        for sex in ("female", "male")
        for number in range(n)
    ]
    return pd.DataFrame(rows, columns=["sample", "condition", "sex", "batch"])


def draw(samples: pd.DataFrame, *, genes: int = 120, effect: float = 2.0) -> pd.DataFrame:
    """Draw counts in which the condition raises the first ten genes in males alone, by a log2 fold change of `effect`."""
    rng = np.random.default_rng(5)
    base = rng.uniform(60, 900, genes)[:, None]
    both = (samples["condition"] == "ko") & (samples["sex"] == "male")
    raised = np.where(np.arange(genes)[:, None] < 10, 2.0 ** (effect * both.to_numpy()), 1.0)
    mean = base * raised
    counts = rng.negative_binomial(20, 20 / (20 + mean))
    return pd.DataFrame(counts, [f"g{number:03d}" for number in range(genes)], list(samples["sample"]))


def fit(counts: pd.DataFrame, samples: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Test every gene with size factors of 1."""
    return fit_given(counts, samples, design, alpha=0.05, size_factors=ones(samples))[0]


def ones(samples: pd.DataFrame) -> "pd.Series[float]":
    return pd.Series(1.0, index=samples["sample"])


def test_the_effect_is_the_difference_of_the_effects_of_both_levels() -> None:
    samples = crossed()
    counts = draw(samples)
    table = fit(counts, samples, DESIGN).set_index("gene_id")
    # with equal size factors the maximum likelihood of a group's mean is the mean of its counts, whatever the dispersion
    mean = counts.T.groupby([samples.set_index("sample")["sex"], samples.set_index("sample")["condition"]]).mean().T
    log2 = np.log2(mean)
    expected = (log2["male", "ko"] - log2["male", "wt"]) - (log2["female", "ko"] - log2["female", "wt"])
    assert np.allclose(table["log2_fold_change"], expected[table.index], atol=1e-4)
    assert (table.loc["g000":"g009", "p_adjusted"] < 0.05).all()
    assert (table.loc["g010":, "p_adjusted"] < 0.05).mean() < 0.1


def test_it_is_that_of_pydeseq2_by_its_own_formula_and_that_of_heterogeneity() -> None:
    samples = crossed()
    counts = draw(samples)
    table = fit(counts, samples, DESIGN).set_index("gene_id")
    metadata = samples.set_index("sample")[["sex", "condition"]]
    theirs = DeseqDataSet(
        counts=counts.T, metadata=metadata, design="~ sex * C(condition, Treatment('wt'))", quiet=True
    )
    theirs.fit_size_factors = lambda *_, **__: None
    theirs.obs["size_factors"] = np.ones(len(samples))
    theirs.layers["normed_counts"] = theirs.X.astype(float)
    theirs.var["_normed_means"] = theirs.X.mean(axis=0)
    theirs.deseq2()
    weights = np.array([float(":" in name) for name in theirs.varm["LFC"].columns])
    stats = DeseqStats(theirs, contrast=weights, independent_filter=False, quiet=True)
    stats.summary()
    assert np.allclose(table["log2_fold_change"], stats.results_df["log2FoldChange"], atol=1e-3)
    assert np.allclose(table["lfc_se"], stats.results_df["lfcSE"], rtol=0.05)
    covariate = Design("ko", "wt", ("sex",))
    other = fit_heterogeneity(counts, samples, covariate, size_factors=ones(samples))[0].set_index("gene_id")
    assert np.allclose(table["log2_fold_change"], other["difference"], atol=1e-6)
    assert np.allclose(table["lfc_se"], other["se"], rtol=1e-6)


def test_exchanging_the_levels_turns_the_sign_of_every_effect() -> None:
    samples = crossed()
    counts = draw(samples)
    turned = Design("ko", "wt", interaction=Interaction("sex", "female", "male"))
    one, other = (fit(counts, samples, design) for design in (DESIGN, turned))
    assert np.allclose(one["log2_fold_change"], -other["log2_fold_change"], atol=1e-5)


def test_sets_are_tested_for_the_interaction_and_groups_are_counted_in_four() -> None:
    samples = crossed()
    comparison = make_comparison(
        draw(samples), np.ones(12), model_matrix(metadata_of(samples, DESIGN)), groups_of(samples, DESIGN)
    )
    assert comparison.fits.log2_fold_change[:10].mean() == pytest.approx(2, abs=0.4)
    assert abs(comparison.fits.log2_fold_change[10:].mean()) < 0.1
    assert list(comparison.groups.of_test) == [condition == "ko" for condition in samples["condition"]]
    assert sorted(np.bincount(comparison.groups.cells)) == [3, 3, 3, 3]


def test_what_is_tested_is_the_last_column_and_a_covariate_may_stand_before() -> None:
    samples = crossed()
    design = Design("ko", "wt", ("batch",), SECOND)
    matrix = model_matrix(metadata_of(samples, design))
    assert design.formula == "~ batch + sex + condition + sex:condition"
    assert matrix.shape == (12, 5)
    both = (samples["sex"] == "male") & (samples["condition"] == "ko")
    assert list(matrix[:, -1]) == list(both.astype(float))
    assert list(matrix[:, -2]) == list((samples["condition"] == "ko").astype(float))


def test_the_second_factor_is_no_covariate_that_is_chosen() -> None:
    chosen, considered = choose_covariates(crossed(), DESIGN, min_residual_df=4, min_cell=2)
    assert chosen.covariates == ("batch",)
    assert "sex" not in set(considered["covariate"])
    assert list(considered.loc[considered["chosen"], "residual_df"]) == [7]
    plain = choose_covariates(crossed(2), DESIGN, min_residual_df=4, min_cell=2)[1]
    assert list(plain.loc[plain["chosen"], "formula"]) == ["~ sex + condition + sex:condition"]


def test_a_covariate_from_which_the_interaction_follows_is_named() -> None:
    samples = crossed()
    both = (samples["sex"] == "male") & (samples["condition"] == "ko")
    samples["day"] = np.where(both, "second", "first")
    with pytest.raises(StudyError, match="the interaction sex:condition cannot be told apart from day"):
        require_covariates_that_vary(samples, Design("ko", "wt", ("day",), SECOND))


WORDS = {
    "log2 fold change, ko / wt\n(positive = higher in ko)": (
        "log2 fold change, male response / female response\n(positive = higher in male response)"
    ),
    "12 higher in ko, 3 higher in wt.": "12 higher in male response, 3 higher in female response.",
    "lower\nin ko": "lower\nin male response",
    "6 ko and 6 wt animals": "6 ko and 6 wt animals",
    "higher in kobalt": "higher in kobalt",
    "a-ko / wt": "a-ko / wt",
}


@pytest.mark.parametrize("text", WORDS)
def test_words_about_effects_are_about_responses_and_others_stay(text: str) -> None:
    assert reworded(text, "ko", "wt", vars(SECOND)) == WORDS[text]
    assert reworded(text, "ko", "wt", None) == text


def test_the_direction_of_an_export_names_both_levels() -> None:
    said = direction_of("ko", "wt", vars(SECOND))
    assert "ko / wt at sex male minus ko / wt at sex female" in said
