"""kallisto is found, finds reads where they come from, and leaves nothing half-written where it fails."""

import json
import subprocess

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.quantification.kallisto import build_index, find_kallisto, quantify
from support.tiny import fasta, read_pairs, transcripts

PAIRS = 400


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Write 20 random transcripts, read pairs cut from them, and their index."""
    folder = tmp_path_factory.mktemp("kallisto")
    sequences = transcripts(genes=20)
    (folder / "transcripts.fa").write_text(fasta(sequences))
    for mate, content in enumerate(read_pairs(sequences, seed=3, pairs=PAIRS), start=1):
        (folder / f"reads_{mate}.fastq.gz").write_bytes(content)
    build_index([folder / "transcripts.fa"], folder / "transcripts.idx", threads=1)
    return folder


def run(folder, output, *, index="transcripts.idx", mates=(1, 2), reads=None):
    reads = reads or [folder / f"reads_{mate}.fastq.gz" for mate in mates]
    paired = len(reads) % 2 == 0
    quantify(folder / index, reads, output, paired=paired, threads=1, fragment_length=180, fragment_sd=20)
    return json.loads((output / "run_info.json").read_text())


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_binary_answers_with_a_version_that_is_new_enough():
    answer = subprocess.run([find_kallisto(), "version"], capture_output=True, text=True, check=True, timeout=60)
    version = answer.stdout.rsplit(maxsplit=1)[-1].split(".")
    assert (int(version[0]), int(version[1])) >= (0, 50)


def test_reads_are_found_in_the_transcripts_they_were_cut_from(folder, tmp_path):
    info = run(folder, tmp_path / "sample")
    assert info["n_processed"] == info["n_pseudoaligned"] == PAIRS
    table = pd.read_csv(tmp_path / "sample" / "abundance.tsv", sep="\t")
    assert list(table["target_id"]) == list(transcripts(genes=20))
    assert table["est_counts"].sum() == pytest.approx(PAIRS)
    assert table["tpm"].sum() == pytest.approx(1e6, rel=1e-3)
    assert names(tmp_path / "sample") == ["abundance.tsv", "run_info.json"]


def test_single_reads_and_several_runs_are_quantified(folder, tmp_path):
    assert run(folder, tmp_path / "single", mates=(1,))["n_pseudoaligned"] == PAIRS
    assert run(folder, tmp_path / "twice", mates=(1, 2, 1, 2))["n_pseudoaligned"] == 2 * PAIRS


def test_the_fragment_length_is_that_of_the_pairs_and_unknown_of_single_reads(folder, tmp_path):
    assert run(folder, tmp_path / "paired")["fragment_length"] == pytest.approx(180)
    assert run(folder, tmp_path / "single", mates=(1,))["fragment_length"] is None


def test_the_same_reads_give_the_same_abundances(folder, tmp_path):
    tables = []
    for name in ("once", "again"):
        run(folder, tmp_path / name)
        tables.append((tmp_path / name / "abundance.tsv").read_bytes())
    assert tables[0] == tables[1]


def test_a_reference_of_something_else_stops_and_leaves_nothing(folder, tmp_path):
    (tmp_path / "other.fa").write_text(fasta(transcripts(seed=99, genes=20)))
    build_index([tmp_path / "other.fa"], tmp_path / "other.idx", threads=1)
    output = tmp_path / "sample"
    with pytest.raises(StudyError, match="not one read of sample pseudoaligns"):
        run(folder, output, index=tmp_path / "other.idx")
    assert names(output) == []


def test_reads_that_are_absent_stop_and_leave_nothing(folder, tmp_path):
    with pytest.raises(StudyError, match="could not quantify sample"):
        run(folder, tmp_path / "sample", reads=[tmp_path / "absent_1.fastq", tmp_path / "absent_2.fastq"])
    assert names(tmp_path / "sample") == []


def test_an_index_that_is_none_stops(folder, tmp_path):
    with pytest.raises(StudyError, match="could not quantify sample"):
        run(folder, tmp_path / "sample", index="transcripts.fa")
    assert names(tmp_path / "sample") == []


def test_a_transcriptome_that_is_none_leaves_neither_index_nor_scratch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    junk = tmp_path / "junk.fa"
    junk.write_bytes(b"\x00\x01 junk")
    with pytest.raises(StudyError, match="could not index") as caught:
        build_index([junk], tmp_path / "junk.idx", threads=1)
    assert caught.value.where == str(junk)
    assert names(tmp_path) == ["junk.fa"]


def test_building_an_index_leaves_only_the_index(folder):
    assert [name for name in names(folder) if name.startswith(".")] == []


def broken_kallisto(tmp_path, monkeypatch, lines):
    """Put in kallisto's place a script that runs it and spoils what it wrote, as a full disk does."""
    script = tmp_path / "kallisto.sh"
    script.write_text(f'#!/bin/bash\n"{find_kallisto()}" "$@"\nstatus=$?\n{lines}\nexit $status\n')
    script.chmod(0o755)
    monkeypatch.setattr("claimcheck.quantification.kallisto.find_kallisto", lambda: str(script))


