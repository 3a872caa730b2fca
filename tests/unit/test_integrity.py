"""A FASTQ file is counted when it is whole, and refused when anything of it is missing."""

import gzip

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.read_scans.integrity import FastqContent, inspect_fastq, inspect_mates

READS = "".join(f"@read{number} 1:N:0\nACGTACGTAC\n+\n@IIIIIIII+\n" for number in range(50)).encode()


def write(tmp_path, content, name="reads.fastq.gz"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("r.fastq", READS, (50, 10)),
        ("r.fastq.gz", gzip.compress(READS, mtime=0), (50, 10)),
        ("r.fastq.gz", gzip.compress(READS, mtime=0) + gzip.compress(READS, mtime=0), (100, 10)),
        ("r.fastq", READS[:-1], (50, 10)),
        ("r.fastq", READS.replace(b"\n", b"\r\n"), (50, 10)),
        ("r.fastq", b"@a\nACGT\n+a\nIIII\n@b\nAC\n+b\nII\n", (2, 4)),
    ],
    ids=["plain", "gzip", "two members", "no last line end", "CRLF", "repeated name"],
)
def test_reads_are_counted(tmp_path, name, content, expected):
    assert inspect_fastq(write(tmp_path, content, name)) == FastqContent(*expected)


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("r.fastq.gz", gzip.compress(READS, mtime=0)[:-20], "cannot be read to its end"),
        ("r.fastq.gz", gzip.compress(READS, mtime=0)[:-8] + b"\x00" * 8, "cannot be read to its end"),
        ("r.fastq.gz", b"<html>not found</html>", "cannot be read to its end"),
        ("r.fastq", READS[:-5], "cannot be read to its end"),
        ("r.fastq", READS[:-12], "cannot be read to its end"),
        (
            "r.fastq",
            READS.replace(b"ACGTACGTAC", b"ACGT", 30).replace(b"ACGT\n", b"ACGTACGTAC\n", 29),
            "cannot be read",
        ),
        ("r.fastq", b">T1\nACGT\n", "cannot be read to its end"),
        ("r.fastq", b"\x00\xff" * 50, "cannot be read to its end"),
        ("r.fastq", b"", "is empty"),
        ("r.fastq.gz", gzip.compress(b""), "is empty"),
    ],
    ids=[
        "gzip cut",
        "gzip checksum",
        "a page",
        "cut in the qualities",
        "cut in the record",
        "a bad record within",
        "FASTA",
        "binary",
        "empty",
        "empty gzip",
    ],
)
def test_a_spoilt_file_is_refused(tmp_path, name, content, problem):
    path = write(tmp_path, content, name)
    with pytest.raises(StudyError, match=problem) as caught:
        inspect_fastq(path)
    assert caught.value.where == str(path)
    assert "fetched again" in caught.value.remedy


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"absent\.fastq"):
        inspect_fastq(tmp_path / "absent.fastq")


def mates(tmp_path, one, two):
    return write(tmp_path, one, "run_1.fastq"), write(tmp_path, two, "run_2.fastq")


def test_mates_hold_as_many_reads(tmp_path):
    other = READS.replace(b" 1:N:0", b" 2:N:0")
    assert inspect_mates(mates(tmp_path, READS, other)) == [FastqContent(50, 10), FastqContent(50, 10)]
    with pytest.raises(StudyError, match=r"50 in run_1.fastq and 49 in run_2.fastq"):
        inspect_mates(mates(tmp_path, READS, other[: other.rindex(b"@read49")]))
    with pytest.raises(StudyError, match=r"49 in run_1.fastq and 50 in run_2.fastq"):
        inspect_mates(mates(tmp_path, READS[: READS.rindex(b"@read49")], other))


@pytest.mark.parametrize(
    ("one", "two"),
    [("r1/1", "r1/2"), ("r1 1:N:0", "r1 2:N:0"), ("r1 1/1", "r1 1/2"), ("r1", "r1"), ("r1 length=50", "r1 length=50")],
)
def test_mates_are_known_by_their_names(tmp_path, one, two):
    record = "@{}\nACGT\n+\nIIII\n"
    first, second = record.format(one).encode(), record.format(two).encode()
    assert inspect_mates(mates(tmp_path, first, second)) == [FastqContent(1, 4)] * 2
    if one != two:
        with pytest.raises(StudyError, match="the mates are swapped: read 1 is"):
            inspect_mates(mates(tmp_path, second, first))
    with pytest.raises(StudyError, match=r"no mates: read 2 is .* in run_1.fastq and 'other' in run_2.fastq"):
        inspect_mates(mates(tmp_path, first * 2, second + record.format("other").encode()))
