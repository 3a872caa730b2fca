"""Sequences beside the genes: they take their reads, are reported, and are no genes."""

from pathlib import Path

import pytest

from claimcheck.core.tables import read_table
from support import tiny
from support.archive import serve
from support.studies import run_workflow, write_study

pytestmark = pytest.mark.whole_run

SHEET = "sample;condition;runs\n" + "".join(
    f"animal{number};{condition};{run}\n" for number, (run, condition) in enumerate(tiny.RUNS.items())
)


def test_spike_ins_are_reported_and_are_no_genes(tmp_path: Path) -> None:
    sequences = list(tiny.transcripts().items())
    spike_ins = {f"ERCC-{number:05d}": sequence for number, (_, sequence) in enumerate(sequences[:2])}
    with serve(tiny.tiny_archive()) as archive:
        configuration = tiny.tiny_configuration(archive)
        configuration["reference"] |= {"extra": ["config/spike_ins.fa"], "transcript_genes": "config/genes.csv"}
        genes = {header.partition("|")[0]: sequence for header, sequence in sequences[2:]}
        study = write_study(
            tmp_path,
            configuration,
            transcripts__fa=tiny.fasta(genes),
            spike_ins__fa=tiny.fasta(spike_ins),
            genes__csv="".join(f"{name},{name.replace('MUST', 'MUSG')}\n" for name in genes),
            samples__tsv=SHEET,
        )
        completed = run_workflow(study, "results/counts/gene_counts.tsv")
    assert completed.returncode == 0, completed.stderr[-3000:]
    results = study / "results"
    extra = read_table(results / "counts/extra_sequences.tsv")
    counts = read_table(results / "counts/gene_counts.tsv").set_index("gene_id")
    tpm = read_table(results / "counts/gene_tpm.tsv").set_index("gene_id")
    assert set(extra["sequence"]) == set(spike_ins)
    assert len(extra) == len(spike_ins) * len(tiny.RUNS)
    assert (extra["n_reads"] > 0).all()
    assert len(counts) == len(genes)
    assert counts.index.str.startswith("ENSMUSG9").all()
    assert tpm.sum().to_numpy() == pytest.approx([1e6] * len(tiny.RUNS))
