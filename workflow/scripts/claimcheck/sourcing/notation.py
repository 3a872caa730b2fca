"""The notations in one text: allele pairs of the gene, Cre with its sign, words for genotypes, and other engineered loci."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from claimcheck.errors import StudyError

KNOCKOUT, CONTROL, HETEROZYGOUS, UNKNOWN, CONFLICT = "knockout", "control", "heterozygous", "unknown", "conflict"
LONGEST_FIELD = 2000
"""Characters; a longer text is no sample's description and is not read, which also bounds the time of every search."""
_NOT_STATED = re.compile(
    r"(?:not (?:applicable|collected|provided|available)|missing\b.*|n/?a|nan|none|unknown|-*)", re.I
)

_WORD_ALLELE = r"(?:fl(?:ox(?:ed)?)?|loxp?|f|wt|tg|null|ko|del(?:ta)?)"
_PAIR = re.compile(rf"({_WORD_ALLELE}|[+-])\s?/\s?({_WORD_ALLELE}(?![a-z])|[+-])", re.I)
_SHORT_PAIR = re.compile(r"(?<![a-z])(?:f()f|(?:fl|flox)[-:]?()(?:fl|flox))(?![a-z])", re.I)
_CRE = re.compile(r"cre(?P<inducible>[-_ ]?er(?:t2?|\(t2?\)|tam)?(?![a-z]))?", re.I)
_LONGER_WORD = re.compile("(?!neg|pos|tg)[a-z]", re.I)
_NOUN = r"(?:[-_ ]*(?:recombinase|transgene|status|genotype))?"
_OPEN = r"[\s(\[:=^]*"
_END = r"(?=$|[;,/)\]|_])"
_AFTER_CRE = [
    (re.compile(pattern, re.I), state)
    for pattern, state in (
        (rf"{_NOUN}{_OPEN}\+\s?/\s?\+", "plus_plus"),
        (rf"{_NOUN}{_OPEN}(?:-\s?/\s?-|wt\s?/\s?wt|0\s?/\s?0)", "negative"),
        (rf"{_NOUN}{_OPEN}(?:\+\s?/\s?(?:-|wt|0|tg)|(?:-|wt|0)\s?/\s?(?:\+|tg|cre))", "positive"),
        (rf"{_NOUN}{_OPEN}(?:(?:tg|ki)\s?/\s?(?:\+|-|wt|0|tg|ki)|/\s?(?:\+|0|cre|tg)|tg(?![a-z]))", "positive"),
        (rf"{_NOUN}[-_ :=(]*(?:neg(?:ative)?|absent|free|null|minus|deficient|lacking)(?![a-z])", "negative"),
        (r"\s?-\s?ve(?![a-z])", "negative"),
        (rf"{_NOUN}[-_ :=(]*(?:pos(?:itive)?|carriers?|hemizyg\w*|present|plus)(?![a-z])", "positive"),
        (rf"{_NOUN}\s?[(\[]-[)\]]|{_NOUN}-(?=$|[\s;,/)\]_|.:])|{_NOUN}\s-\s?{_END}|\s?0(?![\d.])", "negative"),
        (rf"{_NOUN}\s?[(\[]\+[)\]]|{_NOUN}\+|{_NOUN}\s\+\s?{_END}", "positive"),
        (r"\s-|-(?:[mf]?[-_]?\d|[^a-z\s])", "ambiguous"),
    )
]
NEGATION = r"(?<![a-z])(?:non|not|no|without|w/o|wo|lack(?:s|ing)?(?: of)?|devoid of|minus|negative for)[-_ ]+"
_GLUE = r"[\s_\-:.(\[{^*]{0,3}"
_ORDINARY = {"homozygous", "genotype", "sample", "rep", "male", "female", "x", "and", "with", "is"}


@dataclass(frozen=True)
class Rules:
    """The compiled section `samples.conditional_knockout`; `section` keeps the settings that are no patterns."""

    section: Mapping[str, Any]
    gene: str
    deleted_gene: str
    driver: str
    words: Mapping[str, re.Pattern[str]]
    ordinary: frozenset[str]


@dataclass(frozen=True)
class Finding:
    """One notation in a text: kind (alleles, cre, word or background), what it says, where; and whether all samples share it."""

    kind: str
    value: str
    start: int
    end: int
    shared: bool = False


