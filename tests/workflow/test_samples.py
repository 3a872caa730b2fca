"""From the archive's words to the sample sheet, through the workflow; nothing large is fetched on the way."""

import shutil
from pathlib import Path

import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table, write_table
from support import tiny
from support.archive import Archive, serve
from support.steps import resolve
from support.studies import last_words, run_workflow, write_study

RULES = {
    "gene": ["Lcn2"],
    "driver": ["Dmp1-Cre"],
    "tissues": ["tibia"],
}


def study_of(archive: Archive, folder: Path, **samples: object) -> Path:
    configuration = tiny.tiny_configuration(archive)
    if samples:
        configuration["samples"] = samples
    return write_study(folder, configuration, transcripts__fa=tiny.fasta(tiny.transcripts()))


def test_samples_prints_the_sheet_and_stops(tmp_path: Path) -> None:
    with serve(tiny.tiny_archive()) as archive:
        completed = run_workflow(study_of(archive, tmp_path), "samples")
        assert completed.returncode == 0, completed.stderr[-3000:]
        assert not any(path.startswith("/vol1/") for path in archive.requests)
    for run, condition in tiny.RUNS.items():
        assert f"sample_title: {condition}" in completed.stdout
        assert run in completed.stdout


def test_genotype_that_is_only_an_attribute(tmp_path: Path) -> None:
    archive = tiny.tiny_archive()
    for number, row in enumerate(archive.projects[tiny.PROJECT], start=1):
        cre = "+" if "knockout" in row["sample_title"] else "-"
        row["sample_title"] = f"LCN2 study, mouse {number}"
        archive.attributes[row["sample_accession"]] = {
            "genotype": f"Lcn2 fl/fl; Dmp1-Cre{cre}",
            "sex": "female" if number % 2 else "male",
            "tissue": "tibia",
            "age": "12 weeks",
        }
    with serve(archive):
        study = study_of(archive, tmp_path, conditional_knockout=RULES)
        resolve(study)
    sheet = read_table(study / "results/samples/samples.tsv", text=True).set_index("runs")
    assert sheet["condition"].to_dict() == tiny.RUNS
    assert set(sheet["sex"]) == {"female", "male"}
    assert set(sheet["tissue"]) == {"tibia"}
    assert sheet["evidence"].str.contains("genotype").all()


@pytest.mark.whole_run
def test_template_is_ready_to_be_completed(tmp_path: Path) -> None:
    archive = tiny.tiny_archive()
    archive.projects[tiny.PROJECT][0]["sample_title"] = "Sample_1"
    with serve(archive):
        study = study_of(archive, tmp_path)
        assert run_workflow(study, "samples").returncode != 0
        template = study / "results/samples/samples.template.tsv"
        rows = read_table(template, text=True)
        assert list(rows["condition"]).count("") == 1
        completed = rows.assign(condition=rows["condition"].replace("", "control"))
        write_table(completed, study / "config/samples.tsv")
        printed = run_workflow(study, "samples")
        assert printed.returncode == 0
        assert "read_as" not in printed.stdout
    sheet = read_table(study / "results/samples/samples.tsv", text=True)
    assert list(sheet["condition"]) == ["control", "control", "knockout", "knockout"]


@pytest.mark.whole_run
def test_frozen_sheet_stops_when_the_archive_changes_its_words(tmp_path: Path) -> None:
    with serve(tiny.tiny_archive()) as archive:
        study = study_of(archive, tmp_path)
        resolve(study)
        shutil.copy(study / "results/samples/samples.tsv", study / "config/samples.tsv")
        resolve(study)
        archive.projects[tiny.PROJECT][3]["sample_title"] = "control after all"
        with pytest.raises(StudyError, match="describes SAMN0000014 differently"):
            resolve(study)


@pytest.mark.whole_run
def test_too_few_animals_print_the_sheet_and_fetch_nothing(tmp_path: Path) -> None:
    archive = tiny.tiny_archive()
    for row, animal in zip(
        archive.projects[tiny.PROJECT], ("control 1", "control 1", "knockout 1", "knockout 1"), strict=True
    ):
        row["sample_title"] = f"{animal} lane {row['run_accession'][-1]}"
    with serve(archive):
        study = study_of(archive, tmp_path)
        printed = run_workflow(study, "samples")
        assert printed.returncode == 0
        assert "1 control animal and 1 knockout animal" in printed.stdout
        stopped = run_workflow(study, "fetch")
        assert stopped.returncode != 0
        assert "at least 2 animals a group" in last_words(stopped)
        assert not any(path.startswith("/vol1/") for path in archive.requests)
