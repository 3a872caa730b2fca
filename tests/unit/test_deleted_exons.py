"""What reads show of a deletion: counted exactly on reads that tile a transcript, called on simulated animals."""

import gzip

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from claimcheck.core.errors import StudyError
from claimcheck.qc.exons import (
    CALL_COLUMNS,
    find_falling_block,
    tabulate_exons,
    tabulate_junctions,
)
from claimcheck.read_scans import deleted_exons, scan
from claimcheck.read_scans.deleted_exons import PROFILE_COLUMNS, ExonCounts, index_gene, matching_fragments
from claimcheck.read_scans.kmers import K, build_index, encode_all, locate
from claimcheck.read_scans.scan import find_kmers, read_fragments, reads_of
from support.defaults import call_recombination

LETTERS = np.array(list("ACGT"))
GROUPS = {"control": ["c1", "c2", "c3"], "knockout": ["k1", "k2", "k3"]}
SHEET = pd.DataFrame(
    [(sample, group) for group, names in GROUPS.items() for sample in names], columns=["sample", "condition"]
)


def reverse_complement(sequence):
    return sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]


def random_sequence(length, seed):
    return "".join(np.random.default_rng(seed).choice(LETTERS, length))


def make_exons(*lengths):
    return [random_sequence(length, number) for number, length in enumerate(lengths)]


def joined(exons, *numbers):
    return "".join(exons[number - 1] for number in numbers)


def tiles(sequence, length):
    """Give the reads that begin at every position."""
    return [sequence[start : start + length] for start in range(len(sequence) - length + 1)]


def write_fastq(path, reads):
    text = "".join(f"@r{number}\n{read}\n+\n{'F' * len(read)}\n" for number, read in enumerate(reads))
    path.write_bytes(gzip.compress(text.encode(), 1))
    return path


def profile_sample(exons, runs):
    counts = ExonCounts(exons)
    for files in runs:
        for mates in read_fragments(files):
            counts.add(mates)
    return counts.table()


@pytest.fixture
def profile(tmp_path):
    """Return a function that profiles reads (of mate 1, of mate 2) and indexes rows by kind, left and right."""

    def run(exons, *mates):
        files = [write_fastq(tmp_path / f"reads_{number}.fastq.gz", reads) for number, reads in enumerate(mates)]
        table = profile_sample(pd.DataFrame({"exon": range(1, len(exons) + 1), "sequence": exons}), [files])
        assert tuple(table) == PROFILE_COLUMNS
        return table.set_index(["kind", "left", "right"])

    return run


def skipping_reads(table):
    reads = table.loc["junction", "n_reads"]
    left, right = reads.index.get_level_values("left"), reads.index.get_level_values("right")
    return reads[right > left + 1]


SEVEN = make_exons(200, 90, 110, 120, 100, 150, 300)


@pytest.mark.parametrize("length", [50, 75, 150])
@pytest.mark.parametrize("turned", [False, True], ids=["sense", "antisense"])
def test_reads_at_every_position_of_a_transcript_are_counted_exactly(profile, length, turned):
    reads = tiles(joined(SEVEN, *range(1, 8)), length)
    table = profile(SEVEN, [reverse_complement(read) for read in reads] if turned else reads)
    inner = [3, 4, 5]  # a read length from either end, every k-mer is in as many reads as a read has k-mers
    for number in inner:
        n_positions, n_kmers, _ = table.loc[("exon", number, number)]
        assert (n_positions, n_kmers) == (len(SEVEN[number - 1]) - K + 1, n_positions * (length - K + 1))
        assert table.loc[("junction", number, number + 1), "n_positions"] == K - 2 * deleted_exons.OVERHANG + 1
        assert table.loc[("junction", number, number + 1), "n_reads"] == length - 2 * deleted_exons.OVERHANG + 1
    assert (skipping_reads(table) == 0).all()


@pytest.mark.parametrize("length", [50, 75, 150])
def test_a_transcript_without_exons_shows_its_junction_and_no_trace_of_them(profile, length):
    table = profile(SEVEN, tiles(joined(SEVEN, 1, 2, 6, 7), length))
    skipping = skipping_reads(table)
    assert skipping[skipping > 0].to_dict() == {(2, 6): length - 2 * deleted_exons.OVERHANG + 1}
    assert table.loc[[("exon", number, number) for number in (3, 4, 5)], "n_kmers"].tolist() == [0, 0, 0]
    assert table.loc[[("junction", number, number + 1) for number in (2, 3, 4, 5)], "n_reads"].tolist() == [0] * 4
    positions = table.loc[("exon", 6, 6), "n_positions"]
    assert table.loc[("exon", 6, 6), "n_kmers"] == positions * (length - K + 1)


