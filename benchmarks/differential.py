"""How long does the differential expression of two groups take, how much memory, and do the numerical cores agree?

`PYTHONPATH=workflow/scripts python benchmarks/differential.py` prints a table: PyDESeq2 with its own core and with the
vectorised one, and R's DESeq2 where Rscript finds it, on simulated counts of 2,000 and 20,000 genes and 12 samples (set
OMP_NUM_THREADS and OPENBLAS_NUM_THREADS to 1). Each runs in a process of its own. Seconds are those of the processor from
counts to adjusted p-values, without the start of the program; memory is the largest that the process had. Fold changes
(log2) and p-values are compared with R's, or with those of PyDESeq2's own core.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from measuring import measure

SEED = 1
CORES = ("pydeseq2", "vectorised", "r")
R_PROGRAM = r"""
suppressMessages(library(DESeq2))
arguments <- commandArgs(TRUE)
counts <- as.matrix(read.delim(arguments[1], row.names = 1))
samples <- data.frame(condition = factor(rep(c("a", "b"), each = ncol(counts) / 2)), batch = factor(rep_len(1:2, ncol(counts))))
started <- proc.time()
result <- as.data.frame(results(DESeq(DESeqDataSetFromMatrix(counts, samples, ~ batch + condition), quiet = TRUE)))
result$seconds <- sum((proc.time() - started)[1:2])
write.table(result, arguments[2], sep = "\t", quote = FALSE)
"""


def draw(genes: int, samples: int) -> pd.DataFrame:
    """Draw negative binomial counts, genes x samples: a tenth of the genes differ, libraries are uneven, some are silent."""
    rng = np.random.default_rng(SEED)
    level = rng.lognormal(5, 2, genes)
    effect = np.where(rng.random(genes) < 0.1, rng.normal(0, 1.5, genes), 0)
    mean = level[:, None] * 2.0 ** np.outer(effect, np.repeat([0, 1], samples // 2)) * rng.uniform(0.6, 1.6, samples)
    dispersion = ((0.02 + 2 / level) * rng.lognormal(0, 0.6, genes))[:, None]
    counts = rng.poisson(mean * rng.gamma(1 / dispersion, dispersion, mean.shape))
    names = [f"g{number:05d}" for number in range(genes)]
    return pd.DataFrame(counts, index=names, columns=[f"s{number:02d}" for number in range(samples)])


def analyse(core: str, counts_file: Path, results_file: Path) -> None:
    """Run PyDESeq2 with one of its cores and write its results, with the seconds that it took."""
    from pydeseq2.dds import DeseqDataSet  # noqa: PLC0415 # the parent process needs no memory for these
    from pydeseq2.default_inference import DefaultInference  # noqa: PLC0415
    from pydeseq2.ds import DeseqStats  # noqa: PLC0415

    from claimcheck.deseq2.dataset import DataSet  # noqa: PLC0415
    from claimcheck.deseq2.inference import VectorisedInference  # noqa: PLC0415

    counts = pd.read_csv(counts_file, sep="\t", index_col=0)
    half = counts.shape[1] // 2
    batch = (["1", "2"] * half)[: 2 * half]
    samples = pd.DataFrame({"condition": ["a"] * half + ["b"] * half, "batch": batch}, index=counts.columns)
    inference, kind = (
        (VectorisedInference(), DataSet) if core == "vectorised" else (DefaultInference(n_cpus=1), DeseqDataSet)
    )
    started = time.process_time()
    model = kind(counts=counts.T, metadata=samples, design="~ batch + condition", inference=inference, quiet=True)
    model.deseq2()
    tested = DeseqStats(model, contrast=["condition", "b", "a"], inference=inference, quiet=True)
    tested.summary()
    seconds = time.process_time() - started
    tested.results_df.assign(seconds=seconds).to_csv(results_file, sep="\t")


def run(core: str, counts_file: Path, results_file: Path) -> tuple[pd.DataFrame, float]:
    """Run one core in a process of its own; return its results and its peak memory in MB."""
    if core == "r":
        program = results_file.with_suffix(".R")
        program.write_text(R_PROGRAM)
        command = ["Rscript", program]
    else:
        command = [sys.executable, __file__, "--core", core]
    cost = measure([*command, counts_file, results_file], log=results_file.with_suffix(".log"))
    return pd.read_csv(results_file, sep="\t", index_col=0), cost.peak_memory_mb


def has_r() -> bool:
    """Say whether Rscript finds DESeq2."""
    if shutil.which("Rscript") is None:
        return False
    probe = ["Rscript", "-e", "quit(status = !requireNamespace('DESeq2', quietly = TRUE))"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


def compare(genes: int, samples: int) -> pd.DataFrame:
    """Run every core on the same counts and compare."""
    with tempfile.TemporaryDirectory() as folder:
        counts_file = Path(folder) / "counts.tsv"
        draw(genes, samples).to_csv(counts_file, sep="\t")
        cores = [core for core in CORES if core != "r" or has_r()]
        fits = {core: run(core, counts_file, Path(folder) / f"{core}.tsv") for core in cores}
    reference = fits["r" if "r" in fits else "pydeseq2"][0]
    rows = []
    for core, (results, memory) in fits.items():
        difference = (results["log2FoldChange"] - reference["log2FoldChange"]).abs()
        log_p = [-np.log10(table["pvalue"].clip(lower=1e-300)) for table in (results, reference)]
        agreement = [
            difference.median(),
            difference.max(),
            log_p[0].corr(log_p[1]),
            int((results["padj"] < 0.05).sum()),
        ]
        rows.append((genes, samples, core, results["seconds"].iloc[0], memory, *agreement))
    columns = ["genes", "samples", "core", "cpu_seconds", "peak_memory_mb"]
    columns += ["median_lfc_difference", "max_lfc_difference", "log_p_correlation", "significant"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    """Print the table, or run the one core that `--core` names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--genes", type=int, nargs="+", default=[2_000, 20_000])
    parser.add_argument("--samples", type=int, default=12, help="an even number")
    parser.add_argument("--core", choices=CORES[:2], help="run this core alone, on a table of counts")
    parser.add_argument("files", type=Path, nargs="*", help="with --core: counts to read, results to write")
    arguments = parser.parse_args()
    if arguments.core:
        analyse(arguments.core, *arguments.files)
        return
    table = pd.concat([compare(genes, arguments.samples) for genes in arguments.genes])
    table.to_csv(sys.stdout, sep="\t", index=False, float_format="%.5g", na_rep="NA", lineterminator="\n")


if __name__ == "__main__":
    main()
