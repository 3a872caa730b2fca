"""Any gene in every sample: what the page's explorer knows of them, packed for a script to unpack."""

import base64
import json
import re
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.tables import read_table
from claimcheck.figures.differential import change_limit, evidence_limit, gene_points
from claimcheck.figures.style import by_group
from claimcheck.gene_sets.curated import read_curated
from claimcheck.gene_sets.published.map import read_all_sets
from claimcheck.gene_sets.published.names import read_aliases
from claimcheck.page.study_words import Study
from claimcheck.page.tables import NORMAL_975

ENSEMBL = "https://www.ensembl.org/id/{gene_id}"
ENSEMBL_ID = r"^ENS[A-Z]*G\d+$"
ANY_ID = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
MOST_COUNTS = 1_500_000
"""Counts of single samples that a page carries, about 2 MB; beyond, genes of interest and of sets come first, then by p."""
MOST_MARKS = 6
"""Values of a covariate that have a mark of their own; one with more has none."""
EXPONENT_BASE = 400
_MARKED = ("sex", "age", "tissue", "batch")
_SET_COLUMNS = ["set", "family", "description"]
HEADINGS = {
    "gene_id": ("id", "text"),
    "symbol": ("gene", "text"),
    "base_mean": ("mean count", "whole"),
    "log2_fold_change": ("log2 fold change", "two"),
    "lfc_se": ("standard error", "two"),
    "ci95_low": ("95 % from", "two"),
    "ci95_high": ("95 % to", "two"),
    "log2_fold_change_shrunken": ("shrunken", "two"),
    "stat": ("Wald statistic", "two"),
    "p_value": ("p", "probability"),
    "p_adjusted": ("adjusted p", "probability"),
}
"""Heading and notation of the columns of the table of all genes."""
_COMPUTED = ("ci95_low", "ci95_high")
"""Of these, what the script computes from the fold change and its standard error."""


@dataclass(frozen=True)
class GeneTables:
    """What the explorer shows of genes besides their tests.

    Attributes:
        counts: gene_id, then a column a sample: integers.
        sets: set, family, description; no row where the study has no gene sets.
        members: set, gene_id.
        aliases: current symbols by former ones, "" for one that several genes share.
    """

    counts: pd.DataFrame
    sets: pd.DataFrame
    members: pd.DataFrame
    aliases: Mapping[str, str]


@dataclass(frozen=True)
class GeneFiles:
    """The files of `GeneTables`; those of published sets are None where the study has none.

    Attributes:
        gene_sets: tables of the curated sets.
        downloaded_sets, downloaded_members: of the published ones.
        aliases: former symbols.
    """

    counts: Path
    gene_sets: list[Path]
    downloaded_sets: Path | None
    downloaded_members: Path | None
    aliases: Path | None


def read_gene_tables(files: GeneFiles) -> GeneTables:
    """Read the counts, the sets with their members, and the former symbols of a study."""
    if files.downloaded_sets and files.downloaded_members:
        sets, members = read_all_sets(files.gene_sets, files.downloaded_sets, files.downloaded_members)
    else:
        sets, members = read_curated(files.gene_sets)
    return GeneTables(
        counts=read_table(files.counts),
        sets=sets[_SET_COLUMNS],
        members=members[["set", "gene_id"]],
        aliases=read_aliases(str(files.aliases or "none")),
    )


