"""`snakemake fetch` against an archive on a bad day: every file arrives, and carries its final name only when it is right."""

import hashlib
from pathlib import Path

import pytest

from support import tiny
from support.archive import serve
from support.studies import run_workflow, write_study

FAULTS = ["reset", "truncate", "stall", "wrong", "html", "short", "429", "redirect"]


@pytest.mark.whole_run
def test_every_file_meets_a_fault(tmp_path: Path) -> None:
    archive = tiny.tiny_archive()
    paths = sorted(archive.files)
    archive.faults = {f"/{path}": [fault] for path, fault in zip(paths, FAULTS, strict=True)}
    archive.faults["/ena/filereport"] = ["500", "sentence"]
    with serve(archive):
        configuration = tiny.tiny_configuration(archive)
        configuration["archive"]["timeout"] = 1
        study = write_study(tmp_path, configuration, transcripts__fa=tiny.fasta(tiny.transcripts()))
        # without titles, which ENA withheld, the groups are stated by hand
        rows = [f"animal{number}\t{condition}\t{run}" for number, (run, condition) in enumerate(tiny.RUNS.items())]
        (study / "config/samples.tsv").write_text("\n".join(["sample\tcondition\truns", *rows, ""]))
        completed = run_workflow(study, "fetch")
        assert completed.returncode == 0, completed.stderr[-3000:]
    assert not any(archive.faults.values())
    for path in paths:
        run, name = path.split("/")[-2:]
        stored = study / "resources/downloads" / run / name
        assert hashlib.md5(stored.read_bytes()).digest() == hashlib.md5(archive.files[path]).digest()
    assert not list((study / "resources/downloads").rglob("*.part"))
