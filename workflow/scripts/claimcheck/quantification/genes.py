"""What the genes are called and what they are: from the reference, and where it is silent from the curated sets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from claimcheck.core.gene_lists import MEMBER_COLUMNS, read_gene_lists
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
        gene_sets: files of the curated sets; none where a study has none.
        named: symbols of genes that neither may know; empty ones are no names.
    """
    lists = read_gene_lists(gene_sets)
    extra = {gene: symbol for gene, symbol in (named or {}).items() if gene and symbol}
    known = lists.known.symbols
    symbols = pd.Series(known | {gene: symbol for gene, symbol in extra.items() if gene not in known}, dtype=str)
    genes = symbols.rename_axis("gene_id").rename("symbol").reset_index().assign(biotype="")
    if transcripts:
        listed = read_table(transcripts)
        names = listed.drop_duplicates("gene_id")[["gene_id", "symbol"]]
        unnamed = names["symbol"] == names["gene_id"]
        names = names.assign(
            symbol=names["symbol"].mask(unnamed, names["gene_id"].map(symbols).fillna(names["gene_id"]))
        )
        described = names.merge(_gene_biotypes(listed), on="gene_id").sort_values("gene_id")
        genes = pd.concat([described, genes]).drop_duplicates("gene_id")
    return Annotation(genes.reset_index(drop=True), lists.members[list(MEMBER_COLUMNS)])


def _gene_biotypes(transcripts: pd.DataFrame) -> pd.DataFrame:
    """Return gene_id and biotype, one row a gene: protein_coding, or that of most transcripts, the first by name if several."""
    counts = transcripts.groupby(["gene_id", "biotype"]).size().rename("n").reset_index()
    counts["other"] = counts["biotype"] != "protein_coding"
    ranked = counts.sort_values(["other", "n", "biotype"], ascending=[True, False, True])
    return ranked.drop_duplicates("gene_id")[["gene_id", "biotype"]]
