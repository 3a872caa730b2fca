"""All benchmarks with one command and one table: what is measured, beside its peer, and the aim.

`PYTHONPATH=workflow/scripts:tests python benchmarks/run.py [parts] [--pairs 2000000]` prints the table and writes it to
benchmarks/results/table.tsv, part by part. Parts: run (whole run against bare kallisto, and its disk), slope (the same with a
quarter of the reads: what grows with them, and what does not), aligners (against STAR, featureCounts and R's DESeq2; simulates
what `run` does), differential, claims, memory, parsing. Without parts all are measured, which takes
about an hour of processor time, 10 GB of disk and 5 GB of memory. Seconds are those of the processor, user and system.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pandas as pd

import aligners
import parsing
import pipeline
from claimcheck.core.tables import write_table
from measuring import ONE_THREAD, ROOT, Cost

RESULTS = ROOT / "benchmarks/results"
COLUMNS = ["part", "measure", "value", "unit", "aim"]
GENES = 23_700  # 60,386 transcripts
DEEP = 8 * 25.0
"""Million pairs of a deep study: eight animals of 25 million."""
MOUSE_GENES = 57_000  # about 140,000 transcripts, 250 million nucleotides

Row = tuple[str, float, str, str]


def whole_run(folder: Path, pairs: int) -> Iterator[Row]:
    """Measure part `run`: bare kallisto, then the workflow, on the same reads."""
    study = folder / "study"
    costs = pipeline.compare_costs(folder, study.name, pairs, GENES)
    for name, cost in costs.kallisto.items():
        yield f"bare kallisto, {name}", cost.cpu_seconds, "CPU s", ""
    cost = costs.whole
    yield "whole run", cost.cpu_seconds, "CPU s", ""
    yield "whole run / bare kallisto", cost.cpu_seconds / costs.bare, "ratio", "<= 1.35"
    steps = pipeline.cost_of_steps(study)
    for step in steps[steps["cpu_seconds"] >= 1].itertuples():
        yield f"{step.step} ({step.jobs} jobs)", step.cpu_seconds, "CPU s, sampled", ""
    yield "Snakemake and short steps", cost.cpu_seconds - steps["cpu_seconds"].sum(), "CPU s", ""
    space = pipeline.disk(study, cost.peak_disk_mb)
    for name in ("fastq", "reference_and_index"):
        yield name.replace("_", " "), space[name], "MB", ""
    for when in ("end", "peak"):
        rest = space[f"rest_at_the_{when}"]
        yield f"disk beyond both at the {when}", 100 * rest / space["fastq"], "% of FASTQ", "<= 10"
        with_index = 100 * (rest + space["reference_and_index"]) / space["fastq"]
        yield f"disk beyond FASTQ at the {when}", with_index, "% of FASTQ", ""


def slope(folder: Path, pairs: int) -> Iterator[Row]:
    """Measure part `slope`: what grows with the reads and what does not, from a whole run of all of them and of a quarter."""
    sizes = (pairs // 4, pairs)
    studies = ("quarter", "study")
    costs = [pipeline.compare_costs(folder, study, size, GENES) for study, size in zip(studies, sizes, strict=True)]
    animals = len(pipeline.samples(folder / "study"))
    millions = (animals * sizes[0] / 1e6, animals * sizes[1] / 1e6)
    kallisto = pipeline.line_through((costs[0].bare, costs[1].bare), millions)
    whole = pipeline.line_through((costs[0].whole.cpu_seconds, costs[1].whole.cpu_seconds), millions)
    yield "bare kallisto, each million pairs", kallisto.per_million, "CPU s", ""
    yield "whole run, each million pairs", whole.per_million, "CPU s", ""
    yield "the same, whole run / bare kallisto", whole.per_million / kallisto.per_million, "ratio", "<= 1.10"
    quants = pipeline.line_through((costs[0].quants, costs[1].quants), millions)
    taken = [pipeline.seconds_of_steps(folder / study, pipeline.OF_READS) for study in studies]
    beside = pipeline.line_through((taken[0], taken[1]), millions)
    yield "kallisto quant alone, each million pairs", quants.per_million, "CPU s", ""
    yield "steps beside it that read them, each million pairs", beside.per_million, "s by their logs", ""
    yield "both / kallisto quant alone", 1 + beside.per_million / quants.per_million, "ratio", "<= 1.10"
    yield "whole run beyond kallisto, whatever the reads", whole.fixed - kallisto.fixed, "CPU s", "<= 60"
    yield (
        f"whole run / bare kallisto, {DEEP:.0f} million pairs by the slopes",
        whole.at(DEEP) / kallisto.at(DEEP),
        "ratio",
        "",
    )


def with_aligners(folder: Path, pairs: int) -> Iterator[Row]:
    """Measure part `aligners`, on the reads of `run`."""
    missing = aligners.missing_programs()
    if missing:
        yield f"skipped: no {', '.join(missing)}", float("nan"), "", ""
        return
    study = folder / "study"
    pipeline.simulate(study, pairs, GENES)
    total = 0.0
    for name, cost in aligners.run(study / pipeline.SIMULATION, pipeline.samples(study), folder / "star"):
        total += cost.cpu_seconds
        yield name, cost.cpu_seconds, "CPU s", ""
        yield f"{name}, peak memory", cost.peak_memory_mb, "MB", ""
    yield "STAR, featureCounts and DESeq2", total, "CPU s", ""


def differential(_: Path, __: int) -> Iterator[Row]:
    """Measure part `differential`: 20,000 genes, 12 samples."""
    for row in _printed("differential.py", "--genes", "20000").itertuples():
        yield f"counts to adjusted p-values, {row.core}", row.cpu_seconds, "CPU s", ""
        yield f"peak memory, {row.core}", row.peak_memory_mb, "MB", ""


def claims(_: Path, __: int) -> Iterator[Row]:
    """Measure part `claims`: counts to verdicts, 20,000 genes, 12 animals."""
    row = _printed("claims.py").iloc[0]
    yield f"counts to verdicts of {row['claims']:.0f} claims", row["cpu_seconds"], "CPU s", ""
    yield "peak memory", row["peak_memory_mb"], "MB", ""


def memory(folder: Path, _: int) -> Iterator[Row]:
    """Measure part `memory`: kallisto on a transcriptome of a mouse's size."""
    study = folder / "mouse"
    pipeline.simulate(study, 250_000, MOUSE_GENES)
    costs: Iterator[tuple[str, Cost]] = pipeline.run_kallisto(study, folder / "mouse_kallisto")
    for name, (_, cost) in zip(("kallisto index", "kallisto quant"), costs, strict=False):
        yield f"{name}, peak memory", cost.peak_memory_mb, "MB", "<= 4000"


