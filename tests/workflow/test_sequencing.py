"""Groups that were sequenced apart: said before anything is fetched, stopped by a check, and on the page where that is accepted."""

from pathlib import Path

import pytest

from claimcheck.core.tables import read_table
from support import tiny
from support.archive import Archive, serve
from support.studies import last_words, run_workflow, write_study

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
            sample_title=f"{condition} {seed}",
            instrument_model="Illumina NovaSeq 6000" if mates == 2 else "Illumina HiSeq 2500",
            read_count="3000",
            base_count=str(3000 * 50 * mates),
        )
    return archive


@pytest.fixture(scope="module")
def archive():
    with serve(archive_of_two_machines()) as served:
        yield served


def study(folder: Path, archive: Archive, *accepted: str) -> Path:
    configuration = tiny.tiny_configuration(archive)
    reasons = [{"gate": "confounded_design", "scope": name, "reason": "they had no money"} for name in accepted]
    configuration["quality"]["accepted"] = reasons
    return write_study(folder, configuration, transcripts__fa=tiny.fasta(tiny.transcripts()))


def test_it_is_said_with_the_samples_and_stops_before_the_comparison(tmp_path: Path, archive: Archive) -> None:
    folder = study(tmp_path, archive)
    said = run_workflow(folder, "samples")
    assert said.returncode == 0, said.stderr[-3000:]
    assert (
        "library_layout differs wherever the condition does (all of control: PAIRED; all of knockout: SINGLE)"
        in said.stderr
    )
    assert "instrument_model differs wherever the condition does" in said.stderr
    sheet = read_table(folder / "results/samples/samples.tsv", text=True)
    assert sheet["read_length"].tolist() == ["50"] * 6
    stopped = run_workflow(folder)
    assert stopped.returncode != 0
    words = last_words(stopped)
    assert "a quality gate failed" in words
    assert all(f"confounded_design of {column}" in words for column in COLUMNS)


def test_accepted_it_is_on_the_page_with_the_reason(tmp_path: Path, archive: Archive) -> None:
    folder = study(tmp_path, archive, *COLUMNS)
    completed = run_workflow(folder)
    assert completed.returncode == 0, completed.stderr[-3000:]
    page = (folder / "results/report/index.html").read_text()
    for said in ("all of knockout: Illumina HiSeq 2500", "they had no money", "PAIRED, SINGLE"):
        assert said in page
    assert read_table(folder / "results/differential/design.tsv")["formula"].iloc[-1] == "~ condition"
