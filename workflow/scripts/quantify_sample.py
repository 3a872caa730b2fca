"""Quantify one sample with kallisto, all its runs together."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table
from claimcheck.quantification.kallisto import quantify


def main(
    *,
    index: Path,
    reads: list[Path],
    checked: Path,
    abundance: Path,
    run_info: Path,
    threads: int,
    fragment_length: float,
    fragment_sd: float,
) -> None:
    """Write abundances and counts of reads, to the same folder.

    Args:
        index: of kallisto.
        reads: FASTQ files, mates in turn, several runs one after the other.
        checked: a row a file, with the columns mate and n_reads.
        abundance, run_info: where to write.
        threads: of kallisto.
        fragment_length, fragment_sd: of single-end reads, in nucleotides.
    """
    files = read_table(checked, text=["mate"])
    first = files[files["mate"] != "2"]
    quantify(
        index,
        reads,
        abundance.parent,
        paired=len(reads) == 2 * len(first),
        threads=threads,
        fragment_length=fragment_length,
        fragment_sd=fragment_sd,
        n_reads=int(first["n_reads"].sum()),
    )


run(main)
