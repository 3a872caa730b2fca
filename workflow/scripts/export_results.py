"""Write the results in the formats of other programs: AnnData, and GSEA's gene sets and ranking."""

from pathlib import Path
from typing import Any

from claimcheck.core.steps import run
from claimcheck.core.tables import read_table, write_text
from claimcheck.exports.enrichment import write_ranking, write_sets
from claimcheck.exports.single_file import Measured, make_anndata, write_anndata
from claimcheck.gene_sets.curated import map_sets
from claimcheck.gene_sets.published.map import read_all_sets
from claimcheck.gene_sets.ranking import rank_genes
from claimcheck.provenance.inputs import certificate_of
from claimcheck.quantification.genes import read_annotation


def main(
    *,
    transcripts: Path | None,
    gene_sets: list[Path],
    genes: Path,
    counts: Path,
    tpm: Path | None,
    samples: Path,
    steps: Path,
    size_factors: Path,
    downloaded_sets: Path | None,
    downloaded_members: Path | None,
    sets: Path | None,
    set_tests: Path | None,
    verdicts: Path | None,
    provenance: Path,
    study: dict[str, Any],
    settings: dict[str, Any],
    deleted_gene: str | None,
    whole: Path,
    gmt: Path | None,
    ranked: Path,
) -> None:
    """Write the whole study as one file, the sets that were tested and the genes as they were ranked."""
    modelled, tested = read_table(steps), read_table(genes)
    names = read_annotation(transcripts, gene_sets).genes
    measured = Measured(
        counts=read_table(counts).set_index("gene_id"),
        tpm=read_table(tpm).set_index("gene_id") if tpm else None,
        samples=read_table(samples),
        factors=read_table(size_factors),
        names=names,
        genes=tested,
        groups=[study["reference"], study["test"]],
    )
    made_from = read_table(provenance)
    tables = {
        name: read_table(path)
        for name, path in {"sets": sets, "set_tests": set_tests, "verdicts": verdicts}.items()
        if path
    }
    described = {
        **study,
        "formula": modelled.loc[modelled["chosen"], "formula"].iloc[0],
        "certificate": certificate_of(made_from),
        "made_from": made_from,
    }
    write_anndata(make_anndata(measured, tables, described), whole)

    biotypes = names.set_index("gene_id")["biotype"]
    ranking = rank_genes(tested, biotypes=biotypes, ranked_biotypes=settings["ranked_biotypes"])
    write_text(ranked, write_ranking(ranking))
    if gmt and downloaded_sets and downloaded_members:
        mapped, in_ranking = map_sets(
            *read_all_sets(gene_sets, downloaded_sets, downloaded_members),
            counted=list(measured.counts.index),
            ranked=list(ranking["gene_id"]),
            families=settings["families"],
            excluded=[deleted_gene] if deleted_gene else [],
            min_size=settings["min_size"],
            max_size=settings["max_size"],
        )
        write_text(gmt, write_sets(mapped, in_ranking))


run(main)
