"""Whole explanations weighed against each other, as the page shows them."""

from dataclasses import dataclass

import pandas as pd

from claimcheck.claims.explanations import odds_against
from claimcheck.claims.model import Register
from claimcheck.page.tables import Column, Table, as_table, percent, two, words

_HIGHEST_ODDS = 1000
"""Odds beyond it rest on the tails of the model, and are not printed."""


@dataclass(frozen=True)
class PatternView:
    """What the page says of the pattern of all readouts.

    Attributes:
        likeliest: which explanation is the most probable, and the odds of the claimed one, a sentence each.
        calibration: how often such odds are right, from the register; may be empty.
        warning: for the head of the page; empty unless the odds against the claimed explanation exceed the register's.
        table: a row an explanation.
    """

    likeliest: list[str]
    calibration: str
    warning: str
    table: Table


def view_pattern(pattern: pd.DataFrame, register: Register) -> PatternView | None:
    """Put together what the page says; None where nothing was weighed.

    Args:
        pattern: results/claims/pattern.tsv.
        register: the claims register.
    """
    if pattern.empty:
        return None
    first = pattern.iloc[0]
    sentences = [f"Most probable: {first['explanation']} (posterior probability {two(first['posterior'])})."]
    against = odds_against(pattern)
    name = pattern.loc[pattern["claimed"].eq(True), "explanation"].min()
    side, odds = ("against", against) if against >= 1 else ("for", 1 / against if against else float("inf"))
    said = f"the odds are {odds_text(odds)} {side} {name}, alone or together with an artefact"
    sentences.append(f"{said[0].upper()}{said[1:]}.")
    calibration = register.artefacts["pattern"].get("calibration", "")
    warning = ""
    if against > register.artefacts["pattern"]["odds"]:
        likelier = pattern.loc[~pattern["claimed"].eq(True), "explanation"].iloc[0]
        warning = f"All readouts together are better explained by ‘{likelier}’: {said}."
    columns = [
        Column("explanation", "explanation", words),
        Column("prior", "prior", percent),
        Column("posterior", "posterior", percent),
        Column("log10_bayes_factor", "log10 Bayes factor", two),
        Column("best_size", "best size", two),
        Column("best_size_of_other", "of the second", two),
    ]
    caption = (
        "Explanations, the most probable first. Bayes factor: how much better it predicts the readouts than the claimed "
        "explanation alone. Best size: multiple of the changes that the register predicts."
    )
    return PatternView(sentences, calibration, warning, as_table(pattern, columns, caption))


def odds_text(odds: float) -> str:
    """Write odds of 1 or more as `12 to 1`."""
    if odds > _HIGHEST_ODDS:
        return f"more than {_HIGHEST_ODDS:,} to 1"
    return f"{odds:.0f} to 1" if odds >= 10 else f"{odds:.1f} to 1"
