"""The one error that a user sees: what is wrong, where, what was expected, and how to go on."""

from claimcheck.texts import printable


class StudyError(Exception):
    """A mistake in a study's configuration, data or surroundings that its user can mend.

    Args:
        what: what is wrong, a clause without a full stop.
        where: the file, row, key or address that it was found in.
        expected: what should have been there.
        remedy: what to do next, as concrete as it can be said.
    """

    def __init__(self, what: str, *, where: str, expected: str, remedy: str) -> None:
        super().__init__(what, where, expected, remedy)
        # file names and quoted cells come from elsewhere
        self.what = printable(what)
        self.where = printable(where)
        self.expected = printable(expected)
        self.remedy = printable(remedy)

    def __str__(self) -> str:
        return f"{self.what}\n  where:    {self.where}\n  expected: {self.expected}\n  remedy:   {self.remedy}"
