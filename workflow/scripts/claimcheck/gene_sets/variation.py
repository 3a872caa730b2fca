"""How animals of one group vary together, from a table of reference animals: what can be said of a study before its data."""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import read_table

Floats = NDArray[np.float64]

FACTORS = ["factor_1", "factor_2", "factor_3"]
"""Columns of the table: the log2 change of a gene with one standard deviation of each factor that all genes share."""

COLUMNS = ("gene_id", "symbol", "log2_cpm", *FACTORS, "dispersion")


def read_variation(path: Path) -> pd.DataFrame:
    """Read levels and variation between animals.

    Args:
        path: a table with COLUMNS; for a mouse's bone
            config/gene_sets/reference/bone_animals.tsv, made by benchmarks/reference/measure_bone.py.

    Returns:
        The same by gene_id.

    Raises:
        StudyError: the table has no gene.
    """
    table = read_table(path, columns=COLUMNS, text=["gene_id", "symbol"]).set_index("gene_id")
    if table.empty:
        raise StudyError(
            "the table of how animals vary has no gene",
            where=str(path),
            expected="a row a gene",
            remedy="correct gene_sets.reference_variation in config/config.yaml, or set it to none",
        )
    return table


def draw_deviations(genes: pd.DataFrame, n: int, part: float, rng: np.random.Generator) -> Floats:
    """Draw log2 deviations of animals that have a part of the variance, from factors and a gamma of each gene's own.

    Args:
        genes: from `read_variation`.
        n: animals.
        part: of the variance, 0 to 1.
        rng: generator.

    Returns:
        float64, genes x animals.
    """
    shared = genes[FACTORS].to_numpy() @ rng.normal(0, np.sqrt(part), (len(FACTORS), n))
    dispersion = np.maximum(part * genes["dispersion"].to_numpy()[:, None], 1e-9)
    own = np.log2(rng.gamma(1 / dispersion, dispersion, (len(genes), n)))
    return shared + own * (part > 0)


def draw_counts(levels: Floats, sizes: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw counts of libraries: what rises dilutes all else.

    Args:
        levels: log2, of any common scale, genes x animals.
        sizes: expected counts of each library, (animals,).
        rng: generator.

    Returns:
        int64, genes x animals.
    """
    share = 2**levels
    return np.asarray(rng.poisson(share / share.sum(axis=0) * sizes))
