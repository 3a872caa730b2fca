"""Who is knockout: what the notations in each field say, and all fields of a sample together."""

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from claimcheck.sourcing.notation import (
    CONFLICT,
    CONTROL,
    HETEROZYGOUS,
    KNOCKOUT,
    NEGATION,
    TREATMENT_CONTROL,
    UNKNOWN,
    Finding,
    Rules,
    blank,
    clean,
    read_text,
)
from claimcheck.sourcing.vocabulary import bare_name

FLOX_ALONE = "floxed, and Cre is not mentioned: a control only if another group carries Cre"
CRE_ALONE = "Cre, and the gene's alleles are not mentioned: a knockout only if there are no Cre-only controls"
CROSS = "names a cross, whose offspring can be either"
_SHARED = "its Cre or its alleles stand in the text of all samples, which may be the study's title"
_NO_VOTE = ("sex", "age", "time", "batch", "side", "record")
LABELS = {
    "conditional knockout": KNOCKOUT,
    "knockout": KNOCKOUT,
    "wild type": CONTROL,
    "control": CONTROL,
    "heterozygous": HETEROZYGOUS,
}
_GENE_SHAPE = re.compile(r"[A-Z][a-z]+\d*[a-z]?|[A-Za-z]{2,}\d+[a-z]?")
_PASTED_TOKENS = 4
"""Words that a text must share with all others before a Cre named in them counts as a pasted title."""


@dataclass(frozen=True)
class Vote:
    """What one field says. `provisional` is the reason why only the whole study can confirm it, or "".

    `scope` of a knockout is conditional, global, null (two null alleles) or "" where that is not said. A `weak` vote counts where
    no other field has one.
    """

    label: str = UNKNOWN
    scope: str = ""
    provisional: str = ""
    cre: str = "unknown"
    floxed: bool = False
    kind: str = "unknown"
    problem: str = ""
    weak: bool = False


@dataclass(frozen=True)
class Call(Vote):
    """What all fields of a sample say together; evidence lists (field, text, label)."""

    evidence: tuple[tuple[str, str, str], ...] = ()
    background: tuple[str, ...] = ()


def call_genotypes(fields: Mapping[Hashable, Mapping[str, str]], rules: Rules) -> dict[Hashable, Call]:
    """Call all samples of a study, after dropping what says the same about each of them.

    Args:
        fields: text by sample and the archive's name of the field, the same names for all samples. Sex, age, time, batch and
            an archive's bookkeeping have no vote; a field of treatments has one where it holds nothing but genotypes.
        rules: from `notation.compile_rules`.
    """
    names = {name for row in fields.values() for name in row}
    texts = {sample: {name: as_text(name, row[name], rules) for name in row} for sample, row in fields.items()}
    gene_named = any(re.search(rules.gene, text, re.I) for row in texts.values() for text in row.values())
    readings: dict[Hashable, dict[str, list[Finding]]] = {sample: {} for sample in fields}
    for name in sorted(names):
        column = {sample: row.get(name, "") for sample, row in texts.items()}
        if not has_vote(name, column.values(), rules):
            continue
        for sample, findings in _contrasting(column, rules, gene_named=gene_named).items():
            readings[sample][name] = findings
    return {
        sample: _combine(texts[sample], readings[sample], induced=_is_induced(texts[sample], readings[sample], rules))
        for sample in fields
    }


@lru_cache(maxsize=4096)
def as_text(name: str, value: str, rules: Rules) -> str:
    """Return a field's cleaned text, with the field's name where that names Cre or the gene, as in `cre: positive`."""
    text = _apart(clean(value), rules)
    title = name.replace("_", " ")
    names_locus = re.search(r"(?<![a-z])cre(?![a-z])", title, re.I) or re.search(rules.gene, title, re.I)
    if names_locus and not text and re.fullmatch(r"\s*[-\u2010-\u2015\u2212]\s*", value):
        text = "-"
    return f"{re.sub('genotype|status|allele', '', title, flags=re.I).strip()} {text}" if text and names_locus else text


