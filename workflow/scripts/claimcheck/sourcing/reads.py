"""Getting the reads of a run: the archive's FASTQ files, or where it cannot deliver them NCBI's `.sra` object, unpacked."""

import logging
from pathlib import Path

import requests

from claimcheck.core.errors import StudyError
from claimcheck.core.ledger import digest_of
from claimcheck.sourcing import sra as sra_objects
from claimcheck.sourcing.addresses import Address
from claimcheck.sourcing.download import Expected, obtain
from claimcheck.sourcing.kept import Kept
from claimcheck.sourcing.read_files import DOWNLOADS

progress = logging.getLogger("claimcheck.progress")


def obtain_reads(
    run: str,
    files: list[dict[str, str]],
    names: list[str],
    base: Address,
    objects: Address | None,
    *,
    threads: int,
    session: requests.Session,
) -> list[Path]:
    """Get the reads of a run, verified; what is here already is not fetched again.

    Args:
        run: its accession.
        files: path, md5 and size of each in the archive; without path where the archive does not offer it.
        names: of the files, mate 1 first, if they are unpacked from the object.
        base: where the archive's FASTQ files are.
        objects: where NCBI's objects are; None if none may stand in.
        threads: to unpack with.
        session: to fetch with.

    Returns:
        The files, in the order of `names`.

    Raises:
        StudyError: neither source has the reads.
    """
    unpacked = [DOWNLOADS / run / "unpacked" / name for name in names]
    if all(path.exists() and not Kept.read(path).difference(path, Expected()) for path in unpacked):
        return unpacked
    try:
        return _from_files(run, files, base, session)
    except StudyError as error:
        if objects is None:
            raise
        progress.info("%s: %s; trying its .sra object", run, error.what)
        _from_object(run, objects, unpacked, error, threads=threads, session=session)
        return unpacked


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
    for path in unpacked:
        Kept(sha256=digest_of(path)).write(path)
