"""The notations in one text: allele pairs of the gene, Cre with its sign, words for genotypes, and other engineered loci."""

import functools
import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from claimcheck.core.errors import StudyError
from claimcheck.sourcing.vocabulary import Entry, Vocabulary, Word, bare_name, make_vocabulary

KNOCKOUT, CONTROL, HETEROZYGOUS, UNKNOWN, CONFLICT = "knockout", "control", "heterozygous", "unknown", "conflict"
TREATMENT_CONTROL = "control of a treatment"
LONGEST_FIELD = 2000
"""Characters; a longer text is no sample's description and is not read, which also bounds the time of every search."""
_NOT_STATED = re.compile(
    r"(?:not (?:applicable|collected|provided|available)|missing\b.*|n/?a|nan|none|unknown|-*)", re.I
)

_WORD_ALLELE = r"(?:fl(?:ox(?:ed)?)?|loxp?|f|wt|tg|null|ko|del(?:ta)?|tm\d+[cd](?:\.\d)?)"
"""MGI writes `tm1c` for a floxed allele and `tm1d` for the deleted one."""
_PAIR = re.compile(rf"({_WORD_ALLELE}|[+-])\s?/\s*({_WORD_ALLELE}(?![a-z])|[+-])", re.I)
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
        (
            rf"{_NOUN}[-_ :=(]*(?:neg(?:ative)?|non[-_ ]?carriers?|absent|free|null|minus|deficient|lacking)(?![a-z])",
            "negative",
        ),
        (r"\s?-\s?ve(?![a-z])", "negative"),
        (r"\s?\+\s?ve(?![a-z])", "positive"),
        (
            rf"{_NOUN}[-_ :=(]*(?:pos(?:itive)?|carriers?|hemizyg\w*|het(?:erozyg\w*)?|present|plus)(?![a-z])",
            "positive",
        ),
        (rf"{_NOUN}\s?[(\[]-[)\]]|{_NOUN}-(?=$|[\s;,/)\]_|.:])|{_NOUN}\s-\s?{_END}|\s?0(?![\d.])", "negative"),
        (rf"{_NOUN}\s?[(\[]\+[)\]]|{_NOUN}\+|{_NOUN}\s\+\s?{_END}", "positive"),
        (r"\s-|-(?:[mf]?[-_]?\d|[^a-z\s])", "ambiguous"),
    )
]
NEGATION = r"(?<![a-z])(?:non|not|no|without|w/o|wo|lack(?:s|ing)?(?: of)?|devoid of|minus|(?:negative|wt|wild[- ]?type) for)[-_ ]+"
_CARRIED = re.compile(
    r"(?<![a-z])(?:tg|transgen(?:e|es|ic)|hemizygous|carry(?:ing)?|carriers?|positive|pos)(?: for| of)?(?: the| a)?[-_ (]*$",
    re.I,
)
_PARTNER = re.compile(r"co-?cultur\w*[-_ ]+(?:with|on)(?![a-z])[^;,]*$", re.I)
"""Before the cells that another cell was cultured with."""
_FROM = re.compile(r"[-_ ]*(?:from|of)[-_ ]+(?:the[-_ ]+)?", re.I)
_SPECIFIC = re.compile(r"(?:specific|restricted|selective|targeted)(?:ly)?[-_ ]+(?:\w+[-_ ]+){0,2}$", re.I)
"""Before a word for a knockout that is conditional."""
_DELETED_IN = re.compile(r"(?:delet|ablat)\w+[-_ ]+in[-_ ]+[a-z]", re.I)
_GLUE = r"[\s_\-:.(\[{^*]{0,3}"


_OWN = {
    "conditional knockout": Entry("genotype", "conditional knockout"),
    "knockout": Entry("genotype", "knockout"),
    "wild type": Entry("genotype", "wild type"),
    "control": Entry("genotype", "control"),
    "heterozygous": Entry("genotype", "heterozygous"),
    "other genotype": Entry("genotype", "other"),
    "treatment": Entry("treatment", ""),
    "untreated": Entry("untreated", ""),
    "cultured cells": Entry("culture", ""),
    "batch": Entry("batch", ""),
    "excluded": Entry("excluded", ""),
    "ordinary": Entry("ordinary", ""),
}
"""What a study may say of its own words (the keys of `samples.conditional_knockout.words`)."""


@dataclass(frozen=True, eq=False)
class Rules:
    """The compiled section `samples.conditional_knockout`; `section` keeps the settings that are no names."""

    section: Mapping[str, Any]
    gene_names: str
    gene: str
    deleted_gene: str
    driver_heads: str
    driver_names: str
    driver: str
    vocabulary: Vocabulary


