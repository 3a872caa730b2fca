"""Gene counts from a table that somebody else made."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from claimcheck.core.delimited import Delimited, read_delimited
from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import split_id
from claimcheck.core.tables import listed
from claimcheck.quantification.count_checks import MOST_READS, share_fractional, why_no_counts
from claimcheck.quantification.count_layout import Layout, find_layout, spreadsheet_dates, summary_rows

_EXPECTED = "a table with a header line, a column of gene ids and one column a sample"


class Finding(NamedTuple):
    """Something that was noticed of a table: of what (rows, ids, values, columns), a sentence, whether it is a warning."""

    of: str
    sentence: str
    warns: bool = False


class CountTable(NamedTuple):
    """A table of counts as it is used.

    Attributes:
        counts: int64, genes x samples; ids without version, sorted.
        symbols: by gene id, of the genes that the table gives one.
        findings: what was left out, rounded or doubtful.
    """

    counts: pd.DataFrame
    symbols: dict[str, str]
    findings: list[Finding]


class Labels(NamedTuple):
    """The gene ids without version, the symbols by id, and the names of the columns of a table of counts."""

    genes: list[str]
    symbols: dict[str, str]
    columns: list[str]


def read_labels(path: Path, samples: Sequence[str] | None = None) -> Labels:
    """Read what the rows and columns of a table of counts are called; see `read_count_table`."""
    return labels_of(_read(path), samples)


def labels_of(table: Delimited, samples: Sequence[str] | None = None) -> Labels:
    """Tell what the rows and columns of a table of counts are called."""
    layout = find_layout(table.cells, table.header, samples)
    pairs = [split_id(cell) for cell in table.cells[layout.ids]]
    return Labels([gene for gene, _ in pairs], _symbols(table.cells, layout, pairs), table.header)


def read_count_table(path: Path, samples: Sequence[str] | None = None) -> CountTable:
    """Read a gene-by-sample table of counts, whatever program wrote it.

    Tabs, commas, semicolons or blanks, any line end, gzip, comments and titles above the header, row names and row numbers, GCT;
    columns that describe genes and rows that are no genes (of HTSeq, STAR, featureCounts, totals) are told apart. Decimals, which
    RSEM, salmon and tximport write, are rounded.

    Args:
        path: the file.
        samples: the samples of the sheet, in its order; None for all columns that hold numbers. Other columns may hold anything.

    Raises:
        StudyError: the file is missing or no table, lacks a sample, names a gene or sample twice or a gene not at all, holds
            transcripts, a cell is negative, missing or no number, or the values are no counts.
    """
    return counts_of(_read(path), samples, path)


def counts_of(
    table: Delimited, samples: Sequence[str] | None, path: Path, files: Mapping[str, Path] | None = None
) -> CountTable:
    """Check and convert a table of counts; see `read_count_table`.

    Args:
        table: as it was read, or joined of files.
        samples: as `read_count_table` takes them.
        path: of the table, or of the folder with the files that it was joined of.
        files: of the samples, where it was.
    """
    layout = find_layout(table.cells, table.header, samples)
    _check_columns(table, layout, samples, path)
    findings = _of_columns(table, layout, samples)
    ids = table.cells[layout.ids]
    numbers = table.cells[list(layout.samples.values())].set_axis(list(layout.samples), axis="columns")
    numbers = numbers.apply(pd.to_numeric, errors="coerce").astype(float)
    no_genes = summary_rows(ids, numbers)
    dates = spreadsheet_dates(ids) & ~no_genes
    if no_genes.any():
        findings.append(Finding("rows", f"left out, since they are no genes: {listed(ids[no_genes], most=8)}"))
    if dates.any():
        sentence = "left out, since they are dates, which a spreadsheet made of symbols such as March1 and Sept2"
        findings.append(Finding("ids", f"{sentence}: {listed(ids[dates], most=8)}", warns=True))
    is_gene = ~no_genes & ~dates
    _check_ids(ids[is_gene], path, table.first_line)
    numbers = numbers[is_gene]
    _check_cells(numbers, table, layout, path, files or {})
    pairs = [split_id(cell) for cell in ids[is_gene]]
    numbers.index = pd.Index([gene for gene, _ in pairs], name="gene_id")
    _check_genes(numbers, path)
    _check_values(numbers, path)
    findings += _of_values(numbers)
    symbols = _symbols(table.cells[is_gene], layout, pairs)
    return CountTable(numbers.round().astype("int64").sort_index(), symbols, findings)


def _read(path: Path) -> Delimited:
    table = read_delimited(path, what="table of counts", expected=_EXPECTED, key="counts.table")
    if table.cells.empty:
        raise StudyError(
            "the table of counts has a header line and no gene below it",
            where=f"{path}: {listed(table.header, most=8)}",
            expected=_EXPECTED,
            remedy="check counts.table in config/config.yaml",
        )
    return table


def _symbols(cells: pd.DataFrame, layout: Layout, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Return the symbols that a column holds, or else that stand behind the ids; a symbol that is the id is none."""
    column = cells[layout.symbols] if layout.symbols is not None else [symbol for _, symbol in pairs]
    named = zip((gene for gene, _ in pairs), column, strict=True)
    return {gene: symbol for gene, symbol in named if symbol not in ("", "NA", "-", gene)}


