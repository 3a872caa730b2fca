"""Groups of genes in the samples: which genes belong to them, their share of all counts, and how high they are."""

import re
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed
from claimcheck.qc.gates import Gate, at_most


def select_genes(
    group: Mapping[str, Any], members: pd.DataFrame, annotation: pd.DataFrame, *, where: str
) -> frozenset[str] | None:
    """List the gene ids that a group of the configuration names; all that any of its keys names.

    Args:
        group: any of `sets` (names), `genes` (ids), `symbols` (regular expression, matched from the beginning), `biotypes`.
        members: set, gene_id, symbol of the curated sets.
        annotation: gene_id, symbol, biotype of the reference, one or several rows a gene; may be empty.
        where: the group's key in the configuration, for messages.

    Returns:
        The ids, or None where they cannot be known: biotypes are asked for and the annotation has none.

    Raises:
        StudyError: a set is unknown, or `symbols` is no regular expression.
    """
    sets = group.get("sets", ())
    unknown = sorted(set(sets) - set(members["set"]))
    if unknown:
        raise StudyError(
            f"no gene set is called {listed(unknown)}",
            where=where,
            expected=f"sets of gene_sets.curated: {listed(sorted(set(members['set'])), most=12) or 'there are none'}",
            remedy="correct the name, or add the set to the folder gene_sets.curated",
        )
    chosen = {*group.get("genes", ()), *members.loc[members["set"].isin(sets), "gene_id"]}
    if "symbols" in group:
        pattern = _pattern(group["symbols"], where)
        for table in (members, annotation):
            if "symbol" in table:
                named = table["symbol"].fillna("").map(lambda symbol: bool(pattern.match(str(symbol))))
                chosen |= set(table.loc[named.astype(bool), "gene_id"])
    if "biotypes" in group:
        if "biotype" not in annotation or annotation["biotype"].fillna("").eq("").all():
            return None
        chosen |= set(annotation.loc[annotation["biotype"].isin(group["biotypes"]), "gene_id"])
    return frozenset(chosen)


def _pattern(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise StudyError(
            f"{text!r} is no regular expression: {error}",
            where=where,
            expected="a regular expression that gene symbols match from their beginning",
            remedy="correct it; a plain beginning of a symbol, such as Rpl, is one too",
        ) from error


def count_shares(counts: pd.DataFrame, groups: Mapping[str, Collection[str] | None]) -> pd.DataFrame:
    """Compute the share of all counts that each group of genes holds.

    Args:
        counts: integers, genes x samples; all genes.
        groups: gene ids of each group, None where they are not known.

    Returns:
        group, sample, share (0 to 1); NA where no gene of the group is in the table, since what is not counted is not zero.
    """
    totals = counts.sum()
    rows = []
    for group, genes in groups.items():
        found = counts.loc[counts.index.isin(sorted(genes or ()))]
        share = found.sum() / totals.where(totals > 0) if len(found) else totals * np.nan
        rows += [(group, sample, value) for sample, value in share.items()]
    return pd.DataFrame(rows, columns=["group", "sample", "share"]).astype({"share": float})


def share_gates(shares: pd.DataFrame, groups: Mapping[str, Mapping[str, Any]]) -> list[Gate]:
    """Warn of samples with more counts in a group of genes than its `warn` allows; see `count_shares` for the shares."""
    found: list[Gate] = []
    for name, group in groups.items():
        if "warn" in group:
            of_group = shares[shares["group"] == name]
            values = dict(zip(of_group["sample"], of_group["share"], strict=True))
            found += at_most(f"share_{name}", f"share of counts in {name} genes", values, warn=group["warn"])
    return found


def detected_genes(
    levels: pd.DataFrame, panels: Mapping[str, Collection[str]], conditions: pd.Series, *, min_level: float
) -> dict[str, list[str]]:
    """List the genes of each panel that are expressed.

    Expressed is: log2(CPM + 1) is at least `min_level` in half as many samples as the smaller group has. Half, so that tissue
    which clings to some samples of one group is seen even if all others lack it.

    Args:
        levels: log2(CPM + 1), genes x samples.
        panels: gene ids of each panel.
        conditions: condition of each sample.
        min_level: log2(CPM + 1).
    """
    needed = -(-int(conditions.value_counts().min()) // 2)
    expressed = levels.index[(levels >= min_level).sum(axis=1) >= needed]
    return {panel: sorted(expressed.intersection(list(genes))) for panel, genes in panels.items()}


def score_panels(levels: pd.DataFrame, detected: Mapping[str, list[str]], *, min_genes: int) -> pd.DataFrame:
    """Score each panel in each sample.

    Args:
        levels: log2(CPM + 1), genes x samples.
        detected: detected genes of each panel, from `detected_genes`.
        min_genes: detected genes that a panel needs.

    Returns:
        panel, sample, score (mean over the genes of z, the level in standard deviations from the mean of all samples), level (mean
        log2(CPM + 1)); both NA for a panel with fewer than `min_genes` detected genes.
    """
    parts = []
    for panel, genes in detected.items():
        values = levels.loc[genes]
        spread = values.std(axis=1, ddof=1)
        scaled = values.sub(values.mean(axis=1), axis=0).div(spread.where(spread > 0), axis=0).fillna(0)
        part = pd.DataFrame({"panel": panel, "sample": levels.columns, "score": np.nan, "level": np.nan})
        if len(genes) >= min_genes:
            part[["score", "level"]] = np.column_stack([scaled.mean(), values.mean()])
        parts.append(part)
    columns = ["panel", "sample", "score", "level"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
