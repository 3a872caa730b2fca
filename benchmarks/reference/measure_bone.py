"""Measure what bones of five animals express and how they vary together, for worlds that are drawn from it.

`PYTHONPATH=workflow/scripts python benchmarks/reference/measure_bone.py COUNTS [--fillers 3200]` writes
`config/gene_sets/reference/bone_animals.tsv`. COUNTS is the table that Youlten et al. (2021, Nature Communications 12:2444;
E-MTAB-5533) publish as `Osteocyte_enriched_RSEM_gene_counts.csv` in github.com/scottyoulten/osteocyte_signature (MIT): `Clean_1` to
`Clean_5` are marrow-depleted bones, `Marrow_1` to `Marrow_5` hold marrow. A row a gene of the curated sets or the register, and a
row a filler, taken evenly from all other genes with 10 counts in three cleaned bones; `rest` is all others together, so that shares
of a library are those of a whole one:

    gene_id, symbol   the symbol where a set or the register gives one
    log2_cpm          mean over cleaned bones of log2 counts per million, by median-of-ratios size factors
    factor_1 … 3      log2 change with one standard deviation of each factor: the first principal components of the cleaned bones,
                      over all genes with enough counts, less the part of a gene's variance that counting alone explains
    dispersion        of a negative binomial, what the factors leave
    log2_marrow       log2 CPM of marrow-containing over cleaned bones, of the means
    log2_length       log2 of the transcripts' length over the median: from counts per million over TPM; of a gene whose TPM
                      `bone_expression.tsv` does not have, that of a gene drawn at random
"""

import argparse
import re
from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.core.tables import read_table, write_table
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.gene_sets.curated import read_collection
from claimcheck.quantification.counts import read_count_table

CONFIG = Path(__file__).parents[2] / "config"
GENE_SETS = CONFIG / "gene_sets"
REST = "rest"
N_FACTORS = 3
PRIOR_COUNT = 0.5
LEAST_DISPERSION = 0.005
"""Of libraries made twice from one animal; a remainder of one degree of freedom is often less by chance."""


def measure(counts: pd.DataFrame, symbols: pd.Series, tpm: pd.Series, fillers: int) -> pd.DataFrame:
    """Measure levels, factors and dispersions.

    Args:
        counts: genes x samples, `Clean_*` and `Marrow_*`.
        symbols: of the curated genes, by id.
        tpm: in cleaned bone, by id.
        fillers: number of other genes.
    """
    clean = counts.filter(like="Clean_")
    enough = clean[(clean >= 10).sum(axis=1) >= 3]
    factors = estimate_size_factors(enough)["size_factor"].to_numpy()
    million = float((clean.sum() / factors).mean()) / 1e6
    _, _, axes = np.linalg.svd(_deviations(np.log2(enough / factors + PRIOR_COUNT)).to_numpy(), full_matrices=False)

    named = symbols.index.intersection(counts.index).sort_values()
    others = enough.index[enough.index.str.startswith("ENSMUSG") & ~enough.index.isin(named)].sort_values()
    chosen = [*named, *others[np.linspace(0, len(others) - 1, fillers).astype(int)]]
    counts = pd.concat([counts.loc[chosen], counts.drop(chosen).sum().to_frame(REST).T])
    clean, marrow = counts.filter(like="Clean_"), counts.filter(like="Marrow_")
    levels = np.log2(clean / factors + PRIOR_COUNT)
    deviations = _deviations(levels)
    df = clean.shape[1] - 1
    variance = (deviations**2).sum(axis=1) / df
    counting = 1 / ((clean / factors).mean(axis=1) + PRIOR_COUNT) / np.log(2) ** 2
    kept = ((variance - counting) / variance.where(variance > 0)).clip(0, 1).fillna(0.0)
    loadings = deviations.to_numpy() @ axes[:N_FACTORS].T / np.sqrt(df) * np.sqrt(kept.to_numpy())[:, None]
    own = kept * variance - (loadings**2).sum(axis=1)

    cpm = {name: (part / part.sum() * 1e6).mean(axis=1) for name, part in (("clean", clean), ("marrow", marrow))}
    prior = PRIOR_COUNT / million
    table = pd.DataFrame(loadings, index=counts.index, columns=[f"factor_{n}" for n in range(1, N_FACTORS + 1)])
    table.insert(0, "symbol", symbols.reindex(table.index).fillna(""))
    table.insert(1, "log2_cpm", levels.mean(axis=1) - np.log2(million))
    table["dispersion"] = (own * np.log(2) ** 2).clip(lower=LEAST_DISPERSION)
    table["log2_marrow"] = np.log2((cpm["marrow"] + prior) / (cpm["clean"] + prior))
    length = np.log2(cpm["clean"] / tpm[tpm >= 1]).reindex(table.index)
    length -= length.median()
    length[REST] = 0.0
    rng = np.random.default_rng(1)
    drawn = rng.choice(length.dropna().to_numpy(), len(length))
    table["log2_length"] = length.fillna(pd.Series(drawn, index=length.index))
    return table.rename_axis("gene_id").reset_index().round(3)


def _deviations(levels: pd.DataFrame) -> pd.DataFrame:
    return levels.sub(levels.mean(axis=1), axis=0)


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", type=Path)
    parser.add_argument("--fillers", type=int, default=3200)
    parser.add_argument("--output", type=Path, default=GENE_SETS / "reference/bone_animals.tsv")
    arguments = parser.parse_args()
    _, members = read_collection(GENE_SETS)
    named = dict(re.findall(r"(ENSMUSG\d+): ([\w-]+)", (CONFIG / "claims.yaml").read_text()))
    symbols = pd.Series(named | dict(zip(members["gene_id"], members["symbol"], strict=True)))
    tpm = read_table(GENE_SETS / "reference/bone_expression.tsv").set_index("gene_id")["tpm_clean"]
    write_table(measure(read_count_table(arguments.counts).counts, symbols, tpm, arguments.fillers), arguments.output)


if __name__ == "__main__":
    main()
