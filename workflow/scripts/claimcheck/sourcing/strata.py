"""From calls of single samples to the two groups of a study: what varies, which samples compare, and why it can't be decided."""

import re
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from claimcheck.sourcing import genotype as gt
from claimcheck.sourcing.genotype import CONFLICT, CONTROL, HETEROZYGOUS, KNOCKOUT, UNKNOWN, Call, Finding, Rules
from claimcheck.tables import listed

MIN_GROUP = 2
PASTED_TOKENS = 4
"""Words that a text must share with all others before a Cre named in them counts as a pasted title."""

_UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_AGE = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)[\s_-]?(w(?:ee)?ks?|w\.?o\.?|w|mo(?:nths?)?|m\.o\.?|days?|y(?:ea)?rs?)(?![a-z])", re.I
)
_EMBRYONIC = re.compile(r"(?<![a-z0-9])E(\d{1,2}\.5)(?!\d)")
_DAYS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?d(?![a-z])", re.I)
_SEX_SUFFIX = re.compile(r"(?:^|[-_ ])([mf])[-_ ]?\d+(?=$|[-_ .])", re.I)
_SEX_WORDS = {"female": re.compile(r"(?<![a-z])females?(?![a-z])|\u2640", re.I)}
_SEX_WORDS["male"] = re.compile(r"(?<![a-z])males?(?![a-z])|\u2642", re.I)
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


def call_sex(fields: Mapping[str, str]) -> tuple[str, str]:
    """Return (female, male or "", how it is known): word; suffix, as in `KO_M3`, which is a hint only; or ""."""
    texts = {name: gt.clean(text) for name, text in fields.items()}
    said = {sex for sex, word in _SEX_WORDS.items() if any(word.search(text) for text in texts.values())}
    letters = [text.lower() for name, text in texts.items() if re.search("sex|gender", name, re.I)]
    said |= {sex for sex in _SEX_WORDS if sex[0] in letters}
    if said:
        return (said.pop(), "word") if len(said) == 1 else ("", "")
    hints = {match[1].lower() for text in texts.values() for match in _SEX_SUFFIX.finditer(text)}
    return ({"f": "female", "m": "male"}[hints.pop()], "suffix") if len(hints) == 1 else ("", "")


def call_age(fields: Mapping[str, str]) -> str:
    """Return the age with its unit, several joined by /, or "". A bare number is no age; `d` is one in a field of ages."""
    ages = set()
    for name, raw in fields.items():
        text = gt.clean(raw)
        ages |= {f"{match[1]} {_UNITS[match[2][0].lower()]}" for match in _AGE.finditer(text)}
        ages |= {f"E{match[1]}" for match in _EMBRYONIC.finditer(text)}
        if re.search(r"(?<![a-z])(?:age|stage)(?![a-z])", name.replace("_", " "), re.I):
            ages |= {f"{match[1]} days" for match in _DAYS.finditer(text)}
    return "/".join(sorted(ages))


def call_tissue(fields: Mapping[str, str], rules: Rules) -> tuple[str, bool]:
    """Return the tissue's configured words, else the text of the field `tissue`; and whether it belongs to the comparison."""
    texts = {name: gt.clean(text) for name, text in fields.items()}
    include, exclude = (rules.section["tissues"][key] for key in ("include", "exclude"))
    words = _words(exclude, texts)
    if words:
        return "+".join(words), False
    words = _words(include, texts)
    if words:
        return "+".join(words), True
    stated = [
        text.lower() for name, text in texts.items() if re.fullmatch("tissue|organ|tissue_type", name, re.I) and text
    ]
    return "+".join(sorted(set(stated))), not (include and stated)


def call_treatment(fields: Mapping[str, str], rules: Rules) -> str:
    """Return the treatment: the text of a field of that name, and configured words elsewhere; "" = none stated."""
    texts = {name: gt.clean(text) for name, text in fields.items()}
    untreated = gt.any_of(rules.section["untreated_words"])
    stated = {text.lower() for name, text in texts.items() if re.search("treatment", name, re.I) and text}
    others = {name: text for name, text in texts.items() if not re.search("treatment", name, re.I)}
    stated |= set(_words([*rules.section["treatments"], *rules.section["inducers"]], others))
    return "+".join(sorted(text for text in stated if not untreated.fullmatch(text)))


def is_in_vitro(fields: Mapping[str, str], rules: Rules) -> bool:
    """Tell whether a cell line is stated, in a field of that name or by a configured word."""
    texts = {name: gt.clean(text) for name, text in fields.items()}
    named = any(re.fullmatch("cell[ _-]?line", name, re.I) and text for name, text in texts.items())
    return named or bool(_words(rules.section["cell_lines"], texts))


def _words(names: list[str], texts: Mapping[str, str]) -> list[str]:
    """Return the names, in lower case and sorted, that occur in any text."""
    return sorted({name.lower() for name in names if any(gt.any_of([name]).search(text) for text in texts.values())})