def _flexible(name: str) -> str:
    """Return a pattern of a name with an optional - _ or space wherever letters, digits or words meet."""
    return "[-_ ]?".join(re.escape(part) for part in re.findall(r"[^\W\d_]+|\d+|[^\w\s-]", name))


def any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern of whole words, the longest first; digits may follow, as in `WT2`. No names match nothing."""
    patterns = [
        ("(?<![a-z0-9])" if name[0].isdigit() else "(?<![a-z])") + _flexible(name)
        for name in sorted(names, key=lambda name: (-len(name), name))
    ]
    return re.compile(f"(?:{'|'.join(patterns)})(?![a-z])" if patterns else r"(?!)", re.I)


def compile_rules(section: Mapping[str, Any]) -> Rules:
    """Compile the section `samples.conditional_knockout`, complete with the defaults of its schema.

    Raises:
        StudyError: a name has no letters, or stands in lists that contradict each other.
    """
    lists = {
        "conditional": section["conditional_words"],
        KNOCKOUT: [*section["knockout_words"], *section["knockout_names"]],
        "wild type": section["wild_type_words"],
        CONTROL: [*section["control_words"], *section["control_names"]],
        HETEROZYGOUS: section["heterozygous_words"],
    }
    seen: dict[str, str] = {}
    for key, names in {"gene": section["gene"], "driver": section["driver"], **lists}.items():
        for name in names:
            bare = re.sub(r"[-_\s]", "", name).lower()
            if not re.search(r"[a-z]{2}|[a-z]\d", bare) or seen.setdefault(bare, key) != key:
                raise StudyError(
                    f"the name {name!r} cannot be used for {key}"
                    + (f": it already stands for {seen[bare]}" if bare in seen else ""),
                    where="config/config.yaml, samples.conditional_knockout",
                    expected="names of two letters or digits and more, each with one meaning",
                    remedy="correct or remove the name",
                )
    gene = "|".join(_flexible(name) for name in section["gene"])
    heads = [re.sub(r"[-_ ]*i?cre.*$", "", name, flags=re.I) for name in section["driver"]]
    driver = "|".join(_flexible(head) for head in heads if head)
    ordinary = {name.lower() for names in lists.values() for name in names} | _ORDINARY
    ordinary |= {word.lower() for word in section["ordinary_words"]}
    ordinary |= {word.lower() for words in section["tissues"].values() for name in words for word in name.split()}
    return Rules(
        section=section,
        gene=rf"(?<![a-z0-9])(?:{gene})(?!\d)",
        deleted_gene=rf"(?<![a-z])delta[-_ ]?(?:{gene})(?!\d)",
        driver=rf"(?<![a-z0-9])(?:{driver})(?:[-_ .(]*\d+(?:\.\d+)? ?kb)?[-_ .)]*(?:i|e)?$" if driver else "",
        words={label: any_of(names) for label, names in lists.items()},
        ordinary=frozenset(ordinary),
    )


def clean(text: object) -> str:
    """Return a text with one kind of dash and space, superscripts on the line, Δ spelled out; "" if it states nothing."""
    plain = unicodedata.normalize("NFKC", str(text)) if len(str(text)) <= LONGEST_FIELD else ""
    plain = re.sub(r"</?su[bp]>|\^", "", re.sub(r"[\u2010-\u2015\u2212]", "-", plain))
    plain = " ".join(re.sub(r"[\u0394\u03b4\u2206]", "delta", plain).split())
    return "" if _NOT_STATED.fullmatch(plain) else plain


def read_text(text: str, rules: Rules) -> list[Finding]:
    """Find all notations in a cleaned text. What one reader has understood is blanked for the next."""
    found: list[Finding] = []
    for reader in (_read_cre, _read_pairs, _read_words):
        findings = reader(text, rules)
        found += findings
        for finding in findings:
            text = text[: finding.start] + " " * (finding.end - finding.start) + text[finding.end :]
    return found


def _read_cre(text: str, rules: Rules) -> list[Finding]:
    """Find Cre with its sign or zygosity: positive, negative, named (no sign), ambiguous; another driver's apart."""
    found = []
    for match in _CRE.finditer(text):
        before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 40]
        signs = ((pattern.match(after), state) for pattern, state in _AFTER_CRE)
        sign, state = next(((sign, state) for sign, state in signs if sign), (None, "named"))
        driver = re.search(rules.driver, before, re.I) if rules.driver else None
        if _LONGER_WORD.match(after):
            if not driver:
                continue
            state = "ambiguous"
        attached = None if driver else re.search(r"([a-z][a-z0-9]{0,24})-?$", before, re.I)
        lead = driver or attached
        head = before[: lead.start()] if lead else before
        if re.search(NEGATION + "(?:the )?$", head, re.I) or re.search(NEGATION + "$", before, re.I):
            state = "negative"
        elif state == "named" and (dash := re.search(r"(?:^|[\s;,(])-( ?)$", head)):
            state = "ambiguous" if dash[1] else "negative"
        elif state == "named" and re.search(r"(?:\+|(?<![a-z])tg) ?/ ?$", before, re.I):
            state = "positive"
        elif state == "named" and re.search(r"(?<![a-z0-9])x ?$", head, re.I):
            state = "cross"
        elif state == "plus_plus" and rules.section["cre_plus_plus"] != "unknown":
            state = rules.section["cre_plus_plus"]
        end = match.end() + (sign.end() if sign else 0)
        if attached and rules.driver and not _is_ordinary(attached[1], rules):
            if state != "negative":
                found.append(Finding("background", f"{attached[1].lower()}-cre", match.start(), end))
            continue
        inducible = "inducible " if match["inducible"] and state in ("positive", "named", "cross") else ""
        start = match.start() - (len(driver[0]) if driver else 0)
        found.append(Finding("cre", inducible + state, start, end))
    return found


