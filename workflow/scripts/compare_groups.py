"""Test every gene for a difference between the groups, and project the samples on principal components.

Stops if a quality gate failed.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.expression import differential
from claimcheck.expression.projection import project, stabilise
from claimcheck.expression.quality import require_passed
from claimcheck.steps import step
from claimcheck.tables import read_table, write_table


def main(
    *,
    counts: Path,
    samples: Path,
    gates: Path,
    transcripts: Path | None,
    gene_sets: list[Path],
    design: dict[str, Any],
    settings: dict[str, Any],
    kept_genes: set[str],
    genes: Path,
    summary: Path,
    size_factors: Path,
    pca: Path,
) -> None:
    """Write the table of genes, its summary, the size factors and the principal components."""
    require_passed(read_table(gates), where=str(gates))
    sheet = read_table(samples, text=True)
    counted = read_table(counts, text=["gene_id"]).set_index("gene_id")[list(sheet["sample"])]
    comparison = differential.Design(design["test"], design["reference"], tuple(design["covariates"]))
    filtered = differential.filter_genes(counted, sheet, min_count=settings["min_count"], keep=kept_genes)
    table, dataset = differential.fit(filtered, sheet, comparison, alpha=settings["alpha"])
    symbols = table["gene_id"].map(_symbols(transcripts, gene_sets)).fillna(table["gene_id"])
    table.insert(1, "symbol", symbols)
    write_table(table[list(differential.GENE_COLUMNS)], genes)
    write_table(differential.summarise(table, counted, sheet, comparison, alpha=settings["alpha"]), summary)
    factors = pd.DataFrame(
        {
            "sample": sheet["sample"],
            "size_factor": dataset.obs["size_factors"].to_numpy(),
            "library_size": counted.sum().to_numpy(),
        }
    )
    write_table(factors, size_factors)
    write_table(project(stabilise(dataset), n_genes=settings["pca_genes"]), pca)


def _symbols(transcripts: Path | None, gene_sets: list[Path]) -> dict[str, str]:
    """Collect the symbol of each gene id; the reference's own names overrule those of the gene sets."""
    symbols: dict[str, str] = {}
    for path in [*gene_sets, *([transcripts] if transcripts else [])]:
        table = read_table(path, text=True)
        if {"gene_id", "symbol"} <= set(table):
            symbols |= dict(zip(table["gene_id"], table["symbol"], strict=True))
    return symbols


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            counts=Path(snakemake.input.counts),
            samples=Path(snakemake.input.samples),
            gates=Path(snakemake.input.gates),
            transcripts=Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
            gene_sets=[Path(path) for path in snakemake.input.gene_sets],
            design=snakemake.params.design,
            settings=snakemake.params.differential,
            kept_genes={snakemake.params.deleted_gene, *snakemake.params.labelled} - {None},
            genes=Path(snakemake.output.genes),
            summary=Path(snakemake.output.summary),
            size_factors=Path(snakemake.output.size_factors),
            pca=Path(snakemake.output.pca),
        )
