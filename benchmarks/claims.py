"""How long does it take to decide all claims, with every specification and control, and how much memory?

`PYTHONPATH=workflow/scripts:tests python benchmarks/claims.py` prints a table: about 20,000 simulated genes, 12 animals, the
register and the gene sets that the project ships (set OMP_NUM_THREADS and OPENBLAS_NUM_THREADS to 1). Memory is the peak of the
whole process.
"""

import argparse
import resource
import sys
import time

import pandas as pd

from claimcheck.claims.evaluate import evaluate
from support.worlds import PAPER, plant


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fillers", type=int, default=19_000)
    parser.add_argument("--animals", type=int, default=3, help="of each sex in each group")
    arguments = parser.parse_args()
    planted = plant(PAPER, animals=arguments.animals, fillers=arguments.fillers, fragments=20_000_000)
    started = time.perf_counter(), time.process_time()
    tables = evaluate(planted.register, planted.data, planted.study)
    row = {
        "genes": len(planted.data.counts),
        "samples": len(planted.data.samples),
        "claims": len(planted.register.claims),
        "rows_of_robustness": len(tables["robustness"]),
        "seconds": time.perf_counter() - started[0],
        "cpu_seconds": time.process_time() - started[1],
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    pd.DataFrame([row]).to_csv(sys.stdout, sep="\t", index=False, float_format="%.4g", lineterminator="\n")


if __name__ == "__main__":
    main()