def test_mates_of_a_pair_count_once_as_reads_and_runs_add_up(profile, tmp_path):
    reads = tiles(joined(SEVEN, 1, 2, 6, 7), 75)
    single = profile(SEVEN, reads)
    both = profile(SEVEN, reads, [reverse_complement(read) for read in reads])
    assert both["n_reads"].equals(single["n_reads"])
    assert both["n_kmers"].equals(2 * single["n_kmers"])
    other = profile(SEVEN, ["T" * 75] * len(reads), reads)
    assert other.equals(single)
    files = [write_fastq(tmp_path / f"run{number}.fastq.gz", reads) for number in (1, 2)]
    table = profile_sample(pd.DataFrame({"exon": range(1, 8), "sequence": SEVEN}), [[path] for path in files])
    assert table["n_reads"].tolist() == (2 * single["n_reads"]).tolist()


@pytest.mark.parametrize("short", [5, 20, 31, 40])
def test_a_short_exon_is_measured_whatever_it_is_joined_to(profile, short):
    exons = make_exons(200, 150, 120, 110, short, 200)
    length = 75
    expected = deleted_exons.MIN_POSITIONS if short > K - deleted_exons.MIN_POSITIONS else K - short + 1
    for molecule in [(1, 2, 3, 4, 5, 6), (1, 2, 5, 6)]:
        table = profile(exons, tiles(joined(exons, *molecule), length))
        n_positions, n_kmers, _ = table.loc[("exon", 5, 5)]
        assert n_positions >= expected - 2  # a k-mer with the exon at its edge can also fit a transcript without it
        assert n_kmers == n_positions * (length - K + 1)
        assert table.loc[("junction", 5, 6), "n_reads"] == length - 2 * deleted_exons.OVERHANG + 1
    without = profile(exons, tiles(joined(exons, 1, 2, 3, 4, 6), length))
    assert without.loc[("exon", 5, 5), "n_kmers"] == 0
    assert skipping_reads(without)[lambda reads: reads > 0].to_dict() == {
        (4, 6): length - 2 * deleted_exons.OVERHANG + 1
    }


def test_one_wrong_base_makes_no_skipping_junction(profile):
    exons = list(SEVEN)
    start = exons[2][:12]
    exons[5] = start[:6] + ("A" if start[6] != "A" else "C") + start[7:] + exons[5][12:]  # 11 of 12 as exon 3 begins
    whole = joined(exons, *range(1, 8))
    border = len(exons[0]) + len(exons[1])
    reads = []
    for read in tiles(whole[border - 42 : border + 42], 50):
        reads += [read[:at] + base + read[at + 1 :] for at in range(len(read)) for base in "ACGT"]
    table = profile(exons, reads)
    assert table.loc[("junction", 2, 3), "n_reads"] > 100
    assert (skipping_reads(table) == 0).all()
    found = profile(exons, tiles(joined(exons, 1, 2, 6, 7), 75))
    assert found.loc[("junction", 2, 6), "n_reads"] > 40  # longer overhangs still tell it


def test_a_junction_is_not_told_by_what_two_exons_begin_with(profile):
    exons = list(SEVEN)
    exons[5] = exons[2][:14] + exons[5][14:]
    whole = profile(exons, tiles(joined(exons, *range(1, 8)), 75))
    assert (skipping_reads(whole) == 0).all()
    assert whole.loc[("junction", 2, 3), "n_positions"] == K - deleted_exons.OVERHANG - 14
    assert profile(exons, tiles(joined(exons, 1, 2, 6, 7), 75)).loc[("junction", 2, 3), "n_reads"] == 0


def test_simple_repeats_which_many_genes_have_count_for_no_exon(profile):
    exons = list(SEVEN)
    exons[3] = exons[3][:40] + "CA" * 25 + exons[3][40:]
    table = profile(exons, ["CA" * 37, "AC" * 37, "TG" * 37])
    assert (table["n_kmers"] == 0).all()
    assert table.loc[("exon", 4, 4), "n_positions"] > 60


