"""Reads are checked to their end: what is wrong is said by its true reason, and fetched again only where that can help."""

import gzip
from pathlib import Path

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.read_scans.integrity import Integrity
from claimcheck.read_scans.scan import read_fragments

LETTERS = "ACGTTGCAAGCTTCGATCCGATTACGGATCTAAGC"
FETCH, KEEP = "fetched again", "another copy is the same"


def turned(letters, by):
    return letters[by:] + letters[:by]


def fastq(names, *, shift=0, quality="I", end="\n"):
    """Write a record a name, each with letters of its own."""
    lines = [
        (f"@{name}", letters := turned(LETTERS, (n + shift) % 35), "+", quality * len(letters))
        for n, name in enumerate(names)
    ]
    return "".join(f"{line}{end}" for record in lines for line in record).encode()


NAMES = [f"run.{n} {n}" for n in range(1, 51)]
READS = fastq(NAMES)


def check(*paths):
    integrity = Integrity(paths)
    for mates in read_fragments(paths):
        integrity.add(mates)
    integrity.require_fit()
    return integrity.n_reads


def write(folder, content, name="reads.fastq"):
    path = folder / name
    path.write_bytes(content)
    return path


def refusal(*paths: Path):
    with pytest.raises(StudyError) as caught:
        check(*paths)
    assert all(str(path) in caught.value.where for path in paths)
    return caught.value


SOUND = {
    "plain": ("r.fastq", READS, 50),
    "gzip": ("r.fastq.gz", gzip.compress(READS, mtime=0), 50),
    "two members of gzip": ("r.fastq.gz", gzip.compress(READS, mtime=0) * 2, 100),
    "gzip under another name": ("r.fastq", gzip.compress(READS, mtime=0), 50),
    "no last line end": ("r.fastq", READS[:-1], 50),
    "blank lines at the end": ("r.fastq", READS + b"\n\n\n", 50),
    "CR LF": ("r.fastq", fastq(NAMES, end="\r\n"), 50),
    "lower case": ("r.fastq", READS.lower().replace(b"i" * 35, b"I" * 35), 50),
    "@ among the qualities": ("r.fastq", fastq(NAMES, quality="@"), 50),
    "names of one letter": ("r.fastq", fastq("abcdefgh"), 8),
    "names that end in 1 and 2": ("r.fastq", fastq(["r1", "r2", "r3", "r4"]), 4),
    "an empty read": ("r.fastq", READS + b"@e\n\n+\n\n", 51),
}


@pytest.mark.parametrize("kind", SOUND)
def test_sound_reads_are_counted(tmp_path, kind):
    name, content, n_reads = SOUND[kind]
    assert check(write(tmp_path, content, name)) == n_reads


CORRUPT = bytearray(gzip.compress(READS, mtime=0))
CORRUPT[-6] ^= 255
DAMAGED = {place: bytearray(gzip.compress(READS, mtime=0)) for place in (10, 11, 40)}
for place, content in DAMAGED.items():
    content[place] ^= 255
