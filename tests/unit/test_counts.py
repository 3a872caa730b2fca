"""A table of counts is read whatever program wrote it; a wrong cell is named by gene and sample."""

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.quantification.counts import read_count_table
from support.archive import shared_data

EXPECTED = pd.DataFrame(
    {"A": [1, 30], "B": [20, 4]}, index=pd.Index(["ENSMUSG00000000001", "ENSMUSG00000000002"], name="gene_id")
)
PLAIN = "gene\tA\tB\nENSMUSG00000000002\t30\t4\nENSMUSG00000000001\t1\t20\n"


def write(tmp_path, content):
    path = tmp_path / "counts.txt"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "content",
    [
        PLAIN,
        PLAIN.replace("\t", ","),
        PLAIN.replace("\n", "\r"),
        PLAIN.replace("\n", "\r\n"),
        PLAIN.removesuffix("\n"),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("0002\t", "0002.11\t").replace("0001\t", "0001.3\t"),
        PLAIN.replace("30", "30.4").replace("20", "19.51"),
        PLAIN.replace("30", "3e1"),
        PLAIN.replace("gene", ""),
        PLAIN.removeprefix("gene\t"),
        '"","A","B"\n"ENSMUSG00000000002","30","4"\n"ENSMUSG00000000001","1","20"\n',
        PLAIN.replace("A", " A ").replace("30", " 30"),
        "gene\tsymbol\tA\tB\nENSMUSG00000000002\tAbc2\t30\t4\nENSMUSG00000000001\t\t1\t20\n",
    ],
    ids=[
        "tab",
        "comma",
        "CR",
        "CRLF",
        "no last line end",
        "BOM",
        "versions",
        "decimals",
        "exponent",
        "no name of the first column",
        "written by R",
        "quoted",
        "spaces",
        "column of symbols",
    ],
)
def test_every_way_to_write_a_table_gives_the_same_counts(tmp_path, content):
    counts = read_count_table(write(tmp_path, content)).counts
    pd.testing.assert_frame_equal(counts, EXPECTED)


@pytest.mark.parametrize("cell", ["-1", "", "NA", "many", "inf", "nan", "1;5"])
def test_a_wrong_cell_is_named_by_gene_and_sample(tmp_path, cell):
    with pytest.raises(StudyError, match="gene ENSMUSG00000000002 in sample B") as caught:
        read_count_table(write(tmp_path, PLAIN.replace("\t4", f"\t{cell}")))
    assert repr(cell) in caught.value.what
    assert "data row 1 (1 such cells" in caught.value.where


def test_a_row_that_ends_early_is_refused(tmp_path):
    with pytest.raises(StudyError, match="line 2 has 2 cells, most lines 3"):
        read_count_table(write(tmp_path, PLAIN.replace("\t4", "") + "ENSMUSG00000000003\t1\t2\n"))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (PLAIN + "ENSMUSG00000000001\t1\t1\n", "the gene ENSMUSG00000000001 occurs twice"),
        (PLAIN + "ENSMUSG00000000001.7\t1\t1\n", "the gene ENSMUSG00000000001 occurs twice"),
        (PLAIN.replace("B", "A"), "the sample A twice"),
        (PLAIN.replace("B", "A "), "the sample A twice"),
        (PLAIN + "ENSMUSG00000000003\t1\t1\t1\t1\n", "cannot be read"),
        ("gene\tA\tB\n", "no gene below it"),
        ("gene\nENSMUSG00000000001\n", "no two columns were found"),
        ("", "is empty"),
        (b"\x1f\x8b\xff\x00", "cannot be read"),
    ],
)
def test_what_is_no_table_of_counts_is_refused(tmp_path, content, complaint):
    path = write(tmp_path, content)
    with pytest.raises(StudyError, match=complaint) as caught:
        read_count_table(path)
    assert str(path) in caught.value.where


@pytest.mark.parametrize("name", ["absent.tsv", "."])
def test_a_missing_table_is_refused(tmp_path, name):
    with pytest.raises(StudyError, match="does not exist"):
        read_count_table(tmp_path / name)


def test_the_sheet_chooses_and_orders_the_samples(tmp_path):
    path = write(tmp_path, PLAIN)
    assert list(read_count_table(path, ["B", "A"]).counts) == ["B", "A"]
    assert list(read_count_table(path, ["B"]).counts) == ["B"]
    with pytest.raises(StudyError, match="no column for C") as caught:
        read_count_table(path, ["A", "C"])
    assert "A, B" in caught.value.where


def test_real_counts_with_cr_line_ends_and_versions_are_read():
    folder = shared_data("counts/bone_marrow_EMTAB5533")
    counts = read_count_table(folder / "Osteocyte_enriched_RSEM_gene_counts.csv").counts
    assert counts.shape[1] == 10
    assert (counts.dtypes == "int64").all()
    lcn2 = counts.loc["ENSMUSG00000026822"]
    assert lcn2.filter(like="Marrow").mean() > lcn2.filter(like="Clean").mean() > 0
