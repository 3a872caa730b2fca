"""Decide which animal and group every run belongs to, from a sheet or from the archive's descriptions; or stop.

Where the descriptions do not decide it, a template to complete by hand is written, and nothing is downloaded.
"""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.steps import step
from claimcheck.core.tables import listed, read_table, write_table
from claimcheck.sourcing import samples as sheets
from claimcheck.sourcing.notation import CONTROL, KNOCKOUT, compile_rules
from claimcheck.sourcing.runs import read_files, require_agreement, select_rna_seq
from claimcheck.sourcing.strata import CALL_COLUMNS, Resolution, resolve_groups
from claimcheck.sourcing.units import find_units
from claimcheck.sourcing.vocabulary import make_vocabulary

progress = logging.getLogger("claimcheck.progress")

TEMPLATE = Path("results/samples/samples.template.tsv")
COPY_TO = "config/samples.tsv"
DOWNLOADS = Path("resources/downloads")
REMEDY = (
    f"set what the lines above name, in config/config.yaml; or copy {TEMPLATE} to {COPY_TO}, fill its column condition from the "
    f"publication or the authors (`{sheets.LEFT_OUT}` for samples of neither group), and start again"
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
    all_runs = read_table(run_table, text=True)
    runs = select_rna_seq(all_runs, tax_id=tax_id, accession=accession)
    if sheet is not None:
        where = str(sheet)
        stated = sheets.check_sheet(read_table(sheet, text=True), where=where)
        sheets.require_unchanged(stated, runs, where=where)
        stated = sheets.with_left_out(stated, runs, groups=(test, reference), where=where)
    else:
        where = str(run_table)
        described = sheets.describe_runs(runs, read_table(attributes, text=True))
        stated = _called(described, all_runs, rules=rules, test=test, reference=reference)
    titles = runs.set_index("run_accession")["sample_title"]
    stated["title"] = [_title(row, titles) for row in stated.to_dict("records")]
    selected = sheets.select_groups(stated, test=test, reference=reference, where=where)
    if sheet is not None:
        sheets.require_animals(selected, where=where)
    sheets.require_covariates(selected, covariates, where=where)
    files = _files(sheets.match_runs(selected, runs, where=where), runs)
    _require_space(files)
    _require_reads(files, has_objects=has_objects)
    write_table(files.astype({"size": str}), read_files_table)
    write_table(stated.fillna("").astype(str), calls)
    write_table(selected.drop(columns=[column for column in CALL_COLUMNS if column in selected]), samples)


def _title(sample: dict[str, Any], titles: "pd.Series[str]") -> str:
    """Return a sample's title: that of its call, else those of its runs."""
    own = dict.fromkeys(titles.get(run.strip(), "") for run in str(sample["runs"]).split(";"))
    return str(sample.get("title") or "; ".join(filter(None, own)))


def _called(
    runs: pd.DataFrame, all_runs: pd.DataFrame, *, rules: dict[str, Any], test: str, reference: str
) -> pd.DataFrame:
    """Call all samples from their descriptions, or stop with the template."""
    compiled = compile_rules(rules["conditional_knockout"]) if "conditional_knockout" in rules else None
    vocabulary = compiled.vocabulary if compiled else make_vocabulary([])
    animals, reasons = find_units(runs, rules["unit"], vocabulary)
    described = sheets.describe_samples(runs, animals)
    fields = [field for field in rules["fields"] if field in described]
    if compiled:
        attributes = [str(column) for column in described if str(column).startswith("attribute:")]
        fields = list(dict.fromkeys([*fields, *attributes]))
        named = described[fields].rename(columns=lambda field: field.removeprefix("attribute:"))
        resolution = resolve_groups(named, compiled)
        calls, reasons = (
            _conditions(resolution, sure=not reasons, test=test, reference=reference),
            reasons + resolution.reasons,
        )
        for note in [] if reasons else resolution.notes:
            progress.info("%s", note)
    else:
        calls = sheets.call_conditions(described, fields=fields, patterns=rules["patterns"])
        calls["title"] = described["sample_title"]
        opened = calls[calls["problem"] != ""]
        reasons += list(
            described.loc[opened.index, "run_accession"] + " " + opened["problem"] + " (" + opened["title"] + ")"
        )
    sheet = sheets.samples_from_calls(runs, animals, calls)
    template = sheets.template_of(sheet, described[fields])
    try:
        require_agreement(runs)
    except StudyError:
        write_table(template, TEMPLATE)
        raise
    if reasons:
        write_table(template, TEMPLATE)
        raise StudyError(
            "the archive's descriptions do not decide which animals are compared",
            details=list(dict.fromkeys(reasons)),
            where=f"what the archive says, in {TEMPLATE}",
            expected=f"{test} and {reference}, told apart by what the archive says, and every other difference understood",
            remedy=REMEDY,
        )
    return pd.concat(
        [sheet, _not_read(runs, all_runs).reindex(columns=sheet.columns, fill_value="")], ignore_index=True
    )


def _conditions(resolution: Resolution, *, sure: bool, test: str, reference: str) -> pd.DataFrame:
    """Add the conditions to calls: of the selected samples; in a template, of those whose group nothing puts in doubt."""
    calls = resolution.table.copy()
    conditions = calls["label"].map({KNOCKOUT: test, CONTROL: reference}).fillna("")
    firm = calls["selected"]
    if resolution.reasons:
        firm = (calls["provisional"] == "") & (sure and not resolution.doubts)
    calls["condition"] = conditions.where(firm, "")
    return calls


def _not_read(runs: pd.DataFrame, all_runs: pd.DataFrame) -> pd.DataFrame:
    """List the runs of the project that are not RNA-Seq of the organism, with the reason."""
    others = all_runs[~all_runs["run_accession"].isin(runs["run_accession"])]
    same = others["tax_id"] == runs["tax_id"].iloc[0]
    reasons = "deposited as " + others["library_strategy"] + " (" + others["library_source"] + "), not as RNA-Seq"
    return pd.DataFrame(
        {
            "sample": others["sample_accession"].where(others["sample_accession"] != "", others["run_accession"]),
            "title": others["sample_title"],
            "runs": others["run_accession"],
            "left_out": reasons.where(same, "another organism: " + others["scientific_name"]),
        }
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
    sizes = files["size"].replace("", 0)
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