@dataclass(frozen=True)
class Finding:
    """One notation in a text: kind (alleles, cre, word or background), what it says, where; and whether all samples share it.

    `owner` is an unknown name directly before a word for a genotype, whose gene that may be.
    """

    kind: str
    value: str
    start: int
    end: int
    shared: bool = False
    owner: str = ""


def _flexible(name: str) -> str:
    """Return a pattern of a name with an optional - _ or space wherever letters, digits or words meet."""
    return "[-_ ]?".join(re.escape(part) for part in re.findall(r"[^\W\d_]+|\d+|[^\w\s-]", name))


def compile_rules(section: Mapping[str, Any]) -> Rules:
    """Compile the section `samples.conditional_knockout`, complete with the defaults of its schema.

    Raises:
        StudyError: a name has no letters, or is given two meanings.
    """
    own: list[tuple[Entry, list[str]]] = [(_OWN[meaning], names) for meaning, names in section["words"].items()]
    own += [(Entry("treatment", name.lower()), [name]) for name in section["inducers"]]
    known = make_vocabulary([]).words
    own += [
        (Entry("tissue", name.lower()), [name, name.removesuffix("s"), f"{name}s"])
        for name in section["tissues"]
        if bare_name(name) not in known
    ]
    seen: dict[str, str] = {}
    lists = {"gene": section["gene"], "driver": section["driver"], **section["words"]}
    for key, names in lists.items():
        for name in names:
            bare = bare_name(name)
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
    start = rf"(?<![a-z0-9])(?:{driver})"
    return Rules(
        section=section,
        gene_names=rf"(?:{gene})(?!\d)",
        gene=rf"(?<![a-z0-9])(?:{gene})(?!\d)",
        deleted_gene=rf"(?<![a-z])delta[-_ ]?(?:{gene})(?!\d)",
        driver_heads=rf"(?:{driver})[-_ (\d.kb]*cre" if driver else "",
        driver_names=rf"(?<![a-z0-9])(?:\d+(?:\.\d+)? ?kb[-_ ]?)?(?:{driver})(?:[-_ ]?cre)?(?![a-z])"
        if driver
        else "(?!)",
        driver=rf"{start}(?:[-_ .(]*\d+(?:\.\d+)? ?kb)?[-_ .)]*(?:i|e)?$" if driver else "",
        vocabulary=make_vocabulary(own),
    )


@functools.lru_cache(maxsize=2**14)
def clean(text: str) -> str:
    """Return a text with one kind of dash and space, without markup, Δ and signs of sex spelled out; "" if it states nothing."""
    plain = unicodedata.normalize("NFKC", html.unescape(text)) if len(text) <= LONGEST_FIELD else ""
    plain = re.sub("[\u00ad\u200b-\u200f\u2060\ufeff]", "", plain)
    plain = re.sub(r"[\u2010-\u2015\u2212]", "-", plain).replace("\u2640", " female ").replace("\u2642", " male ")
    # what a superscript ends with must not grow together with the next name
    plain = re.sub(r"</sup>(?=[a-zA-Z])", " ", re.sub(r"(?<=\w)<(tm\w+)>", r" \1", plain))
    plain = re.sub(r"</?(?:su[bp]|i|b|em|strong)>|\^", "", plain)
    plain = re.sub(r"(?<![A-Za-z.])(?:[A-Za-z]\.){2,}", lambda match: match[0].replace(".", "") + " ", plain)
    plain = " ".join(re.sub(r"[\u0394\u03b4\u2206]", "delta", plain).split())
    return "" if _NOT_STATED.fullmatch(plain) else plain


def read_text(text: str, rules: Rules) -> list[Finding]:
    """Find all notations in a cleaned text. What one reader has understood is blanked for the next."""
    # the gene may be named with each allele of a pair
    text = re.sub(
        rf"(?<=/)( ?){rules.gene}[-_ ]?(?={_WORD_ALLELE})", lambda match: " " * len(match[0]), text, flags=re.I
    )
    found: list[Finding] = []
    for reader in (_read_cre, _read_pairs, _read_words):
        findings = reader(text, rules)
        found += findings
        text = blank(text, findings)
    return found


def blank(text: str, findings: "list[Finding] | list[Word]") -> str:
    """Return a text with as many blanks in place of what was found in it."""
    for finding in findings:
        text = text[: finding.start] + " " * (finding.end - finding.start) + text[finding.end :]
    return text


