"""Fetch the reads of one run, verify them, and link them under the names that the workflow uses.

The archive's FASTQ files come first; where it offers none, or cannot deliver them, NCBI's `.sra` object is unpacked.
"""

import logging
from pathlib import Path

import requests

from claimcheck.core.errors import StudyError
from claimcheck.core.steps import step
from claimcheck.core.tables import read_table
from claimcheck.sourcing import sra as sra_objects
from claimcheck.sourcing.addresses import Address, parse_address, parse_optional_address
from claimcheck.sourcing.download import Expected, link, obtain
from claimcheck.sourcing.http import open_session
from claimcheck.sourcing.samples import require_animals

DOWNLOADS = Path("resources/downloads")

progress = logging.getLogger("claimcheck.progress")


def main(
    *,
    samples: Path,
    run: str,
    files: list[dict[str, str]],
    fastq: str,
    sra: str,
    timeout: float,
    threads: int,
    outputs: list[Path],
) -> None:
    """Provide the reads of `run`, mate 1 first, as `outputs`; `files` are their path, md5 and size in the archive.

    Nothing is fetched for a comparison that `samples` has too few animals for.
    """
    require_animals(read_table(samples), where=str(samples))
    if len(files) != len(outputs):
        raise StudyError(
            f"the run {run} has {len(files)} files, {len(outputs)} are asked for",
            where="results/samples/read_files.tsv",
            expected="the files of a run that is in use",
            remedy="ask for results/report/index.html, or for a file of a run in that table",
        )
    base = parse_address(fastq, key="archive.fastq")
    objects = parse_optional_address(sra, key="archive.sra")
    unpacked = [DOWNLOADS / run / "unpacked" / output.name for output in outputs]
    with open_session(timeout=timeout) as session:
        if all(path.exists() for path in unpacked):
            found = unpacked
        else:
            try:
                found = _from_files(run, files, base, session)
            except StudyError as error:
                if objects is None:
                    raise
                progress.info("%s: %s; trying its .sra object", run, error.what)
                _from_object(run, objects, unpacked, error, threads=threads, session=session)
                found = unpacked
    for path, output in zip(found, outputs, strict=True):
        link(path, output)


def _from_files(run: str, files: list[dict[str, str]], base: Address, session: requests.Session) -> list[Path]:
    """Fetch the FASTQ files that the archive lists."""
    if not all(file["path"] for file in files):
        raise StudyError(
            f"the archive offers no FASTQ files for {run}",
            where="results/samples/read_files.tsv",
            expected="the files that its layout needs",
            remedy="leave the run out by stating the others in config/samples.tsv, or set archive.sra",
        )
    return [
        obtain(
            base.join(file["path"]),
            DOWNLOADS / run / Path(file["path"]).name,
            Expected(size=int(file["size"]), algorithm="md5", digest=file["md5"]),
            session=session,
        )
        for file in files
    ]


def _from_object(
    run: str,
    objects: Address,
    unpacked: list[Path],
    reason: StudyError,
    *,
    threads: int,
    session: requests.Session,
) -> None:
    """Fetch the `.sra` object of a run and unpack it."""
    sra_objects.require_tools(run, reason)
    store = DOWNLOADS / run / f"{run}.sra"
    try:
        archive = obtain(objects.join(f"{run}/{run}"), store, Expected(), session=session)
    except StudyError as error:
        raise StudyError(
            f"{run} can be had from neither source: {reason.what}; and {error.what}",
            where=f"{reason.where}; {error.where}",
            expected=reason.expected,
            remedy=reason.remedy,
        ) from error
    unpacked[0].parent.mkdir(parents=True, exist_ok=True)
    sra_objects.unpack(archive, run, unpacked, threads=threads)


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            samples=Path(snakemake.input.samples),
            run=snakemake.wildcards.run,
            files=snakemake.params.files,
            fastq=snakemake.params.fastq,
            sra=snakemake.params.sra,
            timeout=snakemake.resources.timeout,
            threads=snakemake.threads,
            outputs=[Path(path) for path in snakemake.output],
        )
