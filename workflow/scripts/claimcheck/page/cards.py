"""All evidence of one claim in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from claimcheck.claims.model import LEFT_OUT, Claim, Register
from claimcheck.core.tables import listed
from claimcheck.figures.claims import MARKS, direction_of, in_reading_order, kind_of, mde_side, records, unit_of
from claimcheck.page.conditions import Condition, conditions_of
from claimcheck.page.forest import Scale, draw_axis, draw_row, scale_of
from claimcheck.page.set_names import SetNames, true_minus
from claimcheck.page.strips import Strip, draw_strip
from claimcheck.page.study_words import Study
from claimcheck.page.tables import Column, Table, as_table, interval_text, probability, two, words

_MOST_STRIPS = 8
_ARROWS = {1: "↑", -1: "↓", 0: "↕"}


@dataclass(frozen=True)
class Gene:
    """A gene of a set: what it does, and whether that is against the claim."""

    gene_id: str
    symbol: str
    effect: str
    against: bool


@dataclass(frozen=True)
class Card:
    """A claim as the page shows it: what its row says, and what opens under it.

    Attributes:
        arrow, predicted: the predicted direction as a sign and in words.
        drawing: effect, interval and limits, "" without effect.
        strips: every sample's level, of each gene or set that the claim rests on.
        adjusted: whether these are adjusted for covariates.
        test: which test decided, and its p.
        others: what other analyses say.
        alone: what each artefact alone would do.
        power: true effect in multiples of the claim's threshold, and the chance of support.
        sources: where its numbers stand and what made them.
    """

    claim: str
    statement: str
    about: str
    mark: str
    kind: str
    verdict: str
    label: str
    leads: bool
    arrow: str
    predicted: str
    drawing: Markup
    effect: str
    interval: str
    sentence: str
    notes: str
    strips: list[Strip]
    adjusted: bool
    conditions: list[Condition]
    test: str
    others: str
    left_out: Table | None
    vetoes: Table | None
    alone: list[str]
    power: list[tuple[str, str]]
    genes: list[Gene]
    sources: list[str]


@dataclass(frozen=True)
class CardGroup:
    """Claims whose effects have one unit, and their scale."""

    title: str
    axis: Markup
    cards: list[Card]


@dataclass(frozen=True)
class Evidence:
    """The tables that cards are made from; their names are those of results/claims."""

    verdicts: pd.DataFrame
    robustness: pd.DataFrame
    leave_one_out: pd.DataFrame
    vetoes: pd.DataFrame
    members: pd.DataFrame
    levels: pd.DataFrame
    genes: pd.DataFrame
    samples: pd.DataFrame
    names: SetNames


def group_cards(evidence: Evidence, register: Register, study: Study, more: Mapping[str, Any]) -> list[CardGroup]:
    """Make the card of every claim that has a verdict, by the unit of its effect.

    Args:
        evidence: the tables.
        register: the claims register.
        study: names of the conditions.
        more: by claim, what other parts of the page work out: `alone`, `power` and `vetoes`.
    """
    shown = evidence.verdicts[~evidence.verdicts["kind"].isin(["not_testable", "exploratory"])]
    shown = in_reading_order(shown, register.lead)
    units = {"premise": "What the claims suppose", "gene": "Claims about genes", "set": "Claims about gene sets"}
    unit = shown["claim"].map(
        lambda name: "premise" if register.claims[name].kind == "quality" else unit_of(register, register.claims[name])
    )
    shown = shown.assign(threshold=[register.claims[name].threshold for name in shown["claim"]])
    groups = []
    for name in ("gene", "set", "premise"):
        rows = shown[unit == name]
        if len(rows):
            scale = scale_of(rows)
            cards = [_card(row, evidence, register, study, scale=scale, more=more) for row in records(rows)]
            groups.append(CardGroup(units[name], Markup("") if name == "premise" else draw_axis(scale), cards))
    return groups


def _card(
    row: dict[str, Any], evidence: Evidence, register: Register, study: Study, *, scale: Scale, more: Mapping[str, Any]
) -> Card:
    name = str(row["claim"])
    claim, kind = register.claims[name], kind_of(int(row["rule"]))
    left_out, vetoes = (table[table["claim"] == name] for table in (evidence.leave_one_out, evidence.vetoes))
    panels = vetoes[vetoes["veto"].isin(register.vetoes)]
    verdicts = evidence.verdicts.set_index("claim")
    members = evidence.members[evidence.members["claim"] == name]
    levels = _levels(evidence.levels[evidence.levels["claim"] == name], evidence.samples, study)
    predicted = _predicted(register, claim, study)
    side = mde_side(register, claim)
    return Card(
        claim=name,
        statement=claim.statement,
        about="; ".join(claim.about),
        mark=MARKS[kind],
        kind=kind.replace(" ", "-"),
        verdict=str(row["verdict"]),
        label="; ".join(
            part for part in (str(row["label"] or ""), evidence.names.plain(looked_at(claim, row))) if part
        ),
        leads=name in register.lead,
        arrow=predicted[0],
        predicted=predicted[1],
        drawing=draw_row({**row, "mde_sides": (side,) if side else (-1, 1)}, scale),
        effect=two(float(row["effect"])) if pd.notna(row["effect"]) else "",
        interval=interval_text(row["ci95_low"], row["ci95_high"]),
        sentence=evidence.names.both(true_minus(str(row["sentence"]))),
        notes=claim.notes,
        strips=_strips(levels, evidence.names, study),
        adjusted=bool((levels["level"] - levels["value"]).abs().gt(1e-9).any()),
        conditions=conditions_of(
            {**row, "of": evidence.names.plain(str(row["of"] or ""))}, register, verdicts, left_out, panels
        ),
        test=_test(row, claim),
        others=_others(evidence.robustness[evidence.robustness["claim"] == name], study.subject),
        left_out=_left_out(left_out, claim, str(row["of"] or ""), study) if left_out["effect"].notna().any() else None,
        vetoes=more["vetoes"].get(name),
        alone=more["alone"].get(name, []),
        power=more["power"].get(name, []),
        genes=_genes(members, evidence.genes, claim.direction) if claim.sets else [],
        sources=_sources(name, claim),
    )


def _strips(levels: pd.DataFrame, names: SetNames, study: Study) -> list[Strip]:
    """Draw the first genes or sets of a claim, sample by sample."""
    shown = list(levels.dropna(subset=["value"]).groupby("of", sort=False))[:_MOST_STRIPS]
    return [draw_strip(own, names.both(str(of)), _groups(study)) for of, own in shown]


def _levels(levels: pd.DataFrame, samples: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Add group, sex and the value that is drawn: adjusted for covariates, but not in an interaction with its main effects."""
    second = [study.interaction["factor"]] if study.interaction else []
    sheet = samples.reindex(columns=["sample", "condition", "sex", *second]).fillna("")
    sheet = sheet.loc[:, ~sheet.columns.duplicated()]
    group = sheet[second[0]].astype(str) + " " + sheet["condition"] if second else sheet["condition"]
    joined = levels.merge(sheet.assign(group=group)[["sample", "group", "sex"]], on="sample")
    return joined.assign(value=joined["level" if second else "level_adjusted"])


