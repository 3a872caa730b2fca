"""What the rows and columns of a table of counts are: ids, symbols, samples, and what programs write beside genes."""

import logging
import re
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from claimcheck.core.identifiers import (
    DATABASE_ID,
    ID_COLUMNS,
    SYMBOL_COLUMNS,
    TRANSCRIPT_COLUMNS,
    plain_name,
    split_id,
)

logger = logging.getLogger("claimcheck.quantification.count_layout")

_SYMBOLS_OR_IDS = (*SYMBOL_COLUMNS, "description", "gene", "name")
"""How columns of symbols are called where another column holds the ids."""

_DESCRIBING = (
    *("chr", "chrom", "chromosome", "seqnames", "start", "end", "strand", "length", "width", "effectivelength", "gc"),
    *("entrez", "entrezid", "entrezgene", "biotype", "genebiotype", "genetype"),
    *TRANSCRIPT_COLUMNS,
)
"""How columns that describe genes are called: no samples, though many of them hold numbers."""

_SUMMARY = re.compile(
    r"__\w+|(?:no_feature|ambiguous|too_low_aQual|not_aligned|alignment_not_unique)"  # HTSeq
    r"|N_(?:unmapped|multimapping|noFeature|ambiguous)"  # STAR
    r"|Assigned|Unassigned_\w+"  # featureCounts
)
_TOTAL = re.compile(r"(?:grand |column )?(?:totals?|sums?)|lib(?:rary)?[ ._]?size", re.IGNORECASE)
_SPREADSHEET_DATE = re.compile(
    r"(?:\d{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)-\d{1,2}"
    r"|(?:19|20)\d\d-\d\d-\d\d(?:[ T].*)?|\d{1,2}[/.]\d{1,2}[/.](?:19|20)?\d\d)",
    re.IGNORECASE,
)
_DAYS = range(36526, 54789)
"""Days of the years 2000 to 2049 as Excel counts them."""
_FILE_ENDS = re.compile(
    r"(?:\.(?:bam|sam|cram|gz|txt|tsv|csv|counts?|htseq|sorted|markdup|dedup|umi|genes|results|sortedByCoord|out|Aligned|tab)"
    r"|[._](?:htseq|feature|gene)?[._]?counts?|[.]rna_seq[.]augmented_star|[._]?ReadsPerGene|[._](?:Aligned|sorted|rsem|genes?|quant|sf))$",
    re.IGNORECASE,
)


_LEAST_SUMMED = 2
"""Rows above which one that is the sum of the others is so by no chance."""


class Layout(NamedTuple):
    """Positions of columns: of the ids, of the symbols (None where there are none), and of the samples by name."""

    ids: int
    symbols: int | None
    samples: dict[str, int]


def find_layout(cells: pd.DataFrame, header: Sequence[str], samples: Sequence[str] | None) -> Layout:
    """Tell the columns of a table of counts apart.

    Ids are a column of which most cells are ids of a database, else one that is named as ids are, else the first that does not
    number the rows.

    Args:
        cells: text, (genes, columns).
        header: names of the columns.
        samples: names of the sheet, which may differ from the header as `match_samples` allows; None for every column that
            holds numbers and does not describe genes.
    """
    matched = match_samples(header, samples or ())
    others = [place for place in range(len(header)) if place not in matched.values()] or [0]
    plain = {place: plain_name(header[place]) for place in others}
    ids = _id_column(cells, others, plain)
    if samples is None:
        numeric = [place for place in others if place != ids and plain[place] not in (*_DESCRIBING, *_SYMBOLS_OR_IDS)]
        matched = {header[place]: place for place in numeric if _holds_a_number(cells[place])}
    words = [place for place in others if place != ids and place not in matched.values()]
    by_name = {plain[place]: place for place in reversed(words)}
    symbols = next((by_name[name] for name in _SYMBOLS_OR_IDS if name in by_name), None)
    return Layout(ids, symbols, matched)


def _holds_a_number(column: "pd.Series[str]") -> bool:
    return bool(pd.to_numeric(column, errors="coerce").notna().any())


