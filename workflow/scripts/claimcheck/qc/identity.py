"""Is the deleted gene gone: its level beside that of other cells that make it, and who may have been swapped.

Cells that cling to a sample can carry most of the gene's transcript over, so a level that does not fall is no evidence
against a deletion, and a level that falls with these cells is none for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from claimcheck.core.tables import listed
from claimcheck.deseq2.design import Design
from claimcheck.deseq2.levels import log2_cpm
from claimcheck.qc.exons import find_falling_block
from claimcheck.qc.gates import Gate
from claimcheck.qc.regression import Coefficient, coefficients, last_coefficient

CONFIRMED, UNCONFIRMED, CONTRADICTED = "confirmed", "unconfirmed", "contradicted"
STATUS = {CONFIRMED: "pass", UNCONFIRMED: "warn", CONTRADICTED: "fail"}
"""Of the gate, by the outcome."""

LEVEL_COLUMNS = ("sample", "condition", "log2_cpm", "marker_score", "residual")
EFFECT_COLUMNS = ("effect", "estimate", "ci95_low", "ci95_high", "p_value", "df", "n_test", "n_reference")


@dataclass(frozen=True)
class Question:
    """What is asked of the deleted gene.

    Attributes:
        symbol: of the deleted gene.
        marker_name: the cells that make the gene as well, such as neutrophil; "" where none is configured.
        threshold: log2 fold change that counts as a fall or a rise, positive.
        markers_differ: whether the groups differ in these cells by more than a limit, so that the unadjusted level says nothing.
        markers_p: two-sided p-value of that difference; NaN where it was not tested.
        inseparable: p-value below which they differ beyond chance, so that the adjusted level says nothing either.
        swap_spreads: pooled standard deviations by which exchanged labels must separate the groups before a pair counts as swapped.
        swap_animals: animals that each group needs for it.
    """

    symbol: str
    marker_name: str
    threshold: float
    markers_differ: bool
    markers_p: float
    inseparable: float
    swap_spreads: float
    swap_animals: int

    @property
    def level_says_nothing(self) -> bool:
        """Whether the groups differ in these cells beyond chance."""
        return self.markers_p < self.inseparable


@dataclass(frozen=True)
class Exons:
    """What the reads say of the gene's exons; only where there are reads, and a transcript with more than one exon.

    Attributes:
        lost: names the exons that are lost, such as "exons 3 to 5"; "" if none is.
        carriers: samples in which a transcript without these exons was found.
        evidence: what was seen, a clause.
        by_depth: whether the loss shows in the depth of the exons alone, without a junction that tells single samples.
        readable: whether there are reads enough to tell the exons apart, so that a loss would show.
    """

    lost: str
    carriers: frozenset[str]
    evidence: str
    by_depth: bool = False
    readable: bool = True


@dataclass(frozen=True)
class Assessment:
    """What was found about the deleted gene; without one, nothing.

    Attributes:
        levels: LEVEL_COLUMNS, a row a sample.
        effects: EFFECT_COLUMNS, a row an estimate.
        outcomes: question, outcome and sentence.
        gates: on the outcome, and on samples whose exons do not fit their label.
    """

    levels: pd.DataFrame
    effects: pd.DataFrame
    outcomes: list[tuple[str, str, str]]
    gates: list[Gate]


def assess_knockout(
    counts: pd.DataFrame,
    samples: pd.DataFrame,
    *,
    seen: Exons | None,
    gene: tuple[str, str] | None,
    settings: Mapping[str, Any],
    composition: pd.DataFrame,
    size_factors: "pd.Series[float]",
    design: Design,
) -> Assessment:
    """Look whether the test group lacks the deleted gene.

    Args:
        counts: integers, genes x samples.
        samples: sample, condition.
        seen: what the reads say of the gene's exons.
        gene: id and symbol of the deleted gene; None where the study deletes none.
        settings: `identity` of the configuration.
        composition: panel, differs and p_t, of all panels that were compared.
        size_factors: by sample.
        design: the groups.
    """
    if gene is None:
        return Assessment(pd.DataFrame(columns=list(LEVEL_COLUMNS)), pd.DataFrame(columns=list(EFFECT_COLUMNS)), [], [])
    other = settings["other_source"]
    levels = gene_levels(log2_cpm(counts, size_factors), samples, gene[0], other["genes"])
    estimated = level_effects(levels, design)
    levels["residual"] = residuals_to_reference(levels, design)
    panel = composition[composition["panel"] == other["panel"]]
    question = Question(
        symbol=gene[1],
        marker_name=other["name"],
        threshold=settings["threshold"],
        markers_differ=bool(panel["differs"].eq(True).any()),
        markers_p=float(panel["p_t"].iloc[0]) if len(panel) else np.nan,
        inseparable=other["inseparable"],
        swap_spreads=settings["swap"]["spreads"],
        swap_animals=settings["swap"]["min_animals"],
    )
    outcome, sentence = judge_knockout(levels, estimated, seen, question, design)
    gates = [Gate("knockout", "study", STATUS[outcome], outcome, "", sentence)]
    odd = discordant(levels, seen, design)
    if odd and outcome != CONTRADICTED:
        reason = f"the exons of {listed(odd, most=10)} do not fit the label: results without them are needed"
        gates.append(Gate("discordant_exons", "study", "warn", len(odd), 0, reason))
    return Assessment(levels, _as_table(estimated, levels, design), [("knockout", outcome, sentence)], gates)


def read_exons(exon_table: pd.DataFrame, carriers: pd.DataFrame, design: Design, *, depth_p: float) -> Exons | None:
    """Say what the exons show: a junction that skips some in certain samples, else a fall of depth between the groups.

    Args:
        exon_table, carriers: exons and calls from `exons.join_profiles`; empty where the reads say nothing.
        design: the groups.
        depth_p: p-value up to which depth alone shows a deletion.
    """
    if exon_table.empty:
        return None
    if carriers["recombined"].any():
        first = carriers.iloc[0]
        left, right = int(first["left"]), int(first["right"])
        lost = _range(left + 1, right - 1)
        conditions = exon_table.drop_duplicates("sample").set_index("sample")["condition"]
        recombined = set(carriers.loc[carriers["recombined"], "sample"])
        numbers = []
        for condition in (design.test, design.reference):
            of_group = list(conditions.index[conditions == condition])
            numbers.append(f"{len(recombined & set(of_group))} of {len(of_group)} {condition}")
        evidence = f"reads join exon {left} to exon {right}, past {lost}, in {' and '.join(numbers)} samples"
        return Exons(lost=lost, carriers=frozenset(recombined), evidence=evidence)
    block = find_falling_block(exon_table, test=design.test, reference=design.reference)
    if block is None:
        words = "the reads are too few to tell its exons apart"
        return Exons(lost="", carriers=frozenset(), evidence=words, readable=False)
    lost = _range(block.left, block.right)
    words = (
        f"depth of {lost} beside the others: log2 {block.effect:.2f}, 95 % interval {block.ci95_low:.2f} to {block.ci95_high:.2f}, "
        f"p {block.p_bonferroni:.2g} after {block.n_blocks} runs of exons, {design.test} / {design.reference}"
    )
    falls = block.p_bonferroni <= depth_p and block.separated and block.ci95_high < 0
    return Exons(lost if falls else "", frozenset(), f"no junction skips exons; {words}", by_depth=falls)


def _range(first: int, last: int) -> str:
    return f"exon {first}" if first == last else f"exons {first} to {last}"


def _as_table(estimated: dict[str, Coefficient], levels: pd.DataFrame, design: Design) -> pd.DataFrame:
    sizes = levels["condition"].value_counts()
    table = pd.DataFrame([{"effect": name, **effect._asdict()} for name, effect in estimated.items()])
    return table.assign(df=table["df"].astype(np.int64), n_test=sizes[design.test], n_reference=sizes[design.reference])


def gene_levels(log2_cpm: pd.DataFrame, samples: pd.DataFrame, gene: str, markers: Sequence[str]) -> pd.DataFrame:
    """Put the deleted gene's level beside the score of the cells that make it as well.

    Args:
        log2_cpm: genes x samples.
        samples: sample, condition.
        gene: id of the deleted gene.
        markers: gene ids of the other cells' markers; those that do not vary or are not counted are left out.

    Returns:
        sample, condition, log2_cpm, marker_score (mean z of the markers; NA without markers).
    """
    names = list(samples["sample"])
    values = log2_cpm[names]
    level = values.loc[gene].to_numpy() if gene in values.index else np.zeros(len(names))
    found = values.loc[values.index.isin(list(markers))]
    spread = found.std(axis=1, ddof=1)
    scaled = found.sub(found.mean(axis=1), axis=0).div(spread.where(spread > 0), axis=0).dropna()
    score = scaled.mean().to_numpy() if len(scaled) else np.full(len(names), np.nan)
    return pd.DataFrame(
        {"sample": names, "condition": list(samples["condition"]), "log2_cpm": level, "marker_score": score}
    )


def level_effects(levels: pd.DataFrame, design: Design) -> dict[str, Coefficient]:
    """Estimate the change of the deleted gene, log2 test / reference, without and with its other source held constant.

    Args:
        levels: from `gene_levels`.
        design: the groups.

    Returns:
        "unadjusted", and "adjusted" where there is a marker score: coefficients of the condition in a linear model of log2 CPM.
    """
    is_test = (levels["condition"] == design.test).to_numpy(float)
    ones = np.ones(len(levels))
    values = levels["log2_cpm"].to_numpy(float)
    effects = {"unadjusted": last_coefficient(values, np.column_stack([ones, is_test]))}
    if levels["marker_score"].notna().all():
        matrix = np.column_stack([ones, levels["marker_score"].to_numpy(float), is_test])
        effects["adjusted"] = last_coefficient(values, matrix)
    return effects


def residuals_to_reference(levels: pd.DataFrame, design: Design) -> pd.Series:
    """Return log2 CPM minus the reference group's line on the marker score; minus its mean where it has no line."""
    of_reference = levels[levels["condition"] == design.reference]
    scores = of_reference["marker_score"]
    if len(of_reference) < 3 or scores.isna().any() or scores.nunique() < 2:
        return levels["log2_cpm"] - of_reference["log2_cpm"].mean()
    matrix = np.column_stack([np.ones(len(scores)), scores.to_numpy(float)])
    intercept, slope = coefficients(of_reference["log2_cpm"].to_numpy(float), matrix)
    return levels["log2_cpm"] - intercept - slope * levels["marker_score"]


