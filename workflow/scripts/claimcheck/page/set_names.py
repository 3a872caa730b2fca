"""Names of gene sets as a reader knows them: what a set holds, before its code."""

import re
from collections.abc import Mapping

import pandas as pd

_CODE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b|\b[A-Z]{6,}\b")
_PANEL = re.compile(r"^contamination or confounder panel: ")


class SetNames:
    """What sets hold, by their codes.

    Args:
        sets: set, description.
    """

    def __init__(self, sets: pd.DataFrame) -> None:
        pairs = sets[["set", "description"]].dropna().itertuples(index=False, name=None)
        self._words: Mapping[str, str] = {str(code): _PANEL.sub("", str(words)) for code, words in pairs if words}

    def plain(self, text: str) -> str:
        """Put what sets hold in place of their codes."""
        return _CODE.sub(lambda found: self._words.get(found[0], found[0]), text)

    def both(self, text: str) -> str:
        """Put what sets hold before their codes."""

        def named(found: re.Match[str]) -> str:
            words = self._words.get(found[0])
            return f"{words} ({found[0]})" if words else found[0]

        return _CODE.sub(named, text)
