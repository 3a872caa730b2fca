"""The gene of the study's annotation that an identifier of a collection means; an identifier of several genes means none."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.gene_lists import read_text
from claimcheck.core.identifiers import strip_version
from claimcheck.core.tables import listed, read_table

MODEL_COLUMNS = {
    "1. MGI accession id": "mgi",
    "3. marker symbol": "symbol",
    "6. Entrez gene id": "entrez",
    "11. Ensembl gene id": "gene_id",
}
"""Columns of MGI's report of gene models (MGI_Gene_Model_Coord.rpt) by what they are here."""

_BY_TABLE = ("mgi", "entrez")


class GeneNames:
    """Names of genes from an annotation, from a database of gene models, and from a list of old symbols.

    Symbols are compared with their case: another species' symbols differ from the study's in more than that.

    Args:
        annotation: columns gene_id, symbol.
        models: columns mgi, symbol, entrez, gene_id, from `read_gene_models`; None without that table.
        aliases: old symbol -> current one, "" for an alias that several genes share.
        is_complete: whether a gene that the annotation lacks cannot be one of the study's.
    """

    def __init__(
        self,
        annotation: pd.DataFrame,
        models: pd.DataFrame | None = None,
        aliases: Mapping[str, str] | None = None,
        *,
        is_complete: bool,
    ) -> None:
        self.aliases = dict(aliases or {})
        self.formerly = _grouped((new, old) for old, new in self.aliases.items() if new)
        self.symbols = dict(zip(annotation["gene_id"], annotation["symbol"], strict=True))
        self.is_complete = is_complete
        self.has_models = models is not None
        self.annotated = _grouped(zip(annotation["symbol"], annotation["gene_id"], strict=True))
        self.modelled: dict[str, dict[str, set[str]]] = {}
        if models is not None:
            known = models[models["gene_id"].isin(self.symbols)] if is_complete else models
            for kind in ("symbol", *_BY_TABLE):
                self.modelled[kind] = _grouped(zip(known[kind], known["gene_id"], strict=True))
            for gene, symbol in zip(known["gene_id"], known["symbol"], strict=True):
                self.symbols.setdefault(gene, symbol)

    def find(self, gene: Mapping[str, str]) -> tuple[str, str]:
        """Find the gene that identifiers mean: by Ensembl id, then by MGI and Entrez id, then by symbol.

        Args:
            gene: identifiers by kind (ensembl, mgi, entrez, symbol), "" where unknown; several Ensembl ids are joined by `|`.

        Returns:
            Gene id and "", or "" and the reason why there is none.
        """
        ensembl = {strip_version(name) for name in gene.get("ensembl", "").split("|") if name}
        candidates = [ensembl & set(self.symbols) if self.is_complete or len(ensembl) > 1 else ensembl]
        candidates += [self.modelled.get(kind, {}).get(gene.get(kind, ""), set()) for kind in _BY_TABLE]
        candidates.append(self._by_symbol(gene.get("symbol", "")))
        found = [genes for genes in candidates if genes]
        single = next((genes for genes in found if len(genes) == 1), None)
        if single:
            return next(iter(single)), ""
        if found:
            return "", f"ambiguous: it is {listed(sorted(found[0]), most=4)}"
        if self.aliases.get(gene.get("symbol", "")) == "":
            return "", "ambiguous: an old symbol of several genes"
        if not self.has_models and not gene.get("symbol"):
            return "", "no table of gene models to look it up in"
        return "", "not in the annotation"

    def _by_symbol(self, symbol: str) -> set[str]:
        """Return the genes of a symbol: as it is, else of the current symbol that it was replaced by, else of an older one."""
        if not symbol:
            return set()
        for name in (symbol, self.aliases.get(symbol, ""), *sorted(self.formerly.get(symbol, ()))):
            annotated = self.annotated.get(name, set())
            modelled = self.modelled.get("symbol", {}).get(name, set())
            genes = (annotated & modelled) or annotated or modelled
            if genes:
                return genes
        return set()


def read_names(models: Path, annotation: pd.DataFrame, aliases: str, *, is_complete: bool) -> GeneNames:
    """Read what is known of the names of genes.

    Args:
        models: MGI's report of gene models, which need not be there.
        annotation, is_complete: as in `GeneNames`.
        aliases: see `read_aliases`.
    """
    found = read_gene_models(read_text(models), where=str(models)) if models.exists() else None
    return GeneNames(annotation, found, read_aliases(aliases), is_complete=is_complete)


def read_gene_models(text: str, *, where: str) -> pd.DataFrame:
    """Read MGI's report of gene models.

    Returns:
        Columns mgi, symbol, entrez, gene_id ("" where it says `null`), of genes that have a gene id.

    Raises:
        StudyError: a column is missing.
    """
    try:
        table = pd.read_csv(io.StringIO(text), sep="\t", dtype=str, keep_default_na=False, quoting=3, index_col=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise _unreadable(str(error), where) from error
    table.columns = table.columns.str.strip()
    missing = [column for column in MODEL_COLUMNS if column not in table]
    if missing:
        raise _unreadable(f"it lacks the column {listed(missing)}", where)
    models = table[list(MODEL_COLUMNS)].rename(columns=MODEL_COLUMNS).replace("null", "")
    return models[models["gene_id"] != ""].reset_index(drop=True)


def read_aliases(path: str) -> dict[str, str]:
    """Read a table of old symbols (columns alias and symbol, of which the latter may be empty); none where the path is "none"."""
    if path == "none":
        return {}
    table = read_table(Path(path), columns=["alias", "symbol"], text=True)
    return dict(zip(table["alias"], table["symbol"], strict=True))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    groups: dict[str, set[str]] = defaultdict(set)
    for name, value in pairs:
        if name:
            groups[name].add(value)
    return dict(groups)


def _unreadable(reason: str, where: str) -> StudyError:
    return StudyError(
        f"the table of gene models cannot be used: {reason}",
        where=where,
        expected=f"the columns {listed(MODEL_COLUMNS)}",
        remedy="correct collections.genes in config/config.yaml",
    )
