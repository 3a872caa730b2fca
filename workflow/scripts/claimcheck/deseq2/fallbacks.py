"""What was done in place of what was planned, where the plan could not be carried out: nothing of it stays in a log alone."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import pandas as pd

from claimcheck.deseq2.methods import POSCOUNTS, RATIO, SIZE_FACTORS

FALLBACK_COLUMNS = ("fit", "step", "used", "instead_of", "n_genes", "status", "reason")


class Fallback(NamedTuple):
    """One thing done in place of another.

    Attributes:
        step: of the analysis.
        used: what was done.
        instead_of: what was planned.
        n_genes: how many genes that concerns.
        status: "warn" where results rest on it, "pass" where another way led to the same.
        reason: why, in words.
    """

    step: str
    used: str
    instead_of: str
    n_genes: int
    status: str
    reason: str


def of_size_factors(factors: pd.DataFrame, n_genes: int) -> list[Fallback]:
    """Say whether size factors are other than medians of ratios.

    Args:
        factors: method and n_genes, from `estimate_size_factors`.
        n_genes: genes that are tested.
    """
    method, usable = factors["method"].iloc[0], int(factors["n_genes"].iloc[0])
    if method == RATIO:
        return []
    reason = f"{usable or 'no'} {'gene has' if usable < 2 else 'genes have'} counts in every sample" + (
        "" if method == POSCOUNTS else ", and a sample has hardly any counts"
    )
    return [Fallback(SIZE_FACTORS, method, RATIO, n_genes, "warn", reason)]


def of_trend(uns: Mapping[str, Any], least: float, n_genes: int) -> list[Fallback]:
    """Say whether the dispersions were drawn towards something else than a trend.

    Args:
        uns: of the fitted data set; `disp_function_type` is PyDESeq2's word for what was taken.
        least: dispersion of a gene that varies no more than by counting.
        n_genes: genes that were fitted.
    """
    if uns["disp_function_type"] == "parametric":
        return []
    used, reason = "mean of all dispersions", "the trend over mean counts did not converge, or fell below zero"
    if uns["mean_disp"] <= least:
        used, reason = "no dispersion", "counts vary no more than by chance, as those of one sample split in parts"
    return [Fallback("trend of dispersions", used, "a0 + a1 / mean", n_genes, "warn", reason)]


def of_optimisers(handed_over: Mapping[str, tuple[int, int]]) -> list[Fallback]:
    """Say for how many genes another optimiser was needed, and whether it settled.

    Args:
        handed_over: by what was fitted, how many fits of a gene did not converge at first, and how many not at last either.
    """
    found = []
    for what, (others, unsettled) in handed_over.items():
        if others - unsettled:
            reason = "single genes did not converge at first; with the other optimiser they did"
            used = "PyDESeq2's own optimiser, gene by gene"
            found.append(Fallback(what, used, "all genes at once", others - unsettled, "pass", reason))
        if unsettled:
            reason = "no optimiser converged: what these genes say is uncertain"
            found.append(Fallback(what, "the best values that were met", "an optimum", unsettled, "warn", reason))
    return found


def of_shrinkage(mle: pd.Series, shrunken: pd.Series, guarded: pd.Series) -> list[Fallback]:
    """Say for how many genes shrinkage was not believed.

    Args:
        mle: log2 fold changes of maximum likelihood.
        shrunken: the same after shrinkage.
        guarded: what `guard_shrinkage` left of these.
    """
    n_genes = int((guarded.ne(shrunken) & mle.notna()).sum())
    if not n_genes:
        return []
    is_all = guarded.equals(mle)
    reason = "shrinkage turned signs or enlarged effects" + (
        " of many genes; fold changes of figures are not shrunken" if is_all else ""
    )
    step = "shrunken fold changes"
    return [Fallback(step, "maximum likelihood", "apeGLM", n_genes, "warn" if is_all else "pass", reason)]


def as_table(fits: Mapping[str, Iterable[Fallback]]) -> pd.DataFrame:
    """Lay out the fallbacks of several fits, a row each, with the columns FALLBACK_COLUMNS."""
    rows = [(name, *one) for name, found in fits.items() for one in found]
    return pd.DataFrame(rows, columns=list(FALLBACK_COLUMNS))
