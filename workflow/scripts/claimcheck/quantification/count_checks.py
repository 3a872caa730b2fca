"""Are these counts? What tells raw counts of reads from values that were divided, scaled or logged."""

import numpy as np
import pandas as pd

MOST_READS = 1e10
"""Reads that no gene has in a sample: more than an instrument gives in a run."""

_LOG_RANGE = 30.0
"""Values of log2 scale stay below; 2 to the power of 30 is a billion reads."""
_MILLION = 1e6
_SAME_SUM = 1e-4
_FRACTIONAL = 0.9
"""Share of cells above zero with decimals from which a column is no plain count; in those of RSEM and salmon many are whole."""
_SAME_LENGTH = 0.05
"""Range of the effective lengths of a gene over samples, as a part of their mean; counts of some hundred reads scatter by more."""
_LEAST_CELLS = 50
_MULTIPLES = 20
_MULTIPLE_TOLERANCE = 0.05


def why_no_counts(counts: pd.DataFrame) -> str:
    """Say what values are if they are no counts, in words that go on after "the values are"; "" where they may be.

    Args:
        counts: float64, genes x samples, zero or more.
    """
    sums = counts.sum()
    fractional = share_fractional(counts)
    if len(counts) >= _LEAST_CELLS and len(sums) > 1 and (fractional > _FRACTIONAL).all() and _are_lengths(counts):
        return "nearly the same in all samples and never zero, as lengths of genes are"
    if (
        len(counts) >= _LEAST_CELLS
        and float(counts.to_numpy().max(initial=0)) < _LOG_RANGE
        and (fractional > 0.5).all()
    ):
        return f"all below {_LOG_RANGE:g} and have decimals, as logarithms have"
    if (fractional > _FRACTIONAL).all() and (sums / _MILLION - 1).abs().max() < _SAME_SUM:
        return "of a sum of one million in every sample, as TPM and CPM are"
    # Whole numbers of exactly one sum are reads that were drawn to one depth.
    drawn = sums.nunique() == 1 and not fractional.any()
    if (
        len(sums) > 2
        and len(counts) >= _LEAST_CELLS
        and not drawn
        and (sums / sums.median() - 1).abs().max() < _SAME_SUM
    ):
        return f"of one sum in every sample ({sums.median():,.0f}), as only values that were scaled to it are"
    units = [
        (name, unit)
        for name, values in counts.items()
        if (unit := unit_of(values)) and share_fractional(values.to_frame()).iloc[0] > _FRACTIONAL
    ]
    if len(units) > len(counts.columns) / 2:
        name, unit = units[0]
        return f"whole multiples of one number in each sample ({unit:.4g} in {name}), as counts divided by size factors or sums are"
    return ""


def _are_lengths(counts: pd.DataFrame) -> bool:
    """Say whether values differ between samples less than the counts of any experiment do, gene by gene."""
    ranges = (counts.max(axis="columns") - counts.min(axis="columns")) / counts.mean(axis="columns").clip(lower=1)
    return bool((counts > 0).to_numpy().all() and ranges.median() < _SAME_LENGTH)


def share_fractional(counts: pd.DataFrame) -> "pd.Series[float]":
    """Return the share of the cells above zero that have decimals, by sample; 0 where no cell is above zero."""
    above = counts > 0
    shares: pd.Series[float] = (above & (counts % 1 != 0)).sum() / above.sum().clip(lower=1)
    return shares


def unit_of(values: "pd.Series[float]") -> float | None:
    """Return the number that all small values of a sample are whole multiples of, if there is one: its count of one."""
    positive = values[values > 0]
    if positive.empty:
        return None
    unit = float(positive.min())
    small = positive[positive < (_MULTIPLES + 0.5) * unit] / unit
    is_multiple = (small - small.round()).abs() < _MULTIPLE_TOLERANCE
    return unit if len(small) >= _LEAST_CELLS and float(np.mean(is_multiple)) > 0.98 else None
