"""Which sex the expression shows, and whether it is the stated one; nothing is relabelled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from claimcheck.core.standards import NOT_MEASURABLE
from claimcheck.core.tables import listed
from claimcheck.qc.gates import Gate
from claimcheck.sourcing.characteristics import sex_of_text

FEMALE, MALE, MIXED, UNDETERMINED = "female", "male", "mixed", "undetermined"


@dataclass(frozen=True)
class SexThresholds:
    """Scores, mean log2(CPM + 1), between which the sexes lie apart.

    Attributes:
        female_min: the female score of a female is at least this.
        female_max: the female score of a male lies below this.
        male_min: the male score of a male is at least this.
        male_max: the male score of a female lies below this.
        trace: share of the study's highest CPM up to which a score counts as low as well, if it is below its `_min`: reads that
            changed samples on the sequencer leave up to a per cent of a neighbour's. 0 = off.
    """

    female_min: float
    female_max: float
    male_min: float
    male_max: float
    trace: float


def check_sex(
    levels: pd.DataFrame,
    stated: Mapping[str, str],
    *,
    female_genes: Sequence[str],
    male_genes: Sequence[str],
    thresholds: SexThresholds,
) -> pd.DataFrame:
    """Call the sex of each sample from its expression and compare it with what is stated.

    Where no female gene has a count in any sample (not in the reference, or out of reach of a 3' library) the male genes
    decide alone. Without male genes in the table only a female can be called, since one silent gene tells nothing.

    Args:
        levels: log2(CPM + 1), genes x samples.
        stated: what the sheet says of each sample, any text.
        female_genes, male_genes: ids of genes that only one sex expresses.
        thresholds: those of the calls.

    Returns:
        sample, stated (normalised), female_score, male_score (mean over the genes in the table; NA without any), called (female,
        male, mixed, undetermined), status (fail: called and stated sex differ; warn: mixed or undetermined; pass; not measurable:
        no such gene is in the table), reason.
    """
    female = _score(levels, female_genes)
    if not (female > 0).any():
        female = female * np.nan
    male = _score(levels, male_genes)
    samples = [str(sample) for sample in levels]
    said = {sample: sex_of_text(stated[sample]) for sample in samples}
    called = _call(female, male, thresholds)
    rows = []
    for sample in samples:
        status, reason = _judge(said[sample], called[sample])
        if np.isnan(female[sample]) and np.isnan(male[sample]):
            status, reason = (
                NOT_MEASURABLE,
                "not measurable: nothing was counted of the genes that tell the sexes apart",
            )
        else:
            reason += _remark(called[sample], female[sample], male[sample], thresholds)
        if status == "fail":
            reason += _swap(sample, said, called)
        rows.append((sample, said[sample], female[sample], male[sample], called[sample], status, reason))
    columns = ["sample", "stated", "female_score", "male_score", "called", "status", "reason"]
    return pd.DataFrame(rows, columns=columns)


def sex_gates(sexes: pd.DataFrame) -> list[Gate]:
    """Make a gate of each sample whose sex could be measured: value is the called sex, threshold the stated one."""
    measured = sexes[sexes["status"] != NOT_MEASURABLE]
    return [
        Gate("sex", row["sample"], row["status"], row["called"], row["stated"], row["reason"])
        for row in measured.to_dict("records")
    ]


def _score(levels: pd.DataFrame, genes: Sequence[str]) -> pd.Series:
    return levels.loc[levels.index.isin(list(genes))].mean()


def _call(female: pd.Series, male: pd.Series, limits: SexThresholds) -> dict[str, str]:
    """Call each sample; comparisons with a score that could not be measured are false."""
    female_high, male_high = female >= limits.female_min, male >= limits.male_min
    female_low = (female < limits.female_max) | (_is_trace(female, limits.trace) & ~female_high)
    male_low = (male < limits.male_max) | (_is_trace(male, limits.trace) & ~male_high)
    is_male = male_high & (female_low | female.isna())
    is_female = (female_high & (male_low | male.isna())) | (female.isna() & male_low)
    called = pd.Series(UNDETERMINED, index=female.index)
    called[female_high & male_high] = MIXED
    called[is_male] = MALE
    called[is_female] = FEMALE
    return {str(sample): str(sex) for sample, sex in called.items()}


def _is_trace(score: pd.Series, trace: float) -> pd.Series:
    cpm = 2**score - 1
    return cpm <= trace * cpm.max() if trace > 0 else pd.Series(False, index=score.index)


def _judge(stated: str, called: str) -> tuple[str, str]:
    if called in {MIXED, UNDETERMINED}:
        known = f"stated {stated}" if stated else "no sex is stated"
        found = (
            "genes of both sexes are expressed: mixed, contaminated or pooled"
            if called == MIXED
            else "neither sex is clear"
        )
        return "warn", f"{known}, {found}"
    if not stated:
        return "pass", f"no sex is stated, the expression is that of a {called}"
    if stated == called:
        return "pass", f"stated {stated}, as the expression shows"
    return "fail", f"identity conflict: stated {stated}, the expression is that of a {called}"


def _remark(called: str, female: float, male: float, limits: SexThresholds) -> str:
    """Say what a call rests on where it is not both scores within their thresholds."""
    if np.isnan(female) or np.isnan(male):
        return " (by the genes of one sex alone)"
    other, low = {MALE: (female, limits.female_max), FEMALE: (male, limits.male_max)}.get(called, (0.0, np.inf))
    return f" (with a trace of the other sex's, {other:.2g}, as a neighbour's reads leave it)" if other >= low else ""


def _swap(sample: str, stated: Mapping[str, str], called: Mapping[str, str]) -> str:
    """Name the samples that this one may have been swapped with: those that conflict the other way."""
    other = [name for name in stated if (stated[name], called[name]) == (called[sample], stated[sample])]
    return (
        f"; it may have been swapped with {listed(other, most=len(other))}, which conflicts the other way"
        if other
        else ""
    )


def complete_sex(samples: pd.DataFrame, called: pd.DataFrame) -> pd.DataFrame:
    """Write sex as female or male: as the sheet states it, else as expression tells it; `sex_from` says which.

    Args:
        samples: sample, sex and more, as text.
        called: sample, called; from `check_sex`.
    """
    stated = samples["sex"].map(sex_of_text)
    calls = dict(zip(called["sample"], called["called"], strict=True))
    told = (
        samples["sample"].map(lambda sample: calls.get(sample, "")).where(lambda sex: sex.isin(["female", "male"]), "")
    )
    source = pd.Series("", index=samples.index).mask(told != "", "expression").mask(stated != "", "sheet")
    completed = samples.assign(sex=stated.where(stated != "", told))
    return completed.drop(columns="sex_from", errors="ignore").assign(sex_from=source)
