"""How often do tests of gene sets say p <= 0.05 where nothing differs?

`PYTHONPATH=workflow/scripts:tests python benchmarks/calibration.py COUNTS` prints a table. COUNTS is a folder with, as published,
bone_marrow_EMTAB5533 (Youlten et al. 2021) and sex_GSE96870 (Blackmore et al. 2017). Nothing differs by construction:

- bone: each of the ten ways to call two of the five marrow-depleted bones `test` and the other three `reference`;
- cerebellum: sexes permuted among the animals of one day (and so of one state of infection), adjusted for the day.

Every curated set of 8 to 500 measured genes is tested, two-sided. The splits of five bones overlap and sets share genes, so the
standard error, from the spread of comparisons, is too small for bone. prerank is ranked by the moderated t.
"""

import argparse
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.deseq2.levels import log2_cpm_normalised
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.gene_sets.curated import read_collection
from claimcheck.gene_sets.tests.limma import fit_genes
from claimcheck.gene_sets.tests.prerank import prerank, rank_genes
from claimcheck.gene_sets.tests.weights import weigh_sets
from claimcheck.quantification.counts import read_count_table
from support.defaults import camera, rotation_test, score_tests

COLLECTION = Path(__file__).parents[1] / "config" / "gene_sets"
SIZES = (8, 500)
MIN_COUNT = 10
SEED = 20260101
ALPHA = 0.05


def bone(folder: Path) -> tuple[pd.DataFrame, Iterator[np.ndarray]]:
    """Return the counts of the five marrow-depleted bones, and the design matrices of their ten splits."""
    counts = read_count_table(folder / "bone_marrow_EMTAB5533" / "Osteocyte_enriched_RSEM_gene_counts.csv").counts
    counts = counts[[name for name in counts.columns if name.startswith("Clean_")]]
    splits = itertools.combinations(range(counts.shape[1]), 2)
    labels = (np.isin(np.arange(counts.shape[1]), split).astype(float) for split in splits)
    return counts, (np.column_stack([np.ones(len(label)), label]) for label in labels)


def cerebellum(folder: Path, permutations: int) -> tuple[pd.DataFrame, Iterator[np.ndarray]]:
    """Return the counts by symbol, and the design matrices of sexes permuted within days."""
    counts = read_count_table(folder / "sex_GSE96870" / "GSE96870_counts_cerebellum.csv").counts
    samples = pd.read_csv(folder / "sex_GSE96870" / "GSE96870_coldata_cerebellum.csv", index_col="sample")
    samples = samples.loc[counts.columns]
    days = pd.get_dummies(samples["time"], drop_first=True, dtype=float).to_numpy()
    rng = np.random.default_rng(SEED)

    def designs() -> Iterator[np.ndarray]:
        for _ in range(permutations):
            label = (samples["sex"] == "Male").to_numpy(dtype=float)
            for day in samples["time"].unique():
                place = (samples["time"] == day).to_numpy()
                label[place] = rng.permutation(label[place])
            yield np.column_stack([np.ones(len(label)), days, label])

    return counts, designs()


def p_values(counts: pd.DataFrame, designs: Iterator[np.ndarray], members: pd.DataFrame) -> pd.DataFrame:
    """Test all sets in all comparisons: columns comparison, set, and one of p-values a test."""
    tables = []
    for number, design in enumerate(designs):
        smaller = int(min(design[:, -1].sum(), (1 - design[:, -1]).sum()))
        kept = counts[(counts >= MIN_COUNT).sum(axis=1) >= smaller]
        factors = estimate_size_factors(kept)["size_factor"].to_numpy()
        values = log2_cpm_normalised(kept.to_numpy(), factors)
        fits = fit_genes(values, design)
        measured = members[members["gene_id"].isin(kept.index)]
        sizes = measured.groupby("set").size()
        names = sorted(sizes.index[sizes.between(*SIZES)])
        weights = weigh_sets(measured, names, list(kept.index))

        rotation = rotation_test(fits, weights, seed=SEED)
        compared = camera(fits, weights)
        up = np.maximum(rotation["p_rotation_up"], compared["p_camera_up"])
        down = np.maximum(rotation["p_rotation_down"], compared["p_camera_down"])
        genes = pd.DataFrame({"gene_id": kept.index, "symbol": kept.index, "stat": fits.moderated_t})
        genes = genes.assign(base_mean=kept.mean(axis=1).to_numpy(), log2_fold_change=fits.log2_fold_change)
        ranking = rank_genes(genes, biotypes=pd.Series(dtype=str), ranked_biotypes=[])
        described = pd.DataFrame({"set": names, "family": "", "source": "", "tested": True})
        ranked, _ = prerank(ranking, measured, described, min_size=SIZES[0], max_size=SIZES[1], seed=SEED)
        table = {
            "rotation": rotation["p_rotation_two_sided"],
            "camera": compared["p_camera"],
            "rotation and camera": 2 * np.minimum(up, down),
            "score": score_tests(values, weights, design)["p_score"],
            "prerank": ranked.set_index("set").loc[names, "p_prerank"].to_numpy(),
        }
        tables.append(pd.DataFrame(table).assign(set=names, comparison=number))
    return pd.concat(tables, ignore_index=True)


def summarise(data: str, p: pd.DataFrame) -> pd.DataFrame:
    """Give the share of p-values up to ALPHA of each test, over all and for the set that has most."""
    rows = []
    for test in p.columns.drop(["set", "comparison"]):
        below = p[test] <= ALPHA
        shares = below.groupby(p["comparison"]).mean()
        by_set = below.groupby(p["set"]).mean()
        rows.append(
            {
                "data": data,
                "test": test,
                "comparisons": len(shares),
                "sets": len(by_set),
                "p_values": len(p),
                "share_up_to_0.05": below.mean(),
                "standard_error": shares.std() / np.sqrt(len(shares)),
                "largest_share_of_a_set": by_set.max(),
                "set_with_largest_share": by_set.idxmax(),
            }
        )
    return pd.DataFrame(rows)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=Path, help="folder of published counts")
    parser.add_argument("--permutations", type=int, default=40, help="permutations of the cerebellum's sexes")
    arguments = parser.parse_args()
    _, members = read_collection(COLLECTION)
    by_symbol = members.assign(gene_id=members["symbol"]).drop_duplicates(["set", "gene_id"])
    tables = [
        summarise("bone", p_values(*bone(arguments.counts), members)),
        summarise("cerebellum", p_values(*cerebellum(arguments.counts, arguments.permutations), by_symbol)),
    ]
    pd.concat(tables).to_csv(sys.stdout, sep="\t", index=False, float_format="%.3f", lineterminator="\n")


if __name__ == "__main__":
    main()
