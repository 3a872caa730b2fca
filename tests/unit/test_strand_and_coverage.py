"""Strandedness and coverage come out as the reads were drawn, from their first records alone, and the same every time."""

import gzip
import math
import random

import dnaio
import numpy as np
import pandas as pd
import pytest

from claimcheck.core.tables import read_table, write_table
from claimcheck.qc import strandedness
from claimcheck.read_scans import kmers, scan
from claimcheck.read_scans.anchors import find_first, index_anchors
from claimcheck.read_scans.coverage import (
    MIN_GENES,
    MIN_READS,
    N_BINS,
    average_coverage,
    choose_oriented,
    choose_transcripts,
    count_places,
    read_sequences,
)
from claimcheck.read_scans.kmers import NO_KMER, K, build_index, encode_all
from claimcheck.read_scans.library import Library, choose_anchors, read_anchors, write_anchors
from claimcheck.read_scans.scan import read_fragments, reads_of
from claimcheck.sourcing.reference import read_reference
from support.archive import shared_data
from support.defaults import DEFAULTS, call_strandedness
from support.tiny import fasta

LENGTH = 1_500
FRAGMENT = 180
READ = 60


def reverse_complement(sequence):
    return sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def transcripts(genes, *, length=LENGTH, seed=1):
    draw = random.Random(seed)
    return {
        f"ENSMUST9{n:010d}.1|ENSMUSG9{n:010d}.2|-|-|Sim{n}-201|Sim{n}|{length}|protein_coding|": "".join(
            draw.choices("ACGT", k=length)
        )
        for n in range(genes)
    }


def draw_pairs(sequences, pairs, *, strand="unstranded", first=0, seed=2):
    """Draw mates from fragments that start at `first` or later; of stranded libraries mate 1 is always of one strand."""
    draw = random.Random(seed)
    mates = ([], [])
    for _ in range(pairs):
        sequence = draw.choice(list(sequences.values()))
        start = draw.randrange(first, len(sequence) - FRAGMENT + 1)
        fragment = sequence[start : start + FRAGMENT]
        if strand == "reverse" or (strand == "unstranded" and draw.random() < 0.5):
            fragment = reverse_complement(fragment)
        mates[0].append(fragment[:READ])
        mates[1].append(reverse_complement(fragment)[:READ])
    return mates


def write_reads(folder, mates):
    paths = []
    for mate, reads in enumerate(mates, start=1):
        paths.append(folder / f"run_{mate}.fastq.gz")
        text = "".join(f"@r{n} {n}/{mate}\n{read}\n+\n{'I' * len(read)}\n" for n, read in enumerate(reads))
        paths[-1].write_bytes(gzip.compress(text.encode(), 1, mtime=0))
    return paths


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """Write 30 random transcripts and their list."""
    folder = tmp_path_factory.mktemp("reference")
    (folder / "transcripts.fa").write_text(fasta(transcripts(30)))
    write_table(read_reference(folder / "transcripts.fa").transcripts, folder / "transcripts.tsv")
    return folder


def measure(reference, folder, reads, *, most_reads=200_000):
    folder.mkdir(exist_ok=True)
    anchors = reference / "anchors.npz"
    if not anchors.exists():
        write_anchors(choose_anchors(reference / "transcripts.fa", read_table(reference / "transcripts.tsv")), anchors)
    library = Library(read_anchors(anchors), len(reads), most_reads)
    for mates in read_fragments(reads):
        library.add(mates)
    tables = library.tables("A")
    for table, name in zip(tables, ("library", "gene_body"), strict=True):
        write_table(table, folder / f"{name}.tsv")
    row = tables[0].iloc[0]
    called = call_strandedness(row["n_oriented"], row["share_forward"])
    return pd.concat([row, pd.Series({"strandedness": called})]), tables[1]


@pytest.mark.parametrize(("strand", "share"), [("forward", 1), ("reverse", 0), ("unstranded", 0.5)])
@pytest.mark.parametrize("mates", [1, 2])
def test_the_strand_that_reads_were_drawn_from_is_found(reference, tmp_path, strand, share, mates):
    reads = write_reads(tmp_path, draw_pairs(transcripts(30), 2000, strand=strand)[:mates])
    row, _ = measure(reference, tmp_path / "out", reads)
    assert row["share_forward"] == pytest.approx(share, abs=0.05 if strand == "unstranded" else 0)
    assert (row["sample"], row["n_subset"], row["strandedness"]) == ("A", 2000, strand)


def test_single_reads_of_3_prime_ends_are_not_taken_for_a_strand(reference, tmp_path):
    ends = {name: sequence[-FRAGMENT:] for name, sequence in transcripts(30).items()}
    reads = write_reads(tmp_path, draw_pairs(ends, 2000)[:1])
    row, _ = measure(reference, tmp_path / "out", reads)
    assert row["share_forward"] == pytest.approx(0.5, abs=0.05)


