"""What else a submitter wrote of a sample: sex, age, tissue, treatment, batch, and the words that remain unknown."""

import datetime
import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from claimcheck.sourcing.ages import read_ages, read_field_of_ages
from claimcheck.sourcing.genotype import as_text, has_vote
from claimcheck.sourcing.notation import NEGATION, Rules, blank, clean, read_text
from claimcheck.sourcing.vocabulary import Word, bare_name

_PROMOTER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?[-_ ]?kb(?![a-z])", re.I)
_TIME = re.compile(
    r"(?<![\w.])(?:\d+(?:\.\d+)?[-_ ]?(?:h|hrs?|hours?|min)(?![a-z])|(?:day|D)[-_ ]?\d{1,3}(?![\d.A-Za-z])"
    r"|ZT[-_ ]?\d{1,2}(?!\d))",
    re.I,
)
DATE = re.compile(r"(?<!\d)(20\d\d)[-_./]?(\d\d)[-_./]?(\d\d)(?!\d)|(?<![\dA-Za-z])(\d\d)(\d\d)(\d\d)(?![\dA-Za-z])")
FILE_PARTS = re.compile(r"(?<![A-Za-z0-9])(?:L0\d\d|R[12](?=_\d{3}|\.f)|S\d{1,3}(?=_(?:L0|R[12])))|_\d{3}(?=$|\.)")
_WELL = re.compile(r"(?<![A-Za-z0-9])[A-H](?:0[1-9]|1[0-2])(?![A-Za-z0-9])")
NUMBER_AFTER = re.compile(r"[-_ #:.(]*(\d+[a-z]?|[A-Za-z])(?![A-Za-z0-9])")
_SPECIFIC = re.compile(r"[-_ ]*(?:specific|targeted|restricted|selective|derived|conditional)", re.I)
_DELETED_IN = re.compile(
    r"(?:delet\w+|ablat\w+|knock\w*|ko|null|lack\w*|deficien\w+|disrupt\w+)[-_ ]+(?:in|from)[-_ ]+(?:the[-_ ]+)?$", re.I
)
"""Before the tissue that a gene was deleted in, which need not be the one that was sequenced."""
_LETTER_OF_SEX = re.compile(r"(?<![A-Za-z])([MF])(?![A-Za-z])", re.I)
_FACTORS = ("sex", "tissue", "culture", "side", "strain", "excluded")


@dataclass
class Reading:
    """What one field of one sample tells: values by factor, ages in days (or without unit), batches, and what is left unknown.

    `rest` is the text with blanks in place of all that was understood.
    """

    values: dict[str, set[str]] = field(default_factory=dict)
    ages: dict[str, float] = field(default_factory=dict)
    batches: dict[str, str] = field(default_factory=dict)
    rest: str = ""

    def add(self, factor: str, value: str) -> None:
        """Note a value of a factor."""
        self.values.setdefault(factor, set()).add(value)


def read_field(name: str, raw: str, rules: Rules, *, names_genotypes: bool) -> Reading:
    """Read a field of a sample.

    Args:
        name: the archive's name of the field or attribute, which can say what it tells.
        raw: its text.
        rules: from `notation.compile_rules`.
        names_genotypes: whether the field has a vote on the genotype (`genotype.has_vote`).
    """
    reading = Reading()
    meaning = rules.vocabulary.field_meaning(name)
    text = as_text(name, raw, rules)
    if not text or meaning == "record":
        return reading
    findings = [] if meaning == "treatment" and not names_genotypes else read_text(text, rules)
    rest = _read_own_names(blank(text, findings), reading, rules)
    rest = _read_numbers(rest, name, meaning, reading)
    words = rules.vocabulary.find(rest)
    _read_words(text, rest, words, reading, rules)
    reading.rest = _consume(rest, words, reading)
    if meaning == "treatment" and not names_genotypes:
        _read_treatment(text, words, reading)
    elif (
        meaning in ("tissue", "time", "side")
        and not reading.values.get(meaning)
        and (unknown := _words_of(reading.rest))
    ):
        reading.add(meaning, unknown)
        reading.rest = ""
    elif meaning == "sex" and (sex := sex_of_text(text)):
        reading.values["sex"] = {sex}
    elif meaning == "culture" and text:
        reading.add("culture", text.lower())
    elif meaning == "batch":
        reading.batches[name] = text.lower()
    if meaning in ("sex", "culture", "batch", "age"):
        reading.rest = ""
    return reading


def _read_own_names(text: str, reading: Reading, rules: Rules) -> str:
    """Blank the gene and the driver, which tell samples apart by their genotype alone; the gene's protein is a treatment."""
    for pattern in (rf"(?<![A-Za-z0-9])r[hm]?{rules.gene_names}", rf"recombinant (?:mouse |human )?{rules.gene_names}"):
        if match := re.search(pattern, text, re.I):
            reading.add("treatment", "recombinant protein")
            text = text[: match.start()] + " " * len(match[0]) + text[match.end() :]
    # a prefix such as `linc-` belongs to the name
    prefixed = re.compile(
        rf"(?:(?<![A-Za-z0-9])([A-Za-z]{{1,5}})-)?({rules.gene_names}(?![A-Za-z])|{rules.gene})", re.I
    )
    for match in [*prefixed.finditer(text), *re.finditer(rules.driver_names, text, re.I)]:
        known = match.re is prefixed and match[1] and rules.vocabulary.find(match[1])
        start = match.start(2) if known else match.start()
        text = text[:start] + " " * (match.end() - start) + text[match.end() :]
    return text


