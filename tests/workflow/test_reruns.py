"""A finished study is made again where the code of a step changed, and nowhere else."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import tiny
from support.archive import serve
from support.studies import copy_workflow, planned_rules, run_workflow, write_study
from support.tables import edit_entry

LIBRARY = "workflow/scripts/claimcheck"
PROVENANCE = {"record_inputs", "write_report", "record_provenance", "all"}
"""States which code made the study, so that any edit makes it again."""
OF_COUNTS = PROVENANCE | {
    "assess_samples",
    "assess_identity",
    "choose_design",
    "collect_gates",
    "compare_groups",
    "draw_differential",
    "draw_quality",
}
OF_ABUNDANCES = OF_COUNTS | {
    "index_transcripts",
    "quantify_sample",
    "import_abundances",
    "assess_libraries",
}
BEFORE_THE_CHECKPOINT = {"fetch_metadata", "resolve_samples", "save_configuration"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """Run the tiny study from a clone of its own; the archive stays within reach."""
    folder = tmp_path_factory.mktemp("finished")
    clone = copy_workflow(folder / "clone")
    with serve(tiny.tiny_archive()) as archive:
        study = write_study(
            folder / "study", tiny.tiny_configuration(archive), transcripts__fa=tiny.fasta(tiny.transcripts())
        )
        completed = run_workflow(study, clone=clone)
        assert completed.returncode == 0, completed.stderr[-3000:]
        yield clone, study


@pytest.mark.parametrize(
    ("edited", "rules"),
    [
        (f"{LIBRARY}/quantification/kallisto.py", OF_ABUNDANCES),
        (f"{LIBRARY}/deseq2/size_factors.py", OF_COUNTS),
        (f"{LIBRARY}/figures/dispersions.py", PROVENANCE | {"draw_differential"}),
        (f"{LIBRARY}/claims/verdicts.py", PROVENANCE),
        (f"{LIBRARY}/figures/ordination.py", PROVENANCE | {"draw_quality"}),
        (f"{LIBRARY}/page/captions.py", PROVENANCE),
        ("workflow/report/figures.yaml", PROVENANCE),
        ("workflow/scripts/draw_section.py", PROVENANCE | {"draw_differential", "draw_quality"}),
        (
            f"{LIBRARY}/core/tables.py",
            OF_ABUNDANCES - {"index_transcripts", "quantify_sample"}
            | BEFORE_THE_CHECKPOINT
            | {"collect_reads_quality", "fetch_publication"},
        ),
    ],
)
def test_an_edit_makes_its_dependents_again(
    finished: tuple[Path, Path], tmp_path: Path, edited: str, rules: set[str]
) -> None:
    clone = shutil.copytree(finished[0], tmp_path / "clone")
    with (clone / edited).open("a") as stream:
        stream.write("# edited\n")
    assert planned_rules(clone, finished[1]) == rules


def test_an_edited_entry_makes_the_writer_and_the_readers_of_its_table_again(
    finished: tuple[Path, Path], tmp_path: Path
) -> None:
    clone = shutil.copytree(finished[0], tmp_path / "clone")
    edit_entry(clone, "provenance_inputs", "rule")
    assert planned_rules(clone, finished[1]) == PROVENANCE


def test_new_times_and_places_make_nothing_again(finished: tuple[Path, Path], tmp_path: Path) -> None:
    clone = copy_workflow(tmp_path / "another" / "clone")
    study = tmp_path / "copy"
    subprocess.run(["cp", "-a", finished[1], study], check=True)
    for path in [*clone.rglob("*"), *(study / "config").iterdir()]:
        path.touch()
    assert planned_rules(finished[0], study) == set()
    assert planned_rules(clone, study) == set()
    assert planned_rules(clone, study.rename(tmp_path / "moved")) == set()
