"""How the paper's own fold changes go with those of the study, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from claimcheck.core.tables import listed
from claimcheck.deseq2.published import SAME_GENE, summarise
from claimcheck.page.study_words import Study
from claimcheck.page.tables import two


@dataclass(frozen=True)
class PublishedView:
    """What the page says of the paper's own table, and "" or what follows if its fold changes are opposed to these as a rule."""

    sentences: list[str]
    warning: str


def describe_published(compared: pd.DataFrame, keys: Mapping[str, Any], study: Study) -> PublishedView:
    """Say how many genes both have, and how far they agree.

    Args:
        compared: results/differential/published.tsv.
        keys: the part `study` of the configuration.
        study: alpha, and the names of the groups.
    """
    agreement = summarise(compared, study.alpha)
    name = keys["published_results"]["source"] or "The paper’s own table"
    sentences = [
        f"{name} has {agreement.n_published:,} genes with a fold change; {agreement.n_compared:,} have one here."
    ]
    lost = compared[~compared["match"].isin(SAME_GENE)]
    if len(lost):
        reasons = [
            f"{len(rows):,} {reason} ({listed(rows['published_gene'], most=3)})"
            for reason, rows in lost.groupby("match")
        ]
        sentences.append(f"Not compared: {'; '.join(reasons)}.")
    if np.isfinite(agreement.correlation):
        sentences.append(f"Their correlation is {two(agreement.correlation)}.")
    if agreement.n_called:
        sentences.append(
            f"Of {agreement.n_called:,} that the paper calls (adjusted p below {study.alpha:g}), {agreement.n_same_sign:,} change "
            f"in the same direction here, and {agreement.n_called_here:,} are called here."
        )
    elif agreement.n_called is None and agreement.n_compared:
        sentences.append(
            "The table has no adjusted p-values, so that nothing is said of the genes that the paper calls."
        )
    warning = ""
    if agreement.is_opposed:
        warning = (
            f"The signs are opposed as a rule. Either the table gives {study.reference} over {study.test} "
            "(then set study.published_results.reversed), or the groups are exchanged in the paper or in the archive: find out "
            "which before you believe any direction on this page."
        )
    return PublishedView(sentences, warning)
