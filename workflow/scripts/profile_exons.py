"""Count what the reads of one sample show of the deleted gene's exons and junctions, all its runs together."""

from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.read_scans.deleted_exons import profile_sample


def main(*, sample: str, exons: Path, reads: list[Path], checked: list[Path], output: Path) -> None:
    """Write one row an exon and a junction of two exons.

    Args:
        sample: its name, for the progress.
        exons: the table of exons.
        reads: FASTQ files, mates in turn, several runs one after the other.
        checked: a table for each run, with the column n_reads: one row a file.
        output: where to write.
    """
    mates = len(reads) // len(checked)
    runs = [reads[start : start + mates] for start in range(0, len(reads), mates)]
    n_fragments = sum(int(read_table(path)["n_reads"].iloc[0]) for path in checked)
    table = profile_sample(read_table(exons), runs, n_fragments=n_fragments, label=sample)
    write_table(table, output)


run(main)
