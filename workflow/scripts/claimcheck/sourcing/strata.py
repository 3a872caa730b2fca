"""From calls of single samples to the two groups of a study: what varies, which samples compare, and why it can't be decided."""

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from claimcheck.core.tables import listed
from claimcheck.sourcing.ages import group_ages
from claimcheck.sourcing.characteristics import Reading, join_values, read_samples
from claimcheck.sourcing.differences import unexplained
from claimcheck.sourcing.genotype import CRE_ALONE, FLOX_ALONE, Call, as_text, call_genotypes
from claimcheck.sourcing.notation import CONFLICT, CONTROL, HETEROZYGOUS, KNOCKOUT, LONGEST_FIELD, UNKNOWN, Rules

_TITLES = ("sample_title", "library_name", "title", "sample_alias", "experiment_title", "run_alias")

CALL_COLUMNS = (
    "label",
    "scope",
    "provisional",
    "treatment",
    "stratum",
    "control_kind",
    "problem",
    "left_out",
    "selected",
)
"""What a call has beside the columns of a sample sheet."""
_COLUMNS = [*CALL_COLUMNS, "title", "sex", "age", "tissue", "batch", "evidence"]
_PARTS = ["tissue", "age_group", "treatment", "time", "side", "strain", "background", "culture"]
"""What makes a stratum: samples that differ in one of these are never pooled."""
_HOUSING = ("cage", "litter")
"""Batches that mostly hold one genotype, and are many."""


@dataclass(frozen=True)
class Resolution:
    """The samples of a study with their calls; `reasons` is empty if, and only if, two groups are selected.

    `table` has one row a sample: title, label, scope, provisional (reason or ""), sex, age, tissue, treatment, batch, stratum,
    control_kind, evidence, problem, left_out (why, or ""), selected. `notes` says what a reader should know of the selection;
    `doubts` whether the reasons concern more than samples whose genotype is not told.
    """

    table: pd.DataFrame
    stratum: str = ""
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubts: bool = False


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
    readings = read_samples(fields, rules)
    calls = _confirm(call_genotypes(fields, rules))
    table = _describe(fields, readings, calls, rules)
    chosen, reasons = _choose_stratum(table, rules)
    if reasons:
        return Resolution(table[_COLUMNS], reasons=reasons, doubts=True)
    inside, fits = (table["stratum"] == chosen) & ~table["excluded"], _could_be(table, chosen)
    called = table["label"].isin([KNOCKOUT, CONTROL])
    open_calls = _said(table[fits & table["label"].isin([UNKNOWN, CONFLICT])])
    if len(misplaced := table[fits & ~inside & called]):
        reasons.append(f"tissue, age or strain of {_names(misplaced)} is not stated, though it is of others")
    of_kind, doubts, notes = _of_control_kind(table[inside & called], rules)
    selected = inside & called & of_kind.reindex(table.index, fill_value=False)
    selected &= _of_both_sexes(table[selected]).reindex(table.index, fill_value=False)
    reasons += doubts + _doubts(table[selected]) + _differences(fields, readings, table[selected], rules)
    if not reasons and not open_calls:
        table["selected"] = selected
        table["provisional"] = table["provisional"].mask(selected, "")
        table["left_out"] = _why_left_out(table, chosen)
        notes += _remarks(table, selected)
    return Resolution(table[_COLUMNS], chosen, open_calls + reasons, notes, doubts=bool(reasons))


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
    fields: Mapping[Hashable, Mapping[str, str]],
    readings: Mapping[Hashable, Mapping[str, Reading]],
    calls: Mapping[Hashable, Call],
    rules: Rules,
) -> pd.DataFrame:
    """Tabulate the calls with all that makes a stratum."""
    has_conditional = any(call.scope == "conditional" for call in calls.values())
    conditional = bool(rules.section["driver"]) or has_conditional
    rows: list[dict[str, Any]] = []
    for sample, row in fields.items():
        call, read = calls[sample], list(readings[sample].values())
        sexes = join_values(read, "sex")
        tissues = join_values(read, "tissue")
        ages = {label: days for one in read for label, days in one.ages.items()}
        batches = {name: value for one in read for name, value in one.batches.items()}
        # two null alleles beside floxed ones are those of a global deletion
        is_global = (call.scope == "global" and conditional) or (call.scope == "null" and has_conditional)
        background = [*call.background, *(["global knockout"] if is_global else [])]
        rows.append(
            {
                "title": next((row[name] for name in _TITLES if row.get(name)), ""),
                "label": call.label,
                "scope": call.scope,
                "provisional": call.provisional,
                "sex": next(iter(sexes)) if len(sexes) == 1 else "",
                "age": "/".join(sorted(ages)),
                "days": ages,
                "tissue": "+".join(sorted(part.rpartition("/")[2] for part in tissues)),
                "control_kind": call.kind if call.label == CONTROL else "",
                "evidence": " | ".join(f"{name}: {text}" for name, text, _ in call.evidence),
                "problem": call.problem or ("names no genotype" if call.label == UNKNOWN else ""),
                "left_out": "",
                "selected": False,
                "background": ", ".join(background),
                "culture": "cultured cells" if join_values(read, "culture") else "",
                "excluded": bool(join_values(read, "excluded")),
                "eligible": _is_eligible(tissues, rules),
                "cre": call.cre,
                "told_by": {name for name, _, _ in call.evidence},
                "batch": batches.get("batch", ""),
                "batches": {name: value for name, value in batches.items() if name != "group"},
                "group": batches.get("group", ""),
                **{part: "+".join(sorted(join_values(read, part))) for part in ("treatment", "time", "side", "strain")},
            }
        )
    columns = [*_COLUMNS, *_PARTS, "days", "excluded", "eligible", "cre", "told_by", "batches", "group"]
    table = pd.DataFrame(rows, columns=list(dict.fromkeys(columns)), index=pd.Index(list(fields), name="sample"))
    for name in ("excluded", "eligible", "selected"):
        table[name] = table[name].astype(bool)
    table["age_group"] = group_ages(table["days"], rules.section["age_tolerance"])
    table["stratum"] = [" | ".join(filter(None, row)) or "all samples" for row in table[_PARTS].itertuples(index=False)]
    if not (table["culture"] != "").all():
        table["eligible"] &= table["culture"] == ""
    table["eligible"] &= ~table["excluded"]
    return table


