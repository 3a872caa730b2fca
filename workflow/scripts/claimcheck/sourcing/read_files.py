"""The FASTQ files of the runs in use: which there are, whether they can be had, and under what names the workflow keeps them."""

import logging
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.study import SHEET
from claimcheck.core.tables import listed, read_table
from claimcheck.sourcing.runs import decide_layout

DOWNLOADS = Path("resources/downloads")
"""A folder a run, with its files as the archive names them."""

progress = logging.getLogger("claimcheck.progress")


class ReadFiles:
    """The sheet of FASTQ files, results/samples/read_files.tsv: a row a file, mate 1 before mate 2.

    Args:
        sheet: its path.
    """

    def __init__(self, sheet: Path) -> None:
        self._table = read_table(sheet)
        self._rows: dict[str, dict[Any, list[int]]] = {
            column: {value: list(rows) for value, rows in self._table.groupby(column, sort=False).indices.items()}
            for column in ("sample", "run_accession")
        }

    @property
    def runs(self) -> list[str]:
        """The runs of all samples, sorted."""
        return sorted(set(self._table["run_accession"]))

    @property
    def samples(self) -> list[str]:
        """The samples, in the order of the sheet."""
        return list(dict.fromkeys(self._table["sample"]))

    @property
    def paths(self) -> list[str]:
        """The reads of all runs, run by run."""
        return [path for run in self.runs for path in self.of_run(run)]

    def as_archived(self, run: str) -> list[dict[str, str]]:
        """Return path, md5 and size of each file of a run in the archive."""
        files = self._of("run_accession", run)
        return [
            {"path": path, "md5": md5, "size": size}
            for path, md5, size in zip(files["path"], files["md5"], files["size"], strict=True)
        ]

    def of_run(self, run: str) -> list[str]:
        """List the reads of a run by the names that the workflow gives them, mate 1 first."""
        mates = self._of("run_accession", run)["mate"]
        return [f"resources/reads/{run}{'_' + mate if mate else ''}.fastq.gz" for mate in mates]

    def runs_of(self, sample: str) -> list[str]:
        """List the runs of a sample."""
        return list(dict.fromkeys(self._of("sample", sample)["run_accession"]))

    def of_sample(self, sample: str) -> list[str]:
        """List the reads of a sample, mates in turn, several runs one after the other."""
        return [path for run in self.runs_of(sample) for path in self.of_run(run)]

    def _of(self, column: str, value: str) -> pd.DataFrame:
        return self._table.iloc[self._rows[column].get(value, [])]


@cache
def open_sheet(sheet: Path, version: int) -> ReadFiles:
    """Read the sheet of FASTQ files once for all that ask; `version` changes with it."""
    return ReadFiles(sheet)


def list_files(used: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """List the FASTQ files of the runs in use, one row a file; without path where the reads come from an `.sra` object."""
    by_run = runs.set_index("run_accession", drop=False)
    rows: list[tuple[Any, ...]] = []
    notes: dict[str, list[str]] = {}
    for sample, run in used.itertuples(index=False):
        layout, files, note = decide_layout(by_run.loc[run])
        mates = ("1", "2") if layout == "PAIRED" else ("",)
        offered: list[tuple[Any, ...]] = [*files] or [(mate, "", "", "") for mate in mates]
        rows += [(sample, run, layout, by_run.loc[run, "read_count"], *file) for file in offered]
        if note:
            notes.setdefault(note, []).append(run)
    for note, about in notes.items():
        progress.warning("%s: %s", listed(about, most=8), note)
    columns = ["sample", "run_accession", "library_layout", "read_count", "mate", "path", "md5", "size"]
    files_table = pd.DataFrame(rows, columns=columns)
    mixed = files_table.groupby("sample")["library_layout"].nunique()
    if (mixed > 1).any():
        raise StudyError(
            f"the sample {listed(mixed.index[mixed > 1])} has paired and single-end runs",
            where="the archive's column library_layout",
            expected="one layout for all runs of a sample",
            remedy=f"keep the runs of one layout in {SHEET}",
        )
    return files_table


def require_reads(files: pd.DataFrame, *, has_objects: bool) -> None:
    """Check before the first download that every run has FASTQ files, or an `.sra` object that may stand in."""
    lacking = files.loc[files["path"] == "", "run_accession"].unique()
    if len(lacking) and not has_objects:
        raise StudyError(
            f"the archive does not offer the FASTQ files of {listed(lacking, most=8)}, and archive.sra is none",
            where="config/config.yaml, archive.sra; resources/archive/run_table.tsv, column fastq_ftp",
            expected="the files that the layout of each run needs, or NCBI's .sra objects in their place",
            remedy=(
                "remove archive.sra from config/config.yaml, so that the objects are fetched and unpacked with the SRA "
                f"Toolkit; or leave these runs out by stating the others in {SHEET}"
            ),
        )


def require_space(files: pd.DataFrame) -> None:
    """Check before the first download that all of them fit on the disk."""
    sizes = pd.to_numeric(files["size"].where(files["size"] != "", "0"))
    missing = [
        size
        for run, path, size in zip(files["run_accession"], files["path"], sizes, strict=True)
        if not (DOWNLOADS / run / Path(path).name).exists()
    ]
    free = shutil.disk_usage(".").free
    if sum(missing) > free:
        raise StudyError(
            f"the reads need {sum(missing) / 1e9:.1f} GB, the disk has {free / 1e9:.1f} GB free",
            where=str(Path.cwd()),
            expected="room for all FASTQ files, and about a tenth more for the results",
            remedy="free some space, or run the study on a larger disk with --directory",
        )
