"""The genes that a register names, by id, by symbol or by both, as `id: symbol`."""

from collections.abc import Iterable
from typing import Any

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import NAMES
from claimcheck.core.identifiers import DATABASE_ID, KnownGenes, strip_version
from claimcheck.core.schemas import replace_titled
from claimcheck.core.tables import listed


def name_genes(
    content: dict[str, Any],
    schema: dict[str, Any],
    known: KnownGenes,
    *,
    counted: frozenset[str] | None,
    where: str,
) -> dict[str, Any]:
    """Write every gene of a register as `id: symbol`, ids without the version of Ensembl.

    A word is the id or the symbol of a gene that the study's tables know, or else an id of its data.

    Args:
        content: a register that fits its schema.
        schema: of registers.
        known: the genes that the study's tables know.
        counted: ids of the counts or transcripts; where only the reference has them none, and then words are ids only if they
            look like those of databases. None where an earlier step has seen to it that every word is known.
        where: the file, for messages.

    Raises:
        StudyError: a word is no gene, or several.
    """

    def named(place: str) -> Any:
        def of(key: str, genes: Any) -> dict[str, str]:
            if isinstance(genes, dict):
                return {strip_version(gene): symbol for gene, symbol in genes.items()}
            words = [genes] if isinstance(genes, str) else genes
            ids = (_id_of(word, known, counted, where=f"{where}, {place}{key}") for word in words)
            return {gene: known.symbols.get(gene, gene) for gene in ids}

        return of

    definitions = schema["$defs"]
    named_claims = [
        replace_titled(
            claim, {**definitions[claim["kind"]], "$defs": definitions}, "genes", named(f"claim {claim['id']}, ")
        )
        for claim in content["claims"]
    ]
    sections: dict[str, Any] = replace_titled(content, schema, "genes", named(""))
    return sections | {"claims": named_claims}


def _id_of(word: str, known: KnownGenes, counted: frozenset[str] | None, *, where: str) -> str:
    gene = strip_version(word)
    found = known.find(word)
    if len(found) > 1:
        raise StudyError(
            f"the symbol {word} is that of {len(found)} genes: {listed(found)}",
            where=where,
            expected="one gene",
            remedy=f"write the id of the one that is meant: `{found[0]}: {word}`",
        )
    if found:
        return found[0]
    is_id = counted is None or gene in counted or (not counted and DATABASE_ID.fullmatch(gene))
    if not is_id:
        raise _unknown(word, known, counted or (), where=where)
    return gene


def _unknown(word: str, known: KnownGenes, counted: Iterable[str], *, where: str) -> StudyError:
    near = "".join(f"; did you mean `{name}`?" for name in known.near(word, counted))
    return StudyError(
        f"no gene {word} is known{near}",
        where=where,
        expected="an id of the study's genes, or a symbol that its data or the folder of gene sets (gene_sets.curated) give an id",
        remedy=f"write `id: symbol`, or add a table {NAMES} (gene_id, symbol) to that folder",
    )
