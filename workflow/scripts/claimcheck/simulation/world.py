"""A planted world at the level of genes and animals: what every animal expresses, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.errors import StudyError
from claimcheck.simulation.genes import gene_table, membership, set_values

Settings = Mapping[str, Any]
Floats = NDArray[np.float64]

GROUPS = ("control", "knockout")
SEXES = ("female", "male")
TPM_TOTAL = 1e6
_MOST_ADMIXED = 0.95


@dataclass(frozen=True)
class World:
    """Genes, animals, their expression, and the truth that was planted in it.

    Attributes:
        genes: one row a gene: gene_id, symbol, tpm_clean, log2_admixed_over_clean, dispersion,
            planted_log2_fold_change (biology alone), expected_log2_fold_change (with composition; both
            log2 fold change, knockout / control; positive = higher in knockout).
        sets: one row a set: set, n_genes, and the means of both fold changes over its genes.
        samples: one row an animal: animal, condition, sex, replicate, admixed_level (share of the tissue),
            adhering_level (1 = typical).
        expected: TPM, genes x animals, without variation between animals other than composition and sex.
        expression: TPM, genes x animals, with the variation between animals.
        deleted: row of the deleted gene.
        recombined_share: per animal, share of the deleted gene's molecules that lack the deleted exons.
    """

    genes: pd.DataFrame
    sets: pd.DataFrame
    samples: pd.DataFrame
    expected: pd.DataFrame
    expression: pd.DataFrame
    deleted: int
    recombined_share: Floats


def build_world(settings: Settings, members: pd.DataFrame, reference: pd.DataFrame, seed: int) -> World:
    """Plant effects, composition and variation into a tissue.

    A tissue is a mix of its clean profile and that of an admixed one; another that adheres multiplies the sets that load on
    it. A planted effect of a gene replaces that of its sets; of several planted sets the first listed counts.

    Args:
        settings: the `world` section of the simulation's configuration.
        members: columns set, gene_id, symbol; a gene may be in several sets.
        reference: usual expression, as `gene_table` takes it.
        seed: same seed, same world.

    Raises:
        StudyError: a group has no animals, or the settings name a set or gene that is not curated.
    """
    gene_rng, level_rng, factor_rng, noise_rng = np.random.default_rng(seed).spawn(4)
    genes = gene_table(settings, members, reference, gene_rng)
    samples = _animals(settings["animals"], settings["carry_over"], level_rng)
    deleted = int(np.flatnonzero(genes["gene_id"] == settings["deletion"]["gene_id"])[0])

    expected, recombined = _expected(settings, genes, members, samples, deleted)
    noise = _set_factors(settings["variation"], members, genes, len(samples), factor_rng)
    dispersion = genes["dispersion"].to_numpy()[:, None]
    noise *= noise_rng.gamma(1 / dispersion, dispersion, size=expected.shape)

    is_knockout = (samples["condition"] == GROUPS[1]).to_numpy()
    log2_expected = np.log2(_as_tpm(expected) + 0.01)
    change = log2_expected[:, is_knockout].mean(axis=1) - log2_expected[:, ~is_knockout].mean(axis=1)
    genes["expected_log2_fold_change"] = change
    return World(
        genes=genes,
        sets=_set_truth(genes, members),
        samples=samples,
        expected=pd.DataFrame(_as_tpm(expected), index=genes["gene_id"], columns=samples["animal"]),
        expression=pd.DataFrame(_as_tpm(expected * noise), index=genes["gene_id"], columns=samples["animal"]),
        deleted=deleted,
        recombined_share=recombined / np.maximum(expected[deleted], np.finfo(float).tiny),
    )


def draw_counts(world: World, fragments: int, seed: int) -> pd.DataFrame:
    """Sequence a world without reads: Poisson counts, all genes of one length.

    Args:
        world: with gamma variation between animals, so that counts are negative binomial.
        fragments: expected sum of an animal's counts.
        seed: of the sampling alone.

    Returns:
        int64 counts, genes x animals.
    """
    mean = world.expression.to_numpy() / TPM_TOTAL * fragments
    counts = np.random.default_rng(seed).poisson(mean)
    return pd.DataFrame(counts, index=world.expression.index, columns=world.expression.columns)


def _animals(numbers: Settings, carry_over: Settings, rng: np.random.Generator) -> pd.DataFrame:
    samples = pd.DataFrame(
        [
            {"condition": group, "sex": sex, "replicate": replicate}
            for group in GROUPS
            for sex in SEXES
            for replicate in range(1, numbers[group][sex] + 1)
        ]
    )
    if samples["condition"].nunique() < len(GROUPS):
        raise StudyError(
            "a simulated group has no animals",
            where="simulation.world.animals",
            expected="at least one animal in each group",
            remedy="raise the number of females or males",
        )
    samples.insert(0, "animal", [f"animal_{number}" for number in range(1, len(samples) + 1)])
    is_knockout = samples["condition"] == GROUPS[1]
    levels = {}
    for tissue in ("admixed", "adhering"):
        drawn = pd.Series(rng.normal(0, carry_over[tissue]["log2_sd"], len(samples)))
        if carry_over["balanced"]:
            drawn -= drawn.groupby(samples["condition"]).transform("mean")
        levels[tissue] = 2 ** (drawn + is_knockout * carry_over[tissue]["knockout_shift"])
    samples["admixed_level"] = (levels["admixed"] * carry_over["admixed"]["typical"]).clip(upper=_MOST_ADMIXED)
    samples["adhering_level"] = levels["adhering"]
    return samples


def _expected(
    settings: Settings, genes: pd.DataFrame, members: pd.DataFrame, samples: pd.DataFrame, deleted: int
) -> tuple[Floats, Floats]:
    """Give relative expression without variation, genes x animals, and that of the recombined transcript."""
    admixed = samples["admixed_level"].to_numpy()
    is_knockout = (samples["condition"] == GROUPS[1]).to_numpy()
    clean = genes["tpm_clean"].to_numpy()[:, None]
    ratio = 2 ** genes["log2_admixed_over_clean"].to_numpy()[:, None]
    expected = clean * (1 - admixed + admixed * ratio)

    loading = set_values(settings["carry_over"]["adhering"]["loadings"], members, genes, "adhering.loadings")
    expected *= samples["adhering_level"].to_numpy() ** loading.to_numpy()[:, None]

    for sex in SEXES:
        of_set = members.loc[members["set"] == settings["sex"][f"{sex}_set"], "gene_id"]
        panel = genes["gene_id"].isin(of_set).to_numpy()
        expected[np.ix_(panel, (samples["sex"] != sex).to_numpy())] = 0.0

    # The part of the cells that delete the gene thins out with the admixed tissue; what other cells carry over is the rest.
    deletion = settings["deletion"]
    typical = settings["carry_over"]["admixed"]["typical"]
    usual = clean[deleted] * (1 - typical + typical * ratio[deleted])
    deleting = (1 - deletion["carry_over_share"]) * usual * (1 - admixed) / (1 - typical)
    deleting = np.minimum(deleting, expected[deleted])
    recombined = np.where(is_knockout, deletion["recombined_level"] * deleting, 0.0)
    expected[deleted] -= np.where(is_knockout, deleting, 0.0) - recombined

    planted = genes["planted_log2_fold_change"].to_numpy().copy()
    planted[deleted] = 0.0
    expected[:, is_knockout] *= 2 ** planted[:, None]
    return expected, recombined


def _set_factors(
    variation: Settings, members: pd.DataFrame, genes: pd.DataFrame, n_animals: int, rng: np.random.Generator
) -> Floats:
    """Give one factor an animal and set, shared by the set's genes, so that they move together."""
    matrix = membership(members, genes)
    sd = [variation["set_log2_sd"].get(name, variation["default_set_log2_sd"]) for name in matrix.columns]
    shared = rng.normal(0, 1, (len(matrix.columns), n_animals)) * np.array(sd)[:, None]
    factors: Floats = 2 ** (matrix.to_numpy(float) @ shared)
    return factors


def _set_truth(genes: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
    changes = ["planted_log2_fold_change", "expected_log2_fold_change"]
    joined = members[["set", "gene_id"]].merge(genes[["gene_id", *changes]], on="gene_id", validate="m:1")
    truth = joined.groupby("set", sort=True)[changes].mean()
    truth.insert(0, "n_genes", joined.groupby("set").size())
    return truth.reset_index()


def _as_tpm(expression: Floats) -> Floats:
    tpm: Floats = expression / expression.sum(axis=0) * TPM_TOTAL
    return tpm
