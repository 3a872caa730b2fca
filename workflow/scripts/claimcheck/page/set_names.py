"""Names as a reader knows them: what a gene set holds before its code, and a link behind the id of a claim."""

import re
from collections.abc import Collection, Mapping

import pandas as pd
from markupsafe import Markup, escape

from claimcheck.gene_sets.curated import describe_panel

_CODE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\b[A-Z]{6,}\b")
_MINUS = re.compile(r"(?<![^\s(])-(?=[0-9])")


class SetNames:
    """What sets hold, by their codes.

    Args:
        sets: set, description.
    """

    def __init__(self, sets: pd.DataFrame) -> None:
        pairs = sets[["set", "description"]].dropna().itertuples(index=False, name=None)
        self._words: Mapping[str, str] = {str(code): describe_panel(str(words)) for code, words in pairs if words}

    def plain(self, text: str) -> str:
        """Put what sets hold in place of their codes."""
        return _CODE.sub(lambda found: self._words.get(found[0], found[0]), text)

    def both(self, text: str) -> str:
        """Put what sets hold before their codes."""

        def named(found: re.Match[str]) -> str:
            words = self._words.get(found[0])
            return f"{words} ({found[0]})" if words else found[0]

        return _CODE.sub(named, text)


def true_minus(text: str) -> str:
    """Write the hyphen before a number as a minus sign."""
    return _MINUS.sub("−", text)


def link_claims(text: str, claims: Collection[str]) -> Markup:
    """Escape a text, and make each id of a claim in it a link to the claim."""
    parts = re.split(r"\b([A-Z][0-9]{2})\b", text)
    return Markup("").join(
        Markup('<a href="#{0}">{0}</a>').format(part) if number % 2 and part in claims else escape(part)
        for number, part in enumerate(parts)
    )
