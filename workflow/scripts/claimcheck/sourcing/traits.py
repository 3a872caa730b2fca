"""What else a submitter wrote of a sample: sex, age, tissue, treatment, and whether it is a cell line."""

import re
from collections.abc import Mapping

from claimcheck.sourcing.notation import Rules, any_of, clean

_UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_AGE = re.compile(
    r"(?<![\w.])(\d+(?:\.\d+)?)[\s_-]?(w(?:ee)?ks?|w\.?o\.?|w|mo(?:nths?)?|m\.o\.?|days?|y(?:ea)?rs?)(?![a-z])", re.I
)
_EMBRYONIC = re.compile(r"(?<![a-z0-9])E(\d{1,2}\.5)(?!\d)")
_DAYS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?d(?![a-z])", re.I)
_SEX_SUFFIX = re.compile(r"(?:^|[-_ ])([mf])[-_ ]?\d+(?=$|[-_ .])", re.I)
_KARYOTYPES = {"xx": "female", "xy": "male"}
_SEX_WORDS = {
    "female": re.compile(r"(?<![a-z])females?(?![a-z])|\u2640", re.I),
    "male": re.compile(r"(?<![a-z])males?(?![a-z])|\u2642", re.I),
}


def call_sex(fields: Mapping[str, str]) -> tuple[str, str]:
    """Return (female, male or "", how it is known): word; suffix, as in `KO_M3`, which is a hint only; or ""."""
    texts = {name: clean(text) for name, text in fields.items()}
    said = {sex for sex, word in _SEX_WORDS.items() if any(word.search(text) for text in texts.values())}
    letters = [text.lower() for name, text in texts.items() if re.search("sex|gender", name, re.I)]
    said |= {sex for sex in _SEX_WORDS if sex[0] in letters}
    if said:
        return (said.pop(), "word") if len(said) == 1 else ("", "")
    hints = {match[1].lower() for text in texts.values() for match in _SEX_SUFFIX.finditer(text)}
    return ({"f": "female", "m": "male"}[hints.pop()], "suffix") if len(hints) == 1 else ("", "")


def normalise_sex(text: str) -> str:
    """Return female or male where a text states one of them, in words, as F or M, or as XX or XY; else ""."""
    word, how = call_sex({"sex": text})
    return word if how == "word" else _KARYOTYPES.get(text.strip().lower(), "")


def call_age(fields: Mapping[str, str]) -> str:
    """Return the age with its unit, several joined by /, or "". A bare number is no age; `d` is one in a field of ages."""
    ages = set()
    for name, raw in fields.items():
        text = clean(raw)
        ages |= {f"{match[1]} {_UNITS[match[2][0].lower()]}" for match in _AGE.finditer(text)}
        ages |= {f"E{match[1]}" for match in _EMBRYONIC.finditer(text)}
        if re.search(r"(?<![a-z])(?:age|stage)(?![a-z])", name.replace("_", " "), re.I):
            ages |= {f"{match[1]} days" for match in _DAYS.finditer(text)}
    return "/".join(sorted(ages))


def call_tissue(fields: Mapping[str, str], rules: Rules) -> tuple[str, bool]:
    """Return the tissue's configured words, else the text of the field `tissue`; and whether it belongs to the comparison."""
    texts = {name: clean(text) for name, text in fields.items()}
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
    texts = {name: clean(text) for name, text in fields.items()}
    untreated = any_of(rules.section["untreated_words"])
    stated = {text.lower() for name, text in texts.items() if re.search("treatment", name, re.I) and text}
    others = {name: text for name, text in texts.items() if not re.search("treatment", name, re.I)}
    stated |= set(_words([*rules.section["treatments"], *rules.section["inducers"]], others))
    return "+".join(sorted(text for text in stated if not untreated.fullmatch(text)))


def is_in_vitro(fields: Mapping[str, str], rules: Rules) -> bool:
    """Tell whether a cell line is stated, in a field of that name or by a configured word."""
    texts = {name: clean(text) for name, text in fields.items()}
    named = any(re.fullmatch("cell[ _-]?line", name, re.I) and text for name, text in texts.items())
    return named or bool(_words(rules.section["cell_lines"], texts))


def _words(names: list[str], texts: Mapping[str, str]) -> list[str]:
    """Return the names, in lower case and sorted, that occur in any text."""
    return sorted({name.lower() for name in names if any(any_of([name]).search(text) for text in texts.values())})
