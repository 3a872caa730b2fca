"""How much of each sample the reference explains."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from claimcheck.quantification.quantifier_reports import Report


def read_mapping(run_infos: Mapping[str, Path]) -> pd.DataFrame:
    """Collect kallisto's `run_info.json` of each sample.

    Returns:
        sample, n_processed, n_pseudoaligned, n_unique (reads or pairs), share_pseudoaligned (0 to 1), fragment_length
        (nucleotides; missing where it was not measured), fragment_length_assumed (of single-end reads).
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
                "fragment_length": info.get("fragment_length"),
                "fragment_length_assumed": info.get("fragment_length_assumed"),
            }
        )
    return pd.DataFrame(rows).astype({"fragment_length": "float64", "fragment_length_assumed": "float64"})


def mapping_of_reports(reports: Mapping[str, Report], members: Mapping[str, list[str]]) -> pd.DataFrame:
    """Put together what quantifiers say of samples; of samples that are one unit numbers are summed, and lengths averaged.

    Args:
        reports: by sample; not all need have one.
        members: the samples that are summed to each unit.

    Returns:
        As `read_mapping`, a row a unit; what is not known of each of its samples is missing.
    """
    rows = []
    for unit, samples in members.items():
        own = [reports.get(sample) for sample in samples]
        parts: dict[str, list[float | None]] = {
            name: [getattr(report, name) if report else None for report in own]
            for name in ("n_processed", "n_mapped", "n_unique", "fragment_length")
        }
        processed, mapped, unique, length = (float(np.sum(np.array(values, dtype=float))) for values in parts.values())
        rows.append(
            {
                "sample": unit,
                "n_processed": processed,
                "n_pseudoaligned": mapped,
                "n_unique": unique,
                "share_pseudoaligned": mapped / processed if processed else float("nan"),
                "fragment_length": length / len(own),
                "fragment_length_assumed": float("nan"),
            }
        )
    return pd.DataFrame(rows)
