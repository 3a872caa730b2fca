"""The FASTQ files of the runs in use, listed before anything is downloaded."""

import logging

import pandas as pd
import pytest

import resolve_samples
from claimcheck.core.errors import StudyError
from support.archive import Archive

PROJECT = "PRJNA0000003"


def listed_files(archive: Archive) -> pd.DataFrame:
    runs = pd.DataFrame(archive.projects[PROJECT]).assign(read_count="7")
    used = pd.DataFrame({"sample": runs["sample_accession"], "run_accession": runs["run_accession"]})
    return resolve_samples._files(used, runs)


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
    with caplog.at_level(logging.INFO, logger=resolve_samples.progress.name):
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
    resolve_samples._require_reads(files, has_objects=True)
    with pytest.raises(StudyError, match=r"FASTQ files of SRR0000002, and archive\.sra is none") as error:
        resolve_samples._require_reads(files, has_objects=False)
    for setting in ("archive.sra", "config/samples.tsv"):
        assert setting in error.value.remedy


def test_sample_with_runs_of_two_layouts_stops(archive: Archive) -> None:
    archive.add_run(PROJECT, "SRR0000005", [b"x"], sample_accession="SAMN0000001")
    with pytest.raises(StudyError, match="SAMN0000001 has paired and single-end runs"):
        listed_files(archive)