def resolve_groups(descriptions: pd.DataFrame, rules: Rules) -> Resolution:
    """Find the knockouts and the controls of a study, or say why they can't be told apart.

    Args:
        descriptions: text, indexed by sample, one column a field. Expression is no argument, on purpose.
        rules: from `genotype.compile_rules`.

    Raises:
        ValueError: a sample has two rows; runs are to be joined before.
    """
    if descriptions.index.has_duplicates:
        raise ValueError("descriptions must have one row a sample")
    fields = {sample: {str(name): str(text) for name, text in row.items()} for sample, row in descriptions.iterrows()}
    calls = _confirm(_call_all(fields, rules))
    table = _describe(fields, calls, rules)
    reasons: list[str] = []
    notes: list[str] = []
    candidates = table[table["eligible"]]
    counts = candidates.groupby("stratum")["label"].value_counts().unstack(fill_value=0)
    counts = counts.reindex(columns=[KNOCKOUT, CONTROL], fill_value=0)
    both = counts[(counts > 0).all(axis="columns")].sum(axis="columns")
    chosen = rules.section["stratum"] or (str(both.idxmax()) if len(both) else "")
    if not len(both):
        reasons.append("no stratum holds knockouts and controls: " + (_counted(table) or "there are no samples"))
        open_calls = table[table["label"].isin([UNKNOWN, CONFLICT])]
        reasons += _said(open_calls)
    elif chosen not in both.index:
        reasons.append(f"the configured stratum {chosen!r} does not hold both genotypes; there are {_counted(table)}")
    elif not rules.section["stratum"] and (both == both.max()).sum() > 1:
        reasons.append(
            f"several strata are equally large: {listed(both.index[both == both.max()])}; configure `stratum`"
        )
    if reasons:
        return _finish(table, "", reasons, notes)
    inside = table["stratum"] == chosen
    selected = inside & table["label"].isin([KNOCKOUT, CONTROL])
    reasons += _said(table[_could_be(table, chosen) & table["label"].isin([UNKNOWN, CONFLICT])])
    misplaced = table[_could_be(table, chosen) & ~inside & table["label"].isin([KNOCKOUT, CONTROL])]
    if len(misplaced):
        reasons.append(f"tissue or age of {listed(misplaced.index)} is not stated, though it is of others")
    selected &= _of_control_kind(table[selected], rules, reasons, notes).reindex(table.index, fill_value=False)
    group = table[selected]
    if (group["provisional"] == gt.FLOX_ALONE).any() and not _carriers(group).any():
        reasons.append(
            f"{listed(group.index[group['provisional'] != ''])}: {gt.FLOX_ALONE}; no knockout here is said to"
        )
    for label, members in group.groupby("label"):
        provisional = members.index[members["provisional"] != ""]
        if 0 < len(provisional) < len(members):
            reason = members.loc[provisional[0], "provisional"]
            reasons.append(f"{listed(provisional)}: {label} by another notation than the rest of the group ({reason})")
    sizes = group["label"].value_counts().reindex([KNOCKOUT, CONTROL], fill_value=0)
    if sizes.min() < MIN_GROUP:
        reasons.append(f"{sizes[KNOCKOUT]} knockouts and {sizes[CONTROL]} controls, each group needs {MIN_GROUP}")
    sexes = group.groupby("label")["sex"].agg(lambda column: "/".join(sorted(set(column))))
    if set(sexes) == {"female", "male"}:
        reasons.append("sex differs wherever genotype does, so the groups may differ by sex")
    hets = table.index[table["label"] == HETEROZYGOUS]
    notes += [f"heterozygotes left out: {listed(hets, most=20)}"] if len(hets) else []
    notes += [f"other strata left out: {_counted(table[~inside])}"] if (~inside).any() else []
    notes += ["no sample states its tissue"] if not table["tissue"].any() else []
    if not reasons:
        table["selected"] = selected
        table["provisional"] = table["provisional"].mask(selected, "")
    return _finish(table, chosen, reasons, notes)


def _call_all(fields: Mapping[Hashable, Mapping[str, str]], rules: Rules) -> dict[Hashable, Call]:
    """Call all samples after dropping what says the same about each of them."""
    names = {name for row in fields.values() for name in row if not gt.NO_VOTE.search(name.replace("_", " "))}
    texts = {sample: {name: gt.clean(row[name]) for name in row if name in names} for sample, row in fields.items()}
    readings: dict[Hashable, dict[str, list[Finding]]] = {sample: {} for sample in fields}
    for name in sorted(names):
        column = {sample: row[name] for sample, row in texts.items()}
        for sample, findings in _contrasting(column, rules).items():
            readings[sample][name] = findings
    return {
        sample: gt.combine(texts[sample], readings[sample], induced=gt.is_induced(fields[sample], rules))
        for sample in fields
    }


