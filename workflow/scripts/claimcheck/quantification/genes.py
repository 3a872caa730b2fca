"""What the genes are called and what they are: from the reference, and where it is silent from the curated sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from claimcheck.core.tables import read_table


@dataclass(frozen=True)
class Annotation:
    """Genes and the curated sets that they are in.

    Attributes:
        genes: gene_id, symbol, biotype ("" where only the sets know the gene); one row a gene.
        members: set, gene_id, symbol of the curated sets.
    """

    genes: pd.DataFrame
    members: pd.DataFrame

    def symbols_of(self, gene_ids: Iterable[str]) -> list[str]:
        """Return the symbol of each gene, its id where it has none."""
        symbols = dict(zip(self.genes["gene_id"], self.genes["symbol"], strict=True))
        return [symbols.get(gene, gene) for gene in gene_ids]


def read_annotation(
    transcripts: Path | None, gene_sets: Sequence[Path], named: Mapping[str | None, str | None] | None = None
) -> Annotation:
    """Read names and biotypes of the genes, and the members of the curated sets.

    A gene codes for protein if one of its transcripts does; else its biotype is that of most of them.

    Args:
        transcripts: results/reference/transcripts.tsv; None where a study has no reference.
        gene_sets: tables of the curated sets; none where a study has none.
        named: symbols of genes that neither may know; empty ones are no names.
    """
    parts = [read_table(path, text=True) for path in sorted(gene_sets)]
    lists = [part[["set", "gene_id", "symbol"]] for part in parts if {"set", "gene_id", "symbol"} <= set(part)]
    members = pd.concat(lists, ignore_index=True) if lists else pd.DataFrame(columns=["set", "gene_id", "symbol"])
    extra = pd.DataFrame([pair for pair in (named or {}).items() if all(pair)], columns=["gene_id", "symbol"])
    genes = pd.concat([members[["gene_id", "symbol"]], extra]).drop_duplicates("gene_id").assign(biotype="")
    if transcripts:
        listed = read_table(transcripts)
        symbols = listed.drop_duplicates("gene_id")[["gene_id", "symbol"]]
        known = symbols.merge(_gene_biotypes(listed), on="gene_id").sort_values("gene_id")
        genes = pd.concat([known, genes]).drop_duplicates("gene_id")
    return Annotation(genes.reset_index(drop=True), members)


def _gene_biotypes(transcripts: pd.DataFrame) -> pd.DataFrame:
    """Return gene_id and biotype, one row a gene: protein_coding, or that of most transcripts, the first by name if several."""
    counts = transcripts.groupby(["gene_id", "biotype"]).size().rename("n").reset_index()
    counts["other"] = counts["biotype"] != "protein_coding"
    ranked = counts.sort_values(["other", "n", "biotype"], ascending=[True, False, True])
    return ranked.drop_duplicates("gene_id")[["gene_id", "biotype"]]