def _read_cre(text: str, rules: Rules) -> list[Finding]:
    """Find Cre with its sign or zygosity: positive, negative, named (no sign), ambiguous; another driver's apart."""
    found = []
    for match in _CRE.finditer(text):
        before, after = text[max(0, match.start() - 60) : match.start()], text[match.end() : match.end() + 40]
        signs = ((pattern.match(after), state) for pattern, state in _AFTER_CRE)
        sign, state = next(((sign, state) for sign, state in signs if sign), (None, "named"))
        driver = re.search(rules.driver, before, re.I) if rules.driver else None
        if _LONGER_WORD.match(after) and not re.match(rules.gene, after, re.I):
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
        end = match.end() + (sign or re.match(_NOUN, after, re.I)).end()  # type: ignore[union-attr]
        if attached and rules.driver and not _is_ordinary(attached[1], rules):
            if state != "negative":
                found.append(Finding("background", f"{attached[1].lower()}-cre", match.start(), end))
            continue
        inducible = "inducible " if match["inducible"] and state in ("positive", "named", "cross") else ""
        start = match.start() - (len(driver[0]) if driver else 0)
        start -= len(carried[0]) if (carried := _CARRIED.search(text[:start])) else 0
        found.append(Finding("cre", inducible + state, start, end))
    return found


def _is_ordinary(word: str, rules: Rules) -> bool:
    """Tell a known word, the gene or an allele from the name of another locus."""
    known = rules.vocabulary.find(word)
    return bool(
        (known and known[0].start == 0 and known[-1].end >= len(word.rstrip("0123456789")))
        or re.fullmatch(_WORD_ALLELE + "|non?|genotype", word, re.I)
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
    return "f" if text[0] in "fFlL" or re.fullmatch(r"tm\d+c.*", text, re.I) else "n"


def _read_words(text: str, rules: Rules) -> list[Finding]:
    """Find words that name a genotype, and the gene with a deletion sign such as `dXyz`; a negated word is ambiguous.

    A genotype word before a word such as serum or donor is that thing's, and no genotype of the animal; `control` behind a
    treatment, as in `vehicle control`, may be the treatment's.
    """
    found = []
    somewhere = rf"{rules.gene}(?:(?-i:d[A-Z][a-z]{{1,4}})|[-_ (]{{0,2}}delta[-_ ]?[a-z]+\d*)(?![a-z])"
    everywhere = rf"{rules.gene}[-_ ]?delta(?![a-z])|{rules.deleted_gene}"
    for pattern, label in ((somewhere, "conditional knockout"), (everywhere, KNOCKOUT)):
        found += [Finding("word", label, *match.span()) for match in re.finditer(pattern, text, re.I)]
    genes = [match.span() for match in re.finditer(rules.gene, text, re.I)]
    words = rules.vocabulary.find(re.sub(rules.gene, lambda match: " " * len(match[0]), text, flags=re.I))
    for number, word in enumerate(words):
        if word.entry.meaning != "genotype" or any(word.start < one.end and one.start < word.end for one in found):
            continue
        previous = words[number - 1] if number else None
        comes_from = (
            previous is not None
            and previous.entry.meaning == "possession"
            and _FROM.fullmatch(text[previous.end : word.start])
        )
        if comes_from or _is_possessed(text, words[number:]) or _PARTNER.search(text[: word.start]):
            continue
        negated = re.search(NEGATION + "$", text[max(0, word.start - 20) : word.start], re.I)
        owner = (
            ""
            if any(end <= word.start and not text[end : word.start].strip("-_ (:.") for _, end in genes)
            else (_owner(text[: word.start], words[:number], rules))
        )
        value = "ambiguous" if negated else word.entry.value
        if value == "control" and number and _is_of_treatment(text, words[number - 1], word):
            value = TREATMENT_CONTROL
        elif value == KNOCKOUT and (_SPECIFIC.search(text[: word.start]) or _DELETED_IN.match(text[word.start :])):
            value = "conditional knockout"
        found.append(Finding("word", value, word.start, word.end, owner=owner))
    return found


def _is_of_treatment(text: str, before: Word, word: Word) -> bool:
    """Tell whether a word stands directly behind a treatment."""
    return before.entry.meaning in ("treatment", "untreated", "vector") and not text[before.end : word.start].strip(
        "-_ "
    )


def _is_possessed(text: str, words: list[Word]) -> bool:
    """Tell whether the first word names the genotype of a serum, a medium or the like, perhaps of some tissue."""
    for word, following in pairwise(words):
        if not re.fullmatch(r"[-_ ]*", text[word.end : following.start]):
            return False
        if following.entry.meaning not in ("tissue", "culture", "ordinary", "possession"):
            return False
        if following.entry.meaning == "possession":
            return True
    return False


def _owner(before: str, words: list[Word], rules: Rules) -> str:
    """Return the unknown name that ends directly before a genotype word, or ""."""
    if words and words[-1].end >= len(before.rstrip("-_ (:.")):
        return ""
    match = re.search(r"(?<![A-Za-z0-9])([A-Za-z][A-Za-z0-9]+)[-_ (:.]*$", before)
    return match[1] if match and not _is_ordinary(match[1], rules) else ""
