"""A finished study is made again where the code of a step changed, and nowhere else."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import tiny
from support.archive import serve
from support.studies import copy_workflow, run_workflow, write_study

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


def planned_rules(clone: Path, study: Path) -> set[str]:
    """Return the rules that a dry run would run."""
    completed = run_workflow(study, "-n", clone=clone)
    said = completed.stdout + completed.stderr
    assert completed.returncode == 0, said[-3000:]
    rules = {rule for rule, _ in re.findall(r"^(\w+) +([0-9]+)$", said, re.MULTILINE)} - {"total"}
    assert rules or "Nothing to be done" in said
    return rules


@pytest.mark.parametrize(
    ("edited", "rules"),
    [
        (f"{LIBRARY}/expression/kallisto.py", OF_ABUNDANCES),
        (f"{LIBRARY}/expression/normalisation.py", OF_COUNTS),
        (f"{LIBRARY}/figures/dispersions.py", PROVENANCE | {"draw_differential"}),
        (f"{LIBRARY}/claims/verdicts.py", PROVENANCE),
        (f"{LIBRARY}/figures/ordination.py", PROVENANCE | {"draw_quality"}),
        (f"{LIBRARY}/figures/captions.py", PROVENANCE),
        ("workflow/report/figures.yaml", PROVENANCE),
        ("workflow/scripts/draw_section.py", PROVENANCE | {"draw_differential", "draw_quality"}),
        (
            f"{LIBRARY}/tables.py",
            OF_ABUNDANCES - {"index_transcripts", "quantify_sample"}
            | BEFORE_THE_CHECKPOINT
            | {"collect_reads_quality"},
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


def test_new_times_and_places_make_nothing_again(finished: tuple[Path, Path], tmp_path: Path) -> None:
    clone = copy_workflow(tmp_path / "another" / "clone")
    study = tmp_path / "copy"
    subprocess.run(["cp", "-a", finished[1], study], check=True)
    for path in [*clone.rglob("*"), *(study / "config").iterdir()]:
        path.touch()
    assert planned_rules(finished[0], study) == set()
    assert planned_rules(clone, study) == set()
    assert planned_rules(clone, study.rename(tmp_path / "moved")) == set()