@pytest.mark.parametrize("before", [0, 40, 75, 89])
def test_a_read_that_follows_the_transcript_in_part_is_found(profile, before):
    part, foreign = SEVEN[6][50 : 50 + 2 * K - 1], random_sequence(150, 98)
    read = (foreign[:before] + part + foreign[before:])[:150]
    _, n_kmers, n_reads = profile(SEVEN, [read]).loc[("exon", 7, 7)]
    assert n_kmers >= K
    assert n_reads == 1


def test_a_stretch_that_two_exons_share_counts_for_neither(profile):
    exons = list(SEVEN)
    exons[4] = exons[4][:30] + exons[2][20:80] + exons[4][90:]
    table = profile(exons, tiles(exons[2][20:80], 50))
    assert (table["n_kmers"] == 0).all()
    assert table.loc[("exon", 3, 3), "n_positions"] == len(exons[2]) - K + 1 - 30


def simulate(molecules, n_pairs, length, seed, error=0.003):
    """Draw fragments from (sequence, weight) pairs and read both ends with errors."""
    rng = np.random.default_rng(seed)
    sequences, weights = zip(*molecules, strict=True)
    mass = np.array(weights) * [len(sequence) - 150 for sequence in sequences]
    mates = ([], [])
    for sequence in rng.choice(sequences, n_pairs, p=mass / mass.sum()):
        size = min(len(sequence), max(length, int(rng.normal(200, 30))))
        start = rng.integers(len(sequence) - size + 1)
        fragment = sequence[start : start + size]
        ends = [fragment[:length], reverse_complement(fragment[-length:])]
        for mate, read in zip(mates, ends[:: rng.choice([1, -1])], strict=True):
            bases = np.array(list(read))
            wrong = rng.random(length) < error
            bases[wrong] = rng.choice(LETTERS, wrong.sum())
            mate.append("".join(bases))
    return mates


FOREIGN = [(random_sequence(2000, 99), 0.3)]
WHOLE = joined(SEVEN, *range(1, 8))


def study(profile, molecules_of, length=75, exons=SEVEN, n_pairs=500):
    """Profile six animals; `molecules_of` gives the molecules of one."""
    profiles = {}
    for number, (sample, condition) in enumerate(SHEET.itertuples(index=False)):
        mates = simulate(molecules_of(sample, condition) + FOREIGN, n_pairs, length, seed=number)
        profiles[sample] = profile(exons, *mates).reset_index()
    return tabulate_exons(profiles, SHEET), tabulate_junctions(profiles, SHEET)


def recombined_in_knockouts(sample, condition):
    """Half of the knockouts' molecules lack exons 3 to 5; a natural isoform without exon 2 is in all animals."""
    lost = [(joined(SEVEN, 1, 2, 6, 7), 2.0)] if condition == "knockout" else [(WHOLE, 2.0)]
    return [(WHOLE, 1.0), (joined(SEVEN, 1, 3, 4, 5, 6, 7), 1.0), *lost]


@pytest.mark.parametrize("length", [50, 75, 150])
def test_the_recombined_transcript_is_found_without_the_labels(profile, length):
    exons, junctions = study(profile, recombined_in_knockouts, length)
    natural = junctions.query("left == 1 and right == 3")
    assert (natural["n_reads"] >= 3).all()
    calls = call_recombination(exons, junctions)
    assert tuple(calls) == CALL_COLUMNS
    assert calls["recombined"].tolist() == [False] * 3 + [True] * 3
    assert set(zip(calls["left"], calls["right"], calls["lost_exons"], strict=True)) == {(2, 6, "3;4;5")}
    assert (calls["skip_reads"][:3] == 0).all()
    assert calls["psi"][3:].between(0.3, 0.7).all()
    assert calls["block_log2"][3:].max() < calls["block_log2"][:3].min()
    unlabelled = call_recombination(exons.assign(condition=""), junctions.assign(condition=""))
    assert unlabelled.equals(calls)

    block = find_falling_block(exons, test="knockout", reference="control")
    assert (block.left, block.right, block.n_blocks) == (3, 5, 27)
    assert block.separated
    assert block.ci95_low < block.effect < block.ci95_high < 0
    groups = block.contrasts[3:], block.contrasts[:3]
    assert block.effect == pytest.approx(groups[0].mean() - groups[1].mean())
    assert block.p_value == pytest.approx(stats.ttest_ind(*groups, equal_var=False, alternative="less").pvalue)
    assert block.p_bonferroni == pytest.approx(27 * block.p_value)
    mirrored = find_falling_block(exons, test="control", reference="knockout")
    assert (mirrored.left, mirrored.right) != (3, 5)