def test_reads_of_something_else_have_no_strand(reference, tmp_path):
    reads = write_reads(tmp_path, draw_pairs(transcripts(30, seed=99), 200))
    row, coverage = measure(reference, tmp_path / "out", reads)
    assert np.isnan(row["share_forward"])
    assert (row["n_oriented"], row["strandedness"]) == (0, "not measurable")
    assert np.isnan(row["three_prime_bias"])
    assert coverage["bin"].tolist() == list(range(1, N_BINS + 1))
    assert coverage["share"].isna().all()


@pytest.mark.parametrize(
    ("share", "called"),
    [
        (0.91, "forward"),
        (0.9, "undetermined"),
        (0.61, "undetermined"),
        (0.59, "unstranded"),
        (0.41, "unstranded"),
        (0.39, "undetermined"),
        (0.11, "undetermined"),
        (0.09, "reverse"),
    ],
)
def test_a_share_between_the_protocols_is_undetermined(share, called):
    assert call_strandedness(100, share) == called
    assert call_strandedness(99, share) == "not measurable"


@pytest.mark.parametrize("min_reads", [1, 100])
def test_without_reads_nothing_is_said_of_the_strand(min_reads):
    limits = DEFAULTS["quality"]["strandedness"] | {"min_reads": min_reads}
    assert strandedness.call_strandedness(0, math.nan, **limits) == "not measurable"


@pytest.mark.parametrize("most", [1, 99, 100, 101])
def test_only_the_first_reads_count_however_they_are_read(reference, tmp_path, monkeypatch, most):
    mates = draw_pairs(transcripts(30), 1000)
    first = write_reads(tmp_path, [of_mate[:most] for of_mate in mates])
    expected, _ = measure(reference, tmp_path / "first", first)
    monkeypatch.setattr(scan, "_PIECE", 4_000)
    row, _ = measure(reference, tmp_path / "all", write_reads(tmp_path, mates), most_reads=most)
    assert row["n_subset"] == most
    pd.testing.assert_series_equal(row, expected)


def test_a_run_with_fewer_reads_is_taken_whole(reference, tmp_path):
    row, _ = measure(reference, tmp_path / "out", write_reads(tmp_path, draw_pairs(transcripts(3), 7)))
    assert row["n_subset"] == 7


@pytest.mark.parametrize("strand", ["forward", "reverse", "unstranded"])
def test_even_coverage_has_no_bias_and_coverage_of_the_last_third_has_one(reference, tmp_path, strand):
    even = write_reads(tmp_path, draw_pairs(transcripts(30), 6000, strand=strand))
    row, coverage = measure(reference, tmp_path / "even", even)
    assert row["n_genes"] == 30
    assert row["three_prime_bias"] == pytest.approx(0, abs=0.15)
    assert coverage["share"].sum() == pytest.approx(1)
    assert coverage["share"][2:8].to_numpy() == pytest.approx(0.11, abs=0.02)
    last = write_reads(tmp_path, draw_pairs(transcripts(30), 6000, strand=strand, first=1000))
    row, coverage = measure(reference, tmp_path / "last", last)
    assert row["three_prime_bias"] > 8
    assert coverage["share"][:6].sum() == 0
    assert coverage["share"][7:].sum() > 0.75


