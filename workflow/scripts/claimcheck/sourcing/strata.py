"""From calls of single samples to the two groups of a study: what varies, which samples compare, and why it can't be decided."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from claimcheck.sourcing.genotype import CRE_ALONE, FLOX_ALONE, Call, call_genotypes
from claimcheck.sourcing.notation import CONFLICT, CONTROL, HETEROZYGOUS, KNOCKOUT, UNKNOWN, Rules
from claimcheck.sourcing.traits import call_age, call_sex, call_tissue, call_treatment, is_in_vitro
from claimcheck.tables import listed

_MIN_GROUP = 2

_COLUMNS = [
    "label",
    "provisional",
    "sex",
    "age",
    "tissue",
    "treatment",
    "stratum",
    "control_kind",
    "evidence",
    "problem",
    "selected",
]


@dataclass(frozen=True)
class Resolution:
    """The samples of a study with their calls; `reasons` is empty if, and only if, two groups are selected.

    `table` has one row a sample: label, provisional (reason or ""), sex, age, tissue, treatment, stratum, control_kind,
    evidence, problem, selected. `notes` says what was left out.
    """

    table: pd.DataFrame
    stratum: str = ""
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def resolve_groups(descriptions: pd.DataFrame, rules: Rules) -> Resolution:
    """Find the knockouts and the controls of a study, or say why they can't be told apart.

    Args:
        descriptions: text, indexed by sample, one column a field. Expression is no argument, on purpose.
        rules: from `notation.compile_rules`.

    Raises:
        ValueError: a sample has two rows; runs are to be joined before.
    """
    if descriptions.index.has_duplicates:
        raise ValueError("descriptions must have one row a sample")
    fields = {sample: {str(name): str(text) for name, text in row.items()} for sample, row in descriptions.iterrows()}
    table = _describe(fields, _confirm(call_genotypes(fields, rules)), rules)
    chosen, reasons = _choose_stratum(table, rules)
    if reasons:
        return Resolution(table[_COLUMNS], reasons=reasons)
    inside, fits = table["stratum"] == chosen, _could_be(table, chosen)
    called = table["label"].isin([KNOCKOUT, CONTROL])
    reasons += _said(table[fits & table["label"].isin([UNKNOWN, CONFLICT])])
    if len(misplaced := table.index[fits & ~inside & called]):
        reasons.append(f"tissue or age of {listed(misplaced)} is not stated, though it is of others")
    of_kind, doubts, notes = _of_control_kind(table[inside & called], rules)
    selected = inside & called & of_kind.reindex(table.index, fill_value=False)
    reasons += doubts + _doubts(table[selected])
    hets = table.index[table["label"] == HETEROZYGOUS]
    notes += [f"heterozygotes left out: {listed(hets, most=20)}"] if len(hets) else []
    notes += [f"other strata left out: {_counted(table[~inside])}"] if (~inside).any() else []
    notes += ["no sample states its tissue"] if not table["tissue"].any() else []
    if not reasons:
        table["selected"] = selected
        table["provisional"] = table["provisional"].mask(selected, "")
    return Resolution(table[_COLUMNS], chosen, reasons, notes)


def _confirm(calls: dict[Hashable, Call]) -> dict[Hashable, Call]:
    """Turn Cre without alleles into a conflict where the study has Cre-only controls."""
    if not any(call.kind == "Cre-only" for call in calls.values()):
        return calls
    problem = "carries Cre, its alleles are not stated, and the study has Cre-only controls"
    return {
        sample: replace(call, label=CONFLICT, provisional="", problem=problem)
        if call.provisional == CRE_ALONE
        else call
        for sample, call in calls.items()
    }


def _describe(
    fields: Mapping[Hashable, Mapping[str, str]], calls: Mapping[Hashable, Call], rules: Rules
) -> pd.DataFrame:
    """Tabulate the calls with all that makes a stratum."""
    sexes = {sample: call_sex(row) for sample, row in fields.items()}
    suffixes = all(how for _, how in sexes.values())
    rows: list[dict[str, Any]] = []
    for sample, row in fields.items():
        call, (sex, how) = calls[sample], sexes[sample]
        tissue, is_included = call_tissue(row, rules)
        rows.append(
            {
                "label": call.label,
                "provisional": call.provisional,
                "sex": sex if how == "word" or suffixes else "",
                "age": call_age(row),
                "tissue": tissue,
                "treatment": call_treatment(row, rules),
                "control_kind": call.kind if call.label == CONTROL else "",
                "evidence": " | ".join(f"{name}: {text}" for name, text, _ in call.evidence),
                "problem": call.problem or ("names no genotype" if call.label == UNKNOWN else ""),
                "selected": False,
                "background": ", ".join(call.background),
                "in_vitro": is_in_vitro(row, rules),
                "eligible": is_included,
                "cre": call.cre,
            }
        )
    columns = [*_COLUMNS, "background", "in_vitro", "eligible", "cre"]
    table = pd.DataFrame(rows, columns=columns, index=pd.Index(list(fields), name="sample"))
    table = table.astype({"in_vitro": bool, "eligible": bool, "selected": bool})
    parts = table[["tissue", "age", "treatment", "background"]].assign(
        culture=table["in_vitro"].map({True: "in vitro", False: ""})
    )
    table["stratum"] = [" | ".join(filter(None, row)) or "all samples" for row in parts.itertuples(index=False)]
    if not table["in_vitro"].all():
        table["eligible"] &= ~table["in_vitro"]
    return table


def _choose_stratum(table: pd.DataFrame, rules: Rules) -> tuple[str, list[str]]:
    """Return the configured stratum, else the largest that holds both genotypes; and what speaks against it."""
    counts = table[table["eligible"]].groupby("stratum")["label"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[KNOCKOUT, CONTROL], fill_value=0)
    both = counts[(counts > 0).all(axis="columns")].sum(axis="columns")
    configured = rules.section["stratum"]
    if not len(both):
        reason = "no stratum holds knockouts and controls: " + (_counted(table) or "there are no samples")
        return "", [reason, *_said(table[table["label"].isin([UNKNOWN, CONFLICT])])]
    if configured:
        reason = f"the configured stratum {configured!r} does not hold both genotypes; there are {_counted(table)}"
        return configured, ([] if configured in both.index else [reason])
    largest = both.index[both == both.max()]
    reason = f"several strata are equally large: {listed(largest)}; configure `stratum`"
    return str(largest[0]), ([reason] if len(largest) > 1 else [])


def _could_be(table: pd.DataFrame, stratum: str) -> "pd.Series[bool]":
    """Mark samples of the stratum, and those whose tissue or age is not stated and which could belong to it."""
    model = table[table["stratum"] == stratum].iloc[0]
    fits = table["treatment"].eq(model["treatment"]) & table["background"].eq(model["background"])
    for name in ("tissue", "age"):
        fits &= table[name].isin([model[name], ""])
    return fits & table["in_vitro"].eq(model["in_vitro"])


def _of_control_kind(group: pd.DataFrame, rules: Rules) -> tuple["pd.Series[bool]", list[str], list[str]]:
    """Mark the knockouts and the one kind of control to compare with, kinds are never mixed; return reasons and notes."""
    is_control = group["label"] == CONTROL
    kinds = sorted(set(group.loc[is_control, "control_kind"]))
    wanted = rules.section["control"] or (kinds[0] if len(kinds) == 1 else "")
    if wanted not in kinds:
        asked = f"the configured `control` is {wanted}" if wanted else "kinds must not be mixed; configure `control`"
        reason = f"the controls are of the kind {listed(kinds)}, and {asked}"
        return pd.Series(True, index=group.index), [reason], []
    of_kind = ~is_control | (group["control_kind"] == wanted)
    others = group.index[~of_kind]
    notes = [f"controls of another kind left out: {listed(others, most=20)}"] if len(others) else []
    return of_kind, [], notes


def _doubts(group: pd.DataFrame) -> list[str]:
    """Say why the knockouts and controls that would be compared can't be."""
    reasons = []
    carries = (group["label"] == KNOCKOUT) & (group["cre"] == "positive")
    if (group["provisional"] == FLOX_ALONE).any() and not carries.any():
        reasons.append(f"{listed(group.index[group['provisional'] != ''])}: {FLOX_ALONE}; no knockout here is said to")
    for label, members in group.groupby("label"):
        provisional = members.index[members["provisional"] != ""]
        if 0 < len(provisional) < len(members):
            reason = members.loc[provisional[0], "provisional"]
            reasons.append(f"{listed(provisional)}: {label} by another notation than the rest of the group ({reason})")
    sizes = group["label"].value_counts().reindex([KNOCKOUT, CONTROL], fill_value=0)
    if sizes.min() < _MIN_GROUP:
        reasons.append(f"{sizes[KNOCKOUT]} knockouts and {sizes[CONTROL]} controls, each group needs {_MIN_GROUP}")
    sexes = group.groupby("label")["sex"].agg(lambda column: "/".join(sorted(set(column))))
    if set(sexes) == {"female", "male"}:
        reasons.append("sex differs wherever genotype does, so the groups may differ by sex")
    return reasons


def _said(open_calls: pd.DataFrame) -> list[str]:
    """Say, problem by problem, which samples are not called."""
    groups = open_calls.groupby(["label", "problem"], sort=True)
    return [f"{listed(group.index)}: {label}, {problem}" for (label, problem), group in groups]


def _counted(table: pd.DataFrame) -> str:
    """List strata with the numbers of their labels."""
    counts = Counter(zip(table["stratum"], table["label"], strict=True))
    return listed((f"{stratum}: {label} {number}" for (stratum, label), number in sorted(counts.items())), most=20)