def test_depth_and_reads_are_those_of_the_profiles(profile):
    exons, junctions = study(profile, recombined_in_knockouts)
    row = exons.query("sample == 'k2' and exon == 4").iloc[0]
    assert row["depth"] == row["n_kmers"] / (len(SEVEN[3]) - K + 1)
    of_sample = exons.query("sample == 'k2'")
    overall = of_sample["n_kmers"].sum() / of_sample["n_positions"].sum()
    assert row["relative_depth"] == pytest.approx(row["depth"] / overall)
    assert list(exons["sample"].drop_duplicates()) == list(SHEET["sample"])
    at = junctions.query("sample == 'k2'").set_index(["left", "right"])
    canonical = (at.loc[(2, 3), "n_reads"] + at.loc[(5, 6), "n_reads"]) / 2
    assert at.loc[(2, 6), "canonical_reads"] == canonical
    assert at.loc[(2, 6), "psi"] == pytest.approx(at.loc[(2, 6), "n_reads"] / (at.loc[(2, 6), "n_reads"] + canonical))
    assert not at["skipping"].loc[[(number, number + 1) for number in range(1, 7)]].any()
    assert junctions[junctions["skipping"]].groupby(["left", "right"])["n_reads"].sum().min() > 0


def test_a_swapped_pair_is_seen(profile):
    swap = {"c1": "knockout", "k1": "control"}
    exons, junctions = study(profile, lambda sample, group: recombined_in_knockouts(sample, swap.get(sample, group)))
    calls = call_recombination(exons, junctions).set_index("sample")
    assert calls.index[calls["recombined"]].tolist() == ["c1", "k2", "k3"]


def test_a_natural_isoform_is_no_recombination_however_its_share_varies(profile):
    share = dict(zip(SHEET["sample"], [0.1, 0.3, 0.2, 0.5, 0.25, 0.6], strict=True))

    def isoforms(sample, condition):
        return [(WHOLE, 3 * (1 - share[sample])), (joined(SEVEN, 1, 2, 6, 7), 3 * share[sample])]

    exons, junctions = study(profile, isoforms)
    assert junctions.query("left == 2 and right == 6")["n_reads"].min() > 3
    calls = call_recombination(exons, junctions)
    assert not calls["recombined"].any()
    assert calls[["left", "right", "skip_reads", "psi", "block_log2"]].isna().all(axis=None)
    assert set(calls["lost_exons"]) == {""}


def junction_rows(skip, canonical):
    """Write the table of junctions of a gene with three exons."""
    return pd.DataFrame(
        {
            "sample": SHEET["sample"],
            "condition": SHEET["condition"],
            "left": 1,
            "right": 3,
            "n_positions": 16,
            "n_reads": skip,
            "skipping": True,
            "canonical_reads": canonical,
            "psi": np.array(skip) / (np.array(skip) + np.array(canonical)),
        }
    )


THREE = pd.DataFrame(
    [(sample, group, exon, 100, 1000) for sample, group in SHEET.itertuples(index=False) for exon in (1, 2, 3)],
    columns=["sample", "condition", "exon", "n_positions", "n_kmers"],
)


