"""Real fly reads as archives also hand them out: some differ in nothing that counts, and of others the true fault is said."""

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table
from claimcheck.qc.libraries import mapping_gates
from claimcheck.quantification.kallisto import build_index, quantify
from support import tiny
from support.archive import serve, shared_data
from support.defaults import DEFAULTS
from support.fly import FLY, fly_archive, write_fly_study
from support.studies import run_workflow


def lines_of(packed: bytes) -> list[bytes]:
    return gzip.decompress(packed).split(b"\n")


def pack(lines: list[bytes], end: bytes = b"\n") -> bytes:
    return gzip.compress(end.join(lines), 1, mtime=0)


def in_lower_case(packed: bytes) -> bytes:
    lines = lines_of(packed)
    lines[1::4] = [line.lower() for line in lines[1::4]]
    return pack(lines)


def as_sra_lite(packed: bytes) -> bytes:
    lines = lines_of(packed)
    lines[3::4] = [b"?" * len(line) for line in lines[3::4]]
    return pack(lines)


def with_cr_lf(packed: bytes) -> bytes:
    return pack(lines_of(packed), b"\r\n")


def without_last_line_end(packed: bytes) -> bytes:
    return pack(lines_of(packed)[:-1])


@pytest.mark.whole_run
def test_case_qualities_and_line_ends_change_no_count(fly_study: Path, tmp_path: Path) -> None:
    odd = [in_lower_case, as_sra_lite, with_cr_lf, without_last_line_end]
    with serve(fly_archive(lambda number, mates: [odd[number - 1](mate) for mate in mates])) as archive:
        study = write_fly_study(tmp_path, archive)
        completed = run_workflow(study, "results/counts/gene_counts.tsv", "results/quality/gates/libraries.tsv")
    assert completed.returncode == 0, completed.stderr[-4000:]
    results, usual = study / "results", fly_study / "results"
    for name in ("counts/gene_counts.tsv", "counts/gene_tpm.tsv", "quality/mapping.tsv", "quality/libraries.tsv"):
        assert (results / name).read_bytes() == (usual / name).read_bytes(), name
    reads = read_table(results / "quality/reads.tsv")
    assert reads.loc[reads["run"] == "SRR0000002", "share_q30"].tolist() == [1, 1]
    gates = read_table(results / "quality/gates/libraries.tsv")
    noticed = gates[(gates["gate"] == "reads") & (gates["status"] == "warn")].set_index("scope")["reason"]
    assert noticed.index.tolist() == [f"SRR000000{run} mate {mate}" for run in (2, 3) for mate in (1, 2)]
    assert noticed.str.contains("SRA Lite").tolist() == [True, True, False, False]
    assert noticed.str.contains("CR LF").tolist() == [False, False, True, True]


def interleave(one: list[bytes], two: list[bytes]) -> list[bytes]:
    return [line for start in range(0, len(one) - 1, 4) for mate in (one, two) for line in mate[start : start + 4]] + [
        b""
    ]


@pytest.mark.whole_run
def test_interleaved_reads_stop_with_the_true_reason(tmp_path: Path) -> None:
    def change(number: int, mates: list[bytes]) -> list[bytes]:
        return [pack(interleave(*map(lines_of, mates)))] if number == 3 else mates

    with serve(fly_archive(change)) as archive:
        study = write_fly_study(tmp_path, archive)
        completed = run_workflow(study, "results/quality/reads/SAMN0000003.tsv")
    assert completed.returncode != 0
    assert "holds both mates of every fragment in turn (interleaved)" in completed.stderr
    assert "another copy is the same" in completed.stderr
    assert "Traceback" not in completed.stderr


def quantified(folder: Path, transcripts: Path, sample: str, mates: list[bytes]) -> dict[str, Any]:
    """Quantify a sample against a reference; return what kallisto reports."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "index").exists():
        build_index([transcripts], folder / "index", threads=1)
    reads = [folder / f"{sample}_{mate}.fastq.gz" for mate in (1, 2)]
    for path, content in zip(reads, mates, strict=True):
        path.write_bytes(content)
    output = folder / sample
    quantify(folder / "index", reads, output, paired=True, threads=1, fragment_length=200, fragment_sd=20)
    return json.loads((output / "run_info.json").read_text())


def failed_gates(reports: dict[str, dict[str, Any]]) -> set[tuple[str, str]]:
    """Name gate and sample of the checks of the mapping that fail, by the defaults but for the size of the samples."""
    shares = {sample: one["n_pseudoaligned"] / one["n_processed"] for sample, one in reports.items()}
    numbers = {sample: one["n_pseudoaligned"] for sample, one in reports.items()}
    quality = DEFAULTS["quality"] | {"pseudoaligned_reads": {"warn": 5000, "fail": 1000}}
    return {(gate.gate, gate.scope) for gate in mapping_gates(shares, numbers, quality) if gate.status == "fail"}


def sample(number: int) -> list[bytes]:
    return [(shared_data(FLY) / f"sample{number}.tiny_R{mate}.fastq.gz").read_bytes() for mate in (1, 2)]


@pytest.mark.parametrize("n_own", [0, 3, 30])
def test_a_foreign_reference_is_named_by_what_it_explains(tmp_path: Path, n_own: int) -> None:
    """Some of its transcripts may be the same in both organisms."""
    own = (shared_data(FLY) / "dm6.small.transcriptome.fa").read_text().split(">")[1 : n_own + 1]
    foreign = tmp_path / "foreign.fa"
    foreign.write_text(tiny.fasta(tiny.transcripts()) + "".join(f">{record}" for record in own))
    if not n_own:
        with pytest.raises(StudyError, match="not one read of a pseudoaligns"):
            quantified(tmp_path / "made", foreign, "a", sample(1))
        return
    report = quantified(tmp_path / "made", foreign, "a", sample(1))
    assert ("pseudoaligned_share", "a") in failed_gates({"a": report})


def test_a_sample_of_another_organism_is_named(tmp_path: Path) -> None:
    """Of the others enough is counted."""
    transcripts = shared_data(FLY) / "dm6.small.transcriptome.fa"
    samples = {"a": sample(1), "b": [foreign(mate, seed) for mate, seed in zip(sample(2), (8, 9), strict=True)]}
    reports = {name: quantified(tmp_path, transcripts, name, mates) for name, mates in samples.items()}
    assert {scope for _, scope in failed_gates(reports)} == {"b"}


def foreign(packed: bytes, seed: int) -> bytes:
    """Draw other letters for all reads but the first ten."""
    draw = np.random.default_rng(seed)
    lines = lines_of(packed)
    letters = np.frombuffer(b"ACGT", dtype=np.uint8)
    lines[41::4] = [letters[draw.integers(0, 4, len(line))].tobytes() for line in lines[41::4]]
    return pack(lines)