def judge_knockout(
    levels: pd.DataFrame,
    effects: dict[str, Coefficient],
    exons: Exons | None,
    question: Question,
    design: Design,
) -> tuple[str, str]:
    """Say whether the test group lacks the gene: confirmed, unconfirmed or contradicted, and why in a sentence.

    Confirmed is: exons lost in the whole test group and in no reference sample; or a fall of the level, which is the level,
    adjusted for the other cells, below zero with its 95 % interval, or the unadjusted level at or below minus the threshold with
    its interval below zero, if the groups do not differ in the other cells. Where reads tell the exons apart, a fall confirms only
    if some test samples have lost exons and no reference sample has. Contradicted is: swapped samples, or an adjusted rise with
    its interval above zero. Where the groups differ in the other cells beyond chance, no level confirms or contradicts: a model
    then tells the cells from the deletion by what little they vary within the groups. Samples are never relabelled.

    Args:
        levels: from `gene_levels`.
        effects: from `level_effects`.
        exons: None where they could not be looked at.
        question: what is asked.
        design: the groups.
    """
    adjusted, plain = effects.get("adjusted"), effects["unadjusted"]
    swapped = find_swap(levels, exons, question, design)
    exon_words = f"; {exons.evidence}" if exons and exons.evidence else ""
    words = f"{question.symbol} {_in_words('unadjusted', plain)}"
    if adjusted:
        words += f", {_in_words(f'adjusted for the {question.marker_name} score', adjusted)}"
    carriers = exons.carriers if exons else frozenset()
    test = set(levels.loc[levels["condition"] == design.test, "sample"])
    whole_group = bool(exons and exons.lost and (exons.by_depth or carriers == test))
    decisive = adjusted or plain
    if adjusted and adjusted.ci95_high < 0:
        fall = f"the gene falls beside what the {question.marker_name} score explains"
    elif plain.estimate <= -question.threshold and plain.ci95_high < 0 and not question.markers_differ:
        fall = "the gene falls"
    else:
        fall = ""
    unseen = bool(exons and exons.readable and not (carriers and carriers <= test))
    beyond = f" beyond chance (p = {question.markers_p:.2g})" if question.level_says_nothing else ""
    unreadable = (
        f"{question.symbol} cannot be read here: the groups differ in the {question.marker_name} score{beyond}, "
        "and these cells make the gene as well"
    )
    if swapped:
        outcome, reason = CONTRADICTED, f"{swapped}; nothing was relabelled"
    elif whole_group:
        outcome, reason = CONFIRMED, f"the reads show the deletion in every {design.test} sample and in no other"
    elif question.level_says_nothing:
        outcome, reason = UNCONFIRMED, unreadable
    elif decisive.ci95_low > 0:
        outcome, reason = CONTRADICTED, f"the gene is higher in {design.test}"
    elif fall and unseen:
        outcome, reason = (
            UNCONFIRMED,
            f"{fall}, but the reads do not show that {design.test} samples alone lack exons of it",
        )
    elif fall:
        outcome, reason = CONFIRMED, fall
    elif question.markers_differ:
        outcome, reason = UNCONFIRMED, unreadable
    else:
        outcome = UNCONFIRMED
        reason = "the level neither falls nor rises clearly" + (
            f"; {question.marker_name} cells make the gene as well, and if they make a share f of it, complete deletion elsewhere "
            "changes it by log2(f) only: -1 at one half, -0.3 at four fifths"
            if question.marker_name
            else ""
        )
    return outcome, f"{outcome}: {reason} ({words}{exon_words})"