def _is_ordinary(word: str, rules: Rules) -> bool:
    """Tell a word of the language, the gene or an allele from the name of another locus."""
    return bool(
        word.lower() in rules.ordinary
        or re.fullmatch(_WORD_ALLELE + "|non?", word, re.I)
        or re.match(rules.gene, word, re.I)
    )


def _read_pairs(text: str, rules: Rules) -> list[Finding]:
    """Find allele pairs: of the gene (also where no locus is named), or of another locus (background)."""
    found = []
    for match in sorted([*_PAIR.finditer(text), *_SHORT_PAIR.finditer(text)], key=lambda match: match.start()):
        before = text[max(0, match.start() - 60) : match.start()]
        of_gene = re.search(rules.gene + _GLUE + "$", before, re.I)
        pair = "".join(sorted(_allele(match[1]) + _allele(match[2]))) if match.re is _PAIR else "ff"
        if not of_gene:
            if not re.search("f|lox|[+-]", match[0], re.I):
                continue
            other = re.search(r"([a-z][a-z0-9]{1,24})[-_\s(\[]{0,2}$", before, re.I)
            if other and not _is_ordinary(other[1], rules):
                if pair != "ww":
                    value = f"{other[1].lower()} {match[0].lower().replace(' ', '')}"
                    found.append(Finding("background", value, match.start(), match.end()))
                continue
        start = match.start() - len(of_gene[0]) if of_gene else match.start()
        found.append(Finding("alleles", pair, start, match.end()))
    return found


def _allele(text: str) -> str:
    """Return f (floxed), w (wild type) or n (null)."""
    if text.lower() in ("+", "wt"):
        return "w"
    return "f" if text[0] in "fFlL" else "n"


def _read_words(text: str, rules: Rules) -> list[Finding]:
    """Find words that name a genotype, and the gene with a deletion sign such as `dXyz`; a negated word is ambiguous."""
    found = []
    somewhere = rf"{rules.gene}(?:(?-i:d[A-Z][a-z]{{1,4}})|[-_ ]?delta[-_ ]?[a-z]+)(?![a-z])"
    everywhere = rf"{rules.gene}[-_ ]?delta(?![a-z])|{rules.deleted_gene}"
    for pattern, label in ((somewhere, "conditional"), (everywhere, KNOCKOUT)):
        found += [Finding("word", label, *match.span()) for match in re.finditer(pattern, text, re.I)]
    text = re.sub(rules.gene, lambda match: " " * len(match[0]), text, flags=re.I)
    for label, words in rules.words.items():
        for match in words.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in found):
                continue
            negated = re.search(NEGATION + "$", text[max(0, match.start() - 20) : match.start()], re.I)
            found.append(Finding("word", "ambiguous" if negated else label, match.start(), match.end()))
    return found
