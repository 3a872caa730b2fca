"""The FASTQ files of the runs in use, listed before anything is downloaded."""

import logging
from pathlib import Path

import pandas as pd
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import write_table
from claimcheck.sourcing import read_files
from support.archive import Archive

PROJECT = "PRJNA0000003"


def listed_files(archive: Archive) -> pd.DataFrame:
    runs = pd.DataFrame(archive.projects[PROJECT]).assign(read_count="7")
    used = pd.DataFrame({"sample": runs["sample_accession"], "run_accession": runs["run_accession"]})
    return read_files.list_files(used, runs)


@pytest.fixture
def archive() -> Archive:
    archive = Archive()
    for number in range(1, 5):
        archive.add_run(PROJECT, f"SRR000000{number}", [b"x", b"y"])
    return archive


def test_contradictions_are_said_once_for_all_their_runs(archive: Archive, caplog: pytest.LogCaptureFixture) -> None:
    rows = archive.projects[PROJECT]
    rows[0]["library_layout"] = rows[1]["library_layout"] = "SINGLE"
    for column in ("fastq_ftp", "fastq_md5", "fastq_bytes"):
        rows[2][column] = rows[2][column].split(";")[0]
        rows[3][column] = ""
    with caplog.at_level(logging.INFO, logger=read_files.progress.name):
        files = listed_files(archive)
    assert caplog.messages == [
        "SRR0000001, SRR0000002: called SINGLE by the archive, offered as both mates: read as PAIRED",
        "SRR0000003: called PAIRED by the archive, offered as one file: read as PAIRED from NCBI's .sra object",
        "SRR0000004: called PAIRED by the archive, offered as no FASTQ file: read as PAIRED from NCBI's .sra object",
    ]
    assert set(files["library_layout"]) == {"PAIRED"}
    assert list(files["mate"]) == ["1", "2"] * 4
    assert list(files["path"] == "") == [False] * 4 + [True] * 4


def test_runs_that_no_source_offers_stop_before_the_download(archive: Archive) -> None:
    archive.projects[PROJECT][1] |= {"fastq_ftp": "", "fastq_md5": "", "fastq_bytes": ""}
    files = listed_files(archive)
    read_files.require_reads(files, has_objects=True)
    with pytest.raises(StudyError, match=r"FASTQ files of SRR0000002, and archive\.sra is none") as error:
        read_files.require_reads(files, has_objects=False)
    for setting in ("archive.sra", "config/samples.tsv"):
        assert setting in error.value.remedy


def test_sample_with_runs_of_two_layouts_stops(archive: Archive) -> None:
    archive.add_run(PROJECT, "SRR0000005", [b"x"], sample_accession="SAMN0000001")
    with pytest.raises(StudyError, match="SAMN0000001 has paired and single-end runs"):
        listed_files(archive)


def test_a_sheet_of_files_tells_the_reads_of_runs_and_samples(archive: Archive, tmp_path: Path) -> None:
    archive.add_run(PROJECT, "SRR0000005", [b"x", b"y"], sample_accession="SAMN0000001")
    path = tmp_path / "results/samples/read_files.tsv"
    write_table(listed_files(archive).astype({"size": str}), path)
    sheet = read_files.ReadFiles(path)
    assert sheet.runs == [f"SRR000000{number}" for number in range(1, 6)]
    assert sheet.runs_of("SAMN0000001")[-1] == "SRR0000005"
    assert sheet.of_run("SRR0000005") == [f"resources/reads/SRR0000005_{mate}.fastq.gz" for mate in (1, 2)]
    assert sheet.of_sample("SAMN0000001") == [
        path for run in sheet.runs_of("SAMN0000001") for path in sheet.of_run(run)
    ]
    assert [file["size"] for file in sheet.as_archived("SRR0000005")] == ["1", "1"]
    assert sheet.of_run("SRR9999999") == sheet.runs_of("another") == []
