"""Every mistake of the table ends in one message that names file, place, expectation and remedy."""

from pathlib import Path

import pytest

from claimcheck.core.errors import StudyError
from support import tiny
from support.archive import serve
from support.bad_inputs import MISTAKES, RUN, STUDIES, TARGETS, Mistake, read_as_the_workflow_does
from support.studies import run_workflow

NAMES = [f"{mistake.kind}: {mistake.name}" for mistake in MISTAKES]


@pytest.mark.parametrize("mistake", MISTAKES, ids=NAMES)
def test_a_mistake_is_explained(mistake: Mistake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = STUDIES[mistake.kind]()
    mistake.plant(study)
    monkeypatch.chdir(study.write(tmp_path))
    with pytest.raises(StudyError) as caught:
        read_as_the_workflow_does(mistake.kind, study)
    error = caught.value
    message = str(error).replace(f"{tmp_path}/", "")
    print(message)
    for text in mistake.said:
        assert text in message
    assert all(part.strip() for part in (error.what, error.where, error.expected, error.remedy))
    assert message.count("remedy:") == 1


@pytest.mark.parametrize("kind", STUDIES)
def test_without_a_mistake_the_input_is_read(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = STUDIES[kind]()
    monkeypatch.chdir(study.write(tmp_path))
    read_as_the_workflow_does(kind, study)


SHOWN = [
    "configuration: unknown key",
    "configuration: tabs in YAML",
    "configuration: no file",
    "sample sheet: workbook",
    "runs: unknown covariate",
    "claims register: circular intersection",
    "gene sets: symbol in place of an id",
    "counts table: negative",
    "reference: proteins",
    "reference: no file",
    "reads: qualities of another length",
]
"""Mistakes of all kinds, and of all places that they show at, that are also met on the command line."""


@pytest.mark.parametrize("name", SHOWN)
def test_the_message_is_all_that_a_user_is_told(name: str, tmp_path: Path) -> None:
    mistake = MISTAKES[NAMES.index(name)]
    study = STUDIES[mistake.kind]()
    mistake.plant(study)
    archive = tiny.tiny_archive()
    if study.from_archive:
        row = next(row for row in archive.projects[tiny.PROJECT] if row["run_accession"] == RUN)
        archive.projects[tiny.PROJECT].remove(row)
        kept = {key: value for key, value in row.items() if not key.startswith("fastq_")}
        archive.add_run(tiny.PROJECT, RUN, study.mates, **kept)
    with serve(archive):
        if study.from_archive:
            study.configuration["archive"] = archive.addresses()
        completed = run_workflow(study.write(tmp_path), TARGETS[mistake.kind])
    assert completed.returncode != 0
    said = completed.stderr.split("=" * 78)[-2] if "=" * 78 in completed.stderr else completed.stderr
    for text in mistake.said:
        assert text in said, completed.stderr[-3000:]
    for part in ("where:", "expected:", "remedy:"):
        assert said.count(part) == 1
    assert "Traceback" not in completed.stdout + completed.stderr