def _words_of(rest: str) -> str:
    """Return the words of a text that nothing has explained, in small letters."""
    return " ".join(re.findall(r"[\w-]*[a-z][\w-]*", rest.lower()))


def sex_of_text(text: str) -> str:
    """Return female or male where a text states one of them, in words, as F or M, or as XX or XY; else ""."""
    cleaned = clean(text).lower()
    said = {sex for sex in ("female", "male") if re.search(rf"(?<![a-z]){sex}s?(?![a-z])", cleaned)}
    said |= {{"f": "female", "xx": "female", "m": "male", "xy": "male"}.get(cleaned, "")} - {""}
    return said.pop() if len(said) == 1 else ""


def _read_numbers(text: str, name: str, meaning: str, reading: Reading) -> str:
    """Read ages, times, dates and lanes, and return the text without them."""
    if meaning == "age":
        reading.ages = read_field_of_ages(name, text)
        if not reading.ages:
            reading.add("treatment", text.lower())
        return ""

    def time(match: re.Match[str]) -> str:
        reading.add("time", re.sub(r"[-_ ]", "", match[0].lower()))
        return _blanks(match)

    def date(match: re.Match[str]) -> str:
        year, month, day = (int(part) for part in match.groups() if part)
        try:
            datetime.date(year % 100 + 2000, month, day)
        except ValueError:
            return match[0]
        reading.batches["date"] = match[0]
        return _blanks(match)

    if meaning == "individual":
        text = _WELL.sub(_blanks, text)
    reading.ages, text = read_ages(_PROMOTER.sub(_blanks, text))
    text = DATE.sub(date, _TIME.sub(time, text))
    lanes = [part[0] for part in FILE_PARTS.finditer(text) if part[0].startswith("L")]
    reading.batches |= {"lane": "+".join(dict.fromkeys(lanes))} if lanes else {}
    return FILE_PARTS.sub(_blanks, text)