def _is_eligible(tissues: set[str], rules: Rules) -> bool:
    """Tell whether all tissues that a sample names belong to the comparison; one that names none may."""
    wanted = {_canonical(name, rules) for name in rules.section["tissues"]}
    return not wanted or all(any(f"{tissue}/".startswith(f"{one}/") for one in wanted) for tissue in tissues)


def _canonical(name: str, rules: Rules) -> str:
    words = rules.vocabulary.find(name)
    return words[0].entry.value if len(words) == 1 else name.lower()


def _choose_stratum(table: pd.DataFrame, rules: Rules) -> tuple[str, list[str]]:
    """Return the stratum to compare: the configured one, else the only one with both genotypes; and what speaks against it.

    Of several that differ in tissue or age alone, the largest. One that samples of unknown genotype could complete counts too.
    """
    counts = table[table["eligible"]].groupby("stratum")["label"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[KNOCKOUT, CONTROL, UNKNOWN, CONFLICT], fill_value=0)
    open_calls = counts.pop(UNKNOWN) + counts.pop(CONFLICT)
    both = counts[(counts > 0).all(axis="columns")].sum(axis="columns")
    is_rival = (counts > 0).any(axis="columns") & (open_calls > 0) & ~counts.index.isin(both.index)
    rivals = (counts.sum(axis="columns") + open_calls)[is_rival]
    configured = rules.section["stratum"]
    if not len(both):
        reason = (
            "no stratum holds knockouts and controls (samples alike in tissue, age, treatment, time, side and strain): "
        )
        reason += _counted(table) or "there are no samples"
        return "", [reason, *_said(table[table["label"].isin([UNKNOWN, CONFLICT])])]
    if configured:
        reason = f"the configured stratum {configured!r} does not hold both genotypes; there are {_counted(table)}"
        return configured, ([] if configured in both.index else [reason])
    possible = pd.concat([both, rivals])
    parts = table.drop_duplicates("stratum").set_index("stratum").loc[possible.index, _PARTS]
    differ = [part.replace("_group", "") for part in _PARTS if parts[part].nunique() > 1]
    largest = str(possible.idxmax())
    if (possible == possible.max()).sum() == 1 and set(differ) <= {"tissue", "age"}:
        return largest, []
    shown = (f"{stratum!r} (such as {_names(table[table['stratum'] == stratum], most=1)})" for stratum in both.index)
    several = (
        f"several strata hold both genotypes, and differ in {listed(differ)}: {'; '.join(shown)}. "
        "Say which one to compare, as samples.conditional_knockout.stratum"
    )
    opened = table[table["stratum"].isin(rivals.index) & table["label"].isin([UNKNOWN, CONFLICT])]
    return largest, ([several] if len(both) > 1 else []) + _said(opened)


