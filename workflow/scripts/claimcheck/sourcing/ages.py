"""Ages as submitters write them, in days, and which of them are one age."""

import re
from collections.abc import Iterable, Mapping

_UNITS = {"d": ("days", 1.0), "w": ("weeks", 7.0), "m": ("months", 365.25 / 12), "y": ("years", 365.25)}
_GESTATION = 19.5
"""Days from conception to birth of a mouse."""
_WORDS = (
    r"(\d+(?:\.\d+)?)[\s_-]?(w(?:ee)?ks?|w\.?o\.?|w|mo(?:nths?)?|mths?|m\.o\.?|m(?=[-_ ]old)|days?|d(?=[-_ ]old)|y(?:ea)?rs?)"
    r"(?:[-_ ]?(?:of[-_ ]age|old))?(?![a-z])"
)
_AGE = re.compile(rf"(?<![\w.]){_WORDS}", re.I)
_AGE_IN_FIELD = re.compile(rf"(?<![\d.]){_WORDS}", re.I)
_POSTNATAL = re.compile(r"(?<![A-Za-z0-9])(?:P|PND?[-_ ]?|postnatal[-_ ]day[-_ ]?)(\d{1,3})(?![\dA-Za-z.])")
_EMBRYONIC = re.compile(r"(?<![A-Za-z0-9])E(\d{1,2}(?:\.5)?)(?![\d.])")
_BARE = re.compile(r"(\d+(?:\.\d+)?)\s?(d|w|m|y)?", re.I)
_NO_UNIT = " (no unit)"


def read_ages(text: str, *, is_field_of_ages: bool = False) -> tuple[dict[str, float], str]:
    """Find the ages in a text; a number is one only with its unit.

    Returns:
        Days since birth by what is written, such as `16 weeks`, `P21` or `E13.5`; and the text with blanks in their place.
    """
    ages: dict[str, float] = {}

    def note(match: re.Match[str], label: str, days: float) -> str:
        ages[label] = days
        return " " * len(match[0])

    def in_words(match: re.Match[str]) -> str:
        unit, days = _UNITS[match[2][0].lower()]
        return note(match, f"{match[1]} {unit}", float(match[1]) * days)

    text = (_AGE_IN_FIELD if is_field_of_ages else _AGE).sub(in_words, text)
    text = _POSTNATAL.sub(lambda match: note(match, f"P{match[1]}", float(match[1])), text)
    text = _EMBRYONIC.sub(lambda match: note(match, f"E{match[1]}", float(match[1]) - _GESTATION), text)
    return ages, text


def read_field_of_ages(name: str, text: str) -> dict[str, float]:
    """Read a field of ages: as `read_ages`, and a bare number, whose unit the name of the field may hold."""
    ages, _ = read_ages(text, is_field_of_ages=True)
    bare = _BARE.fullmatch(text)
    if ages or not bare:
        return ages
    named = re.search(r"(?<![a-z])(day|week|month|year|wk|mo)", name.lower().replace("_", " "))
    unit = bare[2] or (named[1] if named else "")
    if not unit:
        return {f"{bare[1]}{_NO_UNIT}": float(bare[1])}
    word, days = _UNITS[unit[0].lower()]
    return {f"{bare[1]} {word}": float(bare[1]) * days}


def group_ages(ages: Iterable[Mapping[str, float]], tolerance: float) -> list[str]:
    """Join ages that differ by at most a share of the older one; a group is called after its first age.

    Ages with and without a unit, and before and after birth, are never joined; a sample with two ages keeps both.

    Args:
        ages: days by what is written, of each sample.
        tolerance: the share.
    """
    samples = list(ages)
    known = {
        (label.endswith(_NO_UNIT), label.startswith("E"), days, label) for one in samples for label, days in one.items()
    }
    group_of: dict[str, str] = {}
    first: tuple[bool, bool, float, str] | None = None
    for age in sorted(known):
        is_near = first is not None and age[:2] == first[:2] and abs(age[2] - first[2]) <= tolerance * abs(age[2])
        first = first if first is not None and is_near else age
        group_of[age[3]] = first[3]
    return ["/".join(sorted({group_of[label] for label in one})) for one in samples]
