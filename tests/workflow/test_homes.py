"""The workflow runs where neither the home folder nor its clone can be written to."""

import shlex
import sys
from pathlib import Path

import pytest

from support.counts import small_counts
from support.interruptions import require_mount
from support.studies import A_FEW_COUNTS, COUNTS_STUDY, copy_workflow, run_workflow, write_study

SHEET = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"
NO_HOME = "/proc/claimcheck"
"""Nobody can make it, not even root."""


@pytest.mark.whole_run
@pytest.mark.parametrize("home", [None, "", NO_HOME])
def test_a_home_is_not_needed_where_caches_have_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("HOME") if home is None else monkeypatch.setenv("HOME", home)
    study = write_study(tmp_path / "study", COUNTS_STUDY, counts__tsv=A_FEW_COUNTS, sheet__tsv=SHEET)
    completed = run_workflow(study, "-n")
    assert completed.returncode == 0, completed.stderr[-3000:]


def read_only(clone: Path, folder: Path, mount: list[str]) -> Path:
    """Write a Python that sees a clone as on a disk that cannot be written to."""
    place, python = shlex.quote(str(clone)), shlex.quote(sys.executable)
    inside = folder / "inside"
    inside.write_text(
        f"mount --bind {place} {place} && mount -o remount,ro,bind {place} && cd {place} || exit 9\n"
        f'touch {place}/written 2>/dev/null && exit 8\nexec {python} "$@"\n'
    )
    launcher = folder / "python"
    launcher.write_text(f'#!/bin/sh\nexec {shlex.join([*mount, "sh", str(inside)])} "$@"\n')
    launcher.chmod(0o755)
    return launcher


@pytest.mark.whole_run
def test_a_whole_study_of_a_read_only_clone_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clone = copy_workflow(tmp_path / "clone")
    python = read_only(clone, tmp_path, require_mount())
    study = small_counts(tmp_path / "study", sex=[""] * 6)
    monkeypatch.setenv("HOME", NO_HOME)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("MPLCONFIGDIR", raising=False)
    before = sorted(clone.rglob("*"))
    page = "results/report/index.html"
    completed = run_workflow(study, page, clone=clone, python=str(python))
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert (study / page).is_file()
    assert sorted(clone.rglob("*")) == before
    logs = "".join(path.read_text() for path in study.glob("logs/draw_*/*.log"))
    assert "done in" in logs
    assert "temporary cache directory" not in logs + completed.stderr
    again = run_workflow(study, "-n", page, clone=clone, python=str(python))
    assert "Nothing to be done" in again.stdout + again.stderr
