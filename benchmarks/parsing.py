"""How long does Snakemake think before it starts, by the number of samples? A dry run of a study whose samples are stated.

`PYTHONPATH=workflow/scripts python benchmarks/parsing.py [--samples 50 200 500]` prints a table. The study has a frozen sheet,
a run and two files a sample, and no reads: the samples are resolved first, since a dry run sees no further than that.
"""

import argparse
import re
import sys
import tempfile
from pathlib import Path

import pandas as pd
import yaml

from claimcheck.simulation.mirror import REPORT_COLUMNS
from measuring import measure, snakemake

ACCESSION = "PRJNA0000004"
GROUPS = ("control", "knockout")


def sheet(samples: int) -> pd.DataFrame:
    """Return a frozen sample sheet: one run a sample, groups in turn."""
    numbers = range(1, samples + 1)
    return pd.DataFrame(
        {
            "sample": [f"animal{number}" for number in numbers],
            "condition": [GROUPS[number % 2] for number in numbers],
            "runs": [f"SRR{number:07d}" for number in numbers],
        }
    )


def file_report(samples: int) -> pd.DataFrame:
    """Return what the archive lists for `sheet`: paired runs of files that need not exist for a dry run."""
    runs = sheet(samples)["runs"]
    constant = {
        "study_accession": ACCESSION,
        "tax_id": "10090",
        "scientific_name": "Mus musculus",
        "library_layout": "PAIRED",
        "library_source": "TRANSCRIPTOMIC",
        "library_strategy": "RNA-Seq",
        "read_count": "1",
        "base_count": "200",
        "fastq_md5": f"{'0' * 32};{'0' * 32}",
        "fastq_bytes": "1;1",
    }
    named = {
        "run_accession": runs,
        "experiment_accession": runs.str.replace("SRR", "SRX"),
        "sample_accession": runs.str.replace("SRR", "SAMN"),
        "fastq_ftp": [f"host/vol1/{run}_1.fastq.gz;host/vol1/{run}_2.fastq.gz" for run in runs],
        "sample_title": [f"animal {number}" for number in range(1, samples + 1)],
    }
    return pd.DataFrame(named).assign(**constant).reindex(columns=REPORT_COLUMNS, fill_value="")


def write_study(folder: Path, samples: int) -> None:
    """Write the study folder, its archive's mirror and a reference."""
    (folder / "config").mkdir(parents=True)
    (folder / "archive/filereport").mkdir(parents=True)
    sheet(samples).to_csv(folder / "config/samples.tsv", sep="\t", index=False)
    file_report(samples).to_csv(folder / f"archive/filereport/{ACCESSION}.tsv", sep="\t", index=False)
    (folder / "config/transcripts.fa").write_text(">t1|g1|-|-|T1-201|T1|40|protein_coding|\n" + "ACGT" * 10 + "\n")
    archive = {"ena": "archive", "fastq": "archive"} | dict.fromkeys(("ncbi", "biosamples", "browser", "sra"), "none")
    study = {
        "study": {"title": "Many samples", "bioproject": ACCESSION},
        "archive": archive,
        "design": {"test": GROUPS[1], "reference": GROUPS[0]},
        "reference": {"transcripts": "config/transcripts.fa"},
    }
    (folder / "config/config.yaml").write_text(yaml.safe_dump(study))


def measure_dry_run(samples: int, folder: Path) -> dict[str, float]:
    """Resolve the samples of a study of this size, then measure a dry run of all that follows."""
    write_study(folder, samples)
    measure(snakemake(folder, 1, "results/samples/samples.tsv"), log=folder / "samples.log")
    cost = measure(snakemake(folder, 1, "--dry-run"), log=folder / "dry_run.log")
    total = re.findall(r"^total +([0-9]+)$", (folder / "dry_run.log").read_text(), re.MULTILINE)
    return {
        "samples": samples,
        "jobs": int(total[-1]),
        "cpu_seconds": cost.cpu_seconds,
        "seconds": cost.seconds,
        "peak_memory_mb": cost.peak_memory_mb,
    }


def table(sizes: list[int]) -> pd.DataFrame:
    """Measure dry runs of studies of these sizes."""
    rows = []
    for samples in sizes:
        with tempfile.TemporaryDirectory() as folder:
            rows.append(measure_dry_run(samples, Path(folder) / "study"))
        print(f"  dry run of {samples} samples: {rows[-1]['cpu_seconds']:.1f} s", file=sys.stderr, flush=True)
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, nargs="+", default=[50, 200, 500])
    found = table(parser.parse_args().samples)
    found.to_csv(sys.stdout, sep="\t", index=False, float_format="%.1f", lineterminator="\n")


if __name__ == "__main__":
    main()
