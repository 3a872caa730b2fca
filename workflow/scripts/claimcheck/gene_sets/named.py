"""Which genes the figures of genes show: what the configuration names by set and by id, and what exploratory claims look at."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from claimcheck.core.errors import StudyError
from claimcheck.core.tables import listed

NAMED_COLUMNS = ("figure", "panel", "part", "gene_id", "left_out")
MEASURES = (
    "symbol",
    "state",
    "mean_count",
    "mean_reference",
    "mean_test",
    "log2_fold_change",
    "ci95_low",
    "ci95_high",
    "minimum_detectable_effect",
    "log2_fold_change_shrunken",
)
"""What is looked up of each named gene."""
FOREST, EXPLORATORY = "gene_forest", "exploratory"
HEATMAP, BUTTERFLY, PAIR = "heatmap_", "butterfly_", "pair_"
"""Before the name that the configuration gives a figure, of which there may be several."""


class NamedGroup(NamedTuple):
    """Genes that stand together in a figure, those of the sets first; `key` says where the configuration names them."""

    panel: str
    part: str
    sets: tuple[str, ...]
    genes: tuple[str, ...]
    left_out: frozenset[str] = frozenset()
    key: str = "report"


def figure_groups(
    report: Mapping[str, Any], *, left_out: Mapping[str, Sequence[str]], explored: Sequence[Mapping[str, Any]]
) -> dict[str, list[NamedGroup]]:
    """List the figures of genes with the groups that each shows, in the order drawn; figures without groups are absent.

    Args:
        report: `report` of the configuration, completed with defaults.
        left_out: gene ids that each variant of sets leaves out; without a claims register only `full`, which leaves out none.
        explored: panel, part, genes and left_out of what exploratory claims look at.

    Raises:
        StudyError: a figure is to stand beside a variant that the claims register doesn't have.
    """
    figures = {FOREST: _groups(report["gene_forest"], "report.gene_forest")}
    for name, heatmap in report["heatmaps"].items():
        figures[HEATMAP + name] = _groups(heatmap["groups"], f"report.heatmaps.{name}")
    for name, wings in report["butterflies"].items():
        key, variant = f"report.butterflies.{name}", wings.get("beside", "full")
        if variant not in left_out and len(left_out) > 1:
            raise StudyError(
                f"no variant of sets is called {variant}",
                where=f"config/config.yaml, {key}.beside",
                expected=f"a variant of the claims register: {listed(left_out)}",
                remedy="correct the name, or remove the key",
            )
        lost = frozenset(left_out.get(variant, ()))
        sides = [wings["left"], wings["right"]]
        figures[BUTTERFLY + name] = [NamedGroup(one["title"], "", (one["set"],), (), lost, key) for one in sides]
    for name, genes in report["gene_pairs"].items():
        figures[PAIR + name] = [NamedGroup(name, "", (), tuple(genes), key=f"report.gene_pairs.{name}")]
    figures[EXPLORATORY] = [
        NamedGroup(one["panel"], one["part"], (), tuple(one["genes"]), frozenset(one["left_out"])) for one in explored
    ]
    return {figure: groups for figure, groups in figures.items() if groups}


def _groups(groups: Sequence[Mapping[str, Any]], key: str) -> list[NamedGroup]:
    return [
        NamedGroup(group["title"], "", tuple(group.get("sets", ())), tuple(group.get("genes", ())), key=key)
        for group in groups
    ]


def list_genes(
    figures: Mapping[str, Sequence[NamedGroup]], members: pd.DataFrame, *, deleted_gene: str | None
) -> pd.DataFrame:
    """List the genes of every figure.

    Args:
        figures: from `figure_groups`.
        members: set, gene_id of the curated sets; empty where a study has none.
        deleted_gene: id of the gene that the study deletes, which counts for no set.

    Returns:
        One row a figure, group and gene, columns NAMED_COLUMNS: a gene once in a group, in the order of the sets.

    Raises:
        StudyError: a set is unknown.
    """
    by_set = {str(name): list(genes) for name, genes in members.groupby("set", sort=False)["gene_id"]}
    rows = []
    for figure, groups in figures.items():
        for group in groups:
            unknown = [name for name in group.sets if name not in by_set]
            if unknown:
                raise StudyError(
                    f"no gene set is called {listed(unknown)}",
                    where=f"config/config.yaml, {group.key}",
                    expected=f"sets of gene_sets.curated: {listed(sorted(by_set), most=12) or 'there are none'}",
                    remedy="correct the name, or add the set to the folder gene_sets.curated",
                )
            of_sets = [gene for name in group.sets for gene in by_set[name] if gene != deleted_gene]
            rows += [
                (figure, group.panel, group.part, gene, gene in group.left_out)
                for gene in dict.fromkeys([*of_sets, *group.genes])
            ]
    return pd.DataFrame(rows, columns=list(NAMED_COLUMNS))
