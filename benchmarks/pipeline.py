"""What does a whole run of the workflow cost beside bare kallisto on the same reads, and how much disk does it need?

The study is the demo's simulated bone, grown to about 60,000 transcripts and read from its archive's mirror on disk: fetching,
MD5, reads to their end with their quality, kallisto, all checks, differential expression, sets, claims, figures and page. Bare
kallisto is `index` and one `quant` a sample with the same binary and threads. Simulating the study is not counted.
"""

import compileall
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import yaml

from claimcheck.core.study import read_study
from claimcheck.quantification.kallisto import find_kallisto
from measuring import ROOT, Cost, disk_usage, measure, snakemake

SIMULATION = Path("resources/simulation")
CORES = 2
INDEX = "index"
OF_READS = ("fetch_paired_reads", "scan_reads", "record_provenance")
"""The steps beside kallisto that read FASTQ files."""


class Costs(NamedTuple):
    """What the same reads cost with bare kallisto, command by command, and in a whole run."""

    kallisto: dict[str, Cost]
    whole: Cost

    @property
    def quants(self) -> float:
        """Those of all samples, without the index, which does not depend on the reads."""
        return sum(cost.cpu_seconds for name, cost in self.kallisto.items() if name != INDEX)

    @property
    def bare(self) -> float:
        """Processor seconds of all commands of bare kallisto."""
        return sum(cost.cpu_seconds for cost in self.kallisto.values())


class Line(NamedTuple):
    """Processor seconds as a line through two measured sizes: a constant, and those of each million pairs."""

    fixed: float
    per_million: float

    def at(self, millions: float) -> float:
        """Return the seconds that so many million pairs take by the line."""
        return self.fixed + self.per_million * millions


def line_through(seconds: tuple[float, float], millions: tuple[float, float]) -> Line:
    """Draw the line through two sizes: seconds and million pairs, of all animals together."""
    per_million = (seconds[1] - seconds[0]) / (millions[1] - millions[0])
    return Line(seconds[0] - per_million * millions[0], per_million)


@cache
def compare_costs(folder: Path, study: str, pairs: int, filler_genes: int) -> Costs:
    """Measure bare kallisto and a whole run on the reads of a study in `folder`, once a process; for the rest see `simulate`."""
    simulate(folder / study, pairs, filler_genes)
    return Costs(dict(run_kallisto(folder / study, folder / f"{study}_kallisto")), run_workflow(folder / study))


def configure(pairs: int, filler_genes: int) -> dict:
    """Return the demo's configuration for two animals a group, with as many reads looked at as in a real study.

    Args:
        pairs: read pairs an animal, 2 x 100 nucleotides.
        filler_genes: genes beside those of the gene sets; each has 2.4 transcripts.
    """
    study = read_study(ROOT / "demo")
    sets, simulation = study["gene_sets"], study["simulation"]
    study["claims"] = str(ROOT / "config/claims.yaml")
    sets["curated"] = str(ROOT / "config/gene_sets")
    sets["reference_expression"] = str(ROOT / "config/gene_sets/reference/bone_expression.tsv")
    simulation["reference_expression"] = sets["reference_expression"]
    del study["quality"]["subset_reads"]
    # Two animals a group can look exchanged by chance, the more so with few reads.
    reason = "What is measured is what a run costs, whatever it finds."
    study["quality"]["accepted"] = [{"gate": "knockout", "scope": "study", "reason": reason}]
    simulation["world"]["animals"] = {group: {"female": 1, "male": 1} for group in ("control", "knockout")}
    simulation["world"]["filler"]["genes"] = filler_genes
    simulation["reads"] |= {"pairs": pairs, "length": 100, "fragment_mean": 250, "fragment_sd": 40}
    simulation["archive"]["animals_in_two_runs"] = 0
    return study


