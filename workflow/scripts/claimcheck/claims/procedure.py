"""The level of each claim: p-values adjusted by the graph of the register, so that all claims together err at the level."""

from collections.abc import Mapping

import numpy as np

from claimcheck.claims.combining import largest
from claimcheck.claims.evidence import Adjusted, Conclusion
from claimcheck.claims.graph import adjust, level_of
from claimcheck.claims.model import Register, change_of
from claimcheck.core.estimates import NAN

QUESTIONS = ("p_predicted", "p_opposite", "p_smaller")
"""What is asked of every claim, as `Conclusion` names it."""


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
