"""How often is a claim supported where nothing is to be found: random sets, shuffled labels, and genes that should not move."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.claims.artefacts import READOUT
from claimcheck.claims.evidence import Conclusion
from claimcheck.claims.false_support import Draws
from claimcheck.claims.model import Register
from claimcheck.claims.random_sets import draw_random_sets
from claimcheck.claims.shuffled_labels import shuffle_labels
from claimcheck.claims.specifications import Model
from claimcheck.claims.tests import Data
from claimcheck.gene_sets.comparison import Comparison

CONTROL_COLUMNS = (
    "control",
    "claim",
    "n_draws",
    "share_supported",
    "share_rotation",
    "share_camera",
    "share_score",
    "correlation",
    "correlation_drawn",
    "effect",
    "ci95_low",
    "ci95_high",
    "p_value",
    "note",
)
CALIBRATION_COLUMNS = ("control", "claim", "run", "draw", "effect", "p_rotation", "p_camera", "p_score")


def run_controls(
    register: Register,
    data: Data,
    comparison: Comparison,
    *,
    model: Model,
    primary: Mapping[str, Conclusion],
    set_tests: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run the negative controls of the register.

    A draw counts as support if the primary analysis alone would call it supported, with its p-value among those of all claims; what
    claims ask for besides (companions, leading edge, robustness) is taken as met, so that the rate is an upper bound.

    Args:
        register: the claims register.
        data: what is measured.
        comparison, model: of the primary analysis.
        primary: its conclusions.
        set_tests: its tests of sets, from `tests.measure_sets`.

    Returns:
        One row a control and claim, columns CONTROL_COLUMNS: shares are of draws that are supported, or have a p-value in the
        claim's direction of at most the level; and one row a draw, columns CALIBRATION_COLUMNS.
    """
    controls = [
        draw_random_sets(register, data, comparison, primary),
        shuffle_labels(register, data, model),
    ]
    rows = [row for draws in controls for row in _summarise(draws, register.rules.alpha)]
    calibration = [(draws.control, *row) for draws in controls for row in draws.rows]
    summary = pd.DataFrame(
        [*rows, *_housekeeping(set_tests, register.primary["negative_controls"].get("housekeeping", ""))]
    )
    return summary.reindex(columns=list(CONTROL_COLUMNS)), pd.DataFrame(calibration, columns=list(CALIBRATION_COLUMNS))


def _summarise(draws: Draws, alpha: float) -> list[dict[str, object]]:
    rows = []
    for claim, supported in draws.supported.items():
        p_values = np.array([row[4:] for row in draws.rows if row[0] == claim], dtype=float).reshape(-1, 3)
        calls = (p_values <= alpha).mean(axis=0) if len(p_values) else [np.nan] * 3
        target, reached = draws.correlations.get(claim, (np.nan, np.nan))
        row = {
            "control": draws.control,
            "claim": claim,
            "n_draws": len(supported),
            "share_supported": float(np.mean(supported)),
            **dict(zip(("share_rotation", "share_camera", "share_score"), calls, strict=True)),
            "correlation": target,
            "correlation_drawn": reached,
            "note": draws.note,
        }
        rows.append(row)
    return rows


def _housekeeping(set_tests: pd.DataFrame, name: str) -> list[dict[Hashable, Any]]:
    own = set_tests[(set_tests["role"] == READOUT) & (set_tests["run"] == name) & (set_tests["n_genes"] > 0)]
    taken = {"p_rotation_two_sided": "p_value", "inter_gene_correlation": "correlation"}
    rows = own[["effect", "ci95_low", "ci95_high", *taken]].rename(columns=taken)
    return rows.assign(control="housekeeping genes", claim="", n_draws=1, note=name).to_dict("records")
