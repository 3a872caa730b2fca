"""Measure strandedness and coverage along transcripts on the first reads of one sample."""

from pathlib import Path

import pandas as pd

from claimcheck.expression.library import (
    GENE_BODY_COLUMNS,
    LIBRARY_COLUMNS,
    call_strandedness,
    measure_coverage,
    measure_share_forward,
    take_reads,
)
from claimcheck.steps import step
from claimcheck.tables import read_table, scratch_folder, write_table


def main(
    *,
    sample: str,
    index: Path,
    transcripts: Path,
    listed: Path,
    reads: list[Path],
    most_reads: int,
    threads: int,
    library: Path,
    gene_body: Path,
) -> None:
    """Write the row of `sample`, and its coverage; `reads` are those of its first run, `listed` describes `transcripts`."""
    table = read_table(listed, text=["target_id", "transcript_id", "gene_id", "symbol", "biotype"])
    with scratch_folder(library) as folder:
        taken, n_reads = take_reads(reads, folder, most_reads)
        share_forward = measure_share_forward(index, taken, threads=threads)
        coverage = measure_coverage(transcripts, table, taken)
    row = (
        sample,
        n_reads,
        share_forward,
        call_strandedness(share_forward),
        coverage.three_prime_bias,
        coverage.n_genes,
    )
    profile = [(sample, number, share) for number, share in enumerate(coverage.shares, start=1)]
    write_table(pd.DataFrame([row], columns=list(LIBRARY_COLUMNS)), library)
    write_table(pd.DataFrame(profile, columns=list(GENE_BODY_COLUMNS)), gene_body)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            sample=snakemake.params.sample,
            index=Path(snakemake.input.index),
            transcripts=Path(snakemake.input.transcripts),
            listed=Path(snakemake.input.listed),
            reads=[Path(path) for path in snakemake.input.reads],
            most_reads=snakemake.params.most_reads,
            threads=snakemake.params.threads,
            library=Path(snakemake.output.library),
            gene_body=Path(snakemake.output.gene_body),
        )
