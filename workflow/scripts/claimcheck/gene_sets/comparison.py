"""Two groups made ready for tests of sets: counts, size factors, log2 values, the model and its fits."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.standards import Levels
from claimcheck.core.tables import read_table
from claimcheck.deseq2.design import Design, cells_of, metadata_of, model_matrix, read_model
from claimcheck.deseq2.levels import log2_cpm_normalised
from claimcheck.gene_sets.tests.camera import CAMERA_COLUMNS, camera
from claimcheck.gene_sets.tests.limma import Floats, GeneFits, fit_genes
from claimcheck.gene_sets.tests.rotation import ROTATION_COLUMNS, detectable_change, rotation_test
from claimcheck.gene_sets.tests.scores import SCORE_COLUMNS, score_tests
from claimcheck.gene_sets.tests.weights import SetWeights

TESTED_COLUMNS = (*SCORE_COLUMNS, "mde", *ROTATION_COLUMNS[2:-1], *CAMERA_COLUMNS[2:])


@dataclass(frozen=True)
class Groups:
    """Which group each sample is in.

    Attributes:
        of_test: bool, (samples,): whether it has the test condition.
        cells: intp, (samples,): numbers of the groups whose means are compared, of which an interaction has four.
    """

    of_test: NDArray[np.bool_]
    cells: NDArray[np.intp]


def groups_of(samples: pd.DataFrame, design: Design) -> Groups:
    """Read the groups of samples from their sheet."""
    cells = np.asarray(cells_of(samples, design), dtype=np.intp)
    return Groups((samples["condition"] == design.test).to_numpy(), cells)


@dataclass(frozen=True)
class Comparison:
    """Counts of two groups, what they are modelled as, and the model's fits.

    Args:
        counts: integers, genes x samples, filtered.
        size_factors: float64, (samples,).
        values: log2 counts per million, float64, genes x samples.
        design_matrix: float64, samples x coefficients, what is tested last.
        fits: of every gene.
        groups: of the samples.
    """

    counts: pd.DataFrame
    size_factors: Floats
    values: Floats
    design_matrix: Floats
    fits: GeneFits
    groups: Groups

    @property
    def normalised_counts(self) -> Floats:
        """Counts over size factors, genes x samples."""
        return np.asarray(self.counts.to_numpy() / self.size_factors)


def make_comparison(
    counts: pd.DataFrame, size_factors: Floats, design_matrix: Floats, groups: Groups | None = None
) -> Comparison:
    """Take counts to log2 counts per million and fit the model to every gene.

    Args:
        counts: integers, genes x samples, filtered.
        size_factors: float64, (samples,).
        design_matrix: float64, samples x coefficients, of full rank, with fewer coefficients than samples, what is tested last.
        groups: of the samples; without them the last column is 1 in the test group and 0 in the reference group.
    """
    if groups is None:
        groups = Groups(design_matrix[:, -1] == 1, design_matrix[:, -1].astype(np.intp))
    values = log2_cpm_normalised(counts.to_numpy(), size_factors)
    return Comparison(counts, size_factors, values, design_matrix, fit_genes(values, design_matrix), groups)


def run_tests(
    comparison: Comparison,
    weights: SetWeights,
    *,
    seed: int,
    n_rotations: int,
    least_correlation: float,
    levels: Levels,
) -> pd.DataFrame:
    """Test every set by rotation, by CAMERA and by its scores.

    Args:
        comparison: the groups.
        weights: the sets, over the genes of the comparison.
        seed, n_rotations: of the rotation test.
        least_correlation: of CAMERA.
        levels: of the intervals and of the minimum detectable effect.

    Returns:
        One row a set, columns TESTED_COLUMNS; mde is the effect that the rotation test finds.
    """
    if not weights.sets:
        return pd.DataFrame(columns=list(TESTED_COLUMNS))
    rotated = rotation_test(comparison.fits, weights, seed=seed, n_rotations=n_rotations)
    mde = detectable_change(comparison.fits, weights, rotated["spread"].to_numpy(dtype=float), levels)
    parts = [
        score_tests(comparison.values, weights, comparison.design_matrix, levels).assign(mde=mde),
        rotated[list(ROTATION_COLUMNS[2:-1])],
        camera(comparison.fits, weights, min_correlation=least_correlation)[list(CAMERA_COLUMNS[2:])],
    ]
    return pd.concat(parts, axis="columns")


def leading_edge(statistics: pd.Series, weights: pd.Series) -> list[str]:
    """List the members that carry a set's enrichment, the strongest first (Subramanian et al. 2005).

    These are the members up to the extreme of the running sum along all genes, ranked by their statistic; of members with
    weight -1 the sign is turned.

    Args:
        statistics: of every gene, by gene id.
        weights: -1 or +1 of the members, by gene id.
    """
    signs = weights.astype(float).reindex(statistics.index).fillna(0.0)
    turned = statistics.where(signs == 0, statistics * signs)
    ranked = turned.sort_values(ascending=False, kind="stable")
    members = (signs != 0).reindex(ranked.index).to_numpy()
    strength = np.where(members, ranked.abs(), 0.0)
    if not members.any() or members.all() or strength.sum() == 0:
        return []
    running = np.cumsum(strength / strength.sum() - ~members / (~members).sum())
    peak = int(np.abs(running).argmax())
    edge = ranked.index[: peak + 1][members[: peak + 1]]
    return list(edge) if running[peak] > 0 else list(ranked.index[peak + 1 :][members[peak + 1 :]])[::-1]


@dataclass(frozen=True)
class ModelFiles:
    """Results that the tested genes are compared from, as rules name them.

    Attributes:
        genes: results/differential/genes.tsv.
        counts: results/counts/gene_counts.tsv.
        model: results/differential/model.tsv, the sheet as it is modelled.
        steps: results/differential/design.tsv, of which one is the model.
        size_factors: results/expression/size_factors.tsv.
    """

    genes: Path
    counts: Path
    model: Path
    steps: Path
    size_factors: Path


@dataclass(frozen=True)
class Modelled:
    """The tested genes in the model of the differential expression, and what it was read from.

    Attributes:
        genes: a row a tested gene.
        counts: integers, all genes x samples of the sheet.
        factors: size factors by sample, in the order of the sheet.
        sheet: the samples as they are modelled.
        design: the groups and the covariates.
        comparison: of the tested genes.
    """

    genes: pd.DataFrame
    counts: pd.DataFrame
    factors: "pd.Series[float]"
    sheet: pd.DataFrame
    design: Design
    comparison: Comparison


def read_modelled(files: ModelFiles, groups: Design) -> Modelled:
    """Take the counts of the tested genes to the model of the differential expression."""
    sheet, design = read_model(files.model, files.steps, groups)
    names = list(sheet["sample"])
    genes = read_table(files.genes)
    counts = read_table(files.counts).set_index("gene_id")[names]
    factors = read_table(files.size_factors).set_index("sample")["size_factor"][names]
    matrix, groups_in = model_matrix(metadata_of(sheet, design)), groups_of(sheet, design)
    comparison = make_comparison(counts.loc[genes["gene_id"]], factors.to_numpy(dtype=float), matrix, groups_in)
    return Modelled(genes, counts, factors, sheet, design, comparison)
