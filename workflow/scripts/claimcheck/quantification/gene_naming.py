"""The ids that a study knows the genes of a table of counts by, and whether the two speak of the same genes at all."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from claimcheck.core.delimited import read_delimited
from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import list_files, read_gene_lists
from claimcheck.core.identifiers import (
    DATABASE_ID,
    ID_COLUMNS,
    SYMBOL_COLUMNS,
    KnownGenes,
    common_kind,
    plain_name,
    species_of_kind,
    strip_version,
)
from claimcheck.core.schemas import load_schema, replace_titled
from claimcheck.core.tables import listed
from claimcheck.quantification.count_columns import read_sample_labels
from claimcheck.quantification.count_files import count_files_of_study
from claimcheck.quantification.counts import read_labels


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


def require_agreement(counted: Collection[str], wanted: Mapping[str, Collection[str]], *, deleted: str | None) -> None:
    """Check that a table of counts has the genes that a study looks at, before anything is computed.

    Args:
        counted: ids of the table, as the study knows them.
        wanted: ids by where the study names them; of each place the table must have one at least.
        deleted: id of the gene that the study deleted, which must be in the table; None where there is none.

    Raises:
        StudyError: it lacks all genes of a place, or the deleted one.
    """
    counted = frozenset(counted)
    shares = {place: (len(counted.intersection(genes)), len(genes)) for place, genes in wanted.items() if genes}
    absent = [place for place, (found, _) in shares.items() if not found]
    if absent:
        theirs, ours = listed(sorted(counted), most=3), listed(sorted(wanted[absent[0]]), most=3)
        species = [_species_of(genes) for genes in (counted, wanted[absent[0]])]
        differ = None not in species and species[0] != species[1]
        raise StudyError(
            f"the table of counts has genes of {species[0]}, and the study names genes of {species[1]}"
            if differ
            else f"the table of counts has no gene that {listed(absent, most=3)} names",
            details=[f"{place}: {found} of {number} genes" for place, (found, number) in shares.items()],
            where=f"counts.table has {theirs}; {absent[0]} has {ours}",
            expected="the same genes in both, by id or by symbol; versions of Ensembl ids make no difference",
            remedy="name gene sets and genes of the same species as the counts"
            if differ
            else "correct the ids, or say in a table (counts.genes: gene_id, symbol and other names) which genes are meant",
        )
    if deleted and deleted not in counted:
        raise StudyError(
            f"the table of counts lacks the deleted gene {deleted}",
            where="config/config.yaml, study.deleted_gene",
            expected="its counts, which show whether it was deleted",
            remedy="correct the id, use the table before any filter, or leave study.deleted_gene out",
        )


class StudyGenes(NamedTuple):
    """The genes of the table of counts that a study starts from.

    Attributes:
        ids: as the study knows them.
        symbols: by id, where the table or the study's table of names says them.
        wanted: ids that the configuration names, by where.
        deleted: id of the deleted gene, or None.
        columns: names of the columns of the table.
        naming: how the genes of the table are called.
    """

    ids: frozenset[str]
    symbols: dict[str, str]
    wanted: dict[str, list[str]]
    deleted: str | None
    columns: frozenset[str]
    naming: Naming

    def require(self, places: Mapping[str, Collection[str]]) -> None:
        """Check that the table has what the configuration and other places name; see `require_agreement`."""
        wanted = {**places, **self.wanted}
        # else rows and columns are exchanged, which reading the table says
        if self.columns.isdisjoint(gene for genes in wanted.values() for gene in genes):
            require_agreement(self.ids, wanted, deleted=self.deleted)


def study_genes(configuration: Mapping[str, Any]) -> StudyGenes | None:
    """Read which genes the table of counts of a study has; None where it starts from something else.

    Args:
        configuration: from `read_configuration`.

    Raises:
        StudyError: see `read_labels`, `read_gene_names` and `name_genes`.
    """
    if configuration["start_from"] != "counts":
        return None
    counts, curated = configuration["counts"], configuration["gene_sets"]["curated"]
    deleted, symbol = (configuration["study"][key] for key in ("deleted_gene", "deleted_gene_symbol"))
    found = count_files_of_study(configuration, Path())
    labels = (
        read_sample_labels(Path(next(iter(found.by_sample.values())))) if found else read_labels(Path(counts["table"]))
    )
    files = [] if curated == "none" else list_files(Path(curated))
    naming, symbols = name_counted(labels.genes, labels.symbols, files, counts["genes"], {deleted: symbol})
    named: dict[str, list[str]] = {}

    def remember(key: str, genes: list[str]) -> list[str]:
        named.setdefault(".".join(key.split(".")[:2]), []).extend(genes)
        return genes

    checked = {key: configuration[key] for key in ("quality", "identity")}
    replace_titled(checked, load_schema("config.schema.yaml"), "genes", remember)
    return StudyGenes(
        frozenset(naming.ids.get(gene, gene) for gene in labels.genes),
        symbols,
        {key: genes for key, genes in named.items() if genes},
        deleted,
        frozenset(labels.columns),
        naming,
    )


def name_counted(
    genes: Sequence[str],
    symbols: Mapping[str, str],
    curated: Sequence[Path],
    names: str | None,
    stated: Mapping[str | None, str | None],
) -> tuple[Naming, dict[str, str]]:
    """Name the genes of a table of counts, from the study's gene sets and its table of names.

    Args:
        genes, symbols: of the table, from `read_labels`.
        curated: the files of the curated gene sets.
        names: path of the table of names, or None.
        stated: symbols by id that the configuration says; empty ones are none.

    Returns:
        The naming, and the symbols by the study's id.
    """
    said, words = read_gene_names(Path(names)) if names else ({}, {})
    said = {gene: symbol for gene, symbol in stated.items() if gene and symbol} | said
    naming = name_genes(genes, read_gene_lists(curated, said).known, words)
    of_table = {naming.ids.get(gene, gene): symbol for gene, symbol in symbols.items()}
    present = {naming.ids.get(gene, gene) for gene in genes}
    return naming, {gene: symbol for gene, symbol in (naming.symbols | of_table | said).items() if gene in present}


def _species_of(genes: Collection[str]) -> str | None:
    """Return the species of some genes, if most of them have ids of one."""
    return species_of_kind(common_kind(genes)) or None
