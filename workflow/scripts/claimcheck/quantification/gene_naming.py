"""The ids that a study knows the genes of a table of counts by."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from claimcheck.core.delimited import read_delimited
from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import read_gene_lists
from claimcheck.core.identifiers import DATABASE_ID, ID_COLUMNS, SYMBOL_COLUMNS, KnownGenes, plain_name, strip_version
from claimcheck.core.tables import listed


class Naming(NamedTuple):
    """How the genes of a table are called in the study.

    Attributes:
        ids: the study's id of each gene of the table that is called otherwise there.
        symbols: symbols by the study's id.
        ambiguous: genes of the table that may be one of several, which keep their name.
        unknown: genes of the table that nothing knows, which keep their name too; empty where the table has ids.
    """

    ids: dict[str, str]
    symbols: dict[str, str]
    ambiguous: list[str]
    unknown: list[str]


def read_gene_names(path: Path) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Read a table of genes: `gene_id`, `symbol` and any other names in columns of their own.

    Returns:
        The symbols by id, without version; and the ids by every name that the table has in any column.

    Raises:
        StudyError: it is no table, or lacks a column.
    """
    expected = "a table with the columns gene_id and symbol, and others for other names, such as entrez"
    table = read_delimited(path, what="table of gene names", expected=expected, key="counts.genes")
    plain = [plain_name(name) for name in table.header]
    found = [next((plain.index(name) for name in names if name in plain), -1) for names in (ID_COLUMNS, SYMBOL_COLUMNS)]
    if min(found) < 0:
        raise StudyError(
            "the table of gene names lacks a column",
            where=f"{path}: {listed(table.header, most=8)}",
            expected=expected,
            remedy="name the columns so in its header line",
        )
    ids = table.cells[found[0]].map(strip_version)
    symbols = dict(zip(ids, table.cells[found[1]], strict=True))
    words: dict[str, list[str]] = {}
    for place in table.cells:
        for gene, word in zip(ids, table.cells[place], strict=True):
            if word not in ("", "NA") and gene not in ("", "NA") and gene not in words.setdefault(word, []):
                words[word].append(gene)
    return {gene: symbol for gene, symbol in symbols.items() if gene and symbol}, words


def name_genes(genes: Sequence[str], known: KnownGenes, names: Mapping[str, Sequence[str]]) -> Naming:
    """Find the study's ids of the genes of a table that calls them otherwise, by symbols or numbers of NCBI.

    Genes that are called by ids of a database keep them. Others are looked up in the study's table of names, then in its gene sets.

    Args:
        genes: as the table calls them.
        known: what the study's own gene sets say.
        names: ids by name, from `read_gene_names`; empty without such a table.

    Raises:
        StudyError: the genes are numbers, and the study does not say which genes have these.
    """
    if sum(bool(DATABASE_ID.fullmatch(gene)) for gene in genes) > len(genes) / 2:
        return Naming({}, {}, [], [])
    found = {gene: list(names.get(gene, ())) or known.find(gene) for gene in genes if gene not in known.symbols}
    unique = {gene: ids[0] for gene, ids in found.items() if len(ids) == 1}
    unknown = [gene for gene, ids in found.items() if not ids]
    numbers = sum(gene.isdecimal() for gene in genes)
    if numbers > len(genes) / 2 and len(unknown) > len(genes) / 2:
        raise StudyError(
            f"the genes of the table of counts are numbers, such as {listed(genes, most=3)}, as NCBI's Gene (Entrez) has",
            where="config/config.yaml, counts.table",
            expected="ids or symbols that the study's gene sets have, or a table that says which genes these are",
            remedy="set counts.genes to a table with the columns gene_id and symbol, and one with these numbers",
        )
    changed = {gene: new for gene, new in unique.items() if new != gene}
    ambiguous = [f"{gene} ({listed(ids, most=3)})" for gene, ids in found.items() if len(ids) > 1]
    symbols = {new: known.symbols.get(new, gene) for gene, new in changed.items()}
    return Naming(changed, symbols, ambiguous, unknown if changed else [])


def name_counted(
    genes: Sequence[str],
    symbols: Mapping[str, str],
    curated: Sequence[Path],
    names: str | None,
    stated: Mapping[str, str],
) -> tuple[Naming, dict[str, str]]:
    """Name the genes of a table of counts, from the study's gene sets and its table of names.

    Args:
        genes, symbols: of the table, from `read_labels`.
        curated: the files of the curated gene sets.
        names: path of the table of names, or None.
        stated: symbols by id that the configuration says.

    Returns:
        The naming, and the symbols by the study's id.
    """
    said, words = read_gene_names(Path(names)) if names else ({}, {})
    said = {**stated, **said}
    naming = name_genes(genes, read_gene_lists(curated, said).known, words)
    of_table = {naming.ids.get(gene, gene): symbol for gene, symbol in symbols.items()}
    present = {naming.ids.get(gene, gene) for gene in genes}
    return naming, {gene: symbol for gene, symbol in (naming.symbols | of_table | said).items() if gene in present}
