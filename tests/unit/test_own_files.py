"""What a run writes goes into the study folder, whatever links were put there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from claimcheck.core import problems
from claimcheck.core.errors import StudyError
from claimcheck.core.own_files import open_own, require_own_folders
from claimcheck.core.problems import add_problem
from claimcheck.core.steps import step
from claimcheck.core.tables import scratch_folder, whole_file, write_text


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand in a study folder, beside one with a file that nobody may write to."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "file").write_text("mine")
    (tmp_path / "study").mkdir()
    monkeypatch.chdir(tmp_path / "study")
    return folder


def unfinished() -> None:
    with pytest.raises(ZeroDivisionError), whole_file(Path("results/x.tsv")) as partial:
        partial.write_text("theirs")
        raise ZeroDivisionError


def scratched() -> None:
    with scratch_folder(Path("results/x")) as folder:
        (folder / "file").write_text("theirs")


def logged() -> None:
    with step("logs/rule/x.log"):
        pass


def appended() -> None:
    with open_own(Path("results/x.part"), append=True) as stream:
        stream.write(b"theirs")


WRITERS: dict[str, tuple[str, str, Callable[[], None]]] = {
    "a table": ("results/x.tsv", "file", lambda: write_text(Path("results/x.tsv"), "theirs")),
    "its temporary file": ("results/.x.tsv.part", "file", lambda: write_text(Path("results/x.tsv"), "theirs")),
    "that of a step that fails": ("results/.x.tsv.part", "file", unfinished),
    "a scratch folder": ("results/.x.scratch", ".", scratched),
    "a log": ("logs/rule/x.log", "file", logged),
    "the problems": (str(problems.PROBLEMS), "file", lambda: add_problem("theirs")),
    "a download": ("results/x.part", "file", appended),
}


@pytest.mark.parametrize("name", WRITERS)
def test_no_link_in_the_place_of_a_file_is_followed(name: str, outside: Path) -> None:
    place, target, write = WRITERS[name]
    Path(place).parent.mkdir(parents=True)
    Path(place).symlink_to(outside / target)
    write()
    assert (outside / "file").read_text() == "mine"
    assert [path.name for path in outside.iterdir()] == ["file"]
    assert not Path(place).is_symlink()


@pytest.mark.parametrize(
    "place", ["results", "logs", ".snakemake", "resources/downloads", "results/claims", ".snakemake/scripts"]
)
def test_a_folder_that_leads_out_of_the_study_stops_the_run(place: str, outside: Path) -> None:
    require_own_folders(Path.cwd())
    Path(place).parent.mkdir(exist_ok=True)
    Path(place).symlink_to(outside)
    with pytest.raises(StudyError, match=r"a link leads out") as caught:
        require_own_folders(Path.cwd())
    assert f"{place} leads to {outside}" in str(caught.value)


def test_a_log_that_leads_out_of_the_study_stops_the_run(outside: Path) -> None:
    Path("logs/rule").mkdir(parents=True)
    Path("logs/rule/x.benchmark.tsv").symlink_to(outside / "file")  # which Snakemake writes
    with pytest.raises(StudyError, match=r"x\.benchmark\.tsv leads to"):
        require_own_folders(Path.cwd())


def test_links_within_the_study_and_to_what_a_user_keeps_elsewhere_are_fine(outside: Path) -> None:
    Path("resources/reads").mkdir(parents=True)
    Path("resources/reads/x.fastq.gz").symlink_to(outside / "file")
    Path("results").symlink_to("resources")
    require_own_folders(Path.cwd())
