"""Fetch the reads of one run, verify them, and link them under the names that the workflow uses.

The archive's FASTQ files come first; where it offers none, or cannot deliver them, NCBI's `.sra` object is unpacked.
"""

from pathlib import Path

from claimcheck.core.errors import StudyError
from claimcheck.core.steps import run
from claimcheck.core.tables import read_table
from claimcheck.sourcing.addresses import parse_address, parse_optional_address
from claimcheck.sourcing.download import link
from claimcheck.sourcing.http import open_session
from claimcheck.sourcing.reads import obtain_reads
from claimcheck.sourcing.samples import require_animals


def main(
    *,
    samples: Path,
    run: str,
    files: list[dict[str, str]],
    fastq: str,
    sra: str,
    timeout: float,
    threads: int,
    reads: list[Path],
) -> None:
    """Provide the reads of `run`, mate 1 first, as `reads`; `files` are their path, md5 and size in the archive.

    Nothing is fetched for a comparison that `samples` has too few animals for.
    """
    require_animals(read_table(samples), where=str(samples))
    if len(files) != len(reads):
        raise StudyError(
            f"the run {run} has {len(files)} files, {len(reads)} are asked for",
            where="results/samples/read_files.tsv",
            expected="the files of a run that is in use",
            remedy="ask for results/report/index.html, or for a file of a run in that table",
        )
    base = parse_address(fastq, key="archive.fastq")
    objects = parse_optional_address(sra, key="archive.sra")
    names = [path.name for path in reads]
    with open_session(timeout=timeout) as session:
        found = obtain_reads(run, files, names, base, objects, threads=threads, session=session)
    for path, output in zip(found, reads, strict=True):
        link(path, output)


run(main)
