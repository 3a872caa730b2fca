"""What artefacts alone would look like, beside what is observed, and which claims tell them apart."""

from collections.abc import Mapping

import pandas as pd

from claimcheck.claims.explanations import KEPT_OR_UP
from claimcheck.claims.model import Claim, Register
from claimcheck.core.tables import listed
from claimcheck.page.tables import Column, Table, as_table, interval_text, plain, sentence, two, words

_PREDICTED = {KEPT_OR_UP: "kept or up"}
_SIGNS = {"up": 1, "down": -1}


def verdict_on_fit(predicted: str, fits: object) -> str:
    """Say whether what is observed agrees with a prediction, is opposite to it, or leaves it open.

    Args:
        predicted: as `claims.explanations.word_of` names it.
        fits: from `claims.explanations.fits`; missing where nothing was measured.
    """
    if fits is True:
        return "agrees"
    if fits is not False:
        return "open"
    return "disagrees" if predicted == "unchanged" else "opposite"


def artefact_table(artefacts: pd.DataFrame, test: str, reference: str) -> Table:
    """Lay out predicted directions beside the observed one, a row a readout, and a last row that counts.

    Args:
        artefacts: results/claims/artefacts.tsv.
        test, reference: names of the conditions.
    """
    judged = _judged(artefacts)
    worlds = list(dict.fromkeys(judged["world"]))
    rows = []
    for readout, part in judged.groupby("readout", sort=False):
        first = part.iloc[0]
        interval = interval_text(first["ci95_low"], first["ci95_high"])
        row = {"looked_at": first["looked_at"] or readout, "claim": first["claim"], "observed": first["observed"]}
        row |= {"effect": two(first["effect"]), "interval": interval}
        for number, world in enumerate(worlds):
            own = part[part["world"] == world]
            row[f"world{number}"] = _cell(own.iloc[0]) if len(own) else ""
        rows.append(row)
    rows.append(
        {"looked_at": "in all"} | {f"world{number}": count(judged, world) for number, world in enumerate(worlds)}
    )
    columns = [
        Column("looked_at", "what is looked at", sentence),
        Column("claim", "claim", plain),
        Column("observed", "observed", plain),
        Column("effect", f"log2 {test} / {reference}", plain),
        Column("interval", "95 % interval", plain),
        *[Column(f"world{number}", world, words) for number, world in enumerate(worlds)],
    ]
    caption = (
        "What each explanation predicts, beside what is observed. Observed: up or down where the 95 % interval excludes no change, "
        "else uncertain. ✓ the interval agrees with the prediction (of no change: it excludes the smallest change of interest), "
        "✗ it excludes it, ? neither. Sets are whole here; a claim may leave out genes that other tissues express, and then its "
        "effect is another."
    )
    return as_table(pd.DataFrame(rows).fillna(""), columns, caption)


def count(judged: pd.DataFrame, world: str) -> str:
    """Count how many readouts agree with a world, of those on which it says something that can be held against it."""
    own = judged.loc[judged["world"] == world, "judged"]
    against, still = int(own.isin(["opposite", "disagrees"]).sum()), int((own == "open").sum())
    return f"{(own == 'agrees').sum()} agree, {against} against, {still} open"


def reading_rule(artefacts: pd.DataFrame, register: Register) -> list[str]:
    """Say which claims each artefact would imitate and which it speaks against, and which claims none imitates.

    Args:
        artefacts: results/claims/artefacts.tsv.
        register: the claims register.
    """
    worlds = {str(name): _sides(part, register) for name, part in artefacts.groupby("world", sort=False)}
    models = _models(worlds)
    rivals = {name: one for name, one in worlds.items() if name not in models and "same" in one.values()}
    sentences = []
    for name, one in rivals.items():
        opposite = f", and show the opposite of {_named(one, 'opposite')}" if "opposite" in one.values() else ""
        sentences.append(f"{_capital(name)} alone would imitate {_named(one, 'same')}{opposite}.")
    tested = [name for name in register.claims if any(name in one for one in worlds.values())]
    telling = [name for name in tested if all(one.get(name) != "same" for one in rivals.values())]
    if rivals and telling:
        verb = "is" if len(telling) == 1 else "are"
        sentences.append(f"{listed(telling, most=20)} {verb} imitated by none of these.")
    if models:
        sentences.append(f"All these claims together are predicted by {listed(models)} alone.")
    return sentences


def shown_by_artefacts(artefacts: pd.DataFrame, register: Register) -> dict[str, list[str]]:
    """Say of each claim in which direction every artefact alone would move it.

    Args:
        artefacts: results/claims/artefacts.tsv.
        register: the claims register.

    Returns:
        Claim to one `direction: artefact` each; explanations that predict every claim are no artefacts.
    """
    models = _models({str(name): _sides(part, register) for name, part in artefacts.groupby("world", sort=False)})
    shown: dict[str, list[str]] = {}
    for world, claim, predicted in artefacts[["world", "claim", "predicted"]].itertuples(index=False, name=None):
        if world not in models and predicted in _SIGNS:
            shown.setdefault(claim, []).append(f"{predicted}: {world}")
    return shown


def _models(worlds: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Name the explanations that predict every claim that any of them speaks of."""
    tested = {name for one in worlds.values() for name in one}
    return [name for name, one in worlds.items() if tested and all(one.get(claim) == "same" for claim in tested)]


def _judged(artefacts: pd.DataFrame) -> pd.DataFrame:
    known = artefacts["fits"].astype(str).map({"True": True, "False": False})
    judged = [verdict_on_fit(predicted, fits) for predicted, fits in zip(artefacts["predicted"], known, strict=True)]
    return artefacts.assign(judged=judged)


def _cell(row: Mapping[str, str] | pd.Series) -> str:
    mark = {"agrees": "✓", "open": "?"}.get(row["judged"], "✗")
    predicted = row["predicted"]
    return f"{_PREDICTED.get(predicted, predicted)} {mark}" if predicted else "–"


def _sides(part: pd.DataFrame, register: Register) -> dict[str, str]:
    """Compare an explanation's predictions with those of the claims whose readouts they are."""
    sides = {}
    for claim, predicted in zip(part["claim"], part["predicted"], strict=True):
        if claim in register.confirmatory:
            sides[claim] = _side(register.claims[claim], predicted)
    return sides


def _side(claim: Claim, predicted: str) -> str:
    """Say whether a predicted direction is the same as a claim's, its opposite, or neither."""
    if claim.kind == "noninferiority":
        kept = {1: ("up", KEPT_OR_UP, "unchanged"), -1: ("down", "unchanged")}[claim.direction]
        return "same" if predicted in kept else "opposite" if predicted in _SIGNS else ""
    if claim.kind == "equivalence":
        return "same" if predicted == "unchanged" else ""
    towards = claim.direction * _SIGNS.get(predicted, 0)
    return {1: "same", -1: "opposite"}.get(towards, "")


def _named(sides: Mapping[str, str], side: str) -> str:
    return listed([name for name, one in sides.items() if one == side], most=20)


def _capital(text: str) -> str:
    return f"‘{text[:1].upper()}{text[1:]}’"
