"""Genes are chosen by set, id, symbol or biotype; shares and scores are theirs, and NA where nothing is known."""

import numpy as np
import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.deseq2.levels import log2_cpm
from claimcheck.qc.panels import count_shares, select_genes
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data
from support.defaults import detected_genes, score_panels

MEMBERS = pd.DataFrame(
    [("BLOOD", "g1", "Hba"), ("BLOOD", "g2", "Hbb"), ("MITO", "g3", "mt-Nd1")], columns=["set", "gene_id", "symbol"]
)
ANNOTATION = pd.DataFrame(
    [
        ("g3", "mt-Nd1", "protein_coding"),
        ("g4", "mt-Rnr1", "Mt_rRNA"),
        ("g5", "Amt-1", "protein_coding"),
        ("g6", "Rn7", "protein_coding"),
        ("g6", "Rn7", "rRNA"),
    ],
    columns=["gene_id", "symbol", "biotype"],
)
NO_ANNOTATION = pd.DataFrame(columns=["gene_id", "symbol", "biotype"])


def select(group, annotation=ANNOTATION):
    return select_genes(group, MEMBERS, annotation, where="quality.shares.x")


def counts_of(rows, samples="ab"):
    return pd.DataFrame.from_dict(rows, orient="index", columns=list(samples))


def test_log2_cpm_is_that_of_the_sample_s_own_depth():
    counts = counts_of({"g1": [1, 3_000_000], "g2": [999_999, 0], "g3": [0, 1_000_000]})
    levels = log2_cpm(counts, counts.sum())
    np.testing.assert_allclose(levels["a"], np.log2([2, 1_000_000, 1]))
    np.testing.assert_allclose(levels["b"], np.log2([750_001, 1, 250_001]))


def test_a_few_strong_genes_that_rise_leave_the_levels_of_all_others():
    counts = counts_of({"strong": [1000, 9000], **{f"g{n}": [n + 1, n + 1] for n in range(40)}})
    others = [f"g{n}" for n in range(40)]
    of_size_factors = log2_cpm(counts, pd.Series(1.0, index=counts.columns)).loc[others]
    np.testing.assert_allclose(of_size_factors["a"], of_size_factors["b"])
    of_total = log2_cpm(counts, counts.sum()).loc[others]
    assert (of_total["b"] < of_total["a"] - 1).all()


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({"sets": ["BLOOD"]}, {"g1", "g2"}),
        ({"genes": ["g9", "g1"]}, {"g9", "g1"}),
        ({"symbols": "mt-"}, {"g3", "g4"}),
        ({"symbols": "Hb[ab]$|Rn"}, {"g1", "g2", "g6"}),
        ({"biotypes": ["rRNA", "Mt_rRNA"]}, {"g4", "g6"}),
        ({"sets": ["MITO"], "genes": ["g7"], "symbols": "Hba", "biotypes": ["rRNA"]}, {"g3", "g7", "g1", "g6"}),
        ({}, set()),
    ],
)
def test_a_group_is_all_that_any_of_its_keys_names(group, expected):
    assert select(group) == expected


@pytest.mark.parametrize(
    "annotation",
    [NO_ANNOTATION, ANNOTATION.drop(columns="biotype"), ANNOTATION.assign(biotype=""), ANNOTATION.assign(biotype=None)],
)
def test_biotypes_are_not_known_without_an_annotation_that_has_them(annotation):
    assert select({"biotypes": ["rRNA"]}, annotation) is None
    assert select({"biotypes": ["rRNA"], "sets": ["BLOOD"]}, annotation) is None
    assert select({"sets": ["BLOOD"]}, annotation) == {"g1", "g2"}


def test_symbols_of_the_curated_sets_are_matched_where_there_is_no_annotation():
    assert select({"symbols": "mt-"}, NO_ANNOTATION) == {"g3"}