def _groups(study: Study) -> dict[str, str]:
    """Name the groups from left to right: the reference first; of an interaction both groups of a level side by side."""
    groups = {study.reference: "reference", study.test: "test"}
    if not study.interaction:
        return groups
    return {
        f"{study.interaction[level]} {name}": colour
        for level in ("reference", "test")
        for name, colour in groups.items()
    }


def looked_at(claim: Claim, row: dict[str, Any]) -> str:
    """Say what an effect is the effect of, where more than one gene or set decides."""
    of = f"; effect of {row['of']}" if row["of"] else ""
    if claim.members:
        return f"decided by {listed(claim.members)}" + (" and controls" if claim.kind == "specificity" else "") + of
    if claim.kind == "multi_source":
        return f"{claim.at_least} or more of several sets{of}"
    if any(gene.model for gene in claim.genes):
        return f"genes one by one{of}, in the direction that the model says"
    n_genes = pd.to_numeric(pd.Series([row.get("n_genes")]), errors="coerce").iloc[0]
    return f"set of {n_genes:.0f} genes" if claim.sets and n_genes > 0 else ""


def _predicted(register: Register, claim: Claim, study: Study) -> tuple[str, str]:
    """Give the predicted direction as a sign, and in words."""
    if claim.kind == "quality":
        return "", ""
    if claim.kind == "equivalence":
        return "≈", "predicted: no change"
    if claim.kind == "specificity":
        return "≈", f"predicted: no change of the controls beside {listed(claim.members)}"
    if claim.kind == "noninferiority":
        side = "higher" if claim.direction > 0 else "lower"
        return {1: "≥", -1: "≤"}[claim.direction], f"predicted: kept, or {side} in {study.effect.up}"
    direction = direction_of(register, claim)
    told = {1: f"higher in {study.effect.up}", -1: f"lower in {study.effect.up}", 0: "a change, either way"}[direction]
    return _ARROWS[direction], f"predicted: {told}"


