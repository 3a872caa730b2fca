"""Whether a study and its data speak of the same genes at all, before anything is computed."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import common_kind, species_of_kind
from claimcheck.core.tables import listed


class Source(NamedTuple):
    """What the genes of a study's data come from, in the words of messages.

    Attributes:
        name: what it is.
        key: the key of the configuration that names it.
        other_names: what to do where it calls genes otherwise.
        without_deleted: what to do where it lacks the deleted gene.
    """

    name: str
    key: str
    other_names: str
    without_deleted: str


def counts_source(key: str) -> Source:
    """Describe counts by the key that names them."""
    return Source(
        "the table of counts",
        key,
        "correct the ids, or say in a table (counts.genes: gene_id, symbol and other names) which genes are meant",
        "correct the id, use the table before any filter, or leave study.deleted_gene out",
    )


def reference_source(key: str) -> Source:
    """Describe a reference by the key that names it."""
    return Source(
        "the reference",
        key,
        f"correct the ids, or set {key} to a reference that has the ids of the gene sets",
        f"correct the id, set {key} to a reference that has the gene, or leave study.deleted_gene out",
    )


def measure_agreement(genes: Collection[str], wanted: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Count how many of the genes that a study names its data have.

    Returns:
        place, n_found, n_genes; a row for each place that names genes.
    """
    genes = frozenset(genes)
    rows = [(place, len(genes.intersection(named)), len(set(named))) for place, named in wanted.items() if named]
    return pd.DataFrame(rows, columns=["place", "n_found", "n_genes"])


def require_agreement(
    genes: Collection[str],
    wanted: Mapping[str, Collection[str]],
    source: Source,
    *,
    deleted: str | None,
    symbols: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Check that a table of counts or a reference has the genes that a study looks at.

    Args:
        genes: its ids, as the study knows them.
        wanted: ids by where the study names them; of each place one at least must be there.
        source: what the genes come from.
        deleted: id of the gene that the study deleted, which must be there; None where there is none.
        symbols: other names that the study has for genes, by id.

    Returns:
        From `measure_agreement`.

    Raises:
        StudyError: all genes of a place are lacking, or the deleted one is.
    """
    found = measure_agreement(genes, wanted)
    absent = list(found.loc[found["n_found"] == 0, "place"])
    if absent:
        theirs, ours = listed(sorted(genes), most=3), listed(sorted(wanted[absent[0]]), most=3)
        species = [species_of_kind(common_kind(some)) for some in (genes, wanted[absent[0]])]
        differ = all(species) and species[0] != species[1]
        raise StudyError(
            f"{source.name} has genes of {species[0]}, and the study names genes of {species[1]}"
            if differ
            else f"{source.name} has no gene that {listed(absent, most=3)} names",
            details=[f"{place}: {n} of {number} genes" for place, n, number in found.itertuples(index=False)],
            where=f"{source.key} has {theirs}; {absent[0]} has {ours}",
            expected="the same genes in both, by id or by symbol; versions of Ensembl ids make no difference",
            remedy=f"name gene sets and genes of the same species as {source.key}" if differ else source.other_names,
        )
    if deleted and deleted not in genes:
        symbol = (symbols or {}).get(deleted, "")
        raise StudyError(
            f"{source.name} lacks the deleted gene {deleted}" + f" ({symbol})" * bool(symbol),
            where=f"config/config.yaml, study.deleted_gene; {source.key} has {listed(sorted(genes), most=3)}",
            expected="the gene, whose level and exons show whether it was deleted",
            remedy=source.without_deleted,
        )
    return found
