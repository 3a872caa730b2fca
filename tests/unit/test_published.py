"""Fold changes of a paper's own table, however it is written, beside those of the study."""

from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import write_table
from claimcheck.deseq2.published import ABSENT, AUTO, SEVERAL, TWICE, compare_published, read_published, summarise
from claimcheck.page.published import describe_published
from claimcheck.page.study_words import Study

GUESSED = {"gene": AUTO, "log2_fold_change": AUTO, "adjusted_p": AUTO}
LCN2, DKK1, SOST = "ENSMUSG00000026822", "ENSMUSG00000024868", "ENSMUSG00000001494"
GENES = pd.DataFrame(
    {
        "gene_id": [LCN2, DKK1, SOST, "ENSMUSG00000000001", "ENSMUSG00000000002"],
        "symbol": ["Lcn2", "Dkk1", "Sost", "Twin", "Twin"],
        "log2_fold_change": [-4.0, -1.0, -0.5, 0.1, 0.2],
        "p_adjusted": [1e-9, 0.01, 0.2, 0.9, float("nan")],
    }
)


def read(folder: Path, text: str, **columns: str) -> pd.DataFrame:
    path = folder / "published.txt"
    path.write_text(text, encoding="utf-8")
    return read_published(path, GUESSED | columns)


@pytest.mark.parametrize(
    "text",
    [
        f'"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"\n"{LCN2}",9,-3.5,1,1,0.1,0.001\n',
        f"gene_id\tlogFC\tlogCPM\tPValue\tFDR\n{LCN2}.14\t-3.5\t4\t0.1\t0.001\n",
        "Table S3. Differential expression\nGene symbol;log2FC;adj.P.Val\nLcn2;-3.5;0.001\n",
        f"# made by R\nEnsembl gene ID,Gene name,Log2 fold change,q-value\n{LCN2},Lcn2,-3.5,0.001\n",
        f"id\tlog2 ratio\tAdjusted p-value\n{LCN2}_Lcn2\t-3.5e0\t1e-3\n\n",
        f"gene\tlog2FoldChange\tpadj\n{LCN2}\t-3.5\t0.001\nNA\t1\t1\n{DKK1}\tNA\tNA\n",
    ],
    ids=["R DESeq2", "edgeR", "title and semicolons", "comment", "symbol behind the id", "missing cells"],
)
def test_tables_are_read_as_programs_write_them(text, tmp_path):
    [row] = read(tmp_path, text).itertuples()
    assert (row.published_log2_fold_change, row.published_p_adjusted) == (-3.5, 0.001)
    compared = compare_published(read(tmp_path, text), GENES, reversed_groups=False)
    assert list(compared["gene_id"]) == [LCN2]


def test_a_table_without_adjusted_p_has_none(tmp_path):
    table = read(tmp_path, "gene\tlogFC\nDkk1\t-1\nSost\t-2\nLcn2\t-3\n")
    assert table["published_p_adjusted"].isna().all()
    agreement = summarise(compare_published(table, GENES, reversed_groups=False), 0.05)
    assert (agreement.n_compared, agreement.n_called) == (3, None)


def test_columns_may_be_named(tmp_path):
    text = "symbol\tKO vs WT\tWT vs KO\nDkk1\t-1\t1\n"
    table = read(tmp_path, text, log2_fold_change="KO vs WT")
    assert list(table["published_log2_fold_change"]) == [-1]


@pytest.mark.parametrize(
    ("text", "columns", "words"),
    [
        ("gene\tchange\nDkk1\t1\n", {}, ("none of its columns is known as that of log2 fold changes", "change")),
        ("what\tlogFC\nDkk1\t1\n", {}, ("known as that of genes", "study.published_results.gene")),
        ("gene\tlogFC\nDkk1\t1\n", {"gene": "symbol"}, ("it has no column 'symbol'",)),
        ("gene\tlogFC\tlogFC\nDkk1\t1\t2\n", {"log2_fold_change": "logFC"}, ("it has two columns 'logFC'",)),
        ("gene;logFC\nSost;1\nDkk1;1,5\n", {}, ("logFC of gene row 2", "'1,5'", "line 3", "a point")),
        ("gene\tlogFC\nDkk1\tinf\n", {}, ("'inf'", "a finite number")),
        ("gene\tlogFC\nDkk1\tNA\n", {}, ("no row of it has a gene and a fold change", "name the whole table")),
        ("gene\tlogFC\tpadj\nDkk1\t1\t<0.001\n", {}, ("padj of gene row 1", "'<0.001'")),
        ("\n", {}, ("it is empty",)),
    ],
)
def test_what_cannot_be_used_is_said_with_its_place(text, columns, words, tmp_path):
    with pytest.raises(StudyError) as raised:
        read(tmp_path, text, **columns)
    assert all(word in str(raised.value) for word in words), str(raised.value)


def test_a_missing_file_names_the_key(tmp_path):
    with pytest.raises(StudyError, match=r"does not exist[\s\S]*study\.published_results\.file"):
        read_published(tmp_path / "gone.tsv", GUESSED)


def test_genes_that_cannot_be_told_are_kept_with_the_reason(tmp_path):
    text = f"gene\tlogFC\tpadj\n{DKK1}.3\t-1\t0.01\nSost\t-2\t0.5\nTwin\t1\t1\nDkk1\t-1\t0.01\nNone1\t1\t1\n"
    compared = compare_published(read(tmp_path, text), GENES, reversed_groups=False)
    assert list(compared["match"]) == [TWICE, "symbol", SEVERAL, TWICE, ABSENT]
    assert list(compared["gene_id"]) == ["", SOST, "", "", ""]
    write_table(compared, tmp_path / "results/differential/published.tsv")
    assert len(compared) == 5


def test_the_other_direction_is_turned_where_the_study_says_so(tmp_path):
    text = "gene\tlogFC\tpadj\nLcn2\t4\t0.001\nDkk1\t1\t0.01\nSost\t0.5\t0.3\n"
    opposed = compare_published(read(tmp_path, text), GENES, reversed_groups=False)
    assert summarise(opposed, 0.05).is_opposed
    turned = summarise(compare_published(read(tmp_path, text), GENES, reversed_groups=True), 0.05)
    assert not turned.is_opposed
    assert turned.correlation == pytest.approx(1)
    assert (turned.n_called, turned.n_same_sign, turned.n_called_here) == (2, 2, 2)


def test_the_page_says_how_far_both_agree(tmp_path):
    text = "gene\tlogFC\tpadj\nLcn2\t4\t0.001\nDkk1\t-1\t0.01\nSost\t0.5\t0.01\nNone1\t1\t1\n"
    compared = compare_published(read(tmp_path, text), GENES, reversed_groups=False)
    keys = {"published_results": {"source": "Table S2"}}
    view = describe_published(compared, keys, Study("t", "", False, "counts", "ko", "wt", 0.05))
    said = " ".join(view.sentences)
    assert "Table S2 has 4 genes with a fold change; 3 have one here." in said
    assert "1 not tested here (None1)" in said
    assert (
        "Of 3 that the paper calls (adjusted p below 0.05), 1 change in the same direction here, and 2 are called here"
        in said
    )
    assert "The signs are opposed as a rule" in view.warning
