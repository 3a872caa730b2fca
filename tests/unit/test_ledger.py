"""A file that a step made is known by its content, whatever its size and times say; so is what it was made from."""

import json
import os
from pathlib import Path

import pytest

from claimcheck.core import ledger
from claimcheck.core.errors import StudyError
from claimcheck.core.ledger import (
    RECORDS,
    broken_links,
    clear_partial_records,
    read_inputs,
    read_record,
    record_outputs,
    require_known,
    stated_checksums,
    times_again,
)

MADE = Path("results/made.tsv")
BETWEEN = Path("resources/between")
GIVEN = Path("config/given.tsv")


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `results/made.tsv` from `resources/between`, and that from `config/given.tsv`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ledger, "_LOOKED_AT", {})
    monkeypatch.setattr(ledger, "_SAID", [])
    for path in (MADE, BETWEEN, GIVEN):
        path.parent.mkdir()
        path.write_text(f"{path}\n")
    record_outputs([BETWEEN], "first", read_inputs([GIVEN]))
    record_outputs([MADE], "second", read_inputs([BETWEEN]))


def look(*paths: Path) -> int:
    """Look at outputs as the next run does."""
    ledger._LOOKED_AT.clear()
    return times_again(paths, look=True)


def overwrite(path: Path, text: str) -> None:
    """Write a text of any length, and set the time back."""
    before = path.stat()
    path.write_text(text)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_what_is_as_it_was_made_is_not_made_again() -> None:
    assert look(MADE, BETWEEN) == 0
    MADE.touch()
    copied = MADE.read_bytes()
    MADE.unlink()
    MADE.write_bytes(copied)
    assert look(MADE, BETWEEN) == 0


def test_what_is_as_it_was_made_is_read_again_only_where_its_size_or_times_differ(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    MADE.touch()
    look(MADE)
    monkeypatch.setattr(ledger, "_content", lambda path: pytest.fail(f"{path} was read"))
    assert look(MADE) == 0


def test_that_a_large_file_is_read_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(ledger, "LARGE", 10)
    assert look(MADE) == 0
    assert capsys.readouterr().err == ""
    os.utime(MADE)
    assert look(MADE) == 0
    assert "results/made.tsv: 0.0 GB are read to see whether they have changed" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["results/made.TSV\n", "", "longer than it was\n"])
def test_what_was_changed_is_named_and_made_again_once(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    overwrite(MADE, text)
    assert look(MADE) == look(MADE) == 1
    assert "results/made.tsv is not what the step second made: it is made again" in capsys.readouterr().err
    MADE.write_text("results/made.tsv\n")
    record_outputs([MADE], "second", read_inputs([BETWEEN]))
    assert look(MADE) == 1
    assert capsys.readouterr().err == ""
    overwrite(MADE, text)
    assert look(MADE) == 2


def test_of_many_changed_files_the_first_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    paths = [Path(f"results/{number}.tsv") for number in range(30)]
    for path in paths:
        path.touch()
    record_outputs(paths, "many", {})
    for path in paths:
        path.unlink()
    assert look(*paths) == 30
    said = capsys.readouterr().err.splitlines()
    assert [len(said), said[-1]] == [13, "and so are more files"]


def test_a_run_beside_another_only_asks_what_was_found() -> None:
    overwrite(MADE, "changed")
    assert times_again([MADE], look=False) == 0
    look(MADE)
    assert times_again([MADE], look=False) == 1


def test_a_result_that_is_gone_is_made_again_and_what_was_fetched_is_not() -> None:
    MADE.unlink()
    BETWEEN.unlink()
    assert (look(MADE), look(BETWEEN)) == (1, 0)


def test_an_input_of_the_user_that_changed_makes_its_step_run_again_whatever_its_time() -> None:
    overwrite(GIVEN, "config/given.TSV\n")
    assert (look(BETWEEN), look(MADE)) == (1, 0)  # Snakemake makes again what follows
    assert broken_links([str(MADE)]) == {
        str(GIVEN): "made from another file: resources/between (rule first), from another config/given.tsv"
    }


def test_nothing_is_built_on_a_changed_file() -> None:
    overwrite(BETWEEN, "changed")
    with pytest.raises(StudyError, match="resources/between is not what the step first made"):
        read_inputs([BETWEEN])
    overwrite(GIVEN, "a user may change what is his")
    assert read_inputs([GIVEN])


def test_the_chain_is_followed_to_its_beginning() -> None:
    assert broken_links([str(MADE)]) == {}
    overwrite(BETWEEN, "changed")
    found = broken_links([str(MADE)])
    assert list(found) == [str(BETWEEN)]
    assert found[str(BETWEEN)].startswith("not as made: resources/between (rule first): sha256 was ")


def test_a_folder_is_known_by_its_files_and_links_are_followed(tmp_path: Path) -> None:
    folder, target = Path("resources/folder"), tmp_path / "target"
    folder.mkdir()
    target.write_text("a")
    (folder / "link").symlink_to(target)
    record_outputs([folder], "third", {})
    assert look(folder) == 0
    (folder / ".snakemake_timestamp").touch()
    assert look(folder) == 0
    overwrite(target, "b")
    assert look(folder) == 1


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "{}", '{"path": "x"}', "\x00", '{"path": 1, "sha256": 2, "stamp": 3}']
)
def test_a_damaged_record_is_none(content: str) -> None:
    for path in RECORDS.iterdir():
        path.write_text(content)
    assert read_record(MADE) is None
    assert look(MADE) == 0
    assert broken_links([str(MADE)]) == {}


