"""Decide which animal and group every run belongs to, from a sheet or from the archive's descriptions; or stop.

Where the descriptions do not decide it, a template to complete by hand is written, and nothing is downloaded.
"""

from pathlib import Path

import pandas as pd

from claimcheck.errors import StudyError
from claimcheck.sourcing import samples as sheets
from claimcheck.sourcing.archive import parse_filereport, read_files, select_rna_seq
from claimcheck.steps import step
from claimcheck.tables import listed, read_table, write_table

TEMPLATE = Path("results/samples/samples.template.tsv")
COPY_TO = "config/samples.tsv"


def main(
    *,
    filereport: Path,
    sheet: Path | None,
    accession: str,
    tax_id: int,
    fields: list[str],
    patterns: dict[str, list[str]],
    factor: str,
    test: str,
    reference: str,
    samples: Path,
    read_files_table: Path,
) -> None:
    """Write the sample sheet of the two groups, and the FASTQ files of their runs."""
    reply = filereport.read_text(encoding="utf-8")
    runs = parse_filereport(reply, accession=accession, where=str(filereport))
    runs = select_rna_seq(runs, tax_id=tax_id, accession=accession)
    if sheet is not None:
        stated = sheets.check_sheet(read_table(sheet, text=True), where=str(sheet), factor=factor)
        where = str(sheet)
    else:
        stated = _called(runs, fields=fields, patterns=patterns)
        where = str(filereport)
    selected = sheets.select_groups(stated, test=test, reference=reference, where=where)
    used = sheets.match_runs(selected, runs, where=where)
    write_table(_files(used, runs), read_files_table)
    write_table(selected, samples)


def _called(runs: pd.DataFrame, *, fields: list[str], patterns: dict[str, list[str]]) -> pd.DataFrame:
    """Call all runs from their descriptions, or stop with the template."""
    calls = sheets.call_conditions(runs, fields=fields, patterns=patterns)
    open_calls = runs.join(calls)[calls["problem"] != ""]
    if open_calls.empty:
        return sheets.samples_from_archive(runs, calls)
    write_table(sheets.template_of(runs, calls, fields=fields), TEMPLATE)
    said = open_calls["run_accession"] + " " + open_calls["problem"] + " (" + open_calls["sample_title"] + ")"
    raise StudyError(
        f"the archive's descriptions do not say the condition of {len(open_calls)} of {len(runs)} runs",
        where=listed(said),
        expected=f"every run to match samples.patterns of exactly one condition, in {listed(fields, most=8)}",
        remedy=(
            f"copy {TEMPLATE} to {COPY_TO}, complete its column condition from the publication or the authors, "
            "delete the rows that do not belong to the comparison, and start again"
        ),
    )


def _files(used: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
    """List the FASTQ files of the runs in use, one row a file."""
    by_run = runs.set_index("run_accession", drop=False)
    rows = [
        (sample, run, by_run.loc[run, "library_layout"], by_run.loc[run, "read_count"], *file)
        for sample, run in used.itertuples(index=False)
        for file in read_files(by_run.loc[run])
    ]
    columns = ["sample", "run_accession", "library_layout", "read_count", "mate", "path", "md5", "size"]
    files = pd.DataFrame(rows, columns=columns)
    mixed = files.groupby("sample")["library_layout"].nunique()
    if (mixed > 1).any():
        raise StudyError(
            f"the sample {listed(mixed.index[mixed > 1])} has paired and single-end runs",
            where="the archive's column library_layout",
            expected="one layout for all runs of a sample",
            remedy=f"keep the runs of one layout in {COPY_TO}",
        )
    return files


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            filereport=Path(snakemake.input.filereport),
            sheet=Path(snakemake.input.sheet) if snakemake.input.sheet else None,
            accession=snakemake.params.accession,
            tax_id=snakemake.params.tax_id,
            fields=snakemake.params.fields,
            patterns=snakemake.params.patterns,
            factor=snakemake.params.factor,
            test=snakemake.params.test,
            reference=snakemake.params.reference,
            samples=Path(snakemake.output.samples),
            read_files_table=Path(snakemake.output.read_files),
        )