@pytest.mark.parametrize(
    ("skip", "canonical", "called"),
    [
        ([0, 0, 0, 8, 9, 7], [20.0] * 6, "k1 k2 k3"),
        ([0, 0, 0, 8, 9, 2], [20.0] * 6, "k1 k2"),
        ([0, 1, 0, 300, 9, 250], [5000.0, 5000.0, 5000.0, 400.0, 5000.0, 400.0], "k1 k3"),
        ([0, 0, 0, 2, 2, 2], [5.0] * 6, ""),
        ([8, 7, 9, 8, 9, 7], [20.0] * 6, ""),
        ([2, 1, 2, 3, 1, 2], [15.0] * 6, ""),
        ([2, 2, 2, 8, 8, 8], [20.0] * 6, ""),
        ([0, 0, 0, 3, 0, 0], [3.0] * 6, ""),
    ],
    ids=[
        "clear",
        "too few reads in one",
        "too small a share in one",
        "too few reads",
        "in all",
        "in all, few",
        "in all, more in some",
        "chance",
    ],
)
def test_reads_and_share_decide(skip, canonical, called):
    calls = call_recombination(THREE, junction_rows(skip, canonical), min_reads=3, min_share=0.05)
    assert calls.loc[calls["recombined"], "sample"].tolist() == called.split()
    stricter = call_recombination(THREE, junction_rows(skip, canonical), min_reads=1000, min_share=0.05)
    assert not stricter["recombined"].any()


def test_of_two_junctions_the_one_that_parts_more_samples_counts():
    many = junction_rows([0, 0, 0, 20, 25, 20], [20.0] * 6)
    one = junction_rows([0, 0, 0, 0, 30, 0], [20.0] * 6).assign(right=4)
    calls = call_recombination(THREE, pd.concat([one, many]))
    assert set(calls["right"]) == {3}
    assert call_recombination(THREE, one)["recombined"].tolist() == [False, False, False, False, True, False]


@pytest.mark.parametrize(("kept", "lost"), [((1, 2, 3, 4, 5, 6), 7), ((2, 3, 4, 5, 6, 7), 1)], ids=["last", "first"])
def test_a_deleted_end_shows_in_depth_alone(profile, kept, lost):
    def molecules(sample, condition):
        return [(WHOLE, 1.0), (joined(SEVEN, *kept) if condition == "knockout" else WHOLE, 1.0)]

    exons, junctions = study(profile, molecules, n_pairs=1200)
    assert not call_recombination(exons, junctions)["recombined"].any()
    block = find_falling_block(exons, test="knockout", reference="control")
    assert (block.left, block.right) == (lost, lost)
    assert block.separated
    assert block.effect < -0.5
    assert block.p_bonferroni < 0.05


def test_groups_alike_have_no_falling_block(profile):
    exons, _ = study(profile, lambda sample, condition: [(WHOLE, 2.0)])
    block = find_falling_block(exons, test="knockout", reference="control")
    assert block.p_bonferroni > 0.05
    assert abs(block.effect) < 0.5


def test_a_gene_of_one_exon_has_depth_and_nothing_else(profile):
    gene = [random_sequence(600, 7)]
    exons, junctions = study(profile, lambda sample, condition: [(gene[0], 2.0)], exons=gene, n_pairs=200)
    assert (exons["relative_depth"] == 1).all()
    assert junctions.empty
    assert not call_recombination(exons, junctions)["recombined"].any()
    assert find_falling_block(exons, test="knockout", reference="control") is None


def test_samples_without_reads_of_the_gene_are_missing_and_not_zero(profile):
    exons, junctions = study(profile, lambda sample, condition: [] if sample != "k1" else [(WHOLE, 1.0)], n_pairs=200)
    silent = exons[exons["sample"] != "k1"]
    assert (silent["depth"] == 0).all()
    assert silent["relative_depth"].isna().all()
    assert not call_recombination(exons, junctions)["recombined"].any()
    assert find_falling_block(exons, test="knockout", reference="control") is None


def test_an_exon_without_positions_of_its_own_is_missing(profile):
    exons = list(SEVEN)
    exons[4] = exons[2]
    whole = joined(exons, *range(1, 8))
    profiles = {
        sample: profile(exons, tiles(whole[number * 20 :], 75)).reset_index()
        for number, sample in enumerate(SHEET["sample"])
    }
    table = tabulate_exons(profiles, SHEET)
    assert table.loc[table["exon"] == 5, "depth"].isna().all()
    assert table.loc[table["exon"] == 4, "depth"].eq(75 - K + 1).all()
    block = find_falling_block(table, test="knockout", reference="control")
    assert block.n_blocks < 27


