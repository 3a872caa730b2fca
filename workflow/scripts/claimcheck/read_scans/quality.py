"""Quality of a run's reads with sequali: its reports, and the few numbers of them that decide."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sequali.adapters import DEFAULT_ADAPTER_FILE, adapters_from_file

from claimcheck.core.disk import check_disk
from claimcheck.core.errors import StudyError
from claimcheck.core.tables import scratch_folder

QUALITY_COLUMNS = (
    "run",
    "mate",
    "n_reads",
    "mean_length",
    "share_q30",
    "share_gc",
    "share_duplicate",
    "share_adapter",
    "adapter",
)

MIN_NAMED_SHARE = 0.001
"""Below it sequali's own report takes an adapter for chance, so it gets no name."""

_LIBRARY_NOTES = re.compile(r"^gnl\|\S+ |\s*\(Oligonucleotide.*$")

logger = logging.getLogger("claimcheck.read_scans.quality")


def inspect_reads(reads: Sequence[Path], report: Path, page: Path, *, threads: int) -> None:
    """Measure the reads of one run with sequali; its numbers and page do not depend on folder, time or threads.

    Args:
        reads: FASTQ file of single-end reads, or those of mate 1 and mate 2.
        report: JSON file to write.
        page: HTML file to write, complete in itself; both files are written, or none.
        threads: with two or more, files are unpacked beside the measurement.

    Raises:
        StudyError: sequali failed.
    """
    for target in (report, page):
        target.parent.mkdir(parents=True, exist_ok=True)
    with scratch_folder(report) as folder:
        outputs = [folder.resolve() / name for name in ("report.json", "page.html")]
        # -P: modules of the study's folder are not sequali's
        command = [sys.executable, "-P", "-m", "sequali", "--threads", str(threads)]
        command += ["--json", str(outputs[0]), "--html", str(outputs[1]), *map(str, reads)]
        logger.info("%s", " ".join(command))
        quiet = os.environ | {"TQDM_DISABLE": "1"}  # a progress bar would hide the message
        done = subprocess.run(
            command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        logger.info("%s", done.stdout)
        if done.returncode or not all(output.is_file() for output in outputs):
            check_disk(report, done.stdout)
            last = done.stdout.strip().rpartition("\n")[2]
            raise StudyError(
                f"sequali could not measure the reads (status {done.returncode}): {last}",
                where=", ".join(str(path) for path in reads),
                expected="whole FASTQ files; mates in the same order, under the same names",
                remedy=(
                    "delete the files so that they are fetched again; if it stays, leave the run out in config/samples.tsv; "
                    "the step's log has all that sequali said"
                ),
            )
        for output, target in zip(outputs, (report, page), strict=True):
            output.replace(target)


def read_quality(report: Path, run: str) -> pd.DataFrame:
    """Read a report of `inspect_reads`.

    Returns:
        One row a mate with the columns QUALITY_COLUMNS. mate is "1" and "2", "" for single-end reads. share_q30 is the share of
        nucleotides of Q30 or better, see `_share_q30`. share_duplicate is that of reads (pairs) that repeat another, estimated
        from the nucleotides at both ends of the fragment: one value for both mates; of single-end reads, those that merely
        start alike are counted too, and of an abundant transcript many do. share_adapter is that of reads that run into an
        adapter: of pairs found by the overlap of the mates, of single-end reads by the adapter's first twelve nucleotides.
    """
    content = json.loads(report.read_text(encoding="utf-8"))
    mates = {"1": "", "2": "_read2"} if "summary_read2" in content else {"": ""}
    rows = []
    for mate, suffix in mates.items():
        summary = content[f"summary{suffix}"]
        share, adapter = _adapter_of_mate(content, mate) if mate else _adapter_of_single(content)
        rows.append(
            (
                run,
                mate,
                summary["total_reads"],
                summary["mean_length"],
                _share_q30(content, suffix),
                _share(summary["total_gc_bases"], summary["total_bases"] - summary["total_n_bases"]),
                1 - content["duplication_fractions"]["remaining_fraction"],
                share,
                adapter if share >= MIN_NAMED_SHARE else "",
            )
        )
    return pd.DataFrame(rows, columns=list(QUALITY_COLUMNS))


def _adapter_of_mate(content: dict[str, Any], mate: str) -> tuple[float, str]:
    """Return the share of pairs with an adapter, and what the longest sequence behind the insert is known as."""
    overlaps = content["adapter_content_from_overlap"]
    known = _LIBRARY_NOTES.sub("", overlaps[f"longest_adapter_read{mate}_match"])
    return _share(overlaps[f"number_of_adapters_read{mate}"], overlaps["total_reads"]), known


def _adapter_of_single(content: dict[str, Any]) -> tuple[float, str]:
    """Return the share of reads with the most frequent adapter, and its name; only adapters of short reads are meant."""
    short_read = {adapter.name for adapter in adapters_from_file(DEFAULT_ADAPTER_FILE, "illumina")}
    found = [
        (max(shares, default=0.0) / 100, name)
        for name, shares in content["adapter_content"]["adapter_content"]
        if name in short_read
    ]
    return max(found)


def _share_q30(content: dict[str, Any], suffix: str) -> float:
    """Return the share of nucleotides of Q30 or better.

    sequali counts qualities by four; of 28 to 31, half are taken for 30 and 31. Illumina's binned scales have none of these, so
    for them the share is exact.
    """
    positions = content[f"per_position_quality_distribution{suffix}"]
    lengths = content[f"sequence_length_distribution{suffix}"]
    ranges = [label.split("-") for label in positions["x_labels"]]  # "7", or "7-8" of long reads
    widths = np.array([int(bounds[-1]) - int(bounds[0]) + 1 for bounds in ranges])
    # number of reads by length, in the same ranges after the first, which holds empty reads
    n_reads = np.array(lengths["counts"][1:])
    n_nucleotides = widths * n_reads[::-1].cumsum()[::-1]
    # 12 x ranges, share of the nucleotides there
    by_four = np.array(positions["series"])
    good = (by_four[8:].sum(axis=0) + by_four[7] / 2) @ n_nucleotides
    return _share(float(good), float(n_nucleotides.sum()))


def _share(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")
