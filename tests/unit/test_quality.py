"""Read quality is what can be counted in the reads themselves, and the same wherever it is measured."""

import gzip
import random

import numpy as np
import pytest

import collect_reads_quality
from claimcheck.core.tables import read_table, write_table
from claimcheck.read_scans.adapters import MIN_NAMED_SHARE
from claimcheck.read_scans.quality import READS_COLUMNS, Quality
from claimcheck.read_scans.scan import read_fragments
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


def measured(folder, *contents, every=1):
    """Measure the quality of the reads in some files; of every nth piece in detail."""
    paths = [folder / f"run_{number}.fastq.gz" for number in range(1, len(contents) + 1)]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    quality = Quality(len(paths))
    for number, mates in enumerate(read_fragments(paths)):
        quality.add(mates, sampled=number % every == 0)
    return quality.table("SRR1", [path.name for path in paths])


def one_read_each(letters, qualities):
    """Pack reads that are all alike but for their qualities."""
    return fastq([letters] * len(qualities), qualities, mate=1)


def test_both_mates_have_a_row_with_their_own_adapter(tmp_path):
    reads = paired_reads()
    table = measured(tmp_path, *(fastq(of_mate, ["I" * 60] * PAIRS, n) for n, of_mate in enumerate(reads, start=1)))
    assert tuple(table) == READS_COLUMNS
    assert table["mate"].tolist() == ["1", "2"]
    assert table[["n_reads", "n_sampled"]].to_numpy().tolist() == [[PAIRS, PAIRS]] * 2
    assert table[["min_length", "mean_length", "max_length"]].to_numpy().tolist() == [[60, 60, 60]] * 2
    assert table["share_q30"].tolist() == [1, 1]
    assert table["share_duplicate"].tolist() == [0, 0]
    assert table["share_adapter"].tolist() == [SHORT_INSERTS / PAIRS] * 2
    assert table["adapter"].tolist() == ["Illumina TruSeq"] * 2
    for of_mate, share in zip(reads, table["share_gc"], strict=True):
        assert share == pytest.approx(np.mean([base in "GC" for base in "".join(of_mate)]))


@pytest.mark.parametrize("length", [17, 28, 40, 47])
def test_an_adapter_that_nobody_knows_is_named_by_its_letters(tmp_path, length):
    draw = random.Random(length)
    tails = ["".join(draw.choices("ACGT", k=60)) for _ in range(2)]
    mates = ([], [])
    for _ in range(400):
        insert = "".join(draw.choices("ACGT", k=length))
        for mate, strand in enumerate((insert, insert.translate(COMPLEMENT)[::-1])):
            mates[mate].append((strand + tails[mate])[:60])
    table = measured(tmp_path, *(fastq(reads, ["I" * 60] * 400, n) for n, reads in enumerate(mates, start=1)))
    assert table["share_adapter"].tolist() == [1, 1]
    assert table["adapter"].tolist() == [tail[:12] for tail in tails]


@pytest.mark.parametrize("share", [MIN_NAMED_SHARE, MIN_NAMED_SHARE / 2])
def test_an_adapter_as_rare_as_chance_gets_no_name(tmp_path, share):
    draw = random.Random(3)
    n_reads = 4_000
    reads = ["".join(draw.choices("ACGT", k=40)) for _ in range(n_reads)]
    reads[: int(share * n_reads)] = [read[:20] + ADAPTERS[0][:20] for read in reads[: int(share * n_reads)]]
    row = measured(tmp_path, fastq(reads, ["I" * 40] * n_reads)).iloc[0]
    assert row["share_adapter"] == share
    assert bool(row["adapter"]) == (share == MIN_NAMED_SHARE)


def test_mates_that_overlap_by_chance_have_no_adapter(tmp_path):
    """A repeat that is its own other strand ends anywhere, and what follows it differs from read to read."""
    draw = random.Random(8)
    mates = [["AT" * 12 + "".join(draw.choices("ACGT", k=60 - 24)) for _ in range(300)] for _ in range(2)]
    table = measured(tmp_path, *(fastq(reads, ["I" * 60] * 300, n) for n, reads in enumerate(mates, start=1)))
    assert table["share_adapter"].tolist() == [0, 0]
    assert table["adapter"].tolist() == ["", ""]