def _could_be(table: pd.DataFrame, stratum: str) -> "pd.Series[bool]":
    """Mark samples of the stratum, and those whose tissue, age or strain is not stated and which could belong to it."""
    model = table[table["stratum"] == stratum].iloc[0]
    fits = ~table["excluded"]
    for name in _PARTS:
        fits &= table[name].isin([model[name], ""] if name in ("tissue", "age_group", "strain") else [model[name]])
    return fits


def _of_control_kind(group: pd.DataFrame, rules: Rules) -> tuple["pd.Series[bool]", list[str], list[str]]:
    """Mark the knockouts and the one kind of control to compare with, kinds are never mixed; return reasons and notes."""
    is_control = group["label"] == CONTROL
    kinds = sorted(set(group.loc[is_control, "control_kind"]))
    wanted = rules.section["control"] or (kinds[0] if len(kinds) == 1 else "")
    if wanted not in kinds:
        asked = f"the configured `control` is {wanted}" if wanted else "kinds must not be mixed"
        reason = f"the controls are of the kind {listed(kinds)}, and {asked}: set samples.conditional_knockout.control"
        return pd.Series(True, index=group.index), [reason], []
    of_kind = ~is_control | (group["control_kind"] == wanted)
    others = group[~of_kind]
    notes = [f"controls of another kind left out: {_names(others, most=20)}"] if len(others) else []
    return of_kind, [], notes


def _of_both_sexes(group: pd.DataFrame) -> "pd.Series[bool]":
    """Mark the samples of a sex that both groups have; all where a sex is not stated, or the groups share none."""
    sexes = group.groupby("label")["sex"].agg(set)
    shared = set.intersection(*sexes) if len(sexes) else set()
    return group["sex"].isin(shared) if shared and (group["sex"] != "").all() else pd.Series(True, index=group.index)


def _doubts(group: pd.DataFrame) -> list[str]:
    """Say why the knockouts and controls that would be compared can't be."""
    reasons = []
    carries = (group["label"] == KNOCKOUT) & (group["cre"] == "positive")
    if (group["provisional"] == FLOX_ALONE).any() and not carries.any():
        reasons.append(f"{_names(group[group['provisional'] != ''])}: {FLOX_ALONE}; no knockout here is said to")
    for label, members in group.groupby("label"):
        provisional = members[members["provisional"] != ""]
        if 0 < len(provisional) < len(members):
            reason = provisional["provisional"].iloc[0]
            reasons.append(f"{_names(provisional)}: {label} by another notation than the rest of the group ({reason})")
    scopes = group[group["label"] == KNOCKOUT].groupby("scope")
    if scopes.ngroups > 1:
        named = "; ".join(f"{str(scope) or 'not said'}: {_names(members)}" for scope, members in scopes)
        reasons.append(f"the knockouts may be of two kinds, conditional or not ({named}): name one group in the sheet")
    sexes = group.groupby("label")["sex"].agg(lambda column: "/".join(sorted(set(column))))
    if set(sexes) == {"female", "male"}:
        reasons.append("sex differs wherever genotype does, so the groups may differ by sex")
    for name in sorted({name for row in group["batches"] for name in row}):
        values = pd.Series([row.get(name, "") for row in group["batches"]], index=group.index)
        said = {label: sorted(set(values[group["label"] == label])) for label in (KNOCKOUT, CONTROL)}
        apart = (
            all(said.values())
            and not set.intersection(*map(set, said.values()))
            and 2 * values.nunique() <= len(values)
        )
        if apart and (not any(word in name for word in _HOUSING) or values.nunique() == 2):
            shown = " and ".join(
                f"{label} {listed(one or 'not stated' for one in ones)}" for label, ones in said.items()
            )
            reasons.append(f"{name} goes with the genotype ({shown}), so the groups may differ by it")
    coded = [
        codes for _, codes in group["group"].groupby(group["label"]) if codes.nunique() > 1 and codes.duplicated().any()
    ]
    if coded:
        shown = "; ".join(f"{str(code) or 'none'}: {_names(some)}" for code, some in group.groupby("group"))
        reasons.append(f"what the numbers or letters of groups stand for is not told ({shown})")
    return reasons


