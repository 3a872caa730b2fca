"""A FASTQ file is counted when it is whole, and refused when anything of it is missing."""

import gzip
from pathlib import Path

import pytest

from claimcheck.errors import StudyError
from claimcheck.sourcing.fastq import FastqContent, check_mates, inspect_fastq

READS = "".join(f"@read{number} 1:N:0\nACGTACGTAC\n+\n@IIIIIIII+\n" for number in range(50)).encode()


def write(tmp_path, content, name="reads.fastq.gz"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("r.fastq", READS, (50, 10)),
        ("r.fastq.gz", gzip.compress(READS), (50, 10)),
        ("r.fastq.gz", gzip.compress(READS) + gzip.compress(READS), (100, 10)),
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
        ("r.fastq.gz", gzip.compress(READS)[:-20], "cannot be read to its end"),
        ("r.fastq.gz", gzip.compress(READS)[:-8] + b"\x00" * 8, "cannot be read to its end"),
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


def test_mates_hold_as_many_reads():
    paths = [Path("run_1.fastq.gz"), Path("run_2.fastq.gz")]
    check_mates(paths, [FastqContent(5, 75), FastqContent(5, 50)])
    check_mates(paths[:1], [FastqContent(5, 75)])
    with pytest.raises(StudyError, match=r"5 in run_1.fastq.gz and 4 in run_2.fastq.gz"):
        check_mates(paths, [FastqContent(5, 75), FastqContent(4, 75)])
