"""How long does the rotation test take, and how much memory?

`PYTHONPATH=workflow/scripts:tests python benchmarks/rotation.py` prints a table: 20,000 genes, 12 samples, 300 sets of 15 to 250
genes and 9,999 rotations on one core (set OMP_NUM_THREADS and OPENBLAS_NUM_THREADS to 1). Seconds are those of the processor,
memory is what Python and numpy allocate in the test beyond its input, at the peak.
"""

import argparse
import sys
import time
import tracemalloc

import numpy as np
import pandas as pd

from claimcheck.gene_sets.tests.limma import GeneFits, fit_genes
from claimcheck.gene_sets.tests.weights import SetWeights, weigh_sets
from support.defaults import DEFAULTS, camera, rotation_test, score_tests

SEED = 1


def draw(genes: int, samples: int, sets: int) -> tuple[np.ndarray, np.ndarray, SetWeights]:
    """Draw log2 values with variances of their own, a design with a covariate, and sets that hold every gene at least once."""
    rng = np.random.default_rng(SEED)
    deviation = np.sqrt(5 / rng.chisquare(5, genes))[:, None]
    values = 5 + deviation * rng.normal(size=(genes, samples))
    condition = np.repeat([0.0, 1.0], [samples // 2, samples - samples // 2])
    design = np.column_stack([np.ones(samples), np.arange(samples) % 2, condition])
    names = [f"g{number}" for number in range(genes)]
    parts = [
        pd.DataFrame({"set": f"s{number}", "gene_id": rng.choice(names, rng.integers(15, 251), replace=False)})
        for number in range(sets)
    ]
    missing = np.setdiff1d(names, pd.concat(parts)["gene_id"])
    parts += [pd.DataFrame({"set": f"s{number}", "gene_id": missing[number::sets]}) for number in range(sets)]
    return values, design, weigh_sets(pd.concat(parts), [f"s{number}" for number in range(sets)], names)


def measure(genes: int, samples: int, sets: int, rotations: int) -> pd.DataFrame:
    """Time every test once, then run it again under tracemalloc, which slows it down."""
    values, design, weights = draw(genes, samples, sets)
    fits: GeneFits = fit_genes(values, design)
    tests = {
        "fit": lambda: fit_genes(values, design),
        "rotation": lambda: rotation_test(fits, weights, seed=SEED, n_rotations=rotations),
        "camera": lambda: camera(fits, weights),
        "score": lambda: score_tests(values, weights, design),
    }
    rows = []
    for name, test in tests.items():
        started = time.process_time()
        test()
        seconds = time.process_time() - started
        tracemalloc.start()
        test()
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        rows.append((name, genes, samples, sets, rotations if name == "rotation" else pd.NA, seconds, peak))
    columns = ["test", "genes", "samples", "sets", "rotations", "cpu_seconds", "peak_memory_mb"]
    return pd.DataFrame(rows, columns=columns)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--genes", type=int, default=20_000)
    parser.add_argument("--samples", type=int, default=12)
    parser.add_argument("--sets", type=int, default=300)
    parser.add_argument("--rotations", type=int, default=DEFAULTS["gene_sets"]["rotations"])
    table = measure(**vars(parser.parse_args()))
    table.to_csv(sys.stdout, sep="\t", index=False, float_format="%.2f", na_rep="NA", lineterminator="\n")


if __name__ == "__main__":
    main()