def test_an_unknown_set_and_a_broken_expression_are_refused():
    with pytest.raises(StudyError, match="no gene set is called MARROW") as caught:
        select({"sets": ["BLOOD", "MARROW"]})
    assert "BLOOD, MITO" in caught.value.expected
    with pytest.raises(StudyError, match="is no regular expression") as caught:
        select({"symbols": "Hb("})
    assert caught.value.where == "quality.shares.x"


def test_shares_are_those_of_all_counts_and_missing_where_no_gene_was_counted():
    counts = counts_of({"g1": [10, 0], "g2": [20, 0], "g3": [70, 50]})
    table = count_shares(counts, {"blood": {"g1", "g2", "absent"}, "absent": {"g9"}, "unknown": None})
    assert list(table["group"].unique()) == ["blood", "absent", "unknown"]
    assert list(table.loc[table["group"] == "blood", "share"]) == [0.3, 0.0]
    assert table.loc[table["group"] != "blood", "share"].isna().all()
    assert list(table["sample"]) == ["a", "b"] * 3
    assert table["share"].dtype == float


def test_the_share_of_a_sample_without_counts_is_not_known():
    shares = count_shares(counts_of({"g1": [0, 5], "g2": [0, 5]}), {"one": {"g1"}})["share"]
    assert np.isnan(shares[0])
    assert shares[1] == 0.5


def test_a_gene_is_detected_that_half_of_the_smaller_group_expresses():
    conditions = pd.Series(["x"] * 3 + ["y"] * 5)
    levels = pd.DataFrame(
        [[1, 1, 0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0.99, 0.99, 5, 0, 0], [0, 0, 0, 0, 0, 0, 2, 2]],
        index=["two", "one", "low", "other_group"],
    )
    panels = {"p": ["two", "one", "low", "other_group", "absent"], "q": ["one"]}
    assert detected_genes(levels, panels, conditions) == {"p": ["other_group", "two"], "q": []}


def test_a_score_is_the_mean_of_the_genes_standardised_levels():
    levels = counts_of({"g1": [1.0, 2, 3], "g2": [30.0, 20, 10], "g3": [2.0, 2, 5], "g4": [4.0, 4, 4]}, "abc")
    table = score_panels(levels, {"three": ["g1", "g2", "g3"], "flat": ["g1", "g3", "g4"], "two": ["g1", "g2"]})
    three = table[table["panel"] == "three"].set_index("sample")
    z = levels.loc[["g1", "g2", "g3"]].apply(lambda row: (row - row.mean()) / np.std(row, ddof=1), axis=1)
    np.testing.assert_allclose(three["score"], z.mean())
    np.testing.assert_allclose(three["level"], [11, 8, 6])
    assert table.groupby("panel")["score"].sum().abs().max() < 1e-12
    assert table.loc[table["panel"] == "flat", "score"].notna().all()
    assert table.loc[table["panel"] == "two", ["score", "level"]].isna().all(axis=None)


def test_no_panels_give_an_empty_table():
    assert list(score_panels(pd.DataFrame({"a": [1.0]}), {})) == ["panel", "sample", "score", "level"]


def test_marrow_raises_the_shares_and_scores_of_blood_in_real_bone():
    folder = shared_data("counts/bone_marrow_EMTAB5533")
    counts = read_count_table(folder / "Osteocyte_enriched_RSEM_gene_counts.csv").counts
    haemoglobin = ["ENSMUSG00000069919", "ENSMUSG00000069917", "ENSMUSG00000052305", "ENSMUSG00000073940"]
    shares = count_shares(counts, {"haemoglobin": haemoglobin}).set_index("sample")["share"]
    marrow, clean = shares.filter(like="Marrow"), shares.filter(like="Clean")
    assert marrow.min() > clean.max()
    levels = log2_cpm(counts, counts.sum())
    np.testing.assert_allclose((2**levels - 1).sum(), 1e6)
    conditions = pd.Series([sample.split("_")[0] for sample in counts])
    scores = score_panels(levels, detected_genes(levels, {"haemoglobin": haemoglobin}, conditions))
    by_sample = scores.set_index("sample")["score"]
    assert by_sample.filter(like="Marrow").min() > by_sample.filter(like="Clean").max()
