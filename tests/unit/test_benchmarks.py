"""What the benchmarks measure with is right: costs of children, sizes of folders, a genome that holds the transcripts."""

import importlib
import sys
from pathlib import Path

import pytest

from claimcheck.core.study import read_configuration

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def benchmarks():
    """Import the benchmarks, which are scripts of a folder of their own."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield {name: importlib.import_module(name) for name in ("aligners", "measuring", "parsing", "pipeline", "run")}
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_the_time_of_children_counts_and_a_failure_stops(benchmarks, tmp_path):
    busy = "import time\nwhile time.process_time() < 0.3: pass\n"
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {busy!r}])"
    cost = benchmarks["measuring"].measure([sys.executable, "-c", child], log=tmp_path / "log")
    assert cost.cpu_seconds >= 0.3
    ballast = bytearray(b"x" * 300_000_000)
    assert (
        1 < benchmarks["measuring"].measure([sys.executable, "-c", "pass"], log=tmp_path / "log").peak_memory_mb < 200
    )
    assert len(ballast) > 200e6
    with pytest.raises(SystemExit, match="status 3"):
        benchmarks["measuring"].measure([sys.executable, "-c", "raise SystemExit(3)"], log=tmp_path / "log")


def test_a_folder_takes_the_room_of_its_files_and_not_of_what_links_point_to(benchmarks, tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 1_000_000)
    before = benchmarks["measuring"].disk_usage(tmp_path)
    assert 1_000_000 <= before < 1_100_000
    (tmp_path / "b").symlink_to("a")
    assert benchmarks["measuring"].disk_usage(tmp_path) - before < 10_000


def test_the_genome_holds_every_exon_where_the_annotation_says(benchmarks):
    exon = (
        'chr\tx\texon\t{}\t{}\t.\t{}\t.\tgene_id "g"; transcript_id "t{}"; transcript_version "1"; exon_number "{}";\n'
    )
    lines = [exon.format(1, 3, "+", 1, 1), exon.format(6, 9, "+", 1, 2)]
    lines += [exon.format(16, 19, "-", 2, 1), exon.format(11, 13, "-", 2, 2)]
    genome = benchmarks["aligners"].build_genome({"t1.1": b"AAACCCC", "t2.1": b"AACCGTA"}, lines)
    assert (genome[0:3], genome[5:9]) == (b"AAA", b"CCCC")
    assert (genome[15:19], genome[10:13]) == (b"GGTT", b"TAC")
    assert len(genome) == 1_019
    assert set(genome) <= set(b"ACGT")


def test_what_grows_with_the_reads_is_told_from_what_does_not(benchmarks, tmp_path, monkeypatch):
    pipeline, cost = benchmarks["pipeline"], benchmarks["measuring"].Cost

    def compare(folder, study, pairs, genes):
        millions = 4 * pairs / 1e6
        kallisto = {"index": cost(90.0, 0, 0), **{name: cost(1 + 15 * millions / 4, 0, 0) for name in "abcd"}}
        return pipeline.Costs(kallisto, cost(90 + 4 + 50 + 17 * millions, 0, 0))

    monkeypatch.setattr(pipeline, "compare_costs", compare)
    monkeypatch.setattr(pipeline, "samples", lambda study: {name: [] for name in "abcd"})
    for study, taken in (("quarter", 1.5), ("study", 4.5)):
        for step in pipeline.OF_READS[:2]:
            log = tmp_path / study / "logs" / step / "a.log"
            log.parent.mkdir(parents=True)
            log.write_text(f"2026-01-01 00:00:00,000 INFO done in {taken} s\n")
    values = [row[1] for row in benchmarks["run"].slope(tmp_path, 2_000_000)]
    by_steps = [15, 1, 16 / 15]
    assert values == pytest.approx([15, 17, 17 / 15, *by_steps, 50, (144 + 17 * 200) / (94 + 15 * 200)])


def test_a_study_that_was_run_is_run_anew(benchmarks, tmp_path, monkeypatch):
    pipeline = benchmarks["pipeline"]
    kept = ["resources/simulation/archive/a.fastq.gz", "logs/simulate_archive/a.log", "config/config.yaml", "run.log"]
    gone = ["results/samples/samples.tsv", "resources/downloads/a.fastq.gz", "logs/quantify_sample/a.log"]
    for name in kept + gone:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    monkeypatch.setattr(pipeline, "measure", lambda *_, **__: benchmarks["measuring"].Cost(1.0, 1.0, 1.0))
    pipeline.run_workflow(tmp_path)
    assert [name for name in kept + gone if (tmp_path / name).exists()] == kept


def test_the_measured_studies_are_studies(benchmarks, tmp_path):
    study = read_configuration(benchmarks["pipeline"].configure(1000, 10), folder=tmp_path)
    assert study["quality"]["subset_reads"] == 200_000
    assert study["simulation"]["reads"]["pairs"] == 1000
    sheet, report = benchmarks["parsing"].sheet(5), benchmarks["parsing"].file_report(5)
    assert list(sheet["runs"]) == list(report["run_accession"])
    assert report["run_accession"].is_unique