def _test(row: dict[str, Any], claim: Claim) -> str:
    """Say which test decided, in which direction, and its p before and after adjustment."""
    if claim.kind == "quality" or claim.members or pd.isna(row["p_value"]):
        return ""
    if claim.margins:
        how = "one-sided tests against the margin, the larger of their p"
    elif claim.direction:
        how = "one-sided, in the predicted direction"
    else:
        how = "two-sided"
    of_gene = "the larger p of the Wald test and, with few samples, of the moderated t-test"
    by = "the rotation test (ROAST) of the set" if claim.sets else of_gene
    adjusted = f"{probability(row['p_adjusted'])} after adjustment over all claims"
    more = (
        " The table of genes has the two-sided p of the Wald test alone, and its narrower interval."
        if not claim.sets and claim.direction
        else ""
    )
    return f"Decided by {by}, {how}: p = {probability(row['p_value'])}, {adjusted}.{more}"


def _others(rows: pd.DataFrame, subject: str) -> str:
    """Sum up what other analyses say."""
    own = rows[rows["counted"].eq(True) & rows["agrees"].notna()]
    effects = own["effect"].dropna()
    if effects.empty:
        return ""
    against = own[own["agrees"].eq(False)]
    left_out = int(own["axis"].eq(LEFT_OUT).sum())
    told = (
        f"{int(own['agrees'].eq(True).sum())} of {len(own)} other analyses agree"
        + (f", {left_out} of which leave out one {subject} each" if left_out else "")
        + f"; their effects lie between {two(effects.min())} and {two(effects.max())}."
    )
    if against.empty:
        return told
    kinds = against["axis"].str.replace("_", " ").value_counts()
    named = ", ".join(f"{axis} ({n})" for axis, n in kinds.items())
    return f"{told} Those that do not agree vary: {named}."


def _left_out(rows: pd.DataFrame, claim: Claim, of: str, study: Study) -> Table:
    shown = rows.assign(interval=[interval_text(row["ci95_low"], row["ci95_high"]) for row in records(rows)])
    columns = [
        Column("sample", f"without {study.subject}", words),
        Column("effect", "effect", two),
        Column("interval", "95 % interval", words),
        *([] if claim.margins else [Column("p_value", "p, one-sided", probability)]),
    ]
    words_on_p = "" if claim.margins else "; p in the claim's direction, not adjusted"
    effect = f"The effect of {of}" if of else "The effect"
    return as_table(shown, columns, f"{effect} without each {study.subject}{words_on_p}.")


def _genes(members: pd.DataFrame, genes: pd.DataFrame, direction: int) -> list[Gene]:
    """List the genes of a claim's sets, those that move most first."""
    tested = genes.reindex(columns=["gene_id", "symbol", "log2_fold_change"])
    known = members.drop_duplicates("gene_id").merge(tested, on="gene_id", how="left")
    known = known.assign(size=-known["log2_fold_change"].abs()).sort_values(["size", "gene_id"])
    columns = known[["gene_id", "symbol", "log2_fold_change", "weight"]]
    return [
        Gene(gene, str(symbol) if pd.notna(symbol) and symbol else gene, two(effect), effect * weight * direction < 0)
        for gene, symbol, effect, weight in columns.itertuples(index=False, name=None)
    ]


def _sources(name: str, claim: Claim) -> list[str]:
    """Say in which tables a claim's numbers stand, and which rule and script made them."""
    tables = ["verdicts", "levels", "robustness", "leave_one_out", "vetoes"]
    files = ", ".join(f"results/claims/{table}.tsv" for table in (tables if claim.kind != "quality" else tables[:1]))
    return [
        f"Rows {name} of {files}: rule evaluate_claims, workflow/scripts/evaluate_claims.py.",
        f"Prediction and limits stand in the register under {name}.",
    ]
