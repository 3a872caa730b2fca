"""The reads of a run from NCBI's `.sra` object, for runs whose FASTQ files the archive does not offer or cannot deliver."""

import gzip
import logging
import shutil
import subprocess
from pathlib import Path

from claimcheck.core.disk import check_disk
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import scratch_folder

logger = logging.getLogger("claimcheck.sourcing.sra")

_TOOLS = ("vdb-validate", "fasterq-dump")
_EXPANSION = 12
"""Free space that unpacking needs, in multiples of the object: plain FASTQ of both mates and scratch files."""


def require_tools(run: str, reason: StudyError) -> None:
    """Check that the SRA Toolkit is here before anything is fetched for it.

    Args:
        run: accession of the run.
        reason: why its FASTQ files cannot be used.

    Raises:
        StudyError: it is not; the message says first what is wrong with the files.
    """
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        raise StudyError(
            f"{reason.what}; and its .sra object cannot stand in: {' and '.join(missing)} not found",
            where=f"{reason.where}; PATH",
            expected=f"{reason.expected}, or the SRA Toolkit (Debian: sra-toolkit, conda: sra-tools)",
            remedy=f"{reason.remedy}; or install the toolkit, or run with --sdm conda, so that {run} comes from its object",
        )


def unpack(archive: Path, run: str, outputs: list[Path], *, threads: int) -> None:
    """Validate an `.sra` object and write its reads as gzipped FASTQ, whole files or none.

    Reads whose mate is missing are left out of paired runs.

    Args:
        archive: the object.
        run: its accession.
        outputs: files to write: mate 1 and mate 2, or one file for a single-end run.
        threads: threads of fasterq-dump.

    Raises:
        StudyError: the object is damaged, does not hold what the layout says, or the disk is too small.
    """
    folder = outputs[0].parent
    needed = _EXPANSION * archive.stat().st_size
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StudyError(
            f"the disk has {free / 1e9:.1f} GB free, unpacking {archive.name} may need {needed / 1e9:.1f} GB",
            where=str(folder),
            expected="room for the plain FASTQ files",
            remedy="free some space, or run the study on a larger disk with --directory",
        )
    with scratch_folder(folder / run) as scratch:
        # the toolkit names its files after the object and looks for a folder of that name
        copy = scratch / run
        copy.symlink_to(archive.absolute())
        _run(["vdb-validate", str(copy)], archive, scratch)
        out = scratch / "fastq"
        command = ["fasterq-dump", "--split-3", "--threads", str(threads), "--temp", str(scratch), "--outdir", str(out)]
        _run([*command, str(copy)], archive, out)
        made = [out / f"{run}_1.fastq", out / f"{run}_2.fastq"] if len(outputs) == 2 else [out / f"{run}.fastq"]
        if not all(path.is_file() for path in made):
            found = ", ".join(sorted(path.name for path in out.glob("*")))
            raise StudyError(
                f"the .sra object of {run} holds {found or 'no reads'}",
                where=str(archive),
                expected=" and ".join(path.name for path in made),
                remedy=f"the archive's layout of {run} is wrong; leave it out by stating the others in config/samples.tsv",
            )
        for plain in made:
            packed = plain.with_suffix(".fastq.gz")
            with plain.open("rb") as source, gzip.GzipFile(packed, "wb", compresslevel=4, mtime=0) as target:
                shutil.copyfileobj(source, target, 1 << 22)
            plain.unlink()
        for plain, output in zip(made, outputs, strict=True):
            plain.with_suffix(".fastq.gz").replace(output)


def _run(command: list[str], archive: Path, output: Path) -> None:
    logger.info("%s", " ".join(command))
    completed = subprocess.run(command, capture_output=True, text=True, check=False)
    said = f"{completed.stdout}\n{completed.stderr}".strip()
    logger.info("%s", said)
    if completed.returncode:
        check_disk(output, said)
        raise StudyError(
            f"{command[0]} fails on {archive.name}: {said.splitlines()[-1][:200] if said else 'no message'}",
            where=str(archive),
            expected="a whole .sra object",
            remedy="delete it so that it is fetched again; the step's log has all that the tool said",
        )