SPOILT = {
    "gzip cut": ("r.fastq.gz", gzip.compress(READS, mtime=0)[:-20], "cannot be read to its end", FETCH),
    "gzip with another checksum": ("r.fastq.gz", bytes(CORRUPT), "cannot be read to its end", FETCH),
    **{
        f"gzip damaged at byte {place}": ("r.fastq.gz", bytes(content), "cannot be read to its end", FETCH)
        for place, content in DAMAGED.items()
    },
    "a page": ("r.fastq.gz", b"<html>not found</html>", "it is a web page", FETCH),
    "empty": ("r.fastq", b"", "is empty", FETCH),
    "gzip of nothing": ("r.fastq.gz", gzip.compress(b""), "is empty", FETCH),
    "binary": ("r.fastq", b"\x00\xff" * 50, "is no FASTQ", FETCH),
    "cut in the qualities": ("r.fastq", READS[:-5], "read 50 has fewer qualities than letters", FETCH),
    "cut in the record": ("r.fastq", READS[:-40], "read 50 is cut off", FETCH),
    "cut before it was packed": ("r.fastq.gz", gzip.compress(READS[:-40]), "read 50 is cut off", KEEP),
    "a quality too few": (
        "r.fastq.gz",
        gzip.compress(READS.replace(b"I" * 35, b"I" * 34, 7)),
        "read 1 has fewer",
        KEEP,
    ),
    "a quality too many": ("r.fastq.gz", gzip.compress(READS[:-1] + b"I\n"), "read 50 has more qualities", KEEP),
    "a line lost": ("r.fastq.gz", gzip.compress(READS.replace(b"+\n", b"", 1)), "read 1 has no line that begins", KEEP),
    "letters over two lines": (
        "r.fastq.gz",
        gzip.compress(READS.replace(b"GATC", b"GA\nTC")),
        "has no line that begins",
        KEEP,
    ),
    "FASTA": ("r.fastq.gz", gzip.compress(b">T1\nACGT\n"), "is FASTA, which has no qualities", KEEP),
    "CR alone": (
        "r.fastq.gz",
        gzip.compress(fastq(NAMES * 1600, end="\r")),
        "more than 4 MB, or lines that do not end",
        KEEP,
    ),
    "barcodes": (
        "r.fastq.gz",
        gzip.compress(b"@r\nACGTACGTACGTACGTACGTACGTACGT\n+\n" + b"I" * 28 + b"\n"),
        "has no read of 31 nucleotides among its 1",
        KEEP,
    ),
    "interleaved": ("r.fastq", fastq([f"f{n}/{mate}" for n in range(9) for mate in (1, 2)]), "interleaved", KEEP),
    "interleaved, named alike": ("r.fastq", fastq([f"f{n}" for n in range(9) for _ in range(2)]), "interleaved", KEEP),
    "interleaved, with comments": (
        "r.fastq",
        fastq([f"f:{n} {m}:N:0:A" for n in range(9) for m in (1, 2)]),
        "interleaved",
        KEEP,
    ),
    "interleaved, renamed by an archive": (
        "r.fastq",
        fastq([f"SRR1.{2 * n + mate} HWI:1:{n}/{mate}" for n in range(9) for mate in (1, 2)]),
        "interleaved",
        KEEP,
    ),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_what_is_wrong_with_a_file_is_said(tmp_path, kind):
    name, content, problem, remedy = SPOILT[kind]
    error = refusal(write(tmp_path, content, name))
    assert problem in str(error)
    assert remedy in error.remedy


def test_a_missing_file_is_refused(tmp_path):
    assert "absent.fastq" in str(refusal(tmp_path / "absent.fastq"))


def mates(folder, one, two):
    return write(folder, one, "run_1.fastq"), write(folder, two, "run_2.fastq")


@pytest.mark.parametrize("lost", [1, 2])
def test_mates_hold_as_many_reads(tmp_path, lost):
    files = [READS, fastq(NAMES, shift=9)]
    assert check(*mates(tmp_path, *files)) == 50
    files[lost - 1] = files[lost - 1][: files[lost - 1].rindex(b"@run.50")]
    numbers = ["50", "50"]
    numbers[lost - 1] = "49"
    error = refusal(*mates(tmp_path, *files))
    assert f"{numbers[0]} in run_1.fastq and {numbers[1]} in run_2.fastq" in str(error)
    assert FETCH in error.remedy


def test_files_of_many_pieces_are_read_side_by_side(tmp_path):
    names = [f"run.{n}" for n in range(60_000)]
    one, two = fastq(names), fastq([f"{name} a longer name of the other mate" for name in names], shift=3)
    assert len(two) > 1 << 22
    assert check(*mates(tmp_path, one, two)) == 60_000
    spoilt = two.replace(b"@run.59999 ", b"@run.59998 ")
    assert "read 60,000 is 'run.59999' in run_1.fastq and 'run.59998 a longer" in str(
        refusal(*mates(tmp_path, one, spoilt))
    )
    cut = two[: two.index(b"@run.59990 ")]
    assert "60,000 in run_1.fastq and 59,990 in run_2.fastq" in str(refusal(*mates(tmp_path, one, cut)))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("r{}/1", "r{}/2"),
        ("r{} 1:N:0", "r{} 2:N:0"),
        ("r{} 1/1", "r{} 1/2"),
        ("r{}", "r{}"),
        ("r{} length=50", "r{} length=49"),
        ("r{}.1", "r{}.2"),
        ("a-name-of-several-words-of-eight-bytes:{}/1", "a-name-of-several-words-of-eight-bytes:{}/2"),
        ("r{}\tx", "r{}\ty"),
    ],
)
def test_mates_are_known_by_their_names(tmp_path, one, two):
    first = fastq([one.format(n) for n in range(5)])
    second = fastq([two.format(n) for n in range(5)], shift=7)
    assert check(*mates(tmp_path, first, second)) == 5
    if one[-2:] in ("/1", ":0"):
        assert "the mates are swapped: read 1 is" in str(refusal(*mates(tmp_path, second, first)))
    others = fastq([two.format(n if n != 3 else "x") for n in range(5)], shift=7)
    error = refusal(*mates(tmp_path, first, others))
    assert "no mates: read 4 is" in str(error)
    assert KEEP in error.remedy


MISPAIRED = {
    "mate 1 twice": (READS, READS, "the same mate stands in both files: 50 of 50"),
    "mate 1 twice, renamed": (
        fastq([f"r{n}/1" for n in range(9)]),
        fastq([f"r{n}/2" for n in range(9)]),
        "the same mate stands in both files: 9 of 9",
    ),
    "mate 1 twice, once in lower case": (READS, SOUND["lower case"][1], "the same mate stands in both files"),
    "names of two instruments": (
        fastq([f"A:{n}" for n in range(9)]),
        fastq([f"B:{n}" for n in range(9)], shift=5),
        "the names in the two files have nothing in common: read 1 is 'A:0' in run_1.fastq and 'B:0' in run_2.fastq",
    ),
    "names that begin as the others": (
        fastq([f"r:{n}" for n in range(9)]),
        fastq([f"r:{n}0" for n in range(9)], shift=5),
        "the names in the two files have nothing in common: read 1 is 'r:0' in run_1.fastq and 'r:00' in run_2.fastq",
    ),
    "one file sorted": (
        fastq([f"r:{n}" for n in range(9)]),
        fastq([f"r:{n}" for n in (0, 2, 1, 3, 4, 5, 6, 7, 8)], shift=5),
        "reads that stand side by side are no mates: read 2 is",
    ),
    "a barcode for mate 1": (
        b"".join(b"@r%d\nACGTACGTAC%s\n+\nIIIIIIIIII%s\n" % (n, b"A" * 16, b"I" * 16) for n in range(9)),
        fastq([f"r{n}" for n in range(9)]),
        "has no read of 31 nucleotides among its 9",
    ),
}


@pytest.mark.parametrize("kind", MISPAIRED)
def test_files_that_are_no_pair_are_refused(tmp_path, kind):
    one, two, problem = MISPAIRED[kind]
    paths = mates(tmp_path, one, two)
    with pytest.raises(StudyError) as caught:
        check(*paths)
    assert problem in str(caught.value)
    assert KEEP in caught.value.remedy
