"""The step that reads every file once: all tables of a sample, none of a spoilt one, and what a part of the reads tells of all."""

import gzip
import logging
import random

import numpy as np
import pandas as pd
import pytest

import scan_reads
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table
from claimcheck.read_scans import deleted_exons, scan
from claimcheck.read_scans.deleted_exons import PROFILE_COLUMNS
from claimcheck.read_scans.kmers import K
from claimcheck.read_scans.quality import READS_COLUMNS
from support import tiny
from support.archive import shared_data
from support.fly import FLY
from support.scanning import scan as scan_sample

COMPLEMENT = str.maketrans("ACGT", "TGCA")
EXONS = ["".join(random.Random(seed).choices("ACGT", k=150)) for seed in range(4)]
OF_EXONS = pd.DataFrame({"exon": range(1, 5), "sequence": EXONS})


def write_fastq(path, reads, mate=1):
    text = "".join(f"@r{n} {n}/{mate}\n{read}\n+\n{'F' * len(read)}\n" for n, read in enumerate(reads))
    path.write_bytes(gzip.compress(text.encode(), 1, mtime=0))
    return path


def skipping(length=75):
    """Tile a transcript without the second exon."""
    whole = EXONS[0] + EXONS[2] + EXONS[3]
    return [whole[start : start + length] for start in range(len(whole) - length + 1)]


def write_runs(folder, mates, *runs):
    """Write the same reads for each run; mate 2 is the other strand."""
    both = skipping(), [read.translate(COMPLEMENT)[::-1] for read in skipping()]
    return {
        run: [write_fastq(folder / f"{run}_{mate}.fastq.gz", both[mate - 1], mate) for mate in range(1, mates + 1)]
        for run in runs
    }


@pytest.mark.parametrize("mates", [1, 2])
def test_all_runs_of_a_sample_are_counted(tmp_path, mates):
    tables = scan_sample(tmp_path, write_runs(tmp_path, mates, "SRR1", "SRR2"), exons=OF_EXONS)
    checked = read_table(tables["checked"])
    assert tuple(checked) == READS_COLUMNS
    assert checked["run"].tolist() == ["SRR1"] * mates + ["SRR2"] * mates
    assert checked["n_reads"].tolist() == [len(skipping())] * 2 * mates
    found = read_table(tables["profile"], columns=PROFILE_COLUMNS).set_index(["kind", "left", "right"])
    assert found.loc[("junction", 1, 3), "n_reads"] == 2 * (75 - 2 * deleted_exons.OVERHANG + 1)
    assert found.loc[("junction", 1, 3), "n_kmers"] == 2 * mates * 16 * (75 - K + 1)
    assert found.loc[("exon", 2, 2), "n_kmers"] == 0


def test_strand_and_coverage_are_those_of_the_first_run(tmp_path):
    mates = tiny.read_pairs(tiny.transcripts(), seed=0)
    for number, content in enumerate(mates, start=1):
        (tmp_path / f"SRR1_{number}.fastq.gz").write_bytes(content)
    first = {"SRR1": [tmp_path / "SRR1_1.fastq.gz", tmp_path / "SRR1_2.fastq.gz"]}
    alone = scan_sample(tmp_path / "alone", first)
    both = scan_sample(tmp_path / "both", first | write_runs(tmp_path, 2, "SRR2"))
    for name in ("library", "gene_body"):
        assert both[name].read_bytes() == alone[name].read_bytes()
    assert read_table(both["library"])["n_subset"].tolist() == [3000]
    assert "profile" not in both


def test_nothing_is_written_where_the_last_run_is_spoilt(tmp_path):
    runs = write_runs(tmp_path, 2, "SRR1", "SRR2")
    spoilt = runs["SRR2"][1]
    spoilt.write_bytes(spoilt.read_bytes()[:-20])
    with pytest.raises(StudyError, match="cannot be read to its end") as caught:
        scan_sample(tmp_path, runs, exons=OF_EXONS)
    assert caught.value.where == str(spoilt)
    assert list(tmp_path.rglob("A.tsv")) == []


def test_progress_is_said_run_by_run(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(scan_reads, "PROGRESS_READS", 200)
    monkeypatch.setattr(scan, "_PIECE", 4_000)
    with caplog.at_level(logging.INFO, logger="claimcheck.progress"):
        scan_sample(tmp_path, write_runs(tmp_path, 1, "SRR1", "SRR2"))
    assert [record.args[0] for record in caplog.records] == ["SRR1", "SRR2"]


@pytest.mark.parametrize("number", [1, 3])
def test_a_sample_of_real_reads_agrees_with_all_of_them(tmp_path, monkeypatch, number):
    """Ten thousand pairs of flies, a fifth of them inspected: both tell the same within what chance allows."""
    monkeypatch.setattr(scan, "_PIECE", 50_000)
    files = [shared_data(FLY) / f"sample{number}.tiny_R{mate}.fastq.gz" for mate in (1, 2)]
    size = min(path.stat().st_size for path in files) / 1e6
    every, fifth = (
        read_table(scan_sample(tmp_path / name, {"SRR1": files}, inspected_mb=inspected)["checked"])
        for name, inspected in (("every", 2 * size), ("fifth", size / 5))
    )
    assert every["n_sampled"].tolist() == every["n_reads"].tolist() == [10_100] * 2
    assert fifth["n_sampled"].between(1_500, 3_000).all()
    read_errors = 0.5 / np.sqrt(fifth["n_sampled"])  # of a share of reads, at most
    for column in ("share_q30", "share_gc", "share_adapter"):
        assert ((fifth[column] - every[column]).abs() < 2 * read_errors).all(), column
    of_all = [
        column for column in READS_COLUMNS if column not in ("n_sampled", "share_q30", "share_gc", "share_adapter")
    ]
    pd.testing.assert_frame_equal(every[of_all], fifth[of_all])


def test_letters_that_are_no_bases_are_noticed_wherever_they_are(tmp_path, monkeypatch):
    """They stand in the last reads, of which none is inspected."""
    monkeypatch.setattr(scan, "_PIECE", 20_000)
    reads = ["ACGT" * 20] * 3_000 + ["ACGTN" * 16] * 100 + ["RYSW" * 20] * 100
    path = write_fastq(tmp_path / "SRR1.fastq.gz", reads)
    settings = {"inspected_mb": path.stat().st_size / 1e9}
    row = read_table(scan_sample(tmp_path, {"SRR1": [path]}, **settings)["checked"]).iloc[0]
    assert row["n_sampled"] < 200
    assert row["notice"].endswith("; 3.1% of the letters are none of ACGTN")
