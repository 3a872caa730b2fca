"""Pseudoalignment with kallisto: its index, and the abundances of a sample."""

import json
import logging
import re
import subprocess
import time
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import dnaio
from dnaio.exceptions import FileFormatError

from claimcheck.core.disk import check_disk
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import scratch_folder, write_text
from claimcheck.quantification.kallisto_binary import find_kallisto
from claimcheck.sourcing.sequence_files import open_packed

logger = logging.getLogger("claimcheck.quantification.kallisto")
progress = logging.getLogger("claimcheck.progress")

_VARYING = ("start_time", "call")
_PROCESSED = re.compile(r"([0-9]+)M reads processed")
_FRAGMENT_LENGTH = re.compile(r"estimated average fragment length: ([0-9.]+)")


def build_index(transcripts: Sequence[Path], index: Path, *, threads: int) -> None:
    """Build the index of a transcriptome with 31-mers.

    Args:
        transcripts: FASTA files, plain or gzip; records without a sequence are left out.
        index: file to write, whole or not at all.
        threads: threads; part of the result, so always the same for a study.

    Raises:
        StudyError: kallisto refuses the transcriptome.
    """
    with scratch_folder(index) as folder:
        partial = folder / "transcripts.idx"
        files = [str(_without_empty(path, folder / f"{number}.fa")) for number, path in enumerate(transcripts)]
        scratch = folder / "scratch"  # its default is a folder tmp/ in the study, left behind on failure
        status, said = _run(["index", "-i", str(partial), "-t", str(threads), "-T", str(scratch), *files])
        # reading it back: a write that fails late goes unnoticed
        if status or not partial.is_file() or _run(["inspect", str(partial)])[0]:
            check_disk(index, said)
            raise StudyError(
                f"kallisto could not index the transcriptome (status {status}): {_last_line(said)}",
                where=", ".join(map(str, transcripts)),
                expected="transcript sequences in FASTA",
                remedy="check reference.transcripts in config/config.yaml; the step's log has all that kallisto said",
            )
        partial.replace(index)


def _without_empty(path: Path, copy: Path) -> Path:
    """Return a FASTA file, or a copy of it where a record has no sequence: there kallisto stops to read, and says nothing."""
    try:
        with open_packed(path) as stream, dnaio.open(stream, fileformat="fasta") as reader:
            if all(record.sequence for record in reader):
                return path
    except (FileFormatError, OSError, EOFError, UnicodeDecodeError, zlib.error):
        return path  # kallisto says what it thinks of it
    with (
        open_packed(path) as stream,
        dnaio.open(stream, fileformat="fasta") as reader,
        dnaio.open(copy, mode="w", fileformat="fasta") as writer,
    ):
        for record in reader:
            if record.sequence:
                writer.write(record)
    return copy