def test_both_tables_are_the_same_every_time(reference, tmp_path):
    reads = write_reads(tmp_path, draw_pairs(transcripts(30), 2000))
    for folder in ("once", "again"):
        measure(reference, tmp_path / folder, reads)
    for name in ("library.tsv", "gene_body.tsv"):
        assert (tmp_path / "once" / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_every_gene_with_enough_reads_weighs_the_same():
    even, last = np.full(N_BINS, 1000), np.zeros(N_BINS, dtype=int)
    last[-1] = MIN_READS
    rare = np.eye(1, N_BINS, dtype=int)[0] * (MIN_READS - 1)
    coverage = average_coverage(np.array([even, last, last, last, last, rare]))
    assert coverage.n_genes == 5
    assert coverage.shares == pytest.approx([0.02] * 9 + [0.82])
    assert coverage.three_prime_bias == pytest.approx(np.log2(0.86 / 0.06), abs=0.01)
    assert average_coverage(np.array([even] * (MIN_GENES - 1))).n_genes == MIN_GENES - 1
    assert np.isnan(average_coverage(np.array([even] * (MIN_GENES - 1))).three_prime_bias)


def first_anchors(anchors, reads):
    """Find the first of some anchors in reads that follow each other without any line between."""
    joined = reads_of([read.encode() for read in reads])
    index = build_index(np.concatenate([some.codes for some in anchors]))
    return find_first(index, [kmers.locate(index.codes, some.codes) for some in anchors], joined)


def placed(anchors, reads, lengths):
    return count_places(anchors, first_anchors([anchors], reads)[0], lengths)


@pytest.mark.parametrize("turned", [False, True])
def test_what_two_genes_share_is_no_anchor_in_either_orientation(turned):
    # 991 = 31 + 48 x 20: every 20th 31-mer is then one of every 20 of the other strand too
    own, other, shared = (
        "".join(random.Random(seed).choices("ACGT", k=k)) for seed, k in ((1, 1000), (2, 1000), (3, 991))
    )
    sequences = [own + shared, other + (reverse_complement(shared) if turned else shared)]
    reads = [shared[100:160], reverse_complement(shared[100:160])]
    for alone in sequences:
        assert placed(index_anchors([alone]), reads, [len(alone)]).sum() == 2
    both, lengths = index_anchors(sequences), [len(sequence) for sequence in sequences]
    assert placed(both, reads, lengths).sum() == 0
    assert placed(both, [own[500:560], other[500:560]], lengths)[:, 2].tolist() == [1, 1]


def test_a_read_counts_once_for_its_first_anchor_and_despite_an_error():
    sequence = "".join(random.Random(4).choices("ACGT", k=1030))  # 1,000 places, 100 a bin
    anchors = index_anchors([sequence])
    assert placed(anchors, [sequence[85:300]], [1030])[0].tolist() == [0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
    from_the_other_end = [reverse_complement(sequence[85:300])]
    assert placed(anchors, from_the_other_end, [1030])[0].tolist() == [0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    wrong = sequence[300:320] + "N" + sequence[321:380]
    assert placed(anchors, [wrong], [1030])[0].tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
    assert placed(anchors, [sequence[: K - 1]], [1030]).sum() == 0


def test_a_code_stands_for_31_letters_and_for_no_others():
    draw = random.Random(5)
    text = "".join(draw.choices("ACGT", k=200))
    codes = encode_all(text[:100] + "N" + text[100:] + "\n" + text[:40])
    spelled = [int("".join(str("ACGT".index(letter)) for letter in text[n : n + K]), 4) for n in range(200 - K + 1)]
    assert codes[: 100 - K + 1].tolist() == spelled[: 100 - K + 1]
    none = codes == NO_KMER
    assert np.flatnonzero(none).tolist() == [*range(100 - K + 1, 101), *range(201 - K + 1, 202)]
    assert codes[-10:].tolist() == spelled[:10]
    turned = encode_all(reverse_complement(text))
    assert kmers.reverse_complement(encode_all(text)).tolist() == turned[::-1].tolist()
    assert len(encode_all("ACGT")) == 0


def test_the_first_anchor_is_the_one_that_looking_at_every_31_mer_finds():
    draw = random.Random(6)
    sequences = ["".join(draw.choices("ACGT", k=length)) for length in (400, 31, 30, 700)]
    anchors = index_anchors(sequences)
    known = {}
    for number, sequence in enumerate(sequences):
        for start in range(0, len(sequence) - K + 1, 20):
            kmer = sequence[start : start + K]
            known |= {kmer: (number, start, True), reverse_complement(kmer): (number, start, False)}
    whole = "".join(sequences)
    starts = [draw.randrange(len(whole) - 80) for _ in range(300)]
    reads = [whole[start : start + draw.randrange(20, 80)] for start in starts]
    reads = [reverse_complement(read) if draw.random() < 0.5 else read for read in reads]
    expected = [
        next((known[kmer] for start in range(len(read)) if (kmer := read[start : start + K]) in known), None)
        for read in reads
    ]
    nothing = index_anchors([])
    found, none = first_anchors([anchors, nothing], reads)
    places = zip(anchors.sequence[found], anchors.start[found], anchors.forward[found], strict=True)
    assert list(places) == [place for place in expected if place]
    assert none.tolist() == []
    assert [one.tolist() for one in first_anchors([anchors, nothing], [])] == [[], []]


def listed(rows):
    columns = ["target_id", "gene_id", "biotype", "length"]
    return pd.DataFrame(rows, columns=columns)


def test_genes_with_one_transcript_of_middling_length_are_chosen():
    single = [(f"t{n}", f"g{n:02d}", "", 1000 + n) for n in range(20)]
    others = [("a1", "h1", "", 2000), ("a2", "h1", "", 300), ("s", "h2", "", 999), ("l", "h3", "", 6001)]
    assert choose_transcripts(listed(single + others))["target_id"].tolist() == [f"t{n}" for n in range(20)]
    fewer = choose_transcripts(listed(others + single[1:]))
    assert fewer["target_id"].tolist() == [f"t{n}" for n in range(1, 20)] + ["a1"]


def test_only_coding_transcripts_are_chosen_where_the_reference_tells():
    coding = [(f"t{n}", f"g{n:02d}", "protein_coding", 2000) for n in range(20)]
    table = listed([*coding, ("p", "a", "processed_pseudogene", 2000), ("n", "g05", "retained_intron", 3000)])
    chosen = choose_transcripts(table)["gene_id"].tolist()
    assert "a" not in chosen
    assert chosen == [f"g{n:02d}" for n in range(20)]


def test_the_longest_transcript_of_every_gene_shows_the_strand():
    rows = [("a1", "a", "", 500), ("a2", "a", "", 700), ("b", "b", "", 90), ("c", "c", "", 9000)]
    assert choose_oriented(listed(rows))["target_id"].tolist() == ["a2", "b", "c"]


def test_of_many_genes_2000_from_all_over_are_chosen_whatever_their_order():
    rows = [(f"t{n}", f"g{n:05d}", "", 1500) for n in range(5001)]
    chosen = choose_transcripts(listed(rows))["gene_id"].tolist()
    assert len(set(chosen)) == 2000
    assert (chosen[0], chosen[-1]) == ("g00000", "g05000")
    random.Random(1).shuffle(rows)
    assert choose_transcripts(listed(rows))["gene_id"].tolist() == chosen


def test_sequences_come_in_the_order_asked_for_whatever_their_case(tmp_path):
    (tmp_path / "t.fa").write_text(">b x\nacgt\nAC\n>a\nGGNN\n>c\nT\n")
    assert read_sequences(tmp_path / "t.fa", ["a", "b"]) == ["GGNN", "ACGTAC"]


@pytest.fixture(scope="module")
def fly(tmp_path_factory):
    data = shared_data("reads/smn_fly")
    folder = tmp_path_factory.mktemp("fly")
    (folder / "transcripts.fa").symlink_to(data / "dm6.small.transcriptome.fa")
    write_table(read_reference(folder / "transcripts.fa").transcripts, folder / "transcripts.tsv")
    return folder, data


def test_real_libraries_are_unstranded_and_known_by_few_genes(fly, tmp_path):
    folder, data = fly
    rows = []
    for number in (1, 2, 3, 4):
        reads = [data / f"sample{number}.tiny_R{mate}.fastq.gz" for mate in (1, 2)]
        rows.append(measure(folder, tmp_path / str(number), reads)[0])
    table = pd.DataFrame(rows)
    assert table["n_subset"].tolist() == [10_100] * 4
    assert table["share_forward"].to_numpy() == pytest.approx(0.5, abs=0.01)
    assert table["strandedness"].tolist() == ["unstranded"] * 4
    assert (table["n_genes"] < MIN_GENES).tolist() == table["three_prime_bias"].isna().tolist()
    assert table["three_prime_bias"].isna().tolist() == [True, True, False, False]


@pytest.mark.parametrize("change", [str.lower, str.swapcase, str.capitalize])
def test_real_reads_in_lower_case_say_the_same(fly, tmp_path, change):
    folder, data = fly
    names = [f"sample3.tiny_R{mate}.fastq.gz" for mate in (1, 2)]
    lines = [gzip.decompress((data / name).read_bytes()).decode().splitlines() for name in names]
    changed = write_reads(tmp_path, [[change(read) for read in of_mate[1::4]] for of_mate in lines])
    for name, reads in (("published", [data / name for name in names]), ("changed", changed)):
        measure(folder, tmp_path / name, reads)
    for table in ("library.tsv", "gene_body.tsv"):
        assert (tmp_path / "changed" / table).read_bytes() == (tmp_path / "published" / table).read_bytes()


def test_real_pairs_turned_to_one_strand_are_stranded(fly, tmp_path):
    folder, data = fly
    with dnaio.open(folder / "transcripts.fa") as records:
        sequences = [record.sequence.upper() for record in records]
    forward = {sequence[start : start + K] for sequence in sequences for start in range(len(sequence) - K + 1)}
    turned = ([], [])
    with dnaio.open(*(data / f"sample3.tiny_R{mate}.fastq.gz" for mate in (1, 2))) as pairs:
        for first, second in pairs:
            senses = [read.sequence[:K] in forward for read in (first, second)]
            if senses[0] != senses[1]:
                for mate, read in zip(turned, (first, second) if senses[0] else (second, first), strict=True):
                    mate.append(read.sequence)
    assert len(turned[0]) > 5_000
    for direction, mates in (("forward", turned), ("reverse", turned[::-1])):
        row, _ = measure(folder, tmp_path / direction, write_reads(tmp_path, mates))
        assert row["strandedness"] == direction
        assert max(row["share_forward"], 1 - row["share_forward"]) > 0.95
