"""Groups that were sequenced apart: said before anything is fetched, stopped by a check, and on the page where that is accepted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import escape

from claimcheck.core.tables import read_table
from support import tiny
from support.archive import Archive, serve
from support.pages import whole
from support.studies import last_words, run_workflow, write_study

CODE = "<script>document.title='taken'</script><img src=x onerror=alert(1)>{{7*7}} \"'"
"""What somebody writes into the title of a sample."""
COLUMNS = ("library_layout", "instrument_model")
RUNS = {f"SRR00000{number}": "control" if number < 24 else "knockout" for number in range(21, 27)}


def archive_of_two_machines() -> Archive:
    """Publish controls as pairs of a NovaSeq, knockouts as single reads of a HiSeq, both of 50 nucleotides."""
    archive = Archive()
    sequences = tiny.transcripts()
    for seed, (run, condition) in enumerate(RUNS.items()):
        mates = 2 if condition == "control" else 1
        archive.add_run(
            tiny.PROJECT,
            run,
            tiny.read_pairs(sequences, seed=seed)[:mates],
            tax_id="10090",
            scientific_name="Mus musculus",
            sample_title=f"{condition} {seed} {CODE}",
            instrument_model="Illumina NovaSeq 6000" if mates == 2 else "Illumina HiSeq 2500",
            read_count="3000",
            base_count=str(3000 * 50 * mates),
        )
    return archive


@pytest.fixture(scope="module")
def archive() -> Iterator[Archive]:
    with serve(archive_of_two_machines()) as served:
        yield served


def write(folder: Path, archive: Archive) -> Path:
    return write_study(folder, tiny.tiny_configuration(archive), transcripts__fa=tiny.fasta(tiny.transcripts()))


@pytest.fixture(scope="module")
def stopped(archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run the study to where it stops; return its folder and last words."""
    folder = write(tmp_path_factory.mktemp("machines"), archive)
    completed = run_workflow(folder)
    assert completed.returncode != 0
    return folder, last_words(completed)


@pytest.fixture(scope="module")
def page(stopped: tuple[Path, str], archive: Archive) -> str:
    """Accept what stopped the study, and run it to its end."""
    configuration = tiny.tiny_configuration(archive)
    reasons = [{"gate": "confounded_design", "scope": name, "reason": "they had no money"} for name in COLUMNS]
    configuration["quality"]["accepted"] = reasons
    folder = write_study(stopped[0], configuration)
    completed = run_workflow(folder)
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert "quantify_sample" not in completed.stderr
    return (folder / "results/report/index.html").read_text()


def test_it_is_said_with_the_samples(tmp_path: Path, archive: Archive) -> None:
    folder = write(tmp_path, archive)
    said = run_workflow(folder, "samples")
    assert said.returncode == 0, said.stderr[-3000:]
    assert (
        "library_layout differs wherever the condition does (all of control: PAIRED; all of knockout: SINGLE)"
        in said.stderr
    )
    assert "instrument_model differs wherever the condition does" in said.stderr
    sheet = read_table(folder / "results/samples/samples.tsv", text=True)
    assert sheet["read_length"].tolist() == ["50"] * 6


@pytest.mark.whole_run
def test_it_stops_before_the_comparison(stopped: tuple[Path, str]) -> None:
    words = stopped[1]
    assert "a quality gate failed" in words
    assert all(f"confounded_design of {column}" in words for column in COLUMNS)


@pytest.mark.whole_run
def test_accepted_it_is_on_the_page_with_the_reason(stopped: tuple[Path, str], page: str) -> None:
    for said in ("all of knockout: Illumina HiSeq 2500", "they had no money", "PAIRED, SINGLE"):
        assert said in page
    assert read_table(stopped[0] / "results/differential/design.tsv")["formula"].iloc[-1] == "~ condition"


@pytest.mark.whole_run
def test_titles_that_are_code_are_text(page: str) -> None:
    tags = whole(page)
    assert escape(CODE) in page
    assert CODE not in page
    assert "{{7*7}}" in page  # as text: nothing evaluated it
    assert all(str(attributes.get("src", "data:")).startswith("data:") for tag, attributes in tags if tag == "img")