def _contrasting(column: Mapping[Hashable, str], rules: Rules) -> dict[Hashable, list[Finding]]:
    """Read one field of all samples without what is constant: words, a pasted title, and alleles and Cre that never vary.

    Alleles that are the same in all samples are kept where Cre varies, and Cre where alleles do: only both together
    say what a genotype is.
    """
    found = {sample: gt.read_text(text, rules) for sample, text in column.items()}
    if len(column) < 2:
        return found
    spans = {sample: [match.span() for match in re.finditer(r"[^\s_;:,]+", text)] for sample, text in column.items()}
    words = {sample: [column[sample][start:end] for start, end in spans[sample]] for sample in column}
    head = _shared(list(words.values()))
    tail = _shared([list(reversed(one[head:])) for one in words.values()])

    def is_constant(sample: Hashable, finding: Finding, fewest: int) -> bool:
        first = spans[sample][head - 1][1] if head >= fewest and head else -1
        last = spans[sample][-tail][0] if tail >= fewest and tail else len(column[sample]) + 1
        return finding.end <= first or finding.start >= last

    pasted = any(
        one.kind == "cre" and not is_constant(sample, one, PASTED_TOKENS) for sample in found for one in found[sample]
    )
    for sample, findings in found.items():
        found[sample] = [
            replace(one, shared=is_constant(sample, one, 1))
            for one in findings
            if not (one.kind == "word" and is_constant(sample, one, 1))
            and not (one.kind == "cre" and pasted and is_constant(sample, one, PASTED_TOKENS))
        ]
    structures = {
        frozenset((one.kind, one.value) for one in findings if one.kind != "word") for findings in found.values()
    }
    if len(structures) == 1:
        found = {sample: [one for one in findings if one.kind == "word"] for sample, findings in found.items()}
    return found


def _shared(sequences: list[list[str]]) -> int:
    """Count the leading items that all sequences share."""
    shared = 0
    for items in zip(*sequences, strict=False):
        if len(set(items)) > 1:
            break
        shared += 1
    return shared


def _confirm(calls: dict[Hashable, Call]) -> dict[Hashable, Call]:
    """Turn Cre without alleles into a conflict where the study has Cre-only controls."""
    if not any(call.kind == "Cre-only" for call in calls.values()):
        return calls
    problem = "carries Cre, its alleles are not stated, and the study has Cre-only controls"
    return {
        sample: replace(call, label=CONFLICT, provisional="", problem=problem)
        if call.provisional == gt.CRE_ALONE
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
    columns = [*_COLUMNS, "selected", "background", "in_vitro", "eligible", "cre"]
    table = pd.DataFrame(rows, columns=columns, index=pd.Index(list(fields), name="sample"))
    table = table.astype({"in_vitro": bool, "eligible": bool, "selected": bool})
    parts = table[["tissue", "age", "treatment", "background"]].assign(
        culture=table["in_vitro"].map({True: "in vitro", False: ""})
    )
    table["stratum"] = [" | ".join(filter(None, row)) or "all samples" for row in parts.itertuples(index=False)]
    if not table["in_vitro"].all():
        table["eligible"] &= ~table["in_vitro"]
    return table


def _could_be(table: pd.DataFrame, stratum: str) -> "pd.Series[bool]":
    """Mark samples of the stratum, and those whose tissue or age is not stated and which could belong to it."""
    model = table[table["stratum"] == stratum].iloc[0]
    fits = table["treatment"].eq(model["treatment"]) & table["background"].eq(model["background"])
    for name in ("tissue", "age"):
        fits &= table[name].isin([model[name], ""])
    return fits & table["in_vitro"].eq(model["in_vitro"])


def _of_control_kind(group: pd.DataFrame, rules: Rules, reasons: list[str], notes: list[str]) -> "pd.Series[bool]":
    """Mark the knockouts and the one kind of control to compare with; kinds are never mixed."""
    is_control = group["label"] == CONTROL
    kinds = sorted(set(group.loc[is_control, "control_kind"]))
    wanted = rules.section["control"] or (kinds[0] if len(kinds) == 1 else "")
    if wanted not in kinds:
        asked = f"the configured `control` is {wanted}" if wanted else "kinds must not be mixed; configure `control`"
        reasons.append(f"the controls are of the kind {listed(kinds)}, and {asked}")
        return pd.Series(True, index=group.index)
    others = group.index[is_control & (group["control_kind"] != wanted)]
    notes += [f"controls of another kind left out: {listed(others, most=20)}"] if len(others) else []
    return ~is_control | (group["control_kind"] == wanted)


def _carriers(group: pd.DataFrame) -> "pd.Series[bool]":
    return (group["label"] == KNOCKOUT) & (group["cre"] == "positive")


def _said(open_calls: pd.DataFrame) -> list[str]:
    """Say, problem by problem, which samples are not called."""
    groups = open_calls.groupby(["label", "problem"], sort=True)
    return [f"{listed(group.index)}: {label}, {problem}" for (label, problem), group in groups]


def _counted(table: pd.DataFrame) -> str:
    """List strata with the numbers of their labels."""
    counts = Counter(zip(table["stratum"], table["label"], strict=True))
    return listed((f"{stratum}: {label} {number}" for (stratum, label), number in sorted(counts.items())), most=20)


def _finish(table: pd.DataFrame, stratum: str, reasons: list[str], notes: list[str]) -> Resolution:
    return Resolution(table[[*_COLUMNS, "selected"]], stratum, reasons, notes)