def find_swap(levels: pd.DataFrame, exons: Exons | None, question: Question, design: Design) -> str:
    """Name a sample of each group that look like each other's, or nothing.

    Where exons tell carriers apart, a test sample without the deletion and a reference sample with it are such a pair, if all
    others agree with their labels. Else a pair is named if exchanging its labels, and nothing but it, separates the groups by
    the threshold and by `swap_spreads` times the spread within them.

    Args:
        levels, exons, question, design: as in `judge_knockout`.
    """
    of_test = levels["condition"] == design.test
    if exons and exons.lost and not exons.by_depth:
        without = sorted(set(levels.loc[of_test, "sample"]) - exons.carriers)
        with_it = sorted(set(levels.loc[~of_test, "sample"]) & exons.carriers)
        if len(without) == len(with_it) == 1 and of_test.sum() > 1 and (~of_test).sum() > 1:
            return (
                f"{without[0]} ({design.test}) has intact exons only, {with_it[0]} ({design.reference}) lacks {exons.lost}: "
                "they may be swapped"
            )
        return ""
    is_test = of_test.to_numpy()
    few = min(is_test.sum(), (~is_test).sum()) < question.swap_animals
    if few or question.markers_differ or question.level_says_nothing or _gap(levels, is_test)[0] >= 0:
        return ""
    names, pairs = list(levels["sample"]), []
    for first, second in product(np.flatnonzero(is_test), np.flatnonzero(~is_test)):
        exchanged = is_test.copy()
        exchanged[[first, second]] = [False, True]
        gap, spread = _gap(levels, exchanged)
        if gap >= max(question.threshold, question.swap_spreads * spread):
            pairs.append((names[first], names[second]))
    if len(pairs) != 1:
        return ""
    return (
        f"{pairs[0][0]} ({design.test}) has {question.symbol} like {design.reference} samples and {pairs[0][1]} "
        f"({design.reference}) like {design.test} samples: they may be swapped"
    )


