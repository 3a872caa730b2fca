"""Gene ids and symbols as archives, references and studies write them."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

_VERSION = re.compile(r"^(ENS[A-Z]*[GT][0-9]{11}|[NX][MR]_[0-9]+)\.[0-9]+")
_ENSEMBL_WITH_SYMBOL = re.compile(r"(?P<id>ENS[A-Z]*G[0-9]{11})(?:\.[0-9]+)?[_|](?!PAR_Y)(?P<symbol>.+)")
DATABASE_ID = re.compile(r"[A-Z][A-Za-z]*[0-9]{7,}")
"""Gene ids as databases number them; a collection that has some has nothing else, such as a symbol in the wrong column."""

SPECIES = {
    "ENSG": ("human", 9606),
    "ENSMUSG": ("mouse", 10090),
    "ENSRNOG": ("rat", 10116),
    "ENSDARG": ("zebrafish", 7955),
    "FBgn": ("fly", 7227),
    "WBGene": ("worm", 6239),
}
"""Name and taxonomy id of the species whose gene ids begin so."""

_OF_SPECIES = re.compile(rf"(ENS[A-Z]*G|{'|'.join(SPECIES)})[0-9]{{7,}}")

ID_COLUMNS = (
    *("geneid", "geneids", "geneidversion", "genestableid", "genestableidversion"),
    *("ensemblgeneid", "ensemblgeneidversion", "ensemblgene", "ensemblid", "ensembl", "ensgeneid", "ensgene", "ensg"),
)
SYMBOL_COLUMNS = (
    *("genename", "symbol", "genesymbol", "externalgenename", "extgene", "mgisymbol", "hgncsymbol", "name2"),
)
TRANSCRIPT_COLUMNS = (
    *("transcriptid", "transcriptids", "transcriptidversion", "transcriptstableid", "transcriptstableidversion"),
    *("ensembltranscriptid", "ensembltranscriptidversion", "enst", "refseqmrna"),
    *("transcript", "transcriptname", "tx", "txid", "txname"),
)
"""How tables call their columns of gene ids, of symbols and of transcripts, as `plain_name` writes it."""


def plain_name(column: str) -> str:
    """Write the name of a column in lower case, without what is no letter or digit."""
    return re.sub(r"[^a-z0-9]", "", column.lower())


def strip_version(identifier: str) -> str:
    """Remove the version of an id of Ensembl, or of a transcript of RefSeq; other ids stay, since their dots belong to them."""
    return _VERSION.sub(r"\1", identifier)


def split_id(identifier: str) -> tuple[str, str]:
    """Part an Ensembl gene id, without version, from the symbol that RSEM and others write behind it; "" where there is none.

    `ENSMUSG00000026822.14_Lcn2` and `ENSMUSG00000026822|Lcn2` are such ids; `_PAR_Y` belongs to the id.
    """
    whole = _ENSEMBL_WITH_SYMBOL.fullmatch(identifier)
    return (whole["id"], whole["symbol"]) if whole else (strip_version(identifier), "")


def kind_of(identifier: str) -> str:
    """Return what the gene ids of a species begin with in Ensembl, FlyBase or WormBase, such as ENSMUSG; "" of other names."""
    found = _OF_SPECIES.fullmatch(identifier)
    return found[1] if found else ""


def common_kind(identifiers: Iterable[str]) -> str:
    """Return the kind that more than half of some gene ids have, "" where there is none."""
    kinds = [kind_of(identifier) for identifier in identifiers]
    common = max(set(kinds), key=kinds.count) if kinds else ""
    return common if kinds.count(common) > len(kinds) / 2 else ""


def species_of_kind(kind: str) -> str:
    """Name the species whose gene ids begin so."""
    return SPECIES[kind][0] if kind in SPECIES else kind


class KnownGenes:
    """The genes that a study's own tables know, to be found by id or by symbol.

    Symbols are compared with their case, which tells a mouse's from a human's.

    Args:
        symbols: the symbol of each gene, by id without version.
        preferred: ids that a symbol means where it is the symbol of others too; empty for none.
    """

    def __init__(self, symbols: Mapping[str, str], preferred: Iterable[str] = ()) -> None:
        self.symbols = dict(symbols)
        self._preferred = frozenset(preferred)
        by_symbol: dict[str, list[str]] = defaultdict(list)
        for gene, symbol in self.symbols.items():
            by_symbol[symbol].append(gene)
        self._ids = dict(by_symbol)

    def find(self, word: str) -> list[str]:
        """List the ids of the genes that a word may mean: the one that it is the id of, else those that it is the symbol of."""
        gene = strip_version(word)
        if gene in self.symbols:
            return [gene]
        ids = sorted(self._ids.get(word, ()))
        return [gene for gene in ids if gene in self._preferred] or ids

    def near(self, word: str, others: Iterable[str] = ()) -> list[str]:
        """List symbols and ids, of others too, that a misspelt word may have been meant as; the case of letters counts least."""
        names = {name.casefold(): name for name in (*self._ids, *self.symbols, *others)}
        return [names[found] for found in difflib.get_close_matches(word.casefold(), names, n=1, cutoff=0.8)]
