"""Groups that were sequenced apart: said before anything is fetched, stopped by a check, and compared where that is accepted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from claimcheck.core.tables import read_table
from support import tiny
from support.archive import Archive, serve
from support.studies import last_words, run_workflow, write_study

COLUMNS = ("library_layout", "instrument_model")
RUNS = {f"SRR00000{number}": "control" if number < 23 else "knockout" for number in range(21, 25)}


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
def archive() -> Iterator[Archive]:
    with serve(archive_of_two_machines()) as served:
        yield served


def write(folder: Path, archive: Archive) -> Path:
    return write_study(folder, tiny.tiny_configuration(archive), transcripts__fa=tiny.fasta(tiny.transcripts()))


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
    assert sheet["read_length"].tolist() == ["50"] * 4


@pytest.mark.whole_run
def test_it_stops_before_the_comparison_and_goes_on_where_it_is_accepted(tmp_path: Path, archive: Archive) -> None:
    folder = write(tmp_path, archive)
    stopped = run_workflow(folder)
    assert stopped.returncode != 0
    assert "a quality gate failed" in last_words(stopped)
    assert all(f"confounded_design of {column}" in last_words(stopped) for column in COLUMNS)
    configuration = tiny.tiny_configuration(archive)
    reasons = [{"gate": "confounded_design", "scope": name, "reason": "they had no money"} for name in COLUMNS]
    configuration["quality"]["accepted"] = reasons
    completed = run_workflow(write_study(folder, configuration), "results/differential/genes.tsv")
    assert completed.returncode == 0, completed.stderr[-3000:]
    assert "quantify_sample" not in completed.stderr
    gates = read_table(folder / "results/quality/gates.tsv", text=True).set_index("scope").loc[list(COLUMNS)]
    assert list(gates["accepted"]) == ["they had no money"] * 2
    assert "all of knockout: Illumina HiSeq 2500" in gates.at["instrument_model", "reason"]
    assert read_table(folder / "results/differential/design.tsv")["formula"].iloc[-1] == "~ condition"
