"""Runs whose FASTQ files the archive lacks or cannot deliver come from their `.sra` objects, made here with the SRA Toolkit."""

import gzip
import shutil
import subprocess
from pathlib import Path

import pytest

from support import tiny
from support.archive import Archive, serve
from support.studies import last_words, run_workflow, write_study

pytestmark = pytest.mark.whole_run

LACKING, SPOILT = "SRR0000011", "SRR0000013"


def make_object(run: str, reads: list[bytes], folder: Path) -> None:
    """Pack the mates of a run as `<folder>/<run>/<run>`, as NCBI's bucket names its objects."""
    if shutil.which("latf-load") is None:
        pytest.skip("needs the SRA Toolkit (Debian: sra-toolkit)")
    scratch = folder / f"{run}.scratch"
    scratch.mkdir(parents=True)
    for mate, data in enumerate(reads, start=1):
        (scratch / f"{mate}.fastq").write_bytes(gzip.decompress(data))
    loaded = ["latf-load", "--quality", "PHRED_33", "-o", run, "1.fastq", "2.fastq"]
    subprocess.run(loaded, cwd=scratch, check=True, capture_output=True)
    (folder / run).mkdir()
    subprocess.run(
        ["kar", "-f", "-c", str(folder / run / run), "-d", run], cwd=scratch, check=True, capture_output=True
    )
    shutil.rmtree(scratch)


def sequences(reads: bytes) -> list[str]:
    return gzip.decompress(reads).decode().splitlines()[1::4]


def mates_of(archive: Archive, run: str) -> list[bytes]:
    return [archive.files[f"vol1/fastq/{run[:6]}/{run}/{run}_{mate}.fastq.gz"] for mate in (1, 2)]


def broken_archive() -> Archive:
    """Publish one run without FASTQ files, and one whose first file always has other bytes."""
    archive = tiny.tiny_archive()
    for row in archive.projects[tiny.PROJECT]:
        if row["run_accession"] == LACKING:
            row |= {"fastq_ftp": "", "fastq_md5": "", "fastq_bytes": ""}
    archive.faults[f"/vol1/fastq/{SPOILT[:6]}/{SPOILT}/{SPOILT}_1.fastq.gz"] = ["wrong"] * 99
    return archive


def test_objects_stand_in(tmp_path: Path) -> None:
    broken = broken_archive()
    originals = {run: mates_of(broken, run) for run in (LACKING, SPOILT)}
    for run, mates in originals.items():
        make_object(run, mates, tmp_path / "objects")
    targets = [f"resources/reads/{run}_1.fastq.gz" for run in originals]
    with serve(broken) as archive:
        configuration = tiny.tiny_configuration(archive)
        configuration["archive"]["sra"] = str(tmp_path / "objects")
        study = write_study(tmp_path / "study", configuration, transcripts__fa=tiny.fasta(tiny.transcripts()))
        completed = run_workflow(study, *targets)
        assert completed.returncode == 0, completed.stderr[-3000:]
        fetched = len(archive.requests)
        assert run_workflow(study, *targets, "--forcerun", "fetch_paired_reads").returncode == 0
        again = [path for path in archive.requests[fetched:] if path.startswith("/vol1/")]
        assert not again
    for run, mates in originals.items():
        for mate, original in enumerate(mates, start=1):
            provided = (study / f"resources/reads/{run}_{mate}.fastq.gz").read_bytes()
            assert sequences(provided) == sequences(original)
    assert not (study / f"resources/downloads/{SPOILT}/{SPOILT}_1.fastq.gz").exists()


def test_no_source_is_said(tmp_path: Path) -> None:
    with serve(broken_archive()) as archive:
        configuration = tiny.tiny_configuration(archive)
        configuration["archive"]["sra"] = str(tmp_path / "nothing")
        if shutil.which("fasterq-dump") is None:
            pytest.skip("needs the SRA Toolkit (Debian: sra-toolkit)")
        study = write_study(tmp_path / "study", configuration, transcripts__fa=tiny.fasta(tiny.transcripts()))
        completed = run_workflow(study, f"resources/reads/{LACKING}_1.fastq.gz")
    assert completed.returncode != 0
    said = last_words(completed)
    assert f"{LACKING} can be had from neither source" in said
    assert "config/samples.tsv" in said


def test_damaged_object_is_said(tmp_path: Path) -> None:
    make_object(LACKING, mates_of(tiny.tiny_archive(), LACKING), tmp_path / "objects")
    whole = tmp_path / "objects" / LACKING / LACKING
    data = bytearray(whole.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4000] = bytes(4000)
    whole.write_bytes(bytes(data))
    with serve(broken_archive()) as archive:
        configuration = tiny.tiny_configuration(archive)
        configuration["archive"]["sra"] = str(tmp_path / "objects")
        study = write_study(tmp_path / "study", configuration, transcripts__fa=tiny.fasta(tiny.transcripts()))
        completed = run_workflow(study, f"resources/reads/{LACKING}_1.fastq.gz")
    assert completed.returncode != 0
    assert "vdb-validate fails" in last_words(completed)
    assert not list((study / "resources").rglob(f"{LACKING}_1.fastq.gz"))
