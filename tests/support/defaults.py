"""What a study has that sets nothing: the defaults of the schemas, and functions of the library that are given them."""

from collections.abc import Set
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.claims.random_sets import Matching
from claimcheck.claims.requests import standard_tests
from claimcheck.core.schemas import complete, load_schema
from claimcheck.core.standards import Levels
from claimcheck.deseq2 import accounting, differential
from claimcheck.deseq2.dataset import DataSet
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.size_factors import estimate_size_factors
from claimcheck.gene_sets.tests import camera as camera_test
from claimcheck.gene_sets.tests import rotation, scores
from claimcheck.qc import composition, exons, identity, panels, sex, similarity, strandedness

DEFAULTS: dict[str, Any] = complete({}, load_schema("config.schema.yaml"))
_QUALITY, _IDENTITY, _DIFFERENTIAL = (DEFAULTS[section] for section in ("quality", "identity", "differential"))
_COMPOSITION, _TESTS = _QUALITY["composition"], standard_tests()

LEVELS = Levels(**_TESTS["levels"])
MATCHING = Matching(**_TESTS["matching"])

detected_genes = partial(panels.detected_genes, min_level=_COMPOSITION["min_level"])
score_panels = partial(panels.score_panels, min_genes=_COMPOSITION["min_genes"])
compare_panels = partial(
    composition.compare_panels,
    **{key: _COMPOSITION[key] for key in ("min_genes", "standardised_difference", "log2_ratio")},
)
aligned_panels = partial(composition.aligned_panels, min_correlation=_COMPOSITION["component_correlation"])
correlate = partial(similarity.correlate, **_QUALITY["similarity"])
find_outliers = partial(similarity.find_outliers, **_QUALITY["outliers"])
duplicate_gates = partial(similarity.duplicate_gates, limit=_QUALITY["duplicate_correlation"])
call_strandedness = partial(strandedness.call_strandedness, **_QUALITY["strandedness"])

SEX = sex.SexThresholds(**_IDENTITY["sex"])
check_sex = partial(sex.check_sex, thresholds=SEX)
call_recombination = partial(exons.call_recombination, **_IDENTITY["junction"])
Question = partial(
    identity.Question,
    threshold=_IDENTITY["threshold"],
    markers_p=np.nan,
    inseparable=_IDENTITY["other_source"]["inseparable"],
    swap_spreads=_IDENTITY["swap"]["spreads"],
    swap_animals=_IDENTITY["swap"]["min_animals"],
)

SHRINKAGE = differential.ShrinkageLimits(**_DIFFERENTIAL["shrinkage"])
fit_given = partial(differential.fit, shrinkage=SHRINKAGE, levels=LEVELS)
guard_shrinkage = partial(differential.guard_shrinkage, limits=SHRINKAGE)
minimum_detectable_effect = partial(differential.minimum_detectable_effect, levels=LEVELS)


def fit(
    counts: pd.DataFrame,
    samples: pd.DataFrame,
    design: Design,
    *,
    alpha: float,
    unused_for_size_factors: Set[str] = frozenset(),
) -> tuple[pd.DataFrame, DataSet]:
    """Fit with the size factors of these counts: the genes, and the data set."""
    factors = estimate_size_factors(counts, unused_for_size_factors).set_index("sample")["size_factor"]
    return fit_given(counts, samples, design, alpha=alpha, size_factors=factors)[:2]


count_outlier_genes = partial(accounting.count_outlier_genes, **_DIFFERENTIAL["outlier_genes"])

rotation_test = partial(rotation.rotation_test, n_rotations=DEFAULTS["gene_sets"]["rotations"])
camera = partial(camera_test.camera, min_correlation=_TESTS["least_correlation"])
score_tests = partial(scores.score_tests, levels=LEVELS)
