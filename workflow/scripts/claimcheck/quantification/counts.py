"""Gene counts from a table that somebody else made."""

import io
import logging
from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.identifiers import strip_version
from claimcheck.core.tables import listed
from claimcheck.core.text import NotTextError, decode

logger = logging.getLogger("claimcheck.quantification.counts")


def read_count_table(path: Path) -> pd.DataFrame:
    """Read a gene-by-sample table of counts.

    Comma or tab, any line end, quoted or not, versioned Ensembl ids and decimals are read; decimals (of RSEM, salmon or
    tximport) are rounded. Columns without a single number, such as symbols, are left out.

    Returns:
        Integer counts, genes x samples, ids without version, genes sorted by id.

    Raises:
        StudyError: the file is missing or no table, a gene or sample occurs twice, or a cell is negative, missing or not a number.
    """
    table = _read_cells(path)
    numbers = table.apply(pd.to_numeric, errors="coerce")
    words = numbers.columns[numbers.isna().all()]
    if len(words) < len(table.columns):
        table, numbers = table.drop(columns=words), numbers.drop(columns=words)
        if len(words):
            logger.info("%s: left out, since they hold no number: %s", path, ", ".join(map(str, words)))
    wrong = ~np.isfinite(numbers) | (numbers < 0)
    if wrong.to_numpy().any():
        row, column = np.argwhere(wrong.to_numpy())[0]
        raise StudyError(
            f"the count of gene {table.index[row]} in sample {table.columns[column]} is {table.iat[row, column]!r}",
            where=f"{path}, data row {row + 1} ({int(wrong.to_numpy().sum())} such cells in all)",
            expected="a number of zero or more in every cell",
            remedy="correct the table; a gene that was not counted is 0 or left out",
        )
    fractional = int((numbers % 1 != 0).to_numpy().sum())
    if fractional:
        logger.info("%s: %d cells with decimals were rounded", path, fractional)
    numbers.index = pd.Index([strip_version(str(gene)) for gene in numbers.index], name="gene_id")
    repeated = numbers.index[numbers.index.duplicated()]
    if len(repeated):
        raise StudyError(
            f"the gene {listed(repeated)} occurs twice (ids are compared without their version)",
            where=str(path),
            expected="one row a gene",
            remedy="sum or remove the copies",
        )
    return numbers.round().astype("int64").sort_index()


def read_labels(path: Path) -> tuple[list[str], list[str]]:
    """List the gene ids, without version, and the samples of a table of counts, in its order; see `read_count_table`.

    Raises:
        StudyError: the file is missing or no table, or names a sample twice.
    """
    cells = _read_cells(path)
    return [strip_version(str(gene)) for gene in cells.index], list(cells.columns)


def _read_cells(path: Path) -> pd.DataFrame:
    """Read the cells of a table as text, the first column as index."""
    expected = "a table with a header line, gene ids in the first column and one column a sample"
    if not path.is_file():
        raise StudyError(
            "the table of counts does not exist",
            where=str(path),
            expected=expected,
            remedy="correct counts.table in config/config.yaml; the path is relative to the study folder",
        )
    remedy = "save it as plain text, comma- or tab-separated"
    try:
        text = io.StringIO(decode(path.read_bytes()), newline=None).getvalue()
        separator = "\t" if "\t" in text.partition("\n")[0] else ","
        table = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, index_col=0, keep_default_na=False)
    except (NotTextError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        empty = isinstance(error, pd.errors.EmptyDataError)
        raise StudyError(
            "the table of counts is empty" if empty else f"the table of counts cannot be read: {error}",
            where=str(path),
            expected=expected,
            remedy=error.remedy if isinstance(error, NotTextError) else remedy,
        ) from error
    with_header = pd.read_csv(io.StringIO(text), sep=separator, dtype=str, header=None, nrows=1).iloc[0, 1:]
    names = with_header.str.strip()
    repeated = names[names.duplicated()]
    if table.empty or len(repeated):
        raise StudyError(
            f"the table of counts has the sample {listed(repeated)} twice"
            if len(repeated)
            else "the table of counts is empty",
            where=str(path),
            expected=expected,
            remedy="correct the header line" if len(repeated) else "check counts.table in config/config.yaml",
        )
    table.columns = pd.Index([str(name).strip() for name in table.columns])
    table.index = pd.Index([str(gene).strip() for gene in table.index])
    return table


def choose_samples(counts: pd.DataFrame, samples: list[str], *, where: str) -> pd.DataFrame:
    """Return the columns of the sheet's samples, in the sheet's order.

    Raises:
        StudyError: a sample has no column, or not one count.
    """
    missing = [sample for sample in samples if sample not in counts]
    if missing and set(samples) <= set(counts.index):
        raise StudyError(
            "the table of counts has the samples in its rows",
            where=f"{where}: rows are {listed(counts.index, most=8)}; columns are {listed(counts.columns, most=3)}",
            expected="a gene a row and a sample a column",
            remedy="exchange rows and columns of the table",
        )
    if missing:
        raise StudyError(
            f"the table of counts has no column for {listed(missing)}",
            where=f"{where}: columns are {listed(counts.columns, most=8)}",
            expected="a column for every sample of the sheet",
            remedy="correct the names in the sample sheet (counts.samples), or leave the samples out",
        )
    others = [sample for sample in counts if sample not in samples]
    if others:
        logger.info("left out, since the sheet does not have them in either group: %s", ", ".join(map(str, others)))
    empty = [sample for sample in samples if not counts[sample].any()]
    if empty:
        raise StudyError(
            f"not one gene is counted in {listed(empty)}",
            where=where,
            expected="counts above zero in every sample",
            remedy="check the table, or leave the samples out of the sample sheet (counts.samples)",
        )
    return counts[samples]
