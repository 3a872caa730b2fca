"""The European Nucleotide Archive's list of a project's runs: asking for it, and reading what comes back."""

import csv
import io
import re
from typing import NamedTuple

import pandas as pd
import requests

from claimcheck.errors import StudyError
from claimcheck.sourcing.addresses import PROJECT, RUN, Address, check_name
from claimcheck.sourcing.http import get_text
from claimcheck.tables import listed

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
"""Fields asked for; few, since one name that the archive does not know rejects the whole request."""


class ReadFile(NamedTuple):
    """One FASTQ file of a run: mate ("1", "2" or "" for single-end), path below the host, MD5, size in bytes."""

    mate: str
    path: str
    md5: str
    size: int


def fetch_filereport(base: Address, accession: str, session: requests.Session) -> str:
    """Ask the archive for the runs of a project.

    Args:
        base: the portal's address; of a local mirror, the folder that holds `filereport/<accession>.tsv`.
        accession: a BioProject such as PRJNA1249006.
        session: from `http.open_session`.

    Returns:
        The reply as it came: a tab-separated table, empty for an accession without public runs.
    """
    check_name(accession, PROJECT, kind="BioProject accession", where="config/config.yaml, study.bioproject")
    if base.is_local:
        return get_text(base.join(f"filereport/{accession}.tsv"), parameters={}, session=session)
    parameters = {
        "accession": accession,
        "result": "read_run",
        "fields": ",".join(RUN_FIELDS),
        "format": "tsv",
        "limit": "0",
    }
    return get_text(base.join("filereport"), parameters=parameters, session=session)


def parse_filereport(reply: str, *, accession: str, where: str) -> pd.DataFrame:
    """Read a reply of `fetch_filereport`.

    Returns:
        One row a run, all columns text, sorted by run accession.

    Raises:
        StudyError: the archive knows no public run of the accession, or the reply is not its table of runs.
    """
    rows = list(csv.DictReader(io.StringIO(reply), delimiter="\t", quoting=csv.QUOTE_NONE))
    header = reply.partition("\n")[0].rstrip("\r").split("\t")
    if reply.strip() and "run_accession" not in header:
        raise StudyError(
            f"the archive did not send a table of runs: {' '.join(reply.split())[:200]!r}",
            where=where,
            expected="a tab-separated table with the column run_accession",
            remedy="try again later; if it stays, the archive's interface has changed: fill config/samples.tsv by hand",
        )
    if not rows:
        raise StudyError(
            f"the archive lists no public run for {accession}",
            where=where,
            expected="at least one run",
            remedy=(
                "check the accession in config/config.yaml (study.bioproject); a new project can take some days to be mirrored"
            ),
        )
    table = pd.DataFrame(rows).reindex(columns=[*RUN_FIELDS]).fillna("")
    for run in table["run_accession"]:
        check_name(run, RUN, kind="run accession", where=where)
    if table["run_accession"].duplicated().any():
        raise StudyError(
            f"the archive lists {listed(table.loc[table['run_accession'].duplicated(), 'run_accession'])} twice",
            where=where,
            expected="every run once",
            remedy="try again later; report it to the archive if it stays",
        )
    return table.sort_values("run_accession", ignore_index=True)


def select_rna_seq(runs: pd.DataFrame, *, tax_id: int, accession: str) -> pd.DataFrame:
    """Keep the transcriptomic RNA-Seq runs of one organism.

    Raises:
        StudyError: none is left; the message counts what there was.
    """
    is_rna = (runs["library_strategy"] == "RNA-Seq") & runs["library_source"].str.startswith("TRANSCRIPTOMIC")
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
        a single-end run its one file.

    Raises:
        StudyError: the lists do not belong together, or the files that the layout needs are not there.
    """
    accession = str(run["run_accession"])
    where = f"the archive's row of {accession}"
    columns = [str(run[name]).split(";") if run[name] else [] for name in ("fastq_ftp", "fastq_md5", "fastq_bytes")]
    paths, sums, sizes = columns
    if not paths or not len(paths) == len(sums) == len(sizes):
        raise StudyError(
            f"the archive offers no FASTQ files for {accession}"
            if not paths
            else f"the archive lists {len(paths)} files, {len(sums)} checksums and {len(sizes)} sizes for {accession}",
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
    if not all(mate in files for mate in wanted):
        raise StudyError(
            f"the archive's files of the {str(run['library_layout']).lower()} run {accession} are {listed(paths)}",
            where=where,
            expected=" and ".join(f"{accession}{'_' + mate if mate else ''}.fastq.gz" for mate in wanted),
            remedy="leave the run out by naming the others in config/samples.tsv, or fetch it by hand",
        )
    return [files[mate]._replace(mate=mate if len(wanted) > 1 else "") for mate in wanted]