def quantify(
    index: Path,
    reads: Sequence[Path],
    output: Path,
    *,
    paired: bool,
    threads: int,
    fragment_length: float,
    fragment_sd: float,
    n_reads: int = 0,
) -> None:
    """Quantify one sample.

    Args:
        index: from `build_index`.
        reads: FASTQ files; of paired runs mate 1 and mate 2 in turn, several runs one after the other.
        output: folder for `abundance.tsv` and `run_info.json`, written whole or not at all. The latter's fragment_length is
            kallisto's estimate in nucleotides, null where it has none: for single-end reads, for which fragment_length_assumed
            is what it was told, or if no pair lies on a single transcript.
        paired: whether the reads are mates.
        threads: threads; kallisto's result depends on their number, so always the same for a study.
        fragment_length: mean fragment length in nucleotides, used for single-end reads only.
        fragment_sd: its standard deviation.
        n_reads: reads (pairs) that the files hold; 0 if not known.

    Raises:
        StudyError: kallisto failed, stopped before the last read or transcript, or not one read pseudoaligned.
    """
    output.mkdir(parents=True, exist_ok=True)
    with scratch_folder(output / "abundance.tsv") as folder:
        options = [] if paired else ["--single", "-l", str(fragment_length), "-s", str(fragment_sd)]
        info, said = _quant(index, reads, folder, options, threads=threads, label=output.name, n_reads=n_reads)
        if info["n_pseudoaligned"] == 0:
            raise StudyError(
                f"not one read of {output.name} pseudoaligns to the reference",
                where=", ".join(path.name for path in reads),
                expected="reads of the organism and kind of RNA that the reference holds",
                remedy="check reference.transcripts and study.tax_id in config/config.yaml",
            )
        if n_reads and info["n_processed"] != n_reads:
            raise StudyError(
                f"kallisto processed {info['n_processed']:,} of {n_reads:,} reads (pairs) of {output.name}",
                where=", ".join(str(path) for path in reads),
                expected="every read that the files hold",
                remedy="start again; if it stays, delete the files so that they are fetched again",
            )
        _require_whole(folder / "abundance.tsv", info["n_targets"], label=output.name)
        estimated = _FRAGMENT_LENGTH.search(said) if paired else None
        # start time and command line differ between runs that are otherwise the same
        kept = {key: value for key, value in info.items() if key not in _VARYING}
        kept["fragment_length"] = (float(estimated[1]) or None) if estimated else None
        kept["fragment_length_assumed"] = None if paired else fragment_length
        write_text(output / "run_info.json", json.dumps(kept, indent=1, sort_keys=True) + "\n")
        (folder / "abundance.tsv").replace(output / "abundance.tsv")


def _require_whole(abundance: Path, n_targets: int, *, label: str) -> None:
    """Refuse a table that ends early: on a full disk kallisto leaves one, and ends well."""
    with abundance.open("rb") as stream:
        lines = list(stream)
    if len(lines) == n_targets + 1 and lines[-1].endswith(b"\n"):
        return
    check_disk(abundance)
    raise StudyError(
        f"kallisto wrote {len(lines) - 1:,} of {n_targets:,} transcripts of {label}",
        where=str(abundance.parent),
        expected="every transcript of the index",
        remedy="check the disk, and start again",
    )


def _quant(
    index: Path,
    reads: Sequence[Path],
    folder: Path,
    options: Sequence[str],
    *,
    threads: int,
    label: str = "",
    n_reads: int = 0,
) -> tuple[dict[str, Any], str]:
    """Run `kallisto quant` into a folder; return its run_info, and what it said."""
    command = ["quant", "--plaintext", "--verbose", "-t", str(threads), "-i", str(index), "-o", str(folder), *options]
    status, said = _run([*command, *map(str, reads)], label=label, n_reads=n_reads)
    run_info = folder / "run_info.json"
    try:
        info = json.loads(run_info.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        info = {}
    if info.get("n_pseudoaligned") == 0:  # a result, though kallisto ends with status 1
        return info, said
    if status or not info:
        check_disk(run_info, said)
        raise StudyError(
            f"kallisto could not quantify {label} (status {status}): {_last_line(said)}",
            where=", ".join(str(path) for path in reads),
            expected="whole FASTQ files and an index of this kallisto version",
            remedy="the step's log has all that kallisto said",
        )
    return info, said


def _run(arguments: list[str], *, label: str = "", n_reads: int = 0) -> tuple[int, str]:
    """Run kallisto; log what it says, show its progress, and return its status and all that it said."""
    command = [find_kallisto(), *arguments]
    logger.info("%s", " ".join(command))
    started = time.monotonic()
    said = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            logger.info("%s", line.rstrip())
            done = _PROCESSED.search(line)
            if done and label:
                progress.info(
                    "%s: %s", label, _time_left(int(done[1]) * 1_000_000, n_reads, time.monotonic() - started)
                )
    return process.returncode, "".join(said)


def _last_line(said: str) -> str:
    return said.strip().rpartition("\n")[2].strip()


def _time_left(done: int, total: int, seconds: float) -> str:
    if done >= total:
        return f"{done:,} reads"
    return f"{done:,} of {total:,} reads, {seconds * (total - done) / done / 60:.1f} min left"
