"""A study folder that someone sent runs nothing: not by the names of its files, wherever Python or a library might look first."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from claimcheck.core.installed import ENVS
from claimcheck.core.own_files import MODULES
from support.bad_inputs import counts_study
from support.studies import ROOT, run_workflow

PLACES = (".", ".snakemake/scripts", "config", "workflow", "workflow/scripts", "resources", "results")
"""Folders of a study that Python could come to import from."""
RUN = "import os\nopen(os.environ['MARK'], 'a').write(__file__ + '\\n')\nraise SystemExit(f'{__file__} was run')\n"


def imported_names() -> list[str]:
    """List all modules that a step could import: the standard library, whatever is installed here, and our own."""
    code = "import importlib.metadata as m, sys; print(*{*sys.stdlib_module_names, *m.packages_distributions()})"
    listed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    optional = ["numexpr", "bottleneck", "numba", "pyarrow", "lxml", "simplejson", "brotli", "zstandard", "chardet"]
    steps = [path.stem for path in (ROOT / "workflow/scripts").glob("*.py")]
    pins = [pin.split("==")[0].replace("-", "_") for pin in (ENVS / "pins.txt").read_text().split()]
    return sorted({*listed, *optional, *steps, *pins, "claimcheck", "sitecustomize", "usercustomize"})


def test_no_module_of_a_study_folder_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = counts_study().write(tmp_path / "study")
    names = imported_names()
    assert len(names) > 350
    for place in PLACES:
        (study / place).mkdir(parents=True, exist_ok=True)
        (study / place / "evil.pth").write_text("import os; open(os.environ['MARK'], 'a').write('pth')\n")
        for name in names:
            (study / place / f"{name}.py").write_text(RUN)
    for place in (".", ".snakemake/scripts"):
        for name in ("python", "python3", "bash", "kallisto", "git"):
            program = study / place / name
            program.write_text('#!/bin/sh\necho $0 >> "$MARK"\n')
            program.chmod(0o755)
    (study / "Snakefile").write_text(RUN)
    (study / "profiles/default").mkdir(parents=True)
    (study / "profiles/default/config.yaml").write_text("snakefile: Snakefile\n")
    mark = tmp_path / "mark"
    monkeypatch.setenv("MARK", str(mark))
    monkeypatch.setenv("PYTHONPATH", f":.:{ROOT / 'tests'}:")
    monkeypatch.setenv("PATH", ".:" + os.environ["PATH"] + ":")
    completed = run_workflow(study, "results/counts/gene_counts.tsv")
    assert not mark.exists(), mark.read_text()
    assert completed.returncode == 0, completed.stderr[-3000:]


@pytest.mark.parametrize("as_zip", [False, True], ids=["folder", "zip"])
def test_modules_where_snakemake_would_have_steps_import_them_from_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_zip: bool
) -> None:
    study = counts_study().write(tmp_path / "study")
    (study / MODULES).mkdir(parents=True)
    assert run_workflow(study, "-n").returncode == 0
    (study / MODULES).rmdir()
    modules = {f"{name}.py": RUN for name in imported_names()}
    if as_zip:
        with zipfile.ZipFile(study / MODULES, "w") as packed:
            for name, code in modules.items():
                packed.writestr(name, code)
    else:
        (study / MODULES).mkdir()
        for name, code in modules.items():
            (study / MODULES / name).write_text(code)
    mark = tmp_path / "mark"
    monkeypatch.setenv("MARK", str(mark))
    completed = run_workflow(study, "results/counts/gene_counts.tsv", anew=True)
    assert not mark.exists(), mark.read_text()
    assert completed.returncode != 0
    assert "holds modules that every step would import" in completed.stderr
    assert not (study / "results").exists()
