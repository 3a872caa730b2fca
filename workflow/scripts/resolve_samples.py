"""Decide which animal and group every run belongs to, from a sheet or from the archive's descriptions; or stop.

Where the descriptions do not decide it, a template to complete by hand is written, and nothing is downloaded.
"""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.errors import StudyError
from claimcheck.sourcing import samples as sheets
from claimcheck.sourcing.genotype import CONTROL, KNOCKOUT
from claimcheck.sourcing.notation import compile_rules
from claimcheck.sourcing.runs import read_files, require_agreement, select_rna_seq
from claimcheck.sourcing.strata import resolve_groups
from claimcheck.steps import step
from claimcheck.tables import listed, read_table, write_table

progress = logging.getLogger("claimcheck.progress")

TEMPLATE = Path("results/samples/samples.template.tsv")
COPY_TO = "config/samples.tsv"
DOWNLOADS = Path("resources/downloads")
REMEDY = (
    f"copy {TEMPLATE} to {COPY_TO}, complete its column condition from the publication or the authors, "
    "delete the rows that do not belong to the comparison, and start again"
)


def main(
    *,
    run_table: Path,
    attributes: Path,
    sheet: Path | None,
    accession: str,
    tax_id: int,
    rules: dict[str, Any],
    test: str,
    reference: str,
    covariates: Sequence[str] | str,
    samples: Path,
    calls: Path,
    read_files_table: Path,
    has_objects: bool = True,
) -> None:
    """Write the sample sheet of the two groups, all calls, and the FASTQ files of the runs in use.

    Without `has_objects` no `.sra` object can stand in for files that the archive lacks.
    """
    runs = select_rna_seq(read_table(run_table, text=True), tax_id=tax_id, accession=accession)
    if sheet is not None:
        where = str(sheet)
        stated = sheets.check_sheet(read_table(sheet, text=True), where=where)
        sheets.require_unchanged(stated, runs, where=where)
    else:
        where = str(run_table)
        require_agreement(runs)
        described = sheets.describe_runs(runs, read_table(attributes, text=True))
        stated = _called(described, rules=rules, test=test, reference=reference)
    selected = sheets.select_groups(stated, test=test, reference=reference, where=where)
    sheets.require_covariates(selected, covariates, where=where)
    files = _files(sheets.match_runs(selected, runs, where=where), runs)
    _require_space(files)
    _require_reads(files, has_objects=has_objects)
    write_table(files, read_files_table)
    write_table(stated, calls)
    write_table(selected, samples)


def _called(runs: pd.DataFrame, *, rules: dict[str, Any], test: str, reference: str) -> pd.DataFrame:
    """Call all samples from their descriptions, or stop with the template."""
    samples = sheets.join_runs(runs)
    fields = [field for field in rules["fields"] if field in samples]
    if "conditional_knockout" in rules:
        attributes = [str(column) for column in samples if str(column).startswith("attribute:")]
        fields = list(dict.fromkeys([*fields, *attributes]))
        named = samples[fields].rename(columns=lambda field: field.removeprefix("attribute:"))
        resolution = resolve_groups(named, compile_rules(rules["conditional_knockout"]))
        for note in resolution.notes:
            progress.info("%s", note)
        calls = resolution.table
        conditions = calls["label"].map({KNOCKOUT: test, CONTROL: reference}).fillna("")
        calls["condition"] = conditions.where(calls["selected"] | bool(resolution.reasons), "")
        reasons = resolution.reasons
    else:
        calls = sheets.call_conditions(samples, fields=fields, patterns=rules["patterns"])
        open_calls = calls[calls["problem"] != ""]
        titles = samples.loc[open_calls.index, ["run_accession", "sample_title"]]
        reasons = list(titles["run_accession"] + " " + open_calls["problem"] + " (" + titles["sample_title"] + ")")
    sheet = sheets.samples_from_calls(runs, calls)
    if not reasons:
        return sheet
    write_table(sheet.join(samples[fields], on="sample"), TEMPLATE)
    raise StudyError(
        "the archive's descriptions do not decide who is in which group",
        where=listed(reasons),
        expected=f"{test} and {reference} told apart by {listed(fields, most=8)}, without contradiction",
        remedy=REMEDY,
    )


def _files(used: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """List the FASTQ files of the runs in use, one row a file; without path where the reads come from an `.sra` object."""
    by_run = runs.set_index("run_accession", drop=False)
    rows = []
    notes: dict[str, list[str]] = {}
    for sample, run in used.itertuples(index=False):
        layout, files, note = read_files(by_run.loc[run])
        mates = ("1", "2") if layout == "PAIRED" else ("",)
        rows += [
            (sample, run, layout, by_run.loc[run, "read_count"], *file)
            for file in files or [(mate, "", "", "") for mate in mates]
        ]
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
            remedy=f"keep the runs of one layout in {COPY_TO}",
        )
    return files_table


def _require_reads(files: pd.DataFrame, *, has_objects: bool) -> None:
    """Check before the first download that every run has FASTQ files, or an `.sra` object that may stand in."""
    lacking = files.loc[files["path"] == "", "run_accession"].unique()
    if len(lacking) and not has_objects:
        raise StudyError(
            f"the archive does not offer the FASTQ files of {listed(lacking, most=8)}, and archive.sra is none",
            where="config/config.yaml, archive.sra; resources/archive/run_table.tsv, column fastq_ftp",
            expected="the files that the layout of each run needs, or NCBI's .sra objects in their place",
            remedy=(
                "remove archive.sra from config/config.yaml, so that the objects are fetched and unpacked with the SRA "
                f"Toolkit; or leave these runs out by stating the others in {COPY_TO}"
            ),
        )


def _require_space(files: pd.DataFrame) -> None:
    """Check before the first download that all of them fit on the disk."""
    sizes = pd.to_numeric(files["size"].replace("", 0))
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


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            run_table=Path(snakemake.input.run_table),
            attributes=Path(snakemake.input.attributes),
            sheet=Path(snakemake.input.sheet) if snakemake.input.sheet else None,
            accession=snakemake.params.accession,
            tax_id=snakemake.params.tax_id,
            rules=snakemake.params.rules,
            test=snakemake.params.test,
            reference=snakemake.params.reference,
            covariates=snakemake.params.covariates,
            samples=Path(snakemake.output.samples),
            calls=Path(snakemake.output.calls),
            read_files_table=Path(snakemake.output.read_files),
            has_objects=snakemake.params.has_objects,
        )
