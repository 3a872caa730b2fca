"""Real fly reads as archives also hand them out: some differ in nothing that counts, and of others the true fault is said."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from claimcheck.core.tables import read_table
from support import tiny
from support.archive import serve, shared_data
from support.fly import FLY, Change, as_sequenced, fly_archive, write_fly_study
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


@contextmanager
def fly_study(folder: Path, change: Change = as_sequenced, **reference: Any) -> Iterator[Path]:
    """Serve the four samples, each as `change` leaves its mates, and write a study of them."""
    with serve(fly_archive(change)) as archive:
        yield write_fly_study(folder, archive, **reference)


def counted(folder: Path, change: Change = as_sequenced) -> Path:
    with fly_study(folder, change) as study:
        completed = run_workflow(study, "quality")
    assert completed.returncode == 0, completed.stderr[-4000:]
    return study / "results"


def test_case_qualities_and_line_ends_change_no_count(tmp_path: Path) -> None:
    odd = [in_lower_case, as_sra_lite, with_cr_lf, without_last_line_end]
    results = counted(tmp_path / "odd", lambda number, mates: [odd[number - 1](mate) for mate in mates])
    usual = counted(tmp_path / "usual")
    for name in ("counts/gene_counts.tsv", "counts/gene_tpm.tsv", "quality/mapping.tsv", "quality/libraries.tsv"):
        assert (results / name).read_bytes() == (usual / name).read_bytes(), name
    reads = read_table(results / "quality/reads.tsv")
    assert reads.loc[reads["run"] == "SRR0000002", "share_q30"].tolist() == [1, 1]
    gates = read_table(results / "quality/gates.tsv")
    noticed = gates[(gates["gate"] == "reads") & (gates["status"] == "warn")].set_index("scope")["reason"]
    assert noticed.index.tolist() == [f"SRR000000{run} mate {mate}" for run in (2, 3) for mate in (1, 2)]
    assert noticed.str.contains("SRA Lite").tolist() == [True, True, False, False]
    assert noticed.str.contains("CR LF").tolist() == [False, False, True, True]


WRONG: dict[str, tuple[Callable[[list[bytes]], list[bytes]], str]] = {
    "mate 1 twice": (lambda mates: [mates[0]] * 2, "the same mate stands in both files: 10,100 of 10,100 reads"),
    "interleaved": (
        lambda mates: [pack(interleave(*map(lines_of, mates)))],
        "holds both mates of every fragment in turn (interleaved)",
    ),
    "barcodes": (lambda mates: [cut(mates[0], 28), mates[1]], "has no read of 31 nucleotides among its 10,100"),
}


def interleave(one: list[bytes], two: list[bytes]) -> list[bytes]:
    return [line for start in range(0, len(one) - 1, 4) for mate in (one, two) for line in mate[start : start + 4]] + [
        b""
    ]


def cut(packed: bytes, length: int) -> bytes:
    lines = lines_of(packed)
    for row in (1, 3):
        lines[row::4] = [line[:length] for line in lines[row::4]]
    return pack(lines)


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_reads_stop_with_the_true_reason(tmp_path: Path, kind: str) -> None:
    change, problem = WRONG[kind]
    with fly_study(tmp_path, lambda number, mates: change(mates) if number == 3 else mates) as study:
        completed = run_workflow(study, "results/quality/reads/SAMN0000003.tsv")
    assert completed.returncode != 0
    assert problem in completed.stderr
    assert "another copy is the same" in completed.stderr
    assert "Traceback" not in completed.stderr


@pytest.mark.parametrize("n_own", [0, 3, 30])
def test_a_foreign_reference_is_named_by_what_it_explains(tmp_path: Path, n_own: int) -> None:
    """Some of its transcripts may be the same in both organisms."""
    own = (shared_data(FLY) / "dm6.small.transcriptome.fa").read_text().split(">")[1 : n_own + 1]
    foreign = tmp_path / "foreign.fa"
    foreign.write_text(tiny.fasta(tiny.transcripts()) + "".join(f">{record}" for record in own))
    with fly_study(tmp_path / "study", transcripts=str(foreign)) as study:
        completed = run_workflow(study)
    assert completed.returncode != 0
    assert "Traceback" not in completed.stderr
    expected = "a quality gate failed: pseudoaligned_share of SAMN0000001" if n_own else "not one read of SAMN000000"
    assert expected in completed.stderr


def test_a_sample_of_another_organism_is_named(tmp_path: Path) -> None:
    """Of the other three enough is counted."""

    def change(number: int, mates: list[bytes]) -> list[bytes]:
        return [foreign(mates[0], 8), foreign(mates[1], 9)] if number == 2 else mates

    with fly_study(tmp_path, change) as study:
        completed = run_workflow(study)
    assert completed.returncode != 0
    assert "Traceback" not in completed.stderr
    assert "of SAMN0000002" in completed.stderr
    assert "SAMN0000001" not in completed.stderr.rpartition("=====\n")[0].rpartition("=====\n")[2]


def foreign(packed: bytes, seed: int) -> bytes:
    """Draw other letters for all reads but the first ten."""
    draw = np.random.default_rng(seed)
    lines = lines_of(packed)
    letters = np.frombuffer(b"ACGT", dtype=np.uint8)
    lines[41::4] = [letters[draw.integers(0, 4, len(line))].tobytes() for line in lines[41::4]]
    return pack(lines)