def _apart(text: str, rules: Rules) -> str:
    """Part the gene and the driver from what they are glued to, as in `fl/flAbc1-Cre`; not from `r`, a protein's."""
    text = re.sub(rf"(?<=[a-z]{{3}})(?={rules.gene_names})", " ", text, flags=re.I)
    return re.sub(rf"(?<=[a-z0-9])(?={rules.driver_heads})", " ", text, flags=re.I) if rules.driver_heads else text


def has_vote(name: str, texts: Iterable[str], rules: Rules) -> bool:
    """Tell whether a field may name genotypes, by its name and what all samples have there."""
    meaning = rules.vocabulary.field_meaning(name)
    if meaning != "treatment":
        return meaning not in _NO_VOTE
    values = {text for text in texts if text}
    found = {text: read_text(text, rules) for text in values}
    only_genotypes = all(not re.search(r"[a-zA-Z]", blank(text, found[text])) for text in values)
    return only_genotypes and any(
        one.kind in ("alleles", "cre") or LABELS.get(one.value) == KNOCKOUT for row in found.values() for one in row
    )


def _contrasting(column: Mapping[Hashable, str], rules: Rules, *, gene_named: bool) -> dict[Hashable, list[Finding]]:
    """Read one field of all samples without what is constant: words, a pasted title, and alleles and Cre that never vary.

    Alleles that are the same in all samples are kept where Cre varies, and Cre where alleles do: only both together
    say what a genotype is.
    """
    found = _with_owners({sample: read_text(text, rules) for sample, text in column.items()}, column, gene_named)
    if len(column) < 2:
        return found
    tokens = {sample: list(re.finditer(r"[^\s_;:,]+", text)) for sample, text in column.items()}
    words = [[token[0] for token in row] for row in tokens.values()]
    head = _count_shared(words)
    tail = _count_shared([row[head:][::-1] for row in words])

    def is_constant(sample: Hashable, finding: Finding, fewest: int) -> bool:
        first = tokens[sample][head - 1].end() if head >= fewest else -1
        last = tokens[sample][-tail].start() if tail >= fewest else len(column[sample]) + 1
        return finding.end <= first or finding.start >= last

    pasted = any(
        one.kind == "cre" and not is_constant(sample, one, _PASTED_TOKENS) for sample in found for one in found[sample]
    )
    for sample, findings in found.items():
        found[sample] = [
            replace(one, shared=is_constant(sample, one, 1))
            for one in findings
            if not (one.kind == "word" and one.value != "floxed" and is_constant(sample, one, 1))
            and not (one.kind == "cre" and pasted and is_constant(sample, one, _PASTED_TOKENS))
        ]
    structures = {
        frozenset((one.kind, one.value) for one in findings if one.kind != "word" or one.value == "floxed")
        for findings in found.values()
    }
    if len(structures) == 1:
        found = {
            sample: [one for one in findings if one.kind == "word" and one.value != "floxed"]
            for sample, findings in found.items()
        }
    return found


def _with_owners(
    found: dict[Hashable, list[Finding]], column: Mapping[Hashable, str], gene_named: bool
) -> dict[Hashable, list[Finding]]:
    """Decide whether the unknown names before genotype words are other genes; what is said of these is background.

    A name of one sample alone numbers it. One that all samples share is a laboratory's, unless it is written as a gene is: with a
    number, or as a word of its own where no field names the study's gene.
    """
    names = {one.owner for row in found.values() for one in row if one.owner}
    texts = [text for text in column.values() if text]
    genes = set()
    for name in names:
        word = re.compile(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![a-z0-9])", re.I)
        holders = [text for text in texts if word.search(text)]
        if len(column) == 1 or not _GENE_SHAPE.fullmatch(name) or len(holders) < 2:
            continue
        stands_alone = any(re.search(rf"{word.pattern}[ (]", text, re.I) for text in holders)
        if len(holders) < len(texts) or re.search(r"\d", name) or (stands_alone and not gene_named):
            genes.add(name)
    return {
        sample: [
            replace(one, kind="background", value=f"{one.owner.lower()} {one.value}") if one.owner in genes else one
            for one in findings
        ]
        for sample, findings in found.items()
    }


