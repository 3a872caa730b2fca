"""References, numbered as the account of the methods cites them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from claimcheck.core.contracts import OWN_LOADER


@dataclass(frozen=True)
class Reference:
    """A publication; doi is "" where it has none."""

    text: str
    doi: str


@dataclass
class Citations:
    """The references that a text has cited so far, in order.

    Attributes:
        known: all references that may be cited, by key.
        order: keys in the order of their first citation.
    """

    known: dict[str, Reference]
    order: list[str] = field(default_factory=list)

    def cite(self, key: str) -> int:
        """Return the number of a reference, the next one at its first citation.

        Raises:
            KeyError: no such reference.
        """
        if key not in self.known:
            raise KeyError(f"no reference is called {key}")
        if key not in self.order:
            self.order.append(key)
        return self.order.index(key) + 1

    def cited(self) -> Iterator[tuple[str, Reference]]:
        """Go through what was cited, in the order of the numbers."""
        return ((key, self.known[key]) for key in self.order)

    def helpers(self) -> dict[str, Callable[..., object]]:
        """Return what a template needs to cite and to list."""
        return {"cite": self.cite, "cited": self.cited}


def read_references(path: Path) -> Citations:
    """Read the references that may be cited: YAML, key to text and doi."""
    listed = yaml.load(path.read_text(encoding="utf-8"), Loader=OWN_LOADER)
    return Citations({key: Reference(entry["text"], entry["doi"]) for key, entry in listed.items()})
