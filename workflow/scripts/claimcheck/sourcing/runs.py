"""The runs of a project: reading the archives' lists of them, comparing these, and choosing the files of each run."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import pandas as pd

from claimcheck.errors import StudyError
from claimcheck.sourcing.addresses import RUN, check_name
from claimcheck.tables import listed
from claimcheck.texts import one_line

RUN_FIELDS = (
    "run_accession",
    "sample_accession",
    "tax_id",
    "scientific_name",
    "library_layout",
    "library_source",
    "library_strategy",
    "library_name",
    "instrument_model",
    "read_count",
    "base_count",
    "fastq_ftp",
    "fastq_md5",
    "fastq_bytes",
    "sample_title",
    "sample_alias",
    "experiment_title",
    "run_alias",
)
"""Fields asked of ENA; few, since one name that it does not know rejects the whole request."""

NEEDED_FIELDS = (
    "run_accession",
    "sample_accession",
    "tax_id",
    "library_layout",
    "library_source",
    "library_strategy",
    "fastq_ftp",
    "fastq_md5",
    "fastq_bytes",
)
"""Fields without which a run cannot be used; asked for alone where ENA rejects the longer list."""

_RUNINFO = {
    "Run": "run_accession",
    "BioSample": "sample_accession",
    "TaxID": "tax_id",
    "ScientificName": "scientific_name",
    "LibraryLayout": "library_layout",
    "LibrarySource": "library_source",
    "LibraryStrategy": "library_strategy",
    "LibraryName": "library_name",
    "Model": "instrument_model",
    "spots": "read_count",
    "bases": "base_count",
    "SampleName": "sample_alias",
}


class ReadFile(NamedTuple):
    """One FASTQ file of a run: mate ("1", "2" or "" for single-end), path below the host, MD5, size in bytes."""

    mate: str
    path: str
    md5: str
    size: int


def is_filereport(reply: str) -> bool:
    """Whether a reply is ENA's table of runs; a rejected request can answer with a sentence and status 200."""
    return not reply.strip() or "run_accession" in reply.partition("\n")[0].rstrip("\r").split("\t")


def parse_filereport(reply: str, *, where: str) -> pd.DataFrame:
    """Read ENA's table of the runs of a project.

    Returns:
        One row a run with the columns RUN_FIELDS, all text, sorted by accession; no row for an empty reply.

    Raises:
        StudyError: the reply is not that table, or a run is malformed or listed twice.
    """
    if not is_filereport(reply):
        raise StudyError(
            f"the archive did not send a table of runs: {' '.join(reply.split())[:200]!r}",
            where=where,
            expected="a tab-separated table with the column run_accession",
            remedy="try again later; if it stays, the archive's interface has changed: report it",
        )
    lines = reply.replace("\r\n", "\n").replace("\r", " ").split("\n")
    return _checked(_rows(lines, where=where, delimiter="\t", quoting=csv.QUOTE_NONE), where=where)


def parse_runinfo(reply: str, *, where: str) -> pd.DataFrame:
    """Read NCBI's RunInfo table of a project; it names no FASTQ files.

    Returns:
        As `parse_filereport`, with empty text in the columns that RunInfo does not have.

    Raises:
        StudyError: the reply is not that table, or a run is malformed or listed twice.
    """
    listed_runs = _rows(io.StringIO(reply.strip(), newline=""), where=where)
    rows = [row for row in listed_runs if row.get("Run") not in ("", "Run", None)]
    header = reply.strip().partition("\n")[0]
    if reply.strip() and "Run," not in f"{header},":
        raise StudyError(
            f"NCBI did not send a table of runs: {' '.join(reply.split())[:200]!r}",
            where=where,
            expected="a comma-separated table with the column Run",
            remedy="try again later, or set archive.ncbi to none in config/config.yaml",
        )
    renamed = [{ours: row.get(theirs) or "" for theirs, ours in _RUNINFO.items()} for row in rows]
    return _checked(renamed, where=where)


def _rows(lines: Iterable[str], *, where: str, **dialect: Any) -> list[dict[str, str]]:
    """Read the cells of an archive's table; a cell beyond the csv module's limit is no description of a sample."""
    try:
        return list(csv.DictReader(lines, **dialect))
    except csv.Error as error:
        raise StudyError(
            f"the archive's table of runs cannot be read: {error}",
            where=where,
            expected=f"cells of at most {csv.field_size_limit()} characters",
            remedy="try again later; report it to the archive if it stays",
        ) from error


def _checked(rows: list[dict[str, str]], *, where: str) -> pd.DataFrame:
    texts = [{name: one_line(row.get(name) or "") for name in RUN_FIELDS} for row in rows]
    table = pd.DataFrame(texts, columns=list(RUN_FIELDS), dtype=str)
    for run in table["run_accession"]:
        check_name(run, RUN, kind="run accession", where=where)
    repeated = table.loc[table["run_accession"].duplicated(), "run_accession"]
    if len(repeated):
        raise StudyError(
            f"the archive lists {listed(repeated)} twice",
            where=where,
            expected="every run once",
            remedy="try again later; report it to the archive if it stays",
        )
    return table.sort_values("run_accession", ignore_index=True)