def _count_shared(sequences: list[list[str]]) -> int:
    """Count the leading items that all sequences share."""
    shared = 0
    for items in zip(*sequences, strict=False):
        if len(set(items)) > 1:
            break
        shared += 1
    return shared


def _is_induced(texts: Mapping[str, str], readings: Mapping[str, list[Finding]], rules: Rules) -> bool:
    """Tell whether a field names a configured inducer of the inducible Cre that the sample has."""
    if not any(one.value.startswith("inducible") for found in readings.values() for one in found):
        return False
    inducers = {bare_name(name) for name in rules.section["inducers"]}
    return any(
        bare_name(text[word.start : word.end]) in inducers
        for text in texts.values()
        if not re.search(NEGATION, text, re.I)
        for word in rules.vocabulary.find(text)
    )


def _vote(findings: list[Finding], *, induced: bool) -> Vote:
    """Decide what the notations of one field say about the gene.

    Args:
        findings: of `read_text`, without those that carry no contrast.
        induced: whether the sample got an inducer of inducible Cre.
    """
    said = {
        kind: {one.value for one in findings if one.kind == kind} for kind in ("alleles", "cre", "word", "background")
    }
    floxed = {"ff"} if "floxed" in said["word"] and not said["alleles"] else set()
    structure = _vote_of_structure(said["alleles"] | floxed, said["cre"], induced, said["background"])
    own = {one.kind for one in findings if not one.shared}
    if structure.label == KNOCKOUT and structure.floxed and not own >= {"alleles", "cre"}:
        structure = replace(structure, provisional=structure.provisional or _SHARED)
    words = {LABELS[word] for word in said["word"] if word in LABELS}
    if words == {HETEROZYGOUS, KNOCKOUT}:
        words = {HETEROZYGOUS}
    if "ambiguous" in said["word"]:
        return replace(structure, label=UNKNOWN, provisional="", problem="negates a word that names a genotype")
    scope = (
        "global"
        if "global" in said["word"]
        else "conditional"
        if "conditional knockout" in said["word"]
        else structure.scope
    )
    if not words:
        weak = TREATMENT_CONTROL in said["word"] and structure.label == UNKNOWN and not structure.problem
        return replace(structure, scope=scope, label=CONTROL if weak else structure.label, weak=weak)
    label = words.pop() if len(words) == 1 else CONFLICT
    weak = structure.provisional not in ("", _SHARED) or structure.label == UNKNOWN
    if label == CONFLICT or (not weak and structure.label != label):
        return replace(structure, label=CONFLICT, provisional="", problem="names several genotypes at once")
    kind = structure.kind
    if kind == "unknown" and structure.cre == "positive" and not structure.floxed:
        kind = "Cre-only"
    elif kind == "unknown" and said["word"] <= {"wild type", "global"}:
        kind = "wild type"
    cre = "positive" if "conditional knockout" in said["word"] else structure.cre
    kind = kind if label == CONTROL else "unknown"
    return replace(structure, label=label, scope=scope, provisional="", problem="", cre=cre, kind=kind)