def _check_columns(table: Delimited, layout: Layout, samples: Sequence[str] | None, path: Path) -> None:
    names = list(samples) if samples is not None else list(layout.samples)
    used = [table.header[place] for place in layout.samples.values()]
    repeated = sorted({name for name in used if table.header.count(name) > 1})
    missing = [name for name in names if name not in layout.samples]
    where = f"{path}: columns are {listed(table.header, most=8)}"
    if repeated:
        raise StudyError(
            f"the table of counts has the sample {listed(repeated)} twice",
            where=where,
            expected=_EXPECTED,
            remedy="correct the header line",
        )
    if missing and set(names) <= set(table.cells[layout.ids]):
        raise StudyError(
            "the table of counts has the samples in its rows",
            where=f"{path}: rows are {listed(table.cells[layout.ids], most=8)}; columns are {listed(table.header, most=3)}",
            expected="a gene a row and a sample a column",
            remedy="exchange rows and columns of the table",
        )
    if missing or not names:
        raise StudyError(
            f"the table of counts has no column for {listed(missing)}"
            if missing
            else "no column of the table of counts holds numbers",
            where=where,
            expected="a column for every sample of the sheet",
            remedy="put a line with the names of the columns on top of the table"
            if all(map(str.isdecimal, table.header[1:]))
            else "correct the names in the sample sheet (counts.samples), or leave the samples out",
        )


def _of_columns(table: Delimited, layout: Layout, samples: Sequence[str] | None) -> list[Finding]:
    renamed = [
        f"{table.header[place]} is {name}" for name, place in layout.samples.items() if table.header[place] != name
    ]
    used = {layout.ids, layout.symbols, *layout.samples.values()}
    others = [name for place, name in enumerate(table.header) if place not in used]
    found = [Finding("columns", f"found under another name: {listed(renamed, most=4)}")] if renamed else []
    if samples is not None and others:
        found.append(Finding("columns", f"left out, since the sheet does not name them: {listed(others, most=8)}"))
    return found


def _check_ids(ids: "pd.Series[str]", path: Path, first_line: int) -> None:
    """Check that every row has an id and that rows are genes, not transcripts."""
    empty = ids.isin(["", "NA", "NaN", "nan", "#N/A"])
    transcripts = ids.str.fullmatch(r"ENS[A-Z]*T\d{11}(\.\d+)?(\|.*)?").mean() > 0.5 if len(ids) else False
    if not len(ids):
        raise StudyError(
            "the table of counts has rows that summarise and no gene",
            where=str(path),
            expected=_EXPECTED,
            remedy="name the table itself, not the summary that the program wrote beside it",
        )
    if empty.any():
        raise StudyError(
            f"{int(empty.sum())} rows of the table of counts have no gene id",
            where=f"{path}, the first in line {first_line + int(ids.index[empty][0])}",
            expected="a gene id in every row",
            remedy="fill in the ids, or remove the rows",
        )
    if transcripts:
        raise StudyError(
            "the rows of the table are transcripts",
            where=f"{path}: {listed(ids, most=3)}",
            expected="genes",
            remedy="name the table of genes, or start from the folders of salmon or kallisto (start_from: transcripts)",
        )


def _check_cells(
    numbers: pd.DataFrame, table: Delimited, layout: Layout, path: Path, files: Mapping[str, Path]
) -> None:
    """Check that every cell is a number, of zero or more, that reads can add up to."""
    values = numbers.to_numpy()
    wrong = ~np.isfinite(values) | (values < 0) | (values > MOST_READS)
    if not wrong.any():
        return
    row, column = np.argwhere(wrong)[0]
    index, sample = numbers.index[row], numbers.columns[column]
    cell = str(table.cells.at[index, layout.samples[sample]])
    hint = "correct the table; a gene that was not counted is 0 or left out"
    if "," in cell:
        hint = "save the table with a point before decimals and nothing between thousands"
    elif (values < 0).sum() > 1:
        hint = "name the table of raw counts: negative values are logarithms or corrected for something"
    raise StudyError(
        f"the count of gene {table.cells.at[index, layout.ids]} in sample {sample} is {cell!r}",
        where=f"{files.get(sample, f'{path}, data row {index + 1}')} ({int(wrong.sum())} such cells in all)",
        expected=f"a number of zero or more, below {MOST_READS:.0e}, in every cell",
        remedy=hint,
    )


def _check_genes(numbers: pd.DataFrame, path: Path) -> None:
    repeated = numbers.index[numbers.index.duplicated()]
    if len(repeated):
        raise StudyError(
            f"the gene {listed(dict.fromkeys(repeated))} occurs twice (ids are compared without their version)",
            where=str(path),
            expected="one row a gene",
            remedy="sum or remove the copies; if the rows are transcripts, name the table of genes",
        )
    empty = numbers.columns[numbers.sum() == 0]
    if len(empty):
        raise StudyError(
            f"not one gene is counted in {listed(empty)}",
            where=str(path),
            expected="counts above zero in every sample",
            remedy="check the table, or leave the samples out of the sample sheet (counts.samples)",
        )


def _check_values(numbers: pd.DataFrame, path: Path) -> None:
    problem = why_no_counts(numbers)
    if problem:
        raise StudyError(
            f"the table does not hold counts: its values are {problem}",
            where=str(path),
            expected="how many reads, or parts of reads, were assigned to each gene",
            remedy="name the table of raw counts, before any normalisation",
        )


def _of_values(numbers: pd.DataFrame) -> list[Finding]:
    fractional = int((numbers % 1 != 0).to_numpy().sum())
    if not fractional:
        return []
    share = share_fractional(numbers)
    doubtful = bool((share > 0.9).all())
    range_of_shares = f"{100 * share.min():.0f} to {100 * share.max():.0f} %"
    sentence = f"{fractional:,} cells with decimals were rounded, {range_of_shares} of those above zero in each sample"
    if doubtful:
        sentence += ": so many are usual in counts that tximport scaled, and in values that are no counts, such as FPKM"
    return [Finding("values", sentence, warns=doubtful)]
