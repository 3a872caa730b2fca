"""Read quality is what can be counted in the reads themselves, and the same wherever and whenever it is measured."""

import gzip
import json
import random

import numpy as np
import pytest

import collect_reads_quality
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table
from claimcheck.read_scans.quality import MIN_NAMED_SHARE, QUALITY_COLUMNS, inspect_reads, read_quality
from support.archive import shared_data

PAIRS = 800
SHORT_INSERTS = 200
ADAPTERS = ("AGATCGGAAGAGCACACGTCTGAACTCCAGTCAC", "AGATCGGAAGAGCGTCGTGTAGGGAAAGAGTGTAG")
NANOPORE_PROBE = "TTACGTATTGCT"
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def fastq(reads, qualities, mate=1):
    lines = (f"@run.{n} {n}/{mate}\n{read}\n+\n{qualities[n]}\n" for n, read in enumerate(reads))
    return gzip.compress("".join(lines).encode(), 1, mtime=0)


def paired_reads():
    """Draw pairs of 2 x 60 nucleotides; the inserts of the first of them are of 40, so that 20 are adapter."""
    draw = random.Random(5)
    mates = ([], [])
    for number in range(PAIRS):
        insert = "".join(draw.choices("ACGT", k=40 if number < SHORT_INSERTS else 150))
        for mate, strand in enumerate((insert, insert.translate(COMPLEMENT)[::-1])):
            mates[mate].append((strand + ADAPTERS[mate])[:60])
    return mates


def single_reads():
    """Draw reads of 30 to 120 nucleotides with Ns, qualities of a two-colour instrument, and two kinds of adapter."""
    draw = random.Random(6)
    reads, qualities = [], []
    for number in range(600):
        read = draw.choices("ACGT", k=draw.randrange(30, 121))
        read[3] = draw.choice("ACGTN")
        tail = ADAPTERS[0][:20] if number < 90 else NANOPORE_PROBE if number < 390 else ""
        reads.append("".join(read) + tail)
        qualities.append("".join(draw.choices("F:,#", (8, 1, 1, 1), k=len(reads[-1]))))
    return reads, qualities


@pytest.fixture(scope="module")
def pairs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs")
    for mate, reads in enumerate(paired_reads(), start=1):
        (folder / f"run_{mate}.fastq.gz").write_bytes(fastq(reads, ["I" * 60] * PAIRS, mate))
    files = [folder / "run_1.fastq.gz", folder / "run_2.fastq.gz"]
    inspect_reads(files, folder / "run.json", folder / "run.html", threads=1)
    return folder


@pytest.fixture(scope="module")
def singles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("singles")
    (folder / "run.fastq.gz").write_bytes(fastq(*single_reads()))
    inspect_reads([folder / "run.fastq.gz"], folder / "run.json", folder / "run.html", threads=1)
    return folder


def test_the_reports_do_not_depend_on_folder_or_threads(pairs, tmp_path, monkeypatch):
    for mate in (1, 2):
        (tmp_path / f"run_{mate}.fastq.gz").symlink_to(pairs / f"run_{mate}.fastq.gz")
    monkeypatch.chdir(tmp_path)
    files = [tmp_path.relative_to(tmp_path) / f"run_{mate}.fastq.gz" for mate in (1, 2)]
    inspect_reads(files, tmp_path / "deep/er/run.json", tmp_path / "deep/er/run.html", threads=2)
    for name in ("run.json", "run.html"):
        assert (tmp_path / "deep/er" / name).read_bytes() == (pairs / name).read_bytes()
        assert str(pairs) not in (pairs / name).read_text()
    assert sorted(path.name for path in (tmp_path / "deep/er").iterdir()) == ["run.html", "run.json"]


def test_both_mates_have_a_row_with_their_own_adapter(pairs):
    table = read_quality(pairs / "run.json", "SRR1")
    assert tuple(table) == QUALITY_COLUMNS
    assert table["run"].tolist() == ["SRR1", "SRR1"]
    assert table["mate"].tolist() == ["1", "2"]
    assert table["n_reads"].tolist() == [PAIRS, PAIRS]
    assert table["mean_length"].tolist() == [60, 60]
    assert table["share_q30"].tolist() == [1, 1]
    assert table["share_duplicate"].tolist() == [0, 0]
    assert table["share_adapter"].tolist() == [SHORT_INSERTS / PAIRS] * 2
    assert [name.startswith("Illumina TruSeq") for name in table["adapter"]] == [True, True]
    assert [name[-6:] for name in table["adapter"]] == ["Read 1", "Read 2"]
    for mate, reads in enumerate(paired_reads()):
        assert table["share_gc"][mate] == pytest.approx(np.mean([base in "GC" for base in "".join(reads)]))