def simulate(folder: Path, pairs: int, filler_genes: int) -> None:
    """Write the study folder and what its archive holds; nothing is done where both are there."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(configure(pairs, filler_genes), sort_keys=False)
    path = folder / "config/config.yaml"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    measure(snakemake(folder, CORES, SIMULATION / "archive"), log=folder / "simulate.log")


def samples(folder: Path) -> dict[str, list[Path]]:
    """Return the FASTQ files of each animal, the controls first."""
    truth = pd.read_csv(folder / SIMULATION / "truth/samples.tsv", sep="\t").sort_values(["condition", "animal"])
    archive = folder / SIMULATION / "archive/vol1/fastq"
    return {row.animal: sorted(archive.glob(f"*/*/{row.run}/*.fastq.gz")) for row in truth.itertuples()}


def run_workflow(folder: Path) -> Cost:
    """Run the workflow on a simulated study, without what an earlier run left; its folder's size is taken every second.

    Modules are compiled before: only the first run of a clone does that, whatever its reads.
    """
    compileall.compile_dir(ROOT / "workflow/scripts", quiet=1)
    for left in [folder / "results", *folder.glob("logs/*"), *folder.glob("resources/*")]:
        if left.name not in {SIMULATION.name, "simulate_archive"}:
            shutil.rmtree(left, ignore_errors=True)
    return measure(snakemake(folder, CORES), log=folder / "run.log", watched=folder)


def run_kallisto(folder: Path, scratch: Path) -> Iterator[tuple[str, Cost]]:
    """Index the study's reference and quantify its animals with bare kallisto; give the cost of each command."""
    scratch.mkdir(parents=True, exist_ok=True)
    threads = yaml.safe_load((folder / "config/config.yaml").read_text())["quantification"]["threads"]
    index, reference = scratch / "transcripts.idx", folder / SIMULATION / "transcripts.fa.gz"
    command = [find_kallisto(), "index", "-t", str(threads), "-T", scratch / "tmp", "-i", index, reference]
    yield INDEX, measure(command, log=scratch / "index.log", cwd=scratch)
    for sample, files in samples(folder).items():
        command = [find_kallisto(), "quant", "--plaintext", "-t", str(threads), "-i", index, "-o", scratch / sample]
        yield sample, measure([*command, *files], log=scratch / f"{sample}.log", cwd=scratch)


def cost_of_steps(folder: Path) -> pd.DataFrame:
    """Sum the processor seconds of each step as Snakemake sampled them: short ones show as 0, others as a little less.

    Returns:
        Columns step, jobs, cpu_seconds; the dearest first, without the simulation.
    """
    rows = [
        (path.parent.name, pd.read_csv(path, sep="\t", na_values=["-"])["cpu_time"].sum())
        for path in sorted((folder / "logs").glob("*/*.benchmark.tsv"))
        if path.parent.name != "simulate_archive"
    ]
    steps = pd.DataFrame(rows, columns=["step", "cpu_seconds"]).groupby("step")["cpu_seconds"].agg(["size", "sum"])
    steps.columns = ["jobs", "cpu_seconds"]
    return steps.sort_values("cpu_seconds", ascending=False).reset_index()


def seconds_of_steps(folder: Path, steps: Sequence[str]) -> float:
    """Sum what all jobs of some steps took by their own logs; each of them uses one core."""
    said = (path.read_text() for step in steps for path in (folder / "logs" / step).glob("*.log"))
    return sum(float(taken) for text in said for taken in re.findall(r"INFO done in ([\d.]+) s", text))


def disk(folder: Path, peak_mb: float) -> dict[str, float]:
    """Split what the study's folder holds after a run, in 10^6 bytes; `peak_mb` is the most that it held."""
    reads = disk_usage(folder / SIMULATION / "archive")
    reference = sum(os.lstat(path).st_size for path in (folder / SIMULATION).glob("*.gz"))
    index = (folder / "resources/reference/transcripts.idx").stat().st_size
    final = disk_usage(folder)
    fixed = (reads + reference + index) / 1e6
    return {
        "fastq": reads / 1e6,
        "reference_and_index": (reference + index) / 1e6,
        "rest_at_the_end": final / 1e6 - fixed,
        "rest_at_the_peak": peak_mb - fixed,
    }
