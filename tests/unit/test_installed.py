"""The packages that compute are the pinned ones, found where they were installed, or one message says which are not, and why."""

import importlib
import site
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from claimcheck.core import installed
from claimcheck.core.errors import StudyError
from claimcheck.core.installed import loaded_packages, pinned_packages, require_pinned
from support.studies import A_FEW_COUNTS, COUNTS_STUDY, run_workflow, write_study

SCRIPTS = Path(installed.__file__).parents[2]
PINNED = {"onepkg": "1.2", "two-pkg": "3.0"}
SHEET = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"


def install(folder, name="onepkg", version="1.2", *, says=None, module=True, record=True):
    """Install a package in a folder as pip does; without `record` only its modules, as a checkout would have it."""
    stem = name.replace("-", "_")
    if module:
        (folder / stem).mkdir(parents=True, exist_ok=True)
        (folder / stem / "__init__.py").write_text(f"__version__ = {says or version!r}\n")
    if record:
        info = folder / f"{stem}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (info / "RECORD").write_text(f"{stem}/__init__.py,,\n{stem}/deep/__init__.py,,\n{info.name}/METADATA,,\n")
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Install both packages where they belong; nothing of them is loaded, and nothing on PYTHONPATH."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    folder = tmp_path / "site-packages"
    install(install(folder), "two-pkg", "3.0")
    monkeypatch.syspath_prepend(folder)
    installed._find.cache_clear()
    yield folder
    for module in ("onepkg", "two_pkg"):
        sys.modules.pop(module, None)
    installed._find.cache_clear()


def message(pinned=PINNED, **options):
    with pytest.raises(StudyError) as caught:
        require_pinned(pinned, **options)
    return str(caught.value)


def prepend(monkeypatch, folder):
    monkeypatch.syspath_prepend(folder)
    installed._find.cache_clear()


def test_what_is_pinned_is_accepted(home):
    require_pinned(PINNED)
    importlib.import_module("onepkg")
    require_pinned(PINNED, loaded=True)
    assert loaded_packages(PINNED) == {"onepkg": "1.2"}


def test_a_package_that_installs_a_module_that_python_has_itself_is_accepted(home):
    [record] = home.glob("onepkg-*.dist-info/RECORD")
    record.write_text(record.read_text() + "test/__init__.py,,\ncalendar.py,,\n")
    installed._find.cache_clear()
    require_pinned(PINNED)
    assert installed._find("onepkg").modules == ("onepkg",)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"record": False}, "onepkg is imported from {other}/onepkg; 1.2 is in {home}"),
        ({"version": "9.1"}, "onepkg is 9.1 in {other}, 1.2 is expected"),
        ({"version": "9.1", "module": False}, "onepkg is 9.1 in {other}, 1.2 is expected"),
    ],
)
@pytest.mark.parametrize("loaded", [False, True])
def test_what_stands_before_the_installed_package_is_named(home, monkeypatch, given, said, loaded):
    other = install(home.parent / "other", **given)
    monkeypatch.setenv("PYTHONPATH", f"/nowhere:{other}/")
    prepend(monkeypatch, other)
    if loaded:
        importlib.import_module("onepkg")
    words = message(loaded=loaded)
    assert said.format(other=other, home=home) in words
    assert f"PYTHONPATH=/nowhere:{other}" in words
    assert "`unset PYTHONPATH`; then start again" in words
    assert "two-pkg" not in words
    assert words.count("remedy:") == 1


def test_what_is_not_loaded_does_not_matter_to_a_step(home):
    importlib.import_module("onepkg")
    require_pinned({"onepkg": "1.2", "two-pkg": "7", "absent": "1"}, loaded=True)


def test_a_loaded_version_is_believed_before_its_metadata(home, tmp_path):
    """As where two installations were mixed in one folder."""
    install(home, says="1.1", record=False)
    importlib.import_module("onepkg")
    assert f"onepkg in {home} says that it is 1.1, 1.2 is expected" in message(loaded=True)


def test_other_versions_where_they_belong_are_installed_again(home):
    words = message({"onepkg": "1.3", "two-pkg": "3.0", "absent": "1"})
    assert "onepkg is 1.2" in words
    assert "absent is not installed, 1 is expected" in words
    assert "`uv sync`, or `pip install --no-deps --require-hashes -r envs/requirements.txt`" in words


def test_a_package_whose_files_are_gone_is_installed_again(home):
    (home / "onepkg/__init__.py").unlink()
    (home / "onepkg").rmdir()
    words = message()
    assert "onepkg is imported from nowhere" in words
    assert "uv sync" in words


def test_packages_of_the_user_are_switched_off(home, tmp_path, monkeypatch):
    other = install(tmp_path / "local", version="9.1")
    monkeypatch.setattr(site, "ENABLE_USER_SITE", True)
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(other))
    prepend(monkeypatch, other)
    assert "`export PYTHONNOUSERSITE=1`; then start again" in message()