def test_a_foreign_file_in_the_place_of_an_output_stops_unless_the_manifest_has_it() -> None:
    require_known([MADE, BETWEEN], {})
    foreign = Path("results/foreign.tsv")
    foreign.write_text("p = 0.049")
    with pytest.raises(StudyError, match="no step of this study made it") as caught:
        require_known([MADE, foreign], {str(foreign): "0" * 64})
    assert caught.value.where == "results/foreign.tsv"
    require_known([foreign], {str(foreign): ledger.digest_of(foreign)})
    require_known([foreign], {})
    overwrite(foreign, "p = 0.050")
    assert look(foreign) == 1


def test_what_is_followed_by_stamps_is_read_only_where_these_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    content = ledger._content
    read: list[Path] = []
    monkeypatch.setattr(ledger, "_content", lambda path: read.append(path) or content(path))
    assert broken_links([str(MADE)], by_stamp=True) == {}
    assert read == []
    overwrite(BETWEEN, "x" * BETWEEN.stat().st_size)
    assert [*broken_links([str(MADE)], by_stamp=True)] == [str(BETWEEN)]
    assert MADE not in read


def test_what_a_killed_run_was_writing_is_cleared_and_who_is_not_killed_writes_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    killed = RECORDS / "tmpkilled.part"
    killed.write_text("{")
    replace, calls = Path.replace, []

    def cleared_before(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == 1:
            clear_partial_records()
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", cleared_before)
    GIVEN.write_text("another")
    checksum = read_inputs([GIVEN])[str(GIVEN)]
    assert len(calls) == 2
    record = read_record(GIVEN)
    assert record is not None
    assert record.sha256 == checksum
    assert not list(RECORDS.glob("*.part"))


def test_what_an_earlier_version_or_a_killed_run_made_is_left_to_snakemake() -> None:
    path = Path("results/" + "long" * 60 + "/made.tsv")
    path.parent.mkdir()
    path.touch()
    for kind in ("metadata", "incomplete"):
        with pytest.raises(StudyError):
            require_known([path], {})
        from snakemake.persistence.file import FilePersistence  # noqa: PLC0415 - its own names of records

        mark = Path(FilePersistence()._record_path(str(Path(".snakemake", kind)), str(path)))
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()
        require_known([path], {})
        mark.unlink()


@pytest.mark.parametrize("content", ["", "[]", "{", '{"study": 1}', '{"study": {"outputs": {"a": 1}}}', "\udcff"])
def test_of_a_damaged_manifest_nothing_is_taken_over(content: str) -> None:
    path = Path("results/provenance.json")
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    assert stated_checksums(path) == {}
    path.write_text(json.dumps({"study": {"outputs": {"a": {"sha256": "b"}}}}))
    assert stated_checksums(path) == {"a": "b"}