def _vote_of_structure(alleles: set[str], cre: set[str], induced: bool, background: set[str]) -> Vote:
    """Decide from the gene's alleles (ff, fn, nn, ww, fw, nw), Cre, and other engineered loci alone."""
    states = {state.removeprefix("inducible ") for state in cre}
    signed = states & {"positive", "negative"}
    states -= {"plus_plus"} if signed else set()
    carries = "positive" in states or bool(states & {"named", "cross"} and not signed)
    floxed = bool(alleles & {"ff", "fn"})
    known = "positive" if carries else "negative" if "negative" in states else "unknown"
    pair = next(iter(alleles), "")
    said: dict[str, str] = {}
    if len(alleles) > 1 or len(signed) > 1:
        said = {"label": CONFLICT, "cre": "unknown", "problem": "names several genotypes at once"}
    elif pair in ("nn", "fw", "nw"):
        said = {"label": KNOCKOUT, "scope": "null"} if pair == "nn" else {"label": HETEROZYGOUS}
    elif "plus_plus" in states:
        said = {"cre": "unknown", "problem": "`Cre +/+` can mean two copies or none; configure `cre_plus_plus`"}
    elif "ambiguous" in states:
        said = {"cre": "unknown", "problem": "the mark after or before Cre can be a sign or a mere hyphen"}
    elif floxed and any(locus.endswith("-cre") for locus in background):
        said = {"problem": "floxed, and carries the Cre of another driver"}
    elif pair == "ww":
        kinds = {"positive": "Cre-only", "negative": "Cre-negative", "unknown": "wild type"}
        said = {"label": CONTROL, "kind": kinds[known]}
    elif floxed and carries and not induced and any(state.startswith("inducible") for state in cre):
        said = {"problem": "carries an inducible Cre, and no inducer is stated; configure `inducers`"}
    elif floxed and carries:
        said = {"label": KNOCKOUT, "scope": "conditional", "provisional": CROSS if states == {"cross"} else ""}
    elif pair == "fn" and known == "negative":
        said = {"label": HETEROZYGOUS}
    elif known == "negative":
        said = {"label": CONTROL, "kind": "Cre-negative"}
    elif pair == "ff":
        said = {"label": CONTROL, "kind": "Cre-negative", "provisional": FLOX_ALONE}
    elif "positive" in states and not pair and not background:
        said = {"label": KNOCKOUT, "scope": "conditional", "provisional": CRE_ALONE}
    return replace(Vote(cre=known, floxed=floxed), **said)  # type: ignore[arg-type]


def _combine(texts: Mapping[str, str], readings: Mapping[str, list[Finding]], *, induced: bool) -> Call:
    """Join the votes of a sample's fields, each read alone; disagreement is a conflict, never a majority."""
    votes = {name: _vote(findings, induced=induced) for name, findings in readings.items()}
    spoke = {name: one for name, one in votes.items() if one.label != UNKNOWN}
    spoke = {name: one for name, one in spoke.items() if not one.weak} or spoke
    labels = {one.label for one in spoke.values()}
    background = sorted({one.value for found in readings.values() for one in found if one.kind == "background"})
    cre = {one.cre for one in votes.values()} - {"unknown"}
    kinds = {one.kind for one in spoke.values()} - {"unknown"}
    # Notation of alleles and Cre says more than the word: `WT` is often written for any control.
    kinds = kinds - {"wild type"} or kinds
    problems = sorted({f"{name}: {one.problem}" for name, one in votes.items() if one.problem})
    if len(labels) > 1:
        problems.insert(0, "fields disagree: " + ", ".join(f"{name} says {one.label}" for name, one in spoke.items()))
    label = next(iter(labels)) if len(labels) == 1 else CONFLICT if labels else UNKNOWN
    if len(cre) > 1 or len(kinds) > 1:
        label = CONFLICT
        problems.append("fields disagree about Cre")
    firm = any(not one.provisional for one in spoke.values())
    scopes = {one.scope for one in spoke.values()} - {""}
    return Call(
        label=label,
        scope=next((scope for scope in ("global", "conditional", "null") if scope in scopes and label == KNOCKOUT), ""),
        provisional="" if firm or label == CONFLICT else next((one.provisional for one in spoke.values()), ""),
        cre=next(iter(cre)) if len(cre) == 1 else "unknown",
        floxed=any(one.floxed for one in votes.values()),
        kind=next(iter(kinds)) if len(kinds) == 1 and label == CONTROL else "unknown",
        problem="; ".join(problems),
        evidence=tuple((name, texts[name], one.label) for name, one in spoke.items()),
        background=tuple(background),
    )
