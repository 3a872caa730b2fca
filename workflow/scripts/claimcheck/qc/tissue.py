"""Is the tissue what it is said to be: the genes that it must express."""

from typing import Any

import numpy as np
import pandas as pd

from claimcheck.qc.gates import number
from claimcheck.qc.identity import CONFIRMED, CONTRADICTED


def judge_tissue(
    normalised: pd.DataFrame,
    panel_tpm: pd.DataFrame | None,
    rule: dict[str, Any],
    symbols: dict[str, str],
) -> tuple[str, str]:
    """Say whether the samples express what their tissue must express: confirmed or contradicted, and why in a sentence.

    Args:
        normalised: normalised counts, genes x samples.
        panel_tpm: TPM of the panel's genes, genes x samples; None where there are no TPM, and then the panel is not looked at.
        rule: `identity.tissue` of the configuration.
        symbols: names of genes for the sentence.
    """
    parts, failed = [], []
    for alternatives in rule["markers"]:
        rows = normalised.loc[normalised.index.isin(alternatives)]
        share = float((rows >= rule["min_count"]).any(axis=0).mean()) if len(rows) else 0.0
        name = " or ".join(symbols.get(gene, gene) for gene in alternatives)
        parts.append(f"{name} in {100 * share:.0f} %")
        if share < rule["min_share"]:
            failed.append(name)
    words = f"at least {rule['min_count']:g} normalised counts of {', '.join(parts)} of the samples"
    if panel_tpm is not None and len(panel_tpm):
        median = float(np.median(panel_tpm.to_numpy()))
        words += f"; median TPM of {rule['panel']}: {number(median)}"
        if median <= rule["min_tpm"]:
            failed.append(rule["panel"])
    if failed:
        return CONTRADICTED, f"{CONTRADICTED}: the samples lack what {rule['name']} expresses ({words})"
    return CONFIRMED, f"{CONFIRMED}: the samples express what {rule['name']} expresses ({words})"
