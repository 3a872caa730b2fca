"""Every set in one variant: tested in the comparison, and where its genes stand in the ranking of all genes."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from claimcheck.core.standards import Levels
from claimcheck.gene_sets.comparison import Modelled, run_tests
from claimcheck.gene_sets.curated import map_sets
from claimcheck.gene_sets.tests.false_discovery import benjamini_hochberg
from claimcheck.gene_sets.tests.prerank import prerank
from claimcheck.gene_sets.tests.weights import weigh_sets


def rank_variant(
    modelled: Modelled,
    ranking: pd.DataFrame,
    sets: pd.DataFrame,
    members: pd.DataFrame,
    *,
    variant: str,
    settings: Mapping[str, Any],
    excluded: Collection[str],
    least_correlation: float,
    levels: Levels,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Test the sets of a variant by rotation, CAMERA and scores, and describe where they stand in the ranking.

    Args:
        modelled: the tested genes.
        ranking: from `ranking.rank_genes`.
        sets, members: of the study, the members as the variant leaves them.
        variant: its name.
        settings: `gene_sets` of the configuration.
        excluded: gene ids that no set may hold: the deleted gene.
        least_correlation: of CAMERA.
        levels: of the intervals and of the minimum detectable effect.

    Returns:
        The sets with their sizes (see `map_sets`), the tests, and the corners of the running sums.
    """
    sizes = {"min_size": settings["min_size"], "max_size": settings["max_size"]}
    mapped, in_ranking = map_sets(
        sets,
        members,
        counted=list(modelled.counts.index),
        ranked=list(ranking["gene_id"]),
        families=settings["families"],
        excluded=list(excluded),
        **sizes,
    )
    ranked, corners = prerank(ranking, in_ranking, mapped, seed=settings["seed"], **sizes)
    weights = weigh_sets(in_ranking, list(ranked["set"]), list(modelled.comparison.counts.index))
    tested = run_tests(
        modelled.comparison,
        weights,
        seed=settings["seed"],
        n_rotations=settings["rotations"],
        least_correlation=least_correlation,
        levels=levels,
    )
    described_only = ranked.drop(columns=["effect", "n_genes", "variant"])
    merged = described_only.merge(tested, on="set", validate="1:1").assign(variant=variant)
    merged["p_max"] = merged[["p_rotation_two_sided", "p_camera"]].max(axis="columns", skipna=False)
    merged["p_max_adjusted"] = benjamini_hochberg(merged["p_max"])
    return mapped, merged, corners
