"""The tiny study: the same bytes whatever the folder and the cores, and nothing to do the second time."""

from pathlib import Path

import pytest

from support import tiny
from support.archive import serve
from support.results import checksums
from support.studies import run_workflow, write_study

GROUPS = "sample\tcondition\tbatch\truns\n" + "".join(
    f"animal{number}\t{condition}\tb{number % 2}\t{run}\n" for number, (run, condition) in enumerate(tiny.RUNS.items())
)


@pytest.fixture(scope="module")
def two_runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Run the study in two folders, with one core and with two."""
    folders = []
    with serve(tiny.tiny_archive()) as archive:
        for cores in (1, 2):
            folder = write_study(
                tmp_path_factory.mktemp(f"cores{cores}"),
                tiny.tiny_configuration(archive),
                transcripts__fa=tiny.fasta(tiny.transcripts()),
                samples__tsv=GROUPS,
            )
            completed = run_workflow(folder, cores=cores)
            assert completed.returncode == 0, completed.stderr[-3000:]
            folders.append(folder)
    return folders


def test_same_bytes_whatever_the_cores(two_runs: list[Path]) -> None:
    first, second = (checksums(folder / "results") for folder in two_runs)
    assert len(first) > 30
    assert first == second


def planned(folder: Path) -> str:
    completed = run_workflow(folder, "-n")
    return completed.stdout + completed.stderr


def test_nothing_to_do_the_second_time(two_runs: list[Path]) -> None:
    assert "Nothing to be done" in planned(two_runs[0])


def test_samples_keep_the_names_of_the_sheet(two_runs: list[Path]) -> None:
    header = (two_runs[0] / "results/counts/gene_counts.tsv").read_text().partition("\n")[0]
    assert header == "gene_id\tanimal0\tanimal1\tanimal2\tanimal3"


def test_no_gene_sets_is_said(two_runs: list[Path]) -> None:
    assert "no gene sets" in (two_runs[0] / "results/report/index.html").read_text()


def test_editing_the_sheet_reruns_what_depends_on_it(two_runs: list[Path]) -> None:
    sheet = two_runs[1] / "config/samples.tsv"
    sheet.write_text(GROUPS.replace("animal3\tknockout", "animal3\tcontrol"))
    jobs = planned(two_runs[1])
    assert "resolve_samples" in jobs
    assert "compare_groups" in jobs
    for rule in ("index_transcripts", "fetch_paired_reads", "check_reads", "quantify_sample"):
        assert rule not in jobs
    sheet.write_text(GROUPS)
