"""Quality gates: measured values against thresholds; a failed gate stops the study before any result is made."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from claimcheck.errors import StudyError
from claimcheck.tables import listed

GATE_COLUMNS = ("gate", "scope", "status", "value", "threshold", "reason")

_MEANINGS = {
    "pseudoaligned_share": "share of reads (pairs) that the reference explains",
    "pseudoaligned_reads": "reads (pairs) that the reference explains",
    "library_size": "counts in all",
}


def read_mapping(run_infos: Mapping[str, Path]) -> pd.DataFrame:
    """Collect kallisto's `run_info.json` of each sample.

    Returns:
        sample, n_processed, n_pseudoaligned, n_unique (reads or pairs), share_pseudoaligned (0 to 1).
    """
    rows = []
    for sample, path in run_infos.items():
        info = json.loads(path.read_text(encoding="utf-8"))
        processed, aligned = int(info["n_processed"]), int(info["n_pseudoaligned"])
        rows.append(
            {
                "sample": sample,
                "n_processed": processed,
                "n_pseudoaligned": aligned,
                "n_unique": int(info["n_unique"]),
                "share_pseudoaligned": aligned / processed if processed else 0.0,
            }
        )
    return pd.DataFrame(rows)


def gate(name: str, values: Mapping[str, float], *, warn: float, fail: float) -> pd.DataFrame:
    """Hold the value of each sample against the lowest values that pass without a warning, and that pass at all.

    Returns:
        One row a sample with the columns GATE_COLUMNS; threshold is the one that the status is about.
    """
    rows = []
    for sample, value in values.items():
        status = "pass" if value >= warn else "warn" if value >= fail else "fail"  # no number passes no gate
        threshold = fail if status == "fail" else warn
        comparison = "at least" if status == "pass" else "below"
        shown = f"{value:.3g}" if value < 1 else f"{value:,.0f}"
        bound = f"{threshold:.3g}" if threshold < 1 else f"{threshold:,.0f}"
        reason = f"{_MEANINGS[name]}: {shown}, {comparison} {bound}"
        rows.append((name, sample, status, value, threshold, reason))
    return pd.DataFrame(rows, columns=list(GATE_COLUMNS))


def require_passed(gates: pd.DataFrame, *, where: str) -> None:
    """Stop if a gate failed.

    Raises:
        StudyError: naming the samples and reasons.
    """
    failed = gates[gates["status"] == "fail"]
    if len(failed):
        raise StudyError(
            f"a quality gate failed for {listed(failed['scope'].unique())}",
            where=f"{where}: {listed(failed['scope'] + ', ' + failed['reason'])}",
            expected="every sample at or above the `fail` thresholds of `quality` in config/config.yaml",
            remedy=(
                "check that the reference is that of the samples' organism; leave a failing sample out by stating the others "
                "in config/samples.tsv; or lower the threshold, which the report will show"
            ),
        )
