"""Read the FASTQ files of a sample to their end, once: whole and fit to be quantified, of what quality, strand and coverage, and
what they show of the deleted gene."""

import logging
from pathlib import Path

import pandas as pd

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_table
from claimcheck.read_scans.deleted_exons import ExonCounts
from claimcheck.read_scans.integrity import Integrity
from claimcheck.read_scans.library import Library, read_anchors
from claimcheck.read_scans.quality import Quality
from claimcheck.read_scans.scan import read_fragments

PROGRESS_READS = 5_000_000

progress = logging.getLogger("claimcheck.progress")


def main(
    *,
    sample: str,
    runs: list[str],
    reads: list[Path],
    anchors: Path,
    exons: Path | None,
    inspected_mb: float,
    most_reads: int,
    checked: Path,
    library: Path,
    gene_body: Path,
    profile: Path | None = None,
) -> None:
    """Write what the reads of `sample` show, once all of them are known to be whole.

    Args:
        sample: its name.
        runs: its sequencing runs.
        reads: FASTQ files, mates in turn, several runs one after the other.
        anchors: the index of 31-mers that tell of strand and coverage, which are those of the first run.
        exons: the table of exons of the deleted gene, if there is one.
        inspected_mb: of each file, in 10^6 bytes as deposited: of larger ones every nth piece is a sample for the quality.
        most_reads: reads (pairs) for strand and coverage.
        checked: where to write a row a file.
        library, gene_body: where to write strand and coverage.
        profile: where to write the exons, if there are any.
    """
    mates = len(reads) // len(runs)
    of_library = Library(read_anchors(anchors), mates, most_reads)
    of_exons = ExonCounts(read_table(exons)) if exons else None
    tables = []
    for number, name in enumerate(runs):
        files = reads[number * mates : (number + 1) * mates]
        integrity, quality = Integrity(files), Quality(mates)
        every = max(1, int(min(path.stat().st_size for path in files) / (inspected_mb * 1e6)))
        reported = 0
        for piece, fragments in enumerate(read_fragments(files)):
            integrity.add(fragments)
            quality.add(fragments, sampled=piece % every == 0)
            if number == 0:
                of_library.add(fragments)
            if of_exons:
                of_exons.add(fragments)
            if integrity.n_reads // PROGRESS_READS > reported:
                reported = integrity.n_reads // PROGRESS_READS
                progress.info("%s: %d million reads (pairs) looked at", name, integrity.n_reads // 1_000_000)
        integrity.require_fit()
        tables.append(quality.table(name, [path.name for path in files]))
    write_table(pd.concat(tables, ignore_index=True), checked)
    of_strand, along = of_library.tables(sample)
    write_table(of_strand, library)
    write_table(along, gene_body)
    if of_exons and profile:
        write_table(of_exons.table(), profile)


run(main)
