"""Studies as labs describe their samples, with the outcome that they must have: read, resolved, and compared.

A row of a table of studies is a group of samples: `study`, `outcome` (resolve or stop), `group` (knockout, control; other = left
out and listed), `n` samples, `fields` (`field=value`, parted by `;` before a field's name; `{n}` counts the samples; `a:NAME=` is
an attribute), `why`. All else is an ordinary paired RNA-Seq run of a mouse. `python -m support.described TABLE` prints study,
required and got through `snakemake samples`.
"""

import csv
import re
import sys
import tempfile
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
import yaml

import resolve_samples
from claimcheck.core.errors import StudyError
from claimcheck.core.schemas import complete, load_schema
from claimcheck.core.tables import read_table, write_table
from claimcheck.sourcing.runs import RUN_FIELDS, merge_sources
from support.archive import Archive, serve
from support.studies import ROOT, run_workflow, write_study

PROJECT = "PRJNA1249006"
_MD5 = ("0" * 32, "1" * 32)


class Described(NamedTuple):
    """A study: name, required outcome, and by run accession the group that each run must have."""

    name: str
    outcome: str
    groups: dict[str, str]
    archive: Archive


def read_studies(path: Path) -> list[Described]:
    """Read a table of studies, each as an archive that publishes it."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [publish(name, list(groups)) for name, groups in groupby(rows, key=lambda row: row["study"])]


def publish(name: str, groups: list[dict[str, str]]) -> Described:
    """Publish a study, one row a group of samples."""
    archive, required = Archive(), {}
    archive.projects[PROJECT] = []
    for group in groups:
        for number in range(1, int(group["n"]) + 1):
            at = len(required)
            run = {
                "run_accession": f"SRR9{at:06d}",
                "experiment_accession": f"SRX9{at:06d}",
                "sample_accession": f"SAMN9{at:07d}",
                "study_accession": PROJECT,
                "tax_id": "10090",
                "scientific_name": "Mus musculus",
                "library_layout": "PAIRED",
                "library_source": "TRANSCRIPTOMIC",
                "library_strategy": "RNA-Seq",
                "read_count": "1000",
                "fastq_ftp": f"host/SRR9{at:06d}_1.fastq.gz;host/SRR9{at:06d}_2.fastq.gz",
                "fastq_md5": ";".join(_MD5),
                "fastq_bytes": "1;1",
            }
            attributes = {"organism": "Mus musculus"}
            for part in re.split(r";(?=(?:a:[^=;]+|[a-z_]+)=)", group["fields"].replace("{n}", str(number))):
                key, _, value = part.partition("=")
                target, key = (attributes, key[2:]) if key.startswith("a:") else (run, key)
                target[key] = value
            archive.projects[PROJECT].append(run)
            archive.attributes.setdefault(run["sample_accession"], {}).update(attributes)
            required[run["run_accession"]] = group["group"]
    return Described(name, groups[0]["outcome"], required, archive)


@cache
def _own_settings() -> dict[str, Any]:
    settings: dict[str, Any] = yaml.safe_load((ROOT / "config/config.yaml").read_text())
    return settings


def configuration(archive: Archive) -> dict[str, Any]:
    """Return the root's configuration with the archive's addresses."""
    settings = _own_settings()
    return {
        "study": {"title": "A described study", "bioproject": PROJECT, "tax_id": 10090},
        "archive": archive.addresses(),
        "samples": settings["samples"],
        "design": settings["design"],
        "reference": {"transcripts": "config/transcripts.fa"},
    }


def compare(study: Described, samples: Path, calls: Path) -> str:
    """Say how resolved samples differ from those that a study must have: "" if they don't."""
    sheet, called = read_table(samples, text=True), read_table(calls, text=True)
    conditions = {run: row.condition for row in sheet.itertuples() for run in str(row.runs).split(";")}
    wrong = [run for run, group in study.groups.items() if conditions.get(run, "other") != group]
    listed = {run for cell in called["runs"] for run in cell.split(";")}
    unlisted = sorted(set(study.groups) - listed)
    unexplained = called.loc[~called["sample"].isin(sheet["sample"]) & (called["left_out"] == ""), "sample"].tolist()
    found = {"wrong": wrong, "not listed": unlisted, "left out without a reason": unexplained}
    return "; ".join(f"{what}: {', '.join(runs)}" for what, runs in found.items() if runs)


def resolve(study: Described, folder: Path, *, sheet: Path | None = None, **samples: Any) -> tuple[str, str]:
    """Let the step alone decide a study in a folder, the working directory: as `run_described`."""
    runs = pd.DataFrame(study.archive.projects[PROJECT]).reindex(columns=list(RUN_FIELDS), fill_value="").fillna("")
    rows = [(sample, name, text) for sample, said in study.archive.attributes.items() for name, text in said.items()]
    write_table(merge_sources({"ENA": runs}), folder / "runs.tsv")
    write_table(pd.DataFrame(rows, columns=["sample_accession", "attribute", "value"]), folder / "attributes.tsv")
    settings = configuration(study.archive)["samples"]
    try:
        resolve_samples.main(
            run_table=folder / "runs.tsv",
            attributes=folder / "attributes.tsv",
            sheet=sheet,
            accession=PROJECT,
            tax_id=10090,
            rules=complete(settings | samples, load_schema("config.schema.yaml")["properties"]["samples"]),
            test="knockout",
            reference="control",
            covariates="auto",
            samples=folder / "samples.tsv",
            calls=folder / "calls.tsv",
            read_files=folder / "files.tsv",
        )
    except StudyError as error:
        return "stop", str(error)
    return "resolve", compare(study, folder / "samples.tsv", folder / "calls.tsv")


def run_described(study: Described, folder: Path) -> tuple[str, str]:
    """Run `snakemake samples` on a study: (resolve or stop, what is wrong with it or why it stopped)."""
    with serve(study.archive):
        write_study(folder, configuration(study.archive), transcripts__fa=">t|g|\nACGT\n")
        completed = run_workflow(folder, "samples")
    if completed.returncode:
        return "stop", completed.stderr.partition("Stopped: ")[2].split("\n  where:")[0] or completed.stderr[-800:]
    results = folder / "results/samples"
    return "resolve", compare(study, results / "samples.tsv", results / "calls.tsv")


def main() -> None:
    """Print a table of all studies of a file, and say how many are not as required."""
    failures = 0
    for study in read_studies(Path(sys.argv[1])):
        if sys.argv[2:] and study.name not in sys.argv[2:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            outcome, said = run_described(study, Path(folder))
        is_right = outcome == study.outcome and not (outcome == "resolve" and said)
        failures += not is_right
        shown = said if sys.argv[2:] or not is_right else ""
        print("ok " if is_right else "BAD", study.name, study.outcome, outcome, shown, sep="\t")
    print(f"{failures} not as required")


if __name__ == "__main__":
    main()
