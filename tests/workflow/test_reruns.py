"""A finished study is made again where the code of a step changed, and nowhere else."""

from pathlib import Path

import pytest

from support.finished import copy_study
from support.studies import ROOT, copy_workflow, planned_rules
from support.tables import edit_entry

pytestmark = pytest.mark.whole_run

LIBRARY = "workflow/scripts/claimcheck"
PROVENANCE = {"record_inputs", "write_report", "export_results", "record_provenance", "write_crate", "all"}
"""States which code made the study, so that any edit makes it again."""
OF_COUNTS = PROVENANCE | {
    "assess_samples",
    "assess_identity",
    "choose_design",
    "collect_gates",
    "compare_groups",
    "draw_differential",
    "draw_quality",
    "export_quality",
}
OF_ABUNDANCES = OF_COUNTS | {
    "index_transcripts",
    "quantify_sample",
    "import_abundances",
    "assess_libraries",
}
BEFORE_THE_CHECKPOINT = {"fetch_metadata", "resolve_samples", "save_configuration"}


@pytest.mark.parametrize(
    ("edited", "rules"),
    [
        (f"{LIBRARY}/quantification/kallisto.py", OF_ABUNDANCES),
        (f"{LIBRARY}/figures/dispersions.py", PROVENANCE | {"draw_differential"}),
        ("workflow/report/figures.yaml", PROVENANCE),
        (
            f"{LIBRARY}/core/tables.py",
            OF_ABUNDANCES - {"index_transcripts", "quantify_sample"}
            | BEFORE_THE_CHECKPOINT
            | {"collect_reads_quality", "fetch_publication"},
        ),
    ],
)
def test_an_edit_makes_its_dependents_again(tiny_study: Path, tmp_path: Path, edited: str, rules: set[str]) -> None:
    clone = copy_workflow(tmp_path / "clone")
    with (clone / edited).open("a") as stream:
        stream.write("# edited\n")
    assert planned_rules(clone, tiny_study) == rules


def test_an_edited_entry_makes_the_writer_and_the_readers_of_its_table_again(tiny_study: Path, tmp_path: Path) -> None:
    clone = copy_workflow(tmp_path / "clone")
    edit_entry(clone, "provenance_inputs", "rule")
    assert planned_rules(clone, tiny_study) == PROVENANCE


def test_new_times_and_places_make_nothing_again(tiny_study: Path, tmp_path: Path) -> None:
    clone = copy_workflow(tmp_path / "another" / "clone")
    study = copy_study(tiny_study, tmp_path / "copy")
    for path in [*clone.rglob("*"), *(study / "config").iterdir()]:
        path.touch()
    assert planned_rules(ROOT, study) == set()
    assert planned_rules(clone, study) == set()
    assert planned_rules(clone, study.rename(tmp_path / "moved")) == set()
