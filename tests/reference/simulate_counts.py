"""Draw the two small studies that R's DESeq2 is run on: `python tests/reference/simulate_counts.py` from the root.

Negative binomial counts of genes with a dispersion that falls with the mean, a batch effect on every gene, libraries of
uneven size, some genes without a count and many with few. Planted are effects of condition and sex, genes that one group
does not express, and single outlier samples. The written tables are committed, since numpy may change its streams.
"""

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent
TEST, REFERENCE = "knockout", "control"

TWELVE = (
    ("control", "female", "a"),
    ("control", "female", "a"),
    ("control", "female", "a"),
    ("control", "female", "b"),
    ("control", "male", "a"),
    ("control", "male", "a"),
    ("control", "male", "b"),
    ("knockout", "female", "a"),
    ("knockout", "female", "b"),
    ("knockout", "female", "b"),
    ("knockout", "male", "a"),
    ("knockout", "male", "b"),
)
"""Seven against five, so that an outlier among the controls is replaced and one among the knockouts is not."""
SIX = tuple((condition, "female", "a") for condition in (REFERENCE, TEST) for _ in range(3))

EFFECTS = (2.0, -2.0, 1.5, -1.5, 1.0, -1.0, 0.8, -0.8, 0.6, -0.6)
"""Log2 fold changes of the condition, test / reference, each planted in several genes of every level."""
SPECIAL = (
    (20, 0, -30),
    (80, 0, -30),
    (300, 0, -30),
    (2000, 0, -30),
    (100, -30, 0),
    (1000, -30, 0),
    (300, 0, 0),
    (300, 0, 0),
    (3000, 0, -9),
)
"""Mean of genes, and log2 change to it in the reference and in the test group; -30: the gene is not expressed."""
OUTLIERS = ("g077", "g078", "g079")
"""The last three of SPECIAL in the study of twelve."""


def sample_sheet(rows: tuple[tuple[str, str, str], ...]) -> pd.DataFrame:
    """Name the samples s01, s02, ..."""
    sheet = pd.DataFrame(rows, columns=["condition", "sex", "batch"])
    sheet.insert(0, "sample", [f"s{number:02d}" for number in range(1, len(sheet) + 1)])
    return sheet


def draw_counts(sheet: pd.DataFrame, *, genes: int, repeats: int, seed: int) -> pd.DataFrame:
    """Draw counts.

    Args:
        sheet: from `sample_sheet`.
        genes: number of rows.
        repeats: how many genes each of EFFECTS is planted in.
        seed: of the generator.

    Returns:
        Integers, genes x samples. First come the genes with EFFECTS, then ten that differ by sex, then SPECIAL; the last
        ten genes are zero everywhere.
    """
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(4.5, 2.2, genes)).clip(0.3, 2e5)
    is_test = (sheet["condition"] == TEST).to_numpy()
    log2 = rng.normal(0, 0.3, genes)[:, None] * (sheet["batch"] == "b").to_numpy()
    effects = len(EFFECTS) * repeats
    log2[:effects] += np.tile(EFFECTS, repeats)[:, None] * is_test
    log2[effects : effects + 10] += np.tile([3.0, -3.0], 5)[:, None] * (sheet["sex"] == "male").to_numpy()
    special = slice(effects + 10, effects + 10 + len(SPECIAL))
    level[special], in_reference, in_test = np.array(SPECIAL).T
    log2[special] += np.where(is_test, in_test[:, None], in_reference[:, None])
    level[-10:] = 0
    dispersion = (0.04 + 2.5 / level.clip(0.3)) * rng.lognormal(0, 0.6, genes)
    mean = level[:, None] * 2.0**log2 * rng.uniform(0.5, 1.9, len(sheet))
    values = rng.poisson(mean * rng.gamma(1 / dispersion[:, None], dispersion[:, None], mean.shape))
    names = [f"g{number:03d}" for number in range(1, genes + 1)]
    return pd.DataFrame(values, index=pd.Index(names, name="gene_id"), columns=sheet["sample"])


def plant_outliers(counts: pd.DataFrame, sheet: pd.DataFrame) -> pd.DataFrame:
    """Spoil three genes in one sample each.

    The first of OUTLIERS has fifty times its counts in a control, the second in a knockout. The third is almost silent in
    the knockouts but for one, which still has fewer counts than the controls: whether that is an outlier is debatable.
    """
    spoilt = counts.copy()
    control, knockout = (sheet.loc[sheet["condition"] == name, "sample"].to_list() for name in (REFERENCE, TEST))
    for gene, sample in zip(OUTLIERS, (control[0], knockout[1], knockout[1]), strict=True):
        spoilt.loc[gene, sample] *= 50
    return spoilt


def main() -> None:
    """Write counts_*.tsv and samples_*.tsv."""
    twelve, six = sample_sheet(TWELVE), sample_sheet(SIX)
    tables = {
        "twelve": (plant_outliers(draw_counts(twelve, genes=500, repeats=6, seed=20), twelve), twelve),
        "six": (draw_counts(six, genes=300, repeats=4, seed=6), six),
    }
    for name, (counts, sheet) in tables.items():
        counts.to_csv(FOLDER / f"counts_{name}.tsv", sep="\t", lineterminator="\n")
        sheet.to_csv(FOLDER / f"samples_{name}.tsv", sep="\t", lineterminator="\n", index=False)


if __name__ == "__main__":
    main()