def test_single_reads_of_any_length_have_one_row(tmp_path):
    reads, qualities = single_reads()
    row = measured(tmp_path, fastq(reads, qualities)).iloc[0]
    lengths = [len(read) for read in reads]
    assert (row["mate"], row["n_reads"]) == ("", 600)
    assert (row["min_length"], row["max_length"]) == (min(lengths), max(lengths))
    assert row["mean_length"] == pytest.approx(np.mean(lengths))
    assert row["share_short"] == pytest.approx(np.mean([length < 31 for length in lengths]))
    assert row["share_q30"] == pytest.approx(np.mean([letter == "F" for letter in "".join(qualities)]))
    assert row["share_gc"] == pytest.approx(np.mean([base in "GC" for base in "".join(reads) if base != "N"]))


def test_the_adapter_of_single_reads_is_one_of_short_reads(tmp_path):
    row = measured(tmp_path, fastq(*single_reads())).iloc[0]
    assert row["adapter"] == "Illumina TruSeq"
    assert row["share_adapter"] == pytest.approx(90 / 600)


READ = "ACGTTGCAAGCTTCGATCCGATTACGGATCTAAGCAGTC"


@pytest.mark.parametrize(
    ("quality", "share", "notice"),
    [
        ("?", 1, "every base call has the same quality, '?' (as in SRA Lite), which says nothing of it"),
        ("$", 0, "every base call has the same quality, '$' (as in SRA Lite), which says nothing of it"),
        (">?", 0.5, ""),
        ("=>?@", 0.5, ""),
        ("!J", 0.5, ""),
        ("h^B]", 0.5, "the qualities are read as Phred + 64, which their range shows"),
    ],
)
def test_q30_is_exact(tmp_path, quality, share, notice):
    """Of 30 the letter is `?`, of 29 `>`; on the scale of before 2011 `^` and `]`."""
    row = measured(tmp_path, one_read_each("ACGT" * 10, [quality * (40 // len(quality))] * 9)).iloc[0]
    assert row["share_q30"] == share
    assert row["notice"] == notice


NOTICED = {
    "short reads": (
        ["ACGT" * 10, "ACGTACGT"],
        "50.0% of the reads have fewer than 31 nucleotides and cannot be placed",
    ),
    "other letters": (["ACGURYKM" * 5, "ACGT" * 10], "31.2% of the letters are none of ACGTN"),
    "other letters at the end": (["ACGT" * 10 + "RR"] * 2, "4.8% of the letters are none of ACGTN"),
    "lower case": (["acgt" * 10, "ACGT" * 10], ""),
    "unknown letters": (["ACGN" * 10, "NNNN" * 10], ""),
}


@pytest.mark.parametrize("kind", NOTICED)
def test_what_a_reader_should_know_is_noticed(tmp_path, kind):
    reads, notice = NOTICED[kind]
    row = measured(tmp_path, fastq(reads, [("IA" * 30)[: len(read)] for read in reads])).iloc[0]
    assert row["notice"] == notice


def test_line_ends_of_other_systems_change_nothing_but_the_notice(tmp_path):
    reads, qualities = single_reads()
    content = gzip.decompress(fastq(reads, qualities)).replace(b"\n", b"\r\n")
    table = measured(tmp_path, gzip.compress(content))
    assert table["notice"].tolist() == [
        measured(tmp_path, fastq(reads, qualities))["notice"][0] + "; lines end with CR LF"
    ]
    plain = measured(tmp_path, fastq(reads, qualities))
    assert table.drop(columns="notice").equals(plain.drop(columns="notice"))


@pytest.mark.parametrize("n_reads", [400, 40_000])
def test_duplicates_are_counted_among_all_reads(tmp_path, n_reads):
    """A quarter of the pairs is there twice; mates 2 alone are all the same."""
    draw = random.Random(n_reads)
    first = ["".join(draw.choices("ACGT", k=40)) for _ in range(n_reads * 4 // 5)]
    first += first[: n_reads // 5]
    mates = [first, [READ] * n_reads]
    table = measured(
        tmp_path, *(fastq(reads, ["I" * len(reads[0])] * n_reads, n) for n, reads in enumerate(mates, start=1))
    )
    assert table["share_duplicate"].tolist() == pytest.approx([0.2, 0.2])


def test_duplicates_are_counted_among_reads_of_any_length(tmp_path):
    draw = random.Random(8)
    first = ["".join(draw.choices("ACGT", k=draw.randrange(12, 70))) for _ in range(400)]
    first += first[:100]
    table = measured(tmp_path, fastq(first, ["I" * len(read) for read in first]))
    assert table["share_duplicate"].tolist() == [0.2]


def test_a_sample_of_fingerprints_shows_the_same_duplicates(tmp_path, monkeypatch):
    monkeypatch.setattr("claimcheck.read_scans.quality._MOST_FINGERPRINTS", 2_000)
    draw = random.Random(4)
    first = ["".join(draw.choices("ACGT", k=40)) for _ in range(32_000)]
    row = measured(tmp_path, fastq(first + first[:8_000], ["I" * 40] * 40_000)).iloc[0]
    assert row["share_duplicate"] == pytest.approx(0.2, abs=0.03)


def test_a_sample_of_pieces_shows_the_same_quality(tmp_path):
    draw = np.random.default_rng(2)
    n_reads, length = 120_000, 60
    letters = np.frombuffer(b"ACGT", dtype=np.uint8)[draw.integers(0, 4, (n_reads, length))]
    qualities = np.frombuffer(b"F:,#", dtype=np.uint8)[draw.choice(4, (n_reads, length), p=[0.8, 0.1, 0.06, 0.04])]
    content = fastq([row.tobytes().decode() for row in letters], [row.tobytes().decode() for row in qualities])
    (whole,), (part,) = (measured(tmp_path, content, every=n).itertuples(index=False) for n in (1, 3))
    assert whole.n_sampled == whole.n_reads == part.n_reads == n_reads
    assert n_reads / 4 < part.n_sampled < n_reads / 2
    assert part.share_q30 == pytest.approx(whole.share_q30, abs=0.001)
    assert part.share_gc == pytest.approx(whole.share_gc, abs=0.001)
    assert (part.mean_length, part.share_duplicate) == (whole.mean_length, whole.share_duplicate)


def test_real_reads_have_the_quality_that_is_counted_in_them(tmp_path):
    path = shared_data("reads/smn_fly") / "sample1.tiny_R1.fastq.gz"
    row = measured(tmp_path, path.read_bytes()).iloc[0]
    lines = gzip.decompress(path.read_bytes()).decode().split("\n")
    letters = np.frombuffer("".join(lines[3::4]).encode(), dtype=np.uint8) - 33
    bases = "".join(lines[1::4])
    assert (row["n_reads"], row["mean_length"]) == (10_100, 48)
    assert row["share_gc"] == pytest.approx((bases.count("G") + bases.count("C")) / (len(bases) - bases.count("N")))
    assert row["share_q30"] == np.mean(letters >= 30)
    beginnings = [line[:16] for line in lines[1::4] if line]
    assert row["share_duplicate"] == pytest.approx(1 - len(set(beginnings)) / len(beginnings))
    assert row["share_adapter"] < MIN_NAMED_SHARE
    assert (row["adapter"], row["notice"]) == ("", "")


def test_samples_are_collected_in_the_order_of_the_sheet(tmp_path):
    rows = [("B", "SRR2", ""), ("A", "SRR1", "1"), ("A", "SRR1", "2")]
    text = "".join("\t".join(row) + "\n" for row in [("sample", "run_accession", "mate"), *rows])
    (tmp_path / "files.tsv").write_text(text)
    reads = [fastq(of_mate, ["I" * 60] * PAIRS, n) for n, of_mate in enumerate(paired_reads(), start=1)]
    checked = [tmp_path / f"results/quality/reads/{sample}.tsv" for sample in "AB"]
    write_table(measured(tmp_path, *reads), checked[0])
    write_table(measured(tmp_path, fastq(*single_reads())).assign(run="SRR2"), checked[1])
    collected = tmp_path / "results/quality/reads.tsv"
    collect_reads_quality.main(read_files=tmp_path / "files.tsv", checked=checked, output=collected)
    table = read_table(collected)
    assert tuple(table) == READS_COLUMNS
    assert table[["run", "mate"]].to_numpy().tolist() == [["SRR2", ""], ["SRR1", "1"], ["SRR1", "2"]]
    assert table["n_reads"].tolist() == [600, PAIRS, PAIRS]