def test_an_adapter_as_rare_as_chance_gets_no_name(pairs, tmp_path):
    content = json.loads((pairs / "run.json").read_text())
    names = {}
    for share in (MIN_NAMED_SHARE, MIN_NAMED_SHARE / 2):
        content["adapter_content_from_overlap"] |= {"number_of_adapters_read1": 10_000 * share, "total_reads": 10_000}
        (tmp_path / "run.json").write_text(json.dumps(content))
        row = read_quality(tmp_path / "run.json", "SRR1").iloc[0]
        names[row["share_adapter"]] = bool(row["adapter"])
    assert names == {MIN_NAMED_SHARE: True, MIN_NAMED_SHARE / 2: False}


def test_single_reads_of_any_length_have_one_row(singles):
    reads, qualities = single_reads()
    row = read_quality(singles / "run.json", "SRR2").iloc[0]
    assert (row["mate"], row["n_reads"]) == ("", 600)
    assert row["mean_length"] == pytest.approx(np.mean([len(read) for read in reads]))
    assert row["share_q30"] == pytest.approx(np.mean([letter == "F" for letter in "".join(qualities)]))
    assert row["share_gc"] == pytest.approx(np.mean([base in "GC" for base in "".join(reads) if base != "N"]))


def test_the_adapter_of_single_reads_is_one_of_short_reads(singles):
    row = read_quality(singles / "run.json", "SRR2").iloc[0]
    assert row["adapter"] == "Illumina Universal Adapter"
    assert row["share_adapter"] == pytest.approx(90 / 600)


def test_real_reads_have_the_quality_that_is_counted_in_them(tmp_path):
    path = shared_data("reads/smn_fly") / "sample1.tiny_R1.fastq.gz"
    inspect_reads([path], tmp_path / "run.json", tmp_path / "run.html", threads=1)
    row = read_quality(tmp_path / "run.json", "SRR948304").iloc[0]
    lines = gzip.decompress(path.read_bytes()).decode().split("\n")
    letters = np.frombuffer("".join(lines[3::4]).encode(), dtype=np.uint8) - 33
    bases = "".join(lines[1::4])
    assert (row["n_reads"], row["mean_length"]) == (10_100, 48)
    assert row["share_gc"] == pytest.approx((bases.count("G") + bases.count("C")) / (len(bases) - bases.count("N")))
    between = np.mean((letters >= 28) & (letters < 32))
    assert abs(row["share_q30"] - np.mean(letters >= 30)) <= between / 2
    assert row["adapter"] == ""


def test_runs_are_collected_in_the_order_of_the_sheet(pairs, singles, tmp_path):
    rows = [("B", "SRR2", ""), ("A", "SRR1", "1"), ("A", "SRR1", "2")]
    text = "".join("\t".join(row) + "\n" for row in [("sample", "run_accession", "mate"), *rows])
    (tmp_path / "files.tsv").write_text(text)
    for run, folder in (("SRR1", pairs), ("SRR2", singles)):
        (tmp_path / f"{run}.json").write_bytes((folder / "run.json").read_bytes())
    reports = [tmp_path / "SRR1.json", tmp_path / "SRR2.json"]
    collect_reads_quality.main(read_files=tmp_path / "files.tsv", reports=reports, output=tmp_path / "reads.tsv")
    table = read_table(tmp_path / "reads.tsv", columns=QUALITY_COLUMNS, text=["run", "mate", "adapter"])
    assert table[["run", "mate"]].to_numpy().tolist() == [["SRR2", ""], ["SRR1", "1"], ["SRR1", "2"]]
    assert table["n_reads"].tolist() == [600, PAIRS, PAIRS]


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ([gzip.compress(b"@a\nACGT\n+\nIIII\n" * 5000, mtime=0)[:-20]], "ended before|truncated|EOF"),
        ([b"@a 1/1\nACGT\n+\nIIII\n", b"@b 1/2\nACGT\n+\nIIII\n"], "Mismatching names found! a 1/1 b 1/2"),
        ([b"@a 1/1\nACGT\n+\nIIII\n" * 2, b"@a 1/2\nACGT\n+\nIIII\n"], "out of sync"),
        ([b">T1\nACGT\n"], "does not start with @"),
    ],
    ids=["truncated", "other names", "a read more", "FASTA"],
)
def test_reads_that_cannot_be_measured_stop_with_the_words_of_sequali_and_leave_nothing(tmp_path, contents, said):
    files = []
    for mate, content in enumerate(contents, start=1):
        files.append(tmp_path / f"run_{mate}.fastq")
        files[-1].write_bytes(content)
    with pytest.raises(StudyError, match=said) as caught:
        inspect_reads(files, tmp_path / "out/run.json", tmp_path / "out/run.html", threads=1)
    assert caught.value.where == ", ".join(map(str, files))
    assert list((tmp_path / "out").iterdir()) == []
