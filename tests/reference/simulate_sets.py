"""Draw the small study that R's limma tests gene sets on: `python tests/reference/simulate_sets.py` from the root.

Log2 expression of genes whose variances follow limma's prior, in samples of both sexes that are not balanced over the groups.
Each block of genes shares a factor of its own, strong to absent, and an effect of the condition, none to large. Half of the sets
are one block, the others mix a block with genes from everywhere or turn the sign of some members. The written tables are
committed, since numpy may change its streams.
"""

from pathlib import Path

import numpy as np
import pandas as pd

FOLDER = Path(__file__).parent
N_GENES, BLOCK = 500, 25
LOADINGS = (0.0, 0.3, 0.6, 0.9, 1.2)
"""Standard deviation of a block's shared factor, in units of the genes' own."""
EFFECTS = (0.0, 0.4, -0.8, 1.2)
"""Effects of the condition, test / reference, in units of the genes' standard deviation."""
GROUPS = ("control",) * 7 + ("knockout",) * 5
SEXES = tuple("FFFMMMM" + "FFFMM")


def draw_values(rng: np.random.Generator, sheet: pd.DataFrame) -> pd.DataFrame:
    """Draw log2 expression, genes x samples: 20 blocks of BLOCK genes, every loading with every effect."""
    deviation = np.sqrt(0.05 * 6 / rng.chisquare(6, N_GENES))
    block = np.arange(N_GENES) // BLOCK
    factors = rng.normal(size=(block.max() + 1, len(sheet))) * np.repeat(LOADINGS, len(EFFECTS))[:, None]
    effects = np.tile(EFFECTS, len(LOADINGS))[block] + rng.normal(0, 0.3, N_GENES)
    standard = rng.normal(size=(N_GENES, len(sheet))) + factors[block]
    standard += np.outer(effects, sheet["condition"] == "knockout")
    standard += np.outer(rng.normal(0, 0.7, N_GENES), sheet["sex"] == "M")
    values = rng.uniform(2, 9, N_GENES)[:, None] + deviation[:, None] * standard
    return pd.DataFrame(values, index=[f"g{number:03d}" for number in range(1, N_GENES + 1)], columns=sheet["sample"])


def draw_sets(rng: np.random.Generator, genes: pd.Index) -> pd.DataFrame:
    """Draw two sets a block: the block itself, and one that is mixed or signed; columns set, gene_id, weight."""
    parts = []
    for number, start in enumerate(range(0, len(genes), BLOCK), start=1):
        own = genes[start : start + BLOCK]
        size = int(rng.integers(8, BLOCK + 1))
        parts.append(pd.DataFrame({"set": f"block{number:02d}", "gene_id": own[:size], "weight": 1}))
        if number % 2:
            mixed = np.union1d(rng.choice(own, 10, replace=False), rng.choice(genes, 8, replace=False))
            parts.append(pd.DataFrame({"set": f"mixed{number:02d}", "gene_id": mixed, "weight": 1}))
        else:
            next_block = np.roll(genes, -start - BLOCK)[:8]
            weight = np.repeat([1, -1], [15, 8])
            parts.append(
                pd.DataFrame({"set": f"signed{number:02d}", "gene_id": [*own[:15], *next_block], "weight": weight})
            )
    return pd.concat(parts, ignore_index=True)


def main() -> None:
    """Write limma_values.tsv, limma_samples.tsv and limma_sets.tsv."""
    rng = np.random.default_rng(31)
    names = [f"s{number:02d}" for number in range(1, len(GROUPS) + 1)]
    sheet = pd.DataFrame({"sample": names, "condition": GROUPS, "sex": SEXES})
    values = draw_values(rng, sheet)
    sets = draw_sets(rng, values.index)
    values.round(4).rename_axis("gene_id").reset_index().to_csv(
        FOLDER / "limma_values.tsv", sep="\t", index=False, lineterminator="\n"
    )
    sheet.to_csv(FOLDER / "limma_samples.tsv", sep="\t", index=False, lineterminator="\n")
    sets.to_csv(FOLDER / "limma_sets.tsv", sep="\t", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
