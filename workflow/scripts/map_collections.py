"""Turn the published collections that were fetched into sets of the study's genes."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.gene_lists import read_gene_lists
from claimcheck.core.steps import run
from claimcheck.core.tables import listed, read_table, write_table
from claimcheck.gene_sets.curated import read_curated
from claimcheck.gene_sets.published.families import overlaps as overlaps_of
from claimcheck.gene_sets.published.families import yielded_to
from claimcheck.gene_sets.published.map import map_collections
from claimcheck.gene_sets.published.names import read_names
from claimcheck.gene_sets.published.sources import GENES, read_published
from claimcheck.quantification.genes import read_annotation

progress = logging.getLogger("claimcheck.progress")


def main(
    *,
    folder: Path,
    fetched: Path,
    transcripts: Path | None,
    gene_sets: list[Path],
    collections: dict[str, Any],
    tax_id: int,
    deleted_gene: str | None,
    sets: Path,
    members: Path,
    lost: Path,
    missing: Path,
    overlaps: Path,
) -> None:
    """Write the sets, their members, the genes that were lost, the sets that are missing, and what any two sets share."""
    annotation = read_annotation(transcripts, gene_sets).genes
    released = map_collections(
        read_published(collections),
        folder,
        read_table(fetched).set_index(["collection", "file"]).to_dict("index"),
        read_names(folder / f"{GENES}.table", annotation, collections["aliases"], is_complete=transcripts is not None),
        tax_id=tax_id,
        excluded=[deleted_gene] if deleted_gene else [],
        min_share=collections["min_mapped_share"],
    )
    described, listed_genes, lost_genes, missing_sets = released.tables()
    without_id = read_gene_lists(gene_sets).lost
    if len(without_id):
        genes = listed(dict.fromkeys(without_id["gene"]), most=20)
        progress.warning("no id is known of these genes of the study's own sets; %s has the reasons: %s", lost, genes)
    listed_genes["family"] = listed_genes["set"].map(described.set_index("set")["family"])
    curated, core = read_curated(gene_sets)
    core = core.assign(family=core["set"].map(curated.set_index("set")["family"]))
    core = core[["set", "family", "gene_id", "symbol"]]
    priority = collections["priority"]
    claims = core if len(core) else listed_genes
    listed_genes["yielded_to"] = yielded_to(listed_genes, claims, priority=priority, shared=collections["shared"])
    both = pd.concat([core[core["family"].isin(priority)], listed_genes[core.columns]], ignore_index=True)
    write_table(overlaps_of(both), overlaps)
    write_table(described, sets)
    write_table(listed_genes.drop(columns="family"), members)
    write_table(pd.concat([without_id, lost_genes], ignore_index=True), lost)
    write_table(missing_sets, missing)


run(main)
