"""Every mistake that a study can hold ends in one message: what, where, what was expected, how to go on."""

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support import tiny
from support.archive import serve
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


def sheet_with_unknown_run(case: Case) -> None:
    case.sheet = SHEET + "a\tcontrol\tSRR0000011\nb\tknockout\tSRR9999999\n"


def sheet_with_duplicate_sample(case: Case) -> None:
    case.sheet = SHEET + "a\tcontrol\tSRR0000011\na\tknockout\tSRR0000013\n"


def sheet_with_run_used_twice(case: Case) -> None:
    case.sheet = SHEET + "a\tcontrol\tSRR0000011\nb\tknockout\tSRR0000011\n"


def sheet_with_hostile_name(case: Case) -> None:
    case.sheet = SHEET + "../../a\tcontrol\tSRR0000011\nb\tknockout\tSRR0000013\n"


def too_few_samples(case: Case) -> None:
    case.sheet = SHEET + "a\tcontrol\tSRR0000011\nb\tknockout\tSRR0000013\n"


def truncated_fastq(case: Case) -> None:
    mates = tiny.read_pairs(tiny.transcripts(), seed=0)
    case.republish("SRR0000011", [mates[0][: len(mates[0]) // 2], mates[1]])


def empty_fastq(case: Case) -> None:
    case.republish("SRR0000011", [gzip.compress(b""), gzip.compress(b"")])


def mates_of_different_length(case: Case) -> None:
    mates = tiny.read_pairs(tiny.transcripts(), seed=0)
    lines = gzip.decompress(mates[1]).splitlines(keepends=True)
    case.republish("SRR0000011", [mates[0], gzip.compress(b"".join(lines[:-400]))])


def reference_that_matches_nothing(case: Case) -> None:
    case.reference = tiny.fasta(tiny.transcripts(seed=99))


def reference_that_matches_little(case: Case) -> None:
    sequences = tiny.transcripts(seed=99) | dict(list(tiny.transcripts().items())[:2])
    case.reference = tiny.fasta(sequences)


def reference_without_genes(case: Case) -> None:
    case.reference = ">transcript1\nACGTACGTACGT\n"


def unknown_key(case: Case) -> None:
    case.change = lambda c: c["design"].update(covariate=["sex"])


def wrong_type(case: Case) -> None:
    case.change = lambda c: c["quantification"].update(threads="many")


def plain_http_elsewhere(case: Case) -> None:
    case.change = lambda c: c["archive"].update(fastq="http://example.org/files")


def unknown_covariate(case: Case) -> None:
    case.change = lambda c: c["design"].update(covariates=["litter"])


CASES: list[tuple[Callable[[Case], None], list[str]]] = [
    (no_network, ["no answer from 127.0.0.1", "--directory demo"]),
    (unknown_accession, ["no public run for PRJNA9", "study.bioproject"]),
    (no_rna_seq, ["has no RNA-Seq run", "ChIP-Seq"]),
    (other_organism, ["taxonomy id 9606", "study.tax_id"]),
    (one_group_missing, ["no sample has the condition 'knockout'"]),
    (ambiguous_titles, ["SRR0000012 names no condition", "samples.template.tsv", "config/samples.tsv"]),
    (undecided_notation, ["do not decide who is in which group", "samples.template.tsv", "config/samples.tsv"]),
    (two_ways_to_call, ["samples.patterns and samples.conditional_knockout are both set"]),
    (shortened_run_table, ["ENA lists 3 of the project's 4 runs, without SRR0000014", "config/samples.tsv"]),
    (sheet_with_unknown_run, ["SRR9999999 (sample b)", "config/samples.tsv"]),
    (sheet_with_duplicate_sample, ["the sample a is given twice"]),
    (sheet_with_run_used_twice, ["SRR0000011 is given to two samples"]),
    (sheet_with_hostile_name, ["'../../a' is not a sample name"]),
    (too_few_samples, ["2 samples are too few"]),
    (truncated_fastq, ["SRR0000011_1.fastq.gz", "cannot be read to its end"]),
    (empty_fastq, ["SRR0000011_1.fastq.gz is empty"]),
    (mates_of_different_length, ["3000 in SRR0000011_1.fastq.gz and 2900 in SRR0000011_2.fastq.gz"]),
    (reference_that_matches_nothing, ["not one read", "reference.transcripts"]),
    (reference_that_matches_little, ["a quality gate failed", "below 0.1"]),
    (reference_without_genes, ["'transcript1' names no gene"]),
    (unknown_key, ["unknown key `covariate`; did you mean `covariates`?", "config/config.yaml, design"]),
    (wrong_type, ["`quantification.threads` is 'many'", "a whole number"]),
    (plain_http_elsewhere, ["'http://example.org/files'", "archive.fastq"]),
    (unknown_covariate, ["the covariate 'litter' is not known for every sample"]),
]


@pytest.mark.parametrize(("plant", "expected"), CASES, ids=[plant.__name__ for plant, _ in CASES])
def test_mistake_is_explained(plant: Callable[[Case], None], expected: list[str], tmp_path: Path) -> None:
    case = Case()
    plant(case)
    with serve(case.archive) as archive:
        configuration = tiny.tiny_configuration(archive)
        case.change(configuration)
        tables = {"transcripts__fa": case.reference}
        if case.sheet is not None:
            tables["samples__tsv"] = case.sheet
        study = write_study(tmp_path, configuration, **tables)
        completed = run_workflow(study, "results/differential/genes.tsv")
    assert completed.returncode != 0
    said = last_words(completed) if "=" * 78 in completed.stderr else completed.stderr
    for text in expected:
        assert text in said, completed.stderr[-3000:]
    for part in ("where:", "expected:", "remedy:"):
        assert part in said
    assert "Traceback" not in completed.stderr
    assert not (study / "results/differential/genes.tsv").exists()


COUNTS = "gene\ta\tb\tc\td\n" + "".join(f"g{number}\t{number + 20}\t30\t40\t50\n" for number in range(80))
COUNT_CASES = {
    "negative": (COUNTS.replace("g7\t27", "g7\t-27"), "gene g7 in sample a is '-27'"),
    "missing": (COUNTS.replace("g7\t27", "g7\t"), "gene g7 in sample a is ''"),
    "not_a_number": (COUNTS.replace("g7\t27", "g7\tmany"), "gene g7 in sample a is 'many'"),
    "gene_twice": (COUNTS.replace("g7\t27", "g8\t27"), "the gene g8 occurs twice"),
    "sample_missing": (COUNTS.replace("\td\n", "\te\n", 1), "no column for d"),
    "sample_twice": (COUNTS.replace("\td\n", "\ta\n", 1), "the sample a twice"),
}


@pytest.mark.parametrize("name", COUNT_CASES)
def test_mistake_in_counts_is_explained(name: str, tmp_path: Path) -> None:
    table, expected = COUNT_CASES[name]
    configuration = {
        "study": {"title": "counts"},
        "start_from": "counts",
        "counts": {"table": "config/counts.tsv", "samples": "config/sheet.tsv"},
        "design": {"test": "y", "reference": "x"},
    }
    sheet = "sample\tcondition\na\tx\nb\tx\nc\ty\nd\ty\n"
    study = write_study(tmp_path, configuration, counts__tsv=table, sheet__tsv=sheet)
    completed = run_workflow(study, "results/counts/gene_counts.tsv")
    assert completed.returncode != 0
    assert expected in last_words(completed)
    assert "Traceback" not in completed.stderr


def test_what_a_stopped_run_fetched_is_not_fetched_again(tmp_path: Path) -> None:
    case = Case()
    truncated_fastq(case)
    with serve(case.archive) as archive:
        study = write_study(tmp_path, tiny.tiny_configuration(archive), transcripts__fa=case.reference)
        for _ in range(2):
            assert run_workflow(study, "results/differential/genes.tsv").returncode != 0
    fetched = [path for path in archive.requests if path.startswith("/vol1/")]
    assert fetched
    assert len(fetched) == len(set(fetched))
