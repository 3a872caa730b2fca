"""Tables of transcript abundances that somebody else's kallisto or salmon wrote, read strictly."""

import csv
import io
import logging
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.core.text import NotTextError, decode
from claimcheck.sourcing.sequence_files import open_packed

logger = logging.getLogger("claimcheck.quantification.abundance_tables")

ABUNDANCE_COLUMNS = ("target_id", "length", "counts", "tpm")
LARGEST = 1 << 30
"""Bytes of a table; those of human and mouse have some 40 MB."""
_COLUMNS = {
    "kallisto": ("target_id", "eff_length", "est_counts", "tpm"),
    "salmon": ("Name", "EffectiveLength", "NumReads", "TPM"),
}
"""By quantifier, what it calls ABUNDANCE_COLUMNS."""


def read_abundances(path: Path, quantifier: str) -> pd.DataFrame:
    """Read the abundances of a sample.

    Args:
        path: `abundance.tsv` or `quant.sf`, plain or gzip.
        quantifier: "kallisto" or "salmon".

    Returns:
        One row a transcript in the file's order, ABUNDANCE_COLUMNS: target_id as the quantifier names it, length (effective, in
        nucleotides, above zero), counts (estimated, not rounded), tpm; float64.

    Raises:
        StudyError: the file is no such table, ends early, has an id twice, a cell that is no number of zero or more, reads of a
            transcript without length, or no reads at all.
    """
    columns = _COLUMNS[quantifier]
    try:
        with open_packed(path, most=LARGEST) as stream:
            text = decode(stream.read()).replace("\r\n", "\n")
        header = text.partition("\n")[0].split("\t")
        if not set(columns) <= set(header):
            raise ValueError(f"its header line is {listed(header, most=8)}")
        if not text.endswith("\n"):
            raise ValueError(f"it ends in the middle of line {text.count(chr(10)) + 1}")
        raw = pd.read_csv(
            io.StringIO(text), sep="\t", dtype=str, keep_default_na=False, quoting=csv.QUOTE_NONE, index_col=False
        )
    except (NotTextError, OSError, EOFError, ValueError, zlib.error) as error:
        raise _unreadable(path, quantifier, str(error)) from error
    numbers = raw[list(columns[1:])].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    wrong = ~np.isfinite(numbers) | (numbers < 0)
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        cell = raw[columns[1:][column]].iloc[row]
        raise _unreadable(
            path,
            quantifier,
            f"line {row + 2} has {str(cell)!r} as {columns[1:][column]} of {raw[columns[0]].iloc[row]}",
        )
    table = pd.DataFrame({"target_id": raw[columns[0]].str.strip()})
    for name, column in zip(ABUNDANCE_COLUMNS[1:], columns[1:], strict=True):
        table[name] = raw[column].to_numpy(dtype=object).astype(float)  # exact, as to_numeric is not
    return _checked(table, path, quantifier)


def _checked(table: pd.DataFrame, path: Path, quantifier: str) -> pd.DataFrame:
    repeated = table.loc[table["target_id"].duplicated(), "target_id"]
    if len(repeated) or (table["target_id"] == "").any():
        what = f"the transcript {listed(repeated)} occurs twice" if len(repeated) else "a transcript has no name"
        raise _unreadable(path, quantifier, what)
    if not table["counts"].sum() > 0 or not table["tpm"].sum() > 0:
        raise _unreadable(path, quantifier, "not one transcript is counted")
    without = table["length"] == 0
    if (without & (table["counts"] > 0)).any():
        raise _unreadable(path, quantifier, f"{table['target_id'][without].iloc[0]} has reads, but no length")
    # a transcript of no length and no reads adds nothing to its gene
    return table.assign(length=table["length"].mask(without, 1.0))


def _unreadable(path: Path, quantifier: str, reason: str) -> StudyError:
    return StudyError(
        f"the abundances {path.parent.name}/{path.name} cannot be read: {reason}",
        where=str(path),
        expected=f"the whole table as {quantifier} wrote it: {listed(_COLUMNS[quantifier])}, a transcript a line",
        remedy="copy the file again, or quantify the sample again; a sample without reads is left out of the sheet",
    )


def require_same_transcripts(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Check that all samples were quantified against the same transcripts, and bring these into the order of the first.

    Args:
        tables: from `read_abundances`, by sample.

    Raises:
        StudyError: a sample lacks transcripts of another.
    """
    first_name, first = next(iter(tables.items()))
    ordered = {}
    for sample, table in tables.items():
        lacking = first.index[~first["target_id"].isin(table["target_id"])]
        extra = table.index[~table["target_id"].isin(first["target_id"])]
        if len(lacking) or len(extra):
            examples = first["target_id"][lacking] if len(lacking) else table["target_id"][extra]
            ends_early = not len(extra) and lacking.min() == len(table)
            raise StudyError(
                f"the table of {sample} ends after {len(table):,} of {len(first):,} transcripts"
                if ends_early
                else f"{sample} and {first_name} were quantified against different transcripts: {len(lacking):,} of "
                f"{first_name} are not in {sample}, {len(extra):,} the other way round, such as {listed(examples, most=3)}",
                where=f"{sample}: {len(table):,} transcripts; {first_name}: {len(first):,}",
                expected="the same transcripts in every sample: one index for all",
                remedy="copy the sample's folder again" if ends_early else "quantify all samples with the same index",
            )
        order = table.set_index("target_id").loc[first["target_id"]].reset_index()
        ordered[sample] = order
    return ordered
