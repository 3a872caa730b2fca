"""A sample sheet is read with whatever stands between its cells, and every word in it is text."""

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.samples import check_sheet, select_groups
from claimcheck.sourcing.sheets import read_sheet

ROWS = [("sample", "condition", "age"), ("a", "no", "8"), ("0", "null", "9"), ("NA", "no", "10"), ("null", "null", "")]


@pytest.mark.parametrize("separator", ["\t", ",", ";"])
def test_names_that_other_programs_take_for_nothing_are_names(tmp_path, separator):
    path = tmp_path / "samples.csv"
    path.write_text("\n".join(separator.join(row) for row in ROWS) + "\n")
    sheet = read_sheet(path, key="counts.samples")
    assert [tuple(row) for row in sheet.to_numpy()] == ROWS[1:]
    groups = select_groups(check_sheet(sheet, where="x"), test="null", reference="no", where="x")
    assert groups["sample"].tolist() == ["NA", "a", "0", "null"]


def test_row_numbers_of_r_are_no_column(tmp_path):
    path = tmp_path / "samples.csv"
    path.write_text('"","sample","condition"\n"1","a","ko"\n"2","b","wt"\n')
    assert list(read_sheet(path, key="counts.samples")) == ["sample", "condition"]


def test_the_lanes_of_a_sheet_of_nf_core_are_one_sample(tmp_path):
    path = tmp_path / "samplesheet.csv"
    rows = "a,L1_1.fq.gz,L1_2.fq.gz,auto,ko\na,L2_1.fq.gz,,auto,ko\nb,L1_1.fq.gz,,auto,wt\nb,L2_1.fq.gz,,auto,ko\n"
    path.write_text("sample,fastq_1,fastq_2,strandedness,condition\n" + rows)
    sheet = read_sheet(path, key="counts.samples")
    assert sheet.to_numpy().tolist() == [["a", "auto", "ko"], ["b", "auto", "wt"], ["b", "auto", "ko"]]
    with pytest.raises(StudyError, match="the sample b is given twice"):
        check_sheet(sheet, where="x")
