"""Studies whose archives fail, answer another question, or contradict each other: what goes on, what stops, and what is said."""

from pathlib import Path

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table
from support import tiny
from support.archive import Archive, serve
from support.steps import resolve
from support.studies import run_workflow, write_study


@pytest.fixture
def archive() -> Archive:
    archive = tiny.tiny_archive()
    archive.add_run("PRJNA0000099", "SRR0000099", [b"x"], tax_id="10090")
    archive.attributes = {f"SAMN{number:07d}": {"sex": "male"} for number in (11, 12, 13, 14, 99)}
    return archive


def written(archive: Archive, folder: Path, **addresses: str) -> Path:
    configuration = tiny.tiny_configuration(archive)
    configuration["archive"] |= {"browser": f"{archive.address}/browser", "timeout": 1} | addresses
    return write_study(folder, configuration, transcripts__fa=tiny.fasta(tiny.transcripts()))


@pytest.fixture(autouse=True)
def heard(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Listen to what steps say of their work."""
    caplog.set_level("INFO", logger="claimcheck")
    return caplog


def test_study_goes_on_past_what_one_archive_gets_wrong(archive: Archive, tmp_path: Path, heard) -> None:
    archive.known -= {"description"}
    archive.instead |= {tiny.PROJECT: [tiny.PROJECT, "PRJNA0000099"], "SAMN0000011": ["SAMN0000099"]}
    archive.ncbi["SRR0000013"] = {"library_layout": "SINGLE"}
    archive.projects[tiny.PROJECT][3]["library_layout"] = "SINGLE"
    archive.faults["/biosamples/samples/SAMN0000012"] = ["501"]
    with serve(archive):
        study = written(archive, tmp_path)
        resolve(study)
    for text in (
        "ENA rejects the field description",
        "NCBI lists runs of other projects, left out: SRR0000099 (PRJNA0000099)",
        "BioSamples answered SAMN0000011 with another sample",
        "BioSamples failed for SAMN0000012; other archives describe them",
        "SRR0000013: called PAIRED by ENA and SINGLE by NCBI, offered as both mates: read as PAIRED",
        "SRR0000014: called SINGLE by the archive, offered as both mates: read as PAIRED",
    ):
        assert text in heard.text
    sheet = read_table(study / "results/samples/samples.tsv", text=True)
    assert dict(zip(sheet["runs"], sheet["condition"], strict=True)) == tiny.RUNS


def test_ncbi_that_rejects_everything_is_only_said(archive: Archive, tmp_path: Path, heard) -> None:
    archive.faults = {f"/ncbi/{program}.fcgi": ["400"] * 99 for program in ("esearch", "efetch")}
    with serve(archive):
        resolve(written(archive, tmp_path))
    assert "only ENA listed the runs; NCBI: 127.0.0.1 answers with status 400" in heard.text


def test_ena_that_is_down_needs_objects(archive: Archive, tmp_path: Path, heard) -> None:
    archive.faults["/ena/filereport"] = ["501"] * 99
    for row in archive.projects[tiny.PROJECT]:
        row["sample_alias"] = row["sample_title"]
    with serve(archive):
        with pytest.raises(StudyError) as caught:
            resolve(written(archive, tmp_path))
        resolve(written(archive, tmp_path, sra="resources"))
    assert "FASTQ files of SRR0000011, SRR0000012, SRR0000013, SRR0000014, and archive.sra is none" in str(caught.value)
    assert "remove archive.sra" in str(caught.value)
    assert "only NCBI listed the runs; ENA: 127.0.0.1 answers with status 501" in heard.text
    assert (tmp_path / "results/samples/samples.tsv").exists()
    assert not (tmp_path / "resources/downloads").exists()


def test_run_of_two_samples_stops(archive: Archive, tmp_path: Path) -> None:
    archive.ncbi["SRR0000012"] = {"sample_accession": "SAMN0000099", "secondary_sample_accession": "SRS0000099"}
    with serve(archive), pytest.raises(StudyError) as caught:
        resolve(written(archive, tmp_path))
    assert "SRR0000012 to ENA's SAMN0000012, NCBI's SAMN0000099" in str(caught.value)
    assert "archive.ncbi to none" in str(caught.value)


@pytest.mark.whole_run
def test_mates_of_a_run_that_is_called_single_end_are_read_as_pairs(archive: Archive, tmp_path: Path) -> None:
    archive.projects[tiny.PROJECT][0]["library_layout"] = "SINGLE"
    checked = "results/quality/reads/SAMN0000011.tsv"
    with serve(archive):
        study = written(archive, tmp_path)
        completed = run_workflow(study, "results/samples/samples.tsv", checked)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert list(read_table(study / checked)["n_reads"]) == [3000, 3000]