@pytest.mark.parametrize("cut", ["head -n -1", "head -c -1"])
def test_abundances_that_end_early_are_refused_although_kallisto_ends_well(folder, tmp_path, monkeypatch, cut):
    spoil = f'for table in "{tmp_path}"/sample/.*/abundance.tsv; do {cut} "$table" > short; mv short "$table"; done'
    monkeypatch.chdir(tmp_path)
    broken_kallisto(tmp_path, monkeypatch, spoil)
    with pytest.raises(StudyError, match=r"kallisto wrote [0-9]+ of 20 transcripts of sample"):
        run(folder, tmp_path / "sample")
    assert names(tmp_path / "sample") == []


def test_an_index_that_ends_early_is_refused_although_kallisto_ends_well(folder, tmp_path, monkeypatch):
    spoil = '[ "$1" = index ] && truncate -s -64 "$3"'
    broken_kallisto(tmp_path, monkeypatch, spoil)
    with pytest.raises(StudyError, match="kallisto could not index the transcriptome"):
        build_index([folder / "transcripts.fa"], tmp_path / "transcripts.idx", threads=1)
    assert names(tmp_path) == ["kallisto.sh"]


def test_a_record_without_a_sequence_hides_none_behind_it(folder, tmp_path):
    whole = fasta(transcripts(genes=20))
    first, rest = whole.split("\n>", 1)
    (tmp_path / "holes.fa").write_text(f"{first}\n>nothing\n>{rest}>nothing_too\n")
    (tmp_path / "extra.fa").write_text(">eGFP\n" + "ACGGTTCAAGCTAGGCTTAAGC" * 5 + "\n")
    build_index([tmp_path / "holes.fa", tmp_path / "extra.fa"], tmp_path / "holes.idx", threads=1)
    reads = [folder / f"reads_{mate}.fastq.gz" for mate in (1, 2)]
    quantify(tmp_path / "holes.idx", reads, tmp_path / "s", paired=True, threads=1, fragment_length=200, fragment_sd=30)
    table = pd.read_csv(tmp_path / "s/abundance.tsv", sep="\t")
    assert list(table["target_id"]) == [*transcripts(genes=20), "eGFP"]
    assert names(tmp_path) == ["extra.fa", "holes.fa", "holes.idx", "s"]


@pytest.mark.parametrize(
    ("version", "known"), [("0.46.2", False), ("0.50.1", True), ("0.52.0", True), ("1.0.0", False)]
)
def test_a_kallisto_on_path_is_taken_at_known_versions_only(tmp_path, monkeypatch, version, known):
    script = tmp_path / "kallisto"
    script.write_text(f"#!/bin/sh\necho kallisto, version {version}\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr("claimcheck.quantification.kallisto_binary.find_spec", lambda name: None)
    if known:
        assert find_kallisto() == str(script)
    else:
        with pytest.raises(StudyError, match=f"kallisto {version} is not a version") as caught:
            find_kallisto()
        assert caught.value.where == str(script)