def discordant(levels: pd.DataFrame, exons: Exons | None, design: Design) -> list[str]:
    """List samples whose exons do not fit their label; where there are any, results without them are needed."""
    if not exons or not exons.lost or exons.by_depth:
        return []
    expected = levels.loc[levels["condition"] == design.test, "sample"]
    return sorted(set(expected) ^ set(exons.carriers))


def _gap(levels: pd.DataFrame, is_test: NDArray[np.bool_]) -> tuple[float, float]:
    """Return the log2 distance by which all of the test group lie below all others, and the pooled SD within the groups.

    The marker score is held constant.
    """
    values = levels["log2_cpm"].to_numpy(float)
    if levels["marker_score"].notna().all():
        scores = levels["marker_score"].to_numpy(float)
        slope = coefficients(values, np.column_stack([np.ones(len(scores)), is_test.astype(float), scores]))[-1]
        values = values - slope * scores
    test, reference = values[is_test], values[~is_test]
    spread = np.sqrt((len(test) * test.var() + len(reference) * reference.var()) / (len(values) - 2))
    return float(reference.min() - test.max()), float(spread)


def _in_words(name: str, effect: Coefficient) -> str:
    if np.isnan(effect.ci95_low):
        return f"{name}: log2 fold change {effect.estimate:.2f}, no interval"
    return (
        f"{name}: log2 fold change {effect.estimate:.2f}, 95 % interval {effect.ci95_low:.2f} to {effect.ci95_high:.2f}"
    )
