"""A file is given up at a line, or a size, that no real one has, and read to its end otherwise."""

import gzip

import pytest

from claimcheck.sourcing import sequence_files
from claimcheck.sourcing.sequence_files import open_packed


@pytest.fixture(autouse=True)
def short(monkeypatch):
    """Let lines be 20,000 bytes, in pieces of which each holds parts of several."""
    monkeypatch.setattr(sequence_files, "LONGEST_LINE", 20_000)
    monkeypatch.setattr(sequence_files, "_PIECE", 7_000)


def written(folder, content, packed):
    path = folder / ("a.txt.gz" if packed else "a.txt")
    path.write_bytes(gzip.compress(content) if packed else content)
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("line", [10, 3_000, 6_999, 12_000], ids=str)
def test_any_number_of_lines_is_read_whole(tmp_path, line, packed):
    content = (b"x" * (line - 1) + b"\n") * (200_000 // line)
    with open_packed(written(tmp_path, content, packed)) as stream:
        assert stream.read() == content


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("before", [0, 1, 5_000, 6_999], ids=str)
def test_a_line_without_end_is_given_up_wherever_it_begins(tmp_path, before, packed):
    content = b"\n" * before + b"x" * 100_000
    with (
        open_packed(written(tmp_path, content, packed)) as stream,
        pytest.raises(OSError, match="it has a line of more than"),
    ):
        stream.read()


def test_a_file_of_more_than_it_may_hold_is_given_up(tmp_path):
    path = written(tmp_path, b"x\n" * 10_000, packed=True)
    with open_packed(path, most=20_000) as stream:
        assert len(stream.read()) == 20_000
    with open_packed(path, most=19_999) as stream, pytest.raises(OSError, match="it holds more than"):
        stream.read()
