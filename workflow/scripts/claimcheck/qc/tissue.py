"""Is the tissue what it is said to be: the genes that it must express."""

from typing import Any

import numpy as np
import pandas as pd

from claimcheck.qc.gates import Gate, number
from claimcheck.qc.identity import CONFIRMED, CONTRADICTED
from claimcheck.qc.panels import select_genes
from claimcheck.quantification.genes import Annotation


def assess_tissue(
    normalised: pd.DataFrame, tpm: pd.DataFrame | None, rule: dict[str, Any], annotation: Annotation
) -> tuple[tuple[str, str, str], Gate]:
    """Look whether the samples express what their tissue must express.

    Args:
        normalised: normalised counts, genes x samples.
        tpm: TPM, genes x samples; None where there are none.
        rule: `identity.tissue` of the configuration.
        annotation: the genes and the members of the curated sets.

    Returns:
        Question, outcome and sentence, and the gate. It never fails: claims that need the tissue are not tested then, and the
        study itself goes on.

    Raises:
        StudyError: there is no such panel.
    """
    named = {"sets": [rule["panel"]] if rule["panel"] else []}
    where = "config/config.yaml, identity.tissue.panel"
    panel = select_genes(named, annotation.members, annotation.genes, where=where) or frozenset()
    markers = [gene for genes in rule["markers"] for gene in genes]
    symbols = dict(zip(markers, annotation.symbols_of(markers), strict=True))
    panel_tpm = None if tpm is None else tpm.loc[tpm.index.isin(panel)]
    outcome, sentence = judge_tissue(normalised, panel_tpm, rule, symbols)
    status = "pass" if outcome == CONFIRMED else "warn"
    return ("tissue", outcome, sentence), Gate("tissue", "study", status, outcome, "", sentence)


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
