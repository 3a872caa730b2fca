"""The shape of an animal's point: its sex, where that is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from matplotlib.lines import Line2D

from claimcheck.figures.style import NEUTRAL_COLOUR

_MARKERS = ("o", "s", "^", "D", "v", "P")
_UNKNOWN = "X"
_NOT_STATED = {"", "NA"}


@dataclass(frozen=True)
class SexShapes:
    """A marker for each sex of a figure's animals.

    Attributes:
        markers: by sex, those that are known; none where no sex is.
        some_unknown: whether other animals have no sex.
    """

    markers: dict[str, str]
    some_unknown: bool

    @classmethod
    def of(cls, sexes: Iterable[str]) -> "SexShapes":
        """Choose the markers for the sexes of all animals, in the order of the alphabet."""
        stated = set(sexes)
        known = sorted(stated - _NOT_STATED)
        return cls(
            {sex: _MARKERS[number % len(_MARKERS)] for number, sex in enumerate(known)}, bool(stated & _NOT_STATED)
        )

    def marker(self, sex: str) -> str:
        """Return the marker of an animal."""
        return self.markers.get(sex, _UNKNOWN if self.markers else "o")

    def keys(self) -> list[Line2D]:
        """Return what a legend says of the shapes; nothing where no sex is known."""
        unknown = {"sex not known": _UNKNOWN} if self.markers and self.some_unknown else {}
        return [
            Line2D([], [], linestyle="none", marker=marker, markersize=5, color=NEUTRAL_COLOUR, label=sex)
            for sex, marker in (self.markers | unknown).items()
        ]