def dry_runs(_: Path, __: int) -> Iterator[Row]:
    """Measure part `parsing`."""
    for row in parsing.table([50, 200, 500]).itertuples():
        yield f"dry run, {row.samples} samples, {row.jobs} jobs", row.cpu_seconds, "CPU s", "<= 10"


PARTS: dict[str, Callable[[Path, int], Iterator[Row]]] = {
    "differential": differential,
    "claims": claims,
    "parsing": dry_runs,
    "memory": memory,
    "run": whole_run,
    "slope": slope,
    "aligners": with_aligners,
}
"""Cheap ones first."""


def _printed(script: str, *arguments: str) -> pd.DataFrame:
    """Run another benchmark and read the table that it prints."""
    command = [sys.executable, str(ROOT / "benchmarks" / script), *arguments]
    environment = {**os.environ, **ONE_THREAD}
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    return pd.read_csv(StringIO(done.stdout), sep="\t")


def main() -> None:
    """Measure the parts that were chosen."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--pairs", type=int, default=2_000_000, help="read pairs of each of the four animals")
    parser.add_argument("--scratch", type=Path, help="folder for what is simulated, kept; a temporary one if not given")
    arguments = parser.parse_args()
    unknown = set(arguments.parts) - set(PARTS)
    if unknown:
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    rows: list[tuple] = []
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (arguments.scratch or Path(temporary)).resolve()
        chosen = [part for part in PARTS if part in arguments.parts or not arguments.parts]
        for number, part in enumerate(chosen, 1):
            print(f"{part} ({number} of {len(chosen)}, {(time.monotonic() - started) / 60:.0f} min)", file=sys.stderr)
            for row in PARTS[part](folder, arguments.pairs):
                print(f"  {row[0]}: {row[1]:.4g} {row[2]}", file=sys.stderr, flush=True)
                rows.append((part, *row))
                write_table(pd.DataFrame(rows, columns=COLUMNS), RESULTS / "table.tsv")
    pd.DataFrame(rows, columns=COLUMNS).to_csv(sys.stdout, sep="\t", index=False, float_format="%.4g", na_rep="NA")


if __name__ == "__main__":
    main()
