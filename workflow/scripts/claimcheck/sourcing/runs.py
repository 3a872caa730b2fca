"""The runs of a project: reading the archives' lists of them, comparing these, and choosing the files of each run."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, NamedTuple

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.core.text import one_line
from claimcheck.sourcing.addresses import RUN, check_name

RUN_FIELDS = (
    "run_accession",
    "experiment_accession",
    "sample_accession",
    "secondary_sample_accession",
    "study_accession",
    "secondary_study_accession",
    "tax_id",
    "scientific_name",
    "library_layout",
    "library_source",
    "library_strategy",
    "library_selection",
    "library_name",
    "instrument_platform",
    "instrument_model",
    "read_count",
    "base_count",
    "fastq_ftp",
    "fastq_md5",
    "fastq_bytes",
    "submitted_ftp",
    "sample_title",
    "sample_alias",
    "sample_description",
    "experiment_title",
    "experiment_alias",
    "run_alias",
    "description",
    "age",
    "sex",
    "strain",
    "sub_strain",
    "isolate",
    "tissue_type",
    "tissue_lib",
    "cell_line",
    "cell_type",
    "dev_stage",
    "disease",
    "experimental_factor",
    "host_genotype",
    "bio_material",
    "specimen_voucher",
    "isolation_source",
    "collection_date",
)
"""Fields asked of ENA: what names a run, its files, and whatever tells animals, cells and runs apart.

All are in ENA's list `returnFields?result=read_run` of 2026. `submitted_ftp` has the submitter's own file names.
"""

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
"""Fields without which a run cannot be used; the others are left out where ENA rejects them."""

_RUNINFO = {
    "Run": "run_accession",
    "Experiment": "experiment_accession",
    "BioSample": "sample_accession",
    "Sample": "secondary_sample_accession",
    "BioProject": "study_accession",
    "SRAStudy": "secondary_study_accession",
    "TaxID": "tax_id",
    "ScientificName": "scientific_name",
    "LibraryLayout": "library_layout",
    "LibrarySource": "library_source",
    "LibraryStrategy": "library_strategy",
    "LibrarySelection": "library_selection",
    "LibraryName": "library_name",
    "Platform": "instrument_platform",
    "Model": "instrument_model",
    "spots": "read_count",
    "bases": "base_count",
    "SampleName": "sample_alias",
    "Sex": "sex",
    "Disease": "disease",
}


class ReadFile(NamedTuple):
    """One FASTQ file of a run: mate ("1", "2" or "" for single-end), path below the host, MD5, size in bytes."""

    mate: str
    path: str
    md5: str
    size: int


class RunReads(NamedTuple):
    """What is read for a run.

    Attributes:
        layout: PAIRED or SINGLE.
        files: mate 1 and mate 2, or one file; empty where the reads come from NCBI's `.sra` object.
        note: why that is not simply what the archive states, "" if it is.
    """

    layout: str
    files: list[ReadFile]
    note: str


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


def rejected_fields(said: str, asked: Sequence[str]) -> list[str]:
    """Find the fields that ENA's message rejects, such as "Invalid fieldName(s) supplied: x"; never a needed one.

    Args:
        said: the message.
        asked: the fields that were asked for.

    Returns:
        Those of `asked` that the message names, before it lists what is valid. None if it names a needed one too: then it
        repeats the question, or ENA has changed beyond what leaving fields out could mend.
    """
    complaint = re.split(r"(?i)\b(?:valid|available|allowed|supported|possible)\b", said)[0]
    named = set(re.findall(r"\w+", complaint)) & set(asked)
    return [] if named & set(NEEDED_FIELDS) else [field for field in asked if field in named]


def drop_foreign(
    tables: dict[str, pd.DataFrame], accession: str
) -> tuple[dict[str, pd.DataFrame], dict[str, list[str]]]:
    """Leave out runs of other projects than the one that was asked for.

    A run belongs to the project if it names it, or no project at all; or if its project is one that several sources name in
    answer to this question, as they do for an umbrella project; or if its study is one of a run that belongs (SRP and PRJNA
    are two accessions of one study).

    Args:
        tables: source -> table of `parse_filereport` or `parse_runinfo`.
        accession: the project.

    Returns:
        The tables without these runs; and source -> what was left out, as `run (project)`.
    """
    projects = [set(table["study_accession"]) for table in tables.values()]
    own = {accession, *(set.intersection(*projects) if len(projects) > 1 else ())} - {""}
    studies = {
        study
        for table in tables.values()
        for study in table.loc[table["study_accession"].isin(own), "secondary_study_accession"]
        if study
    }
    kept, foreign = {}, {}
    for source, table in tables.items():
        project, study = table["study_accession"], table["secondary_study_accession"]
        unnamed = (project == "") & ((study == "") | (not studies))
        belongs = project.isin(own) | study.isin(studies) | unnamed
        kept[source] = table[belongs].reset_index(drop=True)
        foreign[source] = (table["run_accession"] + " (" + project.where(project != "", study) + ")")[~belongs].tolist()
    return kept, foreign


def merge_sources(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Join the lists of several archives; a run keeps the row of the first one that has it.

    Args:
        tables: source -> table of `parse_filereport` or `parse_runinfo`, the preferred source first.

    Returns:
        The runs of all sources, with three columns more: `listed_by`, the sources that list the run, joined by `;`;
        `other_sample` and `other_layout`, what a later source says of it if that differs, else "".
    """
    merged = pd.concat(list(tables.values()), ignore_index=True).drop_duplicates("run_accession")
    merged = merged.sort_values("run_accession", ignore_index=True)
    merged = merged.assign(listed_by="", other_sample="", other_layout="")
    for source, table in tables.items():
        theirs = table.set_index("run_accession").reindex(merged["run_accession"], fill_value="").reset_index(drop=True)
        is_listed = merged["run_accession"].isin(table["run_accession"])
        merged.loc[is_listed, "listed_by"] += f";{source}"
        sample, layout = theirs["sample_accession"], theirs["library_layout"]
        is_other = (sample != "") & (merged["sample_accession"] != "") & ~_same_sample(merged, theirs)
        merged["other_sample"] = sample.where(is_other, merged["other_sample"])
        merged["other_layout"] = layout.where(is_listed & (layout != merged["library_layout"]), merged["other_layout"])
    return merged.assign(listed_by=merged["listed_by"].str.removeprefix(";"))