def test_a_file_of_the_study_that_hides_a_package_is_named(home, tmp_path, monkeypatch):
    (tmp_path / "study").mkdir()
    (tmp_path / "study/onepkg.py").write_text("")
    monkeypatch.chdir(tmp_path / "study")
    prepend(monkeypatch, tmp_path / "study")
    words = message()
    assert f"onepkg is imported from {tmp_path}/study/onepkg" in words
    assert f"rename what hides the packages in {tmp_path}/study" in words


def test_linked_folders_are_the_ones_that_they_link_to(home, tmp_path, monkeypatch):
    (tmp_path / "lib64").symlink_to(home)
    prepend(monkeypatch, tmp_path / "lib64")
    require_pinned(PINNED)


def test_many_are_counted(home):
    words = message({f"absent{number}": "1" for number in range(20)})
    assert words.count("is not installed") == 8
    assert "and 12 more" in words


def test_only_packages_that_compute_are_pinned_here(tmp_path):
    (tmp_path / "family.yaml").write_text(
        "dependencies:\n  - python=3.11\n  - pip:\n      - pandas==0.1\n      - nowhere==1\n      - left==2\n"
    )
    (tmp_path / "pins.txt").write_text("pandas==0.1\nnowhere==1\nmypy==1\n")
    assert pinned_packages(tmp_path) == {"nowhere": "1", "pandas": "0.1"}


def test_the_pinned_packages_of_this_environment_say_the_versions_that_their_metadata_says():
    pinned = pinned_packages()
    assert {"numpy", "scipy", "pandas", "pydeseq2", "gseapy", "anndata", "kb-python", "dnaio"} <= set(pinned)
    assert "snakemake" not in pinned
    require_pinned(pinned)
    names = [module for name in ("numpy", "scipy", "pandas", "pydeseq2", "gseapy", "anndata") for module in [name]]
    code = f"import {', '.join(names)}\nfrom claimcheck.core.installed import *\nprint(loaded_packages(pinned_packages()))\n"
    code += "require_pinned(pinned_packages(), loaded=True)"
    done = subprocess.run([sys.executable, "-c", code], cwd=SCRIPTS, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for name in names:
        assert f"'{name}': '{metadata.version(name)}'" in done.stdout


@pytest.fixture
def study(tmp_path):
    return write_study(tmp_path / "study", COUNTS_STUDY, counts__tsv=A_FEW_COUNTS, sheet__tsv=SHEET)


def test_another_scipy_on_pythonpath_stops_at_the_start(study, tmp_path, monkeypatch):
    other = install(tmp_path / "other", "scipy", "1.0", record=False)
    monkeypatch.setenv("PYTHONPATH", str(other))
    for arguments in (["-n"], []):
        completed = run_workflow(study, *arguments)
        assert completed.returncode != 0
        said = completed.stdout + completed.stderr
        assert f"scipy is imported from {other}/scipy" in said
        assert "`unset PYTHONPATH`" in said
        assert "Traceback" not in said
    assert not (study / "results").exists()


STEP = """
import sys
from pathlib import Path
from types import SimpleNamespace
from snakemake.iocontainers import InputFiles, OutputFiles, Params, ResourceList, Wildcards
sys.path.insert(0, {scripts!r})
from claimcheck.core.steps import run
{early}

def main(*, output: Path) -> None:
    {late}
    output.write_text("made")

snakemake = SimpleNamespace(
    input=InputFiles(), output=OutputFiles(["out.tsv"]), params=Params(), wildcards=Wildcards(),
    resources=ResourceList(), threads=1, rule="step", log=["logs/step.log"],
)
run(main)
"""


@pytest.mark.parametrize(("early", "late"), [("import xlrd", "pass"), ("", "import xlrd")], ids=["early", "late"])
@pytest.mark.parametrize("shadowed", [True, False])
def test_a_step_looks_at_what_it_has_loaded(tmp_path, monkeypatch, early, late, shadowed):
    """It may run on a node whose settings are others than those of the host that planned it."""
    monkeypatch.delenv("PYTHONPATH", raising=False)
    if shadowed:
        monkeypatch.setenv("PYTHONPATH", str(install(tmp_path / "other", "xlrd", "1.0", record=False)))
    code = STEP.format(scripts=str(SCRIPTS), early=early, late=late)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    log = (tmp_path / "logs/step.log").read_text()
    assert (done.returncode != 0) == shadowed, done.stderr
    if shadowed:
        for place in (log, done.stderr, (tmp_path / "logs/problems.txt").read_text()):
            assert f"xlrd is imported from {tmp_path}/other/xlrd" in place
        assert "Traceback" not in done.stderr
    else:
        assert f"xlrd {metadata.version('xlrd')}" in log
    assert (tmp_path / "out.tsv").exists() == (not shadowed or bool(late == "import xlrd"))
