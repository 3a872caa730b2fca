"""The words of sample descriptions and what each of them tells: one table for all studies, and the words of a study's own."""

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

TABLE = Path(__file__).resolve().parents[3] / "schemas" / "sample_words.tsv"

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_MOST_PIECES = 8


class Entry(NamedTuple):
    """What a word tells: its kind (sex, tissue, treatment, …), and the value that all its spellings share."""

    meaning: str
    value: str


class Word(NamedTuple):
    """A known word in a text."""

    entry: Entry
    start: int
    end: int


@dataclass(frozen=True)
class Vocabulary:
    """Words of texts and names of fields by their bare spelling, with the places where a spelling may be parted."""

    words: Mapping[str, tuple[Entry, frozenset[int]]]
    fields: Mapping[str, str]
    beginnings: Collection[str]

    def find(self, text: str) -> list[Word]:
        """Find the known words of a cleaned text, the longest at each place; a word begins and ends with a piece of the text.

        Pieces are runs of digits and of letters, parted again where small letters meet capitals, as in `TibiaKO3`.
        """
        pieces = [(match.start(), match.end()) for match in _PIECE.finditer(text)]
        found: list[Word] = []
        position = 0
        while position < len(pieces):
            length, entry = self._longest(text, pieces[position : position + _MOST_PIECES])
            if entry:
                found.append(Word(entry, pieces[position][0], pieces[position + length - 1][1]))
            position += max(length, 1)
        return found

    def _longest(self, text: str, pieces: Sequence[tuple[int, int]]) -> tuple[int, Entry | None]:
        best: tuple[int, Entry | None] = (0, None)
        bare, parted = "", set()
        for number, (start, end) in enumerate(pieces):
            gap = text[pieces[number - 1][1] : start] if number else ""
            if len(gap) > 3 or re.search(r"[^-_ ./'()]", gap):
                break
            if gap:
                parted.add(len(bare))
            bare += text[start:end].lower()
            if bare not in self.beginnings:
                break
            entry, splits = self.words.get(bare, (None, frozenset()))
            if entry and parted <= splits:
                best = (number + 1, entry)
        return best

    def field_meaning(self, name: str) -> str:
        """Return what a field of that name tells (sex, age, batch, individual, record, …); "" if the table has no such field.

        Of a name that the table lacks the last word that it has decides, as in `library prep batch` and `age (days)`.
        """
        bare = bare_name(name)
        if bare in self.fields:
            return self.fields[bare]
        words = reversed(re.findall(r"[a-z]+", name.lower().replace("_", " ")))
        return next((self.fields[word] for word in words if word in self.fields), "")


@lru_cache(maxsize=1024)
def bare_name(name: str) -> str:
    """Return a name in small letters and digits alone."""
    return re.sub(r"[\W_]", "", name.lower())


def _splits(word: str) -> tuple[str, frozenset[int]]:
    """Return the bare spelling of a word, and the positions in it where a text may put a hyphen, a space or the like."""
    bare, places = "", set()
    for match in _PIECE.finditer(word):
        places.add(len(bare))
        bare += match[0].lower()
    return bare, frozenset(places - {0})


@cache
def read_table() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """Read the table of words: (word or field, meaning, value, the spellings), in the order of the file."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t", quoting=csv.QUOTE_NONE))
    return tuple(
        (row["what"], row["meaning"], row["value"], tuple(word.strip() for word in row["words"].split(",")))
        for row in rows
    )


def make_vocabulary(own: Sequence[tuple[Entry, Sequence[str]]]) -> Vocabulary:
    """Join the table with the words of a study, which win.

    Args:
        own: what the study's own words tell, and the words.
    """
    return _joined(tuple((entry, tuple(names)) for entry, names in own))


@lru_cache(maxsize=8)
def _joined(own: tuple[tuple[Entry, tuple[str, ...]], ...]) -> Vocabulary:
    words: dict[str, tuple[Entry, frozenset[int]]] = {}
    fields: dict[str, str] = {}

    def add(entry: Entry, spelling: str) -> None:
        bare, places = _splits(spelling)
        _, known = words.get(bare, (None, frozenset()))
        words[bare] = (entry, places | known)

    for what, meaning, value, spellings in read_table():
        for spelling in spellings:
            if what == "field":
                fields[bare_name(spelling)] = meaning
            else:
                add(Entry(meaning, value), spelling)
    for entry, names in own:
        for name in names:
            add(entry, name)
    return Vocabulary(words, fields, {word[:length] for word in words for length in range(1, len(word) + 1)})