def pack_genes(
    genes: pd.DataFrame, tables: GeneTables, samples: pd.DataFrame, size_factors: pd.DataFrame, study: Study
) -> str:
    """Pack all genes, those with the smallest p first, with their counts in every sample.

    Args:
        genes: gene_id, symbol, base_mean, log2_fold_change, lfc_se, stat, p_value, p_adjusted, missing (why one of the last
            two is) and, where it was computed, log2_fold_change_shrunken; all genes of the differential test.
        tables: counts, sets and former symbols.
        samples: sample, condition and, where they are known, sex, age, tissue, batch; a row a sample.
        size_factors: sample, size_factor.
        study: names, direction, model, alpha, genes of interest, and the address of a gene's page.

    Returns:
        Text, see `pack`. Numbers have six significant digits, counts are exact. A gene's row is its place by p.

        Words: headings (name, heading and notation of the table's columns), gene_id, symbol, aliases (former symbol, row),
        samples (name, group, size factor, covariates), marks (covariates that tell samples apart), sets (name, family,
        description), labelled (row, whether of interest), limits (ends of the scales), first (row shown at first),
        reasons (why a p is missing), half_width (of an interval, in standard errors), and what `Study` says.

        Columns: those of the test, call (1 higher in test, 2 in reference, 0), missing (place among the reasons), counted (rows
        with counts), counts (by these rows, then samples), sizes and members (genes a set, and their rows as differences).
    """
    ranked = genes.assign(size=genes["stat"].abs())
    ranked = ranked.sort_values(["p_value", "size", "gene_id"], ascending=[True, False, True]).reset_index(drop=True)
    row_of = pd.Series(ranked.index, index=ranked["gene_id"])
    called = ranked["p_adjusted"] < study.alpha
    rows = [np.sort(row_of[row_of.index.isin(own)].to_numpy()) for own in _members(tables)]
    compared = by_group(samples, study.test, study.reference)
    in_sets = np.unique(np.concatenate([*rows, np.array([], dtype=int)]))
    counted, counts = _counts(ranked, tables.counts, list(compared["sample"]), in_sets, study)
    marks = _marks(compared, study)
    factors = size_factors.set_index("sample")["size_factor"]
    shown = [name for name in HEADINGS if name in ranked or name in _COMPUTED]
    reasons = sorted({"", *ranked["missing"]})
    words = {
        "reasons": reasons,
        "headings": [[name, *HEADINGS[name]] for name in shown],
        "gene_id": list(ranked["gene_id"]),
        "symbol": list(ranked["symbol"]),
        "aliases": _aliases(ranked, tables.aliases),
        "samples": [
            [sample["sample"], sample["condition"], factors[sample["sample"]], *(str(sample[mark]) for mark in marks)]
            for sample in compared.to_dict("records")
        ],
        "marks": marks,
        "sets": tables.sets[_SET_COLUMNS].to_numpy().tolist(),
        **_scales(ranked, row_of, study),
        "alpha": study.alpha,
        "half_width": NORMAL_975,
        "test": study.test,
        "reference": study.reference,
        "up": study.effect.up,
        "down": study.effect.down,
        "subject": study.subject,
        "subjects": study.subjects,
        "direction": study.direction,
        "stamp": "simulated data" if study.simulated else "",
        "link": "" if study.gene_link == "none" else study.gene_link,
        "linked": ENSEMBL_ID if study.gene_link == ENSEMBL else ANY_ID,
    }
    numbers = {name: ranked[name].to_numpy(dtype=float) for name in shown if name in ranked.select_dtypes("number")}
    wholes = {
        "call": np.where(called, np.where(ranked["log2_fold_change"] > 0, 1, 2), 0),
        "missing": ranked["missing"].map(reasons.index).to_numpy(dtype=int),
        "counted": counted,
        "counts": counts.ravel(),
        "sizes": np.array([len(own) for own in rows], dtype=int),
        "members": np.concatenate([*(np.diff(own, prepend=0) for own in rows), np.array([], dtype=int)]),
    }
    return pack(words, numbers, wholes)


