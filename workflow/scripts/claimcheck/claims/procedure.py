"""The level of each claim: p-values adjusted by the graph of the register, so that all claims together err at the level."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from claimcheck.claims.combining import largest
from claimcheck.claims.evidence import Adjusted, Conclusion
from claimcheck.claims.graph import adjust, level_of, order
from claimcheck.claims.model import Register, change_of
from claimcheck.core.estimates import NAN

QUESTIONS = ("p_predicted", "p_opposite", "p_smaller")
"""What is asked of every claim, as `Conclusion` names it."""

PROCEDURE_COLUMNS = ("node", "claim", "weight", "p_value", "p_adjusted", "level", "step")


def adjust_claims(register: Register, found: Mapping[str, Conclusion]) -> dict[str, Adjusted]:
    """Adjust the p-values of all claims; each word (support, the opposite, smaller than claimed) by the graph on its own.

    Args:
        register: the claims register.
        found: what is concluded of each claim that can be tested; one that is absent is taken out of the graph first.

    Returns:
        By claim; NaN where there is no p-value. A claim with members has the largest p-value of these where it has no node of its
        own; of any other claim without a node they are unadjusted.
    """
    predicted, opposite, smaller = (_of_graph(register, found, question) for question in QUESTIONS)
    adjusted: dict[str, Adjusted] = {}
    for name in sorted(found, key=lambda name: bool(register.claims[name].members)):
        claim, one = register.claims[name], found[name]
        p = predicted.get(name, one.p_predicted)
        if claim.members and name not in predicted:
            p = largest(*(adjusted[member].p_predicted if member in adjusted else NAN for member in claim.members))
        adjusted[name] = Adjusted(
            p,
            opposite.get(name, one.p_opposite),
            smaller.get(name, one.p_smaller),
            predicted.get(change_of(name), NAN),
            outside=name not in predicted and not claim.members,
        )
    return adjusted


def levels_alone(register: Register, found: Mapping[str, Conclusion]) -> dict[str, float]:
    """Give the level that each claim is tested at, the others being as they are found."""
    graph, p = register.procedure, _p_values(register, found, "p_predicted")
    return {name: level_of(graph, p, name, register.rules.alpha) for name in graph.nodes if name in found}


def list_procedure(register: Register, found: Mapping[str, Conclusion]) -> pd.DataFrame:
    """List how the level went from claim to claim, where these are claimed to hold.

    Args:
        register: the claims register.
        found: as in `adjust_claims`.

    Returns:
        One row a node of the graph, columns PROCEDURE_COLUMNS: `step` is its place among the claims that are established; `level`
        that at which it was tested, of a claim that is not established after all that are. Missing where it was not tested.
    """
    graph, alpha = register.procedure, register.rules.alpha
    p = _p_values(register, found, "p_predicted")
    established = order(graph, p, alpha)
    levels = {node: level_of(graph, p, node, alpha) for node in graph.nodes} | dict(established)
    steps = {node: place for place, (node, _) in enumerate(established, start=1)}
    claims = {change_of(name): name for name in register.claims}
    table = pd.DataFrame(
        {
            "node": graph.nodes,
            "claim": [claims.get(node, node) for node in graph.nodes],
            "weight": graph.weights,
            "p_value": p,
            "p_adjusted": adjust(graph, p),
            "level": [levels[node] for node in graph.nodes],
            "step": pd.array([steps.get(node) for node in graph.nodes], dtype="Int64"),
        }
    )
    table.loc[table["p_value"].isna(), "level"] = NAN
    return table


def _of_graph(register: Register, found: Mapping[str, Conclusion], question: str) -> dict[str, float]:
    graph = register.procedure
    adjusted = adjust(graph, _p_values(register, found, question))
    return dict(zip(graph.nodes, adjusted.tolist(), strict=True))


def _p_values(
    register: Register, found: Mapping[str, Conclusion], question: str
) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    p: dict[str, float] = {name: getattr(one, question) for name, one in found.items()}
    if question == "p_predicted":
        p |= {change_of(name): one.p_changed for name, one in found.items()}
    return np.array([p.get(node, NAN) for node in register.procedure.nodes])
