"""Fold changes that the paper publishes, beside those of the study; nothing is decided by them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.core.delimited import Delimited, read_delimited
from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import ID_COLUMNS, SYMBOL_COLUMNS, plain_name, split_id
from claimcheck.core.tables import listed

KEY = "study.published_results"
AUTO = "auto"
_EXPECTED = "a table with a header line, and columns of gene ids or symbols and of log2 fold changes"
_NAMES = {
    "gene": (*ID_COLUMNS, *SYMBOL_COLUMNS, "gene", "genes", "id", "name", "feature", "target", "rownames"),
    "log2_fold_change": (
        "log2foldchange",
        "log2fc",
        "logfc",
        "log2ratio",
        "l2fc",
        "log2fcunshrunken",
        "avglog2fc",
        "lfc",
    ),
    "adjusted_p": (
        *("padj", "adjpval", "adjpvalue", "adjustedp", "adjustedpvalue", "pvalueadjusted", "pvaladj", "padjusted"),
        *("fdr", "qvalue", "qval", "adjp", "bh"),
    ),
}
"""How programs and papers call the columns, as `plain_name` writes it, the likeliest first."""

SAME_GENE = ("id", "symbol")
SEVERAL, TWICE, ABSENT = "several genes have the symbol", "twice in the table", "not tested here"
"""How a published gene is found in the study, and why not."""


@dataclass(frozen=True)
class Agreement:
    """How published fold changes and those of the study go together.

    Attributes:
        n_published: rows of the published table.
        n_compared: those that are genes tested here, with a fold change in both.
        correlation: Pearson's of the fold changes of these; NaN of fewer than three, or where one of them does not vary.
        n_called: of these, with a published adjusted p below alpha; None where the table has none.
        n_same_sign: of those called, with the same sign here.
        n_called_here: of those called, called here.
    """

    n_published: int
    n_compared: int
    correlation: float
    n_called: int | None
    n_same_sign: int
    n_called_here: int

    @property
    def is_opposed(self) -> bool:
        """Whether the fold changes are of opposite sign as a rule, as where one of the two tables has its groups exchanged."""
        return self.correlation < 0 and (not self.n_called or 2 * self.n_same_sign < self.n_called)


def read_published(path: Path, columns: Mapping[str, str]) -> pd.DataFrame:
    """Read a paper's table of genes, whatever program wrote it.

    Args:
        path: the file.
        columns: the names of the columns gene, log2_fold_change and adjusted_p, or AUTO.

    Returns:
        Columns published_gene (text), published_log2_fold_change, published_p_adjusted (NaN where it is not said), in the order of
        the file; rows without a gene, or with an empty cell, are left out.

    Raises:
        StudyError: it is missing or no table, lacks a column, or a cell is no number.
    """
    table = read_delimited(path, what="table of published results", expected=_EXPECTED, key=f"{KEY}.file")
    places = {name: _find(name, columns[name], table, path) for name in _NAMES}
    genes = table.cells[places["gene"]]
    read = pd.DataFrame(
        {
            "published_gene": genes,
            "published_log2_fold_change": _numbers(table, places["log2_fold_change"], path),
            "published_p_adjusted": _numbers(table, places["adjusted_p"], path),
        }
    )
    kept = read[~genes.isin(["", "NA", "nan", "-"]) & read["published_log2_fold_change"].notna()]
    if kept.empty:
        raise _refuse(
            "no row of it has a gene and a fold change", table, path, remedy="name the whole table, and its columns"
        )
    return kept.reset_index(drop=True)


def compare_published(published: pd.DataFrame, genes: pd.DataFrame, *, reversed_groups: bool) -> pd.DataFrame:
    """Put the study's fold changes beside the published ones.

    A gene is found by its id without version, or else by its symbol where one gene alone has it.

    Args:
        published: from `read_published`.
        genes: results/differential/genes.tsv.
        reversed_groups: whether the published fold changes are of reference over test.

    Returns:
        results/differential/published.tsv: a row a published gene, in the order of the paper's table.
    """
    by_symbol: dict[str, list[str]] = defaultdict(list)
    for gene, symbol in genes[["gene_id", "symbol"]].itertuples(index=False):
        by_symbol[symbol].append(gene)
    found = [_match(name, set(genes["gene_id"]), by_symbol) for name in published["published_gene"]]
    rows = published.assign(gene_id=[gene for gene, _ in found], match=[match for _, match in found])
    twice = rows["gene_id"].ne("") & rows["gene_id"].duplicated(keep=False)
    rows.loc[twice, ["gene_id", "match"]] = "", TWICE
    if reversed_groups:
        rows["published_log2_fold_change"] *= -1
    own = genes.set_index("gene_id")[["symbol", "log2_fold_change", "p_adjusted"]]
    joined = rows.join(own, on="gene_id")
    return joined.fillna({"symbol": ""})[
        [
            *("published_gene", "match", "gene_id", "symbol", "published_log2_fold_change", "published_p_adjusted"),
            *("log2_fold_change", "p_adjusted"),
        ]
    ]


def summarise(compared: pd.DataFrame, alpha: float) -> Agreement:
    """Count how far both agree.

    Args:
        compared: from `compare_published`.
        alpha: adjusted p below which a gene is called, in both.
    """
    both = compared[compared["log2_fold_change"].notna()]
    ours, theirs = both["log2_fold_change"], both["published_log2_fold_change"]
    varies = len(both) > 2 and ours.nunique() > 1 and theirs.nunique() > 1
    correlation = float(np.corrcoef(ours, theirs)[0, 1]) if varies else float("nan")
    called = both[both["published_p_adjusted"] < alpha]
    same = np.sign(called["log2_fold_change"]) == np.sign(called["published_log2_fold_change"])
    return Agreement(
        n_published=len(compared),
        n_compared=len(both),
        correlation=correlation,
        n_called=len(called) if both["published_p_adjusted"].notna().any() else None,
        n_same_sign=int(same.sum()),
        n_called_here=int((called["p_adjusted"] < alpha).sum()),
    )


def _match(name: str, ids: set[str], by_symbol: Mapping[str, list[str]]) -> tuple[str, str]:
    gene, symbol = split_id(name)
    if gene in ids:
        return gene, SAME_GENE[0]
    named = by_symbol.get(symbol or gene, [])
    if len(named) == 1:
        return named[0], SAME_GENE[1]
    return "", SEVERAL if named else ABSENT


def _find(name: str, asked: str, table: Delimited, path: Path) -> int | None:
    """Return the place of a column; of adjusted p None where there is none.

    Without a name for it, the column of genes is the first, in which R writes them.
    """
    remedy = f"name the column in {KEY}.{name}"
    if asked != AUTO:
        if table.header.count(asked) == 1:
            return table.header.index(asked)
        how_many = "two columns" if asked in table.header else "no column"
        raise _refuse(f"it has {how_many} {asked!r}", table, path, remedy)
    plain = [plain_name(column) for column in table.header]
    for wanted in _NAMES[name]:
        if plain.count(wanted) == 1:
            return plain.index(wanted)
    if name == "adjusted_p":
        return None
    if name == "gene" and not table.header[0]:
        return 0
    raise _refuse(f"none of its columns is known as that of {_WORDS[name]}", table, path, remedy)


_WORDS: Mapping[str, str] = {
    "gene": "genes",
    "log2_fold_change": "log2 fold changes",
    "adjusted_p": "adjusted p-values",
}


def _numbers(table: Delimited, place: int | None, path: Path) -> "pd.Series[float]":
    """Return the numbers of a column; NaN for missing cells, and for all where there is no column."""
    if place is None:
        return pd.Series(np.nan, index=table.cells.index)
    cells = table.cells[place]
    missing = cells.str.upper().isin(["", "NA", "NAN", "#N/A", "-"])
    numbers = pd.to_numeric(cells.where(~missing), errors="coerce")
    wrong = (numbers.isna() | ~np.isfinite(numbers)) & ~missing
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        hint = (
            "write it with a point before decimals" if "," in cells.iloc[row] else "correct it, or leave the cell empty"
        )
        raise StudyError(
            f"{table.header[place]} of gene row {row + 1} of the table of published results is {cells.iloc[row]!r}",
            where=f"{path}, line {table.first_line + row} ({int(wrong.sum())} such cells in all)",
            expected="a finite number, or NA",
            remedy=hint,
        )
    return numbers.astype(float)


def _refuse(reason: str, table: Delimited, path: Path, remedy: str) -> StudyError:
    return StudyError(
        f"the table of published results cannot be used: {reason}",
        where=f"{path}: columns are {listed(table.header, most=10)}",
        expected=_EXPECTED,
        remedy=remedy,
    )