def test_mates_of_different_number_and_spoilt_files_are_refused(profile, tmp_path):
    reads = tiles(WHOLE, 75)
    with pytest.raises(StudyError, match="the mates differ in number of reads"):
        profile(SEVEN, reads, reads[:-1])
    path = write_fastq(tmp_path / "cut.fastq.gz", reads)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(StudyError, match="cannot be read to its end") as caught:
        list(read_fragments([path]))
    assert caught.value.where == str(path)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("@r0\nACGT\n+\nFFF\n", "read 1 has fewer qualities than letters"),
        ("@r0\nACGT\n+\n", "read 1 is cut off"),
        ("@r0\nACGT\n-\nFFFF\n", "read 1 has no line that begins with +"),
        ("@r0\nACGT\n+\nFFFF\nr1\nACGT\n+\nFFFF\n", "read 2 does not begin with @"),
        ("@r0\n" + "A" * 5_000 + "\n+\n" + "F" * 5_000 + "\n", "has a record of more than 4 MB"),
        ("reads\n", "is no FASTQ, which begins with @"),
    ],
)
def test_what_is_no_whole_fastq_is_refused(tmp_path, monkeypatch, text, complaint):
    monkeypatch.setattr(scan, "_PIECE", 1_000)
    monkeypatch.setattr(scan, "_MOST_RECORD", 4_000)
    path = tmp_path / "reads.fastq"
    path.write_text(text)
    with pytest.raises(StudyError) as caught:
        list(read_fragments([path]))
    assert complaint in caught.value.what


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("mates", [1, 2])
def test_the_same_fragments_are_found_as_by_looking_up_each_read(tmp_path, monkeypatch, newline, mates):
    monkeypatch.setattr(scan, "_PIECE", 1_500)
    random = np.random.default_rng(4)
    gene = joined(SEVEN, *range(1, 8))
    kmers_of_gene = {gene[start : start + K] for start in range(len(gene) - K + 1)}

    def read():
        length = int(random.integers(1, 160))
        start = int(random.integers(0, len(gene) - length))
        return gene[start : start + length] if random.random() < 0.3 else random_sequence(length, random.integers(1e9))

    fragments = [tuple(read() for _ in range(mates)) for _ in range(400)]
    files = [tmp_path / f"reads_{mate}.fastq" for mate in range(mates)]
    for mate, path in enumerate(files):
        lines = [
            line
            for number, reads in enumerate(fragments)
            for line in (f"@r{number}", reads[mate], "+", "F" * len(reads[mate]))
        ]
        path.write_bytes(newline.join(lines).encode())  # no line end at the end of the file
    holding = [
        fragment
        for fragment in fragments
        if any(sequence[at : at + K] in kmers_of_gene for sequence in fragment for at in range(len(sequence) - K + 1))
    ]
    assert 50 < len(holding) < 300
    # reads of the gene follow it from end to end, so that none is missed
    index = index_gene(SEVEN).kmers
    found = [
        tuple(reads.raw[reads.start[number] : reads.end[number]].tobytes().decode() for reads in mates)
        for mates in read_fragments(files)
        for number in matching_fragments(index, mates)
    ]
    assert found == holding


@pytest.mark.parametrize("lengths", [[100], [93], [62], [100, 97, 62, 40, 31, 30, 8, 1]], ids=str)
@pytest.mark.parametrize("step", [1, 7, K])
def test_kmers_are_found_at_every_step_and_at_the_end_of_reads_of_any_length(lengths, step):
    gene = joined(SEVEN, *range(1, 8))
    reads = [gene[start : start + lengths[start % len(lengths)]] for start in range(0, len(gene) - 100, 5)]
    index = build_index(np.concatenate([encode_all(gene[100:160]), encode_all(gene[300:331])]))
    read, place = find_kmers(index, reads_of([one.encode() for one in reads]), step=step)
    expected = [
        (number, int(found))
        for number, one in enumerate(reads)
        for at in sorted({*range(0, len(one) - K + 1, step), *([len(one) - K] if len(one) >= K else [])})
        for found in locate(encode_all(one[at : at + K]), index.codes)
        if found >= 0
    ]
    assert list(zip(read.tolist(), place.tolist(), strict=True)) == expected
    assert len(expected) > 5


def test_reads_shorter_than_a_kmer_are_no_error(profile):
    table = profile(SEVEN, tiles(WHOLE, K - 1))
    assert (table["n_reads"] == 0).all()
    assert profile(SEVEN, tiles(WHOLE, K))["n_kmers"].sum() > 0
