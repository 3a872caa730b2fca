"""Studies whose archives fail, answer another question, or contradict each other: what goes on, what stops, and what is said."""

from pathlib import Path

import pytest

from claimcheck.core.tables import read_table
from support import tiny
from support.archive import Archive, serve
from support.studies import last_words, run_workflow, write_study


@pytest.fixture
def archive() -> Archive:
    archive = tiny.tiny_archive()
    archive.add_run("PRJNA0000099", "SRR0000099", [b"x"], tax_id="10090")
    archive.attributes = {f"SAMN{number:07d}": {"sex": "male"} for number in (11, 12, 13, 14, 99)}
    return archive


def samples(archive: Archive, folder: Path, *arguments: str, **addresses: str) -> tuple[bool, str, Path]:
    """Run `snakemake samples`: whether it ends well, what it says, and the study."""
    with serve(archive):
        configuration = tiny.tiny_configuration(archive)
        configuration["archive"] |= {"browser": f"{archive.address}/browser", "timeout": 1} | addresses
        study = write_study(folder, configuration, transcripts__fa=tiny.fasta(tiny.transcripts()))
        completed = run_workflow(study, *(arguments or ("samples",)))
    return completed.returncode == 0, completed.stderr, study


def test_study_goes_on_past_what_one_archive_gets_wrong(archive: Archive, tmp_path: Path) -> None:
    archive.known -= {"description"}
    archive.instead |= {tiny.PROJECT: [tiny.PROJECT, "PRJNA0000099"], "SAMN0000011": ["SAMN0000099"]}
    archive.ncbi["SRR0000013"] = {"library_layout": "SINGLE"}
    archive.projects[tiny.PROJECT][3]["library_layout"] = "SINGLE"
    archive.faults["/biosamples/samples/SAMN0000012"] = ["501"]
    ended_well, said, study = samples(archive, tmp_path)
    assert ended_well, said[-3000:]
    for text in (
        "ENA rejects the field description",
        "NCBI lists runs of other projects, left out: SRR0000099 (PRJNA0000099)",
        "BioSamples answered SAMN0000011 with another sample",
        "BioSamples failed for SAMN0000012; other archives describe them",
        "SRR0000013: called PAIRED by ENA and SINGLE by NCBI, offered as both mates: read as PAIRED",
        "SRR0000014: called SINGLE by the archive, offered as both mates: read as PAIRED",
    ):
        assert text in said
    sheet = read_table(study / "results/samples/samples.tsv", text=True)
    assert dict(zip(sheet["runs"], sheet["condition"], strict=True)) == tiny.RUNS


def test_ncbi_that_rejects_everything_is_only_said(archive: Archive, tmp_path: Path) -> None:
    archive.faults = {f"/ncbi/{program}.fcgi": ["400"] * 99 for program in ("esearch", "efetch")}
    ended_well, said, _ = samples(archive, tmp_path)
    assert ended_well, said[-3000:]
    assert "only ENA listed the runs; NCBI: 127.0.0.1 answers with status 400" in said


def test_ena_that_is_down_needs_objects(archive: Archive, tmp_path: Path) -> None:
    archive.faults["/ena/filereport"] = ["501"] * 99
    for row in archive.projects[tiny.PROJECT]:
        row["sample_alias"] = row["sample_title"]
    ended_well, said, study = samples(archive, tmp_path)
    assert not ended_well
    assert "FASTQ files of SRR0000011, SRR0000012, SRR0000013, SRR0000014, and archive.sra is none" in said
    assert "remove archive.sra" in said
    ended_well, said, study = samples(archive, tmp_path, sra="resources")
    assert ended_well, said[-3000:]
    assert "only NCBI listed the runs; ENA: 127.0.0.1 answers with status 501" in said
    assert not (study / "resources/downloads").exists()


def test_run_of_two_samples_stops(archive: Archive, tmp_path: Path) -> None:
    archive.ncbi["SRR0000012"] = {"sample_accession": "SAMN0000099", "secondary_sample_accession": "SRS0000099"}
    with serve(archive):
        study = write_study(tmp_path, tiny.tiny_configuration(archive), transcripts__fa=tiny.fasta(tiny.transcripts()))
        completed = run_workflow(study, "samples")
    assert completed.returncode != 0
    assert "SRR0000012 to ENA's SAMN0000012, NCBI's SAMN0000099" in last_words(completed)
    assert "archive.ncbi to none" in last_words(completed)


def test_mates_of_a_run_that_is_called_single_end_are_read_as_pairs(archive: Archive, tmp_path: Path) -> None:
    archive.projects[tiny.PROJECT][0]["library_layout"] = "SINGLE"
    checked = "results/quality/reads/SAMN0000011.tsv"
    ended_well, said, study = samples(archive, tmp_path, "results/samples/samples.tsv", checked)
    assert ended_well, said[-3000:]
    assert list(read_table(study / checked)["n_reads"]) == [3000, 3000]