def _id_column(cells: pd.DataFrame, others: Sequence[int], plain: Mapping[int, str]) -> int:
    def share_of_ids(place: int) -> float:
        return float(cells[place].map(is_id).mean())

    def is_id(cell: str) -> bool:  # no count begins as ids do, and counts are many
        return "A" <= cell[:1] <= "Z" and bool(DATABASE_ID.fullmatch(split_id(cell)[0]))

    candidates = [place for place in others if plain[place] not in _DESCRIBING] or list(others)
    from_database = (place for place in candidates if share_of_ids(place) > 0.5)
    named = (place for place in candidates if plain[place] in ID_COLUMNS)
    unnumbered = (place for place in candidates if not _numbers_rows(cells[place]))
    return next(chain(from_database, named, unnumbered, candidates))


def _numbers_rows(column: "pd.Series[str]") -> bool:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy()
    rows = np.arange(len(numbers))
    return bool(len(rows) > 0 and (np.array_equal(numbers, rows) or np.array_equal(numbers, rows + 1)))


def match_samples(header: Sequence[str], samples: Collection[str]) -> dict[str, int]:
    """Find the column of each sample: of the same name, or the only one that differs in what programs change in names.

    These are a folder, ends of file names such as .bam, and what R does to names: X before a digit, a dot for what is no letter.

    Returns:
        The position of each sample that has a column.
    """
    exact = {name: place for place, name in reversed(list(enumerate(header)))}
    free = [place for place, name in enumerate(header) if name not in samples]
    matched = {}
    for sample in samples:
        if sample in exact:
            matched[sample] = exact[sample]
            continue
        alike = [place for place in free if plain_file_name(header[place]) == plain_file_name(sample)]
        if len(alike) == 1 and sum(plain_file_name(other) == plain_file_name(sample) for other in samples) == 1:
            matched[sample] = alike[0]
    return matched


def file_stem(name: str) -> str:
    """Return the name of a file without its folder and the ends that programs add."""
    stem = re.split(r"[/\\]", name.strip())[-1]
    while (shorter := _FILE_ENDS.sub("", stem)) not in (stem, ""):
        stem = shorter
    return stem


def plain_file_name(name: str) -> str:
    """Return what a file, or a column named after it, is called without what programs add and change, such as R's X."""
    plain = re.sub(r"[^A-Za-z0-9]+", ".", file_stem(name)).strip(".")
    return plain[1:].lstrip(".") if re.match(r"X\.?\d", plain) else plain


def is_summary(name: str) -> bool:
    """Say whether a row is called as counters call what they count beside genes, or a total."""
    return bool(_SUMMARY.fullmatch(name) or _TOTAL.fullmatch(name))


def summary_rows(ids: "pd.Series[str]", numbers: pd.DataFrame) -> "pd.Series[bool]":
    """Tell the rows that are no genes: what programs count beside them, and totals.

    Args:
        ids: text, (rows,).
        numbers: float64, rows x samples.

    Returns:
        bool, (rows,): True where the name is one that HTSeq, STAR or featureCounts give to such rows, says that it is a total, or
        the row is the sum of all others in every sample.
    """
    named = ids.map(is_summary)
    genes = numbers[~named].to_numpy()
    totals = genes.sum(axis=0)
    is_sum = np.zeros(len(ids), dtype=bool)
    is_sum[~named.to_numpy()] = np.isclose(2 * genes, totals, rtol=1e-9, atol=0).all(axis=1) & (totals > 0).all()
    return named | (is_sum & (len(genes) > _LEAST_SUMMED))


def spreadsheet_dates(ids: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell the ids that a spreadsheet made of symbols such as March1, Sept2 and Dec1; numbers only where most ids are none."""
    dates = ids.map(lambda name: bool(_SPREADSHEET_DATE.fullmatch(name)))
    digits = ids.map(str.isdecimal)
    if digits.mean() < 0.5:
        dates |= digits & ids.map(lambda name: name.isdecimal() and len(name) == 5 and int(name) in _DAYS)
    return dates
