"""Every mistake that a study can hold ends in one message: what, where, what was expected, how to go on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from claimcheck.core.errors import StudyError
from support import tiny
from support.archive import Archive, serve
from support.steps import resolve
from support.studies import last_words, run_workflow, write_study

SHEET = "sample\tcondition\truns\n"


class Case:
    """A mistake planted in the tiny study."""

    def __init__(self) -> None:
        self.archive = tiny.tiny_archive()
        self.sheet: str | None = None
        self.reference = tiny.fasta(tiny.transcripts())
        self.change: Callable[[dict[str, Any]], None] = lambda configuration: None

    def row(self, run: str) -> dict[str, str]:
        return next(row for row in self.archive.projects[tiny.PROJECT] if row["run_accession"] == run)

    def republish(self, run: str, reads: list[bytes]) -> None:
        old = self.row(run)
        self.archive.projects[tiny.PROJECT].remove(old)
        kept = {key: value for key, value in old.items() if not key.startswith("fastq_")}
        self.archive.add_run(tiny.PROJECT, run, reads, **kept)


def no_network(case: Case) -> None:
    case.change = lambda c: c["archive"].update(ena="http://127.0.0.1:9/ena", ncbi="http://127.0.0.1:9/ncbi")


def unknown_accession(case: Case) -> None:
    case.change = lambda c: c["study"].update(bioproject="PRJNA9")


def no_rna_seq(case: Case) -> None:
    for row in case.archive.projects[tiny.PROJECT]:
        row["library_strategy"] = "ChIP-Seq"


def other_organism(case: Case) -> None:
    case.change = lambda c: c["study"].update(tax_id=9606)


def one_group_missing(case: Case) -> None:
    for row in case.archive.projects[tiny.PROJECT]:
        row["sample_title"] = "control " + row["run_accession"]


def ambiguous_titles(case: Case) -> None:
    case.row("SRR0000012")["sample_title"] = "Sample_7"


def undecided_notation(case: Case) -> None:
    for number, row in enumerate(case.archive.projects[tiny.PROJECT], start=1):
        row["sample_title"] = f"Sample_{number}"
    case.change = lambda c: c.update(samples={"conditional_knockout": {"gene": ["Lcn2"], "driver": ["Dmp1-Cre"]}})


def two_ways_to_call(case: Case) -> None:
    case.change = lambda c: c["samples"].update(conditional_knockout={"gene": ["Lcn2"]})


def shortened_run_table(case: Case) -> None:
    filereport = case.archive.filereport

    def shortened(query: dict[str, list[str]]) -> tuple[int, str]:
        status, text = filereport(query)
        return status, "".join(line for line in text.splitlines(keepends=True) if "SRR0000014" not in line)

    case.archive.filereport = shortened  # type: ignore[method-assign]


def too_few_samples(case: Case) -> None:
    case.sheet = SHEET + "a\tcontrol\tSRR0000011\nb\tknockout\tSRR0000013\n"


def truncated_fastq(case: Case) -> None:
    mates = tiny.read_pairs(tiny.transcripts(), seed=0)
    case.republish("SRR0000011", [mates[0][: len(mates[0]) // 2], mates[1]])


def reference_that_matches_nothing(case: Case) -> None:
    case.reference = tiny.fasta(tiny.transcripts(seed=99))


def written(case: Case, archive: Archive, folder: Path) -> Path:
    """Write the study of a case with the addresses of its archive."""
    configuration = tiny.tiny_configuration(archive)
    case.change(configuration)
    sheet = {} if case.sheet is None else {"samples__tsv": case.sheet}
    return write_study(folder, configuration, transcripts__fa=case.reference, **sheet)


BEFORE_READS: list[tuple[Callable[[Case], None], list[str]]] = [
    (no_network, ["no answer from 127.0.0.1", "--directory demo"]),
    (unknown_accession, ["no public run for PRJNA9", "study.bioproject"]),
    (no_rna_seq, ["has no RNA-Seq run", "ChIP-Seq"]),
    (other_organism, ["taxonomy id 9606", "study.tax_id"]),
    (one_group_missing, ["no sample has the condition 'knockout'"]),
    (ambiguous_titles, ["SRR0000012 names no condition", "samples.template.tsv", "config/samples.tsv"]),
    (undecided_notation, ["do not decide which animals are compared", "samples.template.tsv", "config/samples.tsv"]),
    (two_ways_to_call, ["samples.patterns and samples.conditional_knockout are both set"]),
    (too_few_samples, ["1 control animal and 1 knockout animal"]),
    (shortened_run_table, ["ENA lists 3 of the project's 4 runs, without SRR0000014", "config/samples.tsv"]),
]


@pytest.mark.parametrize(("plant", "expected"), BEFORE_READS, ids=[plant.__name__ for plant, _ in BEFORE_READS])
def test_a_mistake_that_shows_before_reads_are_fetched_is_explained(
    plant: Callable[[Case], None], expected: list[str], tmp_path: Path
) -> None:
    case = Case()
    plant(case)
    with serve(case.archive) as archive:
        study = written(case, archive, tmp_path)
        with pytest.raises(StudyError) as caught:
            resolve(study)
    for text in (*expected, "where:", "expected:", "remedy:"):
        assert text in str(caught.value)
    assert not (study / "results/samples/samples.tsv").exists()
    assert not [path for path in archive.requests if path.startswith("/vol1/")]


COUNTED = "results/quantification/SAMN0000011/abundance.tsv"
AT_READS: list[tuple[Callable[[Case], None], list[str]]] = [
    (truncated_fastq, ["SRR0000011_1.fastq.gz", "cannot be read to its end"]),
    (reference_that_matches_nothing, ["not one read", "reference.transcripts"]),
]


@pytest.mark.whole_run
@pytest.mark.parametrize(("plant", "expected"), AT_READS, ids=[plant.__name__ for plant, _ in AT_READS])
def test_a_mistake_that_shows_at_reads_stops_with_its_explanation(
    plant: Callable[[Case], None], expected: list[str], tmp_path: Path
) -> None:
    """Of one sample; what pseudoaligns too little is a gate, as tests/workflow/test_odd_reads.py has it."""
    case = Case()
    plant(case)
    with serve(case.archive) as archive:
        study = written(case, archive, tmp_path)
        completed = run_workflow(study, COUNTED)
        if plant is truncated_fastq:  # what a stopped run fetched is not fetched again
            assert run_workflow(study, COUNTED).returncode != 0
    assert completed.returncode != 0
    for text in (*expected, "where:", "expected:", "remedy:"):
        assert text in last_words(completed), completed.stderr[-3000:]
    assert "Traceback" not in completed.stderr
    assert not (study / COUNTED).exists()
    fetched = [path for path in archive.requests if path.startswith("/vol1/")]
    assert len(fetched) == len(set(fetched))
    assert fetched