def merge_sources(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the lists of several archives; a run keeps the row of the first one that has it.

    Args:
        tables: source -> table of `parse_filereport` or `parse_runinfo`, the preferred source first.

    Returns:
        The runs of all sources, with the column `listed_by`: the sources that list the run, joined by `;`.
    """
    merged = pd.concat(list(tables.values()), ignore_index=True).drop_duplicates("run_accession")
    by_source = {source: set(table["run_accession"]) for source, table in tables.items()}
    merged["listed_by"] = [
        ";".join(source for source, runs in by_source.items() if run in runs) for run in merged["run_accession"]
    ]
    return merged.sort_values("run_accession", ignore_index=True)


def require_agreement(runs: pd.DataFrame) -> None:
    """Check that every source that was asked lists all of these runs.

    Raises:
        StudyError: one lists fewer; its table may be incomplete, and a study without some of its animals another one.
    """
    listing = runs["listed_by"].str.get_dummies(";").astype(bool)
    for source in map(str, listing.columns):
        lacking = runs.loc[~listing[source], "run_accession"].tolist()
        if lacking:
            raise StudyError(
                f"{source} lists {len(runs) - len(lacking)} of the project's {len(runs)} runs, without {listed(lacking)}",
                where="resources/archive/run_table.tsv, column listed_by",
                expected=f"the same runs from {' and '.join(map(str, listing.columns))}",
                remedy=(
                    "wait some days until the archives have mirrored each other; or state the runs of each animal in "
                    "config/samples.tsv, which overrules this"
                ),
            )


def select_rna_seq(runs: pd.DataFrame, *, tax_id: int, accession: str) -> pd.DataFrame:
    """Keep the transcriptomic RNA-Seq runs of one organism.

    Raises:
        StudyError: none is left; the message counts what there was.
    """
    is_rna = (runs["library_strategy"] == "RNA-Seq") & (runs["library_source"] == "TRANSCRIPTOMIC")
    kept = runs[is_rna & (runs["tax_id"] == str(tax_id))]
    if kept.empty:
        kinds = runs["scientific_name"] + " / " + runs["library_strategy"] + " / " + runs["library_source"]
        found = listed((f"{count} runs of {kind}" for kind, count in kinds.value_counts().items()), most=8)
        raise StudyError(
            f"{accession} has no RNA-Seq run of the organism with taxonomy id {tax_id}",
            where=f"the archive's list of runs: {found}",
            expected="runs with strategy RNA-Seq, source TRANSCRIPTOMIC, and that organism",
            remedy="check study.bioproject and study.tax_id in config/config.yaml",
        )
    return kept.reset_index(drop=True)


def read_files(run: pd.Series) -> list[ReadFile]:
    """Choose a run's FASTQ files from the three parallel lists of its row, by name and never by position.

    Args:
        run: a row of `parse_filereport`.

    Returns:
        For a paired run the files ending in `_1` and `_2` (a third file holds reads without a mate and is left out), for
        a single-end run its one file. Nothing where the archive does not offer the files that the layout needs.

    Raises:
        StudyError: the lists do not belong together, or a single-end run has mates.
    """
    accession = str(run["run_accession"])
    where = f"the archive's row of {accession}"
    columns = [str(run[name]).split(";") if run[name] else [] for name in ("fastq_ftp", "fastq_md5", "fastq_bytes")]
    paths, sums, sizes = columns
    if not len(paths) == len(sums) == len(sizes):
        raise StudyError(
            f"the archive lists {len(paths)} files, {len(sums)} checksums and {len(sizes)} sizes for {accession}",
            where=where,
            expected="fastq_ftp, fastq_md5 and fastq_bytes of equal length",
            remedy="try again later, or leave the run out by naming the others in config/samples.tsv",
        )
    files: dict[str, ReadFile] = {}
    for path, md5, size in zip(paths, sums, sizes, strict=True):
        if not re.fullmatch(r"[0-9a-f]{32}", md5) or not size.isdigit():
            raise StudyError(
                f"the checksum {md5!r} or the size {size!r} of a file of {accession} is malformed",
                where=where,
                expected="an MD5 of 32 hexadecimal digits and a size in bytes",
                remedy="try again later; report it to the archive if it stays",
            )
        name = path.rpartition("/")[2]
        suffix = re.fullmatch(re.escape(accession) + r"(?:_([12]))?\.fastq\.gz", name)
        if suffix:
            files[suffix[1] or ""] = ReadFile(suffix[1] or "", path.partition("/")[2], md5, int(size))
    if str(run["library_layout"]) == "PAIRED":
        wanted = ["1", "2"]
    else:
        wanted = [""] if "" in files else ["1"]
    if len(wanted) == 1 and "2" in files:
        raise StudyError(
            f"the archive calls {accession} single-end but offers {listed(paths)}",
            where=where,
            expected="one file for a single-end run",
            remedy="leave the run out by naming the others in config/samples.tsv, or report it to the archive",
        )
    if not all(mate in files for mate in wanted):
        return []
    return [files[mate]._replace(mate=mate if len(wanted) > 1 else "") for mate in wanted]
