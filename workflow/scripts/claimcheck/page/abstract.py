"""The abstract, statement by statement, with the verdicts that belong to each."""

from dataclasses import dataclass, replace

import pandas as pd

from claimcheck.claims.model import Register
from claimcheck.figures.claims import MARKS, kind_of, records


@dataclass(frozen=True)
class ClaimMark:
    """A claim under a statement: its verdict in words and as a sign, and what would test it where RNA cannot.

    Attributes:
        anchor: whether links to the claim lead here: where it has no card, its first statement.
    """

    claim: str
    statement: str
    mark: str
    kind: str
    verdict: str
    assay: str
    anchor: bool = False


@dataclass(frozen=True)
class Statement:
    """A statement of title or abstract, in the register's words, with its claims."""

    name: str
    text: str
    claims: list[ClaimMark]


def read_abstract(verdicts: pd.DataFrame, register: Register) -> list[Statement]:
    """Put the claims under the statements that they are about.

    Args:
        verdicts: results/claims/verdicts.tsv.
        register: the claims register.
    """
    marks = {}
    for row in records(verdicts[verdicts["kind"] != "exploratory"]):
        kind = kind_of(int(row["rule"]))
        claim = register.claims[str(row["claim"])]
        marks[claim.id] = ClaimMark(
            claim.id, claim.statement, MARKS[kind], kind.replace(" ", "-"), str(row["verdict"]), claim.assay
        )
    statements = []
    without_card = {mark.claim for mark in marks.values() if mark.kind == "not-testable" and mark.assay}
    for name, text in register.statements.items():
        own = [marks[claim.id] for claim in register.claims.values() if name in claim.about and claim.id in marks]
        statements.append(Statement(name, text, [replace(mark, anchor=mark.claim in without_card) for mark in own]))
        without_card -= {mark.claim for mark in own}
    return statements
