"""Gene ids and symbols as archives, references and studies write them."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

_VERSION = re.compile(r"^(ENS[A-Z]*[GT][0-9]{11}|[NX][MR]_[0-9]+)\.[0-9]+")
DATABASE_ID = re.compile(r"[A-Z][A-Za-z]*[0-9]{7,}")
"""Gene ids as databases number them; a collection that has some has nothing else, such as a symbol in the wrong column."""


def strip_version(identifier: str) -> str:
    """Remove the version of an id of Ensembl, or of a transcript of RefSeq; other ids stay, since their dots belong to them."""
    return _VERSION.sub(r"\1", identifier)


class KnownGenes:
    """The genes that a study's own tables know, to be found by id or by symbol.

    Symbols are compared with their case, which tells a mouse's from a human's.

    Args:
        symbols: the symbol of each gene, by id without version.
    """

    def __init__(self, symbols: Mapping[str, str]) -> None:
        self.symbols = dict(symbols)
        by_symbol: dict[str, list[str]] = defaultdict(list)
        for gene, symbol in self.symbols.items():
            by_symbol[symbol].append(gene)
        self._ids = dict(by_symbol)

    def find(self, word: str) -> list[str]:
        """List the ids of the genes that a word may mean: the one that it is the id of, else those that it is the symbol of."""
        gene = strip_version(word)
        return [gene] if gene in self.symbols else sorted(self._ids.get(word, ()))

    def near(self, word: str, others: Iterable[str] = ()) -> list[str]:
        """List symbols and ids, of others too, that a misspelt word may have been meant as; the case of letters counts least."""
        names = {name.casefold(): name for name in (*self._ids, *self.symbols, *others)}
        return [names[found] for found in difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.8)]