def _blanks(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _read_words(text: str, rest: str, words: list[Word], reading: Reading, rules: Rules) -> None:
    """Note what the known words of a text tell, but for tissues that are said to be absent."""
    absent = _absent(rest, words)
    for number, word in enumerate(words):
        meaning, value = word.entry
        spelled = rest[word.start : word.end]
        negated = _is_negated(rest, word)
        deleted_in = _DELETED_IN.search(text[: word.start])
        of_genotype = deleted_in or _SPECIFIC.match(rest[word.end :])
        if meaning in ("tissue", "culture") and (of_genotype or number in absent or negated):
            continue
        if meaning == "possession":
            owner = re.search(r"([A-Za-z+/-]+)[-_ ]*$", text[: word.start])
            source = re.match(r"[-_ ]*(?:from|of)[-_ ]+([\w+/-]+)", text[word.end :], re.I)
            parts = (owner and owner[1].lower(), bare_name(spelled), source and f"of {source[1].lower()}")
            reading.add("treatment", " ".join(filter(None, parts)))
        elif meaning == "vector":
            carries = re.match(rf"[-_ :(]*{rules.gene_names}", text[word.end :], re.I)
            reading.add("treatment", spelled.lower() + (" with the gene" if carries else ""))
        elif meaning in ("treatment", "age class") and not negated:
            reading.add("treatment", value or spelled.lower())
        elif meaning in _FACTORS and not (meaning == "excluded" and negated):
            reading.add(meaning, value or bare_name(spelled))
        elif value == "sequencer":
            reading.batches[value] = bare_name(spelled)
        elif meaning in ("batch", "technical", "time", "group") and (match := NUMBER_AFTER.match(rest[word.end :])):
            label = f"{spelled.lower()} {match[1].lower()}"
            if meaning == "time":
                reading.add("time", label)
            else:
                reading.batches[meaning if meaning == "group" else bare_name(spelled)] = label
        elif meaning == "untreated":
            reading.add("treatment", "")


def _is_negated(text: str, word: Word) -> bool:
    """Tell whether a word is negated, or has a sign as in ` -LPS` or `LPS(-)`."""
    before = text[max(0, word.start - 20) : word.start]
    return bool(
        re.search(rf"{NEGATION}$|(?:^|[\s(])-$", before, re.I) or re.match(r"\(-\)|-(?=[\s,;)]|$)", text[word.end :])
    )


def _absent(text: str, words: list[Word]) -> set[int]:
    """Return the positions of the tissues that are said to be absent: flushed, removed, free of, without."""
    absent: set[int] = set()
    for number, word in enumerate(words):
        if word.entry.meaning != "absent":
            continue
        spelled = text[word.start : word.end].lower()
        follows = re.match(r"[-_ ]*of(?![a-z])", text[word.end :], re.I) or re.search(
            "without|minus|no$|of$|excluding|remove$|removing|eliminate", spelled
        )
        step = 1 if follows else -1
        position = number + step
        while 0 <= position < len(words):
            left, right = sorted((words[position], words[position - step]), key=lambda one: one.start)
            meaning = words[position].entry.meaning
            if meaning not in ("tissue", "ordinary", "counter") or re.search("[,;|]", text[left.end : right.start]):
                break
            if meaning == "tissue":
                absent.add(position)
                if not _is_joined(text, words, position + step):
                    break
            position += step
    return absent


def _is_joined(text: str, words: list[Word], position: int) -> bool:
    """Tell whether the word at a position is one that joins two tissues."""
    if not 0 <= position < len(words):
        return False
    return bare_name(text[words[position].start : words[position].end]) in ("and", "or")


def _consume(rest: str, words: list[Word], reading: Reading) -> str:
    """Blank known words but qualities, and the numbers or letters that belong to words such as batch, lane, group or replicate."""
    for word in words:
        if word.entry.meaning == "quality":
            continue
        tail = 0
        if word.entry.meaning in ("batch", "technical", "group", "counter", "time"):
            match = NUMBER_AFTER.match(rest[word.end :])
            tail = match.end() if match else 0
        end = word.end + tail
        rest = rest[: word.start] + " " * (end - word.start) + rest[end:]
    return rest


def _read_treatment(text: str, words: list[Word], reading: Reading) -> None:
    """Read a field of treatments: its known words with the doses, else its text; `control` is no treatment there."""
    given = [word for word in words if word.entry.meaning in ("treatment", "vector")]
    known = {word.entry.value or text[word.start : word.end].lower() for word in given if not _is_negated(text, word)}
    genotype = [word for word in words if word.entry.meaning == "genotype"]
    rest = blank(text, words)
    unknown = re.findall(r"[A-Za-z]{3,}", rest)
    if known:
        numbers = re.findall(r"\d+(?:\.\d+)?", rest)
        reading.values["treatment"] = {" ".join(["+".join(sorted(known)), *numbers])}
    elif given:
        reading.values["treatment"] = {""}
    elif unknown or (genotype and {word.entry.value for word in genotype} != {"control"}):
        reading.values["treatment"] = {text.lower()}
        reading.rest = ""
    else:
        reading.values["treatment"] = {""}


def read_samples(fields: Mapping[Hashable, Mapping[str, str]], rules: Rules) -> dict[Hashable, dict[str, Reading]]:
    """Read all fields of all samples.

    A text that all samples share tells the tissue, or of culture, only where nothing else does: it may be the study's title.

    Args:
        fields: text by sample and the archive's name of the field, the same names for all samples.
        rules: from `notation.compile_rules`.
    """
    readings: dict[Hashable, dict[str, Reading]] = {sample: {} for sample in fields}
    for name in dict.fromkeys(name for row in fields.values() for name in row):
        texts = {sample: as_text(name, row[name], rules) for sample, row in fields.items()}
        votes = has_vote(name, texts.values(), rules)
        for sample, row in fields.items():
            readings[sample][name] = read_field(name, row[name], rules, names_genotypes=votes)
        for sample, sex in letters_of_sex({sample: readings[sample][name].rest for sample in fields}).items():
            readings[sample][name].rest = _LETTER_OF_SEX.sub(" ", readings[sample][name].rest)
            readings[sample][name].values.setdefault("sex", {sex})
    for own in readings.values():
        _prefer_varying(fields, own, rules)
    return readings


def _prefer_varying(fields: Mapping[Hashable, Mapping[str, str]], row: Mapping[str, Reading], rules: Rules) -> None:
    """Drop from a sample's readings the tissue and culture of shared texts where other fields tell them, and general words."""
    for factor in ("tissue", "culture"):
        own = [
            reading
            for name, reading in row.items()
            if rules.vocabulary.field_meaning(name) == factor or len({one[name] for one in fields.values()}) > 1
        ]
        if join_values(own, factor):
            for reading in row.values():
                if not any(reading is one for one in own):
                    reading.values.pop(factor, None)
    said = join_values(row.values(), "tissue")
    general = {value for value in said if any(other.startswith(f"{value}/") for other in said)}
    for reading in row.values():
        reading.values["tissue"] = reading.values.get("tissue", set()) - general


def letters_of_sex(column: Mapping[Hashable, str]) -> dict[Hashable, str]:
    """Return the sex of every sample by a letter of its own, as in `KO_M3`; nothing unless all samples have one.

    Args:
        column: what is left of one field, by sample.
    """
    found = {}
    for sample, rest in column.items():
        letters = {match[1].lower() for match in _LETTER_OF_SEX.finditer(rest)}
        if len(letters) != 1:
            return {}
        found[sample] = "female" if "f" in letters else "male"
    return found


def join_values(readings: Iterable[Reading], factor: str) -> set[str]:
    """Return all values of a factor that the readings of several fields give."""
    return {value for reading in readings for value in reading.values.get(factor, ()) if value}