def pack(
    words: Mapping[str, Any], numbers: Mapping[str, NDArray[np.float64]], wholes: Mapping[str, NDArray[np.int64]]
) -> str:
    """Pack words and columns as text that is safe in HTML: base64 of zlib's format, which browsers unpack.

    First stand four bytes with the length of the words, which are JSON with `columns`: name, kind and length of every column
    that follows. A column of whole numbers is its 32-bit integers, little-endian, the first bytes of all before the second
    ones, since bytes of one weight are alike. Of other numbers the six significant digits are such a column, and the
    exponent of ten plus EXPONENT_BASE is the next; there 0 means no number.

    Args:
        words: what JSON takes.
        numbers: columns of numbers, NaN and infinite where there is none.
        wholes: columns of whole numbers, 0 to 2^32 - 1.
    """
    columns = [[name, "number", len(values)] for name, values in numbers.items()]
    columns += [[name, "whole", len(values)] for name, values in wholes.items()]
    text = json.dumps(
        {**words, "columns": columns}, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()
    parts = [len(text).to_bytes(4, "little"), text]
    for values in numbers.values():
        parts += [_by_weight(part) for part in _decimal(values)]
    parts += [_by_weight(values) for values in wholes.values()]
    return base64.b64encode(zlib.compress(b"".join(parts), 9)).decode("ascii")


def _by_weight(values: NDArray[np.int64]) -> bytes:
    return values.astype("<i8").view(np.uint8).reshape(len(values), 8)[:, :4].T.tobytes()


def _decimal(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Write numbers as six digits with their sign, and an exponent of ten."""
    written = [f"{value:.5e}".split("e") if isfinite(value) else ("0", "") for value in values.tolist()]
    digits = [int(mantissa.replace(".", "")) for mantissa, _ in written]
    exponents = [int(exponent) - 5 + EXPONENT_BASE if exponent else 0 for _, exponent in written]
    return np.array(digits, dtype=np.int64), np.array(exponents, dtype=np.int64)


def _members(tables: GeneTables) -> list[set[str]]:
    own: dict[str, set[str]] = defaultdict(set)
    for name, gene in tables.members[["set", "gene_id"]].itertuples(index=False):
        own[name].add(gene)
    return [own[name] for name in tables.sets["set"]]


def _counts(
    ranked: pd.DataFrame, counts: pd.DataFrame, samples: Sequence[str], in_sets: NDArray[np.int64], study: Study
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Choose the rows whose counts the page carries; return them, and their counts (rows, samples)."""
    of_gene = counts.set_index("gene_id")[list(samples)]
    rows = np.flatnonzero(ranked["gene_id"].isin(of_gene.index))
    room = MOST_COUNTS // max(1, len(samples))
    if len(rows) > room:
        of_interest = ranked["gene_id"].isin(study.label_genes).to_numpy()
        of_interest[in_sets] = True
        rows = np.sort(rows[np.argsort(~of_interest[rows], kind="stable")][:room])
    return rows, of_gene.loc[ranked.loc[rows, "gene_id"]].to_numpy(dtype=np.int64)


def _marks(samples: pd.DataFrame, study: Study) -> list[str]:
    """List the covariates that tell samples apart, those of the model first."""
    terms = re.findall(r"[^\s~+:*]+", study.formula)
    known = [name for name in dict.fromkeys([*terms, *_MARKED]) if name in samples and name != "condition"]
    return [name for name in known if 1 < samples[name].astype(str).nunique() <= MOST_MARKS]


def _aliases(ranked: pd.DataFrame, aliases: Mapping[str, str]) -> list[list[Any]]:
    """List former symbols that are no current ones, with the row of their gene."""
    row_of = pd.Series(ranked.index, index=ranked["symbol"])
    row_of = row_of[~row_of.index.duplicated(keep=False)]
    return [[old, int(row_of[new])] for old, new in sorted(aliases.items()) if new in row_of and old not in row_of]


def _scales(ranked: pd.DataFrame, row_of: "pd.Series[int]", study: Study) -> dict[str, Any]:
    """Say where the scales end, which genes are named, as in the figures, and which one is shown at first."""
    points = gene_points(
        ranked, test=study.test, reference=study.reference, alpha=study.alpha, label_genes=study.label_genes
    )
    named = points[points["label"] != ""]
    of_interest = [int(row_of[gene]) for gene in study.label_genes if gene in row_of]
    return {
        "limits": {"change": change_limit(points), "evidence": evidence_limit(points)},
        "labelled": sorted(
            [int(row_of[gene]), label == "configured"]
            for gene, label in zip(named["gene_id"], named["label"], strict=True)
        ),
        "first": of_interest[0] if of_interest else 0,
    }
