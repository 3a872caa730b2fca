"""How much of each sample the reference explains."""

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd


def read_mapping(run_infos: Mapping[str, Path]) -> pd.DataFrame:
    """Collect kallisto's `run_info.json` of each sample.

    Returns:
        sample, n_processed, n_pseudoaligned, n_unique (reads or pairs), share_pseudoaligned (0 to 1), fragment_length
        (nucleotides; missing for single-end reads).
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
            }
        )
    return pd.DataFrame(rows).astype({"fragment_length": "float64"})
