"""The workflow runs wherever it lies."""

import sysconfig
import venv
from pathlib import Path

from support.studies import copy_workflow, run_workflow, write_study

COUNTS_STUDY = {
    "study": {"title": "counts"},
    "start_from": "counts",
    "counts": {"table": "config/counts.tsv", "samples": "config/sheet.tsv"},
    "design": {"test": "y", "reference": "x"},
}
SHEET = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"


def test_a_path_with_a_space(tmp_path: Path) -> None:
    clone = copy_workflow(tmp_path / "my files" / "clone")
    venv.create(clone / ".venv", symlinks=True)
    packages = clone / ".venv/lib/python3.11/site-packages/those_of_the_tests.pth"
    packages.write_text(sysconfig.get_path("purelib"))
    study = write_study(tmp_path / "my files" / "study", COUNTS_STUDY, counts__tsv="", sheet__tsv=SHEET)
    target = "results/samples/samples.tsv"
    completed = run_workflow(study, target, clone=clone, python=str(clone / ".venv/bin/python"))
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert (study / target).is_file()
