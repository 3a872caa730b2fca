"""Quantify one sample with kallisto, all its runs together."""

from pathlib import Path

from claimcheck.core.steps import step
from claimcheck.core.tables import read_table
from claimcheck.quantification.kallisto import quantify


def main(
    *,
    index: Path,
    reads: list[Path],
    checked: list[Path],
    output: Path,
    threads: int,
    fragment_length: float,
    fragment_sd: float,
) -> None:
    """Write abundances and counts of reads to the folder `output`."""
    tables = [read_table(path) for path in checked]
    quantify(
        index,
        reads,
        output,
        paired=len(reads) == 2 * len(checked),
        threads=threads,
        fragment_length=fragment_length,
        fragment_sd=fragment_sd,
        n_reads=sum(int(table["n_reads"].iloc[0]) for table in tables),
    )


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            index=Path(snakemake.input.index),
            reads=[Path(path) for path in snakemake.input.reads],
            checked=[Path(path) for path in snakemake.input.checked],
            output=Path(snakemake.output.abundance).parent,
            threads=snakemake.params.threads,
            fragment_length=snakemake.params.fragment_length,
            fragment_sd=snakemake.params.fragment_sd,
        )