def _same_sample(runs: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
    """Whether two rows of a run share an accession of its sample: SAMN and SRS are two accessions of one."""
    names = ("sample_accession", "secondary_sample_accession")
    same = pd.Series(False, index=runs.index)
    for own, other in product(names, names):
        same |= (runs[own] == others[other]) & (runs[own] != "")
    return same


def require_agreement(runs: pd.DataFrame) -> None:
    """Check that every source lists all of these runs, and with the same samples.

    Raises:
        StudyError: one lists fewer, so that its table may be incomplete, and a study without some of its animals another one;
            or two assign a run to different samples.
    """
    listing = runs["listed_by"].str.get_dummies(";").astype(bool)
    sources = " and ".join(map(str, listing.columns))
    remedy = (
        "wait some days until the archives have mirrored each other; or set archive.ncbi to none in config/config.yaml, so that "
        "ENA's list counts alone; or state the runs of each animal in config/samples.tsv, which overrules both lists"
    )
    lacking = {str(source): runs.loc[~listing[source], "run_accession"].tolist() for source in listing.columns}
    shorter = [
        f"{source} lists {len(runs) - len(missing)} of the project's {len(runs)} runs, without {listed(missing)}"
        for source, missing in lacking.items()
        if missing
    ]
    if shorter:
        raise StudyError(
            "; ".join(shorter),
            where="resources/archive/run_table.tsv, column listed_by",
            expected=f"the same runs from {sources}",
            remedy=remedy,
        )
    moved = runs[runs["other_sample"] != ""] if "other_sample" in runs else runs[:0]
    if len(moved):
        first, second = moved["listed_by"].iloc[0].split(";")[:2]
        pairs = (
            moved["run_accession"]
            + f" to {first}'s "
            + moved["sample_accession"]
            + f", {second}'s "
            + moved["other_sample"]
        )
        raise StudyError(
            f"{first} and {second} assign runs to different samples: {listed(pairs)}",
            where="resources/archive/run_table.tsv, columns sample_accession and other_sample",
            expected=f"the same samples from {sources}",
            remedy=remedy,
        )


def select_rna_seq(runs: pd.DataFrame, *, tax_id: int, accession: str) -> pd.DataFrame:
    """Keep the transcriptomic RNA-Seq runs of one organism.

    Raises:
        StudyError: none is left; the message counts what there was.
    """
    is_rna = (runs["library_strategy"] == "RNA-Seq") & (runs["library_source"] == "TRANSCRIPTOMIC")
    kept = runs[is_rna & (runs["tax_id"] == str(tax_id))]
    if kept.empty:
        raise StudyError(
            f"{accession} has no RNA-Seq run of the organism with taxonomy id {tax_id}",
            where=f"the archive's list of runs: {count_kinds(runs)}",
            expected="runs with strategy RNA-Seq, source TRANSCRIPTOMIC, and that organism",
            remedy="check study.bioproject and study.tax_id in config/config.yaml",
        )
    return kept.reset_index(drop=True)


def count_kinds(runs: pd.DataFrame) -> str:
    """Count runs by organism, strategy and source, in words."""
    kinds = runs["scientific_name"] + " / " + runs["library_strategy"] + " / " + runs["library_source"]
    return listed((f"{count} runs of {kind}" for kind, count in kinds.value_counts().items()), most=8)


def decide_layout(run: pd.Series) -> RunReads:
    """Decide how a run was sequenced, and which of its files are read: by the names of its files, never by their position.

    The files decide where they can: both mates (a third file holds reads without a mate and is left out) make a run paired,
    whatever the archives call it; one file makes it single-end, unless all call it paired. What the files do not tell comes
    from NCBI's object, in the layout that NCBI states.

    Args:
        run: a row of `merge_sources` or `parse_filereport`.

    Raises:
        StudyError: the lists of files do not belong together, or neither they nor the archives tell the layout.
    """
    files = _listed_files(run)
    stated = [layout for layout in (str(run["library_layout"]), str(run.get("other_layout", ""))) if layout]
    if {"1", "2"} <= files.keys():
        layout, chosen, offer = "PAIRED", [files["1"], files["2"]], "both mates"
    elif "2" not in files and files and set(stated) != {"PAIRED"}:
        layout, chosen, offer = "SINGLE", [files.get("") or files["1"]], "one file"
    elif stated and set(stated) <= {"PAIRED", "SINGLE"}:
        layout, chosen, offer = stated[-1], [], "one file" if files else "no FASTQ file"
    else:
        raise StudyError(
            f"the archive does not say whether {run['run_accession']} is paired",
            where=f"the archive's row of {run['run_accession']}, library_layout",
            expected="PAIRED or SINGLE, or files that tell it",
            remedy="try again later, or leave the run out by naming the others in config/samples.tsv",
        )
    if layout == "SINGLE":
        chosen = [file._replace(mate="") for file in chosen]
    if stated == [layout] and chosen:
        return RunReads(layout, chosen, "")
    called = (
        " by ENA and ".join(stated) + (" by NCBI" if len(stated) > 1 else " by the archive") if stated else "nothing"
    )
    origin = "" if chosen else " from NCBI's .sra object"
    return RunReads(layout, chosen, f"called {called}, offered as {offer}: read as {layout}{origin}")


def _listed_files(run: pd.Series) -> dict[str, ReadFile]:
    """Read the three parallel lists of a run's FASTQ files: mate ("" without a number) -> file."""
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
        if not re.fullmatch(r"[0-9a-f]{32}", md5) or not re.fullmatch(r"[0-9]{1,15}", size):
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
    return files
