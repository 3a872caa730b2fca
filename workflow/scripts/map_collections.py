"""Turn the published collections that were fetched into sets of the study's genes."""

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from claimcheck.core.steps import step
from claimcheck.core.tables import read_table, write_table
from claimcheck.gene_sets.curated import read_collection
from claimcheck.gene_sets.published.families import overlaps, yielded_to
from claimcheck.gene_sets.published.formats import read_text
from claimcheck.gene_sets.published.map import Released, map_collection
from claimcheck.gene_sets.published.names import GeneNames, read_aliases, read_gene_models
from claimcheck.gene_sets.published.orthologs import Orthologs, read_orthologs
from claimcheck.gene_sets.published.sources import GENES, ORTHOLOGS, Published, read_published
from claimcheck.quantification.genes import read_annotation


def main(
    *,
    folder: Path,
    fetched: Path,
    transcripts: Path | None,
    collections: dict[str, Any],
    curated: str,
    tax_id: int,
    deleted_gene: str | None,
    sets: Path,
    members: Path,
    lost: Path,
    missing: Path,
    overlap: Path,
) -> None:
    """Write the sets, their members, the genes that were lost, the sets that are missing, and what any two sets share."""
    states = read_table(fetched).set_index(["collection", "file"])
    names = read_names(folder, transcripts, curated, collections["aliases"])
    released = Released()
    for collection in read_published(collections):
        if collection.format != "table":
            orthologs, problems = of_other_species(collection, folder, states, tax_id)
            used = [file.name for file in collection.files if file.name not in problems]
            map_collection(
                collection,
                released,
                files={name: folder / f"{collection.name}.{name}" for name in used},
                problems=problems,
                provenance={name: provenance(states.loc[(collection.name, name)]) for name in used},
                names=names,
                orthologs=orthologs,
                excluded=[deleted_gene] if deleted_gene else [],
                min_share=collections["min_mapped_share"],
            )
    described, listed_genes, lost_genes, missing_sets = released.tables()
    listed_genes["family"] = listed_genes["set"].map(described.set_index("set")["family"])
    core = curated_members(curated)
    priority = collections["priority"]
    claims = core if len(core) else listed_genes
    listed_genes["yielded_to"] = yielded_to(listed_genes, claims, priority=priority, shared=collections["shared"])
    both = pd.concat([core[core["family"].isin(priority)], listed_genes[core.columns]], ignore_index=True)
    write_table(overlaps(both), overlap)
    write_table(described, sets)
    write_table(listed_genes.drop(columns="family"), members)
    write_table(lost_genes, lost)
    write_table(missing_sets, missing)


def read_names(folder: Path, transcripts: Path | None, curated: str, aliases: str) -> GeneNames:
    """Read what is known of the names of genes."""
    path = folder / f"{GENES}.table"
    models = read_gene_models(read_text(path), where=str(path)) if path.exists() else None
    annotation = read_annotation(transcripts, curated).genes
    return GeneNames(annotation, models, read_aliases(aliases), is_complete=transcripts is not None)


def of_other_species(
    collection: Published, folder: Path, states: pd.DataFrame, tax_id: int
) -> tuple[dict[str, Orthologs], dict[str, str]]:
    """Return the orthologs for each file of another species, and why files of the collection cannot be used."""
    orthologs: dict[str, Orthologs] = {}
    problems: dict[str, str] = {}
    path = folder / f"{ORTHOLOGS}.table"
    for file in collection.files:
        state = states.loc[(collection.name, file.name)]
        if state["status"] != "used":
            problems[file.name] = f"{file.name} {state['status']}: {state['message']}"
        elif file.tax_id not in (None, tax_id) and not path.exists():
            problems[file.name] = "its genes are of another species, and there is no table of orthologs"
        elif file.tax_id not in (None, tax_id):
            orthologs[file.name] = orthologs_between(path, file.tax_id, tax_id)
    return orthologs, problems


@cache
def orthologs_between(path: Path, source_tax_id: int, target_tax_id: int) -> Orthologs:
    """Read the table of orthologs once for all files of a species."""
    return read_orthologs(read_text(path), source_tax_id=source_tax_id, target_tax_id=target_tax_id, where=str(path))


def provenance(state: "pd.Series[str]") -> dict[str, str]:
    """Return what a set says of the file it is from; the day of its first use stands in the lock, not among results."""
    return {"version": state["release"], "sha256": state["sha256"], "checked_on": ""}


def curated_members(curated: str) -> pd.DataFrame:
    """Return the curated sets' genes with their families."""
    columns = ["set", "family", "gene_id", "symbol"]
    if curated == "none":
        return pd.DataFrame(columns=columns)
    sets, genes = read_collection(Path(curated))
    return genes.assign(family=genes["set"].map(sets.set_index("set")["family"]))[columns]


if "snakemake" in globals():
    with step(snakemake.log[0]):
        main(
            folder=Path(snakemake.input.folder),
            fetched=Path(snakemake.input.fetched),
            transcripts=Path(snakemake.input.transcripts) if snakemake.input.transcripts else None,
            collections=snakemake.params.collections,
            curated=snakemake.params.gene_sets["curated"],
            tax_id=snakemake.params.tax_id,
            deleted_gene=snakemake.params.deleted_gene,
            sets=Path(snakemake.output.sets),
            members=Path(snakemake.output.members),
            lost=Path(snakemake.output.lost),
            missing=Path(snakemake.output.missing),
            overlap=Path(snakemake.output.overlaps),
        )
