"""The one error that a user sees: what is wrong, where, what was expected, and how to go on."""

from collections.abc import Sequence

from claimcheck.core.text import printable

MOST_DETAILS = 8


def first_of(details: Sequence[str]) -> list[str]:
    """Return the first MOST_DETAILS, and say how many more there are."""
    more = len(details) - MOST_DETAILS
    return [*details[:MOST_DETAILS], *([f"and {more} more"] if more > 0 else [])]


class StudyError(Exception):
    """A mistake in a study's configuration, data or surroundings that its user can mend.

    Args:
        what: what is wrong, a clause without a full stop.
        where: the file, row, key or address that it was found in.
        expected: what should have been there.
        remedy: what to do next, as concrete as it can be said.
        details: single findings, each printed in a line of its own below what is wrong.
    """

    def __init__(self, what: str, *, where: str, expected: str, remedy: str, details: Sequence[str] = ()) -> None:
        super().__init__(what, where, expected, remedy)
        # file names and quoted cells come from elsewhere
        self.what = printable(what)
        self.where = printable(where)
        self.expected = printable(expected)
        self.remedy = printable(remedy)
        self.details = [printable(detail) for detail in details]

    def __str__(self) -> str:
        listed = "".join(f"\n  - {detail}" for detail in self.details)
        return f"{self.what}{listed}\n  where:    {self.where}\n  expected: {self.expected}\n  remedy:   {self.remedy}"
