"""Genes of one species as those of another: only where each is the other's one ortholog."""

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed

_CLASS_COLUMNS = ("DB Class Key", "NCBI Taxon ID", "Symbol", "EntrezGene ID", "Mouse MGI ID", "HGNC ID")
_PAIR_COLUMNS = ("fromGeneId", "fromSymbol", "toGeneId", "toSymbol", "best", "bestReverse")
_LOOKED_UP = ("hgnc", "entrez", "symbol")
"""Identifiers that a gene of the other species is looked up by, the most definite first."""


class Gene(NamedTuple):
    """The identifiers of a gene, "" where unknown."""

    symbol: str
    entrez: str = ""
    hgnc: str = ""
    mgi: str = ""


class Orthologs:
    """Pairs of orthologs between two species.

    Args:
        pairs: (gene of the other species, gene of the study's), each pair once.
    """

    def __init__(self, pairs: Iterable[tuple[Gene, Gene]]) -> None:
        self.targets: dict[Gene, set[Gene]] = defaultdict(set)
        self.sources: dict[Gene, set[Gene]] = defaultdict(set)
        self.index: dict[tuple[str, str], set[Gene]] = defaultdict(set)
        for source, target in pairs:
            self.targets[source].add(target)
            self.sources[target].add(source)
            for kind in _LOOKED_UP:
                self.index[kind, getattr(source, kind)].add(source)

    def translate(self, gene: Mapping[str, str]) -> tuple[dict[str, str], str]:
        """Find the one ortholog of a gene.

        Args:
            gene: identifiers by kind, "" where unknown.

        Returns:
            The ortholog's identifiers and "", or no identifiers and the reason why there are none.
        """
        found = (self.index.get((kind, gene[kind])) for kind in _LOOKED_UP if gene.get(kind))
        sources: set[Gene] = next(filter(None, found), set())
        if not sources:
            return {}, "no ortholog is known"
        targets = {target for source in sources for target in self.targets[source]}
        if len(sources) > 1 or len(targets) > 1:
            return {}, f"ambiguous: its orthologs are {_named(targets)}"
        target = targets.pop()
        others = self.sources[target] - sources
        if others:
            return {}, f"ambiguous: {target.symbol} is also the ortholog of {_named(others)}"
        return target._asdict(), ""


def read_orthologs(text: str, *, source_tax_id: int, target_tax_id: int, where: str) -> Orthologs:
    """Read pairs of orthologs between two species.

    Known are MGI's classes of orthologs (HOM_MouseHumanSequence.rpt, HOM_AllOrganism.rpt: one row a gene, a class shares its key),
    and pairs as the Alliance of Genome Resources scores them (fromSymbol, toSymbol, best, bestReverse), of which only
    those count that are the best match in both directions; the latter are taken to be of the two species.

    Args:
        text: a tab-separated table with a header line.
        source_tax_id, target_tax_id: NCBI taxonomy ids of the genes to translate and of the study.

    Raises:
        StudyError: the table is neither, or has no pair of these species.
    """
    table = require_orthologs(text, where=where)
    if set(_CLASS_COLUMNS) <= set(table):
        sources, targets = (_by_class(table, tax_id) for tax_id in (source_tax_id, target_tax_id))
        pairs = [(source, target) for key in sources for source in sources[key] for target in targets.get(key, ())]
    else:
        best = table[(table["best"] == "Yes") & (table["bestReverse"] == "Yes")]
        cells = zip(best["fromGeneId"], best["fromSymbol"], best["toGeneId"], best["toSymbol"], strict=True)
        pairs = [(Gene(symbol, hgnc=hgnc), Gene(to, mgi=mgi)) for hgnc, symbol, mgi, to in cells]
    if not pairs:
        raise _unreadable(f"it has no pair between the species {source_tax_id} and {target_tax_id}", where)
    return Orthologs(pairs)


def require_orthologs(text: str, *, where: str) -> pd.DataFrame:
    """Read a table of orthologs of either kind as text.

    Raises:
        StudyError: it is neither kind.
    """
    try:
        table = pd.read_csv(io.StringIO(text), sep="\t", dtype=str, keep_default_na=False, quoting=3)
    except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise _unreadable(str(error), where) from error
    if not (set(_CLASS_COLUMNS) <= set(table) or set(_PAIR_COLUMNS) <= set(table)):
        raise _unreadable(f"its columns are {listed(table.columns)}", where)
    return table


def _by_class(table: pd.DataFrame, tax_id: int) -> dict[str, list[Gene]]:
    classes: dict[str, list[Gene]] = defaultdict(list)
    own = table[table["NCBI Taxon ID"] == str(tax_id)]
    cells = (own[column] for column in ("DB Class Key", "Symbol", "EntrezGene ID", "HGNC ID", "Mouse MGI ID"))
    for key, symbol, entrez, hgnc, mgi in zip(*cells, strict=True):
        classes[key].append(Gene(symbol, entrez, hgnc, mgi))
    return classes


def _named(genes: Iterable[Gene]) -> str:
    return listed(sorted(gene.symbol for gene in genes), most=4)


def _unreadable(reason: str, where: str) -> StudyError:
    return StudyError(
        f"the table of orthologs cannot be used: {reason}",
        where=where,
        expected=f"the columns {listed(_CLASS_COLUMNS, most=9)}; or {listed(_PAIR_COLUMNS, most=9)}",
        remedy="correct collections.orthologs in config/config.yaml",
    )