def _differences(
    fields: Mapping[Hashable, Mapping[str, str]],
    readings: Mapping[Hashable, Mapping[str, Reading]],
    group: pd.DataFrame,
    rules: Rules,
) -> list[str]:
    """Name the words that some of the compared samples share and nothing explains."""
    columns = sorted({name for sample in group.index for name in readings[sample]})
    said = {name: {fields[sample][name] for sample in group.index} for name in columns}
    unread = [
        f"{name}: differs between samples, and is too long to be read (over {LONGEST_FIELD} characters)"
        for name in columns
        if len(said[name]) > 1
        and max(map(len, said[name])) > LONGEST_FIELD
        and rules.vocabulary.field_meaning(name) not in ("record", "individual")
    ]
    rests = {name: {sample: readings[sample][name].rest for sample in group.index} for name in columns}
    texts = {name: {sample: as_text(name, fields[sample][name], rules) for sample in group.index} for name in columns}
    labels = group["label"].to_dict()
    return unread + unexplained(
        rests,
        texts,
        labels,
        rules.vocabulary,
        lambda samples: _names(group.loc[samples]),
        blocks={sample: tuple(sorted(row.items())) for sample, row in group["batches"].items()},
        told_by=group["told_by"].to_dict(),
    )


def _why_left_out(table: pd.DataFrame, chosen: str) -> list[str]:
    """Say of every sample that is not selected why."""
    model = table[table["stratum"] == chosen].iloc[0]
    reasons = []
    for _, row in table.iterrows():
        other = [row[part] or f"no {part.replace('_group', '')} stated" for part in _PARTS if row[part] != model[part]]
        if row["selected"]:
            reasons.append("")
        elif row["excluded"]:
            reasons.append("said to be excluded")
        elif row["label"] == HETEROZYGOUS:
            reasons.append("heterozygous")
        elif other:
            reasons.append("another group: " + ", ".join(other))
        elif row["sex"] and row["sex"] not in set(table.loc[table["selected"], "sex"]):
            reasons.append(f"{row['sex']}, which the other group lacks")
        else:
            reasons.append(f"another kind of control: {row['control_kind']}")
    return reasons


def _remarks(table: pd.DataFrame, selected: "pd.Series[bool]") -> list[str]:
    """Say what is worth knowing of samples that were selected."""
    ages = sorted(set(table.loc[selected, "age"]) - {""})
    notes = ["no sample states its tissue"] if not table["tissue"].any() else []
    if len(ages) > 1:
        by_label = table[selected].groupby("label")["age"].agg(set)
        along = " although they go with the genotype" if not set.intersection(*by_label) else ""
        notes.append(f"taken for one age{along}: {listed(ages)} (samples.conditional_knockout.age_tolerance)")
    return notes


def _said(open_calls: pd.DataFrame) -> list[str]:
    """Say, problem by problem, which samples are not called."""
    groups = open_calls.groupby(["label", "problem"], sort=True)
    return [f"{_names(group)}: {label}, {problem}" for (label, problem), group in groups]


def _names(samples: pd.DataFrame, most: int = 5) -> str:
    """Write samples with their titles."""
    titles = zip(samples.index, samples["title"], strict=True)
    return listed((f"{sample} ({title})" if title else sample for sample, title in titles), most=most)


def _counted(table: pd.DataFrame) -> str:
    """List strata with the numbers of their labels."""
    counts = Counter(zip(table["stratum"], table["label"], strict=True))
    return listed((f"{stratum}: {label} {number}" for (stratum, label), number in sorted(counts.items())), most=20)
