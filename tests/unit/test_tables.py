"""Tables come back as they were written, a write is whole or absent, and what is no table is refused in one message."""

import os

import pandas as pd
import pytest

from claimcheck.core import tables
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed, read_table, scratch_folder, whole_file, write_table, write_text


def write(tmp_path, content):
    path = tmp_path / "table.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "table.tsv"
    write_text(path, "old")
    with pytest.raises(ZeroDivisionError), whole_file(path) as partial:
        partial.write_text("half of the n")
        raise ZeroDivisionError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_at_first_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), whole_file(tmp_path / "new.tsv"):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_table_comes_back_as_it_was_written(tmp_path):
    table = pd.DataFrame(
        {
            "gene_id": ["g1", "g2", "g3"],
            "note": ["a\ttab", 'a "quotation"', "two\nlines"],
            "count": [0, 7, 2**53 + 1],
            "p_value": [1e-300, 0.1234567891, float("nan")],
            "tested": [True, False, True],
        }
    )
    path = tmp_path / "folder" / "table.tsv"
    write_table(table, path)
    pd.testing.assert_frame_equal(read_table(path, text=["gene_id", "note"]), table, check_dtype=False, rtol=1e-9)
    assert read_table(path)["count"].tolist() == table["count"].tolist()


def test_missing_values_are_written_as_na_with_lf_line_ends(tmp_path):
    path = tmp_path / "table.tsv"
    write_table(pd.DataFrame({"a": [1.5, None], "b": ["x", "y"]}), path)
    assert path.read_bytes() == b"a\tb\n1.5\tx\nNA\ty\n"


def test_text_stays_text(tmp_path):
    table = read_table(write(tmp_path, "sample\tsex\tage\n007\tNA\t\n1e5\tTrue\t012\n"), text=True)
    assert table.to_numpy().tolist() == [["007", "NA", ""], ["1e5", "True", "012"]]


def test_numbers_with_gaps_are_numbers(tmp_path):
    table = read_table(write(tmp_path, "a\tb\tc\n1\tNA\tx\n\t2.5\t3\n"))
    assert table["a"].isna().tolist() == [False, True]
    assert table["b"].isna().tolist() == [True, False]
    assert table["c"].tolist() == ["x", "3"]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfa\tb\r\n1\t2\r\n", b"a\tb\r1\t2\r", b"a\tb\n1\t2"])
def test_byte_order_mark_and_line_ends_do_not_matter(tmp_path, content):
    assert read_table(write(tmp_path, content)).to_dict("list") == {"a": [1], "b": [2]}


def test_a_header_alone_is_a_table_without_rows(tmp_path):
    table = read_table(write(tmp_path, "a\tb\n"), columns=["a", "b"])
    assert list(table) == ["a", "b"]
    assert table.empty


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("sample\tsex\nA\tf\n", "lacks the column condition"),
        ("sample\tcondition\tsample\nA\tB\tC\n", "has the column sample twice"),
        ("sample\tcondition\nA\tko\textra\n", "line 2"),
        ("sample\tcondition\nA\tko\nB\n", "line 3 has 1 cells, the header line 2"),
        ("sample,condition\nA,ko\n", "lacks the column sample, condition"),
        ('sample\tcondition\nA\t"ko\nB\tctrl\n', "cannot be read"),
        (b"", "cannot be read"),
        (b"\n\n", "cannot be read"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"sample\tcondition\nA\x00B\tko\n", "binary"),
        (b"\x1f\x8b\x08\x00\xff\xfe junk", "cannot be read"),
    ],
)
def test_what_is_no_such_table_is_refused(tmp_path, content, complaint):
    path = write(tmp_path, content)
    with pytest.raises(StudyError, match=complaint) as caught:
        read_table(path, columns=["sample", "condition"])
    assert str(path) in caught.value.where


@pytest.mark.parametrize("name", ["absent.tsv", "."])
def test_a_missing_file_or_a_folder_is_refused(tmp_path, name):
    with pytest.raises(StudyError, match="does not exist"):
        read_table(tmp_path / name)


def test_long_lists_are_cut_with_the_number_of_the_rest():
    assert listed(["a", "b"]) == "a, b"
    assert listed(range(7), most=5) == "0, 1, 2, 3, 4 and 2 more"


def test_what_a_killed_run_left_in_the_scratch_folder_is_gone(tmp_path):
    left = tmp_path / ".result.tsv.scratch"
    left.mkdir()
    (left / "old").write_text("half")
    with scratch_folder(tmp_path / "result.tsv") as folder:
        assert folder == left
        assert list(folder.iterdir()) == []
        (folder / "new").write_text("whole")
    assert not left.exists()
    with pytest.raises(RuntimeError), scratch_folder(tmp_path / "result.tsv"):
        raise RuntimeError
    assert not left.exists()


def test_what_killed_runs_left_of_a_file_is_overwritten(tmp_path):
    for _ in range(2):
        killed = os.fork()
        if not killed:
            with whole_file(tmp_path / "a.txt") as partial:
                partial.write_text("half")
                os._exit(1)
        os.waitpid(killed, 0)
    assert len(list(tmp_path.iterdir())) == 1
    write_text(tmp_path / "a.txt", "whole")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.txt", "whole")]


def test_a_full_disk_leaves_the_old_file_and_names_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tables, "remove_link", lambda path: None)  # the disk is a link here
    path = tmp_path / "a.tsv"
    path.write_text("old")
    (tmp_path / ".a.tsv.part").symlink_to("/dev/full")
    with pytest.raises(StudyError, match=r"the disk is full: .*a\.tsv could not be written"):
        write_table(pd.DataFrame({"a": [1]}), path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a.tsv", "old")]
