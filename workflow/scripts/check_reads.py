"""Read the FASTQ files of a run to their end: whole, fit to be quantified, every read beside its mate, and of what quality."""

import logging
from pathlib import Path

from claimcheck.core.steps import run
from claimcheck.core.tables import write_table
from claimcheck.read_scans.integrity import Integrity
from claimcheck.read_scans.quality import Quality
from claimcheck.read_scans.scan import read_fragments

SAMPLE_BYTES = 1 << 23
"""Of a file: of larger ones every nth piece is a sample, so that its pieces are some 8 MB as deposited, from all of the file."""

PROGRESS_READS = 5_000_000

progress = logging.getLogger("claimcheck.progress")


def main(*, run: str, reads: list[Path], output: Path) -> None:
    """Write a row a file of `run`; `reads` are those of one mate or both."""
    integrity, quality = Integrity(reads), Quality(len(reads))
    every = max(1, min(path.stat().st_size for path in reads) // SAMPLE_BYTES)
    reported = 0
    for number, mates in enumerate(read_fragments(reads)):
        integrity.add(mates)
        quality.add(mates, sampled=number % every == 0)
        if integrity.n_reads // PROGRESS_READS > reported:
            reported = integrity.n_reads // PROGRESS_READS
            progress.info("%s: %d million reads (pairs) checked", run, integrity.n_reads // 1_000_000)
    integrity.require_fit()
    write_table(quality.table(run, [path.name for path in reads]), output)


run(main)
