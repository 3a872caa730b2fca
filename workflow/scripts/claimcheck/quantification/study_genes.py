"""The genes of the counts or transcripts that a study starts from, and what it calls them."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import list_files, read_gene_lists
from claimcheck.core.identifiers import KnownGenes
from claimcheck.core.plain import is_file
from claimcheck.core.schemas import load_schema, replace_titled
from claimcheck.core.tables import listed
from claimcheck.quantification.count_columns import read_sample_labels
from claimcheck.quantification.count_files import CountFiles, count_files_of_study
from claimcheck.quantification.counts import read_labels
from claimcheck.quantification.gene_agreement import Source, counts_source, reference_source, require_agreement
from claimcheck.quantification.gene_naming import name_counted
from claimcheck.quantification.transcript_tables import read_transcript_table


class StudyGenes(NamedTuple):
    """The genes of the data that a study starts from.

    Attributes:
        ids: as the study knows them.
        symbols: by id, where the data, their tables of names or the configuration say them.
        source: what the genes come from.
        configuration: complete; genes that it calls by symbols, or as the data do, have their ids.
        stated: symbols by id that the configuration says.
        columns: names of the columns of a table of counts, else none.
        files: of counts, where each sample has one of its own.
    """

    ids: frozenset[str]
    symbols: dict[str, str]
    source: Source
    configuration: dict[str, Any]
    stated: Mapping[str, str]
    columns: frozenset[str] = frozenset()
    files: CountFiles | None = None

    def require(self, places: Mapping[str, Collection[str]]) -> None:
        """Check that the data have what the configuration and other places name; see `require_agreement`."""
        wanted = {**places, **configured_genes(self.configuration)}
        # else rows and columns are exchanged, which reading the table says
        if self.columns.isdisjoint(gene for genes in wanted.values() for gene in genes):
            deleted = self.configuration["study"]["deleted_gene"]
            require_agreement(self.ids, wanted, self.source, deleted=deleted, symbols=self.stated)


def study_genes(configuration: Mapping[str, Any], stated: Mapping[str, str]) -> StudyGenes | None:
    """Read which genes the data of a study have; None where only the reference, or a GTF, will tell.

    Args:
        configuration: from `read_configuration`.
        stated: `Gathered.symbols`.

    Raises:
        StudyError: see `read_labels`, `count_files_of_study`, `name_counted` and `read_transcript_table`; or the configuration
            names a gene by a symbol that several have.
    """
    entry, curated = configuration["start_from"], configuration["gene_sets"]["curated"]
    tables = [] if curated == "none" else list_files(Path(curated))
    if entry == "counts":
        return _genes_of_counts(configuration, stated, tables)
    path = Path(configuration["transcripts"]["genes"] or "") if entry == "transcripts" else Path()
    table = read_transcript_table(path) if is_file(path) else None
    if table is None:
        return None
    genes = table.drop_duplicates("gene_id")
    named = genes[genes["symbol"] != genes["gene_id"]]
    symbols = dict(zip(named["gene_id"], named["symbol"], strict=True))
    ids = frozenset(genes["gene_id"])
    used = _with_ids(configuration, ids, {}, read_gene_lists(tables, symbols).known)
    return StudyGenes(ids, symbols, reference_source("transcripts.genes"), used, stated)


def _genes_of_counts(configuration: Mapping[str, Any], stated: Mapping[str, str], tables: list[Path]) -> StudyGenes:
    given = configuration["counts"]
    files = count_files_of_study(configuration, Path())
    first = next(iter(files.by_sample.values())) if files else given["table"]
    labels = read_sample_labels(Path(first)) if files else read_labels(Path(first))
    naming, symbols = name_counted(labels.genes, labels.symbols, tables, given["genes"], stated)
    ids = frozenset(naming.ids.get(gene, gene) for gene in labels.genes)
    source = counts_source("counts.folder" if files else "counts.table")
    used = _with_ids(configuration, ids, naming.ids, read_gene_lists(tables, symbols).known)
    return StudyGenes(ids, symbols, source, used, stated, frozenset() if files else frozenset(labels.columns), files)


def _with_ids(
    configuration: Mapping[str, Any], ids: frozenset[str], names: Mapping[str, str], known: KnownGenes
) -> dict[str, Any]:
    """Return a configuration with ids for the genes that it calls by symbols, or as the data do.

    Args:
        configuration: complete.
        ids: of the data.
        names: ids by what the data call genes.
        known: symbols of the study and of the data.
    """

    def id_of(key: str, word: str) -> str:
        found = [] if word in ids or word in known.symbols else known.find(word)
        if len(found) > 1:
            raise StudyError(
                f"the symbol {word} is that of {len(found)} genes: {listed(found)}",
                where=f"config/config.yaml, {key}",
                expected="one gene",
                remedy=f"write the id of the one that is meant: `{found[0]}: {word}`",
            )
        return names.get(word) or (found[0] if found else word)

    def ids_of(key: str, genes: list[str]) -> list[str]:
        return [id_of(key, gene) for gene in genes]

    used: dict[str, Any] = replace_titled(dict(configuration), load_schema("config.schema.yaml"), "genes", ids_of)
    deleted = used["study"]["deleted_gene"]
    if deleted:
        used["study"] = used["study"] | {"deleted_gene": id_of("study.deleted_gene", deleted)}
    return used


def configured_genes(configuration: Mapping[str, Any]) -> dict[str, list[str]]:
    """List the ids that the sections on quality and identity name, by key; keys that name none are left out."""
    named: dict[str, list[str]] = {}

    def remember(key: str, genes: list[str]) -> list[str]:
        named.setdefault(".".join(key.split(".")[:2]), []).extend(genes)
        return genes

    checked = {key: configuration[key] for key in ("quality", "identity")}
    replace_titled(checked, load_schema("config.schema.yaml"), "genes", remember)
    return {key: genes for key, genes in named.items() if genes}
